"""Proxmark3's ``.eml``: a line of hex for each page, ``#`` lines are comments.

Made from a ``.bin`` it has that file's header too, in lines of the same length. Saved are the pages of sector 0 alone,
by their numbers, which every tool can read.
"""

from typing import Final

from cardscope.decode.hex import format_hex
from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.lines import hex_of, lines_of, text_of
from cardscope.dumps.pages import begins_tag
from cardscope.dumps.proxmark_bin import (
    HEADER_SIZE,
    OLD_HEADER_SIZE,
    Contents,
    contents_of,
    dump_of,
    read_new,
    read_old,
)
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import VERSION_SIZE, TagSnapshot

KEY, NAME = "eml", "Proxmark3 .eml"
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_BLOCK_DIGITS: Final = 32
"""Of a block of MIFARE Classic."""


def _looks_like(data: bytes) -> bool:
    text = text_of(data[:1000]) or text_of(data[:999]) or text_of(data[:998]) or ""
    lines = [line.strip() for line in text.split("\n")]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return len(first) in (2 * PAGE_SIZE, _BLOCK_DIGITS) and _HEX.issuperset(first)


def _read(data: bytes, chip: Chip | None) -> Dump:
    content = bytearray()
    for number, line in lines_of(data):
        if line.startswith("#"):
            continue
        if len(line) == _BLOCK_DIGITS and _HEX.issuperset(line):
            raise DumpFormatError(
                "The line has 16 bytes, a block of MIFARE Classic: the file is no dump of an NTAG or MIFARE Ultralight "
                "tag.",
                line=number,
            )
        content += hex_of(line, PAGE_SIZE, "The line", number)
    pages = bytes(content)
    if not begins_tag(pages):
        if begins_tag(pages[HEADER_SIZE:]):
            return read_new(pages, chip, KEY, NAME)
        if begins_tag(pages[OLD_HEADER_SIZE:]):
            return read_old(pages, chip, KEY, NAME)
    split: list[bytes | None] = [pages[at : at + PAGE_SIZE] for at in range(0, len(pages), PAGE_SIZE)]
    return dump_of(Contents(bytes(VERSION_SIZE), bytes(SIGNATURE_SIZE), split), chip, KEY, NAME)


def _write(snapshot: TagSnapshot) -> bytes:
    lines = [f"# {snapshot.chip.name}, UID {format_hex(snapshot.uid)}"]
    lines += [format_hex(page) for page in contents_of(snapshot).pages if page is not None]
    return "".join(f"{line}\n" for line in lines).encode()


FORMAT = DumpFormat(KEY, NAME, (".eml",), _looks_like, _read, _write)
