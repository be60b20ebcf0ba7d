"""What a tag's chip can have done about its protection, and why something is impossible now."""

from collections.abc import Iterator
from typing import NamedTuple

from cardscope.memory.draft import Draft
from cardscope.memory.page_access import TagAccess, lock_bytes
from cardscope.tags.catalogue import Chip
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.protection.words import has_key, tr

_TRIES = (Flow.UNLOCK, Flow.SET, Flow.CHANGE, Flow.REMOVE, Flow.PROTECT)
"""What needs the password or the key tried."""


def offers(chip: Chip, draft: Draft | None, *, opened: bool, passes: bool) -> dict[Flow, tuple[str, str]]:
    """What ``chip`` has, in words for the menu, each with the reason why it is impossible now or "". ``draft`` is the
    tag as it is wanted, ``None`` where it was not read yet; ``opened``: its password is known in this session;
    ``passes``: its reader passes passwords on."""
    words = _words(chip, opened=opened)
    found = {flow: (words[flow], "") for flow in _flows(chip)}
    access = TagAccess(draft.base) if draft is not None else None
    for flow in found:
        if flow in _TRIES and not passes:
            found[flow] = (words[flow], tr("this reader passes no password on"))
        elif flow is not Flow.UNLOCK:
            why = _obstacle(flow, draft, access) if draft is not None and access is not None else tr("not read yet")
            found[flow] = (words[flow], why)
    return found


class LockGroup(NamedTuple):
    """Pages that are locked together. ``frozen``: a block-lock bit keeps them from it."""

    pages: range
    locked: bool
    frozen: bool

    @property
    def why_not(self) -> str:
        """Why they cannot be locked, a few words; empty when they can."""
        return tr("locked for ever") if self.locked else tr("can never be locked: frozen") if self.frozen else ""


def lock_groups(draft: Draft) -> list[LockGroup]:
    """Every group, in the order of the pages. Empty where the lock bytes are unknown."""
    groups: list[LockGroup] = []
    for lock in lock_bytes(draft.chip):
        page = draft.page(lock.page)
        if page is None:
            return []
        stored = page[lock.offset : lock.offset + lock.size]
        # A block-lock bit freezes once it is on the tag: one write may set both.
        frozen = lock.frozen(draft.base.pages.get(lock.page, page)[lock.offset : lock.offset + lock.size])
        groups += [
            LockGroup(bit.pages, bool(stored[bit.byte] & bit.mask), bool(frozen[bit.byte] & bit.mask))
            for bit in lock.bits
            if not bit.block
        ]
    return sorted(groups, key=lambda group: group.pages.start)


def _flows(chip: Chip) -> Iterator[Flow]:
    if chip.pwd is not None or has_key(chip):
        yield from (Flow.UNLOCK, Flow.SET, Flow.CHANGE, Flow.REMOVE, Flow.PROTECT)
    yield from (Flow.LOCK_PAGES, Flow.FREEZE_LOCKS)
    if "CFGLCK" in chip.fields:
        yield Flow.FREEZE_CONFIGURATION


def _words(chip: Chip, *, opened: bool) -> dict[Flow, str]:
    key = has_key(chip)
    return {
        Flow.UNLOCK: tr("Unlocked for this session…") if opened else tr("Unlock for this session…"),
        Flow.SET: tr("Set key…") if key else tr("Set password…"),
        Flow.CHANGE: tr("Change key…") if key else tr("Change password…"),
        Flow.REMOVE: tr("Remove protection…"),
        Flow.PROTECT: tr("Protect pages…"),
        Flow.LOCK_PAGES: tr("Lock pages…"),
        Flow.FREEZE_LOCKS: tr("Freeze locks…"),
        Flow.FREEZE_CONFIGURATION: tr("Freeze configuration…"),
    }


def _obstacle(flow: Flow, draft: Draft, access: TagAccess) -> str:
    match flow:
        case Flow.SET if access.protected != frozenset():
            return tr("something is protected: change it")
        case Flow.CHANGE if access.protected == frozenset():
            return tr("nothing is protected yet")
        case Flow.SET | Flow.CHANGE:
            return _closed_secret(draft.chip, access)
        case Flow.REMOVE if access.protected == frozenset():
            return tr("nothing is protected")
        case Flow.REMOVE | Flow.PROTECT:
            return _closed_settings(draft.chip, access)
        case Flow.LOCK_PAGES:
            groups = lock_groups(draft)
            left = any(not group.why_not for group in groups)
            return tr("unlock first") if not groups else "" if left else tr("none left")
        case Flow.FREEZE_LOCKS:
            return _all_frozen(draft)
        case Flow.FREEZE_CONFIGURATION:
            field = draft.chip.fields["CFGLCK"]
            page = draft.page(field.page)
            return tr("unlock first") if page is None else tr("already frozen") if field.value(page) else ""
        case _:
            return ""


def _closed_secret(chip: Chip, access: TagAccess) -> str:
    pages = chip.key_pages if chip.key_pages is not None else (chip.pwd,)
    if any(page is not None and access.closed(page) is not None for page in pages):
        return tr("locked for ever")
    return tr("unlock first") if not access.config_known else ""


def _closed_settings(chip: Chip, access: TagAccess) -> str:
    if not access.config_known:
        return tr("unlock first")
    pages = {chip.fields[name].page for name in ("AUTH0", "AUTH1", "PROT", "NFC_PROT") if name in chip.fields}
    return tr("settings are frozen for ever") if any(access.closed(page) is not None for page in pages) else ""


def _all_frozen(draft: Draft) -> str:
    left = False
    for lock in lock_bytes(draft.chip):
        page = draft.page(lock.page)
        if page is None:
            return tr("unlock first")
        left |= any(bit.block and not page[lock.offset + bit.byte] & bit.mask for bit in lock.bits)
    return "" if left else tr("all are frozen")
