"""The class byte (ISO/IEC 7816-4 §5.1.1)."""

from dataclasses import dataclass

from cardscope.virtual.iso7816.messages import StatusError

PROPRIETARY = 0x80
"""The one proprietary class of this card, for the command that simulates faults."""


@dataclass(frozen=True, slots=True)
class ClassByte:
    """What an interindustry class says."""

    channel: int
    """The logical channel, 0 to 19."""
    chained: bool
    """More commands of this chain follow."""
    secure_messaging: bool

    @classmethod
    def parse(cls, cla: int) -> "ClassByte":
        """Reads ``cla``. Raises 6E00 for a class that this card does not have: 20 to 3F (RFU), and from 81 on."""
        if cla == PROPRIETARY:
            return cls(0, False, False)
        if cla & 0xE0 == 0x00:
            return cls(cla & 0x03, bool(cla & 0x10), bool(cla & 0x0C))
        if cla & 0xC0 == 0x40:
            return cls(4 + (cla & 0x0F), bool(cla & 0x10), bool(cla & 0x20))
        raise StatusError(0x6E00)
