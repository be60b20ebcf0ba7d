"""A command cut into its segments, each with the colour token that paints it."""

from dataclasses import dataclass
from functools import lru_cache

from cardscope.decode import apdu
from cardscope.decode.apdu_structure import lay_out
from cardscope.decode.native import native_summary
from cardscope.decode.native_fields import decode_native
from cardscope.fields import Field

_TOKENS = {
    "CLA": "apdu_class",
    "INS": "apdu_ins",
    "P1-P2": "apdu_p1p2",
    "Lc": "apdu_lc",
    "Data": "apdu_data",
    "Le": "apdu_le",
    # Of a tag's own command.
    "Command": "apdu_ins",
    "Page": "apdu_p1p2",
    "First page": "apdu_p1p2",
    "Last page": "apdu_p1p2",
    "Counter": "apdu_p1p2",
    "Address": "apdu_p1p2",
    "Argument": "apdu_p1p2",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of bytes of one command, ``start`` to ``end`` (half open), that is painted in the colour ``token``."""

    name: str
    start: int
    end: int
    token: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SegmentedCommand:
    """The segments of a command, without gaps and in order, what is wrong with it, and what it is for in words."""

    segments: tuple[Segment, ...]
    problems: tuple[str, ...]
    summary: str
    case: str = ""
    """``1``, ``2S``, … of a well-formed APDU; else empty."""


@lru_cache(maxsize=512)
def segment(command: bytes) -> SegmentedCommand:
    """Cuts the APDU ``command`` into segments. Bytes without a name of their own become a nameless data segment."""
    return _cut(command, apdu.decode_command(command), apdu.summary(command), lay_out(command).case)


def segment_native(command: bytes) -> SegmentedCommand:
    """Cuts a tag's own ``command`` into segments."""
    return _cut(command, decode_native(command), native_summary(command), "")


def _cut(command: bytes, decoded: Field, summary: str, case: str) -> SegmentedCommand:
    segments: list[Segment] = []
    position = 0
    for child in sorted(decoded.children, key=lambda child: child.span):
        start, end = child.span
        if start > position:
            segments.append(_unnamed(position, start))
        if end > start:
            segments.append(_named(child))
        position = max(position, end)
    if position < len(command):
        segments.append(_unnamed(position, len(command)))
    return SegmentedCommand(tuple(segments), tuple(decoded.all_problems()), summary, case)


def _named(child: Field) -> Segment:
    return Segment(child.name, *child.span, _TOKENS.get(child.name, "apdu_data"), child.value, child.meaning)


def _unnamed(start: int, end: int) -> Segment:
    return Segment("", start, end, "apdu_data", "", "")
