"""The words and colours of areas, and how many of something there are."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from cardscope.memory.page_area import Area
from cardscope.tags.catalogue import SECTOR

AREA_TOKENS: Final = {
    Area.SERIAL_NUMBER: "area_serial",
    Area.STATIC_LOCK: "area_lock",
    Area.CAPABILITY_CONTAINER: "area_cc",
    Area.USER: "area_ndef",
    Area.DYNAMIC_LOCK: "area_lock",
    Area.CONFIGURATION: "area_config",
    Area.PASSWORD: "area_pwd",
    Area.PACK: "area_pwd",
    Area.KEY: "area_pwd",
    Area.COUNTER: "area_cc",
    Area.REGISTER: "area_config",
    Area.SESSION_REGISTER: "area_config",
    Area.SRAM: "area_free",
    Area.RESERVED: "area_free",
}


def area_name(area: Area) -> str:
    """The area in a few words."""
    return {
        Area.SERIAL_NUMBER: tr("Serial number"),
        Area.STATIC_LOCK: tr("Static lock"),
        Area.CAPABILITY_CONTAINER: tr("Capability container"),
        Area.USER: tr("User memory"),
        Area.DYNAMIC_LOCK: tr("Dynamic lock"),
        Area.CONFIGURATION: tr("Configuration"),
        Area.PASSWORD: tr("Password"),
        Area.PACK: tr("PACK"),
        Area.KEY: tr("3DES key"),
        Area.COUNTER: tr("Counter"),
        Area.REGISTER: tr("Configuration registers"),
        Area.SESSION_REGISTER: tr("Session registers"),
        Area.SRAM: tr("SRAM"),
        Area.RESERVED: tr("Reserved"),
    }[area]


def page_name(page: int) -> str:
    """The page as texts have it: its number counted through the sectors, and its address on air."""
    if page < SECTOR:
        return tr("page {0}").format(page)
    return tr("page {0} (sector {1}, {2}h)").format(page, page // SECTOR, f"{page % SECTOR:02X}")


def counted(number: int, one: str, more: str) -> str:
    """``one`` or ``more``, both with ``{0}`` for the number."""
    return (one if number == 1 else more).format(f"{number:,}")


def tr(text: str) -> str:
    """Translated in this package's context."""
    return QCoreApplication.translate("Memory", text)
