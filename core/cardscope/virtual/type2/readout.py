"""What READ and FAST_READ show of a sector at one moment."""

from collections.abc import Mapping, Set

from cardscope.tags.catalogue import SECTOR, Chip
from cardscope.tags.image import PAGE_SIZE

READ_PAGES = 4
READ_SIZE = READ_PAGES * PAGE_SIZE
NOTHING = bytes(PAGE_SIZE)


class Readout:
    """The readable pages of one sector, laid out so that every answer is one slice."""

    def __init__(self, chip: Chip, shown: Mapping[int, bytes], sector: int, closed: Set[int], *, skip: bool) -> None:
        """``shown``: all pages of the chip. ``closed``: those that cannot be read now. ``skip``: a chip that does not
        roll over shows closed pages as 00 after an open one, and does not refuse."""
        open_pages = bytearray(SECTOR)
        passable = bytearray([1]) * (SECTOR + READ_PAGES)
        if chip.roll_over is not None:
            end = next((page for page in range(chip.roll_over + 1) if page in closed), chip.roll_over + 1)
            open_pages[:end] = bytes([1]) * end
            passable = open_pages
            data = b"".join(shown[page] for page in range(end))
            while data and len(data) < PAGE_SIZE * end + READ_SIZE:  # it rolls over before what is closed
                data += data[:READ_SIZE]
        else:
            pages = range(SECTOR * sector, SECTOR * sector + SECTOR)
            open_pages[:] = bytes(page in shown and page not in closed for page in pages)
            data = b"".join(shown[page] if there else NOTHING for page, there in zip(pages, open_pages, strict=True))
            data += READ_PAGES * NOTHING
            if not skip:
                passable[:SECTOR] = bytes(page not in shown or page not in closed for page in pages)
        self._data = data
        self._open = bytes(open_pages)
        self._passable = bytes(passable)
        self._starts = self._open
        if chip.roll_over is None and not skip:
            self._starts = bytes(
                start and all(passable[page : page + READ_PAGES]) for page, start in enumerate(open_pages)
            )

    def read(self, page: int) -> bytes | None:
        """The 16 bytes from ``page`` on, or ``None`` when they cannot be read."""
        if not self._starts[page]:
            return None
        return self._data[PAGE_SIZE * page : PAGE_SIZE * page + READ_SIZE]

    def fast_read(self, first: int, last: int) -> bytes | None:
        """The pages ``first`` to ``last``, or ``None`` when they cannot be read."""
        if first > last or not self._open[first] or not all(self._passable[first : last + 1]):
            return None
        return self._data[PAGE_SIZE * first : PAGE_SIZE * (last + 1)]
