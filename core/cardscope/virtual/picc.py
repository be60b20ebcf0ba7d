"""What a contactless card (PICC) is to the reader model in front of it."""

from typing import Protocol

from cardscope.virtual.answers import Answer


class Picc(Protocol):
    """A card that speaks in bare frames, ISO/IEC 14443-3 and no more: every Type 2 tag. Frames have no CRC.

    Everything happens at once. Wrappers that add time or faults have the same shape.
    """

    @property
    def uid(self) -> bytes:
        """7 bytes."""
        ...

    def power_up(self) -> None:
        """The field comes on. Without effect on a powered card."""
        ...

    def power_down(self) -> None:
        """The field goes off, and volatile state with it."""
        ...

    def select(self) -> bytes | None:
        """WUPA, anticollision and SELECT. The UID, or ``None`` when nothing answers."""
        ...

    def exchange(self, frame: bytes) -> Answer:
        """What the reader hears after ``frame``; ``None`` is silence."""
        ...


class IsoDepPicc(Protocol):
    """A contactless card that speaks APDUs, ISO/IEC 14443-4. The blocks that carry them are not simulated."""

    @property
    def uid(self) -> bytes:
        """4, 7 or 10 bytes."""
        ...

    @property
    def historical(self) -> bytes:
        """The historical bytes of the ATS, 0 to 15."""
        ...

    def power_up(self) -> None:
        """The field comes on: the card starts anew. Without effect on a powered card."""
        ...

    def power_down(self) -> None:
        """The field goes off, and volatile state with it."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """The response APDU, at least two bytes. Never raises, whatever the bytes."""
        ...
