"""The fields of a native Type 2 command, and which bytes are one.

Source: NXP data sheets of NTAG21x, NTAG I²C, MIFARE Ultralight EV1 and C. Of a command in two frames (COMPAT_WRITE,
SECTOR_SELECT, AUTHENTICATE) this is the first.
"""

from typing import Final

from cardscope.decode.native import native_summary
from cardscope.decode.tag_parts import octet
from cardscope.fields import Field
from cardscope.tags.catalogue import Command

_PARTS: Final[dict[int, tuple[tuple[str, int], ...]]] = {
    Command.AUTHENTICATE: (("Argument", 1),),
    Command.PWD_AUTH: (("Password", 4),),
    Command.READ: (("Page", 1),),
    Command.READ_CNT: (("Counter", 1),),
    Command.FAST_READ: (("First page", 1), ("Last page", 1)),
    Command.READ_SIG: (("Address", 1),),
    Command.CHECK_TEARING_EVENT: (("Counter", 1),),
    Command.VCSL: (("Installation identifier", 16), ("PCD capabilities", 4)),
    Command.GET_VERSION: (),
    Command.COMPAT_WRITE: (("Page", 1),),
    Command.WRITE: (("Page", 1), ("Content", 4)),
    Command.INCR_CNT: (("Counter", 1), ("Increment", 4)),
    Command.FAST_WRITE: (("First page", 1), ("Last page", 1), ("Content", 64)),
    Command.SECTOR_SELECT: (("Argument", 1),),
}
_NUMBERS: Final = frozenset(("Page", "First page", "Last page", "Counter"))


def is_native(data: bytes) -> bool:
    """Whether ``data`` is a native command as a whole: a known first byte, and its length."""
    return missing(data) == 0


def missing(data: bytes) -> int | None:
    """How many bytes the native command that ``data`` begins with lacks, negative for bytes too many; ``None`` where it
    begins with no known one."""
    if not data or (parts := _PARTS.get(data[0])) is None:
        return None
    return 1 + sum(size for _, size in parts) - len(data)


def native_fields(data: bytes, offset: int = 0) -> tuple[Field, ...]:
    """The parts of the native command ``data``, which begins at ``offset``; bytes too many are ``Extra bytes``."""
    if not data:
        return ()
    if (parts := _PARTS.get(data[0])) is None:
        return (octet("Command", offset, data[:1], "No Type 2 command that is known here."), *_rest(data, offset, 1))
    fields = [octet("Command", offset, data[:1], f"{Command(data[0]).name}.")]
    at = 1
    for name, size in parts:
        if part := data[at : at + size]:
            meaning = f"Number {part[0]}." if name in _NUMBERS else ""
            fields.append(octet(name, offset + at, part, meaning))
        at += size
    return (*fields, *_rest(data, offset, at))


def _rest(data: bytes, offset: int, at: int) -> tuple[Field, ...]:
    return (octet("Extra bytes", offset + at, data[at:]),) if len(data) > at else ()


def decode_native(data: bytes) -> Field:
    """``data`` as the tree of a native command, its parts as children."""
    return octet("Native command", 0, data, f"{native_summary(data)}.", children=native_fields(data))
