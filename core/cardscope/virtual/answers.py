"""What a reader hears of a tag: bytes, a bare nibble, something damaged, or nothing at all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nibble:
    """A 4-bit answer, 0 to F: A acknowledges, everything else refuses. It is not a byte of data and has no CRC."""

    value: int

    @property
    def is_ack(self) -> bool:
        """Whether the command was accepted."""
        return self.value == 0xA


ACK = Nibble(0xA)
NAK_ARGUMENT = Nibble(0x0)
"""Invalid argument, for example a page that does not exist (NTAG213/215/216 data sheet, table of ACK and NAK)."""
NAK_AUTHENTICATION_LIMIT = Nibble(0x4)
"""The counter of failed authentications has reached its limit (same table)."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """An answer that came with a wrong CRC, or, a nibble, with a wrong form: the reader knows not to trust it.

    No tag gives this: it is what became of its answer on the way.
    """

    sent: bytes | Nibble
    """What the tag sent. The damage is in the CRC, for a reader that hands it on unchecked."""


Answer = bytes | Nibble | Damaged | None
"""``None`` is silence: the reader sees a time-out. Bytes come without their CRC."""
