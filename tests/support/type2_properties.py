"""What no sequence of commands can do to a Type 2 tag, checked step by step on a sequence made from raw bytes.

The check knows its own copy of the rules: it takes from the catalogue only where things are (lock bytes, configuration,
counters) and judges every change of the memory itself.
"""

from collections.abc import Iterator
from random import Random

from cardscope.tags.catalogue import Chip, chips
from cardscope.virtual.answers import ACK, Answer
from cardscope.virtual.type2 import State, Type2Tag, factory_image, image_pages
from support.type2_cases import decrypted, encrypted

UID = bytes.fromhex("04E141124C2880")
_CHIPS = tuple(chips().values())


def check_sequence(program: bytes) -> int:
    """Runs the commands that ``program`` stands for on the chip that its first byte names; returns how many frames
    were exchanged. Raises AssertionError at the first step that did what must not happen."""
    run = _Run(program)
    run.check()
    return run.exchanges


class _Run:
    def __init__(self, program: bytes) -> None:
        self._bytes: Iterator[int] = iter(program)
        self._left = len(program)
        self.exchanges = 0
        chip = self._chip = _CHIPS[self._byte() % len(_CHIPS)]
        self._offsets = {page: 4 * index for index, page in enumerate(image_pages(chip))}
        self._pages = _interesting_pages(chip)
        self._tag = self._new_tag()
        self._sector = 0
        self._authenticated = False
        self._awake = False
        self._wake()

    def check(self) -> None:
        while self._left:
            self._step(self._byte())

    def _byte(self) -> int:
        self._left = max(0, self._left - 1)
        return next(self._bytes, 0)

    def _new_tag(self) -> Type2Tag:
        """At delivery, or with protection, limits and counters somewhere."""
        chip, flags = self._chip, self._byte()
        image = bytearray(factory_image(chip, UID))
        if flags & 1 and chip.cfg0 is not None and chip.cfg1 is not None:
            image[self._offsets[chip.cfg0] + 3] = self._page() & 0xFF
            image[self._offsets[chip.cfg1]] = self._byte() & 0xBF
        high = chip.counter_max - 3 if flags & 2 else 0
        counters = {} if chip.counter_page is not None else dict.fromkeys(chip.counters, high)
        return Type2Tag(chip, bytes(image), counters=counters)

    def _page(self) -> int:
        choice = self._byte()
        return self._pages[choice % len(self._pages)] if choice < 0xD0 else self._byte()

    def _data(self) -> bytes:
        choice = self._byte()
        match choice & 3:
            case 0:
                return (1 << (choice >> 3)).to_bytes(4, "big")
            case 1:
                return bytes((0xFF if choice & 4 else 0,)) * 4
            case 2:
                return bytes((choice & 0xF8, 0, 0, self._page() & 0xFF))
            case _:
                return bytes((self._byte(), self._byte(), self._byte(), self._byte()))

    def _step(self, code: int) -> None:
        if not self._awake and code & 0xE0:  # seldom left idle, to see that it stays silent
            self._select()
        page = self._page()
        address = bytes((page & 0xFF,))
        if page > 0xFF and self._awake and self._sector != page >> 8:
            self._select_sector(page >> 8)
        match code & 0x0F:
            case 0 | 1 | 2 | 3 | 4:
                self._send(b"\xa2" + address + self._data())
            case 5:
                if self._send(b"\xa0" + address) == ACK:
                    self._send(self._data() + bytes(12), compat=page)
            case 6:
                self._send(b"\xa0" + address)
            case 7:
                self._send(b"\x30" + address)
            case 8:
                self._send(b"\x3a" + address + bytes((self._page() & 0xFF,)))
            case 9:
                self._authenticate(right=bool(code & 0x40))
            case 10:
                counter = bytes((code >> 4 & 3,))
                increment = bytes((self._byte(), 0, 0xFF if code & 0x40 else 0, code & 0x80))
                self._send(b"\x39" + counter)
                self._send(b"\xa5" + counter + increment)
            case 11:
                self._send(bytes(self._byte() for _ in range(code >> 4)) or b"\0")
            case 12:
                self._select_sector(code >> 4 & 3)
            case 13:
                self._tear(b"\xa2" + address + self._data())
            case 14:
                self._wake()
            case _:
                self._send((b"\x60", b"\x3c\0", b"\x50\0", b"\xc2\xff")[code >> 4 & 3])

    def _wake(self) -> None:
        self._tag.power_down()
        self._tag.power_up()
        self._select()
        self._sector = 0
        chip = self._chip
        frozen = chip.cfg1 is not None and "CFGLCK" in chip.fields and self._image(chip.cfg1)[0] & 0x40
        self._frozen_config = frozenset({chip.cfg0, chip.cfg1} if frozen else ())

    def _select(self) -> None:
        image = self._tag.image
        assert self._tag.select() == UID
        assert self._tag.image == image
        self._awake, self._authenticated, self._sector = True, False, 0
        self._locked = self._locked_pages()
        if self._chip.key_pages is not None:
            self._key = b"".join(self._image(page) for page in self._chip.key_pages)

    def _locked_pages(self) -> frozenset[int]:
        static = int.from_bytes(self._image(2)[2:], "little")
        locked = frozenset(page for page in range(3, 16) if static >> page & 1)
        lock = self._chip.dynamic_lock
        return locked if lock is None else locked | lock.locked_pages(self._image(lock.page)[: _size(self._chip)])

    def _image(self, page: int) -> bytes:
        offset = self._offsets[page]
        return self._tag.image[offset : offset + 4]

    def _select_sector(self, sector: int) -> None:
        if self._send(b"\xc2\xff") != ACK:
            return
        self.exchanges += 1
        image = self._tag.image
        if self._tag.exchange(bytes((sector, 0, 0, 0))) is None:
            self._sector = sector
        else:
            self._awake = self._authenticated = False
        assert self._tag.image == image

    def _authenticate(self, *, right: bool) -> None:
        chip = self._chip
        if chip.key_pages is not None:
            self._authenticate_3des(right=right)
        elif chip.pwd is not None and chip.pack is not None:
            password, pack = self._image(chip.pwd), self._image(chip.pack)[:2]
            if not right:
                password = bytes((password[0] ^ 1,)) + password[1:]
            answer = self._send(b"\x1b" + password)
            assert answer != pack or right
            self._authenticated = self._awake and answer == pack

    def _authenticate_3des(self, *, right: bool) -> None:
        key = self._key[7::-1] + self._key[:7:-1]
        if not right:
            key = bytes((key[0] ^ 2,)) + key[1:]
        challenge = self._send(b"\x1a\0")
        if not isinstance(challenge, bytes):
            return
        rnd_a, rnd_b = bytes(range(8)), decrypted(key, bytes(8), challenge[1:])
        token = encrypted(key, challenge[1:], rnd_a + rnd_b[1:] + rnd_b[:1])
        answer = self._send(b"\xaf" + token)
        accepted = answer == b"\0" + encrypted(key, token[8:], rnd_a[1:] + rnd_a[:1])
        assert accepted == right
        self._authenticated = accepted

    def _send(self, frame: bytes, *, compat: int | None = None) -> Answer:
        tag, was_awake = self._tag, self._awake
        image, counters, failures = tag.image, dict(tag.counters), tag.auth_failures
        self.exchanges += 1
        answer = tag.exchange(frame)
        if not was_awake:
            assert answer is None
        if answer is None or (not isinstance(answer, bytes) and answer != ACK):
            self._awake = False
        written = None
        if answer == ACK and compat is not None:
            written = 256 * self._sector + (compat & 0xFF), frame[:4]
        elif answer == ACK and frame[0] == 0xA2:
            written = 256 * self._sector + frame[1], frame[2:]
        if written is not None:
            self._check_write(*written, image)
        assert self._changed_pages(image) <= ({written[0]} if written is not None else set())
        self._check_counters(frame if compat is None else b"\0", answer, counters)
        if tag.auth_failures < failures:
            assert frame[0] == 0x1B
            assert isinstance(answer, bytes)
        assert tag.auth_failures <= failures + (frame[:1] == b"\x1b")
        if not self._awake:
            self._authenticated = False
        return answer

    def _changed_pages(self, before: bytes) -> set[int]:
        after = self._tag.image
        if after == before:
            return set()
        return {
            page for page, offset in self._offsets.items() if before[offset : offset + 4] != after[offset : offset + 4]
        }

    def _check_write(self, page: int, data: bytes, image: bytes) -> None:
        chip, offset = self._chip, self._offsets[page]
        old, new = image[offset : offset + 4], self._image(page)
        assert page > 1
        assert page not in self._locked
        assert page not in self._frozen_config
        if (field := chip.fields.get("REG_LOCK_NFC")) is not None and any(
            page in area for area in chip.register_lock_pages
        ):
            assert not image[self._offsets[field.page] + field.byte] & field.mask
        if len(chip.areas) == 1 and (auth0 := self._auth0(image)) is not None:
            assert page < auth0 or self._authenticated
        if page == 2:
            assert new == old[:2] + _ored(old[2:], data[2:], _frozen(old))
        elif page == 3:
            assert new == _ored(old, data)
        elif chip.dynamic_lock is not None and page == chip.dynamic_lock.page:
            size = _size(chip)
            assert _ored(old[:size], new[:size]) == new[:size]
            assert _ored(_ored(old[:size], data[:size]), new[:size]) == _ored(old[:size], data[:size])
            assert new[size:] == old[size:]
        elif page == chip.counter_page:
            assert new[2:] == old[2:]
        elif any(page in pages for pages in chip.register_lock_pages):
            assert _ored(_ored(old, data), new) == _ored(old, data)
        else:
            assert new == data

    def _auth0(self, image: bytes) -> int | None:
        """Where the password or the key begins to matter, as the memory said before the command; ``None``: nowhere."""
        chip = self._chip
        if chip.key_pages is not None:
            return image[self._offsets[0x2A]]
        return None if chip.cfg0 is None else image[self._offsets[chip.cfg0] + 3]

    def _check_counters(self, frame: bytes, answer: Answer, before: dict[int, int]) -> None:
        for address, count in self._tag.counters.items():
            if frame[:2] == bytes((0xA5, address)) and answer == ACK:
                assert count == before[address] + int.from_bytes(frame[2:5], "little")
            elif frame[0] in (0x30, 0x3A) and address == self._chip.nfc_counter:
                assert before[address] <= count <= before[address] + 1
            elif address == self._chip.counter_page:
                assert before[address] <= count
            else:
                assert count == before[address]

    def _tear(self, frame: bytes) -> None:
        """The power fails in the middle of a WRITE: one page at most is between old and new, protected ones are not."""
        tag = self._tag
        image, counters, failures = tag.image, dict(tag.counters), tag.auth_failures
        was_awake, authenticated, page = self._awake, self._authenticated, 256 * self._sector + frame[1]
        tag.tear(frame, Random(self._byte()))
        self.exchanges += 1
        assert tag.state is State.OFF
        changed = self._changed_pages(image)
        assert changed <= ({page} if was_awake else set())
        assert tag.auth_failures == failures
        assert all(count >= counters[address] for address, count in tag.counters.items())
        for torn in changed:
            offset = self._offsets[torn]
            old, new, data = image[offset : offset + 4], self._image(torn), frame[2:]
            lock = self._chip.dynamic_lock
            if torn in (2, 3) or (lock is not None and torn == lock.page) or torn == self._chip.counter_page:
                self._authenticated = authenticated
                self._check_write(torn, data, image)
            else:
                assert torn > 3
                assert torn not in self._locked | self._frozen_config
                changes = int.from_bytes(old) ^ int.from_bytes(new)
                assert changes & ~(int.from_bytes(old) ^ int.from_bytes(data)) == 0
        self._wake()


