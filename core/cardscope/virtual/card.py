"""What a virtual card is to a virtual reader and to the link to the PC/SC service."""

from typing import Protocol


class VirtualCard(Protocol):
    """A card as a reader presents it: for a contactless tag, the tag and the reader model in front of it.

    Everything happens at once, in the calling thread, in well under a millisecond.
    """

    @property
    def atr(self) -> bytes:
        """The answer to reset, 2 to 33 bytes; empty for a card that is mute."""
        ...

    def power_on(self) -> bytes:
        """Powers the card, resetting it when it is powered already, and returns its ATR; empty: the card is mute."""
        ...

    def power_off(self) -> None:
        """Takes the power away, and volatile state with it. Harmless on a card without power."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """The answer to ``command``: at least one byte, and no more than 65,535, which is what the link to the PC/SC
        service carries. Never raises, whatever the bytes."""
        ...
