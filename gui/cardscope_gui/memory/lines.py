"""What each row of the page table shows, worked out once a change so that painting only paints."""

from dataclasses import dataclass
from enum import Enum, auto

from cardscope_gui.memory.words import tr


class CellState(Enum):
    PLAIN = auto()
    CHANGED = auto()
    PERMANENT = auto()
    """Staged, and part of it can never be taken back."""
    REFUSED = auto()
    """Staged, and cannot be written as it is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One byte. ``text`` is its hex, two middle dots for what is never readable, two en dashes for what was not
    read; ``old`` its value on the tag where another is staged."""

    text: str
    letter: str
    old: str = ""
    state: CellState = CellState.PLAIN
    quiet: bool = False
    mirrored: bool = False
    spoken: str = ""
    """The accessible name."""


@dataclass(frozen=True, slots=True)
class PageLine:
    number: int
    hex_number: int
    """Within its sector, as on air."""
    cells: tuple[Cell, ...]
    area: str
    token: str
    starts_area: bool
    ends_area: bool
    access: str
    access_icon: str
    access_token: str
    why: str
    """A sentence about the access, or why the page was not read."""
    plain: bool
    """Writable and nothing more: not worth saying on every row."""
    mark: str = ""
    """The drawing in the margin: what kind of change is staged."""
    mark_token: str = ""


@dataclass(frozen=True, slots=True)
class FoldLine:
    number: int
    last: int
    text: str
    open: bool
    access: str
    """What all of its pages have in common; empty where they are writable, or differ."""
    access_icon: str
    access_token: str
    changed: str
    """How many pages of it are changed, empty for none."""

    @property
    def spoken(self) -> str:
        """The accessible name."""
        state = tr("shown page by page") if self.open else tr("folded")
        words = tr("Pages {0} to {1}, {2}, {3}").format(self.number, self.last, self.text, state)
        return ", ".join(part for part in (words, self.changed, self.access) if part)


@dataclass(frozen=True, slots=True)
class SectorLine:
    text: str


Line = PageLine | FoldLine | SectorLine
