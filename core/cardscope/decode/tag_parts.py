"""How the decoders of tag memory write bytes and bits as fields."""

import tomllib
from dataclasses import replace
from functools import cache

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


def bit(
    name: str, offset: int, bits: tuple[int, int], byte: int, meaning: str = "", *, problems: tuple[str, ...] = ()
) -> Field:
    """A field of the bits ``(high, low)`` of ``byte``, which lies at ``offset``; its value is binary."""
    high, low = bits
    width = high - low + 1
    value = byte >> low & ((1 << width) - 1)
    return Field(name, (offset, offset + 1), f"{value:0{width}b}", meaning, problems, bits=bits)


def shifted(field: Field, offset: int) -> Field:
    """``field`` as a part of bytes in which its own begin at ``offset``."""
    start, end = field.span
    children = tuple(shifted(child, offset) for child in field.children)
    return replace(field, span=(start + offset, end + offset), children=children)


def pages_text(pages: range) -> str:
    """``page 7``, or ``pages 16 to 31``."""
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]} to {pages[-1]}"


@cache
def _manufacturers() -> dict[int, str]:
    table = tomllib.loads(resource("manufacturers.toml").read_text(encoding="utf-8"))["manufacturers"]
    return {int(code, 16): name for code, name in table.items()}


def manufacturer(code: int) -> str:
    """The maker of an integrated circuit by its registered number (ISO/IEC 7816-6), or empty."""
    return _manufacturers().get(code, "")
