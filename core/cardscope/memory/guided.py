"""The usual wishes as staged changes: lock, freeze, protect. Each knows where its bits lie on each chip, which generic
tools do not: on NTAG215/216 they take user memory for lock bytes (hazard H23).

What comes of them is a draft like any other, with the planner's order, hazards and tests.
"""

from collections.abc import Callable, Iterable

from cardscope.memory.credentials import KEY_SIZE, PACK_SIZE
from cardscope.memory.draft import Draft
from cardscope.memory.page_access import lock_bytes
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.locks import LockBit

_NEVER = 0xFF
"""AUTH0 beyond every page."""
_READ_NAMES = ("PROT", "NFC_PROT")
"""The field that makes reading need the password too, by family."""


def lock_group(chip: Chip, page: int) -> range | None:
    """The pages that are locked together with ``page``, itself included; ``None``: nothing locks it."""
    return next(
        (bit.pages for lock in lock_bytes(chip) for bit in lock.bits if not bit.block and page in bit.pages), None
    )


def lock_pages(draft: Draft, pages: Iterable[int]) -> Draft:
    """Makes ``pages`` read-only for ever, and with them the rest of their groups.

    Raises ValueError for a page that nothing locks, and where the lock bytes are unknown.
    """
    wanted = frozenset(pages)
    for page in sorted(wanted):
        if lock_group(draft.chip, page) is None:
            raise ValueError(f"The {draft.chip.name} has no lock bit for page {page}.")
    return _with_bits(draft, lambda bit: not bit.block and not wanted.isdisjoint(bit.pages))


def freeze_locks(draft: Draft) -> Draft:
    """Freezes all lock bits as they are, or as they shall be: what is not locked then never will be. Raises ValueError
    where the lock bytes are unknown."""
    return _with_bits(draft, lambda bit: bit.block)


def freeze_configuration(draft: Draft) -> Draft:
    """Sets CFGLCK. Raises ValueError for a chip without it, and where CFG1 is unknown."""
    place = draft.chip.fields.get("CFGLCK")
    if place is None:
        raise ValueError(f"The configuration of the {draft.chip.name} cannot be frozen.")
    return draft.with_field(place, 1)


def set_password(draft: Draft, password: bytes, pack: bytes) -> Draft:
    """Stages PWD (4 bytes) and PACK (2 bytes). Raises ValueError for other lengths, and for a chip without them."""
    chip = draft.chip
    if chip.pwd is None or chip.pack is None:
        raise ValueError(f"The {chip.name} has no password.")
    if len(pack) != PACK_SIZE:
        raise ValueError(f"PACK has {PACK_SIZE} bytes, and {len(pack)} were given.")
    return draft.with_pages({chip.pwd: password, chip.pack: pack + bytes(PAGE_SIZE - PACK_SIZE)})


def set_key(draft: Draft, key: bytes) -> Draft:
    """Stages the key (16 bytes as stored in the key pages). Raises ValueError for another length, and for a chip
    without one."""
    pages = draft.chip.key_pages
    if pages is None:
        raise ValueError(f"The {draft.chip.name} has no key.")
    if len(key) != KEY_SIZE:
        raise ValueError(f"The key has {KEY_SIZE} bytes, and {len(key)} were given.")
    return draft.with_pages({page: key[PAGE_SIZE * at : PAGE_SIZE * (at + 1)] for at, page in enumerate(pages)})


def protect(draft: Draft, first: int, *, reading: bool) -> Draft:
    """Makes writing from page ``first`` of sector 0 on need the password or key, and with ``reading`` reading too.

    Raises ValueError for a chip without protection, a page that it does not reach, and where the settings are unknown.
    """
    chip = draft.chip
    if "AUTH0" not in chip.fields:
        raise ValueError(f"The {chip.name} has no protection.")
    if not 0 <= first < chip.auth0_end:
        raise ValueError(f"Protection begins at page {chip.auth0_end - 1} at the latest.")
    return _with_reading(draft.with_field(chip.fields["AUTH0"], first), needs_secret=reading)


def unprotect(draft: Draft) -> Draft:
    """Opens all pages to everyone; the password or key stays as it is. Raises ValueError as :func:`protect` does."""
    chip = draft.chip
    if "AUTH0" not in chip.fields:
        raise ValueError(f"The {chip.name} has no protection.")
    never = chip.auth0_end if chip.key_pages is not None else _NEVER  # AUTH0 of the Ultralight C ends at 30
    return _with_reading(draft.with_field(chip.fields["AUTH0"], never), needs_secret=False)


def _with_reading(draft: Draft, *, needs_secret: bool) -> Draft:
    fields = draft.chip.fields
    if "AUTH1" in fields:  # the other way round: set, only writing needs the key
        return draft.with_field(fields["AUTH1"], int(not needs_secret))
    return draft.with_field(next(fields[name] for name in _READ_NAMES if name in fields), int(needs_secret))


def _with_bits(draft: Draft, choose: Callable[[LockBit], bool]) -> Draft:
    for lock in lock_bytes(draft.chip):
        chosen = [bit for bit in lock.bits if choose(bit)]
        if not chosen:
            continue
        held = draft.page(lock.page)
        if held is None:
            raise ValueError(f"The lock bytes in page {lock.page} are unknown.")
        content = bytearray(held)
        for bit in chosen:
            content[lock.offset + bit.byte] |= bit.mask
        draft = draft.with_page(lock.page, bytes(content))
    return draft
