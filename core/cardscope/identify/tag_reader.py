"""Reads of a tag what its state needs, in as few exchanges as it takes.

The order matters. GET_VERSION and READ_SIG come first: they work whatever is protected, and no counter moves. Reading
memory does count up the NFC counter where that is on (once a power-up), and whether it is on stands in memory: so it
cannot be avoided, only told. READ_CNT is sent only where the counter is known to answer, because a NAK costs the tag
its selection. No password is ever tried.
"""

from typing import Final

from cardscope.decode.tag_config import tag_config
from cardscope.identify.chip_identity import ChipIdentity
from cardscope.identify.readout import TagReadout
from cardscope.identify.tag_link import PAGE_SIZE, TagLink
from cardscope.readers.families import NativeFailure
from cardscope.tags.catalogue import Chip, Command

_READ_PAGES: Final = 4
_SECTOR: Final = 256
_COUNTER_BYTES: Final = 2


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
        self._counted = False

    def page(self, page: int) -> bytes | None:
        """The page as far as it was read."""
        return self._pages.get(page)

    def readout(self, identity: ChipIdentity) -> TagReadout:
        """What is known so far. That pages are missing which the chip does not have is no news."""
        areas = identity.chip.areas if identity.chip is not None else (range(_SECTOR),)
        unreadable = {page: why for page, why in sorted(self._unreadable.items()) if any(page in a for a in areas)}
        return TagReadout(
            uid=self._uid,
            identity=identity,
            pages=dict(sorted(self._pages.items())),
            unreadable=unreadable,
            signature=self._signature,
            counters=dict(self._counters),
            read_protected_from=self._protected_from,
            counted_by_reading=self._counted,
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

    async def read_state(self, chip: Chip | None) -> None:
        """Everything that the state of a tag with this ``chip`` needs."""
        if chip is None:
            await self.read(0)
            await self.read(4)
            return
        if Command.READ_SIG in chip.commands and self._link.has_route:
            signature = await self._link.read_sig()
            self._signature = None if isinstance(signature, NativeFailure) else signature
        if not await self.read(0, chip):
            self._protected_from = 0
            return
        if not self._is_protected(chip.user_first) and not await self.read(chip.user_first, chip):
            self._protected_from = chip.user_first
        await self._read_settings(chip)
        self._drop_unreadable(chip)
        await self._read_counters(chip)

    async def _read_settings(self, chip: Chip) -> None:
        """Dynamic lock bytes and configuration, which lie beside each other."""
        wanted = [chip.cfg0, chip.cfg1]
        if (lock := chip.dynamic_lock) is not None:
            if lock.page >= _SECTOR:
                self._unreadable[lock.page] = (
                    f"The dynamic lock bytes are in sector {lock.page // _SECTOR}, which identification does not enter."
                )
            else:
                wanted.insert(0, lock.page)
        for page in wanted:
            if page is None or page in self._pages:
                continue
            if self._is_protected(page):
                continue
            if not await self.read(page, chip):
                return

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
        if chip.nfc_counter is None:
            wanted = chip.counters
        else:
            cfg0, cfg1 = self._page_or_none(chip.cfg0), self._page_or_none(chip.cfg1)
            if cfg0 is None or cfg1 is None:
                return
            config = tag_config(chip, cfg0, cfg1)
            self._counted = config.nfc_counter
            wanted = chip.counters if config.nfc_counter and not config.counter_protected else ()
        for address in wanted:
            count = await self._link.read_cnt(address)
            if isinstance(count, NativeFailure):
                return
            self._counters[address] = count

    def _page_or_none(self, page: int | None) -> bytes | None:
        return self._pages.get(page) if page is not None else None


def _counters_in_memory(chip: Chip, pages: dict[int, bytes]) -> dict[int, int]:
    """Ultralight C keeps its 16-bit counter in a page of its own, low byte first."""
    return {page: int.from_bytes(pages[page][:_COUNTER_BYTES], "little") for page in chip.counters if page in pages}


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
