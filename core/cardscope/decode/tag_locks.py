"""Lock bytes as fields. Which bit means what comes from the catalogue of chips."""

from cardscope.decode.tag_parts import bit, octet, pages_text, spelled, with_reserved
from cardscope.fields import Field
from cardscope.tags.locks import LockBit, LockBytes


def decode_lock_bytes(lock: LockBytes, page: bytes) -> Field:
    """The lock bytes within their ``page`` (4 bytes) as a tree; its span begins at ``lock.offset``."""
    stored = page[lock.offset : lock.offset + lock.size]
    frozen = lock.frozen(stored)
    parts = [_lock_byte(lock, index, stored, frozen) for index in range(lock.size)]
    end = lock.offset + lock.size
    if lock.fixed:
        found = page[end : end + len(lock.fixed)]
        parts.append(octet("Fixed", end, found, f"Reads {spelled(lock.fixed)}; it must be written as 00."))
        end += len(lock.fixed)
    name = "Static lock bytes" if lock.page == 2 else "Dynamic lock bytes"
    return Field(name, (lock.offset, end), spelled(page[lock.offset : end]), "", (), tuple(parts))


def _lock_byte(lock: LockBytes, index: int, stored: bytes, frozen: bytes) -> Field:
    offset, byte = lock.offset + index, stored[index]
    known = [
        _lock_bit(one, offset, byte, is_frozen=bool(frozen[index] & one.mask)) for one in lock.bits if one.byte == index
    ]
    children = with_reserved(offset, byte, known, problem="No published meaning, and yet set.")
    return octet(f"Lock byte {index}", offset, bytes((byte,)), children=children)


def _lock_bit(one: LockBit, offset: int, byte: int, *, is_frozen: bool) -> Field:
    pages = one.pages
    span = str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"
    are, subject = ("is", f"Page {pages[0]}") if len(pages) == 1 else ("are", pages_text(pages).capitalize())
    is_set = bool(byte & one.mask)
    if one.block:
        meaning = (
            f"The lock bits of {pages_text(pages)} can never change again."
            if is_set
            else f"The lock bits of {pages_text(pages)} can still be set."
        )
        return bit(f"BL {span}", offset, (one.bit, one.bit), byte, meaning)
    if is_set:
        meaning = f"{subject} {are} read-only for ever."
    elif is_frozen:
        meaning = f"{subject} {are} not locked, and can never be."
    else:
        meaning = f"{subject} {are} not locked."
    return bit(f"L {span}", offset, (one.bit, one.bit), byte, meaning)
