"""Bytes as people write them: hex in any spelling, lists and literals of Python, Java, C and their kin.

Nothing is guessed: what has two readings, or none, is a :class:`Problem` with its place in the text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from itertools import compress
from typing import Final

from cardscope.decode.hex import HEX_DIGITS


class Weight(StrEnum):
    """What a problem means for sending."""

    BROKEN = "broken"
    """The text does not say which bytes are meant."""
    MALFORMED = "malformed"
    """The bytes are clear, and they are no command."""
    ADVICE = "advice"
    """Nothing is wrong; it could be better."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the text: ``replacement`` in the place of ``start`` to ``end`` (half open). ``words`` say what."""

    words: str
    start: int
    end: int
    replacement: str

    def apply(self, text: str) -> str:
        """``text`` with the change made."""
        return text[: self.start] + self.replacement + text[self.end :]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the text from ``start`` to ``end`` (half open), a sentence, and what would mend it."""

    start: int
    end: int
    message: str
    fixes: tuple[Fix, ...] = ()
    weight: Weight = Weight.BROKEN
    unfinished: bool = False
    """More text at the end would mend it: somebody is typing."""


class Base(StrEnum):
    """How a byte is spelled where its neighbour does not show it."""

    HEX = "hex"
    PREFIXED = "prefixed"
    DECIMAL = "decimal"
    ESCAPED = "escaped"


@dataclass(frozen=True)
class Reading:
    """A text and the bytes that it spells up to its first problem.

    ``edges`` gives the first and the last character of each byte in turn, and is asked when it is needed.
    """

    text: str
    data: bytes
    problems: tuple[Problem, ...]
    base: Base
    edges: Callable[[], Sequence[int]]
    shift: int = 0
    """What is to be added to each edge."""
    lead: int = 0
    """How far before its first edge a byte begins."""

    @cached_property
    def _edges(self) -> Sequence[int]:
        return self.edges()

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Where in the text the bytes ``first`` to ``end`` (half open, at least one) stand."""
        edges = self._edges
        return edges[2 * first] + self.shift - self.lead, edges[2 * end - 1] + self.shift + 1


_TO_SPACES: Final = str.maketrans(dict.fromkeys(":,-", " "))
_LOOSE_DASH = re.compile(r"(?<![0-9A-Fa-f])-|-(?![0-9A-Fa-f])")
_MASK: Final = bytes(chr(code) in HEX_DIGITS for code in range(256))
_OTHER_PREFIXED: Final = re.compile(r"0x(?![0-9A-Fa-f]{2}(?![0-9A-Za-z]))")
_OTHER_ESCAPED: Final = re.compile(r"\\x(?![0-9A-Fa-f]{2}(?![0-9A-Za-z]))")
_DECIMAL_LIST: Final = re.compile(r"\s*\[[0-9, ]*\]\s*")
_PREFIXES: Final = {Base.PREFIXED: ("0x", "(byte)0x", "(byte) 0x"), Base.ESCAPED: ("\\x",)}
_NUMBER: Final = re.compile(r"[0-9]+")


def plain_hex(text: str) -> Reading | None:
    """``text`` where it is nothing but pairs of hex digits, with white space, colons, commas or dashes between them."""
    if "-" in text and _LOOSE_DASH.search(text):
        return None  # a sign, and so a decimal number
    try:
        data = bytes.fromhex(text.translate(_TO_SPACES))
    except ValueError:
        return None
    return Reading(text, data, (), Base.HEX, lambda: _digit_places(text)) if data else None


def prefixed_pairs(text: str) -> Reading | None:
    """``text`` where it is nothing but pairs of hex digits that all have ``0x``, with a cast to ``byte`` or without, or
    all ``\\x``; the former in brackets or in none. The long road through the tokens gives the same; this one is for
    texts of a million characters."""
    inner = text.strip()
    bracketed = inner[:1] + inner[-1:] in ("[]", "{}")
    if bracketed:
        inner = inner[1:-1]
    inner = inner.replace("0X", "0x")
    base, other = (Base.ESCAPED, _OTHER_ESCAPED) if inner[:2] == "\\x" else (Base.PREFIXED, _OTHER_PREFIXED)
    if "-" in inner or (bracketed and base is Base.ESCAPED) or other.search(inner):
        return None
    for prefix in _PREFIXES[base]:
        # In blanks of the same length, the digits stay in their places.
        blank = inner.replace(prefix, " " * len(prefix))
        found = plain_hex(blank)
        if found is None or len(found.data) != inner.count(prefix):
            continue
        before = len(text) - len(text.lstrip()) + bracketed
        return Reading(text, found.data, (), base, partial(_digit_places, blank), before, len(prefix))
    return None


def decimal_list(text: str) -> Reading | None:
    """``text`` where it is a list of decimal numbers from 0 to 255 without leading zeros, in square brackets."""
    if _DECIMAL_LIST.fullmatch(text) is None:
        return None
    numbers = text.strip()[1:-1].split(",")
    if not numbers[-1].strip():
        numbers.pop()
    try:
        values = bytes(map(int, numbers))
    except ValueError:
        return None
    # As long as it takes to write them: no zero is too many.
    if not values or sum(map(_WIDTHS.__getitem__, values)) != sum(map(str.isdigit, text)):
        return None

    def edges() -> list[int]:
        return [edge for match in _NUMBER.finditer(text) for edge in (match.start(), match.end() - 1)]

    return Reading(text, values, (), Base.DECIMAL, edges)


_WIDTHS: Final = tuple(len(str(value)) for value in range(256))


def _digit_places(text: str) -> list[int]:
    digits = text.encode("ascii", "replace").translate(_MASK)
    return list(compress(range(len(digits)), digits))
