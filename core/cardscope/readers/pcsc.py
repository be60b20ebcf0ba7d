"""The PC/SC calls, typed. The only module that imports ``smartcard`` (pyscard), and only its low-level ``scard`` part.

pyscard's high-level monitors poll and end at the first error, and its high-level transmit fails on answers under two
bytes, so neither is used. Every call here blocks and releases the GIL; none belongs on the event loop's thread.
A context belongs to one thread (PC/SC serialises the calls of a context), except for :meth:`Context.cancel`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import ModuleType
from typing import TYPE_CHECKING, Final

from cardscope.readers.protocol import CardProtocol, ReaderState

if TYPE_CHECKING:
    from smartcard import scard

PNP_NOTIFICATION: Final = "\\\\?PnP?\\Notification"
"""The pseudo reader whose state changes when a reader comes or goes."""
STATE_UNAWARE: Final = 0


class Code(IntEnum):
    """The PC/SC result codes that CardScope tells apart (winscard.h, pcsclite.h), as unsigned 32-bit numbers."""

    NO_LIBRARY = 0
    """Not PC/SC's own: its client library could not be loaded."""
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    COMM_ERROR = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_READERS_AVAILABLE = 0x8010002E
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A


SERVICE_GONE: Final = frozenset(
    # COMM_ERROR is what a waiting call gets when pcscd is killed; a handle is invalid once another pcscd took over.
    {
        Code.NO_LIBRARY,
        Code.COMM_ERROR,
        Code.INVALID_HANDLE,
        Code.NO_SERVICE,
        Code.SERVICE_STOPPED,
        Code.SECURITY_VIOLATION,
    }
)


class PcscCallError(Exception):
    """``call`` did not succeed. ``code`` is its result as an unsigned 32-bit number, see :class:`Code`."""

    def __init__(self, call: str, code: int, message: str) -> None:
        super().__init__(f"{call}: {message} (0x{code:08X})")
        self.call = call
        self.code = code


if not TYPE_CHECKING:
    scard: ModuleType


def load() -> None:
    """Loads the PC/SC library. Called on the watch thread, so that neither a missing library nor its 20 ms hold up
    the window. Raises :class:`PcscCallError` with ``Code.NO_LIBRARY``."""
    try:
        from smartcard import scard as loaded  # noqa: PLC0415
    except ImportError as error:
        raise PcscCallError("load", Code.NO_LIBRARY, str(error)) from error
    globals()["scard"] = loaded


def _check(call: str, result: int) -> None:
    if code := result & 0xFFFFFFFF:  # Windows returns the code signed, pcsc-lite unsigned
        raise PcscCallError(call, code, scard.SCardGetErrorMessage(result).rstrip("."))


@dataclass(frozen=True, slots=True)
class SlotState:
    """What SCardGetStatusChange said of one reader. ``raw`` is its ``dwEventState``, to be handed back next time."""

    name: str
    raw: int
    atr: bytes

    @property
    def gone(self) -> bool:
        """The reader is no longer there."""
        return bool(self.raw & scard.SCARD_STATE_UNKNOWN)

    @property
    def present(self) -> bool:
        return bool(self.raw & scard.SCARD_STATE_PRESENT)

    @property
    def counter(self) -> int:
        """The reader's count of insertions and removals, 16 bits; always 0 on macOS, which does not count."""
        return (self.raw >> 16) & 0xFFFF

    @property
    def state(self) -> ReaderState:
        raw = self.raw
        if raw & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            return ReaderState.UNAVAILABLE
        if not raw & scard.SCARD_STATE_PRESENT:
            return ReaderState.EMPTY
        if raw & scard.SCARD_STATE_MUTE or not self.atr:
            return ReaderState.MUTE
        if raw & scard.SCARD_STATE_EXCLUSIVE:
            return ReaderState.EXCLUSIVE
        return ReaderState.IN_USE if raw & scard.SCARD_STATE_INUSE else ReaderState.PRESENT


