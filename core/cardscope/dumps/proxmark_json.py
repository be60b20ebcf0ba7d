"""Proxmark3's ``.json`` with ``FileType`` “mfu”: what its ``.bin`` has, by name.

Facts: RfidResearchGroup/proxmark3, client/src/fileutils.c. ``blocks`` has the pages of sector 0 by their decimal
numbers. The first version had ``Tearing`` and ``Pack`` instead of three counters.
"""

import json
import re
from typing import Any, Final, cast

from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.lines import hex_of, shortened, text_of
from cardscope.dumps.pages import check_uid
from cardscope.dumps.proxmark_bin import COUNTERS, Contents, contents_of, dump_of
from cardscope.tags.catalogue import SECTOR, Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import VERSION_SIZE, TagSnapshot

KEY, NAME = "proxmark3-json", "Proxmark3 .json"
_FILE_TYPE: Final = "mfu"
_CLASSIC: Final = ("mfcard", "mfc v2", "mfc v3")
_OTHERS: Final = {"mfdes": "MIFARE DESFire", "mfpkeys": "MIFARE Plus", "iclass": "iCLASS", "15693 v4": "ISO 15693"}
_COUNTER_SIZE: Final = 3
_NUMBER: Final = re.compile("0|[1-9][0-9]{0,2}", re.ASCII)


def _looks_like(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and b'"FileType"' in data


def _read(data: bytes, chip: Chip | None) -> Dump:
    table = _table(data)
    filetype = table.get("FileType")
    if filetype != _FILE_TYPE:
        kind = "MIFARE Classic" if filetype in _CLASSIC else _OTHERS.get(str(filetype), "another kind")
        raise DumpFormatError(
            f"The file is a dump of a card of {kind} (“{shortened(str(filetype))}”), not of an NTAG or MIFARE "
            "Ultralight tag."
        )
    card = _object(table, "Card")
    counters: dict[int, tuple[int, int]] = {}
    for address in range(COUNTERS):
        value = _bytes(card, f"Counter{address}", _COUNTER_SIZE)
        counters[address] = int.from_bytes(value, "little"), _bytes(card, f"Tearing{address}", 1)[0]
    contents = Contents(
        _bytes(card, "Version", VERSION_SIZE),
        _bytes(card, "Signature", SIGNATURE_SIZE),
        _pages(_object(table, "blocks")),
        counters,
        _bytes(card, "Pack", 2),
        may_be_partial=True,
    )
    dump = dump_of(contents, chip, KEY, NAME)
    if "UID" in card:
        check_uid(_bytes(card, "UID", 7), dump.snapshot)
    return dump


def _table(data: bytes) -> dict[str, Any]:
    text = text_of(data)
    if text is None:
        raise DumpFormatError("The file is not text.")
    try:
        table: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise DumpFormatError(f"The JSON is damaged or cut short: {error.msg}.", line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise DumpFormatError("The JSON cannot be read: it has numbers too long or lists too deep.") from error
    if not isinstance(table, dict):
        raise DumpFormatError("The JSON is no object.")
    return cast("dict[str, Any]", table)


def _object(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict):
        raise DumpFormatError(f"“{key}” is missing or no object.")
    return cast("dict[str, Any]", value)


def _bytes(table: dict[str, Any], key: str, size: int) -> bytes:
    """The bytes under ``key``; 00 where it is missing."""
    value = table.get(key, "00" * size)
    if not isinstance(value, str):
        raise DumpFormatError(f"“{key}” is not text.")
    return hex_of(value, size, f"“{key}”", None)


def _pages(blocks: dict[str, Any]) -> list[bytes | None]:
    pages: dict[int, bytes] = {}
    for key in blocks:
        if not _NUMBER.fullmatch(key) or int(key) >= SECTOR:
            raise DumpFormatError(f"“{shortened(key)}” in “blocks” is no page number from 0 to 255.")
        pages[int(key)] = _bytes(blocks, key, PAGE_SIZE)
    return [pages.get(page) for page in range(max(pages, default=-1) + 1)]


def _write(snapshot: TagSnapshot) -> bytes:
    contents = contents_of(snapshot)
    card = {"UID": _hex(snapshot.uid), "Version": _hex(contents.version), "TBO_0": "0000", "TBO_1": "00"}
    card["Signature"] = _hex(contents.signature)
    for address, (value, tearing) in contents.counters.items():
        card[f"Counter{address}"] = _hex(value.to_bytes(_COUNTER_SIZE, "little"))
        card[f"Tearing{address}"] = f"{tearing:02X}"
    blocks = {str(number): _hex(page) for number, page in enumerate(contents.pages) if page is not None}
    table = {"Created": "cardscope", "FileType": _FILE_TYPE, "Card": card, "blocks": blocks}
    return f"{json.dumps(table, indent=2)}\n".encode()


def _hex(data: bytes) -> str:
    return data.hex().upper()


FORMAT = DumpFormat(KEY, NAME, (".json",), _looks_like, _read, _write)
