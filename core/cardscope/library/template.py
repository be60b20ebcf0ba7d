"""Commands with holes, as the library spells them.

``FF B0 00 {page} 10`` is hex with parameters in braces. What stands in brackets has its length before it:
``00 A4 04 00 [{aid}] 00``. At the outermost level that is Lc, and where nothing is between the brackets there is no
data field at all; further inside it is the length of a BER-TLV object, as in ``00 CB 3F FF [5C [{tag}]] 00``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cardscope.decode.apdu_structure import counted
from cardscope.errors import UsageError

_TOKEN: Final = re.compile(r"(?P<hex>[0-9A-Fa-f]{2})|\{(?P<name>[a-z_][a-z0-9_]*)\}|(?P<open>\[)|(?P<close>\])")
_BLANK: Final = re.compile(r"\s*")
_MOST_SHORT: Final = 255
_LONG_FORM: Final = 0x80
"""BER-TLV: lengths from here on take more than one byte."""


class TemplateError(UsageError):
    """A template makes no sense, or what is filled in has no room."""


@dataclass(frozen=True, slots=True)
class _Hole:
    name: str


@dataclass(frozen=True, slots=True)
class _Counted:
    parts: "tuple[_Part, ...]"


_Part = bytes | _Hole | _Counted


@dataclass(frozen=True, slots=True)
class Template:
    """A command, once its holes are filled."""

    text: str
    _parts: tuple[_Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the holes are called, each once, in their order."""
        return tuple(dict.fromkeys(_names(self._parts)))

    @property
    def first(self) -> int | None:
        """The first byte, where that is no hole."""
        part = self._parts[0]
        return part[0] if isinstance(part, bytes) else None

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The command with ``values`` in the holes of their names. Raises KeyError for one that lacks, and
        :class:`TemplateError` when the data is longer than a short Lc can say."""
        return _filled(self._parts, values, outermost=True)


def parse_template(text: str) -> Template:
    """Reads ``text``. Raises :class:`TemplateError`."""
    open_parts: list[list[_Part]] = [[]]
    position = _after_blank(text, 0)
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise TemplateError(f"“{text[position : position + 8]}” is neither hex, nor a {{name}}, nor a bracket.")
        if found["open"]:
            open_parts.append([])
        elif found["close"]:
            if len(open_parts) == 1:
                raise TemplateError("A “]” has no “[” before it.")
            inner = open_parts.pop()
            open_parts[-1].append(_Counted(tuple(inner)))
        else:
            open_parts[-1].append(_Hole(found["name"]) if found["name"] else bytes.fromhex(found["hex"]))
        position = _after_blank(text, found.end())
    if len(open_parts) > 1:
        raise TemplateError("A “[” has no “]” after it.")
    if not open_parts[0] or isinstance(open_parts[0][0], _Counted):
        raise TemplateError("A command has at least one byte, its class, before any brackets.")
    return Template(text, tuple(open_parts[0]))


def _after_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found is not None else position


def _names(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Hole):
            yield part.name
        elif isinstance(part, _Counted):
            yield from _names(part.parts)


def _filled(parts: tuple[_Part, ...], values: Mapping[str, bytes], *, outermost: bool) -> bytes:
    filled = b""
    for part in parts:
        match part:
            case _Hole(name):
                filled += values[name]
            case _Counted(inner):
                content = _filled(inner, values, outermost=False)
                filled += (_lc(content) if outermost else _ber_length(content)) + content
            case _:
                filled += part
    return filled


def _lc(content: bytes) -> bytes:
    if len(content) > _MOST_SHORT:
        raise TemplateError(f"{counted(len(content))} of data are more than the {_MOST_SHORT} of a short command.")
    return bytes((len(content),)) if content else b""


def _ber_length(content: bytes) -> bytes:
    size = len(content)
    if size < _LONG_FORM:
        return bytes((size,))
    digits = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((_LONG_FORM | len(digits),)) + digits