class Context:
    """One SCARDCONTEXT. Every method but :meth:`cancel` is for the thread that made it."""

    def __init__(self) -> None:
        """Raises :class:`PcscCallError` when the service does not answer."""
        result, self._handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _check("SCardEstablishContext", result)

    def release(self) -> None:
        """Frees the context; a service that is gone is no error here."""
        scard.SCardReleaseContext(self._handle)

    def cancel(self) -> None:
        """Ends a :meth:`wait` on another thread. Has no effect when no wait is under way, so repeat it until it had."""
        scard.SCardCancel(self._handle)

    def readers(self) -> list[str]:
        """The names of all readers."""
        result, names = scard.SCardListReaders(self._handle, [])
        if result & 0xFFFFFFFF == Code.NO_READERS_AVAILABLE:
            return []
        _check("SCardListReaders", result)
        return names

    def wait(self, states: Sequence[tuple[str, int]], timeout_ms: int | None) -> list[SlotState]:
        """Waits until one of ``states`` (reader and last known raw state) is no longer true, and returns the new ones.

        ``timeout_ms`` of ``None`` waits without limit. Raises :class:`PcscCallError`, also for cancel and time-out.
        """
        result, changed = scard.SCardGetStatusChange(
            self._handle, scard.INFINITE if timeout_ms is None else timeout_ms, states
        )
        _check("SCardGetStatusChange", result)
        return [SlotState(name, raw & ~scard.SCARD_STATE_CHANGED, bytes(atr)) for name, raw, atr in changed]

    def connect(self, reader: str) -> "Card":
        """Connects to the card in ``reader``, shared, over T=0 or T=1."""
        result, handle, protocol = scard.SCardConnect(
            self._handle, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        _check("SCardConnect", result)
        return Card(handle, protocol)

    def control(self, reader: str, code: int, command: bytes) -> bytes:
        """Connects to ``reader`` itself, which need not hold a card, sends ``command`` with SCardControl and ``code``,
        and disconnects."""
        result, handle, _protocol = scard.SCardConnect(self._handle, reader, scard.SCARD_SHARE_DIRECT, 0)
        _check("SCardConnect", result)
        try:
            result, answer = scard.SCardControl(handle, code, list(command))
            _check("SCardControl", result)
            return bytes(answer)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


class Card:
    """One SCARDHANDLE; for the thread whose context it came from."""

    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self._protocol = protocol

    @property
    def protocol(self) -> CardProtocol:
        if self._protocol == scard.SCARD_PROTOCOL_T0:
            return CardProtocol.T0
        return CardProtocol.T1 if self._protocol == scard.SCARD_PROTOCOL_T1 else CardProtocol.RAW

    def transmit(self, command: bytes) -> bytes:
        """SCardTransmit: the answer as it came, of any length."""
        result, answer = scard.SCardTransmit(self._handle, self._protocol, list(command))
        if result:
            _check("SCardTransmit", result)
        if not answer:
            # No card says nothing at all. Some drivers (vpcd) report so a card that is gone.
            raise PcscCallError("SCardTransmit", Code.NOT_TRANSACTED, "empty answer")
        return bytes(answer)

    def reset(self) -> bytes:
        """Takes the card's power away and gives it back; returns the new ATR."""
        result, self._protocol = scard.SCardReconnect(
            self._handle,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
            scard.SCARD_UNPOWER_CARD,
        )
        _check("SCardReconnect", result)
        result, _reader, _state, _protocol, atr = scard.SCardStatus(self._handle)
        _check("SCardStatus", result)
        return bytes(atr)

    def begin_transaction(self) -> None:
        _check("SCardBeginTransaction", scard.SCardBeginTransaction(self._handle))

    def end_transaction(self) -> None:
        _check("SCardEndTransaction", scard.SCardEndTransaction(self._handle, scard.SCARD_LEAVE_CARD))

    def disconnect(self) -> None:
        """Ends the connection, leaving the card powered (the default would reset it under other programs)."""
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)