def _ored(old: bytes, data: bytes, frozen: int = 0) -> bytes:
    bits = int.from_bytes(old, "little") | int.from_bytes(data, "little") & ~frozen
    return bits.to_bytes(len(old), "little")


def _frozen(page_2: bytes) -> int:
    """The static lock bits that the block-lock bits in force have frozen, b0 of byte 2 lowest."""
    block_locks = page_2[2]
    return (0x0008 if block_locks & 1 else 0) | (0x03F0 if block_locks & 2 else 0) | (0xFC00 if block_locks & 4 else 0)


def _size(chip: Chip) -> int:
    """How many dynamic lock bytes there are."""
    return 2 if chip.key_pages is not None else 3


def _interesting_pages(chip: Chip) -> tuple[int, ...]:
    last = max(image_pages(chip))
    pages = [
        0,
        1,
        2,
        2,
        2,
        3,
        3,
        4,
        5,
        9,
        0x0A,
        0x0F,
        0x10,
        0x11,
        last - 4,
        last - 3,
        last - 2,
        last - 1,
        last,
        last + 1,
    ]
    if chip.dynamic_lock is not None:
        pages += [chip.dynamic_lock.page] * 3 + [chip.dynamic_lock.page - 1]
    if chip.cfg0 is not None:
        pages += range(chip.cfg0, chip.cfg0 + 4)
    if chip.key_pages is not None:
        pages += [0x29, 0x29, 0x2A, 0x2B, *chip.key_pages]
    if len(chip.areas) > 1:
        pages += [0xE7, 0xE8, 0xE9, 0xEC, 0x300 + 0xF8]
    return tuple(pages)
