"""Reads pages of a tag in as few exchanges as it takes, and tells what cannot be read from what was only disturbed.

What the chips do (data sheets, READ and FAST_READ): NTAG21x and Ultralight EV1 refuse a FAST_READ that touches a
protected page, and a READ that begins at one; a READ that only runs into one goes on with page 0 there, as it does
behind the last page. NTAG I²C shows pages that do not exist, or are protected, as 00 once a read has begun before them.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from typing import Final

from cardscope.decode.tag_config import tag_config
from cardscope.identify.tag_link import PAGE_SIZE, TagLink
from cardscope.readers.families import NativeFailure
from cardscope.tags.catalogue import SECTOR, Chip, Command
from cardscope.tags.image import image_pages

READ_PAGES: Final = 4

Progress = Callable[[int, int], None]
"""Called with how many pages are done and how many there are."""


def readable_pages(chip: Chip) -> tuple[int, ...]:
    """The pages of ``chip`` that READ shows as they are: without PWD, PACK and keys, and without volatile registers."""
    hidden = {page for area in chip.unreadable for page in area}
    return tuple(page for page in image_pages(chip) if page not in hidden)


def windows(
    chip: Chip, pages: Iterable[int], most: int, *, through: Container[int] | None = None
) -> Iterator[tuple[int, int]]:
    """The fewest runs of at most ``most`` pages, none across a gap in the memory, that hold all of ``pages``: their
    first and last pages. ``through``: the pages that may be read on the way, by default all."""
    run: tuple[int, int] | None = None
    for page in sorted(pages):
        if run is not None:
            first, last = run
            fits = page - first < most and any(first in area and page in area for area in chip.areas)
            if fits and (through is None or all(between in through for between in range(last + 1, page))):
                run = first, page
                continue
            yield run
        run = page, page
    if run is not None:
        yield run


class PageReader:
    """Reads pages of the tag of ``link``, a ``chip``. ``protected_from`` is where the protection against reading begins
    if that is known; ``authenticated``: there is none.

    All methods raise ReaderError as :class:`TagLink` does.
    """

    def __init__(
        self, link: TagLink, chip: Chip, *, protected_from: int | None = None, authenticated: bool = False
    ) -> None:
        self._link = link
        self._chip = chip
        self._readable = frozenset(readable_pages(chip))
        self._protectable = "AUTH0" in chip.fields and not authenticated
        self._expected = protected_from if self._protectable else None
        self._protected_from: int | None = None
        self._looked = False
        self._wanted: frozenset[int] = frozenset()
        self._progress: Progress | None = None
        self._reason = ""
        self.pages: dict[int, bytes] = {}
        """What was read."""
        self.unreadable: dict[int, str] = {}
        """A sentence for each page that was asked for and did not come."""

    @property
    def batches(self) -> bool:
        """Whether one exchange reads many pages."""
        return self._link.family is not None and Command.FAST_READ in self._chip.commands

    async def read(self, pages: Iterable[int], progress: Progress | None = None) -> None:
        """Reads ``pages`` and, where that costs no exchange, those between them."""
        self._wanted, self._progress = frozenset(pages), progress
        await self._find_protection()
        for sector in sorted({page // SECTOR for page in self._wanted}):
            wanted = sorted(page for page in self._wanted if page // SECTOR == sector)
            if sector and not self._link.has_route:
                self._miss(wanted, f"Sector {sector} cannot be selected through this reader.")
            elif self.batches:
                await self._read_windows(wanted)
            else:
                await self._read_slowly(wanted)

    # ---- FAST_READ ---------------------------------------------------------------------------------------------------

    async def _read_windows(self, wanted: list[int]) -> None:
        assert self._link.family is not None
        most = self._link.family.fast_read_pages
        before = [page for page in wanted if self._protected_from is None or page < self._protected_from]
        after = [page for page in wanted if page not in before]
        for part in (before, after):
            self._miss([page for page in part if self._is_closed(page)])
            for first, last in windows(self._chip, (page for page in part if not self._is_closed(page)), most):
                if self._is_closed(first):  # found out meanwhile
                    self._miss(range(first, last + 1))
                else:
                    await self._read_window(first, last)

    async def _read_window(self, first: int, last: int) -> None:
        # Tried twice: a disturbed answer must not pass for a refusal.
        if await self._fast_read(first, last) or await self._fast_read(first, last):
            return
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            if await self._fast_read(low, middle):
                low = middle + 1
            else:
                high = middle
        if await self._fast_read(low, low):
            if low < last:
                await self._read_window(low + 1, last)
            return
        self._refused(low)
        self._miss(range(low, last + 1))

    async def _fast_read(self, first: int, last: int) -> bool:
        answer = await self._link.fast_read(first, last)
        if isinstance(answer, NativeFailure):
            self._reason = answer.text
            return False
        for index, page in enumerate(range(first, last + 1)):
            self._keep(page, answer[PAGE_SIZE * index : PAGE_SIZE * (index + 1)])
        self._tell()
        return True

    # ---- READ --------------------------------------------------------------------------------------------------------

    async def _read_slowly(self, wanted: list[int]) -> None:
        if self._chip.roll_over is not None and 0 not in self.pages and 0 not in wanted:
            await self._read_four(0)  # without page 0 it cannot be seen where a READ goes on with page 0
        done: set[int] = set()
        for page in wanted:
            if page in done:
                continue
            if self._is_closed(page):
                self._miss([page])
            elif (count := await self._read_four(page) or await self._read_four(page)) > 0:
                done.update(range(page, page + count))
            else:
                self._refused(page)
                self._miss([page])

    async def _read_four(self, first: int) -> int:
        """READ from ``first`` on; how many of its 4 pages are those that were asked for."""
        answer = await self._link.read(first)
        if isinstance(answer, NativeFailure):
            self._reason = answer.text
            return 0
        for index in range(READ_PAGES):
            page, content = first + index, answer[PAGE_SIZE * index : PAGE_SIZE * (index + 1)]
            if index and self._may_be_another(page, content):
                return index
            self._keep(page, content)
        self._tell()
        return READ_PAGES

    def _may_be_another(self, page: int, content: bytes) -> bool:
        """Whether this may not be ``page``, though it stands in its place in the answer to a READ before it. A page
        that holds the same as page 0 is asked for by itself."""
        if self._chip.roll_over is None:
            return page not in self._readable or self._is_closed(page)
        return page > self._chip.roll_over or content == self.pages.get(0)

    # ---- Protection --------------------------------------------------------------------------------------------------

    async def _find_protection(self) -> None:
        """Where it is known beforehand, or must be, because protected pages are not refused but shown as 00."""
        if self._looked or not self._protectable:
            return
        self._looked = True
        if self._chip.roll_over is None:
            self._protected_from = await self._protection_of_ntag_i2c()
        elif self._expected is not None and not await self._opens(self._expected):
            self._refused(self._expected)

    async def _protection_of_ntag_i2c(self) -> int | None:
        cfg0, cfg1 = self._chip.cfg0, self._chip.cfg1
        assert cfg0 is not None
        assert cfg1 is not None
        if not await self._opens(cfg0):
            low, high = 0, cfg0  # page ``high`` is refused, those before ``low`` are not
            while low < high:
                middle = (low + high) // 2
                if await self._opens(middle):
                    low = middle + 1
                else:
                    high = middle
            return low
        auth0 = self._chip.fields["AUTH0"].value(self.pages[cfg0])
        if auth0 <= cfg0:
            return None  # it is protected, and shown all the same: only against writing
        if not await self._opens(cfg1):
            return cfg1
        config = tag_config(self._chip, self.pages[cfg0], self.pages[cfg1])
        return auth0 if config.prot and config.protects is not None and auth0 > cfg1 else None

    async def _opens(self, page: int) -> bool:
        """Whether a read can begin at ``page``; it is tried twice."""
        for _ in range(2):
            if await (self._fast_read(page, page) if self.batches else self._read_one(page)):
                return True
        return False

    async def _read_one(self, page: int) -> bool:
        answer = await self._link.read(page)
        if isinstance(answer, NativeFailure):
            self._reason = answer.text
            return False
        self._keep(page, answer[:PAGE_SIZE])
        return True

    def _is_closed(self, page: int) -> bool:
        return (
            self._protected_from is not None
            and self._protected_from <= page < self._chip.auth0_end
            and not any(page in area for area in self._chip.never_protected)
        )

    def _refused(self, page: int) -> None:
        if self._protectable and page < SECTOR:
            self._protected_from = page

    # ---- What came of it ---------------------------------------------------------------------------------------------

    def _keep(self, page: int, content: bytes) -> None:
        if page in self._readable:
            self.pages[page] = content
            self.unreadable.pop(page, None)

    def _miss(self, pages: Iterable[int], why: str = "") -> None:
        for page in pages:
            if page in self._wanted:
                self.unreadable[page] = why or self._why(page)
        self._tell()

    def _why(self, page: int) -> str:
        if self._is_closed(page):
            secret = "key" if self._chip.key_pages is not None else "password"
            return f"Reading from page {self._protected_from} on needs the {secret}."
        return f"Page {page} could not be read. {self._reason}"

    def _tell(self) -> None:
        if self._progress is not None:
            done = sum(page in self.pages or page in self.unreadable for page in self._wanted)
            self._progress(done, len(self._wanted))
