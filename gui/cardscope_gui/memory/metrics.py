"""Where the columns of the page table stand, by the width at hand and the user's fonts."""

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics

from cardscope_gui import theme

ROW = 24
"""The height of a row, in design pixels."""
_MARGIN = 24
_GAP = 10
_MARK = 16
_WIDE_CELL = 64
_NARROW_CELL = 56
_WORDS_FROM = 780
"""The table's width from which the Access column has words beside its drawings."""
_NARROW_FROM = 700


@dataclass(frozen=True, slots=True)
class Metrics:
    """In logical pixels from the table's left edge; a column ends where the next begins."""

    row: int
    page: int
    hex_page: int
    mark: int
    cells: int
    cell: int
    ascii: int
    letter: int
    area: int
    access: int
    width: int
    access_words: bool
    """Whether the Access column has room for words."""
    mono: QFont
    mono_bold: QFont
    old: QFont
    small_mono: QFont
    ui: QFont
    small: QFont

    @property
    def sections(self) -> tuple[int, ...]:
        """The widths of the model's columns: page, four bytes, ASCII, area, access."""
        edges = [0, *(self.cells + n * self.cell for n in range(5)), self.area, self.access, self.width]
        return tuple(after - before for before, after in pairwise(edges))

    def cell_rect(self, offset: int, top: int) -> QRect:
        """Where the byte at ``offset`` (0 to 3) of a row that begins at ``top`` is painted."""
        return QRect(self.cells + offset * self.cell, top, self.cell, self.row)

    def letter_rect(self, offset: int, top: int) -> QRect:
        """The same for its character."""
        return QRect(self.ascii + offset * self.letter, top, self.letter, self.row)

    def offset_at(self, x: int) -> int | None:
        """Which byte of a row is painted at ``x``, as hex or as text; ``None`` elsewhere."""
        if self.cells <= x < self.cells + 4 * self.cell:
            return (x - self.cells) // self.cell
        if self.ascii <= x < self.ascii + 4 * self.letter:
            return (x - self.ascii) // self.letter
        return None


def measure(width: int) -> Metrics:
    """The columns of a table ``width`` logical pixels wide."""
    px = theme.px
    mono = theme.mono_font(13)
    small_mono = theme.mono_font(12)
    advance = QFontMetrics(mono).horizontalAdvance("0")
    narrow = width < px(_NARROW_FROM)
    page = px(_MARGIN)
    hex_page = page + 3 * advance + px(_GAP)
    mark = hex_page + 3 * QFontMetrics(small_mono).horizontalAdvance("0") + px(_GAP)
    cells = mark + px(_MARK + 8)
    old = theme.mono_font(11)
    # Old value, gap, new value in bold, and the frame around them: large fonts need more than the design's width.
    pair = 2 * QFontMetrics(old).horizontalAdvance("0") + 2 * advance + px(18)
    cell = max(px(_NARROW_CELL if narrow else _WIDE_CELL), pair)
    ascii_left = cells + 4 * cell + px(16 if narrow else 20)
    letter = advance + px(1)
    area = ascii_left + 4 * letter + px(24 if narrow else 32)
    words = width >= px(_WORDS_FROM)
    access = max(area + px(60), width - px(200)) if words else max(area + px(60), width - px(52))
    return Metrics(
        row=px(ROW),
        page=page,
        hex_page=hex_page,
        mark=mark,
        cells=cells,
        cell=cell,
        ascii=ascii_left,
        letter=letter,
        area=area,
        access=access,
        width=max(width, access + px(40)),
        access_words=words,
        mono=mono,
        mono_bold=theme.mono_font(13, QFont.Weight.Bold),
        old=old,
        small_mono=small_mono,
        ui=theme.ui_font(13),
        small=theme.ui_font(12),
    )
