"""The page table: bytes under a cursor as in a hex editor, beside their text, area and access."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.column import Column
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.lines import Line, PageLine
from cardscope_gui.memory.metrics import Metrics, measure
from cardscope_gui.memory.model import FIRST_BYTE, AnyIndex, PageModel
from cardscope_gui.memory.painter import RowPainter
from cardscope_gui.memory.rows import RowKind
from cardscope_gui.memory.steps import Steps
from cardscope_gui.memory.table_header import PageHeader

_SIGNAL_MS = 260


class PageTable(QTableView):
    """The current index is the cursor, on one of the four byte columns; the bytes between it and the anchor are
    selected, in the order of the memory."""

    moved = Signal()
    """Cursor or selection are elsewhere."""
    typed = Signal(str)
    """A character that belongs into the byte at the cursor."""
    reverted = Signal()
    """Esc: the selected bytes back to what was read."""
    column_changed = Signal()

    def __init__(self, model: PageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._rows = RowPainter()
        self._steps = Steps(model)
        self._metrics = measure(800)
        self._anchor = range(0)
        self._column = Column.HEX
        self._second_digit = False
        self._hovered = -1
        self._dimmed = False
        self._signalling = QTimer(self, singleShot=True, interval=_SIGNAL_MS)
        self._signalling.timeout.connect(self.viewport().update)
        self.setModel(model)
        self.setAccessibleName(self.tr("Memory pages"))
        # Bytes and pages are counted from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        # All of it is painted anew anyway: so scrolling moves what is there and paints the rest.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalHeader(PageHeader(self))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.notifier().changed.connect(self._theme_changed)
        model.modelReset.connect(self._reset)
        model.dataChanged.connect(self.viewport().update)
        self._theme_changed()

    @property
    def metrics(self) -> Metrics:
        """Where the columns stand."""
        return self._metrics

    @property
    def column(self) -> Column:
        """Whether keys are digits or characters."""
        return self._column

    @property
    def second_digit(self) -> bool:
        """Whether the next digit is the second of the byte."""
        return self._second_digit

    @property
    def here(self) -> range:
        """The positions under the cursor: one byte, all of a folded run, or none."""
        index = self.currentIndex()
        if not index.isValid():
            return range(0)
        span = self._model.positions(index.row())
        if self._model.row(index.row()).kind is not RowKind.PAGE:
            return span
        at = span.start + index.column() - FIRST_BYTE
        return range(at, at + 1)

    @property
    def selection(self) -> range:
        """The selected positions, those under the cursor at least."""
        cursor, anchor = self.here, self._anchor
        if not anchor:
            return cursor
        return range(min(anchor.start, cursor.start), max(anchor.stop, cursor.stop)) if cursor else anchor

    @property
    def page(self) -> int | None:
        """The number of the page under the cursor, ``None`` on other rows."""
        index, document = self.currentIndex(), self._model.document
        if document is None or not index.isValid():
            return None
        row = self._model.row(index.row())
        return document.pages[row.first] if row.kind is RowKind.PAGE else None

    @property
    def line(self) -> Line | None:
        """What the cursor's row shows."""
        index = self.currentIndex()
        return self._model.line(index.row()) if index.isValid() else None

    def set_second_digit(self, second: bool) -> None:
        self._second_digit = second
        self.viewport().update()

    def set_column(self, column: Column) -> None:
        """Whether keys are digits or characters from now on."""
        if column is not self._column:
            self._column = column
            self._second_digit = False
            self.column_changed.emit()
            self.viewport().update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Whether the card is gone and what is shown is what was."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.viewport().update()

    def signal_refusal(self) -> None:
        """The quiet signal: the ring turns red for a moment."""
        self._signalling.start()
        self.viewport().update()

    def go_to(self, position: int, *, extend: int = 0) -> None:
        """Puts the cursor on the byte at ``position``, its run opened, with ``extend`` bytes before it selected."""
        row = self._model.open_to(position // PAGE_SIZE)
        top = self.rowViewportPosition(row)
        out_of_view = not 0 <= top <= self.viewport().height() - self._metrics.row
        self._move(self._model.index(row, FIRST_BYTE + position % PAGE_SIZE))
        if out_of_view:
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
        if extend:
            self._anchor = range(position - extend, position - extend + 1)
            self._tell()

    def advance(self) -> None:
        """The cursor to the next byte, as typing does."""
        self._move(self._steps.by(self.currentIndex(), 1))

    def select_all(self) -> None:
        """Every byte there is."""
        document = self._model.document
        if document is not None:
            self._move(self._model.index(self._model.rowCount() - 1, FIRST_BYTE + PAGE_SIZE - 1))
            self._anchor = range(1)
            self._tell()

    def toggle_fold(self) -> None:
        """Opens or folds the run at the cursor."""
        row = self._model.toggle(self.currentIndex().row())
        if row is not None:
            self._move(self._model.index(row, FIRST_BYTE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not self.currentIndex().isValid():
            event.ignore()
            return
        index = self.currentIndex()
        if self._folds(key, shift=shift):
            self.toggle_fold()
        elif (target := self._steps.target(index, key, self._rows_in_view(), control=control)) is not None:
            self._move(target, extend=shift)
        elif key is Qt.Key.Key_F2:
            self.set_column(Column.TEXT if self._column is Column.HEX else Column.HEX)
        elif key is Qt.Key.Key_Backspace:
            self._move(self._steps.by(self.currentIndex(), -1))
            self.reverted.emit()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Delete):
            self._escape(key)
        elif event.text() and event.text().isprintable() and not control:
            self.typed.emit(event.text())
        else:
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from digits to characters, then on."""
        if self.hasFocus() and forward == (self._column is Column.HEX) and self.here:
            self.set_column(Column.TEXT if forward else Column.HEX)
            return True
        return super().focusNextPrevChild(forward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index is None or event.button() is Qt.MouseButton.MiddleButton:
            return
        row = self._model.row(index.row())
        if row.kind is RowKind.FOLD and event.button() is Qt.MouseButton.LeftButton:
            self._move(index)
            self.toggle_fold()
            return
        inside = index.row() == self.currentIndex().row() or self._covers(index)
        if event.button() is Qt.MouseButton.RightButton and inside:
            return  # the menu is for what is selected
        x = round(event.position().x()) + self.horizontalOffset()
        if row.kind is RowKind.PAGE:
            self.set_column(Column.TEXT if self._metrics.ascii - 8 <= x < self._metrics.area - 8 else Column.HEX)
        self._move(index, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.buttons() & Qt.MouseButton.LeftButton:
            index = self._index_at(at)
            if index is not None and self._model.row(index.row()).kind is RowKind.PAGE:
                self._move(index, extend=True)
        self._hover(self.rowAt(at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("surface"))
        painter.translate(-self.horizontalOffset(), 0)
        rows = self._model.rowCount()
        first = max(self.rowAt(event.rect().top()), 0)
        current, selection = self.currentIndex().row(), self.selection
        self._rows.begin(painter, self._metrics, dimmed=self._dimmed)
        row, top = first, self.rowViewportPosition(first)
        while row < rows and top <= event.rect().bottom():
            span = self._model.positions(row)
            chosen = range(max(span.start, selection.start) - span.start, min(span.stop, selection.stop) - span.start)
            if len(selection) < 2:
                chosen = range(0)
            cursor = self.currentIndex().column() - FIRST_BYTE if row == current else None
            line = self._model.line(row)
            self._rows.row(line, top, cursor=cursor, hovered=row == self._hovered, selected=chosen)
            row, top = row + 1, top + self._metrics.row
        if first <= current < row:
            in_page = self._model.row(current).kind is RowKind.PAGE
            self._rows.cursor(
                self.rowViewportPosition(current),
                self.currentIndex().column() - FIRST_BYTE if in_page else None,
                text=self._column is Column.TEXT,
                focused=self.hasFocus(),
                second_digit=self._second_digit,
                bad=self._signalling.isActive(),
            )
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _folds(self, key: Qt.Key, *, shift: bool) -> bool:
        """Whether ``key`` opens or folds the run at the cursor."""
        row = self._model.row(self.currentIndex().row())
        if row.kind is not RowKind.FOLD:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            return True
        opens = Qt.Key.Key_Left if row.opened else Qt.Key.Key_Right
        return key is opens and not shift

    def _escape(self, key: Qt.Key) -> None:
        document = self._model.document
        staged = document is not None and any(map(document.is_changed, self.selection))
        if staged or key is Qt.Key.Key_Delete:
            self.reverted.emit()
        elif len(self.selection) > 1:
            self._anchor = self.here
            self._tell()
        else:
            self.set_column(Column.HEX)

    def _rows_in_view(self) -> int:
        return self.viewport().height() // self._metrics.row

    def _move(self, index: QModelIndex, *, extend: bool = False, scroll: bool = True) -> None:
        before = self.here
        self._second_digit = False
        self.setCurrentIndex(index)
        if scroll:
            self.scrollTo(index)
        if not extend:
            self._anchor = self.here
        elif not self._anchor:
            self._anchor = before
        self._tell()

    def _tell(self) -> None:
        self.viewport().update()
        self.moved.emit()

    def _covers(self, index: QModelIndex) -> bool:
        span = self._model.positions(index.row())
        at = span.start + index.column() - FIRST_BYTE if span else -1
        return at in self.selection

    def _index_at(self, point: QPoint) -> QModelIndex | None:
        row = self.rowAt(point.y())
        if row < 0 or self._model.row(row).kind is RowKind.SECTOR:
            return None
        offset = self._metrics.offset_at(point.x() + self.horizontalOffset())
        if offset is None:
            offset = max(self.currentIndex().column() - FIRST_BYTE, 0)
        return self._model.index(row, FIRST_BYTE + offset)

    def _tip(self, point: QPoint) -> str:
        index = self._index_at(point)
        line = self._model.line(index.row()) if index is not None else None
        if index is None or not isinstance(line, PageLine):
            return ""
        m, x = self._metrics, point.x() + self.horizontalOffset()
        if x >= m.access - 8:
            return f"{line.access}\n{line.why}" if line.why else line.access
        if m.cells <= x < m.area - 8:
            return line.cells[index.column() - FIRST_BYTE].spoken
        return ""

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def _measure(self) -> None:
        metrics = measure(self.viewport().width())
        self._metrics = metrics
        for section, width in enumerate(metrics.sections):
            self.setColumnWidth(section, width)
        self.viewport().update()

    def _theme_changed(self) -> None:
        self._measure()
        self.verticalHeader().setDefaultSectionSize(self._metrics.row)

    def _reset(self) -> None:
        """The same byte again after another reading; the first that can be edited in another memory."""
        document = self._model.document
        self._hovered = -1
        if document is None or document.size == 0:
            self._kept = None
            return
        same = self._kept is document
        self._kept = document
        wanted = self._last_position if same else PAGE_SIZE * (document.place(document.base.chip.user_first) or 0)
        row = self._model.row_of(wanted // PAGE_SIZE)
        self._move(self._model.index(row, FIRST_BYTE + wanted % PAGE_SIZE), extend=same, scroll=not same)

    _kept: MemoryDocument | None = None
    _last_position = 0

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and (cursor := self.here):
            self._last_position = cursor.start
