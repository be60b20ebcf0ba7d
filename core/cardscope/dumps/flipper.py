"""Flipper Zero's ``.nfc``: lines of “Key: value”, versions 2 to 4.

Facts: flipperdevices/flipperzero-firmware, NfcFileFormats.md and lib/nfc/protocols/mf_ultralight. Until version 3 (data
format version 1) the device type is the chip itself. Pages are counted through all areas of a chip, volatile registers
included. Pages from “Pages read” on, and whatever else could not be read, are 00.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cardscope.decode.hex import format_hex
from cardscope.dumps.dump import AmbiguousDumpError, Dump, DumpFormat, DumpFormatError, candidates
from cardscope.dumps.lines import hex_of, lines_of, number_of, shortened
from cardscope.dumps.pages import (
    EMPTY_PAGE,
    TEARING_NORMAL,
    check_uid,
    known,
    known_counters,
    known_pages,
    named_pages,
    secret_pages,
    snapshot_of,
    torn_counters,
)
from cardscope.tags.catalogue import SECTOR, Chip, chip_by_version, chips
from cardscope.tags.image import PAGE_SIZE, image_pages
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import VERSION_SIZE, TagSnapshot

KEY, NAME = "flipper", "Flipper .nfc"
_FILE_TYPE: Final = "Flipper NFC device"
_VERSIONS: Final = range(2, 5)
_LAST_DATA_VERSION: Final = 2
_ANY_ULTRALIGHT: Final = "Mifare Ultralight"
"""The name of MF0ICU1; the first versions gave it to every chip."""
_ULTRALIGHT: Final = "NTAG/Ultralight"
_TYPES: Final = {
    "mf0icu1": _ANY_ULTRALIGHT,
    "mf0icu2": "Mifare Ultralight C",
    "mf0ul11": "Mifare Ultralight 11",
    "mf0ulh11": "Mifare Ultralight 11",
    "mf0ul21": "Mifare Ultralight 21",
    "mf0ulh21": "Mifare Ultralight 21",
    "ntag210": "Mifare Ultralight 11",
    "ntag212": "Mifare Ultralight 21",
    "ntag213": "NTAG213",
    "ntag213f": "NTAG213",
    "ntag215": "NTAG215",
    "ntag216": "NTAG216",
    "ntag216f": "NTAG216",
    "nt3h1101": "NTAG I2C 1K",
    "nt3h1201": "NTAG I2C 2K",
    "nt3h2111": "NTAG I2C Plus 1K",
    "nt3h2211": "NTAG I2C Plus 2K",
}
"""What a Flipper calls the chips. It tells those with the same storage byte not apart; a name's own chip is first."""
_UNKNOWN_TYPES: Final = ("NTAG203", "Mifare Ultralight AES")
_COUNTERS: Final = 3
_COUNT_END: Final = 0xFFFFFF
_MOST_FAILURES: Final = 0xFFFFFFFF
_MOST_PAGES: Final = 512


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    line: int


class _Entries:
    """The lines of a file by their keys."""

    def __init__(self, data: bytes) -> None:
        self._values: dict[str, _Value] = {}
        self.last_line = 0
        for number, line in lines_of(data):
            self.last_line = number
            if line.startswith("#"):
                continue
            key, colon, value = line.partition(":")
            if not colon:
                raise DumpFormatError(f"“{shortened(line)}” is no key with a value.", line=number)
            if key in self._values:
                raise DumpFormatError(f"“{shortened(key)}” is there a second time.", line=number)
            self._values[key] = _Value(value.strip(), number)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> _Value:
        if key not in self._values:
            raise DumpFormatError(f"“{key}” is missing: the file is cut short or damaged.", line=self.last_line)
        return self._values[key]

    def number(self, key: str, most: int) -> int:
        value = self[key]
        return number_of(value.text, most, f"“{key}”", value.line)

    def hex(self, key: str, size: int) -> bytes:
        value = self[key]
        return hex_of(value.text, size, f"“{key}”", value.line)

    def pages_beyond(self, total: int) -> _Value | None:
        """The first page that is one too many."""
        for key, value in self._values.items():
            word, _, number = key.partition(" ")
            if word == "Page" and number.isdecimal() and int(number[:10]) >= total:
                return value
        return None


