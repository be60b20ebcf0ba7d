"""A dump or a backup as changes to a tag."""

from dataclasses import dataclass

from cardscope.errors import UsageError
from cardscope.memory.chip_doubt import doubt_refusal
from cardscope.memory.draft import Draft, untaken_bytes
from cardscope.memory.page_access import Access, TagAccess
from cardscope.memory.page_area import Area, page_area
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

_LEFT_OUT = {
    Area.SERIAL_NUMBER: "it is the tag's own number",
    Area.PASSWORD: "no reading tells the password, so none is written from one",
    Area.PACK: "no reading tells PACK, so none is written from one",
    Area.KEY: "no reading tells the key, so none is written from one",
    Area.COUNTER: "counters only go up",
    Area.RESERVED: "what a write does there is not published",
}

_ONE_WAY = (Area.STATIC_LOCK, Area.DYNAMIC_LOCK, Area.CAPABILITY_CONTAINER)


@dataclass(frozen=True)
class Restoration:
    """What of a dump goes onto a tag."""

    draft: Draft
    left_out: dict[int, str]
    """The pages that differ, or cannot be told, and are left as they are, with a clause why each."""


def restored(base: TagSnapshot, wanted: TagSnapshot, *, opened: bool = False) -> Restoration:
    """The changes that make the tag of ``base`` hold what ``wanted`` does.

    Left out are the tag's own number, PWD, PACK and keys (a reading shows them as 00, which they are not), counters,
    pages that ``base`` shows as locked or cannot show, pages of which bits would have to be cleared that never can,
    settings and lock bytes of a chip that is not certain, and what is protected unless the tag is ``opened``: the
    password or the key is at hand.

    Raises UsageError where the chips differ.
    """
    if wanted.chip is not base.chip:
        raise UsageError(
            f"This is the memory of an {wanted.chip.name}, and the tag is an {base.chip.name}.",
            remedy="Compare the two, and choose the pages to take over.",
        )
    access = TagAccess(base)
    changes: dict[int, bytes] = {}
    left_out: dict[int, str] = {}
    for page, content in wanted.pages.items():
        area = page_area(base.chip, page)
        now = base.pages.get(page)
        if now is not None:
            untaken = untaken_bytes(base.chip, page)
            content = bytes(now[at] if at in untaken else content[at] for at in range(PAGE_SIZE))  # noqa: PLW2901
        if content == now:
            continue
        if (why := _LEFT_OUT.get(area)) is not None:
            left_out[page] = why
        elif now is None:
            left_out[page] = "what it holds now cannot be read"
        elif doubt_refusal(base, page) is not None:
            left_out[page] = "which chip this is, is not certain"
        elif (can := access.page(page)).access in (Access.LOCKED, Access.READ_ONLY):
            left_out[page] = "it is read-only"
        elif can.access is Access.NEEDS_PASSWORD and not opened:
            left_out[page] = "it is protected"
        elif area in _ONE_WAY and any(old & ~new for old, new in zip(now, content, strict=True)):
            left_out[page] = "bits that are set there can never be cleared"
        else:
            changes[page] = content
    return Restoration(Draft(base, changes), left_out)
