"""The card production life cycle data of GlobalPlatform cards: GET DATA 9F7F, 42 bytes (Visa GlobalPlatform 2.1.1 Card
Implementation Requirements 1.0, table of the CPLC data)."""

import tomllib
from functools import cache
from typing import Final

from cardscope.decode.tag_parts import octet, spelled
from cardscope.decode.tlv import tlv_values
from cardscope.fields import Field
from cardscope_resources import resource

SIZE: Final = 42
_TAG: Final = 0x9F7F
_FABRICATORS: Final = ("IC fabricator", "IC module fabricator", "ICC manufacturer")
_LAYOUT: Final = (
    ("IC fabricator", 2),
    ("IC type", 2),
    ("Operating system", 2),
    ("Operating system release date", 2),
    ("Operating system release level", 2),
    ("IC fabrication date", 2),
    ("IC serial number", 4),
    ("IC batch", 2),
    ("IC module fabricator", 2),
    ("IC module packaging date", 2),
    ("ICC manufacturer", 2),
    ("IC embedding date", 2),
    ("IC pre-personaliser", 2),
    ("IC pre-personalisation date", 2),
    ("IC pre-personalisation equipment", 4),
    ("IC personaliser", 2),
    ("IC personalisation date", 2),
    ("IC personalisation equipment", 4),
)


@cache
def _fabricators() -> dict[str, str]:
    return tomllib.loads(resource("applications.toml").read_text(encoding="utf-8"))["fabricators"]


def cplc_of(answer: bytes) -> bytes | None:
    """The 42 bytes in the data of an answer to GET DATA 9F7F, with its tag or without; ``None`` when it is not so."""
    if len(answer) == SIZE:
        return answer
    values = tlv_values(answer, _TAG)
    return values[0] if values and len(values[0]) == SIZE else None


def decode_cplc(cplc: bytes) -> Field:
    """The 42 bytes as a tree."""
    parts: list[Field] = []
    at = 0
    for name, size in _LAYOUT:
        data = cplc[at : at + size]
        parts.append(octet(name, at, data, _meaning(name, data)))
        at += size
    return Field("Card production life cycle", (0, len(cplc)), spelled(cplc), "", (), tuple(parts))


def _meaning(name: str, data: bytes) -> str:
    if name in _FABRICATORS:
        maker = _fabricators().get(spelled(data), "")
        return f"{maker}." if maker else ""
    if name.endswith("date"):
        return _date(data)
    return ""


def _date(data: bytes) -> str:
    """Last digit of the year, and the day of the year: binary-coded decimal."""
    digits = spelled(data)
    if not any(data) or not digits.isdigit() or not 1 <= int(digits[1:]) <= 366:
        return ""
    return f"Day {int(digits[1:])} of a year that ends in {digits[0]}."
