"""The configuration pages CFG0 and CFG1 of NTAG21x, as the silicon takes them."""

from dataclasses import dataclass

from cardscope.tags.catalogue import Chip, Mirror


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force."""

    mirror_uid: bool
    mirror_counter: bool
    mirror_start: int
    """Byte address of the mirror's first character; below 16 there is no mirror."""
    auth0: int
    """The first page that needs the password; beyond the last page, none does."""
    prot: bool
    """Reads need the password as well."""
    cfglck: bool
    nfc_cnt_en: bool
    nfc_cnt_pwd_prot: bool
    authlim: int
    """How many failed authentications there may be, 1 to 7; 0 for any number."""

    @classmethod
    def parse(cls, chip: Chip, image: bytes | bytearray) -> "Configuration":
        """Takes the settings from the memory of ``chip``, which must have CFG0 and CFG1."""
        assert chip.cfg0 is not None
        assert chip.cfg1 is not None
        mirror, _, mirror_page, auth0 = image[4 * chip.cfg0 : 4 * chip.cfg0 + 4]
        access = image[4 * chip.cfg1]
        counting = chip.nfc_counter is not None
        # NTAG210/212 have no MIRROR_CONF bits: their UID mirror is on as soon as MIRROR_PAGE is a user page.
        conf = mirror >> 6 if chip.mirror is Mirror.UID_AND_COUNTER else 0b01
        return cls(
            mirror_uid=bool(conf & 0b01),
            mirror_counter=bool(conf & 0b10),
            mirror_start=4 * mirror_page + (mirror >> 4 & 0b11) if mirror_page > 3 else 0,
            auth0=auth0,
            prot=bool(access & 0x80),
            cfglck=bool(access & 0x40),
            nfc_cnt_en=counting and bool(access & 0x10),
            nfc_cnt_pwd_prot=counting and bool(access & 0x08),
            authlim=access & 0x07,
        )
