"""The ASCII mirror: bytes that READ shows in place of what user memory holds there."""

from collections.abc import Mapping
from types import MappingProxyType

from cardscope.decode.tag_config import MirrorMode, tag_config
from cardscope.tags.image import PAGE_SIZE, UID_SIZE
from cardscope.tags.snapshot import TagSnapshot

_COUNTER_SIZE = 3
_SIZES = {
    MirrorMode.UID: 2 * UID_SIZE,
    MirrorMode.COUNTER: 2 * _COUNTER_SIZE,
    MirrorMode.UID_AND_COUNTER: 2 * UID_SIZE + 1 + 2 * _COUNTER_SIZE,  # with an x between
}
"""Characters: two hex digits a byte."""
_NOTHING: Mapping[int, frozenset[int]] = MappingProxyType({})


def mirrored(snapshot: TagSnapshot) -> Mapping[int, frozenset[int]]:
    """The pages, with the offsets of their bytes, that READ shows from the mirror; empty where there is none, or where
    CFG0 is unknown.

    The whole room of the configured text counts, also where the counter is not shown for want of a password, and so
    does a text that would end with the last user byte, of which the data sheet does not say whether it is shown.
    """
    chip, pages = snapshot.chip, snapshot.pages
    if chip.cfg0 is None or chip.cfg0 not in pages:
        return _NOTHING
    config = tag_config(chip, pages[chip.cfg0], bytes(PAGE_SIZE))  # CFG1 has no say in it
    if config.mirror is MirrorMode.NONE:
        return _NOTHING
    start = PAGE_SIZE * config.mirror_page + config.mirror_byte
    found: dict[int, frozenset[int]] = {}
    for address in range(start, start + _SIZES[config.mirror]):
        page, byte = divmod(address, PAGE_SIZE)
        found[page] = found.get(page, frozenset()) | {byte}
    return MappingProxyType(found)
