"""Tags for the fault tests: their content shows what was written and what was not."""

from cardscope.tags.catalogue import chips
from cardscope.virtual.type2 import Type2Tag

UID = bytes.fromhex("04E141124C2880")
OTHER_UID = bytes.fromhex("04E141124C2881")
OLD = bytes.fromhex("00FF00FF")
NEW = bytes.fromhex("FF00FF00")
UNCHANGED = OLD * 2 + bytes(8)
"""Pages 8 to 11 as :func:`new_tag` makes them."""


def new_tag(uid: bytes = UID) -> Type2Tag:
    fresh = Type2Tag.factory_fresh(chips()["ntag213"], uid)
    return Type2Tag(fresh.chip, fresh.image[:32] + UNCHANGED + fresh.image[48:])


def page(tag: Type2Tag, number: int) -> bytes:
    return tag.image[4 * number : 4 * number + 4]
