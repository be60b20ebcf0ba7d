"""Reads of a tag what its state needs, in as few exchanges as it takes.

The order matters. GET_VERSION and READ_SIG come first: they work whatever is protected, and no counter moves. Then
READ_CNT, for a chip with an NFC counter: where that is on, the first READ or FAST_READ after a power-up counts it up
by one, for ever. If the counter answers it is taken to be on, and memory is not read unless that was allowed. If it
refuses, it is off, or on and behind the password; nothing but memory itself tells which, so memory is read, and what
that has done or may have done is told. Without a native route there is no READ_CNT, and the same holds.

No password is ever tried. NXP's data sheet of NTAG213/215/216 does not say whether a counter that is off answers;
public emulations refuse.
"""

from typing import Final

from cardscope.decode.tag_config import tag_config
from cardscope.identify.chip_identity import ChipIdentity
from cardscope.identify.readout import TagReadout
from cardscope.identify.tag_link import PAGE_SIZE, TagLink
from cardscope.readers.families import FailureKind, NativeFailure
from cardscope.tags.catalogue import SECTOR, Chip, Command

_READ_PAGES: Final = 4
_COUNTER_BYTES: Final = 2
_ULTRALIGHT: Final = 0x03
"""The product type in GET_VERSION of a family whose counters reading leaves alone."""
_NFC_COUNTER: Final = 2
"""The NFC counter's address on every chip of NXP's that has one."""


