"""asyncio on Qt's event loop, and an orderly end on a signal. The only user of qasync."""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Signal

os.environ["QT_API"] = "pyside6"  # which of the installed Qt bindings qasync takes, read at its import

from qasync import QEventLoop


def run(main: Coroutine[Any, Any, int]) -> int:
    """Runs ``main`` on Qt's event loop, which needs a QApplication, and returns its result.

    When something else ends Qt's loop, ``main`` is cancelled and the result is 1. After the loss of the display Qt's
    loop cannot run again, not even for that: then the process ends here, with status 1.
    """
    ended = False

    async def whole() -> int:
        nonlocal ended
        try:
            return await main
        finally:
            ended = True

    try:
        with asyncio.Runner(loop_factory=QEventLoop) as runner:
            try:
                return runner.run(whole())
            except RuntimeError:
                # qasync's way to say that the loop stopped before its coroutine; nothing of Runner's tells it apart.
                if ended:
                    raise
        return 1
    except RuntimeError:
        if ended:
            raise
        os._exit(1)


class TerminationSignals(QObject):
    """Turns SIGINT and SIGTERM into :attr:`received`. Python's own handlers would wait for the next Python code, and
    qasync has no ``add_signal_handler``."""

    received = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self._notifier = QSocketNotifier(self._receiver.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._before = {number: signal.signal(number, _leave_to_notifier) for number in (signal.SIGINT, signal.SIGTERM)}
        self._wakeup_before = signal.set_wakeup_fd(self._sender.fileno())

    def close(self) -> None:
        """Puts everything back as it was."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._receiver.close()
        self._sender.close()

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            self._receiver.recv(64)
        self.received.emit()


def _leave_to_notifier(_number: int, _frame: object) -> None:
    """A handler must be there for the wake-up byte to be written."""
