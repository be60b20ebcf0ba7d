"""Text files: their lines, and values on them."""

import re
from collections.abc import Iterator
from typing import Final

from cardscope.decode.hex import HexError, parse_hex
from cardscope.dumps.dump import DumpFormatError

_NUMBER: Final = re.compile("[0-9]{1,10}", re.ASCII)


def text_of(data: bytes) -> str | None:
    """The text; ``None`` for what is not text in UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def lines_of(data: bytes) -> Iterator[tuple[int, str]]:
    """Number (from 1) and content of each line that is not empty, without the white space around it. Raises
    DumpFormatError for what is not text."""
    text = text_of(data)
    if text is None:
        raise DumpFormatError("The file is not text.")
    for number, line in enumerate(text.split("\n"), 1):
        if stripped := line.strip():
            yield number, stripped


def hex_of(text: str, size: int, what: str, line: int | None) -> bytes:
    """The bytes that ``text`` spells. Raises DumpFormatError unless there are ``size`` of them."""
    try:
        data = parse_hex(text)
    except HexError as error:
        raise DumpFormatError(f"{what} is no hex: {error}", line=line) from error
    if len(data) != size:
        raise DumpFormatError(f"{what} has {len(data)} bytes instead of {size}.", line=line)
    return data


def number_of(text: str, most: int, what: str, line: int | None) -> int:
    """The decimal number. Raises DumpFormatError for anything else, and for one over ``most``."""
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise DumpFormatError(f"{what} is “{shortened(text)}” and not a number from 0 to {most}.", line=line)
    return int(text)


def shortened(text: str) -> str:
    """As much of ``text`` as a sentence can quote."""
    return text if len(text) <= 40 else f"{text[:40]}…"
