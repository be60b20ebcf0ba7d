"""The editor of a script: line numbers, what came of each line, where a run stands, and what is wrong."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QMimeData, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from cardscope.scripts import ScriptError, Verdict
from cardscope_gui import icons, theme
from cardscope_gui.scripts.colours import ScriptColours
from cardscope_gui.widgets.marks import Mark, paint_mark

_MARK = 14
_GAP = 6
_EDGE = 2
MARKS = {
    Verdict.PASSED: Mark.TICK,
    Verdict.FAILED: Mark.CROSS,
    Verdict.ERROR: Mark.CROSS,
    Verdict.DONE: Mark.RING,
}


class ScriptEditor(QPlainTextEdit):
    """Plain text. Tab goes on to the next widget, as everywhere in the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gutter = _Gutter(self)
        self._colours = ScriptColours(self)
        self._marks: dict[int, Mark] = {}
        self._errors: tuple[ScriptError, ...] = ()
        self._line: int | None = None
        self.setAccessibleName(self.tr("Script"))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        first = self.tr("Paste or type a script: a command in hex a line, “#” before a comment.")
        second = self.tr("Under a command, “expect 90 00” says what is to come.")
        self.setPlaceholderText(f"{first}\n{second}")
        self.blockCountChanged.connect(self._place_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def errors(self) -> tuple[ScriptError, ...]:
        """What is marked as wrong."""
        return self._errors

    def insertFromMimeData(self, source: QMimeData) -> None:
        # Qt's own way makes a second document of the text first.
        with self._jump():
            self.insertPlainText(source.text())
            self.ensureCursorVisible()

    @contextmanager
    def _jump(self) -> Generator[None]:
        """To go far: while nothing is to be painted, Qt does not lay out every line in between."""
        self.viewport().setUpdatesEnabled(False)
        try:
            yield
        finally:
            self.viewport().setUpdatesEnabled(True)
            self._colours.renew()

    def show_errors(self, errors: tuple[ScriptError, ...]) -> None:
        """Marks the places of ``errors``."""
        self._errors = errors
        self.setAccessibleDescription(" ".join(map(str, errors)))
        self._select()

    def show_line(self, line: int | None) -> None:
        """Marks the line whose turn it is, and brings it into view."""
        if line == self._line:
            return
        self._line = line
        self._select()
        if line is not None:
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid() and not self.viewport().rect().contains(self._area(line)):
                with self._jump():
                    self.setTextCursor(QTextCursor(block))
                    self.centerCursor()

    def show_mark(self, line: int, verdict: Verdict) -> None:
        """Marks what came of a line; where it is repeated, the worst."""
        if self._marks.get(line) is not Mark.CROSS:
            self._marks[line] = MARKS[verdict]
            self._gutter.update()

    def clear_marks(self) -> None:
        """No line has been carried out."""
        self._marks = {}
        self._gutter.update()

    def marks(self) -> Mapping[int, Mark]:
        """What is marked, by line."""
        return self._marks

    def go_to(self, line: int, column: int = 1) -> None:
        """Puts the cursor there, from 1 on."""
        block = self.document().findBlockByNumber(line - 1)
        if block.isValid():
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + min(column - 1, len(block.text())))
            with self._jump():
                self.setTextCursor(cursor)
                self.centerCursor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def gutter_width(self) -> int:
        """Of the line numbers with their marks."""
        digits = max(2, len(str(self.blockCount())))
        return theme.px(_MARK + 3 * _GAP) + digits * self.fontMetrics().horizontalAdvance("0")

    def paint_gutter(self, area: QRect) -> None:
        """Paints ``area`` of the line numbers."""
        painter = QPainter(self._gutter)
        painter.fillRect(area, theme.color("panel"))
        painter.setFont(theme.mono_font(12))
        block = self.firstVisibleBlock()
        width = self._gutter.width()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset()).translated(0, -_EDGE)
            if place.top() > area.bottom():
                break
            line = block.blockNumber() + 1
            centre = QPointF(theme.px(_GAP) + theme.px(_MARK) / 2, place.center().y())
            if line == self._line:
                painter.fillRect(QRectF(0, place.top(), width, place.height()), theme.color("sel"))
                self._draw(painter, "arrow-right", "accent", centre)
            elif any(line == error.line for error in self._errors):
                self._draw(painter, "caution", "bad", centre)
            elif (mark := self._marks.get(line)) is not None:
                paint_mark(painter, mark, centre, _MARK - 4 if mark is Mark.RING else _MARK)
            painter.setPen(theme.color("text" if line == self._line else "text3"))
            right = QRectF(0, place.top(), width - theme.px(_GAP), place.height())
            painter.drawText(right, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(line))
            block = block.next()
        painter.end()

    def _draw(self, painter: QPainter, name: str, token: str, centre: QPointF) -> None:
        drawn = icons.pixmap(name, token, _MARK, self.devicePixelRatioF())
        painter.drawPixmap(centre - QPointF(theme.px(_MARK) / 2, theme.px(_MARK) / 2), drawn)

    def _area(self, line: int) -> QRect:
        block = self.document().findBlockByNumber(line - 1)
        return self.blockBoundingGeometry(block).translated(self.contentOffset()).toRect().adjusted(0, 0, -(1 << 20), 0)

    def _select(self) -> None:
        selections: list[QTextEdit.ExtraSelection] = []
        if self._line is not None:
            shown = QTextCharFormat()
            shown.setBackground(theme.color("sel"))
            shown.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selections.append(self._selection(self._line, 1, 0, shown))
        for error in self._errors:
            shown = QTextCharFormat()
            shown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            shown.setUnderlineColor(QColor(theme.color("bad")))
            text = self.document().findBlockByNumber(error.line - 1).text()
            start = min(error.column - 1, max(len(text) - 1, 0))
            end = next((at for at in range(start + 1, len(text)) if text[at].isspace()), len(text))
            selections.append(self._selection(error.line, start + 1, max(end - start, 1), shown))
        self.setExtraSelections(selections)
        self._gutter.update()

    def _selection(self, line: int, column: int, length: int, shown: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        block = self.document().findBlockByNumber(line - 1)
        cursor = QTextCursor(block)
        start = block.position() + column - 1
        cursor.setPosition(start)
        cursor.setPosition(min(start + length, block.position() + len(block.text())), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue] not in Qt's stubs
        made.format = shown  # pyright: ignore[reportAttributeAccessIssue]
        return made

    def _place_gutter(self) -> None:
        width = self.gutter_width()
        self.setViewportMargins(width, 0, 0, 0)
        area = self.contentsRect().adjusted(_EDGE, _EDGE, 0, -_EDGE)  # the ring shows around it
        self._gutter.setGeometry(area.left(), area.top(), width, area.height())

    def _scroll_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def _theme_changed(self) -> None:
        self.setFont(theme.mono_font(13))
        colors = theme.tokens()
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {colors.sunken}; color: {colors.text}; border: 1px solid {colors.border};"
            f" border-radius: 6px; selection-background-color: {colors.fill}; selection-color: {colors.onfill}; }}"
            f"QPlainTextEdit:focus {{ border: 2px solid {colors.accent}; }}"
        )
        self._colours.renew()
        self._place_gutter()
        self._select()


class _Gutter(QWidget):
    def __init__(self, editor: ScriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_gutter(event.rect())
