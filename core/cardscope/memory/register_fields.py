"""The configuration of NTAG I²C as fields: PT_I2C, and what its registers begin with at power-up.

Source: NXP NT3H1x01 data sheet §8.3.11, NT3H2111/2211 data sheet §8.3.11 and §8.3.12.
"""

from typing import Final

from cardscope.decode.tag_parts import bit, octet, spelled, with_reserved
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, ConfigField
from cardscope.tags.image import PAGE_SIZE

_BITS: Final = {
    "2K_PROT": ("Sector 1 needs no password.", "Sector 1 needs the password."),
    "SRAM_PROT": ("SRAM needs no password in pass-through mode.", "SRAM needs the password in pass-through mode."),
    "TRANSFER_DIR": (
        "Data goes from I²C to NFC: by radio the tag refuses every write.",
        "Data goes from NFC to I²C: by radio the tag takes writes.",
    ),
    "REG_LOCK_NFC": ("By radio the registers can be changed.", "By radio the registers can never be changed again."),
    "REG_LOCK_I2C": ("Over I²C the registers can be changed.", "Over I²C the registers can never be changed again."),
}
_I2C_PROT: Final = (
    "all of it is open",
    "the protected pages are read-only",
    "the protected pages are closed",
    "the protected pages are closed",
)
_FIRST: Final = ("NC_REG", "LAST_NDEF_BLOCK", "SRAM_MIRROR_BLOCK", "WDT_LS")
_SECOND: Final = ("WDT_MS", "I2C_CLOCK_STR", "REG_LOCK", "RFUI")
_BYTES: Final = {
    "LAST_NDEF_BLOCK": "The I²C block at whose end reading by radio sets the event NDEF_DATA_READ.",
    "SRAM_MIRROR_BLOCK": "The I²C block from which on SRAM is shown, where that is switched on.",
    "WDT_LS": "The watchdog that frees a locked memory, low byte.",
    "WDT_MS": "The watchdog that frees a locked memory, high byte.",
    "I2C_CLOCK_STR": "1: the chip may stretch the I²C clock.",
    "RFUI": "Reserved; to be written as 0.",
}


def decode_register_page(chip: Chip, page: int, content: bytes) -> Field:
    """One of the two pages of registers (4 bytes) as a tree."""
    names = _FIRST if page == chip.registers[0][0] else _SECOND
    parts = tuple(
        octet(name, at, content[at : at + 1], _BYTES.get(name, ""), children=_children(chip, page, at, content[at]))
        for at, name in enumerate(names)
    )
    return Field("Registers", (0, PAGE_SIZE), spelled(content), "What they begin with at power-up.", (), parts)


def decode_pt_i2c(chip: Chip, page: int, content: bytes) -> Field:
    """PT_I2C (4 bytes) as a tree."""
    parts = (
        octet("PT_I2C", 0, content[:1], children=_children(chip, page, 0, content[0])),
        octet("RFUI", 1, content[1:], "Reserved."),
    )
    return Field("PT_I2C", (0, PAGE_SIZE), spelled(content), "", (), parts)


def _children(chip: Chip, page: int, byte: int, value: int) -> tuple[Field, ...]:
    held = {name: place for name, place in chip.fields.items() if (place.page, place.byte) == (page, byte)}
    if not held:
        return ()
    known = [
        bit(name, byte, (place.high, place.low), value, _meaning(name, place, value)) for name, place in held.items()
    ]
    return with_reserved(byte, value, known) if byte or page != chip.registers[0][0] else tuple(known)


def _meaning(name: str, place: ConfigField, byte: int) -> str:
    value = (byte & place.mask) >> place.low
    if name in _BITS:
        return _BITS[name][value]
    return f"Over I²C: {_I2C_PROT[value]}." if name == "I2C_PROT" else ""
