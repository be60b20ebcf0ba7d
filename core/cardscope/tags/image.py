"""Memory images: the EEPROM pages of a chip, 4 bytes each, as the silicon holds them (PWD, PACK and keys included).

The order is that of the catalogue's areas; what no image holds are the pages of volatile registers.
"""

from functools import cache

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip

CASCADE_TAG = 0x88
"""ISO/IEC 14443-3: stands before the first three bytes of a 7-byte UID, and goes into BCC0."""
INTERNAL = 0x48
"""Page 2 byte 1 of genuine NXP parts with check bytes."""
UID_SIZE = 7
PAGE_SIZE = 4


@cache
def image_pages(chip: Chip) -> tuple[int, ...]:
    """The page numbers, counted through the sectors, that an image of ``chip`` holds, in order."""
    return tuple(
        page for area in chip.areas for page in area if not any(page in registers for registers in chip.session_areas)
    )


def factory_pages(chip: Chip, uid: bytes) -> dict[int, bytes]:
    """What every page of :func:`image_pages` holds at delivery, with the 7-byte ``uid``. Undefined content is 00.

    Raises CardScopeError for a UID of another length.
    """
    if len(uid) != UID_SIZE:
        raise CardScopeError(f"A UID of {chip.name} has 7 bytes, and {uid.hex().upper()} has {len(uid)}.")
    pages = dict.fromkeys(image_pages(chip), bytes(PAGE_SIZE))
    if chip.bcc:
        pages[0] = uid[:3] + bytes((bcc0(uid),))
        pages[1] = uid[3:]
        pages[2] = bytes((bcc1(uid), INTERNAL, 0, 0))
    else:  # NTAG I²C: UID, SAK 00, ATQA 0044 low byte first
        pages[0] = uid[:4]
        pages[1] = uid[4:] + b"\0"
        pages[2] = b"\x44\0\0\0"
    pages[3] = chip.cc
    _put(pages, 4, chip.initial)
    if (lock := chip.dynamic_lock) is not None:
        pages[lock.page] = bytes(lock.offset + lock.size) + lock.fixed + bytes(4 - lock.size - len(lock.fixed))
    if chip.cfg0 is not None:
        _put(pages, chip.cfg0, chip.config)
    for page, content in chip.registers:
        pages[page] = content
    return pages


def factory_image(chip: Chip, uid: bytes) -> bytes:
    """``chip`` as delivered, with the 7-byte ``uid``. What is undefined at delivery is 00.

    Raises CardScopeError for a UID of another length.
    """
    return b"".join(factory_pages(chip, uid).values())


def check_image(chip: Chip, image: bytes) -> None:
    """Raises CardScopeError, with the reason, when ``image`` cannot be the memory of a ``chip``."""
    pages = image_pages(chip)
    if len(image) != PAGE_SIZE * len(pages):
        raise CardScopeError(
            f"An image of {chip.name} has {len(pages)} pages, {PAGE_SIZE * len(pages)} bytes; "
            f"this one has {len(image)} bytes."
        )
    check_uid_pages(chip, image[0:4], image[4:8], image[8:12])


def check_uid_pages(chip: Chip, page0: bytes, page1: bytes, page2: bytes | None) -> None:
    """Raises CardScopeError, naming page and reason, when these cannot be the first pages of a ``chip``.

    ``page2`` is ``None`` when it is not known.
    """
    if not chip.bcc:
        return
    uid = page0[:3] + page1
    checks = [("BCC0", 0, page0[3], bcc0(uid))]
    if page2 is not None:
        checks.append(("BCC1", 2, page2[0], bcc1(uid)))
    for name, page, found, right in checks:
        if found != right:
            raise CardScopeError(
                f"{name} in page {page} is {found:02X}, and the UID {uid.hex().upper()} needs {right:02X}.",
                remedy="A tag with such memory would not answer any reader: check where it comes from.",
            )


def uid_of(chip: Chip, page0: bytes, page1: bytes) -> bytes:
    """The 7-byte UID in pages 0 and 1."""
    return page0[:3] + page1 if chip.bcc else page0 + page1[:3]


def counter_page(count: int) -> bytes:
    """The content of a page that holds a counter of 16 bits (Ultralight C): least significant byte first (DSULC
    7.5.11)."""
    return count.to_bytes(2, "little") + bytes(2)


def count_in(page: bytes) -> int:
    """The count in such a page."""
    return int.from_bytes(page[:2], "little")


def _put(pages: dict[int, bytes], first: int, data: bytes) -> None:
    for start in range(0, len(data), PAGE_SIZE):
        pages[first + start // PAGE_SIZE] = data[start : start + PAGE_SIZE]


def bcc0(uid: bytes) -> int:
    """The check byte over the cascade tag and the first three bytes of a 7-byte UID."""
    return CASCADE_TAG ^ uid[0] ^ uid[1] ^ uid[2]


def bcc1(uid: bytes) -> int:
    """The check byte over the last four bytes of a 7-byte UID."""
    return uid[3] ^ uid[4] ^ uid[5] ^ uid[6]
