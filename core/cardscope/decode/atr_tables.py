"""The tables of ``atr.toml``, and the way that all ATR decoders write bytes and bits."""

import tomllib
from functools import cache
from typing import Any

from cardscope.fields import Field
from cardscope_resources import resource


@cache
def table(name: str) -> Any:
    """One table or list of ``atr.toml``."""
    return tomllib.loads(resource("atr.toml").read_text("utf-8"))[name]


def bit_field(
    name: str, offset: int, bits: tuple[int, int], value: str, meaning: str = "", *, problems: tuple[str, ...] = ()
) -> Field:
    """A field of the bits ``(high, low)`` of the byte at ``offset``."""
    return Field(name, (offset, offset + 1), value, meaning, problems, (), bits)


def byte_field(
    name: str,
    offset: int,
    value: int,
    meaning: str = "",
    *,
    problems: tuple[str, ...] = (),
    children: tuple[Field, ...] = (),
) -> Field:
    """A field of the one byte at ``offset``."""
    return Field(name, (offset, offset + 1), f"{value:02X}", meaning, problems, children)


def part(
    name: str,
    offset: int,
    data: bytes,
    meaning: str = "",
    *,
    problems: tuple[str, ...] = (),
    children: tuple[Field, ...] = (),
) -> Field:
    """A field of ``data``, which lies at ``offset``."""
    return Field(name, (offset, offset + len(data)), data.hex().upper(), meaning, problems, children)


def text_in(data: bytes) -> str:
    """``data`` as ASCII text without the zeros at its end; empty when it is none, or shorter than 3 letters."""
    stripped = data.rstrip(b"\0")
    return stripped.decode() if len(stripped) >= 3 and stripped.isascii() and stripped.decode().isprintable() else ""


def count(number: int, noun: str = "byte") -> str:
    """``1 byte``, ``2 bytes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