def _looks_like(data: bytes) -> bool:
    return b"Filetype: Flipper" in data[:100]


def _read(data: bytes, chip: Chip | None) -> Dump:
    entries = _Entries(data)
    type_name = _type_name(entries)
    version = entries.hex("Mifare version", VERSION_SIZE)
    signature = entries.hex("Signature", SIGNATURE_SIZE)
    total = entries.number("Pages total", _MOST_PAGES)
    chip, notes = _chip(entries, type_name, known(version), total, chip)
    contents, unread = _contents(entries, total)
    order = _order(chip)
    pages, hidden = known_pages(chip, order, contents)
    counters = _counters(entries)
    failures = "Failed authentication attempts"
    snapshot = snapshot_of(
        chip,
        pages,
        version=known(version),
        signature=known(signature),
        counters=known_counters(chip, counters),
        auth_failures=(entries.number(failures, _MOST_FAILURES) if failures in entries else 0) or None,
    )
    check_uid(entries.hex("UID", 7), snapshot, line=entries["UID"].line)
    missing = {order[index] for index in unread}.intersection(image_pages(chip)) - secret_pages(chip)
    if missing:
        notes = (*notes, f"The Flipper did not read {named_pages(missing)}.")
    return Dump(snapshot, KEY, (*notes, *hidden, *torn_counters(chip, counters)))


def _type_name(entries: _Entries) -> str:
    """The chip as the file names it. Raises DumpFormatError for files of other kinds."""
    filetype = entries["Filetype"]
    if filetype.text != _FILE_TYPE:
        raise DumpFormatError(f"The file is of type “{shortened(filetype.text)}” and holds no tag.", line=filetype.line)
    version = entries["Version"]
    if entries.number("Version", 99) not in _VERSIONS:
        raise DumpFormatError(f"Version {version.text} of the file format is not known, 2 to 4 are.", line=version.line)
    device = entries["Device type"]
    if device.text == _ULTRALIGHT:
        device = entries[f"{_ULTRALIGHT} type"]
    elif device.text not in (*_TYPES.values(), *_UNKNOWN_TYPES):
        kind = "a UID alone" if device.text in ("UID", "ISO14443-3A") else f"a {shortened(device.text)} card"
        raise DumpFormatError(f"The file is of {kind}, not of an NTAG or MIFARE Ultralight tag.", line=device.line)
    if device.text not in _TYPES.values():
        raise DumpFormatError(f"The memory of the {shortened(device.text)} is not known.", line=device.line)
    data_version = "Data format version"
    if data_version in entries and entries.number(data_version, 99) > _LAST_DATA_VERSION:
        value = entries[data_version]
        raise DumpFormatError(f"Version {value.text} of the data format is not known, up to 2 are.", line=value.line)
    return device.text


def _chip(
    entries: _Entries, type_name: str, version: bytes | None, total: int, chosen: Chip | None
) -> tuple[Chip, tuple[str, ...]]:
    """The chip, and what to say of the choice."""
    line = entries["Pages total"].line
    if chosen is not None:
        if not _has_total(chosen, total):
            has = len(_order(chosen))
            raise DumpFormatError(f"The file has {total} pages, and the {chosen.name} has {has}.", line=line)
        return chosen, ()
    named = [chip for key, chip in chips().items() if _TYPES[key] == type_name]
    by_version = chip_by_version(version) if version is not None else None
    if by_version is not None and (by_version in named or type_name == _ANY_ULTRALIGHT):
        named = [by_version]
    elif type_name == _ANY_ULTRALIGHT:
        named = list(chips().values())
    else:
        named = [*([by_version] if by_version is not None else []), named[0]]
    fitting = tuple(chip for chip in named if _has_total(chip, total))
    if not fitting:
        raise DumpFormatError(f"The file has {total} pages, and a {named[-1].name} has not.", line=line)
    chip, *others = fitting
    if others:
        raise AmbiguousDumpError(candidates(KEY, NAME, fitting))
    if version is None or chip is by_version:
        return chip, ()
    return chip, (
        f"{format_hex(version)}, its answer to GET_VERSION, is not that of a known chip with as many pages: it is "
        f"taken for a {chip.name}, since the file calls it “{type_name}”.",
    )


