"""The table of a comparison: a page a row, with its bytes on both sides and what the difference means."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from cardscope.decode.hex import format_hex
from cardscope_gui import theme
from cardscope_gui.files.compare_rows import CompareRow
from cardscope_gui.files.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole
_ROW, _SIDE, _BYTE = 28, 8, 26
_PAGE_WIDTH, _MEANING_LEAST = 104, 160
_EDGE = 24
_LEAST_BYTES = 4 * _BYTE + 2 * _SIDE


class Column(IntEnum):
    """In the order of the table."""

    PAGE = 0
    LEFT = 1
    RIGHT = 2
    MEANING = 3


class CompareModel(QAbstractTableModel):
    """All rows, or those that differ or have something staged."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[CompareRow] = []
        self._rows: list[CompareRow] = []
        self._names = ("", "")
        self._everything = False

    def show_rows(self, rows: Sequence[CompareRow], left: str, right: str, *, everything: bool) -> None:
        """Shows ``rows``, with the names of the two sides; ``everything``: those without a difference and with nothing
        staged, too."""
        self.beginResetModel()
        self._all, self._names, self._everything = list(rows), (left, right), everything
        self._rows = [row for row in rows if everything or row.differs or row.staged]
        self.endResetModel()

    @property
    def rows(self) -> Sequence[CompareRow]:
        """Those that are shown."""
        return self._rows

    @property
    def differing(self) -> int:
        """How many pages differ, shown or not."""
        return sum(row.differs for row in self._all)

    def row_at(self, index: AnyIndex) -> CompareRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return (tr("Page"), *self._names, tr("What differs"))[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        if role == RowRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _cell(row, index.column(), spoken=role == Qt.ItemDataRole.AccessibleTextRole)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.MEANING:
            return " ".join(filter(None, (row.staged, row.meaning)))
        return None


def _cell(row: CompareRow, column: int, *, spoken: bool) -> str:
    match column:
        case Column.PAGE:
            if spoken:
                return tr("Page {0}").format(row.page)
            return f"{row.page:03d}  {row.page:02X}h"
        case Column.LEFT | Column.RIGHT:
            content = row.left if column == Column.LEFT else row.right
            return tr("Not known") if content is None else format_hex(content, " ")
        case _:
            return " ".join(filter(None, (row.staged, row.meaning or tr("The same"))))


class _Delegate(QStyledItemDelegate):
    """Bytes that differ stand in a frame, those that do not are quieter."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(0, theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        row: CompareRow = index.data(RowRole)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(area, theme.color("sel"))
        painter.setPen(QPen(theme.color("divider"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        inner = area.adjusted(theme.px(_SIDE), 0, -theme.px(_SIDE), 0)
        quiet = "text2" if selected else "text3"
        match index.column():
            case Column.PAGE:
                if state & QStyle.StateFlag.State_HasFocus or self._is_current(index):
                    painter.fillRect(QRect(area.left(), area.top(), theme.px(3), area.height()), theme.color("accent"))
                inner = area.adjusted(theme.px(_EDGE), 0, 0, 0)
                self._words(painter, inner, str(index.data()), theme.mono_font(13), "text2")
            case Column.LEFT | Column.RIGHT:
                content = row.left if index.column() == Column.LEFT else row.right
                if content is None:
                    self._words(painter, inner, str(index.data()), theme.ui_font(12), quiet)
                else:
                    self._bytes(painter, inner, row, content, quiet)
            case _:
                token = "text" if row.differs else quiet
                self._words(painter, inner, str(index.data()), theme.ui_font(13), token)
        painter.restore()

    def _is_current(self, index: AnyIndex) -> bool:
        view = self.parent()
        return isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == index.row()

    def _bytes(self, painter: QPainter, place: QRect, row: CompareRow, content: bytes, quiet: str) -> None:
        plain, strong = theme.mono_font(13), theme.mono_font(13, QFont.Weight.DemiBold)
        width = theme.px(_BYTE)
        for offset, value in enumerate(content):
            cell = QRect(place.left() + offset * width, place.top() + 3, width - 2, place.height() - 7)
            cell = QStyle.visualRect(self._direction(), place, cell)
            other = row.differing(offset)
            if other:
                painter.setPen(QPen(theme.color("pend"), 1))
                painter.setBrush(theme.color("pend_bg"))
                painter.drawRoundedRect(cell, 4, 4)
            painter.setFont(strong if other else plain)
            painter.setPen(theme.color("text" if other else quiet))
            painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), f"{value:02X}")

    def _words(self, painter: QPainter, place: QRect, text: str, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        side = QStyle.visualAlignment(self._direction(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), shown)

    def _direction(self) -> Qt.LayoutDirection:
        view = self.parent()
        return view.layoutDirection() if isinstance(view, QWidget) else Qt.LayoutDirection.LeftToRight


class CompareTable(QTableView):
    """Rows are selected as in any list: with Shift and Ctrl, and all with Ctrl+A."""

    def __init__(self, model: CompareModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("Pages of the two"))
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def chosen(self) -> list[int]:
        """The pages that are selected, in order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.rows[row].page for row in rows if row < len(self._model.rows)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - theme.px(_PAGE_WIDTH)
        side = max(theme.px(_LEAST_BYTES), min(theme.px(220), (room - theme.px(_MEANING_LEAST)) // 3))
        self.setColumnWidth(Column.PAGE, theme.px(_PAGE_WIDTH))
        self.setColumnWidth(Column.LEFT, side)
        self.setColumnWidth(Column.RIGHT, side)
        self.setColumnWidth(Column.MEANING, max(theme.px(_MEANING_LEAST), room - 2 * side))

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
