"""The answer to GET_VERSION (NXP data sheets of NTAG213/215/216 and MF0ULx1, table of GET_VERSION)."""

from typing import Final

from cardscope.decode.apdu_structure import counted
from cardscope.decode.tag_parts import manufacturer, octet, shifted, spelled
from cardscope.fields import Field

SIZE: Final = 8

PRODUCT_TYPES: Final = {0x03: "MIFARE Ultralight", 0x04: "NTAG"}
SUBTYPES: Final = {
    0x01: "17 pF",
    0x02: "50 pF",
    0x04: "50 pF, with field detection",
    0x05: "50 pF, with I²C and field detection",
}

_SUCCESS: Final = bytes.fromhex("9000")


def decode_version(version: bytes) -> Field:
    """The 8 bytes of GET_VERSION as a tree. Another number of bytes is reported, and decoded as far as it goes."""
    problems = () if len(version) == SIZE else (f"{len(version)} bytes; GET_VERSION has {SIZE}.",)
    parts: list[Field] = []
    for name, start, end in _LAYOUT:
        if data := version[start:end]:
            parts.append(_part(name, start, data))
    if extra := version[SIZE:]:
        parts.append(octet("Extra bytes", SIZE, extra))
    return Field("GET_VERSION", (0, len(version)), spelled(version), "", problems, tuple(parts))


_LAYOUT: Final = (
    ("Header", 0, 1),
    ("Vendor", 1, 2),
    ("Type", 2, 3),
    ("Subtype", 3, 4),
    ("Version", 4, 6),
    ("Storage size", 6, 7),
    ("Protocol", 7, 8),
)


def _part(name: str, start: int, data: bytes) -> Field:
    byte = data[0]
    match name:
        case "Header":
            problems = () if byte == 0 else (f"{byte:02X}; 00 expected.",)
            return octet(name, start, data, "Fixed.", problems=problems)
        case "Vendor":
            return octet(name, start, data, f"{vendor_name(byte)}.")
        case "Type":
            return octet(name, start, data, f"{PRODUCT_TYPES.get(byte, 'Not a type that NXP documents')}.")
        case "Subtype":
            meaning = SUBTYPES.get(byte)
            text = f"Antenna capacitance {meaning}." if meaning else "Not a subtype that NXP documents."
            return octet(name, start, data, text)
        case "Version":
            parts = [octet("Major", 4, data[:1])]
            if len(data) > 1:
                parts.append(octet("Minor", 5, data[1:]))
            return octet(name, start, data, "Major and minor version of the product.", children=tuple(parts))
        case "Storage size":
            return octet(name, start, data, storage_meaning(byte))
        case _:
            known = "ISO/IEC 14443-3: commands of the tag's own, no APDUs." if byte == 0x03 else "Not documented."
            return octet(name, start, data, known)


def vendor_name(code: int) -> str:
    """The maker by the vendor byte."""
    return manufacturer(code) or f"No registered maker has the number {code:02X}"


def storage_range(code: int) -> tuple[int, int]:
    """The user memory in bytes that a storage byte announces, as least and most; the same for an exact size."""
    least = 1 << (code >> 1)
    return (least, 2 * least) if code & 1 else (least, least)


def storage_meaning(code: int) -> str:
    """A sentence for the storage byte."""
    if code >> 1 > 24:  # 32 MB: no tag
        return "No size that a tag can have."
    least, most = storage_range(code)
    if least == most:
        return f"{counted(least)} of user memory."
    return f"Between {least:,} and {counted(most)} of user memory."


def decode_version_response(response: bytes, version: bytes, *, family: str = "") -> Field:
    """A reader's whole ``response`` to GET_VERSION as a tree: what the reader put around ``version``, and it.

    ``family`` is the key of the reader's family and names the parts of its wrapping. ``version`` must be in
    ``response``; where it is not, the tree has the response alone.
    """
    start = response.find(version) if version else -1
    if start < 0:
        return Field("Response", (0, len(response)), spelled(response))
    end = start + len(version)
    parts = [*_before(response[:start], family), shifted(decode_version(version), start)]
    rest = response[end:]
    if len(rest) == 2:
        meaning = "The reader has done what it was asked to do." if rest == _SUCCESS else "The reader's status word."
        parts.append(octet("SW1-SW2", end, rest, meaning))
    elif rest:
        parts.append(octet("Reader's wrapping, rest", end, rest))
    return Field("Response", (0, len(response)), spelled(response), "", (), tuple(parts))


def _before(data: bytes, family: str) -> list[Field]:
    if not data:
        return []
    if family == "acr122u" and len(data) == 3:
        return [
            octet("Reader's wrapping", 0, data[:2], "The reader's PN532 answers InCommunicateThru."),
            octet("Status", 2, data[2:], "00: the tag answered. 01: it stayed silent."),
        ]
    if family == "omnikey5321" and len(data) == 2:
        return [octet("Status", 0, data, "00 00: the tag answered.")]
    if family == "transparent":
        return [
            octet("Reader's wrapping", 0, data, "Data objects of the transparent session; what follows came by air.")
        ]
    return [octet("Reader's wrapping", 0, data, "What the reader put before the tag's answer.")]
