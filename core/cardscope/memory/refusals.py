"""What a draft asks for that cannot be reached, or must never be written. Facts: NXP data sheets of NTAG213/215/216,
MF0ULx1, MF0ICU2, NT3H1x01 and NT3H2x11."""

from collections.abc import Iterator
from functools import cache

from cardscope.decode.tag_cc import MAGIC, UNIT
from cardscope.memory.chip_doubt import doubt_refusal
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft, untaken_bytes
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import TagAccess, lock_bytes
from cardscope.memory.page_area import CC_PAGE, Area, page_area
from cardscope.memory.plan_parts import Reason
from cardscope.memory.wording import hex_of, pages_text, sentence
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.locks import LockBytes

_VCTID_OR_FACTORY = 0x05
"""What byte 1 of CFG1 holds on real parts of every family, although the NTAG data sheets call it RFUI."""
_REGISTER_BITS = bytes.fromhex("FF010300")
"""The second register page: WDT_MS, I2C_CLOCK_STR bit 0, REG_LOCK bits 1 and 0 (NT3H1x01 data sheet §8.3.11)."""
_ALL = b"\xff" * PAGE_SIZE
_EXHAUSTED = "Too many wrong passwords were tried: the tag takes none any more."
_CODES = {
    Area.SERIAL_NUMBER: "serial_number",
    Area.COUNTER: "H20",
    Area.SESSION_REGISTER: "reserved",
    Area.RESERVED: "reserved",
}


def page_refusals(draft: Draft, before: TagAccess, credentials: Credentials | None) -> Iterator[Reason]:
    """At most one reason against each changed page, in their order. ``before`` is the tag as it is."""
    text = mirrored(draft.base)
    for page, wanted in draft.changes.items():
        reason = _closed(draft, before, page) or doubt_refusal(draft.base, page) or _content(draft, page, wanted)
        if reason is None and page in text:
            reason = _mirror(draft, page, wanted, text[page])
        if reason is None:
            reason = _protected(draft, before, page, credentials)
        if reason is not None:
            yield reason


def secret_refusals(
    draft: Draft, before: TagAccess, after: TagAccess, credentials: Credentials | None
) -> Iterator[Reason]:
    """The reasons against settings that put in force a password or key that is not known here. ``after`` is the tag as
    it shall be."""
    known = (credentials is not None and credentials.opens(draft.chip)) or secret_is_staged(draft)
    if known and not before.exhausted:
        return
    pages = [page for page in draft.changes if page in _setting_pages(draft.chip)]
    secret = _secret(draft.chip)
    if before.exhausted and needs_secret(draft, before, after):
        for page in pages:
            yield Reason(page, "H14", f"{_EXHAUSTED} So it could not be tested before it protects.")
    elif _protects_more(before, after):
        text = f"It makes pages need a {secret} that is not known here. Give it, or set a new one in the same plan"
        for page in pages:
            yield Reason(page, "H10", f"{text}: it is tested before anything is protected.")
    elif _counts_failures(draft, before, after):
        text = "It makes wrong passwords count, and the password is not known here. Give it, or set a new one"
        for page in pages:
            yield Reason(page, "H15", f"{text} in the same plan: it is tested before they count.")


def needs_secret(draft: Draft, before: TagAccess, after: TagAccess) -> bool:
    """Whether the password or key has to be proven for another reason than to reach a page: it begins to protect, or
    its failures begin to count."""
    return _protects_more(before, after) or _counts_failures(draft, before, after)


def secret_is_staged(draft: Draft) -> bool:
    """Whether the draft sets the whole password or key, so that it is known."""
    chip = draft.chip
    pages = chip.key_pages if chip.key_pages is not None else () if chip.pwd is None else (chip.pwd,)
    return bool(pages) and all(page in draft.changes for page in pages)


