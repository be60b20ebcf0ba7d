"""Proxmark3's ``.bin``: a header and the pages of sector 0 by their numbers.

Facts: RfidResearchGroup/proxmark3, include/mifare.h (new header, 56 bytes) and client/src/cmdhfmfu.h (old header, 48
bytes). New: version[8], tbo[2], tbo1[1], the highest page number[1], signature[32], three times counter[3] and tearing
flag[1], as the tag answers them, so least significant byte first. Old: version[8], tbo[2], tearing[3], pack[2],
tbo1[1], signature[32]. What could not be read is 00.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cardscope.decode.hex import format_hex
from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.pages import (
    EMPTY_PAGE,
    TEARING_NORMAL,
    begins_tag,
    by_number,
    chips_of,
    filled_page,
    fits,
    known,
    known_counters,
    known_pages,
    named_pages,
    one_chip,
    secret_pages,
    snapshot_of,
    split_pages,
    torn_counters,
)
from cardscope.tags.catalogue import Chip, chip_by_version
from cardscope.tags.image import PAGE_SIZE, image_pages
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import VERSION_SIZE, TagSnapshot

KEY, NAME = "proxmark3", "Proxmark3 .bin"
OLD_KEY, OLD_NAME = "proxmark3-old", "Proxmark3 .bin, old header"
HEADER_SIZE: Final = 56
OLD_HEADER_SIZE: Final = 48
COUNTERS: Final = 3
_COUNTER_SIZE: Final = 3
_LAST_PAGE: Final = 11
_SIGNATURE: Final = 12
_OLD_TEARING: Final = 10
_OLD_PACK: Final = 13
_OLD_SIGNATURE: Final = 16
_LEAST_PAGES: Final = 3


@dataclass(frozen=True, slots=True)
class Contents:
    """What a Proxmark3 file of either kind tells."""

    version: bytes
    """8 bytes, 00 for unknown, as is the signature."""
    signature: bytes
    pages: list[bytes | None]
    """Of sector 0, by number."""
    counters: Mapping[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    """Value and tearing flag by address."""
    pack: bytes = b"\0\0"
    """The answer to PWD_AUTH, in the old header alone."""
    may_be_partial: bool = False
    """Whether the file says itself how many pages it has, so that a part of the memory is no damage."""


def dump_of(contents: Contents, chosen: Chip | None, format_key: str, format_name: str) -> Dump:
    """The tag that ``contents`` are of. Raises DumpFormatError and AmbiguousDumpError."""
    version, count = known(contents.version), len(contents.pages)
    if count < _LEAST_PAGES or None in contents.pages[:_LEAST_PAGES]:
        raise DumpFormatError("The file does not have the first 3 pages of the tag.")
    chip = chosen or (chip_by_version(version) if version is not None else None)
    if chip is None:
        first = [page for page in contents.pages[:_LEAST_PAGES] if page is not None]
        chip = one_chip(format_key, format_name, chips_of(count, first), count)
    order = by_number(chip)
    if count > len(order) or not (contents.may_be_partial or fits(chip, order, count)):
        raise DumpFormatError(f"The file has {count} pages, and the {chip.name} has {len(order)}.")
    pages, notes = known_pages(chip, order, contents.pages)
    if any(contents.pack) and chip.pack is not None:
        pages.setdefault(chip.pack, contents.pack + bytes(2))
    if missing := set(order).intersection(image_pages(chip)) - pages.keys() - secret_pages(chip):
        notes = (*notes, f"The file does not have {named_pages(missing)}.")
    if version is not None and chip_by_version(version) is not chip:
        notes = (*notes, f"{format_hex(version)}, its answer to GET_VERSION, is not that of the {chip.name}.")
    snapshot = snapshot_of(
        chip,
        pages,
        version=version,
        signature=known(contents.signature),
        counters=known_counters(chip, contents.counters),
    )
    return Dump(snapshot, format_key, (*notes, *torn_counters(chip, contents.counters)))


def contents_of(snapshot: TagSnapshot) -> Contents:
    """What of ``snapshot`` a Proxmark3 file can take; the pages are all there."""
    chip = snapshot.chip
    held = frozenset(image_pages(chip))
    return Contents(
        snapshot.version or chip.version or bytes(VERSION_SIZE),
        snapshot.signature or bytes(SIGNATURE_SIZE),
        [filled_page(snapshot, page) if page in held else EMPTY_PAGE for page in by_number(chip)],
        {
            address: (snapshot.counters.get(address, 0), TEARING_NORMAL if address in snapshot.counters else 0)
            for address in range(COUNTERS)
        },
        b"\0\0" if chip.pack is None else snapshot.pages.get(chip.pack, EMPTY_PAGE)[:2],
    )


def read_new(data: bytes, chosen: Chip | None, format_key: str, format_name: str) -> Dump:
    """A file with the new header."""
    pages = split_pages(data, HEADER_SIZE)
    if (announced := data[_LAST_PAGE] + 1) != len(pages):
        raise DumpFormatError(
            f"The header announces {announced} pages, and there are {len(pages)}.", offset=min(len(data), _LAST_PAGE)
        )
    counters: dict[int, tuple[int, int]] = {}
    for address in range(COUNTERS):
        at = _SIGNATURE + SIGNATURE_SIZE + PAGE_SIZE * address
        counters[address] = int.from_bytes(data[at : at + _COUNTER_SIZE], "little"), data[at + _COUNTER_SIZE]
    signature = data[_SIGNATURE : _SIGNATURE + SIGNATURE_SIZE]
    contents = Contents(data[:VERSION_SIZE], signature, [*pages], counters, may_be_partial=True)
    return dump_of(contents, chosen, format_key, format_name)


def read_old(data: bytes, chosen: Chip | None, format_key: str, format_name: str) -> Dump:
    """A file with the old header, which tells of the counters only their tearing flags."""
    tearing = data[_OLD_TEARING:_OLD_PACK]
    contents = Contents(
        data[:VERSION_SIZE],
        data[_OLD_SIGNATURE:OLD_HEADER_SIZE],
        [*split_pages(data, OLD_HEADER_SIZE)],
        pack=data[_OLD_PACK : _OLD_PACK + 2],
    )
    dump = dump_of(contents, chosen, format_key, format_name)
    torn = torn_counters(dump.snapshot.chip, {address: (0, flag) for address, flag in enumerate(tearing)})
    return Dump(dump.snapshot, format_key, (*dump.notes, *torn))


def _looks_new(data: bytes) -> bool:
    return begins_tag(data[HEADER_SIZE:])


def _looks_old(data: bytes) -> bool:
    return begins_tag(data[OLD_HEADER_SIZE:])


def _read_new(data: bytes, chip: Chip | None) -> Dump:
    _check_length(data, HEADER_SIZE)
    return read_new(data, chip, KEY, NAME)


def _read_old(data: bytes, chip: Chip | None) -> Dump:
    _check_length(data, OLD_HEADER_SIZE)
    return read_old(data, chip, OLD_KEY, OLD_NAME)


def _check_length(data: bytes, header: int) -> None:
    if len(data) <= header:
        raise DumpFormatError(f"The file ends before its pages, within the header of {header} bytes.", offset=len(data))


def _write_new(snapshot: TagSnapshot) -> bytes:
    contents = contents_of(snapshot)
    counters = b"".join(
        value.to_bytes(_COUNTER_SIZE, "little") + bytes((tearing,)) for value, tearing in contents.counters.values()
    )
    last = bytes((len(contents.pages) - 1,))
    return contents.version + bytes(3) + last + contents.signature + counters + _joined(contents)


def _write_old(snapshot: TagSnapshot) -> bytes:
    contents = contents_of(snapshot)
    tearing = bytes(flag for _, flag in contents.counters.values())
    return contents.version + bytes(2) + tearing + contents.pack + b"\0" + contents.signature + _joined(contents)


def _joined(contents: Contents) -> bytes:
    return b"".join(page for page in contents.pages if page is not None)


FORMAT = DumpFormat(KEY, NAME, (".bin",), _looks_new, _read_new, _write_new)
OLD_FORMAT = DumpFormat(OLD_KEY, OLD_NAME, (".bin",), _looks_old, _read_old, _write_old)
