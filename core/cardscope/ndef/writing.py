"""NDEF messages into the data area of a Type 2 tag, as staged changes."""

from cardscope.errors import CardScopeError
from cardscope.memory.draft import Draft
from cardscope.ndef.area import DataArea, TlvTag, data_area
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

_SHORTEST_LONG = 0xFF
"""From this length on, a length field has three bytes."""
_EMPTY = 2
"""Bytes of an empty message TLV."""
_CC_PAGE = 3


class NdefError(CardScopeError):
    """A message cannot be put on this tag."""


def message_room(tag: TagSnapshot) -> int:
    """The most bytes that a message on this tag can have. Raises NdefError where it cannot have any."""
    free = len(_Layout(tag).places)
    short = min(free - 2, _SHORTEST_LONG - 1)
    return max(short, free - 4 if free - 4 >= _SHORTEST_LONG else 0, 0)


def write_message(tag: TagSnapshot, message: bytes) -> Draft:
    """Changes that make ``message`` the NDEF message of the tag; an empty one leaves an empty message TLV.

    Only the pages that differ are changed, and what control TLVs reserve is left alone; the order in which they are
    written, the length last, is the planner's. Raises NdefError, with the reason, where the tag is not formatted, does
    not hold so much, or is not known well enough.
    """
    room = message_room(tag)
    if len(message) > room:
        raise NdefError(
            f"The message has {len(message)} bytes, and this tag holds {room}.",
            remedy="Shorten it, or use a tag with more memory.",
        )
    layout = _Layout(tag)
    size = len(message)
    length = bytes((size,)) if size < _SHORTEST_LONG else b"\xff" + size.to_bytes(2)
    block = bytes((TlvTag.NDEF,)) + length + message
    if len(block) < len(layout.places):
        block += bytes((TlvTag.TERMINATOR,))
    return layout.with_block(block)


def erase(tag: TagSnapshot) -> Draft:
    """Changes that leave an empty message, and 00 in all user memory behind it; what control TLVs reserve stays.
    Raises NdefError as :func:`write_message` does."""
    layout = _Layout(tag)
    empty = bytes((TlvTag.NDEF, 0, TlvTag.TERMINATOR))
    draft = layout.with_block(empty.ljust(len(layout.places), b"\0"))
    beyond = [page for area in tag.chip.user_areas for page in area if page not in layout.pages]
    return draft.with_pages({page: bytes(PAGE_SIZE) for page in beyond})


class _Layout:
    """Where the message TLV of a tag begins, and which places it may fill."""

    def __init__(self, tag: TagSnapshot) -> None:
        self._tag = tag
        area = data_area(tag.chip, tag.pages)
        if area.cc is None:
            if _CC_PAGE not in tag.pages:
                raise NdefError("Page 3 of this tag could not be read, so whether it is formatted is not known.")
            raise NdefError(
                "This tag is not formatted for NDEF.",
                remedy="Format it first: in the window, on the NDEF tab, with “Format for NDEF”.",
            )
        self._area = area
        start = _message_start(area)
        taken = {address for reserved in area.reserved for address in reserved.addresses}
        self.places = [place for place in range(start, area.size) if area.address(place) not in taken]
        self._taken = taken
        self.pages = frozenset(area.pages)
        if len(self.places) < _EMPTY:
            raise NdefError("There is no room for a message in the data area of this tag.")

    def with_block(self, block: bytes) -> Draft:
        """``block`` as the message TLV."""
        new: dict[int, dict[int, int]] = {}
        for place, byte in zip(self.places, block, strict=False):
            page, offset = divmod(self._area.address(place), PAGE_SIZE)
            new.setdefault(page, {})[offset] = byte
        return Draft(self._tag, {page: self._content(page, given) for page, given in new.items()})

    def _content(self, page: int, given: dict[int, int]) -> bytes:
        held = self._tag.pages.get(page)
        if held is None and any(PAGE_SIZE * page + offset in self._taken for offset in range(PAGE_SIZE)):
            raise NdefError(
                f"Page {page} is reserved in part, and what it holds is not known.", remedy="Read it first."
            )
        # Behind the message nothing is looked at: what is unknown there may become 00.
        base = held if held is not None else bytes(PAGE_SIZE)
        return bytes(given.get(offset, base[offset]) for offset in range(PAGE_SIZE))


def _message_start(area: DataArea) -> int:
    """Where the message TLV is, or can be put: behind the control TLVs."""
    if area.ndef is not None and not area.ndef.cut:
        return area.ndef.start
    if area.missing is not None:
        raise NdefError(f"Page {area.missing} could not be read, and what is before the message is not known.")
    start = 0
    for block in area.blocks:
        if block.tag == TlvTag.TERMINATOR or not block.complete:
            break
        if block.tag != TlvTag.NULL:
            start = block.end
    return start
