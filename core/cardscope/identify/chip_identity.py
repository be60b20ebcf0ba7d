"""Which chip a tag is, by its answer to GET_VERSION or by what else it showed. Pure."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from cardscope.decode.apdu_structure import counted
from cardscope.decode.tag_parts import NXP, manufacturer
from cardscope.decode.tag_version import PRODUCT_TYPES, SIZE, SUBTYPES, storage_meaning, storage_range
from cardscope.tags.catalogue import Chip, chip_by_version, chips
from cardscope_resources import resource

_VENDOR, _TYPE, _SUBTYPE, _MAJOR, _MINOR, _STORAGE, _PROTOCOL = range(1, 8)
_BYTE_NAMES: Final = {
    0: "header",
    _VENDOR: "vendor",
    _TYPE: "type",
    _SUBTYPE: "subtype",
    _MAJOR: "major version",
    _MINOR: "minor version",
    _STORAGE: "storage",
    _PROTOCOL: "protocol",
}
_NEAR: Final = 3
"""More differing bytes than this are no near miss."""


class Certainty(StrEnum):
    """How sure an identification is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class ChipIdentity:
    """What a chip is, and how that is known."""

    name: str
    vendor: str
    """Empty where nobody knows."""
    certainty: Certainty
    reasons: tuple[str, ...]
    """How it is known, a sentence each."""
    version: bytes | None = None
    """What GET_VERSION answered."""
    chip: Chip | None = None
    """The chip of the catalogue whose memory it has; ``None``: its memory is not known."""

    def to_json(self) -> dict[str, Any]:
        """The object that scripts get."""
        return {
            "name": self.name,
            "vendor": self.vendor,
            "version": self.version.hex().upper() if self.version is not None else None,
            "certainty": self.certainty.value,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    version: bytes
    name: str
    vendor: str
    chip: Chip | None
    certainty: Certainty
    note: str


@cache
def _table() -> tuple[_Known, ...]:
    """The catalogue's versions first: they win over the same bytes from elsewhere."""
    rows: list[dict[str, Any]] = tomllib.loads(resource("versions.toml").read_text(encoding="utf-8"))["version"]
    catalogue = chips()
    known = [
        _Known(version, chip.name, chip.vendor, chip, Certainty.CERTAIN, "")
        for chip in catalogue.values()
        for version in (chip.version, *chip.other_versions)
        if version is not None
    ]
    known += [
        _Known(
            bytes.fromhex(row["version"]),
            row["name"],
            row["vendor"],
            catalogue[row["layout"]] if "layout" in row else None,
            Certainty(row.get("certainty", "certain")),
            row.get("note", ""),
        )
        for row in rows
    ]
    return tuple(known)


def _trusted() -> list[_Known]:
    """What is more than hearsay."""
    return [known for known in _table() if known.certainty is not Certainty.GUESS]


def identify_version(version: bytes) -> ChipIdentity:
    """The chip that answers ``version`` to GET_VERSION. All 8 bytes count; what is near but not the same is explained
    byte by byte. Never refuses."""
    if (chip := chip_by_version(version)) is not None:
        reason = f"All 8 bytes of GET_VERSION are those of the {chip.name}."
        return ChipIdentity(chip.name, chip.vendor, Certainty.CERTAIN, (reason,), version, chip)
    for known in _table():
        if known.version == version:
            reasons = (f"GET_VERSION is known: {known.name}.", *([known.note] if known.note else []))
            return ChipIdentity(known.name, known.vendor, known.certainty, reasons, version, known.chip)
    if len(version) != SIZE:
        reason = f"GET_VERSION answered {len(version)} bytes instead of {SIZE}."
        return ChipIdentity("Unknown chip", "", Certainty.GUESS, (reason,), version)
    return _near_miss(version)


def _near_miss(version: bytes) -> ChipIdentity:
    vendor = "NXP" if version[_VENDOR] == NXP else manufacturer(version[_VENDOR])
    # A copy is measured against what it copies, not against other copies.
    originals = [known for known in _trusted() if known.version[_VENDOR] == NXP]
    nearest = min(originals, key=lambda known: _distance(version, known))
    alike = {known.name for known in originals if _distance(version, known) == _distance(version, nearest)}
    differing = [at for at in range(SIZE) if version[at] != nearest.version[at]]
    if len(differing) > _NEAR:
        return ChipIdentity(_descriptive_name(version), vendor, Certainty.GUESS, _in_words(version), version)
    reasons = (f"GET_VERSION is near that of the {nearest.name}.", *_explained(version, nearest, differing))
    name = f"Chip like the {nearest.name}" if version[_VENDOR] == NXP else f"{nearest.name}-compatible chip"
    # Another vendor or minor version keeps the memory as it is; another storage or type does not. But where two chips
    # are told apart by the minor version alone, a third one says nothing.
    same_memory = set(differing) <= {_VENDOR, _MINOR} and nearest.chip is not None and len(alike) == 1
    certainty = Certainty.LIKELY if same_memory else Certainty.GUESS
    return ChipIdentity(name, vendor, certainty, reasons, version, nearest.chip if same_memory else None)


def _distance(version: bytes, known: _Known) -> tuple[int, int]:
    """Differing bytes; among equals, the storage byte tells chips apart best."""
    differing = sum(a != b for a, b in zip(version, known.version, strict=True))
    return differing, int(version[_STORAGE] != known.version[_STORAGE])


def _explained(version: bytes, nearest: _Known, differing: list[int]) -> tuple[str, ...]:
    """What agrees with ``nearest``, and each byte that does not."""
    sentences: list[str] = []
    for at in differing:
        byte, wanted, name = version[at], nearest.version[at], _BYTE_NAMES[at]
        if at == _VENDOR:
            maker = manufacturer(byte) or "no registered maker"
            sentences.append(
                f"Vendor byte {byte:02X} ({maker}), where NXP's {nearest.name} has {wanted:02X}: the vendor byte of a "
                "clone."
            )
            continue
        sentences.append(
            f"{name.capitalize()} byte {byte:02X}, where the {nearest.name} has {wanted:02X}{_owner(at, byte)}."
        )
    if _STORAGE not in differing:
        article = "an" if nearest.name.startswith(("N", "MF0")) else "a"  # as the first letter is spoken
        same = f"the storage byte of {article} {nearest.name}"
        sentences.insert(0, f"Storage byte {version[_STORAGE]:02X}: {same}.")
    return tuple(sentences)


def _owner(at: int, byte: int) -> str:
    """Whose byte it is, for the bytes that tell chips apart."""
    if at == _STORAGE:
        names = dict.fromkeys(known.name for known in _trusted() if known.version[at] == byte)
        return f"; {byte:02X} is that of {_listed(list(names))}" if names else "; no known chip has that"
    meaning = {_TYPE: PRODUCT_TYPES, _SUBTYPE: SUBTYPES}.get(at, {}).get(byte, "")
    return f"; {byte:02X} is {meaning}" if meaning else ""


def _in_words(version: bytes) -> tuple[str, ...]:
    """What the bytes say of themselves where no known chip is near."""
    maker = manufacturer(version[_VENDOR]) or "no registered maker"
    subtype = SUBTYPES.get(version[_SUBTYPE], "not documented")
    return (
        "No known chip answers GET_VERSION like this, nor nearly.",
        f"Vendor byte {version[_VENDOR]:02X}: {maker}.",
        f"Type byte {version[_TYPE]:02X}: {PRODUCT_TYPES.get(version[_TYPE], 'not documented')}.",
        f"Subtype byte {version[_SUBTYPE]:02X}: {subtype}.",
        f"Storage byte {version[_STORAGE]:02X}: {storage_meaning(version[_STORAGE])}",
    )


def _descriptive_name(version: bytes) -> str:
    product = PRODUCT_TYPES.get(version[_TYPE], "Type 2 chip")
    if version[_STORAGE] >> 1 > 24:
        return f"Unknown {product}"
    least, most = storage_range(version[_STORAGE])
    size = counted(least) if least == most else f"{least} to {counted(most)}"
    return f"Unknown {product}, {size}"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
