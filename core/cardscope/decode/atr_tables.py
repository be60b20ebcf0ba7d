"""The tables of ``atr.toml``, and the way that all ATR decoders write bits."""

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
    return Field(name, (offset, offset + 1), value, meaning, problems, bits=bits)


def hexed(data: bytes) -> str:
    """Upper-case hex."""
    return data.hex().upper()
