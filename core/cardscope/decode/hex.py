"""Hexadecimal text to bytes and back."""

from cardscope.errors import CardScopeError

HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
SEPARATORS = frozenset(" \t\r\n\v\f:,")

_TO_SPACES = str.maketrans(dict.fromkeys(":,", " "))


class HexError(CardScopeError):
    """Text that is not hex. ``position`` is the index into ``text`` of the offending character, ``len(text)`` when
    the text ends too early; ``expected`` says what would have been right there. The sentence counts from 1.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        found = f"found “{text[position]}”" if position < len(text) else "the text ends"
        super().__init__(f"Position {position + 1}: {found}, expected {expected}.")
        self.text = text
        self.position = position
        self.expected = expected


def parse_hex(text: str) -> bytes:
    """The bytes that ``text`` spells: two hex digits each, in either case, with any white space, colons or commas
    between them. Raises :class:`HexError` for anything else, also for text without a single byte.
    """
    try:
        data = bytes.fromhex(text.translate(_TO_SPACES))
    except ValueError:
        raise _first_error(text) from None
    if not data:
        raise HexError(text, len(text), "at least one byte")
    return data


def _first_error(text: str) -> HexError:
    half = False
    for position, character in enumerate(text):
        if character in HEX_DIGITS:
            half = not half
        elif character in SEPARATORS and half:
            return HexError(text, position, "one more hex digit: a byte is two digits")
        elif character not in SEPARATORS:
            return HexError(text, position, "a hex digit (0-9, A-F)")
    return HexError(text, len(text), "one more hex digit: a byte is two digits")


def format_hex(data: bytes, separator: str = "") -> str:
    """``data`` as upper-case hex with ``separator`` (one character, or none) between the bytes."""
    return (data.hex(separator) if separator else data.hex()).upper()
