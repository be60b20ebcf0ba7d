"""How the decoders of tag memory write bytes and bits as fields."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Final

from cardscope.fields import Field
from cardscope_resources import resource


def spelled(data: bytes) -> str:
    """Upper-case hex."""
    return data.hex().upper()


def octet(
    name: str,
    offset: int,
    data: bytes,
    meaning: str = "",
    *,
    value: str = "",
    problems: tuple[str, ...] = (),
    children: tuple[Field, ...] = (),
) -> Field:
    """A field of the whole bytes ``data`` at ``offset``; without ``value``, it shows as hex."""
    return Field(name, (offset, offset + len(data)), value or spelled(data), meaning, problems, children)


def bit(name: str, offset: int, bits: tuple[int, int], byte: int, meaning: str = "") -> Field:
    """A field of the bits ``(high, low)`` of ``byte``, which lies at ``offset``; its value is binary."""
    high, low = bits
    width = high - low + 1
    value = byte >> low & ((1 << width) - 1)
    return Field(name, (offset, offset + 1), f"{value:0{width}b}", meaning, bits=bits)


def with_reserved(offset: int, byte: int, known: Iterable[Field], *, problem: str = "") -> tuple[Field, ...]:
    """The bit fields ``known`` of ``byte``, which lies at ``offset``, highest first, and the bits between as RFUI.

    ``problem`` is the one of reserved bits that are set.
    """
    by_high = {field.bits[0]: field for field in known if field.bits is not None}
    parts: list[Field] = []
    high = 7
    while high >= 0:
        if (field := by_high.get(high)) is not None and field.bits is not None:
            parts.append(field)
            high = field.bits[1] - 1
            continue
        low = high
        while low > 0 and low - 1 not in by_high:
            low -= 1
        reserved = bit("RFUI", offset, (high, low), byte, "Reserved; to be written as 0.")
        parts.append(replace(reserved, problems=(problem,)) if problem and "1" in reserved.value else reserved)
        high = low - 1
    return tuple(parts)


def shifted(field: Field, offset: int) -> Field:
    """``field`` as a part of bytes in which its own begin at ``offset``."""
    start, end = field.span
    children = tuple(shifted(child, offset) for child in field.children)
    return replace(field, span=(start + offset, end + offset), children=children)


def pages_text(pages: range) -> str:
    """``page 7``, or ``pages 16 to 31``."""
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]} to {pages[-1]}"


NXP: Final = 0x04
"""NXP's number as a maker of integrated circuits."""


@cache
def _manufacturers() -> dict[int, str]:
    table = tomllib.loads(resource("manufacturers.toml").read_text(encoding="utf-8"))["manufacturers"]
    return {int(code, 16): name for code, name in table.items()}


def manufacturer(code: int) -> str:
    """The maker of an integrated circuit by its registered number (ISO/IEC 7816-6), or empty."""
    return _manufacturers().get(code, "")
