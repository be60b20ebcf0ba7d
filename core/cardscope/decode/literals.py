"""The tokens of bytes in source text: numbers, strings, brackets, casts, and the words around them."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>[\s,;:]+)
    |(?P<cast>\(\s*(?:(?:unsigned|signed)\s+)?(?:byte|sbyte|char|uint8_t|int8_t|u8)\s*\))
    |(?P<empty>\[\s*\]|\(\s*\))
    |(?P<open>&?[\[({])
    |(?P<close>[\])}])
    |(?P<string>[bB]?(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))
    |(?P<prefixed>0[xX](?:[0-9A-Fa-f]+(?=0[xX])|[0-9A-Fa-f]*(?:[uU]8|[uUlL]{0,3})(?![0-9A-Za-z_])))
    |(?P<escaped>\\x[0-9A-Fa-f]{2})
    |(?P<bare>(?:(?<![0-9A-Fa-f])-)?[0-9A-Fa-f]+[hH]?(?![0-9A-Za-z_]))
    |(?P<dash>(?<=[0-9A-Fa-f])-(?=[0-9A-Fa-f]))
    |(?P<word>\.?[A-Za-z_][\w.!]*)
    |(?P<junk>[^\s,;:\[\](){}"']+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING_PART = re.compile(
    r"""\\x(?P<hex>[0-9A-Fa-f]{2})|\\(?P<octal>[0-7]{1,3})|\\(?P<sign>["'\\abfnrtv])|(?P<plain>[\x20-\x5b\x5d-\x7e])|\\?.""",
    re.DOTALL,
)
_SIGNS: Final = dict(zip("\"'\\abfnrtv", b"\"'\\\a\b\f\n\r\t\v", strict=True))

# What makes bytes in the languages and tools that people copy from. None of it is a byte itself.
_WORDS: Final = frozenset(
    (
        "a2b_hex",
        "arrays",
        "aslist",
        "binascii",
        "buffer",
        "byte",
        "bytearray",
        "bytearrayof",
        "bytes",
        "char",
        "commandapdu",
        "const",
        "connection",
        "datatypeconverter",
        "decode",
        "decodehex",
        "from",
        "fromhex",
        "hex",
        "hex!",
        "hexformat",
        "hexstringtobytearray",
        "int8_t",
        "list",
        "new",
        "of",
        "parsehex",
        "parsehexbinary",
        "return",
        "sbyte",
        "send",
        "static",
        "toarray",
        "tobyte",
        "tobytes",
        "transceive",
        "transmit",
        "tuple",
        "u8",
        "ubytearrayof",
        "uint8_t",
        "uint8array",
        "unhexlify",
        "unsigned",
        "vec!",
    )
)
_LONGEST_NAME: Final = 200


class Kind(Enum):
    """What a token is."""

    CAST = auto()
    OPEN = auto()
    CLOSE = auto()
    STRING = auto()
    PREFIXED = auto()
    """``0x`` and any number of hex digits."""
    ESCAPED = auto()
    """``\\x`` and two hex digits."""
    BARE = auto()
    """Digits that may be hex or decimal, with a sign or an ``h``."""
    WORD = auto()
    """A word that belongs to source text and is no byte."""
    JUNK = auto()


class Token(NamedTuple):
    """Part of a text, ``start`` to ``end`` (half open)."""

    kind: Kind
    start: int
    end: int
    text: str


_KINDS: Final = {kind.name.lower(): kind for kind in Kind}
_IGNORED: Final = frozenset(("space", "empty", "dash"))


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens from ``start`` to ``end``, separators left out."""
    for match in _TOKEN.finditer(text, start, end):
        name = match.lastgroup or "junk"
        if name in _IGNORED:
            continue
        kind = _KINDS[name]
        if kind is Kind.WORD and not _known(match.group()):
            kind = Kind.JUNK
        yield Token(kind, match.start(), match.end(), match.group())


def _known(word: str) -> bool:
    return all(part in _WORDS for part in word.lower().strip(".").split("."))


def after_assignment(text: str) -> int:
    """Where the value begins in ``apdu = …`` or ``static const uint8_t apdu[5] = …``; 0 when nothing is assigned.

    Words that could be hex are not taken for a name.
    """
    name, sign, _ = text.partition("=")
    if not sign or len(name) > _LONGEST_NAME or not re.fullmatch(r"[\w\s<>*&.:]+(?:\[\s*\w*\s*\])?[\w\s:&]*", name):
        return 0
    words = re.findall(r"\w+", re.sub(r"\[.*?\]", "", name))
    if not words or any(re.fullmatch(r"(?:[0-9A-Fa-f]{2})+|\d.*", word) for word in words):
        return 0
    return len(name) + 1


class Character(NamedTuple):
    """One character of a string, escaped or not: its byte, or ``None`` where it is not one, and its place."""

    value: int | None
    start: int
    end: int
    escaped: bool


def characters(text: str, start: int, end: int) -> Iterator[Character]:
    """The characters of the string body from ``start`` to ``end``."""
    for match in _STRING_PART.finditer(text, start, end):
        value: int | None = None
        if (digits := match["hex"]) is not None:
            value = int(digits, 16)
        elif (digits := match["octal"]) is not None:
            value = int(digits, 8) if int(digits, 8) < 256 else None
        elif (sign := match["sign"]) is not None:
            value = _SIGNS[sign]
        elif (plain := match["plain"]) is not None:
            value = ord(plain)
        yield Character(value, match.start(), match.end(), match.group()[0] == "\\")
