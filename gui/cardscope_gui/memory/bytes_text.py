"""Bytes to the clipboard in the notations that people paste elsewhere, and text from the clipboard to bytes. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.decode.spelling import read_bytes

_PER_LINE = 16


class Notation(StrEnum):
    HEX = "hex"
    TEXT = "text"
    C_ARRAY = "c"


class Pasted(NamedTuple):
    """``problem`` is a sentence when the text is no bytes, and ``data`` is empty then."""

    data: bytes
    problem: str = ""


def spell(values: Sequence[int | None], notation: Notation) -> str:
    """``values`` as text. Unknown bytes (``None``) become ``??`` in hex, a dot in text and 0x00 with a comment in C."""
    if notation is Notation.TEXT:
        return "".join(character(value) for value in values)
    if notation is Notation.HEX:
        return " ".join("??" if value is None else f"{value:02X}" for value in values)
    lines = [
        "    "
        + ", ".join("0x00 /* unknown */" if value is None else f"0x{value:02X}" for value in values[at : at + 16])
        for at in range(0, len(values), _PER_LINE)
    ]
    return f"const uint8_t data[{len(values)}] = {{\n" + ",\n".join(lines) + ",\n};"


def character(value: int | None) -> str:
    """The byte as the ASCII column shows it: itself when it can be printed, a middle dot otherwise."""
    return chr(value) if value is not None and 0x20 <= value < 0x7F else "·"


def read_hex(text: str) -> Pasted:
    """The bytes that ``text`` spells in hex, or as any list of numbers that source code has; one problem is enough to
    take none of them."""
    try:
        return Pasted(parse_hex(text))
    except HexError as error:
        reading = read_bytes(text)
        if reading.data and not reading.problems:
            return Pasted(reading.data)
        return Pasted(b"", str(error))


def read_text(text: str) -> Pasted:
    """The characters of ``text`` as UTF-8, one line end and all."""
    return Pasted(text.encode("utf-8")) if text else Pasted(b"", "The clipboard holds no text.")


def shortened(data: bytes, most: int = 8) -> str:
    """The first bytes in hex, for a sentence."""
    return format_hex(data[:most], " ") + (" …" if len(data) > most else "")
