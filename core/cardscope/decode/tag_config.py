"""The configuration pages of Type 2 tags: settings, and the bytes as fields.

Sources: NXP data sheets of NTAG213/215/216 (§8.5.7), MF0ULx1, MF0ICU2 and NT3H2111/2211; for NTAG213F/216F public
software. NTAG210 and NTAG212 have the layout of MF0ULx1, with the UID mirror where that has nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cardscope.decode.tag_parts import bit, octet, spelled
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, Command, Mirror

ULTRALIGHT_C: Final = "MIFARE Ultralight C"
NTAG_I2C_PLUS: Final = "NTAG I²C plus"
WITH_FIELD_DETECTION: Final = "NTAG21xF"

_MIRROR_FIRST_PAGE: Final = 4
_MIRROR_SIZES: Final = {"uid": 14, "counter": 6, "uid_and_counter": 21}
_NT3H_LAST_PROTECTED: Final = 0xEB


class MirrorMode(StrEnum):
    """What the ASCII mirror shows."""

    NONE = "none"
    UID = "uid"
    COUNTER = "counter"
    UID_AND_COUNTER = "uid_and_counter"


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
    """How many wrong passwords there may be; 0: any number."""
    mirror: MirrorMode
    mirror_page: int
    mirror_byte: int
    nfc_counter: bool
    """The first read after each power-up counts the counter up."""
    counter_protected: bool
    """Reading the counter needs the password."""


def tag_config(chip: Chip, cfg0: bytes, cfg1: bytes) -> TagConfig:
    """The settings in ``cfg0`` and ``cfg1`` (4 bytes each) of ``chip``, which must have these pages."""
    if chip.family == ULTRALIGHT_C:
        auth0 = cfg0[0]
        last = chip.pages - 1
        protects = range(auth0, last + 1) if auth0 <= last else None
        return TagConfig(auth0, protects, not cfg1[0] & 1, False, 0, MirrorMode.NONE, 0, 0, False, False)
    auth0, access = cfg0[3], cfg1[0]
    last = _NT3H_LAST_PROTECTED if chip.family == NTAG_I2C_PLUS else chip.pages - 1
    limit = access & 0x07
    if chip.family == NTAG_I2C_PLUS and limit:
        limit = 1 << limit
    mode, page, byte = _mirror(chip, cfg0)
    counting = chip.nfc_counter is not None
    return TagConfig(
        auth0=auth0,
        protects=range(auth0, last + 1) if auth0 <= last else None,
        prot=bool(access & 0x80),
        cfglck=chip.family != NTAG_I2C_PLUS and bool(access & 0x40),
        authlim=limit,
        mirror=mode,
        mirror_page=page,
        mirror_byte=byte,
        nfc_counter=counting and bool(access & 0x10),
        counter_protected=counting and bool(access & 0x08),
    )


def _mirror(chip: Chip, cfg0: bytes) -> tuple[MirrorMode, int, int]:
    if chip.mirror is Mirror.NONE:
        return MirrorMode.NONE, 0, 0
    page, byte = cfg0[2], cfg0[0] >> 4 & 3
    if chip.mirror is Mirror.UID:
        return (MirrorMode.UID if page >= _MIRROR_FIRST_PAGE else MirrorMode.NONE), page, byte
    mode = tuple(MirrorMode)[cfg0[0] >> 6]
    return (mode if page >= _MIRROR_FIRST_PAGE else MirrorMode.NONE), page, byte


def decode_cfg0(chip: Chip, page: bytes) -> Field:
    """CFG0 (4 bytes) as a tree."""
    if chip.family == ULTRALIGHT_C:
        parts = (
            octet("AUTH0", 0, page[:1], _auth0_meaning(page[0], chip.pages - 1)),
            octet("RFUI", 1, page[1:]),
        )
    elif chip.family == NTAG_I2C_PLUS:
        parts = (octet("RFU", 0, page[:3]), octet("AUTH0", 3, page[3:], _auth0_meaning(page[3], _NT3H_LAST_PROTECTED)))
    else:
        mirroring = chip.mirror is not Mirror.NONE
        third = octet("MIRROR_PAGE", 2, page[2:3], _mirror_page_meaning(chip, page)) if mirroring else None
        parts = (
            _first_byte(chip, page),
            *((octet("RFUI", 1, page[1:2]), third) if third else (octet("RFUI", 1, page[1:3]),)),
            octet("AUTH0", 3, page[3:], _auth0_meaning(page[3], chip.pages - 1)),
        )
    return Field("CFG0", (0, 4), spelled(page), "", (), parts)


def decode_cfg1(chip: Chip, page: bytes) -> Field:
    """CFG1 (4 bytes) as a tree."""
    if chip.family == ULTRALIGHT_C:
        restricted = "Writing needs the key." if page[0] & 1 else "Reading and writing need the key."
        first = octet(
            "AUTH1", 0, page[:1], restricted, children=(bit("RFUI", 0, (7, 1), page[0]), bit("b0", 0, (0, 0), page[0]))
        )
        return Field("CFG1", (0, 4), spelled(page), "", (), (first, octet("RFUI", 1, page[1:])))
    rest = (octet("RFUI", 1, page[1:]),)
    if Command.VCSL in chip.commands:
        rest = (octet("VCTID", 1, page[1:2], "Virtual card type identifier."), octet("RFUI", 2, page[2:]))
    return Field("CFG1", (0, 4), spelled(page), "", (), (_access(chip, page[0]), *rest))


def _auth0_meaning(auth0: int, last: int) -> str:
    if auth0 > last:
        return f"Beyond the last page ({last}): the password protects nothing."
    return f"The password protects the pages from {auth0} on."


def _first_byte(chip: Chip, page: bytes) -> Field:
    byte = page[0]
    strong = bit("STRG_MOD_EN", 0, (2, 2), byte, f"Strong modulation {'on' if byte & 4 else 'off'}.")
    if chip.mirror is Mirror.NONE:
        parts = (bit("RFUI", 0, (7, 3), byte), strong, bit("RFUI", 0, (1, 0), byte))
        return octet("MOD", 0, page[:1], children=parts)
    place = bit("MIRROR_BYTE", 0, (5, 4), byte, "Where in its page the mirrored text begins.")
    if chip.mirror is Mirror.UID:
        parts = (bit("RFUI", 0, (7, 6), byte), place, bit("RFUI", 0, (3, 0), byte))
        return octet("MIRROR", 0, page[:1], children=parts)
    what = ("Nothing is", "The UID is", "The counter is", "UID and counter are")[byte >> 6]
    conf = bit("MIRROR_CONF", 0, (7, 6), byte, f"{what} shown as text, where MIRROR_PAGE allows it.")
    if chip.family == WITH_FIELD_DETECTION:
        when = ("never", "at the first start of frame", "when selected", "while there is a field")[byte & 3]
        low = (
            bit("SLEEP_EN", 0, (3, 3), byte),
            strong,
            bit("FDP_CONF", 0, (1, 0), byte, f"The field detection pin speaks {when}."),
        )
    else:
        low = (bit("RFUI", 0, (3, 3), byte), strong, bit("RFUI", 0, (1, 0), byte))
    return octet("MIRROR", 0, page[:1], children=(conf, place, *low))


def _mirror_page_meaning(chip: Chip, page: bytes) -> str:
    mode, first, byte = _mirror(chip, page)
    if mode is MirrorMode.NONE:
        return "No mirror: that needs a page from 4 on, and something to show."
    return f"{_MIRROR_SIZES[mode]} characters from page {first}, byte {byte} on are shown in place of user memory."


def _access(chip: Chip, access: int) -> Field:
    prot = bit(
        "PROT", 0, (7, 7), access, "Reading and writing need the password." if access & 0x80 else "Writing needs it."
    )
    limit = access & 0x07
    if chip.family == NTAG_I2C_PLUS:
        failures = f"{1 << limit} wrong passwords" if limit else "Any number of wrong passwords"
        sector = "Sector 1 is closed to NFC." if access & 0x20 else "Sector 1 is open."
        parts = (
            prot,
            bit("RFU", 0, (6, 6), access),
            bit("NFC_DIS_SEC1", 0, (5, 5), access, sector),
            bit("RFU", 0, (4, 3), access),
            bit("AUTHLIM", 0, (2, 0), access, f"{failures} may be tried."),
        )
        return octet("ACCESS", 0, bytes((access,)), children=parts)
    frozen = "The configuration is frozen for ever." if access & 0x40 else "The configuration can be changed."
    failures = f"After {limit} wrong passwords none is taken any more." if limit else "Any number may be tried."
    if chip.nfc_counter is not None:
        counting = "Each power-up's first read counts up." if access & 0x10 else "The counter stands still."
        guarded = "Reading the counter needs the password." if access & 0x08 else "Anyone may read the counter."
        middle = (
            bit("RFUI", 0, (5, 5), access),
            bit("NFC_CNT_EN", 0, (4, 4), access, counting),
            bit("NFC_CNT_PWD_PROT", 0, (3, 3), access, guarded),
        )
    else:
        middle = (bit("RFUI", 0, (5, 3), access),)
    parts = (
        prot,
        bit("CFGLCK", 0, (6, 6), access, frozen),
        *middle,
        bit("AUTHLIM", 0, (2, 0), access, failures),
    )
    return octet("ACCESS", 0, bytes((access,)), children=parts)
