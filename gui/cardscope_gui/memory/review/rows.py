"""Rows of words and bytes: what steps, end states and comparisons are shown in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.marks import Mark, paint_mark

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW = 28
_PADDING = 8
_MARK = 14
_SLACK = 4
"""A screen measures a text a little wider than it was measured without one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``changed`` are the numbers of the words of ``text`` that stand out, for bytes that are others than before."""

    text: str
    token: str = "text"
    mono: bool = False
    mark: Mark | None = None
    changed: frozenset[int] = frozenset()


@dataclass(slots=True)
class Row:
    """``key`` is what it is about."""

    key: int
    cells: tuple[Cell, ...]
    detail: str = ""
    """All there is to say of it, sentences."""


class RowsModel(QAbstractTableModel):
    """Rows under ``headers``."""

    def __init__(self, headers: Sequence[str], parent: Any = None) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def set_cell(self, row: int, column: int, cell: Cell) -> None:
        """Another cell in place of one."""
        cells = list(self.rows[row].cells)
        cells[column] = cell
        self.rows[row].cells = tuple(cells)
        index = self.index(row, column)
        self.dataChanged.emit(index, index)

    def set_header(self, column: int, text: str) -> None:
        """Another heading over a column."""
        headers = list(self._headers)
        headers[column] = text
        self._headers = tuple(headers)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, column, column)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[index.column()].text
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                said = zip(self._headers, row.cells, strict=True)
                return ", ".join(f"{name} {cell.text}".strip() for name, cell in said if cell.text)
            case Qt.ItemDataRole.AccessibleDescriptionRole | Qt.ItemDataRole.ToolTipRole:
                return row.detail or None
            case _:
                return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: "RowsView", model: RowsModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self.dress()

    def dress(self) -> None:
        self.text, self.mono = theme.ui_font(13), theme.mono_font(13)
        self._metrics, self._mono_metrics = QFontMetrics(self.text), QFontMetrics(self.mono)

    def width(self, index: AnyIndex) -> int:
        row = self._model.rows[index.row()]
        cell = row.cells[index.column()]
        text = (self._mono_metrics if cell.mono else self._metrics).horizontalAdvance(cell.text)
        wide = text + 2 * theme.px(_PADDING) + _SLACK
        if cell.mark is not None:
            wide += theme.px(_MARK + 6)
        return wide

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(0, theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = self._model.rows[index.row()]
        cell = row.cells[index.column()]
        rect: QRect = option.rect.adjusted(theme.px(_PADDING), 0, -theme.px(_PADDING), 0)  # type: ignore[attr-defined]
        painter.save()
        if cell.mark is not None:
            half = theme.px(_MARK) / 2
            centre = QRectF(rect.left(), rect.top(), 2 * half, rect.height()).center()
            paint_mark(painter, cell.mark, centre, _MARK)
            rect.setLeft(rect.left() + theme.px(_MARK + 6))
        painter.setFont(self.mono if cell.mono else self.text)
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if cell.changed:
            for number, word in enumerate(cell.text.split(" ")):
                painter.setPen(theme.color(cell.token if number in cell.changed else "text3"))
                painter.drawText(rect, middle, word)
                rect.setLeft(rect.left() + metrics.horizontalAdvance(f"{word} "))
        else:
            painter.setPen(theme.color(cell.token))
            painter.drawText(rect, middle, metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, rect.width()))
        painter.restore()


class RowsView(QTreeView):
    """Shows a :class:`RowsModel`. The column ``wide`` takes what is left."""

    current_changed = Signal(object)
    """The current :class:`Row`, or ``None``."""

    def __init__(self, model: RowsModel, name: str, wide: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._wide = wide
        self._delegate = _Delegate(self, model)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(1)
        self.header().setSectionsClickable(False)
        model.modelReset.connect(self.fit)
        model.dataChanged.connect(self._cell_changed)
        theme.notifier().changed.connect(self._dress)
        self._dress()

    @property
    def current(self) -> Row | None:
        """The row of the keyboard."""
        index = self.currentIndex()
        return self._rows.rows[index.row()] if index.isValid() else None

    def go_to(self, row: int) -> None:
        """Makes that row the current one."""
        self.setCurrentIndex(self._rows.index(row, 0))

    def fit(self) -> None:
        """Shares the width out: each column what its cells need, the wide one the rest."""
        header = self.header()
        needed = [self._needed(column) for column in range(self._rows.columnCount())]
        others = sum(width for column, width in enumerate(needed) if column != self._wide)
        needed[self._wide] = max(theme.px(80), self.viewport().width() - others)
        for column, width in enumerate(needed):
            header.resizeSection(column, width)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        self.current_changed.emit(self._rows.rows[current.row()] if current.isValid() else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a dialog must not take it for a wish to go on
        else:
            super().keyPressEvent(event)

    def _cell_changed(self, index: QModelIndex) -> None:
        if self._delegate.width(index) > self.header().sectionSize(index.column()):
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect: QRect = options.rect  # type: ignore[attr-defined]
        rect = QRect(0, rect.top(), self.viewport().width(), rect.height())
        if self.selectionModel().isSelected(index.sibling(index.row(), 0)):
            painter.fillRect(rect, theme.color("sel"))
        super().drawRow(painter, options, index)
        if self.hasFocus() and index.row() == self.currentIndex().row():
            painter.save()
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
            painter.restore()

    def _needed(self, column: int) -> int:
        title = self.header().fontMetrics().horizontalAdvance(self._rows.headerData(column, Qt.Orientation.Horizontal))
        if column == self._wide:
            return 0
        different: dict[object, int] = {}
        for number, row in enumerate(self._rows.rows):
            cell = row.cells[column]
            different[cell.mark, len(cell.text) if cell.mono else cell.text] = number
        cells = (self._delegate.width(self._rows.index(number, column)) for number in different.values())
        return max(title + 2 * theme.px(_PADDING), *cells, 0)

    def _dress(self) -> None:
        colors = theme.tokens()
        self.setStyleSheet(
            f"QHeaderView {{ background: transparent; border: none; }}"
            f"QHeaderView::section {{ background: transparent; color: {colors.text2}; border: none;"
            f" border-bottom: 1px solid {colors.divider}; padding: {theme.px(4)}px {theme.px(_PADDING)}px;"
            f" font-size: {theme.px(12)}px; }}"
            f"QTreeView {{ selection-background-color: transparent; selection-color: {colors.text}; }}"
        )
        self._delegate.dress()
        self.fit()
