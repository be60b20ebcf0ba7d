"""The EEPROM of a Type 2 tag: which writes stick, which bits only ever go up, and what reading shows."""

from cardscope.tags.catalogue import Chip
from cardscope.tags.locks import LockBytes
from cardscope.virtual.type2.choices import SiliconChoices

CC_PAGE = 3


class Memory:
    """The pages of one tag. Knows locks and OR-writing; passwords are the tag's business."""

    def __init__(self, chip: Chip, image: bytes, choices: SiliconChoices) -> None:
        self.chip = chip
        self._choices = choices
        self._bytes = bytearray(image)
        self._lock_bytes = {lock.page: lock for lock in (chip.static_lock, chip.dynamic_lock) if lock is not None}
        for lock in self._lock_bytes.values():
            start = 4 * lock.page + lock.offset + lock.size
            self._bytes[start : start + len(lock.fixed)] = lock.fixed
        self._unreadable = [slice(4 * area.start, 4 * area.stop) for area in chip.unreadable]
        self._locked: frozenset[int] = frozenset()
        self.load_locks()

    @property
    def image(self) -> bytes:
        """All pages as the silicon holds them, PWD and PACK included."""
        return bytes(self._bytes)

    def page(self, page: int) -> bytes:
        """The 4 bytes that the silicon holds in ``page``."""
        return bytes(self._bytes[4 * page : 4 * page + 4])

    def visible(self) -> bytearray:
        """All pages as READ shows them, without any mirror: PWD and PACK are 00."""
        shown = bytearray(self._bytes)
        for area in self._unreadable:
            shown[area] = bytes(area.stop - area.start)
        return shown

    def is_locked(self, page: int) -> bool:
        """Whether a lock bit in force makes ``page`` read-only."""
        return page in self._locked

    def load_locks(self) -> None:
        """Puts the stored lock bits in force."""
        self._locked = frozenset[int]().union(
            *(lock.locked_pages(self._stored(lock)) for lock in self._lock_bytes.values())
        )

    def write(self, page: int, data: bytes) -> None:
        """Carries out an accepted WRITE of 4 bytes: OR-wise into lock bytes and CC, plainly elsewhere."""
        start = 4 * page
        if (lock := self._lock_bytes.get(page)) is not None:
            self._write_lock_bytes(lock, data)
        elif page == CC_PAGE:
            self._bytes[start : start + 4] = bytes(old | new for old, new in zip(self.page(page), data, strict=True))
        else:
            self._bytes[start : start + 4] = data

    def _write_lock_bytes(self, lock: LockBytes, data: bytes) -> None:
        # Page 2 bytes 0 and 1 and the fixed byte of a dynamic lock page are not even looked at.
        written = data[lock.offset : lock.offset + lock.size]
        after = lock.after_write(self._stored(lock), written)
        if self._choices.rfui_lock_bits_stick:
            after = bytes(new | (bits & mask) for new, bits, mask in zip(after, written, lock.rfui, strict=True))
        start = 4 * lock.page + lock.offset
        self._bytes[start : start + lock.size] = after
        if self._choices.locks_at_once:
            self.load_locks()

    def _stored(self, lock: LockBytes) -> bytes:
        start = 4 * lock.page + lock.offset
        return bytes(self._bytes[start : start + lock.size])
