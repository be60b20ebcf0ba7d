"""PC/SC readers for the event loop: the watch thread's changes as reports, the workers' calls as coroutines."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Final, TypeVar

from cardscope import errors
from cardscope.errors import Sent
from cardscope.readers import monitor, pcsc
from cardscope.readers.escape import escape_code, escape_remedy
from cardscope.readers.pcsc import Code, PcscCallError
from cardscope.readers.protocol import (
    CardProtocol,
    ReaderAppeared,
    ReaderKind,
    ReaderState,
    ReaderStatus,
    ReaderVanished,
    ServiceReport,
    SourceReport,
    StatusChanged,
)
from cardscope.worker import Worker, WorkerStoppedError, call_on

T = TypeVar("T")

_CLOSE_TIMEOUT: Final = 0.15
"""How long (s) closing waits for threads: well inside the 300 ms in which the program must be able to end."""
_REFRESH_TIMEOUT: Final = 1.0
_HOLDER_PAUSES: Final = (0.0, 0.5)
"""Pauses (s) before the two looks at a card that another program was found to hold."""


class PcscSource:
    """All readers of the PC/SC service (implements :class:`~cardscope.readers.protocol.ReaderSource`)."""

    def __init__(self) -> None:
        self._readers: dict[str, PcscReader] = {}
        self._monitor: monitor.Monitor | None = None

    def start(self, report: Callable[[SourceReport], None]) -> None:
        loop = asyncio.get_running_loop()
        self._report = report

        def changed(changes: Sequence[monitor.Change], t: float) -> None:
            """On the watch thread."""
            call_on(loop, self._apply, changes, t)

        self._monitor = monitor.Monitor(changed)
        self._monitor.start()

    async def close(self) -> None:
        watch, self._monitor = self._monitor, None
        if watch is None:
            return
        workers = [reader.close() for reader in self._readers.values()]
        await _in_thread(partial(_stop_threads, watch, workers), _CLOSE_TIMEOUT + 0.05)

    async def refresh(self) -> None:
        if self._monitor is not None:
            await _in_thread(partial(self._monitor.refresh, _REFRESH_TIMEOUT), _REFRESH_TIMEOUT)

    def _apply(self, changes: Sequence[monitor.Change], t: float) -> None:
        if self._monitor is None:
            return
        for change in changes:
            match change:
                case monitor.Running():
                    self._report(ServiceReport(running=True, t=t))
                case monitor.Stopped(code, message):
                    for name in tuple(self._readers):
                        self._remove(name, t)
                    self._report(ServiceReport(running=False, t=t, detail=_why_stopped(code, message), code=code))
                case monitor.Gone(name):
                    self._remove(name, t)
                case monitor.Slot():
                    self._slot_changed(change, t)

    def _remove(self, name: str, t: float) -> None:
        if (reader := self._readers.pop(name, None)) is not None:
            reader.close()
            self._report(ReaderVanished(name, t))

    def _slot_changed(self, slot: monitor.Slot, t: float) -> None:
        reader = self._readers.get(slot.name)
        if reader is None:
            assert self._monitor is not None
            reader = self._readers[slot.name] = PcscReader(
                slot, self._report, partial(self._monitor.refresh, _REFRESH_TIMEOUT)
            )
            self._report(ReaderAppeared(reader, reader.status, t))
        else:
            reader.update(slot, t)


class PcscReader:
    """One PC/SC reader, with its worker (implements :class:`~cardscope.readers.protocol.Reader`)."""

    kind = ReaderKind.PCSC

    def __init__(
        self, slot: monitor.Slot, report: Callable[[SourceReport], None], refresh_watch: Callable[[], None]
    ) -> None:
        self.name = slot.name
        self._slot = slot
        self._report = report
        self._refresh_watch = refresh_watch
        self._worker = Worker(f"cardscope-reader {slot.name}")
        self.turn = asyncio.Lock()
        """Held by the channel that talks to the card: a worker that waits for another channel's transaction to end
        would never carry out that end."""
        self._connections = 0
        self._context: pcsc.Context | None = None  # the worker's own; only used on its thread
        self._following: asyncio.Task[None] | None = None
        """Set while another program is known to hold the card and PC/SC may not say so yet."""
        self.status = self._current_status()

    def update(self, slot: monitor.Slot, t: float) -> None:
        """Takes over what the watch saw."""
        self._slot = slot
        self._publish(t)

    def close(self) -> Worker:
        """Lets the worker end after the call that it is in; returns it for joining."""
        if self._following is not None:
            self._following.cancel()
        if not self._worker.stopping:
            self._worker.call(self._release_context).add_done_callback(_ignore_result)
            self._worker.stop()
        return self._worker

    async def connect(self) -> "PcscChannel":
        try:
            card = await self.call(self._connect, undo=pcsc.Card.disconnect)
        except (PcscCallError, WorkerStoppedError) as error:
            if isinstance(error, PcscCallError) and error.code == Code.SHARING_VIOLATION and self._following is None:
                self._following = asyncio.get_running_loop().create_task(self._follow_holder())
            raise self.translate(error, Sent.NO) from error
        self._connections += 1
        self._publish(time.monotonic())
        return PcscChannel(self, card)

    async def send_escape(self, command: bytes) -> bytes:
        async with self.turn:
            try:
                return await self.call(partial(self._control, command))
            except WorkerStoppedError as error:
                raise self.translate(error, Sent.NO) from error
            except PcscCallError as error:
                if error.call != "SCardControl" or error.code in _NOT_THE_DRIVER:
                    raise self.translate(error, Sent.NO) from error
                # What a driver answers that takes none, and what one whose reader failed, looks the same.
                text = f"The driver of “{self.name}” did not take the command: {error}."
                raise errors.EscapeRefusedError(
                    text, reader=self.name, remedy=escape_remedy(), sent=Sent.UNKNOWN
                ) from error

    async def call(self, function: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """Runs ``function`` on the worker. PC/SC cannot take a call back: what one that was cancelled brought all the
        same (a connection, a transaction) is given to ``undo``."""
        future = self._worker.call(function)
        if undo is None:
            return await future
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(partial(self._undo, undo))
            raise

    def _undo(self, undo: Callable[[T], object], done: "asyncio.Future[T]") -> None:
        if done.exception() is None:
            self._worker.call(partial(undo, done.result())).add_done_callback(_ignore_result)

    def let_go(self, card: pcsc.Card) -> None:
        """Ends a connection. Not awaited: behind a stuck call the end would never come, and nobody needs to know it."""
        self._worker.call(card.disconnect).add_done_callback(_ignore_result)
        self._connections -= 1
        self._publish(time.monotonic())

    def translate(self, error: PcscCallError | WorkerStoppedError, sent: Sent) -> errors.ReaderError:
        """The typed error for a failed call; ``sent`` says whether the call could have reached the card."""
        if isinstance(error, WorkerStoppedError):
            return errors.ReaderGoneError(
                f"The reader “{self.name}” is no longer there.",
                reader=self.name,
                remedy="Plug the reader in again, or start the PC/SC service if that stopped.",
            )
        kind, what, remedy = _ERRORS.get(error.code, (errors.TransmitError, "", ""))
        if kind is errors.NoCardError and sent is Sent.UNKNOWN:
            kind = errors.CardRemovedError
        text = what.format(reader=self.name) if what else f"The reader “{self.name}” reports: {error}."
        # These three are found out before anything goes to the card.
        if error.code in (Code.RESET_CARD, Code.SHARING_VIOLATION, Code.INVALID_HANDLE):
            sent = Sent.NO
        return kind(text, reader=self.name, remedy=remedy, sent=sent)

    def _connect(self) -> pcsc.Card:
        """On the worker."""
        return self._own_context().connect(self.name)

    def _control(self, command: bytes) -> bytes:
        """On the worker."""
        return self._own_context().control(self.name, escape_code(), command)

    def _own_context(self) -> pcsc.Context:
        """On the worker."""
        if self._context is None:
            self._context = pcsc.Context()
        return self._context

    async def _follow_holder(self) -> None:
        """Another program holds the card: says so, and lets the watch see it too, since pcsc-lite reports a card as
        freed only to those who saw it held. What the watch sees then counts: the card may be free already."""
        self._publish(time.monotonic())
        for pause in _HOLDER_PAUSES:
            await asyncio.sleep(pause)
            await _in_thread(self._refresh_watch, _REFRESH_TIMEOUT)
        self._following = None
        self._publish(time.monotonic())

    def _release_context(self) -> None:
        """On the worker."""
        if self._context is not None:
            self._context.release()
            self._context = None

    def _publish(self, t: float) -> None:
        if self._worker.stopping:
            return  # gone: whoever still holds a channel must not bring it back
        status = self._current_status()
        if status != self.status:
            self.status = status
            self._report(StatusChanged(status, t))

    def _current_status(self) -> ReaderStatus:
        state = self._slot.state
        if state.has_card and self._following is not None:
            state = ReaderState.EXCLUSIVE
        if state is ReaderState.IN_USE and self._connections:
            state = ReaderState.PRESENT  # PC/SC does not tell who uses it; this is us
        return ReaderStatus(self.name, ReaderKind.PCSC, state, self._slot.atr, self._slot.serial)


class PcscChannel:
    """A connection to a card through PC/SC (implements :class:`~cardscope.readers.protocol.Channel`)."""

    def __init__(self, reader: PcscReader, card: pcsc.Card) -> None:
        self._reader = reader
        self._card: pcsc.Card | None = card
        self._transactions = 0
        self.protocol: CardProtocol = card.protocol

    async def transmit(self, command: bytes) -> bytes:
        async with self._my_turn():
            return await self._call(partial(self._open_card().transmit, command), Sent.UNKNOWN)

    async def reset(self) -> bytes:
        async with self._my_turn():
            card = self._open_card()
            atr = await self._call(card.reset, Sent.NO)
            self.protocol = card.protocol
            return atr

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        async with self._my_turn():
            card = self._open_card()
            await self._call(card.begin_transaction, Sent.NO, undo=lambda _: card.end_transaction())
            self._transactions += 1
            try:
                yield
            finally:
                self._transactions -= 1
                # It ended by itself with the card or the connection, and must not hide the error that tells of that.
                with suppress(errors.ReaderError):
                    await self._call(card.end_transaction, Sent.NO)

    def _my_turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._transactions else self._reader.turn

    async def disconnect(self) -> None:
        card, self._card = self._card, None
        if card is None:
            return
        self._reader.let_go(card)

    def _open_card(self) -> pcsc.Card:
        if self._card is None:
            raise errors.CardRemovedError("The connection to the card has ended.", reader=self._reader.name)
        return self._card

    async def _call(self, function: Callable[[], T], sent: Sent, undo: Callable[[T], object] | None = None) -> T:
        try:
            return await self._reader.call(function, undo)
        except (PcscCallError, WorkerStoppedError) as error:
            raise self._reader.translate(error, sent) from error


_SERVICE_STOPPED: Final = (
    errors.ServiceStoppedError,
    "The PC/SC service stopped.",
    "Start the service again; CardScope goes on by itself.",
)
_ERRORS: Final[dict[int, tuple[type[errors.ReaderError], str, str]]] = {
    Code.NO_SMARTCARD: (errors.NoCardError, "There is no card in “{reader}”.", "Put a card on the reader."),
    Code.REMOVED_CARD: (errors.CardRemovedError, "The card was taken from “{reader}”.", "Put the card back."),
    Code.UNRESPONSIVE_CARD: (
        errors.CardMuteError,
        "The card in “{reader}” does not answer.",
        "Turn the card over or move it a little, then put it back.",
    ),
    Code.UNPOWERED_CARD: (
        errors.CardMuteError,
        "The card in “{reader}” has no power.",
        "Take the card away and put it back.",
    ),
    Code.RESET_CARD: (
        errors.CardResetError,
        "Another program reset the card in “{reader}”; what was selected or unlocked on it is lost.",
        "Send the command again if it still applies.",
    ),
    Code.SHARING_VIOLATION: (
        errors.ReaderBusyError,
        "Another program holds the card in “{reader}” for itself.",
        "Close that program (often GnuPG, a browser or banking software); CardScope goes on when the card is free.",
    ),
    Code.UNKNOWN_READER: (errors.ReaderGoneError, "The reader “{reader}” is gone.", "Plug the reader in again."),
    Code.READER_UNAVAILABLE: (errors.ReaderGoneError, "The reader “{reader}” is gone.", "Plug the reader in again."),
    Code.NOT_TRANSACTED: (
        errors.TransmitError,
        "The card in “{reader}” did not answer the command; it may have been moved.",
        "Check that the card lies still on the reader and try again.",
    ),
    Code.COMM_ERROR: _SERVICE_STOPPED,
    Code.NO_SERVICE: _SERVICE_STOPPED,
    Code.SERVICE_STOPPED: _SERVICE_STOPPED,
    Code.INVALID_HANDLE: _SERVICE_STOPPED,
}
_NOT_THE_DRIVER: Final = pcsc.SERVICE_GONE | {Code.UNKNOWN_READER, Code.READER_UNAVAILABLE, Code.SHARING_VIOLATION}
"""Results of a control call that say nothing of whether the driver takes such commands."""


def _why_stopped(code: int, message: str) -> str:
    if code == Code.NO_LIBRARY:
        return f"The PC/SC library cannot be loaded: {message}."
    if code == Code.SECURITY_VIOLATION:
        return "The PC/SC service runs but refuses this session."
    if code in pcsc.SERVICE_GONE:
        return "The PC/SC service is not running."
    return f"The PC/SC service does not work: {message}."


async def _in_thread(function: Callable[[], object], longest: float) -> None:
    """Runs what talks to the service, which may hang, off the loop's thread; waits at most ``longest`` seconds."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def run() -> None:
        function()
        call_on(loop, done.set)

    threading.Thread(target=run, name="cardscope-control", daemon=True).start()
    with suppress(TimeoutError):  # stuck in the service; being a daemon, the thread ends with the process
        async with asyncio.timeout(longest):
            await done.wait()


def _stop_threads(watch: monitor.Monitor, workers: Sequence[Worker]) -> None:
    deadline = time.monotonic() + _CLOSE_TIMEOUT
    watch.stop(_CLOSE_TIMEOUT)
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))


def _ignore_result(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
