"""Which rows the page table has: pages, folded runs of equal pages, and headings of sectors. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cardscope.memory.page_area import Area, page_area
from cardscope.tags.catalogue import SECTOR
from cardscope.tags.snapshot import TagSnapshot

_SHORTEST_RUN = 4
"""Fewer equal pages than this are shown one by one."""


class RowKind(Enum):
    PAGE = auto()
    FOLD = auto()
    """Stands for pages of a run of equal ones; when the run is open it stands before them."""
    SECTOR = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """``first`` and ``count`` say which pages, by their place in the document's ``pages``. ``opened`` goes with FOLD:
    the pages have rows of their own below."""

    kind: RowKind
    first: int
    count: int = 1
    opened: bool = False


def runs(snapshot: TagSnapshot, pages: Sequence[int]) -> tuple[range, ...]:
    """The runs of equal neighbouring user pages in ``pages``, by their places there: the same content, or not read for
    the same reason."""
    found: list[range] = []
    start = 0
    for place in range(1, len(pages) + 1):
        same = (
            place < len(pages)
            and pages[place] == pages[place - 1] + 1
            and pages[place] % SECTOR != 0
            and _key(snapshot, pages[place]) == _key(snapshot, pages[start])
        )
        if not same:
            if place - start >= _SHORTEST_RUN and page_area(snapshot.chip, pages[start]) is Area.USER:
                found.append(range(start, place))
            start = place
    return tuple(found)


def rows(
    pages: Sequence[int], foldable: Sequence[range], opened: Collection[int], changed: Collection[int] = ()
) -> Iterator[Row]:
    """All rows in order. ``opened`` has the first places of the runs that are shown page by page, ``changed`` the
    places that are shown whatever run they are in."""
    by_start = {run.start: run for run in foldable}
    sectors = pages[-1] >= SECTOR if pages else False
    place = 0
    while place < len(pages):
        if sectors and (place == 0 or pages[place] // SECTOR != pages[place - 1] // SECTOR):
            yield Row(RowKind.SECTOR, place, 0)
        run = by_start.get(place)
        if run is None:
            yield Row(RowKind.PAGE, place)
            place += 1
            continue
        if run.start in opened:
            yield Row(RowKind.FOLD, run.start, len(run), opened=True)
            yield from (Row(RowKind.PAGE, at) for at in run)
        else:
            yield from _folded(run, changed)
        place = run.stop


def _folded(run: range, changed: Collection[int]) -> Iterator[Row]:
    """The run without the changed pages in it, which have rows of their own."""
    start = run.start
    for at in (*(place for place in run if place in changed), run.stop):
        if at - start >= _SHORTEST_RUN:
            yield Row(RowKind.FOLD, start, at - start)
        else:
            yield from (Row(RowKind.PAGE, place) for place in range(start, at))
        if at < run.stop:
            yield Row(RowKind.PAGE, at)
        start = at + 1


def _key(snapshot: TagSnapshot, page: int) -> tuple[Area, bytes | str]:
    content = snapshot.pages.get(page)
    return page_area(snapshot.chip, page), snapshot.unreadable.get(page, "") if content is None else content
