"""Memory images: all pages of a chip, 4 bytes each, as the silicon holds them (PWD and PACK included)."""

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip

CASCADE_TAG = 0x88
"""ISO/IEC 14443-3: stands before the first three bytes of a 7-byte UID, and goes into BCC0."""
INTERNAL = 0x48
"""Page 2 byte 1 of genuine NXP parts."""


def factory_image(chip: Chip, uid: bytes) -> bytes:
    """``chip`` as delivered, with the 7-byte ``uid``. What is undefined at delivery is 00.

    Raises CardScopeError for a UID of another length.
    """
    if len(uid) != 7:
        raise CardScopeError(f"A UID of {chip.name} has 7 bytes, and {uid.hex().upper()} has {len(uid)}.")
    image = bytearray(4 * chip.pages)
    image[0:3] = uid[:3]
    image[3] = _bcc0(uid)
    image[4:8] = uid[3:]
    image[8] = _bcc1(uid)
    image[9] = INTERNAL
    image[12:16] = chip.cc
    image[16 : 16 + len(chip.initial)] = chip.initial
    if (lock := chip.dynamic_lock) is not None:
        start = 4 * lock.page + lock.offset + lock.size
        image[start : start + len(lock.fixed)] = lock.fixed
    if chip.cfg0 is not None:
        image[4 * chip.cfg0 : 4 * chip.cfg0 + len(chip.config)] = chip.config
    return bytes(image)


def check_image(chip: Chip, image: bytes) -> None:
    """Raises CardScopeError, with the reason, when ``image`` cannot be the memory of a ``chip``."""
    if len(image) != 4 * chip.pages:
        raise CardScopeError(
            f"An image of {chip.name} has {chip.pages} pages, {4 * chip.pages} bytes; this one has {len(image)} bytes."
        )
    uid = uid_of(image)
    for name, offset, right in (("BCC0", 3, _bcc0(uid)), ("BCC1", 8, _bcc1(uid))):
        if image[offset] != right:
            raise CardScopeError(
                f"{name} in the image is {image[offset]:02X}, and its UID {uid.hex().upper()} needs {right:02X}.",
                remedy="A tag with such an image would not answer any reader: check where the image comes from.",
            )


def uid_of(image: bytes) -> bytes:
    """The 7-byte UID in pages 0 and 1 of an image with check bytes."""
    return bytes(image[0:3] + image[4:8])


def _bcc0(uid: bytes) -> int:
    return CASCADE_TAG ^ uid[0] ^ uid[1] ^ uid[2]


def _bcc1(uid: bytes) -> int:
    return uid[3] ^ uid[4] ^ uid[5] ^ uid[6]
