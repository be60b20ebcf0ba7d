"""UIDs, and the pages that hold them (ISO/IEC 14443-3 §6.5.4 for the check bytes; NXP data sheets for the pages)."""

from typing import Final

from cardscope.decode.tag_parts import NXP, manufacturer, octet, spelled
from cardscope.fields import Field
from cardscope.tags.image import INTERNAL, bcc0, bcc1

RANDOM_UID: Final = 0x08
"""A 4-byte UID that begins with this is made up anew at every power-up."""


def decode_uid(uid: bytes) -> Field:
    """A UID as the reader tells it: 4, 7 or 10 bytes (ISO/IEC 14443 type A), or 8 (ISO/IEC 15693, FeliCa)."""
    match len(uid):
        case 7 | 10:
            maker = manufacturer(uid[0])
            first = octet("Manufacturer", 0, uid[:1], f"{maker}." if maker else "Not a registered maker.")
            rest = octet("Serial number", 1, uid[1:], "Given by the manufacturer; it should be unique.")
            return Field("UID", (0, len(uid)), spelled(uid), "", (), (first, rest))
        case 4:
            meaning = "Four bytes: not unique any more, since the numbers have run out."
            if uid[0] == RANDOM_UID:
                meaning = "Random: another one at every power-up."
            return Field("UID", (0, 4), spelled(uid), meaning)
        case size:
            return Field("UID", (0, size), spelled(uid), f"{size} bytes.")


def decode_uid_pages(data: bytes, *, bcc: bool = True, uid: bytes | None = None) -> Field:
    """Pages 0 and 1 and the first half of page 2 (10 bytes) as a tree.

    ``bcc`` is false for NTAG I²C, which holds no check bytes there. ``uid`` is what the reader says; where the pages
    tell another one, that is a problem.
    """
    if not bcc:
        return _without_bcc(data, uid)
    stored = data[:3] + data[4:8]
    maker = manufacturer(data[0])
    parts = (
        octet("SN0", 0, data[:1], f"Manufacturer: {maker}." if maker else "Not a registered maker."),
        octet("SN1-SN2", 1, data[1:3]),
        _check_byte("BCC0", 3, data[3], bcc0(stored), "88, SN0, SN1 and SN2"),
        octet("SN3-SN6", 4, data[4:8]),
        _check_byte("BCC1", 8, data[8], bcc1(stored), "SN3 to SN6"),
        octet("Internal", 9, data[9:10], _internal(data[9], maker=data[0])),
    )
    return Field("UID", (0, 10), spelled(stored), "", _differing(stored, uid), parts)


def _without_bcc(data: bytes, uid: bytes | None) -> Field:
    stored = data[:7]
    maker = manufacturer(data[0])
    parts = (
        octet("UID0", 0, data[:1], f"Manufacturer: {maker}." if maker else "Not a registered maker."),
        octet("UID1-UID6", 1, data[1:7]),
        octet("SAK", 7, data[7:8]),
        octet("ATQA", 8, data[8:10]),
    )
    return Field("UID", (0, 10), spelled(stored), "", _differing(stored, uid), parts)


def _check_byte(name: str, offset: int, found: int, right: int, over: str) -> Field:
    problems = () if found == right else (f"{name} is {found:02X}; {right:02X} expected.",)
    verdict = "right" if found == right else "wrong"
    return octet(
        name, offset, bytes((found,)), f"Check byte, {verdict}: the exclusive or of {over}.", problems=problems
    )


def _internal(value: int, *, maker: int) -> str:
    if value == INTERNAL:
        return "The manufacturer's own: 48, as on NXP's chips."
    if maker == NXP:
        return "The manufacturer's own; the chips of NXP that are known have 48 here."
    return "The manufacturer's own."


def _differing(stored: bytes, uid: bytes | None) -> tuple[str, ...]:
    if uid is None or uid == stored:
        return ()
    return (f"The reader says {spelled(uid)}, and the memory says {spelled(stored)}.",)
