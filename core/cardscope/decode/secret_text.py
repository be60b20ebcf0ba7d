"""Text in which commands are written down in hex, such as a script, without the secrets in it."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from cardscope.decode.secrets import MASK, secret_spans

_Byte = tuple[int, tuple[int, int] | None]
"""A byte, and where its digits stand in the text; ``None``: nowhere."""

_COMMENT: Final = r"(?:\#[^\n]*)?"
_BETWEEN: Final = rf"(?:[ \t\r:,]|\\[ \t\r]*{_COMMENT}\n(?:[ \t\r]*{_COMMENT}\n)*)"
"""A line that ends with ``\\`` goes on in the next one that is neither empty nor a comment."""
_HEX: Final = r"(?:0x|\\x)?[0-9A-Fa-f]+(?![0-9A-Za-z_])"
_REFERENCE: Final = r"\$[A-Za-z_]\w*(?:\[[^\]\n]*\])?"
_RUN: Final = re.compile(rf"(?<![\w$.])(?:{_HEX}|{_REFERENCE})(?:{_BETWEEN}*(?:{_HEX}|{_REFERENCE}))*")
_PART: Final = re.compile(rf"\#[^\n]*\n|\$(?P<name>[A-Za-z_]\w*)(?:\[(?P<part>[^\]\n]*)\])?|(?:0x|\\x)?(?P<hex>{_HEX})")
_CONSTANT: Final = re.compile(r"\s*let\s+(\w+)\s*=\s*bytes\s*$", re.IGNORECASE)
_EXPECTED: Final = re.compile(r"\s*(?:expect|require)\b.*\bdata\b", re.IGNORECASE)
_SLICE: Final = re.compile(r"\s*(-?\d{1,5})?\s*(:?)\s*(-?\d{1,5})?\s*$")
_FEWEST: Final = 4
"""Bytes: what is shorter is no command with a secret, but may be a word."""
_MOST: Final = 65_544
"""Bytes of a command."""
_MOST_NAMED: Final = 1024
"""Bytes of a name that are looked at: no PIN, password or key is longer."""
_KEYWORDS: Final = 200
"""Characters from the beginning of a line in which its keyword stands."""


def masked_text(text: str) -> str:
    """``text`` with :data:`~cardscope.decode.secrets.MASK` for each byte that is a secret of a command in it.

    Commands may stand anywhere, in comments too, and need not be whole. Bytes that a script gives a name are looked at
    where the name is used. What is expected of the answer to a command with a secret may be one (PACK).
    """
    hidden: set[tuple[int, int]] = set()
    constants: dict[str, list[_Byte]] = {}
    after_secret = False
    for run in _RUN.finditer(text):
        data = list(islice(_bytes(text, run.span(), constants), _MOST))
        before = _before(text, run.start())
        if (constant := _CONSTANT.match(before)) is not None:
            constants[constant[1]] = data[:_MOST_NAMED]
        if _EXPECTED.match(before):
            found = data if after_secret else []
        elif len(data) >= _FEWEST:
            spans = secret_spans(bytes(value for value, _ in data))
            found = [each for start, end in spans for each in data[start:end]]
            after_secret = bool(found)
        else:
            continue
        hidden |= {place for _, place in found if place is not None}
    return "".join(_pieces(text, sorted(hidden)))


def _before(text: str, position: int) -> str:
    """The line as far as ``position``; empty where that is much."""
    earliest = max(position - _KEYWORDS, 0)
    start = text.rfind("\n", earliest, position)
    return "" if start < 0 and earliest else text[start + 1 : position]


def _pieces(text: str, hidden: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in hidden:
        yield text[at:start]
        yield MASK
        at = end
    yield text[at:]


def _bytes(text: str, span: tuple[int, int], constants: dict[str, list[_Byte]]) -> Iterator[_Byte]:
    for part in _PART.finditer(text, *span):
        if part["hex"] is not None:
            start, end = part.span("hex")
            for at in range(start, end, 2):
                pair = text[at : min(at + 2, end)]
                yield int(pair, 16), (at, at + len(pair))
        elif part["name"] is not None:
            # A byte stands for what only an answer will bring.
            yield from _sliced(constants.get(part["name"], [(0, None)]), part["part"])


def _sliced(data: list[_Byte], part: str | None) -> list[_Byte]:
    found = _SLICE.match(part) if part is not None else None
    if found is None:
        return data
    first = int(found[1]) if found[1] else None
    if found[2]:
        return data[slice(first, int(found[3]) if found[3] else None)]
    return data[first : first + 1 or None] if first is not None else data
