"""Paints the rows of the page table. One pass over the rows in view, from lines that are ready: it keeps up with
scrolling at 60 frames a second, which a delegate that is asked cell by cell does not."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from cardscope_gui import icons, theme
from cardscope_gui.memory.lines import Cell, CellState, FoldLine, Line, PageLine, SectorLine
from cardscope_gui.memory.metrics import Metrics

_RAIL_LEFT = 8
_RAIL = 4
_TINT_DARK = 0.10
_TINT_LIGHT = 0.09
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_FRAMES = {
    CellState.CHANGED: ("pend", "pend_bg"),
    CellState.PERMANENT: ("warn", "warn_bg"),
    CellState.REFUSED: ("bad", "bad_bg"),
}


class RowPainter:
    """``begin`` before the rows of one paint event, ``row`` for each."""

    def __init__(self) -> None:
        self._colours: dict[str, QColor] = {}
        self._tints: dict[str, QColor] = {}
        self._dimmed = False
        self._cursor_offset: int | None = None
        self._second_digit = 0.0
        theme.notifier().changed.connect(self.forget)

    def forget(self) -> None:
        """The colours are others now."""
        self._colours.clear()
        self._tints.clear()

    def begin(self, painter: QPainter, metrics: Metrics, *, dimmed: bool) -> None:
        """``dimmed``: the card is gone, what is shown is what was."""
        self._painter, self._m, self._dimmed = painter, metrics, dimmed
        mono = QFontMetrics(metrics.mono)
        self._baseline = (metrics.row + mono.capHeight()) / 2
        self._digit = mono.horizontalAdvance("0")
        self._bold_digits = QFontMetrics(metrics.mono_bold).horizontalAdvance("00")
        self._old_digits = QFontMetrics(metrics.old).horizontalAdvance("00")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def row(self, line: Line, top: int, *, cursor: int | None, hovered: bool, selected: range) -> None:
        """Paints ``line`` at ``top``. ``cursor`` is the offset of the byte that the keyboard is on, where it is on this
        row. ``selected`` are the offsets of the selected bytes."""
        self._cursor_offset = cursor
        current = cursor is not None
        if current or hovered:
            self._painter.fillRect(
                QRect(0, top, self._m.width, self._m.row), self._colour("sel" if current else "hover")
            )
        match line:
            case PageLine():
                self._page(line, top, current=current, selected=selected)
            case FoldLine():
                self._fold(line, top, current=current)
            case SectorLine():
                self._sector(line, top)

    def cursor(self, top: int, offset: int | None, *, text: bool, focused: bool, second_digit: bool, bad: bool) -> None:
        """The one ring, round what keys go to in the row at ``top``: the byte at ``offset``, its character with
        ``text``, or without ``offset`` the row. ``second_digit``: the next digit is the second one. ``bad``: a key was
        refused."""
        m = self._m
        if offset is None:
            rect = QRect(m.cells, top, m.width - m.cells - 4, m.row)
        else:
            rect = m.letter_rect(offset, top).adjusted(-2, 1, 2, -1) if text else m.cell_rect(offset, top)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = self._colour("bad" if bad else "accent" if focused else "control")
        self._painter.setPen(QPen(ink, 2 if focused or bad else 1))
        self._painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
        if second_digit and focused and not text:
            bar = QRectF(self._second_digit, rect.top() + self._baseline + 2, self._digit, 2)
            self._painter.fillRect(bar, self._colour("accent"))

    def _page(self, line: PageLine, top: int, *, current: bool, selected: range) -> None:
        m = self._m
        quiet = "text2" if current or self._dimmed else "text3"
        ink = "text2" if self._dimmed else "text"
        if line.starts_area and top > 0:
            self._painter.fillRect(QRect(0, top, m.width, 1), self._colour("divider"))
        self._rail(line.token, top, line.starts_area, line.ends_area)
        self._text(m.mono, ink if current or line.mark else "text2", m.page, top, f"{line.number:03d}")
        self._text(m.small_mono, quiet, m.hex_page, top, f"{line.hex_number:02X}h")
        if line.mark:
            self._icon(line.mark, line.mark_token, m.mark, top)
        if not self._dimmed:
            self._painter.fillRect(QRect(m.cells, top, 4 * m.cell, m.row), self._tint(line.token))
        if selected:
            first, last = selected[0], selected[-1]
            for rect in (
                m.cell_rect(first, top).united(m.cell_rect(last, top)),
                m.letter_rect(first, top).united(m.letter_rect(last, top)),
            ):
                self._painter.fillRect(rect, self._colour("soft"))
        for offset, cell in enumerate(line.cells):
            self._cell(cell, offset, top, quiet="text2" if offset in selected else quiet, ink=ink)
        area = QRect(m.area, top, m.access - m.area - 8, m.row)
        self._elided(m.ui, ink if line.starts_area else quiet, area, line.area)
        if current or not line.plain:
            self._access(line, top, quiet)

    def _cell(self, cell: Cell, offset: int, top: int, *, quiet: str, ink: str) -> None:
        m = self._m
        rect = m.cell_rect(offset, top)
        letter = m.letter_rect(offset, top)
        baseline = top + self._baseline
        if (frame := _FRAMES.get(cell.state)) is not None:
            edge, ground = frame
            self._painter.setPen(QPen(self._colour(edge), 1))
            self._painter.setBrush(self._colour(ground))
            self._painter.drawRoundedRect(QRectF(rect).adjusted(3.5, 2.5, -3.5, -2.5), 4, 4)
            gap = theme.px(6)
            width = (self._old_digits + gap if cell.old else 0) + self._bold_digits
            left = rect.left() + (rect.width() - width) / 2
            if cell.old:
                self._put(m.old, "text2", left, baseline, cell.old)
                left += self._old_digits + gap
            self._put(m.mono_bold, "text", left, baseline, cell.text)
            if offset == self._cursor_offset:
                self._second_digit = left + self._bold_digits / 2
            self._put(m.mono, edge, letter.left() + (letter.width() - self._digit) / 2, baseline, cell.letter)
            return
        colour = quiet if cell.quiet else ink
        width = len(cell.text) * self._digit
        left = rect.left() + (rect.width() - width) / 2
        self._put(m.mono, colour, left, baseline, cell.text)
        if offset == self._cursor_offset:
            self._second_digit = left + self._digit
        if cell.mirrored:
            self._painter.setPen(QPen(self._colour("accent"), 1, Qt.PenStyle.DotLine))
            self._painter.drawLine(QPointF(left - 2, baseline + 4.5), QPointF(left + width + 2, baseline + 4.5))
        dot = cell.letter == "·"
        self._put(
            m.mono, quiet if dot else ink, letter.left() + (letter.width() - self._digit) / 2, baseline, cell.letter
        )

    def _access(self, line: PageLine | FoldLine, top: int, quiet: str) -> None:
        m = self._m
        token = line.access_token if line.access_token != "text3" else quiet
        self._icon(line.access_icon, token, m.access, top)
        if m.access_words:
            left = m.access + theme.px(22)
            words = "text2" if token == quiet else token
            self._elided(m.ui, words, QRect(left, top, m.width - left - 8, m.row), line.access)

    def _fold(self, line: FoldLine, top: int, *, current: bool) -> None:
        m = self._m
        quiet = "text2" if current or self._dimmed else "text3"
        self._painter.fillRect(QRect(0, top, m.width, 1), self._colour("divider"))
        self._rail("area_free", top, True, not line.open)
        self._text(m.small_mono, quiet, m.page, top, f"{line.number:03d}–{line.last:03d}")
        self._icon("chevron-down" if line.open else "chevron-right", quiet, m.mark, top)
        left = m.cells + theme.px(24)
        self._text(m.small, "text2", left, top, line.text)
        if line.access:
            self._access(line, top, quiet)
        if line.changed:
            left += QFontMetrics(m.small).horizontalAdvance(line.text) + theme.px(12)
            self._icon("pencil", "pend", left, top)
            self._text(m.small, "pend", left + theme.px(20), top, line.changed)

    def _sector(self, line: SectorLine, top: int) -> None:
        self._painter.fillRect(QRect(0, top, self._m.width, self._m.row), self._colour("sunken"))
        self._text(theme.ui_font(12, QFont.Weight.DemiBold), "text2", self._m.page, top, line.text)

    def _rail(self, token: str, top: int, starts: bool, ends: bool) -> None:
        above, below = (3 if starts else -3), (3 if ends else -3)
        rail = QRectF(theme.px(_RAIL_LEFT), top + above, theme.px(_RAIL), self._m.row - above - below)
        self._painter.save()
        self._painter.setClipRect(QRect(0, top, self._m.page, self._m.row))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colour(token))
        self._painter.drawRoundedRect(rail, 2, 2)
        self._painter.restore()

    def _text(self, font: QFont, token: str, left: int, top: int, text: str) -> None:
        self._painter.setFont(font)
        self._painter.setPen(self._colour(token))
        self._painter.drawText(QRect(left, top, self._m.width - left, self._m.row), _LEFT, text)

    def _elided(self, font: QFont, token: str, rect: QRect, text: str) -> None:
        shown = text
        metrics = QFontMetrics(font)
        if metrics.horizontalAdvance(text) > rect.width():
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        self._painter.setFont(font)
        self._painter.setPen(self._colour(token))
        self._painter.drawText(rect, _LEFT, shown)

    def _put(self, font: QFont, token: str, x: float, baseline: float, text: str) -> None:
        self._painter.setFont(font)
        self._painter.setPen(self._colour(token))
        self._painter.drawText(QPointF(x, baseline), text)

    def _icon(self, name: str, token: str, left: int, top: int) -> None:
        drawn = icons.pixmap(name, token, 14, self._painter.device().devicePixelRatioF())
        self._painter.drawPixmap(QPointF(left, top + (self._m.row - theme.px(14)) / 2), drawn)

    def _colour(self, token: str) -> QColor:
        if (found := self._colours.get(token)) is None:
            found = self._colours[token] = theme.color(token)
        return found

    def _tint(self, token: str) -> QColor:
        if (found := self._tints.get(token)) is None:
            found = theme.color(token)
            dark = theme.color("surface").lightness() < 128
            found.setAlphaF(_TINT_DARK if dark else _TINT_LIGHT)
            self._tints[token] = found
        return found
