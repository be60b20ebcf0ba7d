"""A thread that makes blocking calls, one at a time, in order: those of one reader, or those of the database."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """A daemon thread with a queue.

    Not a thread pool: Python joins those at exit, so one stuck card call would hold up the whole program. A daemon
    thread that is stuck in a reader's driver is left behind by :meth:`stop` and ends with the process.
    """

    def __init__(self, name: str) -> None:
        """Starts the thread; results are delivered on the event loop that is running now."""
        self._loop = asyncio.get_running_loop()
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self.stopping = False
        """Whether no more calls are taken."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], T]) -> "asyncio.Future[T]":
        """Queues ``function`` and returns a future of its result. Cancelling the future drops the result; a call that
        has begun runs on, since neither PC/SC nor SQLite takes a call back, one that has not is skipped."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self.stopping:
            future.set_exception(WorkerStoppedError())
            return future
        self._calls.put((function, future))
        return future

    def stop(self) -> None:
        """Takes no more calls and lets the thread end after those already queued."""
        if not self.stopping:
            self.stopping = True
            self._calls.put(None)

    def join(self, timeout: float) -> bool:
        """Waits up to ``timeout`` seconds for the thread; whether it has ended. Blocks: not for the loop's thread,
        but with a timeout of 0."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (item := self._calls.get()) is not None:
            function, future = item
            if future.cancelled():
                continue
            result: Any = None
            error: BaseException | None = None
            try:
                result = function()
            except BaseException as caught:  # it belongs to whoever awaits the future
                error = caught
            if not call_on(self._loop, _settle, future, result, error):
                return
            # A waiting thread must not keep the last call's objects alive.
            del item, function, future, result, error


def call_on(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: Any) -> bool:
    """Calls ``function`` on ``loop`` from another thread; false when the loop has closed and nobody is left to tell."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return False
    return True


class WorkerStoppedError(Exception):
    """The worker was stopped before the call."""


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
