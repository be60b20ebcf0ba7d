"""The table of results."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from cardscope_gui import theme
from cardscope_gui.scripts.editor import MARKS
from cardscope_gui.scripts.results import Cell, CellRole, Column, ResultModel
from cardscope_gui.widgets.marks import Mark, paint_mark

AnyIndex = QModelIndex | QPersistentModelIndex
_ROW, _LINE, _SIDE, _EDGE, _MARK = 42, 18, 8, 16, 14
_WIDTHS = {Column.LINE: 60, Column.RESULT: 104}
_SHARES = {Column.SENT: 36, Column.CAME: 36, Column.EXPECTED: 28}
_MOST = 300
"""Characters: more never fits a cell, and laying them out takes time."""


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(0, theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        cell: Cell = index.data(CellRole)
        painter.save()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, theme.color("sel"))
        painter.setPen(QPen(theme.color("divider"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus and index.column() == Column.LINE:
            painter.fillRect(QRect(area.left(), area.top(), theme.px(3), area.height()), theme.color("accent"))
        left = theme.px(_EDGE if index.column() == Column.LINE else _SIDE)
        inner = area.adjusted(left, theme.px(3), -theme.px(_SIDE), 0)
        top = QRect(inner.left(), inner.top(), inner.width(), theme.px(_LINE))
        below = top.translated(0, theme.px(_LINE))
        if cell.verdict is not None:
            mark = MARKS[cell.verdict]
            centre = QPointF(top.left() + theme.px(_MARK) / 2, top.center().y() + 1)
            paint_mark(painter, mark, centre, _MARK - 4 if mark is Mark.RING else _MARK)
            top = top.adjusted(theme.px(_MARK + 6), 0, 0, 0)
            below = below.adjusted(theme.px(_MARK + 6), 0, 0, 0)
        weight = QFont.Weight.Medium if cell.verdict is not None else QFont.Weight.Normal
        first = theme.mono_font(12) if cell.mono else theme.ui_font(13, weight)
        for place, text, font, token in (
            (top, cell.top, first, cell.top_token),
            (below, cell.bottom, theme.ui_font(12), cell.bottom_token),
        ):
            painter.setFont(font)
            painter.setPen(theme.color("text2" if selected and token == "text3" else token))
            shown = QFontMetrics(font).elidedText(text[:_MOST], Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


class ResultView(QTableView):
    """Shows a :class:`ResultModel` and follows its end. Enter or a double click goes to the line."""

    line_wanted = Signal(int)

    def __init__(self, model: ResultModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(self.tr("Results of the script"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)
        model.rowsInserted.connect(self.scrollToBottom)
        self.doubleClicked.connect(self._go_to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._go_to(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - sum(map(theme.px, _WIDTHS.values()))
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, theme.px(width))
        for column, share in _SHARES.items():
            self.setColumnWidth(column, max(80, room * share // 100))

    def _go_to(self, index: AnyIndex) -> None:
        if index.isValid():
            self.line_wanted.emit(self._steps.steps[index.row()].line)

    def _theme_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW))
        colors = theme.tokens()
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView {{ background: {colors.surface}; border: none; }}"
            f"QHeaderView::section {{ background: {colors.surface}; color: {colors.text2}; border: none;"
            f" border-bottom: 1px solid {colors.border}; padding: 0 {theme.px(_SIDE)}px; font-size: {theme.px(12)}px;"
            f" font-weight: 600; min-height: {theme.px(26)}px; }}"
            f"QHeaderView::section:first {{ padding-left: {theme.px(_EDGE)}px; }}"
        )
        self.viewport().update()
