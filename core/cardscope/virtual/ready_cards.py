"""Virtual cards ready to use, by name.

Their UIDs are made up. Their originality signature is 32 zero bytes, which means that there is none: nothing here
pretends to be genuine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cardscope.errors import UsageError
from cardscope.tags.catalogue import chips
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import StorageCardReader
from cardscope.virtual.type2 import Type2Tag, factory_image

URL_PREFIX_HTTPS = 0x04
"""NFC Forum URI record type: the identifier code of ``https://``."""


@dataclass(frozen=True, slots=True)
class ReadyCard:
    """A card to insert. ``make`` makes a new one each time, in the state that ``description`` tells."""

    name: str
    title: str
    description: str
    make: Callable[[], VirtualCard]


@cache
def ready_cards() -> Mapping[str, ReadyCard]:
    """All ready cards by name, in the order in which a list should show them."""
    cards = (
        _with_url("ntag216", "04C5A102B36F80", "example.com/cardscope"),
        _with_url("ntag215", "043E9B51C47280", "example.com/ntag215"),
        _with_url("ntag213", "0417D46AE85981", "example.com/ntag213"),
        _factory_fresh("ntag210", "04210A10C01080"),
        _factory_fresh("ntag212", "04212C12C01280"),
        _factory_fresh("ntag213", "04213E13C01380"),
        _factory_fresh("ntag215", "04215015C01580"),
        _factory_fresh("ntag216", "04216216C01680"),
    )
    return MappingProxyType({card.name: card for card in cards})


def ready_card(name: str) -> ReadyCard:
    """The ready card ``name``, in any case. Raises UsageError, listing the names that exist, when there is none."""
    try:
        return ready_cards()[name.lower()]
    except KeyError:
        raise UsageError(
            f"There is no virtual card {name!r}.", remedy="Choose one of: " + ", ".join(ready_cards()) + "."
        ) from None


def practice_card(name: str) -> ReadyCard:
    """The card for ``--virtual name``: a chip's name alone gives it with a web address on it, where there is such a
    card, since a fresh tag has little to show. Raises as :func:`ready_card` does."""
    return ready_card(f"{name}-url" if f"{name.lower()}-url" in ready_cards() else name)


def _factory_fresh(key: str, uid: str) -> ReadyCard:
    chip = chips()[key]

    def make() -> VirtualCard:
        return StorageCardReader(Type2Tag.factory_fresh(chip, bytes.fromhex(uid)))

    return ReadyCard(
        name=key,
        title=f"{chip.name}, factory-fresh",
        description=f"An {chip.name} as NXP delivers it: {chip.user_bytes} bytes of user memory, nothing locked.",
        make=make,
    )


def _with_url(key: str, uid: str, address: str) -> ReadyCard:
    chip = chips()[key]
    image = bytearray(factory_image(chip, bytes.fromhex(uid)))
    message = _ndef_tlv(address)
    # The Lock Control TLV that some chips bring along (5 bytes, type 01) stays in front.
    start = 4 * chip.user_first + (5 if chip.initial[0] == 0x01 else 0)
    image[start : start + len(message)] = message

    def make() -> VirtualCard:
        return StorageCardReader(Type2Tag(chip, bytes(image)))

    return ReadyCard(
        name=f"{key}-url",
        title=f"{chip.name} with a web address",
        description=f"An {chip.name} with one NDEF record, https://{address}, nothing locked.",
        make=make,
    )


def _ndef_tlv(address: str) -> bytes:
    """An NDEF message TLV with one short URI record for ``https://`` and ``address``, and the terminator TLV."""
    payload = bytes((URL_PREFIX_HTTPS,)) + address.encode("ascii")
    record = bytes((0xD1, 0x01, len(payload))) + b"U" + payload
    return bytes((0x03, len(record))) + record + b"\xfe"
