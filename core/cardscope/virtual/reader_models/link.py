"""What the commands of a reader's own can do to the card in front of it."""

from enum import Enum, auto
from typing import Protocol

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.virtual.answers import Answer


class HistoricalBytes(Enum):
    """What a family answers to FF CA 01, which PC/SC part 3 has for the historical bytes of the ATS."""

    ALONE = auto()
    IN_ATS = auto()
    """The whole ATS, beginning with its length."""
    NOT_TOLD = auto()


class Link(Protocol):
    """The reader's side of the radio link, the same for bare tags and for ISO-DEP cards."""

    @property
    def uid(self) -> bytes:
        """Of the card that was found last; empty without one."""
        ...

    @property
    def atr(self) -> bytes: ...

    @property
    def sak(self) -> int:
        """The answer to SELECT (ISO/IEC 14443-3): 00 for a Type 2 tag, 20 for an ISO-DEP card."""
        ...

    @property
    def ats(self) -> bytes:
        """The answer to select, beginning with its length (ISO/IEC 14443-4 §5.2); empty for a bare tag."""
        ...

    def exchange(self, frame: bytes) -> Answer:
        """Sends ``frame`` with its CRC. A refusal or silence leaves the tag lost until it is selected again."""
        ...

    def transmit_apdu(self, command: bytes) -> bytes | None:
        """Sends an APDU in ISO-DEP blocks; ``None`` with a card that does not know them."""
        ...

    def select(self) -> bool:
        """Wakes and selects the card; what was authenticated is lost. Whether one answers."""
        ...

    def field_on(self) -> None: ...

    def field_off(self) -> None: ...


class OwnCommands(Protocol):
    """What one family of readers understands beyond the storage-card commands of PC/SC part 3."""

    @property
    def selects_again(self) -> bool:
        """Whether the reader finds a lost tag by itself before the next storage-card command."""
        ...

    @property
    def historical(self) -> HistoricalBytes: ...

    def reset(self) -> None:
        """The card is powered, anew or for the first time, or loses its power."""
        ...

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        """The answer, at least one byte, to a short APDU of class FF; ``None``: not a command of this reader."""
        ...
