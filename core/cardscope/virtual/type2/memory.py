"""The memory of a Type 2 tag: which writes stick, which bits only ever go up, and what power loss does to it."""

from random import Random

from cardscope.tags.catalogue import Chip, ConfigField, LockEffect
from cardscope.tags.image import PAGE_SIZE, count_in, counter_page, image_pages
from cardscope.tags.locks import LockBytes
from cardscope.virtual.type2.choices import SiliconChoices

CC_PAGE = 3
_ALL = 0xFFFFFFFF
_COUNTER_STEP = 0x0F

# Session registers (NTAG I²C): byte 0 of the first page and bytes 1 and 2 of the second.
_PTHRU_ON_OFF = 0x40
_SRAM_MIRROR_ON_OFF = 0x02
_NEG_AUTH_REACHED = 0x02


class Memory:
    """The pages of one tag, numbered through the sectors. Knows locks and OR-writing; passwords are the tag's
    business."""

    def __init__(self, chip: Chip, image: bytes, choices: SiliconChoices) -> None:
        self.chip = chip
        self.pages = image_pages(chip)
        self._choices = choices
        self._content = {
            page: bytes(image[PAGE_SIZE * index : PAGE_SIZE * (index + 1)]) for index, page in enumerate(self.pages)
        }
        self._lock_bytes = {lock.page: lock for lock in (chip.static_lock, chip.dynamic_lock) if lock is not None}
        for lock in self._lock_bytes.values():
            start = lock.offset + lock.size
            held = self._content[lock.page]
            self._content[lock.page] = held[:start] + lock.fixed + held[start + len(lock.fixed) :]
        self._or_masks = {CC_PAGE: _ALL}
        for name in ("REG_LOCK_I2C", "REG_LOCK_NFC"):
            if (field := chip.fields.get(name)) is not None:
                self._or_masks[field.page] = self._or_masks.get(field.page, 0) | _in_page(field)
        if not choices.cfglck_can_be_taken_back and (cfglck := chip.fields.get("CFGLCK")) is not None:
            self._or_masks[cfglck.page] = _in_page(cfglck)
        self._writable_bits = _writable_bits(chip, choices)
        self.merging = frozenset((*self._lock_bytes, *self._or_masks, *self._writable_bits, *self._counter_pages()))
        """The pages whose content after a WRITE depends on the content before."""
        self._tear_protected = frozenset((*self._lock_bytes, CC_PAGE, *self._counter_pages()))
        self._unreadable = frozenset(page for area in chip.unreadable for page in area)
        self._sram: dict[int, bytes] = {}
        if choices.pass_through and chip.sram is not None:
            self._sram = dict.fromkeys(chip.sram, bytes(PAGE_SIZE))
        self._session: dict[int, bytes] = {}
        self._locked: frozenset[int] = frozenset()
        self._shown_counter = b""
        self.start()

    @property
    def image(self) -> bytes:
        """All pages of EEPROM as the silicon holds them, in the order of the catalogue's areas."""
        return b"".join(self._content.values())

    @property
    def sram(self) -> range | None:
        """The pages where SRAM stands now, if anywhere."""
        return self.chip.sram if self._sram else None

    def page(self, page: int) -> bytes:
        """The 4 bytes that EEPROM holds in ``page``."""
        return self._content[page]

    def start(self) -> None:
        """The power comes on: what waited for it takes effect, and the session registers are loaded."""
        self.load_locks()
        if self.chip.counter_page is not None:
            self._shown_counter = self._content[self.chip.counter_page]
        for area in self.chip.session_areas:
            for page, (register, _) in zip(area, self.chip.registers, strict=True):
                self._session[page] = self._content[register]
        if self._session:
            self._load_session()

    def selected(self) -> None:
        """The tag was selected (REQA or WUPA), which puts lock bits in force on some chips."""
        if self.chip.lock_effect is LockEffect.NEXT_SELECTION:
            self.load_locks()

    @property
    def accepts_writes(self) -> bool:
        """Whether NC_REG, as loaded at power-up, lets the RF side write."""
        field = self.chip.fields.get("TRANSFER_DIR")
        if field is None or self._sram or not self._choices.transfer_dir_blocks_writes:
            return True
        return bool(field.value(self._session[self.chip.session_areas[0].start]))

    def visible(self, *, attempts_exhausted: bool) -> dict[int, bytes]:
        """All pages as READ shows them, without any mirror: PWD, PACK and keys are 00."""
        shown = self._content | self._sram | self._session
        for page in self._unreadable:
            shown[page] = bytes(PAGE_SIZE)
        if self.chip.counter_page is not None and not self._choices.page_counter_at_once:
            shown[self.chip.counter_page] = self._shown_counter
        if attempts_exhausted:
            for area in self.chip.session_areas:
                held = shown[area.start + 1]
                shown[area.start + 1] = bytes((held[0], held[1] | _NEG_AUTH_REACHED, *held[2:]))
        return shown

    def is_writable(self, page: int) -> bool:
        """Whether there is a ``page`` that a WRITE can reach, lock bits aside."""
        return page in self._content or page in self._sram

    def is_locked(self, page: int) -> bool:
        """Whether a lock bit in force makes ``page`` read-only."""
        return page in self._locked

    def load_locks(self) -> None:
        """Puts the stored lock bits in force."""
        self._locked = frozenset[int]().union(
            *(lock.locked_pages(self._stored(lock)) for lock in self._lock_bytes.values())
        )

    def write(self, page: int, data: bytes) -> bool:
        """Carries out a WRITE of 4 bytes: OR-wise into lock bytes and CC, adding to a counter, plainly elsewhere.

        False, with nothing changed, when it would take a counter past its end.
        """
        if page in self._sram:
            self._sram[page] = data
        elif (lock := self._lock_bytes.get(page)) is not None:
            self._write_lock_bytes(lock, data)
        elif page == self.chip.counter_page:
            return self._count(page, data)
        else:
            old, new = int.from_bytes(self._content[page], "big"), int.from_bytes(data, "big")
            writable = self._writable_bits.get(page, _ALL)
            merged = (new & writable) | (old & ~writable) | (old & self._or_masks.get(page, 0))
            self._content[page] = merged.to_bytes(PAGE_SIZE, "big")
        return True

    def write_sram(self, data: bytes) -> None:
        """FAST_WRITE: all 64 bytes."""
        for index, page in enumerate(self._sram):
            self._sram[page] = data[PAGE_SIZE * index : PAGE_SIZE * (index + 1)]

    def put_counter(self, value: int) -> None:
        """Sets the counter that lies in a page, as when the tag is made."""
        assert self.chip.counter_page is not None
        self._content[self.chip.counter_page] = counter_page(value)
        self._shown_counter = self._content[self.chip.counter_page]

    def tear(self, before: bytes, random: Random) -> None:
        """The power failed during the write that made ``before`` (an image) into what is stored now.

        Protected pages hold the old or the new content. In others every bit that was to change is undefined.
        """
        for index, page in enumerate(self.pages):
            old = int.from_bytes(before[PAGE_SIZE * index : PAGE_SIZE * (index + 1)], "big")
            changed = old ^ int.from_bytes(self._content[page], "big")
            if not changed:
                continue
            if page in self._tear_protected:
                kept = changed * random.getrandbits(1)
            else:
                kept = changed & random.getrandbits(8 * PAGE_SIZE)
            self._content[page] = (old ^ kept).to_bytes(PAGE_SIZE, "big")

    def _counter_pages(self) -> tuple[int, ...]:
        return () if self.chip.counter_page is None else (self.chip.counter_page,)

    def _count(self, page: int, data: bytes) -> bool:
        """DSULC 7.5.11: the first write sets the initial value, every other adds the low nibble of its first byte."""
        value = count_in(self._content[page])
        value += data[0] & _COUNTER_STEP if value else count_in(data)
        if value > self.chip.counter_max:
            return False
        self._content[page] = counter_page(value)
        return True

    def _load_session(self) -> None:
        for area in self.chip.session_areas:
            first, second = self._session[area.start], self._session[area.start + 1]
            # Both modes need the I²C side to be powered, and only that side can switch them on.
            control = first[0] & ~(_PTHRU_ON_OFF | _SRAM_MIRROR_ON_OFF) | (_PTHRU_ON_OFF if self._sram else 0)
            self._session[area.start] = bytes((control, *first[1:]))
            self._session[area.start + 1] = bytes((second[0], second[1] & 1, self._choices.ns_reg, second[3]))

    def _write_lock_bytes(self, lock: LockBytes, data: bytes) -> None:
        # Page 2 bytes 0 and 1 and the fixed bytes of a dynamic lock page are not even looked at.
        written = data[lock.offset : lock.offset + lock.size]
        after = lock.after_write(self._stored(lock), written)
        if self._choices.rfui_lock_bits_stick:
            after = bytes(new | (bits & mask) for new, bits, mask in zip(after, written, lock.rfui, strict=True))
        held = self._content[lock.page]
        self._content[lock.page] = held[: lock.offset] + after + held[lock.offset + lock.size :]
        effect = self.chip.lock_effect
        if effect is LockEffect.AT_ONCE or (effect is LockEffect.UNKNOWN and self._choices.locks_at_once):
            self.load_locks()

    def _stored(self, lock: LockBytes) -> bytes:
        return self._content[lock.page][lock.offset : lock.offset + lock.size]


def _writable_bits(chip: Chip, choices: SiliconChoices) -> dict[int, int]:
    masks = {page: int.from_bytes(mask, "big") for page, mask in chip.writable_bits}
    if not choices.rfui_config_bits_stick:
        for page in (chip.cfg0, chip.cfg1):
            if page is not None:
                defined = [field for field in chip.fields.values() if field.page == page]
                masks[page] = sum(map(_in_page, defined))
    return masks


def _in_page(field: ConfigField) -> int:
    """The bits of ``field`` within its page as one number, byte 0 first."""
    return field.mask << 8 * (PAGE_SIZE - 1 - field.byte)