class TagReader:
    """Collects what is read of one tag."""

    def __init__(self, link: TagLink, uid: bytes) -> None:
        self._link = link
        self._uid = uid
        self._pages: dict[int, bytes] = {}
        self._unreadable: dict[int, str] = {}
        self._asked: set[int] = set()
        self._signature: bytes | None = None
        self._counters: dict[int, int] = {}
        self._protected_from: int | None = None
        self._withheld = ""

    def page(self, page: int) -> bytes | None:
        """The page as far as it was read."""
        return self._pages.get(page)

    def readout(self, identity: ChipIdentity) -> TagReadout:
        """What is known so far. That pages are missing which the chip does not have is no news."""
        areas = identity.chip.areas if identity.chip is not None else (range(SECTOR),)
        unreadable = {page: why for page, why in sorted(self._unreadable.items()) if any(page in a for a in areas)}
        return TagReadout(
            uid=self._uid,
            identity=identity,
            pages=dict(sorted(self._pages.items())),
            unreadable=unreadable,
            signature=self._signature,
            counters=dict(self._counters),
            read_protected_from=self._protected_from,
            counted_by_reading=self._counted(identity),
            withheld=self._withheld,
        )

    def forget_failures(self) -> None:
        """What could not be read may be tried again, on another route."""
        self._asked.intersection_update(self._pages)
        self._unreadable.clear()

    async def read(self, first: int, chip: Chip | None = None) -> bool:
        """READ of 4 pages from ``first`` on, unless that has been tried; whether ``first`` is known then.

        What rolled over to page 0 is not taken for the pages that were asked for.
        """
        if first in self._asked:
            return first in self._pages
        self._asked.add(first)
        answer = await self._link.read(first)
        if isinstance(answer, NativeFailure):
            self._unreadable[first] = f"Page {first} could not be read: {_clause(answer.text)}"
            return False
        end = chip.roll_over + 1 if chip is not None and chip.roll_over is not None else None
        page0 = self._pages.get(0)
        for index in range(_READ_PAGES):
            page = first + index
            content = answer[index * PAGE_SIZE : (index + 1) * PAGE_SIZE]
            if page == end:
                break
            if page and content == page0:
                # Under PROT a READ that began below AUTH0 goes on with page 0 there.
                if chip is not None and end is not None:
                    self._protected_from = page
                break
            if page == 0:
                page0 = content
            self._pages[page] = content
        return first in self._pages

    async def read_state(self, identity: ChipIdentity, *, may_count: bool) -> None:
        """Everything that the state of this tag needs. ``may_count`` allows that reading counts the NFC counter up."""
        chip = identity.chip
        if chip is not None and Command.READ_SIG in chip.commands and self._link.has_route:
            signature = await self._link.read_sig()
            self._signature = None if isinstance(signature, NativeFailure) else signature
        if await self._counts(identity) and not may_count:
            self._withhold()
            return
        if chip is None:
            await self.read(0)
            await self.read(_READ_PAGES)
            return
        if not await self._fast_read_first(chip):
            if not await self.read(0, chip):
                self._protected_from = 0
                return
            if not self._is_protected(chip.user_first) and not await self.read(chip.user_first, chip):
                self._protected_from = chip.user_first
        await self._read_settings(chip)
        self._drop_unreadable(chip)
        await self._read_counters(chip)

    async def _counts(self, identity: ChipIdentity) -> bool:
        """Whether the tag has an NFC counter that answers."""
        address = _nfc_counter(identity)
        if address is None or not self._link.has_route:
            return False
        count = await self._link.read_cnt(address)
        if isinstance(count, NativeFailure) and count.kind is not FailureKind.NAK:
            count = await self._link.read_cnt(address)  # a disturbed answer must not pass for a refusal
        if isinstance(count, NativeFailure):
            return False
        self._counters[address] = count
        return True

    def _withhold(self) -> None:
        (count,) = self._counters.values()
        self._withheld = (
            f"Its memory was not read: its NFC counter answers (it stands at {count}), and where that is on, reading "
            "counts it up by one, for ever. To read it all the same: “Identify again, and let it count” in the window, "
            "--count on the command line."
        )

    def _counted(self, identity: ChipIdentity) -> bool | None:
        """See :attr:`TagReadout.counted_by_reading`."""
        address = _nfc_counter(identity)
        if address is None or not self._pages:
            return False
        if (chip := identity.chip) is None:
            return None
        cfg0, cfg1 = self._page_or_none(chip.cfg0), self._page_or_none(chip.cfg1)
        if cfg0 is None or cfg1 is None:
            return True if address in self._counters else None
        return tag_config(chip, cfg0, cfg1).nfc_counter

    async def _fast_read_first(self, chip: Chip) -> bool:
        """What READ takes two commands for in one: the first pages of the tag and of its user memory. Where there is
        no such command, or it is refused because of protected pages among them, READ is left."""
        family, last = self._link.family, chip.user_first + _READ_PAGES - 1
        # Without a roll-over, protected pages come as 00 instead of a refusal, and pass for pages that hold 00.
        if family is None or Command.FAST_READ not in chip.commands or chip.roll_over is None:
            return False
        if family.fast_read_pages <= last:
            return False
        answer = await self._link.fast_read(0, last)
        if isinstance(answer, NativeFailure):
            return False
        for page in range(last + 1):
            self._pages[page] = answer[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        return True

    async def _read_settings(self, chip: Chip) -> None:
        """Dynamic lock bytes and configuration, which lie beside each other."""
        wanted = [chip.cfg0, chip.cfg1]
        if (lock := chip.dynamic_lock) is not None:
            if lock.page >= SECTOR:
                self._unreadable[lock.page] = (
                    f"Locks of the later pages (sector {lock.page // SECTOR}) were not checked."
                )
            else:
                wanted.insert(0, lock.page)
        for page in wanted:
            if page is None or page in self._pages:
                continue
            if self._is_protected(page):
                continue
            if await self.read(page, chip):
                continue
            await self._find_protection(chip, page)
            if page not in self._pages:
                return

    async def _find_protection(self, chip: Chip, refused: int) -> None:
        """Two more reads, for where the protection may begin between the first user pages and page ``refused``: right
        behind those, or just before it."""
        family = self._link.family
        # A tag that loses the field by being selected anew would count the next read once more.
        keeps_field = family is not None and bool(family.select)
        if chip.roll_over is None or not (keeps_field or chip.nfc_counter is None):
            return
        following = chip.user_first + _READ_PAGES
        if self._protected_from is not None or following - 1 not in self._pages or following >= refused:
            return
        if not await self.read(following, chip):
            self._protected_from = following
            return
        last = refused - _READ_PAGES + 1
        if not self._is_protected(last) and await self.read(last, chip) and refused in self._pages:
            self._unreadable.pop(refused, None)  # it was only disturbed

    def _is_protected(self, page: int) -> bool:
        return self._protected_from is not None and page >= self._protected_from

    def _drop_unreadable(self, chip: Chip) -> None:
        """PWD and PACK show as 00, which is not what they hold."""
        for area in chip.unreadable:
            for page in area:
                self._pages.pop(page, None)

    async def _read_counters(self, chip: Chip) -> None:
        if Command.READ_CNT not in chip.commands:
            self._counters.update(_counters_in_memory(chip, self._pages))
            return
        if not self._link.has_route:
            return
        # An NFC counter that has answered before may have been counted up by reading meanwhile.
        wanted = chip.counters if chip.nfc_counter is None else tuple(self._counters)
        for address in wanted:
            count = await self._link.read_cnt(address)
            if isinstance(count, NativeFailure):
                return
            self._counters[address] = count

    def _page_or_none(self, page: int | None) -> bytes | None:
        return self._pages.get(page) if page is not None else None


def _nfc_counter(identity: ChipIdentity) -> int | None:
    """The address of the counter that reading counts up, of a chip that has one, or for all that is known may."""
    if identity.chip is not None:
        return identity.chip.nfc_counter
    version = identity.version or b""
    return _NFC_COUNTER if len(version) > 2 and version[2] != _ULTRALIGHT else None


def _counters_in_memory(chip: Chip, pages: dict[int, bytes]) -> dict[int, int]:
    """Ultralight C keeps its 16-bit counter in a page of its own, low byte first."""
    return {page: int.from_bytes(pages[page][:_COUNTER_BYTES], "little") for page in chip.counters if page in pages}


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
