"""Staged changes: what the pages of a tag shall hold, beside what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from cardscope.tags.catalogue import Chip, ConfigField
from cardscope.tags.image import PAGE_SIZE, image_pages
from cardscope.tags.snapshot import TagSnapshot


@dataclass(frozen=True)
class Draft:
    """What was read of a tag and what shall become of it. Immutable: every edit makes a new one.

    ``changes`` maps pages (256 · sector + page) to the 4 bytes that they shall hold, for those alone that hold
    something else now or whose content is unknown (PWD and PACK always are, on a tag that was read). Bytes that no
    WRITE changes, the first two of page 2 and those that follow the dynamic lock bytes, may be given as 00 as in a
    WRITE, and stay as they are.

    Raises ValueError, with a sentence, for a page that the chip does not have and for other than 4 bytes.
    """

    base: TagSnapshot
    changes: Mapping[int, bytes] = field(default_factory=dict[int, bytes], repr=False)

    def __post_init__(self) -> None:
        kept: dict[int, bytes] = {}
        for page in sorted(self.changes):
            content = self.changes[page]
            self._check(page)
            if len(content) != PAGE_SIZE:
                raise ValueError(f"A page has {PAGE_SIZE} bytes, and page {page} was given {len(content)}.")
            now = self.base.pages.get(page)
            if now is not None:
                untaken = untaken_bytes(self.base.chip, page)
                content = bytes(now[at] if at in untaken and not byte else byte for at, byte in enumerate(content))
            if content != now:
                kept[page] = content
        object.__setattr__(self, "changes", MappingProxyType(kept))

    @property
    def chip(self) -> Chip:
        """The type of chip."""
        return self.base.chip

    def page(self, page: int) -> bytes | None:
        """The 4 bytes that ``page`` shall hold; ``None``: unknown, and not changed."""
        return self.changes.get(page, self.base.pages.get(page))

    def is_changed(self, page: int) -> bool:
        """Whether ``page`` shall hold something else than now."""
        return page in self.changes

    def with_page(self, page: int, content: bytes) -> "Draft":
        """With ``page`` to hold the 4 bytes ``content``; its content of now takes the change back. Raises
        ValueError."""
        return Draft(self.base, {**self.changes, page: content})

    def with_pages(self, pages: Mapping[int, bytes]) -> "Draft":
        """With all of ``pages`` to hold these contents. Raises ValueError."""
        return Draft(self.base, {**self.changes, **pages})

    def with_field(self, place: ConfigField, value: int) -> "Draft":
        """With these bits of a page set to ``value``. Raises ValueError where the page is unknown or the value too
        large."""
        held = self.page(place.page)
        if held is None:
            raise ValueError(f"What page {place.page} holds is unknown, so single bits of it cannot be changed.")
        if not 0 <= value <= place.mask >> place.low:
            raise ValueError(f"{value} does not fit into {place.high - place.low + 1} bits.")
        byte = held[place.byte] & ~place.mask | value << place.low
        return self.with_page(place.page, held[: place.byte] + bytes((byte,)) + held[place.byte + 1 :])

    def without(self, page: int) -> "Draft":
        """Without the change of ``page``."""
        return Draft(self.base, {at: content for at, content in self.changes.items() if at != page})

    def _check(self, page: int) -> None:
        if page not in stored_pages(self.base.chip):
            raise ValueError(f"The {self.base.chip.name} stores nothing in page {page}.")


@cache
def stored_pages(chip: Chip) -> frozenset[int]:
    """Every page of EEPROM."""
    return frozenset(image_pages(chip))


@cache
def untaken_bytes(chip: Chip, page: int) -> frozenset[int]:
    """The offsets of the bytes of ``page`` that no WRITE changes: before and after lock bytes."""
    for lock in (chip.static_lock, chip.dynamic_lock):
        if lock is not None and lock.page == page:
            return frozenset(range(PAGE_SIZE)).difference(range(lock.offset, lock.offset + lock.size))
    return frozenset()