def _closed(draft: Draft, before: TagAccess, page: int) -> Reason | None:
    """Why no write reaches ``page``, whatever its content."""
    area = page_area(draft.chip, page)
    if area in _CODES:
        return Reason(page, _CODES[area], before.page(page).why)
    if (closed := before.closed(page)) is not None:
        code = "locked" if page in before.locked else "H8" if closed.why.startswith("CFGLCK") else "H22"
        return Reason(page, code, closed.why)
    if before.is_unknown(page):
        why = before.page(page).why
        return Reason(page, "unknown", f"{why} Without it the effect of a write cannot be told.")
    one_way = area in (Area.STATIC_LOCK, Area.DYNAMIC_LOCK, Area.CAPABILITY_CONTAINER)
    if (one_way or area in (Area.CONFIGURATION, Area.REGISTER)) and page not in draft.base.pages:
        return Reason(page, "unknown", "What it holds could not be read, so the effect of a write cannot be told.")
    return None


def _content(draft: Draft, page: int, wanted: bytes) -> Reason | None:
    """Why ``page`` cannot, or must not, hold ``wanted``."""
    chip, held = draft.chip, draft.base.pages.get(page)
    for lock in lock_bytes(chip):
        if lock.page == page and held is not None:
            return _lock(chip, lock, held, wanted)
    if page == CC_PAGE and held is not None:
        return _cc(chip, held, wanted)
    if page == chip.pack and any(wanted[2:]):
        return Reason(page, "H25", "Bytes 2 and 3 of the PACK page are reserved and have to be written as 00.")
    if chip.key_pages is not None and page in chip.key_pages and not secret_is_staged(draft):
        text = f"The key has to be written as a whole, {pages_text(chip.key_pages)}: half of a key is one nobody knows."
        return Reason(page, "H21", text)
    return None if held is None else _settings(chip, page, held, wanted)


def _lock(chip: Chip, lock: LockBytes, held: bytes, wanted: bytes) -> Reason | None:
    static = lock is chip.static_lock
    if any(held[at] != wanted[at] for at in untaken_bytes(chip, lock.page)):
        if static:
            return Reason(lock.page, "serial_number", "Its first two bytes belong to the serial number.")
        return Reason(lock.page, "H7", f"The bytes after the lock bytes always read {hex_of(lock.fixed)}.")
    inner = slice(lock.offset, lock.offset + lock.size)
    old, new = held[inner], wanted[inner]
    if cleared := _bits(old, new):
        text = f"Lock bits are never cleared: {hex_of(new)} was asked for, and {hex_of(_or(old, new))} would come of it"
        return Reason(lock.page, "H1" if static else "H5", f"{text} ({cleared}).")
    added = bytes(b & ~a for a, b in zip(old, new, strict=True))
    if any(byte & mask for byte, mask in zip(added, lock.rfui, strict=True)):
        return Reason(lock.page, "H7", "It sets lock bits that have no published meaning; they must be written as 0.")
    if any(byte & mask for byte, mask in zip(added, lock.frozen(old), strict=True)):
        frozen = lock.frozen(old)
        pages = (page for bit in lock.bits if added[bit.byte] & frozen[bit.byte] & bit.mask for page in bit.pages)
        text = f"block-lock bits have frozen the locks of {pages_text(pages)}: they can never be locked."
        return Reason(lock.page, "H2" if static else "H6", sentence(text))
    return None


def _cc(chip: Chip, held: bytes, wanted: bytes) -> Reason | None:
    if cleared := _bits(held, wanted):
        text = f"Bits of page {CC_PAGE} are never cleared: {hex_of(wanted)} was asked for, and"
        return Reason(CC_PAGE, "H3", f"{text} {hex_of(_or(held, wanted))} would come of it ({cleared}).")
    size = wanted[2] * UNIT
    if wanted[0] == MAGIC and size > chip.user_bytes and (held[0], held[2]) != (wanted[0], wanted[2]):
        text = (
            f"It would announce {size} bytes where there are {chip.user_bytes}: NDEF writers would go on into the lock "
            "and configuration pages and could lock the tag for ever."
        )
        return Reason(CC_PAGE, "H4", text)
    return None


