"""What a reader is to the rest of CardScope, be it PC/SC hardware or virtual. The only place where both meet."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ReaderKind(StrEnum):
    """Where a reader lives."""

    PCSC = "pcsc"
    VIRTUAL = "virtual"


class ReaderState(StrEnum):
    """What a reader says of its slot (PC/SC: ``SCARD_STATE_*`` flags, boiled down to the one that matters most)."""

    EMPTY = "empty"
    PRESENT = "present"
    IN_USE = "in_use"
    """A card is there and another program shares it. Not told while CardScope itself is connected: PC/SC does not say
    who uses a card."""
    EXCLUSIVE = "exclusive"
    """A card is there and another program holds it for itself alone."""
    MUTE = "mute"
    """Something is there and does not answer."""
    UNAVAILABLE = "unavailable"
    """The reader itself cannot be used."""

    @property
    def has_card(self) -> bool:
        """Whether a card that answers is there."""
        return self in (ReaderState.PRESENT, ReaderState.IN_USE, ReaderState.EXCLUSIVE)


class CardProtocol(StrEnum):
    """The transmission protocol that a connection speaks."""

    T0 = "T=0"
    T1 = "T=1"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """A reader at one moment."""

    name: str
    kind: ReaderKind
    state: ReaderState
    atr: bytes | None = None
    """The card's answer to reset, 2 to 33 bytes; ``None`` without a card that answered."""
    card_serial: int = 0
    """Differs between two cards, or two insertions of one card, in this reader: a change means card out and in."""


class Channel(Protocol):
    """An open connection to one card. Used by one task at a time; close it with :meth:`disconnect`."""

    @property
    def protocol(self) -> CardProtocol: ...

    async def transmit(self, command: bytes) -> bytes:
        """Sends ``command`` (1 to 65,544 bytes) as it is and returns the answer as it is, status word included.

        An answer may be shorter than two bytes (some readers' pseudo-APDUs have no status word).
        Raises :class:`~cardscope.errors.CardError` or :class:`~cardscope.errors.ReaderError`, whose ``sent`` tells
        whether the card can have received the command.
        """
        ...

    async def reset(self) -> bytes:
        """Resets the card (a power cycle where the reader can) and returns its new ATR. Volatile state is lost."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """While entered, no other program's command reaches the card (PC/SC: SCardBeginTransaction)."""
        ...

    async def disconnect(self) -> None:
        """Ends the connection and leaves the card powered. Harmless when already ended; raises nothing."""
        ...


class Reader(Protocol):
    """One slot that can hold one card."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> ReaderKind: ...

    async def connect(self) -> Channel:
        """Connects to the card, sharing it with other programs.

        Raises NoCardError, CardMuteError, ReaderBusyError, ReaderGoneError or ServiceStoppedError.
        """
        ...

    async def send_escape(self, command: bytes) -> bytes:
        """Sends ``command`` to the reader itself, with or without a card on it (PC/SC: SCardControl), and returns the
        answer as it is.

        Raises EscapeRefusedError, whose remedy says how the driver can be made to take such commands, ReaderBusyError,
        ReaderGoneError or ServiceStoppedError.
        """
        ...


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """A source's service answers (``running``), or does not: ``detail`` is a sentence for a person, ``code`` the
    result of the call that found out. When it answers, its readers are reported before the loop turns again."""

    running: bool
    t: float
    detail: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class ReaderAppeared:
    """A reader was plugged in, or was there when the source started."""

    reader: Reader
    status: ReaderStatus
    t: float


@dataclass(frozen=True, slots=True)
class ReaderVanished:
    """A reader was unplugged, or its service stopped."""

    name: str
    t: float


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A reader's slot changed. Two cards in quick succession may come as one change of ``card_serial``."""

    status: ReaderStatus
    t: float


SourceReport = ServiceReport | ReaderAppeared | ReaderVanished | StatusChanged
"""What a source reports; ``t`` is ``time.monotonic()`` in seconds at the moment that the source learnt of it."""


class ReaderSource(Protocol):
    """Something that readers come from: the PC/SC service, or the virtual readers of this process."""

    def start(self, report: Callable[[SourceReport], None]) -> None:
        """Starts watching. ``report`` is called on the event loop that is running now, never from another thread."""
        ...

    async def refresh(self) -> None:
        """Looks at every slot anew, for changes that nobody reports (see the PC/SC watch)."""
        ...

    async def close(self) -> None:
        """Stops watching and frees everything, within 200 ms even when a card call is stuck."""
        ...


Sources = Sequence[ReaderSource]
