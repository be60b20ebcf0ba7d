"""The bits of a page for an inspector: what each is now, what it shall be, and whether that can be chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cardscope.decode.tag_cc import MAGIC
from cardscope.memory.draft import Draft
from cardscope.memory.page_access import Access, TagAccess, lock_bytes
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.page_meaning import page_fields
from cardscope.tags.catalogue import ConfigField
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.locks import LockBit, LockBytes

_BITS: Final = (
    Area.STATIC_LOCK,
    Area.DYNAMIC_LOCK,
    Area.CAPABILITY_CONTAINER,
    Area.CONFIGURATION,
    Area.REGISTER,
)
"""Areas whose bits have meanings of their own."""
_FEW = 3
"""Fields of up to this many bits offer all of their values as choices."""
_ONE_WAY_FIELDS = ("CFGLCK", "REG_LOCK_NFC", "REG_LOCK_I2C")
_RESERVED = "Reserved: it has no published meaning, and is written as it is or as 0."
_CC_FIELDS = (("Magic number", 0, 7, 0), ("Major", 1, 7, 4), ("Minor", 1, 3, 0), ("Size", 2, 7, 0))
_CC_ACCESS = (("Read access", 3, 7, 4), ("Write access", 3, 3, 0))


@dataclass(frozen=True, slots=True)
class Bit:
    """A bit, or a field of some bits of one byte. ``Draft.with_field(bit.place, value)`` changes it."""

    place: ConfigField
    """Page, byte and bits."""
    name: str
    meaning: str
    """What the wanted value means, a sentence."""
    pages: tuple[int, ...]
    """The pages that it is about; empty for none in particular."""
    one_way: bool
    """What is set stays set for ever."""
    now: int | None
    """The value now; ``None``: unknown."""
    wanted: int | None
    """The value that it shall have."""
    frozen: bool
    """It can never change again, whatever it is."""
    why_not: str
    """Why it cannot be chosen, a sentence; empty: it can."""
    choices: tuple[tuple[int, str], ...] = ()
    """Every value with its meaning, for fields of two or three bits that can be chosen; a flag is turned over."""

    @property
    def byte(self) -> int:
        """The byte within the page, 0 to 3."""
        return self.place.byte

    @property
    def is_flag(self) -> bool:
        """Whether it is one bit."""
        return self.place.high == self.place.low

    @property
    def set_now(self) -> bool:
        """Whether any bit of it is set now."""
        return bool(self.now)

    @property
    def editable(self) -> bool:
        """Whether it can be chosen at all."""
        return not self.why_not


class _Tag(NamedTuple):
    """What all bits of a page share."""

    draft: Draft
    access: TagAccess
    meanings: Mapping[tuple[int, int, int], str]


def page_bits(draft: Draft, page: int) -> tuple[Bit, ...]:
    """The bits of ``page``, by byte and from the highest bit down; empty for pages that are data as a whole.

    Raises ValueError for a page that the chip does not have.
    """
    area = page_area(draft.chip, page)
    if area not in _BITS:
        return ()
    tag = _Tag(draft, TagAccess(draft.base), _meanings(draft, page))
    if area in (Area.STATIC_LOCK, Area.DYNAMIC_LOCK):
        found = _lock_bits(tag, next(lock for lock in lock_bytes(draft.chip) if lock.page == page))
    elif area is Area.CAPABILITY_CONTAINER:
        found = _cc_bits(tag)
    else:
        found = _settings(tag, page)
    return tuple(sorted(found, key=lambda bit: (bit.place.byte, -bit.place.high)))


def _lock_bits(tag: _Tag, lock: LockBytes) -> Iterator[Bit]:
    held = tag.draft.base.pages.get(lock.page)
    inner = slice(lock.offset, lock.offset + lock.size)
    frozen = bytes(lock.size) if held is None else lock.frozen(held[inner])
    for one in lock.bits:
        place = ConfigField(lock.page, lock.offset + one.byte, one.bit, one.bit)
        ice = bool(frozen[one.byte] & one.mask)
        why = "Block-lock bits have frozen it." if ice else ""
        yield _bit(tag, place, _lock_name(one), tuple(one.pages), one_way=True, frozen=ice, why_not=why)
    for at, mask in enumerate(lock.rfui):
        yield from _reserved(tag.draft, lock.page, lock.offset + at, mask)


def _lock_name(one: LockBit) -> str:
    first, last = one.pages[0], one.pages[-1]
    return f"{'BL' if one.block else 'L'} {first if first == last else f'{first}-{last}'}"


def _cc_bits(tag: _Tag) -> Iterator[Bit]:
    content = tag.draft.page(3)
    if content is not None and content[0] == MAGIC:
        for name, byte, high, low in (*_CC_FIELDS, *_CC_ACCESS):
            yield _bit(tag, ConfigField(3, byte, high, low), name, (), one_way=True)
        return
    for byte in range(PAGE_SIZE):
        for bit in range(8):
            place = ConfigField(3, byte, bit, bit)
            yield _bit(tag, place, f"OTP {8 * byte + bit}", (), one_way=True)


def _settings(tag: _Tag, page: int) -> Iterator[Bit]:
    meant = [0] * PAGE_SIZE
    for name, place in tag.draft.chip.fields.items():
        if place.page == page:
            meant[place.byte] |= place.mask
            yield _bit(tag, place, name, (), one_way=name in _ONE_WAY_FIELDS)
    if page_area(tag.draft.chip, page) is Area.CONFIGURATION:
        for byte, mask in enumerate(meant):
            yield from _reserved(tag.draft, page, byte, ~mask & 0xFF)


def _reserved(draft: Draft, page: int, byte: int, mask: int) -> Iterator[Bit]:
    """The bits of ``mask`` as runs."""
    high = 7
    while high >= 0:
        low = high
        if mask & 1 << high:
            while low > 0 and mask & 1 << low - 1:
                low -= 1
            place = ConfigField(page, byte, high, low)
            now, wanted = _value(place, draft.base.pages.get(page)), _value(place, draft.page(page))
            yield Bit(place, "RFUI", "Reserved.", (), False, now, wanted, frozen=False, why_not=_RESERVED)
        high = low - 1


def _bit(
    tag: _Tag,
    place: ConfigField,
    name: str,
    pages: tuple[int, ...],
    *,
    one_way: bool,
    frozen: bool = False,
    why_not: str = "",
) -> Bit:
    draft = tag.draft
    now, wanted = _value(place, draft.base.pages.get(place.page)), _value(place, draft.page(place.page))
    state = tag.access.page(place.page)
    if state.access in (Access.LOCKED, Access.READ_ONLY, Access.UNKNOWN):
        why_not = state.why
    elif now is None:
        why_not = "What the page holds is unknown."
    elif one_way and now == place.mask >> place.low:
        why_not = "It is set, and nothing clears it."
    choosable = not why_not and 0 < place.high - place.low < _FEW
    choices = _choices(draft, place, now, one_way=one_way) if choosable else ()
    meaning = "" if wanted is None else tag.meanings.get(_key(place), "")
    return Bit(
        place, name, meaning, pages, one_way, now, wanted, frozen or state.access is Access.LOCKED, why_not, choices
    )


def _choices(draft: Draft, place: ConfigField, now: int | None, *, one_way: bool) -> tuple[tuple[int, str], ...]:
    return tuple(
        (value, _meanings(draft.with_field(place, value), place.page).get(_key(place), ""))
        for value in range((place.mask >> place.low) + 1)
        if not one_way or now is None or value & now == now
    )


def _meanings(draft: Draft, page: int) -> dict[tuple[int, int, int], str]:
    """What the tree of ``page`` says, by byte, highest and lowest bit."""
    found: dict[tuple[int, int, int], str] = {}
    for field in page_fields(draft, page).walk():
        start, end = field.span
        if field.bits is not None:
            found.setdefault((start, *field.bits), field.meaning)
        elif end - start == 1 and not field.children:
            found.setdefault((start, 7, 0), field.meaning)
    return found


def _key(place: ConfigField) -> tuple[int, int, int]:
    return place.byte, place.high, place.low


def _value(place: ConfigField, content: bytes | None) -> int | None:
    return None if content is None else place.value(content)
