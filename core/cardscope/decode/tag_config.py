"""The configuration pages of Type 2 tags: settings, and the bytes as fields.

Which bits hold which setting comes from the catalogue of chips. Sources of what they mean: NXP data sheets of
NTAG213/215/216 (§8.5.7), MF0ULx1, MF0ICU2 and NT3H2111/2211; for NTAG213F/216F public software.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from cardscope.decode.tag_parts import bit, octet, spelled, with_reserved
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, ConfigField, Mirror
from cardscope.tags.image import PAGE_SIZE

_MIRROR_FIRST_PAGE: Final = 4
_WHOLE: Final = (7, 0)


class MirrorMode(StrEnum):
    """What the ASCII mirror shows."""

    NONE = "none"
    UID = "uid"
    COUNTER = "counter"
    UID_AND_COUNTER = "uid_and_counter"


_MIRROR_SIZES: Final = {MirrorMode.UID: 14, MirrorMode.COUNTER: 6, MirrorMode.UID_AND_COUNTER: 21}
"""Characters."""
_MIRRORED: Final = {
    MirrorMode.UID: "The UID is",
    MirrorMode.COUNTER: "The counter is",
    MirrorMode.UID_AND_COUNTER: "UID and counter are",
}
_FIELD_DETECTION: Final = ("never", "at the first start of frame", "when the tag is selected", "while there is a field")


@dataclass(frozen=True, slots=True)
class TagConfig:
    """The settings that the configuration pages hold."""

    auth0: int
    """The first page that the password protects."""
    protects: range | None
    """The protected pages of sector 0; ``None``: the password protects nothing."""
    prot: bool
    """Reading the protected pages needs the password too."""
    cfglck: bool
    """The configuration pages are frozen for ever."""
    authlim: int
    """After how many wrong passwords none is taken any more; 0: any number may be tried."""
    mirror: MirrorMode
    """What is shown: ``NONE`` too where page and byte leave no room for it in user memory."""
    mirror_page: int
    mirror_byte: int
    nfc_counter: bool
    """The first read after each power-up counts the counter up."""
    counter_protected: bool
    """Reading the counter needs the password."""


def tag_config(chip: Chip, cfg0: bytes, cfg1: bytes) -> TagConfig:
    """The settings in ``cfg0`` and ``cfg1`` (4 bytes each) of ``chip``, which must have these pages."""
    pages = {chip.cfg0: cfg0, chip.cfg1: cfg1}

    def value(name: str, default: int = 0) -> int:
        place = chip.fields.get(name)
        return default if place is None else place.value(pages[place.page])

    auth0, limit = value("AUTH0"), value("AUTHLIM")
    counting = chip.nfc_counter is not None
    page, byte = value("MIRROR_PAGE"), value("MIRROR_BYTE")
    # NTAG210 and NTAG212 have a UID mirror and no choice.
    mode = MirrorMode.UID if chip.mirror is Mirror.UID else tuple(MirrorMode)[value("MIRROR_CONF")]
    return TagConfig(
        auth0=auth0,
        protects=range(auth0, chip.auth0_end) if auth0 < chip.auth0_end else None,
        # NTAG I²C plus has a name of its own for it; Ultralight C says it the other way round.
        prot=bool(value("PROT") or value("NFC_PROT")) or not value("AUTH1", 1),
        cfglck=bool(value("CFGLCK")),
        authlim=1 << limit if limit and chip.authlim_power else limit,
        mirror=mode if _has_room(chip, mode, page, byte) else MirrorMode.NONE,
        mirror_page=page,
        mirror_byte=byte,
        nfc_counter=counting and bool(value("NFC_CNT_EN")),
        counter_protected=counting and bool(value("NFC_CNT_PWD_PROT")),
    )


def _has_room(chip: Chip, mode: MirrorMode, page: int, byte: int) -> bool:
    """A text that would leave user memory is not shown at all (NTAG213/215/216 data sheet §8.5.8)."""
    end = PAGE_SIZE * page + byte + _MIRROR_SIZES.get(mode, 0)
    return page >= _MIRROR_FIRST_PAGE and end <= PAGE_SIZE * (chip.user_last + 1)


def decode_cfg0(chip: Chip, page: bytes) -> Field:
    """CFG0 (4 bytes) as a tree."""
    return _decoded("CFG0", chip, chip.cfg0, page, tag_config(chip, page, bytes(PAGE_SIZE)))


def decode_cfg1(chip: Chip, page: bytes) -> Field:
    """CFG1 (4 bytes) as a tree."""
    return _decoded("CFG1", chip, chip.cfg1, page, tag_config(chip, bytes(PAGE_SIZE), page))


def _decoded(name: str, chip: Chip, number: int | None, page: bytes, config: TagConfig) -> Field:
    """``config`` has the settings of this page; the other half of it is not looked at."""
    held = {index: [item for item in chip.fields.items() if _is_in(item[1], number, index)] for index in range(4)}
    parts: list[Field] = []
    for known, run in groupby(range(4), lambda index: bool(held[index])):
        indexes = list(run)
        if known:
            parts += [_byte(chip, index, page[index], held[index], config) for index in indexes]
        else:
            start, end = indexes[0], indexes[-1] + 1
            parts.append(octet("RFUI", start, page[start:end], "Reserved."))
    return Field(name, (0, PAGE_SIZE), spelled(page), "", (), tuple(parts))


def _is_in(place: ConfigField, page: int | None, byte: int) -> bool:
    return (place.page, place.byte) == (page, byte)


def _byte(chip: Chip, index: int, byte: int, held: list[tuple[str, ConfigField]], config: TagConfig) -> Field:
    name, place = held[0]
    if (place.high, place.low) == _WHOLE:
        return octet(name, index, bytes((byte,)), _meaning(name, byte, chip, config))
    bits = [
        bit(name, index, (place.high, place.low), byte, _meaning(name, (byte & place.mask) >> place.low, chip, config))
        for name, place in held
    ]
    return octet(
        _byte_name([name for name, _ in held]), index, bytes((byte,)), children=with_reserved(index, byte, bits)
    )


def _byte_name(names: list[str]) -> str:
    """What the data sheets call a byte with these fields."""
    if "AUTHLIM" in names:
        return "ACCESS"
    if "MIRROR_BYTE" in names:
        return "MIRROR"
    return "MOD" if "STRG_MOD_EN" in names else names[0]


def _meaning(name: str, value: int, chip: Chip, config: TagConfig) -> str:
    match name:
        case "AUTH0":
            return _auth0(chip, config)
        case "PROT" | "NFC_PROT" | "AUTH1":
            secret = "key" if chip.key_pages is not None else "password"
            if config.prot:
                return f"Protected pages need the {secret} for reading and writing."
            return f"Protected pages need the {secret} for writing; anyone may read them."
        case "CFGLCK":
            frozen = "CFG0 and CFG1 are frozen for ever; the password itself is not."
            return frozen if value else "CFG0 and CFG1 can be changed. Set, this bit would freeze them for ever."
        case "AUTHLIM":
            if not value:
                return "Wrong passwords are not counted."
            return f"After {config.authlim} wrong passwords in a row none is taken any more, not even the right one."
        case "NFC_CNT_EN":
            return "The first read after each power-up counts up." if value else "The counter stands still."
        case "NFC_CNT_PWD_PROT":
            return "Reading the counter needs the password." if value else "Anyone may read the counter."
        case "NFC_DIS_SEC1":
            return "Sector 1 is closed to NFC." if value else "Sector 1 is open to NFC."
        case "MIRROR_CONF":
            mode = tuple(MirrorMode)[value]
            if mode is MirrorMode.NONE:
                return "No mirror."
            return f"{_MIRRORED[mode]} shown as text, where MIRROR_PAGE allows it."
        case "MIRROR_BYTE":
            if config.mirror is MirrorMode.NONE:
                return "No mirror, so it means nothing."
            return "The byte of its page at which the text begins."
        case "MIRROR_PAGE":
            return _mirror_page(config)
        case "STRG_MOD_EN":
            return f"Strong modulation {'on' if value else 'off'}."
        case "SLEEP_EN":
            return f"Sleep mode {'on' if value else 'off'}."
        case "FDP_CONF":
            return f"The field detection pin speaks {_FIELD_DETECTION[value]}."
        case "VCTID":
            return "Virtual card type identifier."
        case _:
            return ""


def _auth0(chip: Chip, config: TagConfig) -> str:
    secret = "key" if chip.key_pages is not None else "password"
    if config.protects is None:
        return f"Beyond page {chip.auth0_end - 1}, the last that there is to protect: the {secret} protects nothing."
    return f"The {secret} protects the pages from {config.auth0} on."


def _mirror_page(config: TagConfig) -> str:
    if config.mirror is not MirrorMode.NONE:
        size = _MIRROR_SIZES[config.mirror]
        start = f"page {config.mirror_page}, byte {config.mirror_byte}"
        return f"{size} characters from {start} on are shown in place of what user memory holds there."
    if config.mirror_page < _MIRROR_FIRST_PAGE:
        return f"No mirror: it begins at page {_MIRROR_FIRST_PAGE} or later."
    return "No mirror: nothing is chosen, or it would not fit into user memory."
