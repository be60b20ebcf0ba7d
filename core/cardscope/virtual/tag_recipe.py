"""How a ready Type 2 tag is made: a chip as delivered, a UID, and what was done to its memory since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip, Command, chips
from cardscope.tags.image import (
    CASCADE_TAG,
    PAGE_SIZE,
    UID_SIZE,
    check_image,
    factory_image,
    factory_pages,
    image_pages,
    uid_of,
)
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.type2 import Type2Tag

URL_PREFIX_HTTPS: Final = 0x04
"""NFC Forum URI record type: the identifier code of ``https://``."""
_UID_PLACES: Final = {0: "first", 3: "fourth"}
"""The bytes that stand where a cascade tag can."""


@dataclass(frozen=True, slots=True)
class TagRecipe:
    """Makes the same tag again and again."""

    chip: Chip
    uid: bytes
    signature: bytes
    """32 bytes; zeros for a chip without READ_SIG."""
    copied: bool
    """The signature belongs to another UID and stays as it is, whatever the UID."""
    url: str
    """The address in an NDEF message, without ``https://``; empty for none."""
    static_lock: bytes
    """Page 2, bytes 2 and 3."""
    pages: Mapping[int, bytes]
    """Whole pages over what is there at delivery."""

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "TagRecipe":
        """From a table of ``ready_cards.toml``, which says what its fields mean."""
        return cls(
            chip=chips()[table["chip"]],
            uid=bytes.fromhex(table["uid"]),
            signature=bytes.fromhex(table.get("signature", "00" * 32)),
            copied=table.get("copied", False),
            url=table.get("url", ""),
            static_lock=bytes.fromhex(table.get("static_lock", "0000")),
            pages={int(page, 16): bytes.fromhex(data) for page, data in table.get("pages", {}).items()},
        )

    def tag(self, *, uid: bytes | None = None) -> Type2Tag:
        """A new tag, with ``uid`` as its UID where there is one.

        Raises CardScopeError for a UID that no tag can have.
        """
        if uid is None:
            return Type2Tag(self.chip, self._image(), signature=self.signature)
        return card_from_image(self.chip, self._image(), uid=uid, signature=self.signature if self.copied else None)

    def _image(self) -> bytes:
        image = bytearray(factory_image(self.chip, self.uid))
        lock = PAGE_SIZE * self.chip.static_lock.page + self.chip.static_lock.offset
        image[lock : lock + 2] = self.static_lock
        if self.url:
            message = _ndef_tlv(self.url)
            # The Lock Control TLV that some chips bring along (5 bytes, type 01) stays in front.
            start = PAGE_SIZE * self.chip.user_first + (5 if self.chip.initial[0] == 0x01 else 0)
            image[start : start + len(message)] = message
        places = {page: PAGE_SIZE * index for index, page in enumerate(image_pages(self.chip))}
        for page, data in self.pages.items():
            image[places[page] : places[page] + PAGE_SIZE] = data
        return bytes(image)


def card_from_snapshot(snapshot: TagSnapshot, *, uid: bytes | None = None) -> Type2Tag:
    """A card that is as the tag in ``snapshot``. What that does not know is as at delivery, and the signature as in
    :func:`card_from_image`; so is that of a card with another ``uid``, 7 bytes. Raises CardScopeError for a UID that no
    tag can have."""
    chip = snapshot.chip
    pages = factory_pages(chip, snapshot.uid) | dict(snapshot.pages)
    return card_from_image(
        chip,
        b"".join(pages[page] for page in image_pages(chip)),
        uid=uid,
        signature=snapshot.signature if uid is None else None,
        counters=snapshot.counters,
        auth_failures=snapshot.auth_failures or 0,
    )


def card_from_image(
    chip: Chip,
    image: bytes,
    *,
    uid: bytes | None = None,
    signature: bytes | None = None,
    counters: Mapping[int, int] | None = None,
    auth_failures: int = 0,
) -> Type2Tag:
    """A ``chip`` whose memory is ``image``: every EEPROM page, 4 bytes each, as the silicon holds them, PWD and PACK
    included, in the order of :func:`~cardscope.tags.image.image_pages`. The 7-byte ``uid`` replaces that of the image.

    ``signature`` (32 bytes) is by default CardScope's test signature of the UID, where the chip has READ_SIG; the first
    one takes some 50 ms to make. Raises CardScopeError, with the reason, for an image of the wrong size or with wrong
    check bytes, and for a UID that no tag can have.
    """
    check_image(chip, image)
    if uid is not None:
        image = _with_uid(chip, image, uid)
    if signature is None and Command.READ_SIG in chip.commands:
        from cardscope.virtual.signing import sign  # noqa: PLC0415 - not needed for most cards

        signature = sign(uid_of(chip, image[0:4], image[4:8]))
    return Type2Tag(chip, image, counters=counters or {}, auth_failures=auth_failures, signature=signature or bytes(32))


def check_uid(uid: bytes) -> None:
    """Raises CardScopeError, with the reason, unless a Type 2 tag can have ``uid``."""
    if len(uid) != UID_SIZE:
        raise CardScopeError(f"A UID of a Type 2 tag has 7 bytes, and {uid.hex().upper()} has {len(uid)}.")
    for place, name in _UID_PLACES.items():
        if uid[place] == CASCADE_TAG:
            raise CardScopeError(
                f"{uid.hex().upper()} cannot be a UID of 7 bytes: its {name} byte is 88, the cascade tag.",
                remedy=f"Choose another {name} byte: ISO/IEC 14443-3 keeps 88 as the sign of a longer UID.",
            )


def _with_uid(chip: Chip, image: bytes, uid: bytes) -> bytes:
    """``image`` with another UID and the check bytes that go with it."""
    check_uid(uid)
    fresh = factory_image(chip, uid)
    size = 9 if chip.bcc else UID_SIZE
    return fresh[:size] + image[size:]


def _ndef_tlv(address: str) -> bytes:
    """An NDEF message TLV with one short URI record for ``https://`` and ``address``, and the terminator TLV."""
    payload = bytes((URL_PREFIX_HTTPS,)) + address.encode("ascii")
    record = bytes((0xD1, 0x01, len(payload))) + b"U" + payload
    return bytes((0x03, len(record))) + record + b"\xfe"
