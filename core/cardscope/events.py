"""What the service tells its listeners. ``t`` is ``time.monotonic()`` in seconds when the cause was noticed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cardscope.readers.protocol import ReaderStatus

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification


class ServiceState(StrEnum):
    """Whether the PC/SC service answers."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"


class Origin(StrEnum):
    """Who wanted an exchange."""

    USER = "user"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """The PC/SC service started or stopped. ``detail`` is a sentence for a person, or empty; ``code`` is the PC/SC
    result code that told of a stop, as an unsigned 32-bit number."""

    state: ServiceState
    t: float
    detail: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class ReaderAdded:
    """A reader appeared."""

    reader: ReaderStatus
    t: float


@dataclass(frozen=True, slots=True)
class ReaderRemoved:
    """A reader disappeared."""

    name: str
    t: float


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """A reader's state is another one now (also sent at card insertion and removal)."""

    reader: ReaderStatus
    t: float


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card answered. ``insertion`` counts up from 1 within one service and never repeats."""

    reader: str
    atr: bytes
    insertion: int
    t: float


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card of ``insertion`` is gone; whatever arrives for it later is stale."""

    reader: str
    insertion: int
    t: float


@dataclass(frozen=True, slots=True)
class UidRead:
    """The card's UID became known, or (``uid`` is ``None``) ``reason`` says why it did not."""

    reader: str
    insertion: int
    uid: bytes | None
    t: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One command and its answer, or its failure (``response`` is ``None`` and ``error`` a sentence)."""

    reader: str
    insertion: int
    """The card's; 0 for a command to the reader itself, past any card."""
    origin: Origin
    command: bytes
    response: bytes | None
    ms: float
    """From handing the command over to having the answer, in milliseconds, as the caller saw it."""
    t: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """More became known of a card: ``identification`` is all that is known so far. Its ``complete`` or its
    ``interrupted`` says that nothing more comes by itself."""

    reader: str
    insertion: int
    identification: "Identification"
    t: float


Event = (
    ServiceChanged
    | ReaderAdded
    | ReaderRemoved
    | ReaderChanged
    | CardInserted
    | CardRemoved
    | UidRead
    | Exchanged
    | Identified
)
