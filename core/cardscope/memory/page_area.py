"""What a page is for."""

from enum import StrEnum
from functools import cache

from cardscope.tags.catalogue import Chip

STATIC_LOCK_PAGE = 2
CC_PAGE = 3


class Area(StrEnum):
    """The purpose of a page."""

    SERIAL_NUMBER = "serial_number"
    STATIC_LOCK = "static_lock"
    """Page 2: the end of the serial number and the static lock bytes."""
    CAPABILITY_CONTAINER = "capability_container"
    """Page 3: capability container, or OTP."""
    USER = "user"
    DYNAMIC_LOCK = "dynamic_lock"
    CONFIGURATION = "configuration"
    PASSWORD = "password"
    """PWD."""
    PACK = "pack"
    """PACK, the acknowledge of the password."""
    KEY = "key"
    COUNTER = "counter"
    REGISTER = "register"
    """NTAG I²C: what the session registers begin with at power-up."""
    SESSION_REGISTER = "session_register"
    """NTAG I²C: volatile, and read-only by radio."""
    SRAM = "sram"
    RESERVED = "reserved"


@cache
def page_area(chip: Chip, page: int) -> Area:
    """The purpose of ``page`` (256 · sector + page). Raises ValueError for a page that ``chip`` does not have."""
    if not any(page in area for area in chip.areas):
        if chip.sram is not None and page in chip.sram:
            return Area.SRAM
        raise ValueError(f"The {chip.name} has no page {page}.")
    if page < STATIC_LOCK_PAGE:
        return Area.SERIAL_NUMBER
    if page == STATIC_LOCK_PAGE:
        return Area.STATIC_LOCK
    if page == CC_PAGE:
        return Area.CAPABILITY_CONTAINER
    if any(page in area for area in chip.user_areas):
        return Area.USER
    if any(page in area for area in chip.session_areas):
        return Area.SESSION_REGISTER
    if chip.dynamic_lock is not None and page == chip.dynamic_lock.page:
        return Area.DYNAMIC_LOCK
    if page == chip.pwd:
        return Area.PASSWORD
    if page == chip.pack:
        return Area.PACK
    if chip.key_pages is not None and page in chip.key_pages:
        return Area.KEY
    if page == chip.counter_page:
        return Area.COUNTER
    if any(page == register for register, _ in chip.registers):
        return Area.REGISTER
    if any(field.page == page for field in chip.fields.values()):
        return Area.CONFIGURATION
    return Area.RESERVED
