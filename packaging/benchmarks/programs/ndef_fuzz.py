"""Reads COUNT tag images, made from SEED, as NDEF; looks that nothing is raised, that nothing outside the data area is
looked at, and that every span lies in its parent's.

Writes how many it has done now and then, at last `ok` and the slowest in milliseconds of processor time, or the first
image that failed.
"""

import gc
import random
import sys
import time
import traceback
from collections.abc import Iterator, Mapping

from cardscope.fields import Field
from cardscope.ndef.area import data_area
from cardscope.ndef.fields import decode_data_area
from cardscope.tags.catalogue import Chip, chips

_STEP = 5_000
_CC_PAGE = 3
_CHIPS = tuple(chips().values())
_SIZES = (0x00, 0x06, 0x12, 0x3E, 0x6D, 0x6F, 0x7F, 0xEA, 0xFF)
_CONTROL = (bytes.fromhex("0103A00C34"), bytes.fromhex("02033003 02"), bytes.fromhex("0103F00034"))
_TYPES = (
    *((1, name) for name in (b"U", b"T", b"Sp", b"Hs", b"Hr", b"Hm", b"Hi", b"Hc", b"Sig", b"Di", b"act")),
    *((2, name) for name in (b"text/vcard", b"text/plain", b"image/png", b"application/vnd.wfa.wsc")),
    *((2, name) for name in (b"application/vnd.bluetooth.ep.oob", b"application/vnd.bluetooth.le.oob")),
    (4, b"android.com:pkg"),
    (5, b""),
    (0, b""),
)
_LIKELY = bytes.fromhex("00010203040E10114551545591D1FE61")
"""Bytes that payloads like to hold: lengths, tags, record headers."""


class Watched(Mapping[int, bytes]):
    """The pages of a tag, and which of them were looked at."""

    def __init__(self, pages: dict[int, bytes]) -> None:
        self._pages = pages
        self.looked: set[int] = set()

    def __getitem__(self, page: int) -> bytes:
        self.looked.add(page)
        return self._pages[page]

    def __iter__(self) -> Iterator[int]:
        return iter(self._pages)

    def __len__(self) -> int:
        return len(self._pages)


def image(generator: random.Random) -> tuple[Chip, Watched]:
    """A tag of any chip: of each sort as many, from any bytes to something that is nearly a message."""
    chip = generator.choice(_CHIPS)
    owned = [page for area in chip.user_areas for page in area]
    content = bytearray(generator.randbytes(4 * len(owned)))
    sort = generator.randrange(4)
    if sort:
        start = b"".join(generator.choices(_CONTROL, k=generator.randrange(3))) if generator.random() < 0.3 else b""
        message = _message(generator) if sort > 1 else generator.randbytes(generator.randrange(300))
        length = len(message) + generator.choice((0, 0, 0, 1, -1, 200, 4000))
        length = max(length, 0)
        field = bytes((length,)) if length < 0xFF else b"\xff" + (length & 0xFFFF).to_bytes(2)
        whole = start + b"\x03" + field + message
        content[: len(whole)] = whole
    pages = {page: bytes(content[4 * at : 4 * at + 4]) for at, page in enumerate(owned)}
    pages[_CC_PAGE] = bytes((0xE1, 0x10, generator.choice(_SIZES), 0))
    # What lies behind is a trap: locks and configuration.
    for area in chip.areas:
        for page in area:
            pages.setdefault(page, b"\xfe\xed\xfe\xed")
    for page in generator.sample(owned, k=generator.choice((0, 0, 0, 1))):
        del pages[page]
    return chip, Watched(pages)


def _message(generator: random.Random) -> bytes:
    out = b""
    count = generator.randrange(1, 5)
    for number in range(count):
        tnf, name = generator.choice(_TYPES)
        payload = bytes(
            generator.choice(_LIKELY) if generator.random() < 0.7 else generator.randrange(256)
            for _ in range(generator.randrange(90))
        )
        flags = tnf | (0x80 if number == 0 else 0) | (0x40 if number == count - 1 else 0) | 0x10
        if generator.random() < 0.15:
            flags ^= 1 << generator.randrange(8)
        out += bytes((flags, len(name), len(payload))) + name + payload
    return out


def fault(chip: Chip, pages: Watched) -> str:
    """What is wrong with how this image is read; empty when nothing is."""
    area = data_area(chip, pages)
    owned = {page for part in chip.user_areas for page in part}
    if stray := pages.looked - owned - {_CC_PAGE}:
        return f"pages {sorted(stray)} are outside the data area"
    return _span_fault(decode_data_area(area), len(area.content))


def _span_fault(root: Field, size: int) -> str:
    if root.span != (0, size):
        return f"the root has the span {root.span}"
    for parent in root.walk():
        for child in parent.children:
            if not parent.span[0] <= child.span[0] <= child.span[1] <= parent.span[1]:
                return f"{child.name} at {child.span} is outside {parent.name} at {parent.span}"
    return ""


def main(count: int, seed: int) -> int:
    generator = random.Random(seed)
    slowest = 0.0
    gc.freeze()  # a collection that goes through every module has nothing to do with the image that meets it
    for number in range(1, count + 1):
        chip, pages = image(generator)
        start = time.thread_time()
        try:
            found = fault(chip, pages)
        except Exception:
            found = traceback.format_exc().replace("\n", " | ")
        slowest = max(slowest, time.thread_time() - start)
        if found:
            content = {page: content.hex() for page, content in pages.items()}
            print(f"{chip.key} {content}: {found}", flush=True)
            return 1
        if number % _STEP == 0:
            print(number, flush=True)
    print(f"ok {slowest * 1000:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
