"""The report of NXP's TagInfo app as text.

A page is a line such as ``[02] .  7C 48 00 00 (BCC1, INT, LOCK0-LOCK1)``: its number in hex, what may be done with it,
its bytes with spaces or colons, and what they are, as names or characters. ``XX`` stands for what could not be read,
and ``--`` for what the app does not show because it is reserved. The rest of the report names the chip, its answer to
GET_VERSION field by field, and the two halves of its signature. Seen in reports of the versions 1.40 to 4.25 that
users published.
"""

import re
from typing import Final

from cardscope.decode.hex import format_hex
from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.lines import lines_of, shortened
from cardscope.dumps.pages import check_uid, known_pages, named_pages, secret_pages, snapshot_of
from cardscope.tags.catalogue import Chip, chip_by_version, chips
from cardscope.tags.image import PAGE_SIZE, bcc0, image_pages
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import TagSnapshot

KEY, NAME = "taginfo", "NXP TagInfo text"
_MEMORY: Final = "# Memory content:"
_TYPE: Final = "# IC type:"
_PAGE: Final = re.compile(
    r"\[(?P<page>[0-9A-F]{2,3})\]\s{0,4}(?P<access>[*x+.?][rpP-]?)?"
    r"(?:\s{1,4}(?P<bytes>(?:[0-9A-F]{2}|XX|--|\?\?)(?:[ :](?:[0-9A-F]{2}|XX|--|\?\?)){0,3})(?![0-9A-F]))?(?:\s|$)",
    re.IGNORECASE | re.ASCII,
)
_VERSION_FIELDS: Final = ("Vendor ID", "Type", "Subtype", "Major version", "Minor version", "Storage size", "Protocol")
_IN_HEX: Final = re.compile(r"\(0x([0-9A-F]{2})\)$", re.ASCII)
_HALF: Final = re.compile(r"(?:\* ?|‣ ?)?([rs]): ?0x([0-9A-F]{32})$", re.ASCII)
_ID: Final = re.compile(r"ID: ((?:[0-9A-F]{2}:){6}[0-9A-F]{2})$", re.ASCII)
_PRODUCTS: Final = {
    "NT2L1011": "ntag210",
    "NT2H1011": "ntag210",
    "NT2L1211": "ntag212",
    "NT2H1311G": "ntag213",
    "NT2H1311F": "ntag213f",
    "NT2H1511": "ntag215",
    "NT2H1611G": "ntag216",
    "NT2H1611F": "ntag216f",
}
"""What the full product names of chips begin with that have another one in the catalogue (DS21x, DS21xF, PM3)."""
_PRINTABLE: Final = range(0x20, 0x7F)


class _Report:
    """What the lines of a report say."""

    def __init__(self, data: bytes) -> None:
        self.pages: dict[int, bytes | None] = {}
        self.completed: list[int] = []
        self.uid: bytes | None = None
        self.uid_line = 0
        self.chip_name = ""
        self.product = ""
        self._fields: dict[str, int] = {}
        self._halves: dict[str, bytes] = {}
        in_memory, heading = False, ""
        for number, line in lines_of(data):
            if line.startswith("[") and in_memory:
                self._page(line, number)
            elif line.startswith(("#", "--")) and not line.startswith("---"):
                heading, in_memory = line, line == _MEMORY
            elif heading == _TYPE and not self.chip_name:
                self.chip_name = line
            else:
                self._rest(line, number)

    @property
    def version(self) -> bytes | None:
        """The answer to GET_VERSION, where all its fields are there; its first byte is always 00."""
        if not all(name in self._fields for name in _VERSION_FIELDS):
            return None
        return bytes((0, *(self._fields[name] for name in _VERSION_FIELDS)))

    @property
    def signature(self) -> bytes | None:
        return self._halves["r"] + self._halves["s"] if len(self._halves) == 2 else None

    def _page(self, line: str, number: int) -> None:
        found = _PAGE.match(line)
        if found is None:
            raise DumpFormatError(f"“{shortened(line)}” is no line of a page.", line=number)
        page = int(found["page"], 16)
        if page in self.pages:
            raise DumpFormatError(f"Page {page:02X} is there a second time.", line=number)
        shown = re.split("[ :]", found["bytes"]) if found["bytes"] else []
        known = [one for one in shown if one != "--"]
        if not known or any(not one.isalnum() or one.upper() == "XX" for one in known):
            self.pages[page] = None
            return
        if len(shown) != PAGE_SIZE:
            raise DumpFormatError(f"Page {page:02X} has {len(shown)} bytes instead of 4.", line=number)
        if len(known) != PAGE_SIZE:
            self.completed.append(page)
        self.pages[page] = bytes(0 if one == "--" else int(one, 16) for one in shown)

    def _rest(self, line: str, number: int) -> None:
        name, colon, value = line.partition(":")
        if (found := _HALF.match(line)) is not None:
            self._halves.setdefault(found[1], bytes.fromhex(found[2]))
        elif (found := _ID.match(line)) is not None:
            self.uid, self.uid_line = bytes.fromhex(found[1].replace(":", "")), number
        elif name == "Full product name":
            self.product = value.strip()
        elif colon and name in _VERSION_FIELDS and (found := _IN_HEX.search(value)) is not None:
            self._fields.setdefault(name, int(found[1], 16))


