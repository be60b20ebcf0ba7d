"""The hazards of bits that are only ever set: lock bytes, and page 3."""

from collections.abc import Iterator

from cardscope.memory.draft import Draft
from cardscope.memory.page_access import TagAccess, lock_bytes
from cardscope.memory.page_area import CC_PAGE, Area, page_area
from cardscope.memory.plan_parts import PlanHazard
from cardscope.memory.wording import hex_of, pages_text, sentence
from cardscope.tags.locks import LockBit, LockBytes

_NOTHING = "Nothing: lock bits are never cleared."
_OVER_I2C = "Nothing by radio; the I²C side can clear lock bits."


def lock_hazards(draft: Draft) -> Iterator[PlanHazard]:
    """What the lock bits do that ``draft`` sets anew."""
    chip = draft.chip
    undo = _NOTHING if chip.bcc else _OVER_I2C
    locks = [lock for lock in lock_bytes(chip) if lock.page in draft.changes]
    for lock in locks:
        static = lock is chip.static_lock
        new = _new_bits(draft, lock)
        ordinary = [bit for bit in new if not bit.block and not _is_special(draft, bit)]
        if pages := _pages(ordinary):
            text = f"{sentence(pages_text(pages))} become{'s' if len(pages) == 1 else ''} read-only for ever."
            yield PlanHazard("H1" if static else "H5", text, True, pages, undo, lock.page)
        if pages := _pages([bit for bit in new if not bit.block and _is_special(draft, bit)]):
            text = f"{sentence(pages_text(pages))}, key, settings or counter, can never be changed again."
            yield PlanHazard("H21", text, True, pages, undo, lock.page)
        if blocks := [bit for bit in new if bit.block]:
            yield _block_hazard(draft, lock, blocks, undo, static=static)
    if locks:
        yield from _all_locked(draft, locks[0].page, undo)


def cc_hazards(draft: Draft) -> Iterator[PlanHazard]:
    """What setting bits of page 3 does."""
    wanted, held = draft.changes.get(CC_PAGE), draft.base.pages.get(CC_PAGE)
    if wanted is None or held is None:
        return
    text = f"Page {CC_PAGE} becomes {hex_of(wanted)} from {hex_of(held)} for ever."
    if wanted[3] & 0x0F == 0x0F and held[3] & 0x0F != 0x0F and draft.chip.cc[0]:
        text += " NFC devices will take the tag for read-only."
    yield PlanHazard("H3", text, True, (CC_PAGE,), "Nothing: bits of this page are never cleared.", CC_PAGE)


def _new_bits(draft: Draft, lock: LockBytes) -> list[LockBit]:
    held, wanted = draft.base.pages[lock.page], draft.changes[lock.page]
    added = [wanted[at] & ~held[at] for at in range(lock.offset, lock.offset + lock.size)]
    return [bit for bit in lock.bits if added[bit.byte] & bit.mask]


def _is_special(draft: Draft, bit: LockBit) -> bool:
    """Ultralight C: the lock bits of counter, AUTH0, AUTH1 and key."""
    return page_area(draft.chip, bit.pages[0]) not in (Area.USER, Area.CAPABILITY_CONTAINER)


def _block_hazard(draft: Draft, lock: LockBytes, blocks: list[LockBit], undo: str, *, static: bool) -> PlanHazard:
    pages = _pages(blocks)
    wanted = draft.changes[lock.page]
    locked = lock.locked_pages(wanted[lock.offset : lock.offset + lock.size])
    text = f"The lock bits of {pages_text(pages)} are frozen"
    if never := [page for page in pages if page not in locked]:
        text += f": {pages_text(never)} can never be locked"
    return PlanHazard("H2" if static else "H6", f"{text}.", True, pages, undo, lock.page)


def _all_locked(draft: Draft, page: int, undo: str) -> Iterator[PlanHazard]:
    """Tools that "make read-only" leave such tags behind by accident."""
    chip = draft.chip
    locked = frozenset[int]()
    for lock in lock_bytes(chip):
        if (content := draft.page(lock.page)) is not None:
            locked |= lock.locked_pages(content[lock.offset : lock.offset + lock.size])
    user = tuple(page for area in chip.user_areas for page in area)
    if locked.issuperset(user) and not TagAccess(draft.base).locked.issuperset(user):
        text = "All of user memory is read-only from then on: nothing on this tag can be changed again."
        yield PlanHazard("H24", text, True, user, undo, page)


def _pages(bits: list[LockBit]) -> tuple[int, ...]:
    return tuple(sorted({page for bit in bits for page in bit.pages}))
