"""The data area of a Type 2 tag: the walk through its TLV blocks (NFC Forum Type 2 Tag, §2.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from cardscope.decode.tag_cc import CapabilityContainer, capability_container
from cardscope.tags.catalogue import SECTOR, Chip
from cardscope.tags.image import PAGE_SIZE

FIRST_PAGE: Final = 4
"""Where the data area begins."""
_CC_PAGE: Final = 3
_LONG: Final = 0xFF
"""In place of a length: two bytes of length follow."""
_CONTROL_SIZE: Final = 3


class TlvTag(IntEnum):
    """The tags of TLV blocks."""

    NULL = 0x00
    LOCK_CONTROL = 0x01
    MEMORY_CONTROL = 0x02
    NDEF = 0x03
    PROPRIETARY = 0xFD
    TERMINATOR = 0xFE


@dataclass(frozen=True, slots=True)
class TlvBlock:
    """One TLV block. Positions count the bytes of the data area from its first, reserved ones included."""

    tag: int
    start: int
    """The position of the tag byte."""
    length_start: int
    """The position of the first byte of the length field; of NULL and Terminator, which have none, that of the tag."""
    value_start: int
    """The position of the first byte of the value, or where it would be."""
    end: int
    """The position behind the last byte of the block that is there."""
    length: int
    """What the length field says; 0 for NULL and Terminator, which have none."""
    value: bytes
    """As far as it is there."""
    places: tuple[int, ...]
    """The position of each byte of the value: they need not be consecutive, control TLVs can reserve some between."""
    problems: tuple[str, ...] = ()
    cut: bool = False
    """Whether the area ends within the length field."""

    @property
    def complete(self) -> bool:
        """Whether the whole value is there."""
        return len(self.value) == self.length and not self.cut


@dataclass(frozen=True, slots=True)
class Reserved:
    """Bytes that a control TLV takes out of the data area. ``first`` and ``count`` are byte addresses of the tag."""

    first: int
    count: int
    lock: bool
    """Dynamic lock bits; otherwise bytes that belong to the manufacturer."""

    @property
    def addresses(self) -> range:
        """The byte addresses, 4 · page + byte."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class DataArea:
    """The data area as far as it is known."""

    cc: CapabilityContainer | None
    """``None``: the tag is not formatted for NDEF, and nothing else here means anything."""
    pages: tuple[int, ...]
    """The pages of the area in order, counted through the sectors."""
    content: bytes
    """The area's bytes up to the first page that is not known, reserved ones included."""
    blocks: tuple[TlvBlock, ...] = ()
    reserved: tuple[Reserved, ...] = ()
    problems: tuple[str, ...] = ()
    missing: int | None = None
    """The first page that the walk needed and that is not known."""
    needed: frozenset[int] = field(default_factory=frozenset[int])
    """Every page that a block announced so far goes through, known or not: what to read next, and no more."""

    @property
    def ndef(self) -> TlvBlock | None:
        """The first NDEF message TLV, which is the one that readers take."""
        return next((block for block in self.blocks if block.tag == TlvTag.NDEF), None)

    @property
    def size(self) -> int:
        """How many bytes the area has, reserved ones included."""
        return PAGE_SIZE * len(self.pages)

    def address(self, position: int) -> int:
        """The byte address on the tag (4 · page + byte) of a position in the area."""
        return PAGE_SIZE * self.pages[position // PAGE_SIZE] + position % PAGE_SIZE


def data_area(chip: Chip, pages: Mapping[int, bytes]) -> DataArea:
    """Walks through the data area of a ``chip`` with these ``pages`` (those that are known). Nothing is refused: what
    is wrong is in ``problems``, of the area or of the block. Nothing outside the data area is looked at, but page 3.
    """
    cc_page = pages.get(_CC_PAGE)
    cc = capability_container(cc_page) if cc_page is not None else None
    if cc is None:
        return DataArea(None, (), b"", missing=_CC_PAGE if cc_page is None else None)
    owned = tuple(page for area in chip.user_areas for page in area if page >= FIRST_PAGE)
    announced = cc.size // PAGE_SIZE
    problems: tuple[str, ...] = ()
    if announced > len(owned):
        problems = (
            f"The capability container announces {cc.size} bytes, and the {chip.name} has {PAGE_SIZE * len(owned)}.",
        )
    walk = _Walk(owned[:announced], pages)
    return walk.area(cc, problems)


class _Walk:
    def __init__(self, area_pages: tuple[int, ...], known: Mapping[int, bytes]) -> None:
        self._pages = area_pages
        content = bytearray()
        for page in area_pages:
            if (bytes_ := known.get(page)) is None:
                break
            content += bytes_
        self._content = bytes(content)
        self._end = PAGE_SIZE * len(area_pages)
        self._reserved: list[Reserved] = []
        self._taken: set[int] = set()
        """Addresses that are reserved."""
        self._at = 0
        self._missing: int | None = None
        self._needed: set[int] = set()

    def area(self, cc: CapabilityContainer, problems: tuple[str, ...]) -> DataArea:
        blocks: list[TlvBlock] = []
        while (block := self._block()) is not None:
            blocks.append(block)
            if block.tag == TlvTag.TERMINATOR or not block.complete:
                break
            self._reserve(block)
        if self._missing is None and self._at >= self._end and not any(b.tag == TlvTag.NDEF for b in blocks):
            problems = (*problems, "There is no NDEF message in the data area.")
        return DataArea(
            cc,
            self._pages,
            self._content,
            tuple(blocks),
            tuple(self._reserved),
            problems,
            self._missing,
            frozenset(self._needed),
        )

    def _block(self) -> TlvBlock | None:
        self._skip_reserved()
        if self._at >= self._end:
            return None
        start = self._at
        if (tag := self._byte()) is None:
            return None
        if tag in (TlvTag.NULL, TlvTag.TERMINATOR):
            return TlvBlock(tag, start, start, self._at, self._at, 0, b"", ())
        self._skip_reserved()
        length_start = self._at
        length = self._byte()
        if length == _LONG:
            high, low = self._byte(), self._byte()
            length = None if high is None or low is None else high << 8 | low
        if length is None:
            if self._missing is not None:
                return None
            why = "The data area ends within the length of this block."
            return TlvBlock(tag, start, length_start, self._at, self._at, 0, b"", (), (why,), cut=True)
        return self._value(tag, start, length_start, length)

    def _value(self, tag: int, start: int, length_start: int, length: int) -> TlvBlock:
        header_end = self._at
        self._skip_reserved()
        value_start = self._at
        value = bytearray()
        places: list[int] = []
        self._announce(length)
        while len(value) < length:
            self._skip_reserved()
            if self._at >= self._end or (byte := self._peek()) is None:
                break
            places.append(self._at)
            value.append(byte)
            self._at += 1
        problems: list[str] = []
        if len(value) < length and self._missing is None:
            problems.append(f"The block announces {length} bytes, and the data area ends after {len(value)} of them.")
        if tag in (TlvTag.LOCK_CONTROL, TlvTag.MEMORY_CONTROL) and length != _CONTROL_SIZE:
            problems.append(f"A control TLV has 3 bytes, and this one {length}.")
        if tag not in tuple(TlvTag):
            problems.append(f"No block has the tag {tag:02X}; readers skip it.")
        # Not where the walk stands: that may have gone through reserved bytes to a page that is not known.
        end = places[-1] + 1 if places else header_end
        return TlvBlock(
            tag, start, length_start, value_start, end, length, bytes(value), tuple(places), tuple(problems)
        )

    def _announce(self, length: int) -> None:
        """Notes the pages that ``length`` bytes from here on go through."""
        at, left = self._at, length
        while left > 0 and at < self._end:
            page = self._pages[at // PAGE_SIZE]
            self._needed.add(page)
            if PAGE_SIZE * page + at % PAGE_SIZE not in self._taken:
                left -= 1
            at += 1

    def _byte(self) -> int | None:
        self._skip_reserved()
        if self._at >= self._end:
            return None
        self._needed.add(self._pages[self._at // PAGE_SIZE])
        byte = self._peek()
        if byte is not None:
            self._at += 1
        return byte

    def _peek(self) -> int | None:
        if self._at < len(self._content):
            return self._content[self._at]
        self._missing = self._pages[self._at // PAGE_SIZE]
        return None

    def _skip_reserved(self) -> None:
        while self._at < self._end:
            page, byte = divmod(self._at, PAGE_SIZE)
            if PAGE_SIZE * self._pages[page] + byte not in self._taken:
                return
            self._at += 1

    def _reserve(self, block: TlvBlock) -> None:
        if block.tag not in (TlvTag.LOCK_CONTROL, TlvTag.MEMORY_CONTROL) or len(block.value) != _CONTROL_SIZE:
            return
        reserved = reserved_by(block.value, lock=block.tag == TlvTag.LOCK_CONTROL)
        self._reserved.append(reserved)
        self._taken.update(reserved.addresses)


def reserved_by(value: bytes, *, lock: bool) -> Reserved:
    """What a control TLV with this ``value`` (3 bytes) reserves (NFC Forum Type 2 Tag §2.3.2 and §2.3.3).

    Byte 0 is page address and byte offset, byte 1 the size (0 stands for 256) in bits (``lock``) or bytes, byte 2 holds
    in its low half the size of those pages as a power of two.
    """
    position, size, control = value
    first = (position >> 4) * (1 << (control & 0x0F)) + (position & 0x0F)
    size = size or SECTOR
    return Reserved(first, (size + 7) // 8 if lock else size, lock)
