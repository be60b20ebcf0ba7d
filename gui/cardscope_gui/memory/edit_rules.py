"""Which bytes of a tag can be edited, and to what: what is refused at the key, before there is anything to plan."""

from cardscope.memory.credentials import PACK_SIZE
from cardscope.memory.draft import untaken_bytes
from cardscope.memory.page_access import Access, TagAccess, lock_bytes
from cardscope.memory.page_area import CC_PAGE
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.words import tr


class EditRules:
    """For the tag as ``base`` has it."""

    def __init__(self, base: TagSnapshot) -> None:
        self._base = base
        self.access = TagAccess(base)

    def why_not(self, page: int, offset: int) -> str:
        """Why the byte at ``offset`` of ``page`` cannot be edited, a sentence; empty when it can."""
        access = self.access.page(page)
        if access.access in (Access.READ_ONLY, Access.LOCKED):
            return access.why
        if page == self._base.chip.pack and offset >= PACK_SIZE:
            return tr("PACK has two bytes; the two after it are reserved and written as 00.")
        if offset in untaken_bytes(self._base.chip, page):
            return tr("The chip takes only the lock bytes of this page; this byte stays as it is.")
        return ""

    def unreachable(self, page: int, content: bytes) -> str:
        """Why ``page`` can never hold ``content`` by writing, a sentence; empty when nothing is known against it."""
        base = self._base.pages.get(page)
        if base is None:
            return ""
        if page == CC_PAGE and any(old & ~new for old, new in zip(base, content, strict=True)):
            return tr("Bits of this page can be set and never cleared: the chip ORs what is written.")
        for lock in lock_bytes(self._base.chip):
            if lock.page != page:
                continue
            span = slice(lock.offset, lock.offset + lock.size)
            stored, wanted = base[span], content[span]
            if any(old & ~new for old, new in zip(stored, wanted, strict=True)):
                return tr("A lock bit that is set can never be cleared.")
            masks = zip(stored, wanted, lock.frozen(stored), strict=True)
            if any(new & ~old & frozen for old, new, frozen in masks):
                return tr("This lock bit is frozen by a block-lock bit: it can never be set any more.")
            if any(new & ~old & unused for old, new, unused in zip(stored, wanted, lock.rfui, strict=True)):
                return tr("This bit has no published meaning and is to be left 0.")
        return ""
