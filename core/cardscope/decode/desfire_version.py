"""The answer of DESFire-style chips to GET_VERSION: hardware, software and production data (NXP NT4H2421 data sheet
§10.5.2; AN10833 for the types)."""

import tomllib
from functools import cache
from typing import Any, Final

from cardscope.decode.tag_parts import manufacturer, octet, spelled
from cardscope.decode.tag_version import storage_meaning
from cardscope.fields import Field
from cardscope_resources import resource

PART_SIZE: Final = 7
UID_SIZE: Final = 7


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resource("versions.toml").read_text(encoding="utf-8"))["iso_dep"]


def desfire_name(hardware: bytes) -> str:
    """The product by the hardware part (7 bytes): exact where type and major version are known, else by the type."""
    kind, major = hardware[1] & 0x0F, hardware[3]
    exact: str = _table()["versions"].get(f"{kind:02X}/{major:02X}", "")
    return exact or str(_table()["types"].get(f"{kind:02X}", ""))


def decode_desfire_version(data: bytes) -> Field:
    """The concatenated parts (7, 7 and 14 bytes, or more) as a tree; what is missing is left out."""
    parts: list[Field] = []
    for name, at in (("Hardware", 0), ("Software", PART_SIZE)):
        if len(part := data[at : at + PART_SIZE]) == PART_SIZE:
            parts.append(_part(name, at, part))
    at = 2 * PART_SIZE
    if len(data) >= at + PART_SIZE:
        uid = data[at : at + UID_SIZE]
        meaning = "" if any(uid) else "Not told: the card has a random UID."
        parts.append(octet("UID", at, uid, meaning))
        if rest := data[at + UID_SIZE :]:
            parts.append(octet("Batch and date", at + UID_SIZE, rest, _production(rest)))
    return Field("GET_VERSION", (0, len(data)), spelled(data), "", (), tuple(parts))


def _part(name: str, at: int, part: bytes) -> Field:
    product = desfire_name(part) if name == "Hardware" else ""
    fields = (
        octet("Vendor", at, part[:1], f"{manufacturer(part[0])}." if manufacturer(part[0]) else ""),
        octet("Type", at + 1, part[1:2], f"{product}." if product else ""),
        octet("Subtype", at + 2, part[2:3]),
        octet("Version", at + 3, part[3:5], "Major and minor."),
        octet("Storage size", at + 5, part[5:6], storage_meaning(part[5])),
        octet("Protocol", at + 6, part[6:7]),
    )
    return Field(name, (at, at + PART_SIZE), spelled(part), "", (), fields)


def _production(rest: bytes) -> str:
    """The last two bytes are calendar week and year, binary-coded decimal."""
    week, year = spelled(rest[-2:-1]), spelled(rest[-1:])
    if len(rest) < 7 or not (week + year).isdigit() or not 1 <= int(week) <= 53:
        return ""
    return f"Made in week {int(week)} of 20{year}."
