"""What was read of a tag: raw, with the reasons for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardscope.identify.chip_identity import ChipIdentity
from cardscope.tags.catalogue import Chip


@dataclass(frozen=True, slots=True)
class TagReadout:
    """What was read of one tag.

    ``pages`` maps page numbers, counted through the sectors (256 · sector + page), to 4 bytes as READ showed them.
    ``unreadable`` has a sentence for each page that was asked for and did not come.
    """

    uid: bytes
    """What the reader says; empty when it says nothing."""
    identity: ChipIdentity
    pages: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    unreadable: Mapping[int, str] = field(default_factory=dict[int, str])
    signature: bytes | None = None
    """32 bytes; ``None``: not read."""
    counters: Mapping[int, int] = field(default_factory=dict[int, int])
    read_protected_from: int | None = None
    """The page from which on reading needs the password, as far as reading showed it."""
    counted_by_reading: bool | None = False
    """Whether reading has counted the NFC counter up by one, as every first read after a power-up does where it is on;
    ``None``: that could not be told."""
    withheld: str = ""
    """Why memory was not read although it could have been, and how to read it all the same."""
    signature_asked: bool = True
    """Whether a chip that has a signature was asked for it, so that a missing one says something about the tag."""

    @property
    def chip(self) -> Chip | None:
        """The chip whose memory this is, as far as known."""
        return self.identity.chip

    def bytes_of(self, first: int, last: int) -> bytes | None:
        """Pages ``first`` to ``last`` in one piece; ``None`` when one is missing."""
        parts = [self.pages.get(page) for page in range(first, last + 1)]
        return b"".join(part for part in parts if part is not None) if None not in parts else None
