"""The configuration of a chip, as the silicon takes it from the pages of its EEPROM."""

from collections.abc import Callable
from dataclasses import dataclass

from cardscope.tags.catalogue import SECTOR, Chip, Mirror
from cardscope.virtual.type2.choices import SiliconChoices


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force. What a chip does not have is off."""

    mirror_uid: bool
    mirror_counter: bool
    mirror_start: int
    """Byte address of the mirror's first character; below 16 there is no mirror."""
    protected: frozenset[int]
    """The pages that need authentication."""
    prot: bool
    """Reading them needs it as well."""
    hidden: frozenset[int]
    """The pages that cannot be reached at all."""
    cfglck: bool
    register_lock: bool
    nfc_cnt_en: bool
    nfc_cnt_pwd_prot: bool
    attempts: int
    """How many failed password authentications there may be; 0 for any number."""
    vctid: int

    @classmethod
    def parse(cls, chip: Chip, page: Callable[[int], bytes], choices: SiliconChoices) -> "Configuration":
        """Takes the settings from the memory of ``chip``; ``page`` gives the 4 bytes of one of its pages."""

        def value(name: str, default: int = 0) -> int:
            field = chip.fields.get(name)
            return default if field is None else field.value(page(field.page))

        conf = value("MIRROR_CONF")
        if chip.mirror is Mirror.UID:  # NTAG210/212 have no such field
            conf = page(chip.cfg0)[0] >> 6 & 0b01 if choices.uid_mirror_needs_conf and chip.cfg0 is not None else 0b01
        mirror_page = value("MIRROR_PAGE")
        counting = chip.nfc_counter is not None
        authlim = value("AUTHLIM")
        return cls(
            mirror_uid=bool(conf & 0b01),
            mirror_counter=bool(conf & 0b10),
            mirror_start=4 * mirror_page + value("MIRROR_BYTE") if mirror_page > 3 else 0,
            protected=_protected(chip, value, choices),
            prot=bool(value("PROT") or value("NFC_PROT")) or not value("AUTH1", 1),
            hidden=_sector_1(chip) if value("NFC_DIS_SEC1") else frozenset(),
            cfglck=bool(value("CFGLCK")),
            register_lock=bool(value("REG_LOCK_NFC")),
            nfc_cnt_en=counting and bool(value("NFC_CNT_EN")),
            nfc_cnt_pwd_prot=counting and bool(value("NFC_CNT_PWD_PROT")),
            attempts=2**authlim if authlim and chip.authlim_power else authlim,
            vctid=value("VCTID"),
        )


def _protected(chip: Chip, value: Callable[..., int], choices: SiliconChoices) -> frozenset[int]:
    if "AUTH0" not in chip.fields:
        return frozenset()
    pages = frozenset(range(value("AUTH0"), chip.auth0_end))
    enabled = bool(pages)
    pages -= {page for area in chip.never_protected for page in area}
    if value("2K_PROT") and (enabled or not choices.sector_1_protection_needs_auth0):
        pages |= _sector_1(chip)
    if value("SRAM_PROT") and enabled and chip.sram is not None:
        pages |= frozenset(chip.sram)
    return pages


def _sector_1(chip: Chip) -> frozenset[int]:
    return frozenset(page for area in chip.areas for page in area if page // SECTOR == 1)