def _looks_like(data: bytes) -> bool:
    return b"** TagInfo scan" in data[:200] or _MEMORY.encode() in data


def _read(data: bytes, chip: Chip | None) -> Dump:
    report = _Report(data)
    if not report.pages:
        kind = f" It is of a {shortened(report.chip_name)}." if report.chip_name else ""
        raise DumpFormatError(
            f"The report has no memory content of an NTAG or MIFARE Ultralight tag.{kind}",
            remedy="Let TagInfo make a full scan, and share its report as text.",
        )
    chip = chip or _chip(report)
    notes: list[str] = []
    if report.pages.get(0) is None or report.pages.get(1) is None:
        notes.append(_complete_uid(report, chip))
    order = sorted(report.pages)
    if extra := set(order).difference(*chip.areas):
        raise DumpFormatError(f"The {chip.name} has no {named_pages(extra)}, and the report has.")
    contents = [report.pages[page] for page in order]
    # The app says itself what it does not know, so 00 is what a secret page holds.
    secrets = {page: content for page in secret_pages(chip) if (content := report.pages.get(page)) is not None}
    pages, _ = known_pages(chip, order, contents)
    if missing := set(image_pages(chip)) - pages.keys() - secret_pages(chip):
        notes.append(f"The report does not tell what {named_pages(missing)} {_hold(missing)}.")
    if report.completed:
        notes.append(f"The report leaves out reserved bytes of {named_pages(report.completed)}: taken for 00.")
    snapshot = snapshot_of(chip, pages | secrets, version=report.version, signature=report.signature)
    if report.uid is not None:
        check_uid(report.uid, snapshot, line=report.uid_line)
    return Dump(snapshot, KEY, tuple(notes))


def _hold(pages: set[int]) -> str:
    return "holds" if len(pages) == 1 else "hold"


def _chip(report: _Report) -> Chip:
    if report.version is not None and (chip := chip_by_version(report.version)) is not None:
        return chip
    for product, key in _PRODUCTS.items():
        if report.product.startswith(product):
            return chips()[key]
    # Longer names first, for NTAG213F is no NTAG213.
    for chip in sorted(chips().values(), key=lambda one: -len(one.name)):
        if chip.name in report.chip_name or report.product.startswith(chip.name):
            return chip
    raise DumpFormatError(
        f"The memory of the {shortened(report.chip_name) or 'chip'} in this report is not known.",
        remedy="If its memory is as that of another chip, say which.",
    )


def _complete_uid(report: _Report, chip: Chip) -> str:
    """Fills pages 0 and 1 from the UID elsewhere in the report; the note about it."""
    if report.uid is None or not chip.bcc:
        raise DumpFormatError(
            "The report hides the UID, and without it no tag can be told.",
            remedy="Let TagInfo make an internal report, which has the UID.",
        )
    report.pages[0] = report.uid[:3] + bytes((bcc0(report.uid),))
    report.pages[1] = report.uid[3:]
    return "The report hides pages 00 and 01: they are made from the UID that it names."


def _write(snapshot: TagSnapshot) -> bytes:
    chip = snapshot.chip
    version = snapshot.version or chip.version
    lines = ["** TagInfo scan (as CardScope writes it) **", "", _rule("IC INFO"), "", _TYPE, chip.name, ""]
    lines += [_rule("EXTRA"), ""]
    if version is not None:
        fields = zip(_VERSION_FIELDS, version[1:], strict=True)
        lines += ["# Version information:", *(f"{name}: {value} (0x{value:02X})" for name, value in fields), ""]
    if snapshot.signature is not None:
        half = SIGNATURE_SIZE // 2
        lines += ["# Originality check:", "ECDSA signature:"]
        lines += [
            f"* r: 0x{format_hex(snapshot.signature[:half])}",
            f"* s: 0x{format_hex(snapshot.signature[half:])}",
            "",
        ]
    lines += [_rule("FULL SCAN"), "", "# Detailed protocol information:", f"ID: {format_hex(snapshot.uid, ':')}"]
    lines += ["ATQA: 0x4400", "SAK: 0x00", "", _MEMORY]
    lines += [_written_page(page, snapshot.pages.get(page)) for page in image_pages(chip)]
    return "".join(f"{line}\n" for line in lines).encode()


def _rule(title: str) -> str:
    return f"-- {title} {'-' * 30}"


def _written_page(page: int, content: bytes | None) -> str:
    if content is None:
        return f"[{page:02X}] ?  XX XX XX XX"
    text = "".join(chr(byte) if byte in _PRINTABLE else "." for byte in content)
    return f"[{page:02X}] ?  {format_hex(content, ' ')} |{text}|"


FORMAT = DumpFormat(KEY, NAME, (".txt",), _looks_like, _read, _write)
