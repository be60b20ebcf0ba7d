"""What opens protected pages. In memory only: it is never part of a snapshot, a text or a digest."""

from dataclasses import dataclass, field

from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE

PACK_SIZE = 2
KEY_SIZE = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password with what the tag answers to it, or the key of an Ultralight C.

    ``pack`` is ``None`` where any answer will do. ``key`` is in the order of the key pages 2C to 2F, as stored.
    Raises ValueError for other lengths than 4, 2 and 16 bytes.
    """

    password: bytes | None = field(default=None, repr=False)
    pack: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, value, size in (
            ("password", self.password, PAGE_SIZE),
            ("PACK", self.pack, PACK_SIZE),
            ("key", self.key, KEY_SIZE),
        ):
            if value is not None and len(value) != size:
                raise ValueError(f"The {name} has {size} bytes, and {len(value)} were given.")

    def opens(self, chip: Chip) -> bool:
        """Whether this is what ``chip`` asks for."""
        return (self.key if chip.key_pages is not None else self.password) is not None
