"""A tag made ready for NDEF, or laid out as it was delivered, as staged changes."""

from cardscope.decode.tag_cc import MAGIC, UNIT, capability_container
from cardscope.memory.draft import Draft
from cardscope.ndef.area import FIRST_PAGE, TlvTag
from cardscope.ndef.writing import NdefError
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE, factory_pages
from cardscope.tags.snapshot import TagSnapshot

_CC_PAGE = 3
_VERSION = 0x10
_EMPTY_MESSAGE = bytes((TlvTag.NDEF, 0, TlvTag.TERMINATOR, 0))


def formatted_cc(chip: Chip) -> bytes:
    """The capability container that ``chip`` should have: that of its delivery, or one that announces all of its
    user memory and not a byte more (what follows it are lock bits and configuration: hazard H4). Raises NdefError for
    a chip without room for one."""
    if capability_container(chip.cc) is not None:
        return chip.cc
    owned = PAGE_SIZE * len([page for page in chip.user_areas[0] if page >= FIRST_PAGE])
    if not (size := min(owned // UNIT, 0xFF)):
        raise NdefError(f"The {chip.name} has no room for NDEF.")
    return bytes((MAGIC, _VERSION, size, 0))


def format_tag(tag: TagSnapshot) -> Draft:
    """Changes that make a blank tag hold an empty NDEF message: page 3, whose bits can never be cleared again, and
    the first pages of its memory.

    Raises NdefError where page 3 is not known, or already holds bits that the capability container must not have
    (hazard H3); with the right one there already, only the memory is changed.
    """
    chip = tag.chip
    wanted = formatted_cc(chip)
    held = tag.pages.get(_CC_PAGE)
    if held is None:
        raise NdefError("Page 3 of this tag could not be read.", remedy="Read it again first.")
    reached = bytes(old | new for old, new in zip(held, wanted, strict=True))
    if reached != wanted:
        raise NdefError(
            f"Page 3 holds {held.hex().upper()}, whose bits cannot be cleared: with the {wanted.hex().upper()} of a "
            f"{chip.name} it would become {reached.hex().upper()}, which NFC devices would misread."
        )
    pages = {_CC_PAGE: wanted}
    start = chip.initial if capability_container(chip.cc) is not None and chip.initial else _EMPTY_MESSAGE
    for at in range(0, len(start), PAGE_SIZE):
        pages[FIRST_PAGE + at // PAGE_SIZE] = start[at : at + PAGE_SIZE].ljust(PAGE_SIZE, b"\0")
    return Draft(tag, pages)


def factory_layout(tag: TagSnapshot) -> Draft:
    """Changes that lay user memory out as at delivery. Page 3, locks, configuration and password stay as they are:
    what of those can be taken back is for the user to stage."""
    delivered = factory_pages(tag.chip, tag.uid)
    return Draft(tag, {page: delivered[page] for area in tag.chip.user_areas for page in area})