def _order(chip: Chip) -> tuple[int, ...]:
    """The page numbers in the order of the file. Of registers that appear in sector 0 it has no second copy."""
    copies = len(chip.session_areas) > 1
    return tuple(page for area in chip.areas for page in area if not (copies and page >= 3 * SECTOR))


def _has_total(chip: Chip, total: int) -> bool:
    return len(_order(chip)) == total


def _contents(entries: _Entries, total: int) -> tuple[list[bytes | None], set[int]]:
    """The pages of the file in their order, ``None`` and in the set where they were not read."""
    read = entries.number("Pages read", total) if "Pages read" in entries else total
    contents: list[bytes | None] = []
    for index in range(total):
        value = entries[f"Page {index}"]
        if value.text and set(value.text) <= {"?", " "}:
            contents.append(None)
            continue
        content = entries.hex(f"Page {index}", PAGE_SIZE)
        contents.append(None if index >= read and content == EMPTY_PAGE else content)
    if (extra := entries.pages_beyond(total)) is not None:
        raise DumpFormatError(f"The file says that there are {total} pages, and has more.", line=extra.line)
    return contents, {index for index, content in enumerate(contents) if content is None}


def _counters(entries: _Entries) -> dict[int, tuple[int, int]]:
    """Value and tearing flag by address."""
    counters: dict[int, tuple[int, int]] = {}
    for address in range(_COUNTERS):
        if f"Counter {address}" in entries:
            tearing = entries.hex(f"Tearing {address}", 1) if f"Tearing {address}" in entries else b"\0"
            counters[address] = entries.number(f"Counter {address}", _COUNT_END), tearing[0]
    return counters


def _write(snapshot: TagSnapshot) -> bytes:
    chip = snapshot.chip
    order = _order(chip)
    version = snapshot.version or chip.version or bytes(VERSION_SIZE)
    values: Mapping[str, str] = {
        "Filetype": _FILE_TYPE,
        "Version": str(_VERSIONS[-1]),
        "Device type": _ULTRALIGHT,
        "UID": format_hex(snapshot.uid, " "),
        "ATQA": "00 44",
        "SAK": "00",
        "Data format version": str(_LAST_DATA_VERSION),
        f"{_ULTRALIGHT} type": _TYPES[chip.key],
        "Signature": format_hex(snapshot.signature or bytes(SIGNATURE_SIZE), " "),
        "Mifare version": format_hex(version, " "),
        **_written_counters(snapshot),
        "Pages total": str(len(order)),
        "Pages read": str(_pages_read(snapshot, order)),
        **{f"Page {index}": format_hex(_page(snapshot, page), " ") for index, page in enumerate(order)},
        "Failed authentication attempts": str(min(snapshot.auth_failures or 0, _MOST_FAILURES)),
    }
    return "".join(f"{key}: {value}\n" for key, value in values.items()).encode()


def _page(snapshot: TagSnapshot, page: int) -> bytes:
    return snapshot.pages.get(page, EMPTY_PAGE)


def _written_counters(snapshot: TagSnapshot) -> dict[str, str]:
    lines: dict[str, str] = {}
    for address in range(_COUNTERS):
        count = snapshot.counters.get(address)
        lines[f"Counter {address}"] = str(count or 0)
        lines[f"Tearing {address}"] = f"{TEARING_NORMAL if count is not None else 0:02X}"
    return lines


def _pages_read(snapshot: TagSnapshot, order: tuple[int, ...]) -> int:
    """As a Flipper counts them: the pages before the first one that is not known. Those that READ shows as 00 and
    registers do not stop it."""
    passed = secret_pages(snapshot.chip).union(*snapshot.chip.session_areas)
    for index, page in enumerate(order):
        if page not in snapshot.pages and page not in passed:
            return index
    return len(order)


FORMAT = DumpFormat(KEY, NAME, (".nfc",), _looks_like, _read, _write)
