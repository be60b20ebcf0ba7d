"""Lock bytes: which bit makes which pages read-only, and which bit freezes which others."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockBit:
    """One lock bit. ``byte`` counts from the first lock byte, ``bit`` 0 is the least significant.

    A lock bit (``block`` is false) makes ``pages`` read-only for ever. A block-lock bit freezes the lock bits of
    ``pages`` as they are: what is not locked then never will be.
    """

    byte: int
    bit: int
    pages: range
    block: bool

    @property
    def mask(self) -> int:
        """The bit within its byte."""
        return 1 << self.bit


@dataclass(frozen=True, slots=True)
class LockBytes:
    """The lock bytes of one page, static (page 2) or dynamic. They are OR-written: a bit never goes back to 0.

    ``fixed`` are the bytes that follow the lock bytes in the page: read as they stand here, whatever is written.
    """

    page: int
    offset: int
    """Of the first lock byte within the page, 0 to 3."""
    bits: tuple[LockBit, ...]
    rfui: bytes
    """One mask a lock byte: the bits with no published meaning, to be written as 0."""
    fixed: bytes
    source: str

    @property
    def size(self) -> int:
        """How many lock bytes there are: 2 or 3."""
        return len(self.rfui)

    def frozen(self, stored: bytes) -> bytes:
        """One mask a lock byte: the lock bits that block-lock bits in ``stored`` have frozen."""
        masks = bytearray(self.size)
        for blocker in self._set_bits(stored, block=True):
            for bit in self.bits:
                if not bit.block and bit.pages[0] in blocker.pages:
                    masks[bit.byte] |= bit.mask
        return bytes(masks)

    def after_write(self, stored: bytes, written: bytes) -> bytes:
        """The lock bytes after a WRITE of ``written`` over ``stored`` (``size`` bytes each).

        Only the block-lock bits that were set before count: one WRITE may set a lock bit together with the
        block-lock bit that freezes it, as the usual "lock everything" (FF FF) does. RFUI bits stay as they are.
        """
        frozen = self.frozen(stored)
        return bytes(
            old | (new & ~(ice | unused) & 0xFF)
            for old, new, ice, unused in zip(stored, written, frozen, self.rfui, strict=True)
        )

    def locked_pages(self, stored: bytes) -> frozenset[int]:
        """The pages that ``stored`` (``size`` bytes) makes read-only."""
        return frozenset(page for bit in self._set_bits(stored, block=False) for page in bit.pages)

    def _set_bits(self, stored: bytes, *, block: bool) -> Iterator[LockBit]:
        return (bit for bit in self.bits if bit.block == block and stored[bit.byte] & bit.mask)
