"""What is typed into the find field: a page to go to, or bytes to look for. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from cardscope.tags.catalogue import SECTOR

_PAGE = re.compile(
    r"(?:page|p)?\s*(?:(?P<sector>\d)\s*:\s*)?(?:0x(?P<hex>[0-9a-f]{1,8})|(?P<hexh>[0-9a-f]{1,8})h|(?P<dec>\d{1,8}))"
)
_HEX = re.compile(r"[0-9a-f]{2}(?:[\s:,]*[0-9a-f]{2})*")


class Wanted(NamedTuple):
    """What a text can mean. A number can be a page and bytes at once."""

    page: int | None
    """Counted through the sectors; it need not exist."""
    data: bytes = b""
    """Exactly these bytes."""
    text: bytes = b""
    """These too, letters in either case."""


def read_wanted(text: str) -> Wanted:
    """``text`` as a page (``13``, ``0x0D``, ``0Dh``, ``page 13``, ``1:0Dh`` with a sector), as hex bytes, or as the
    text itself; in quotes it is text alone."""
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] in "\"'“" and stripped[-1] in "\"'”":
        return Wanted(None, text=stripped[1:-1].encode())
    lowered = stripped.lower()
    page: int | None = None
    if (found := _PAGE.fullmatch(lowered)) is not None:
        digits = found["hex"] or found["hexh"]
        page = int(digits, 16) if digits else int(found["dec"])
        page += int(found["sector"] or 0) * SECTOR
    if lowered.startswith("p") and page is not None:
        return Wanted(page)
    data = bytes.fromhex(re.sub(r"[:,]", " ", lowered)) if _HEX.fullmatch(lowered) else b""
    return Wanted(page, data, text.encode() if stripped else b"")


def find_all(values: Sequence[int | None], wanted: Wanted) -> list[range]:
    """Where the data or the text that is wanted stands in ``values``, in order. Unknown bytes (``None``) match
    nothing."""
    text = "".join("\uffff" if value is None else chr(value) for value in values)
    pairs = ((text, wanted.data.decode("latin-1")), (_lower(text), _lower(wanted.text.decode("latin-1"))))
    found: set[tuple[int, int]] = set()
    for where, what in pairs:
        at = where.find(what) if what else -1
        while at >= 0:
            found.add((at, at + len(what)))
            at = where.find(what, at + 1)
    return [range(start, stop) for start, stop in sorted(found)]


def _lower(text: str) -> str:
    """ASCII letters only: the case of other bytes means nothing."""
    return "".join(chr(ord(each) + 32) if "A" <= each <= "Z" else each for each in text)