def _settings(chip: Chip, page: int, held: bytes, wanted: bytes) -> Reason | None:
    """Bits that cannot change, and bits without a meaning, in pages of settings."""
    taken = dict(chip.writable_bits).get(page, _ALL)
    if any((a ^ b) & ~mask for a, b, mask in zip(held, wanted, taken, strict=True)):
        return Reason(page, "reserved", f"A WRITE changes only the bits {hex_of(taken)} of it.")
    for name in ("REG_LOCK_NFC", "REG_LOCK_I2C"):
        place = chip.fields.get(name)
        if place is not None and place.page == page and place.value(held) and not place.value(wanted):
            return Reason(page, "H22", f"{name} is never cleared.")
    meant = _meant(chip, page)
    if meant is not None and any(b & ~a & ~mask for a, b, mask in zip(held, wanted, meant, strict=True)):
        return Reason(page, "H25", "It sets bits that have no published meaning; they must be written as 0.")
    return None


@cache
def _meant(chip: Chip, page: int) -> bytes | None:
    """The bits of a page of settings that mean something; ``None`` for other pages."""
    match page_area(chip, page):
        case Area.CONFIGURATION:
            mask = bytearray(PAGE_SIZE)
            for field in chip.fields.values():
                if field.page == page:
                    mask[field.byte] |= field.mask
            if page == chip.cfg1 and chip.config[PAGE_SIZE + 1] == _VCTID_OR_FACTORY:
                mask[1] |= _VCTID_OR_FACTORY
            return bytes(mask)
        case Area.REGISTER if page == chip.registers[-1][0]:
            return _REGISTER_BITS
        case _:
            return None


def _mirror(draft: Draft, page: int, wanted: bytes, text: frozenset[int]) -> Reason | None:
    held = draft.base.pages.get(page)
    if held is None or all(wanted[at] != held[at] for at in text):
        return None
    why = (
        "READ shows text of the mirror here, not what is stored: writing it back would store the text. Turn the mirror "
        "off first, or give every byte of it anew."
    )
    return Reason(page, "H18", why)


def _protected(draft: Draft, before: TagAccess, page: int, credentials: Credentials | None) -> Reason | None:
    if page in (before.protected or ()):
        if credentials is None or not credentials.opens(draft.chip):
            return Reason(page, "H10", f"It is protected: a write needs the {_secret(draft.chip)}.")
        return Reason(page, "H14", _EXHAUSTED) if before.exhausted else None
    if page == draft.chip.pwd and before.exhausted:
        return Reason(page, "H14", f"{_EXHAUSTED} So a new one could not be tested: write AUTHLIM 0 first.")
    return None


def _secret(chip: Chip) -> str:
    return "key" if chip.key_pages is not None else "password"


def _protects_more(before: TagAccess, after: TagAccess) -> bool:
    old, new = before.protected or frozenset(), after.protected or frozenset()
    return bool(new - old) or (bool(new) and after.prot and not before.prot)


def _counts_failures(draft: Draft, before: TagAccess, after: TagAccess) -> bool:
    return draft.chip.pwd is not None and bool(after.authlim) and after.authlim != before.authlim


@cache
def _setting_pages(chip: Chip) -> frozenset[int]:
    return frozenset(field.page for field in chip.fields.values())


def _or(old: bytes, new: bytes) -> bytes:
    return bytes(a | b for a, b in zip(old, new, strict=True))


def _bits(old: bytes, new: bytes) -> str:
    """Which bits ``new`` lacks of ``old``, in words; empty for none."""
    lost = [
        f"byte {at} bit {bit}"
        for at, (a, b) in enumerate(zip(old, new, strict=True))
        for bit in range(7, -1, -1)
        if a & ~b & 1 << bit
    ]
    return ", ".join(lost)
