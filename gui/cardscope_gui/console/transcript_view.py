"""The transcript's view: smooth at 100,000 rows, following its tail, copied as hex text."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QToolTip, QWidget

from cardscope.decode.hex import format_hex
from cardscope.decode.secrets import secret_answer_spans, secret_spans
from cardscope.events import Exchanged
from cardscope_gui import theme
from cardscope_gui.console.transcript_delegate import TranscriptDelegate
from cardscope_gui.console.transcript_model import AnyIndex, TranscriptModel, answer_text, as_text, command_text

_COPIED_AT_ONCE = 100
"""Rows: as text they take 5 ms at most, unless their answers are long."""


class TranscriptView(QTableView):
    """One column, one row an exchange.

    A table and not a list view: a list view lays all rows out again at every append, a table's header keeps the
    heights and adds one. Rows are two lines high unless their bytes wrap; which do so is looked at when they come into
    view, so that neither an append nor a change of width or filter takes longer the more rows there are.
    """

    open_wanted = Signal(object)
    """The user wants the fields of this :class:`Exchanged`."""
    find_wanted = Signal()
    """The user wants to look for rows."""
    current_changed = Signal(object)
    """Another :class:`Exchanged` is the current one."""

    send_again = Signal(bytes)
    """The user wants this command, taken from a row, to be sent once more."""
    copy_wanted = Signal()
    """The user wants the selected rows as hex text, and there are too many for one turn of the event loop."""
    menu_made = Signal(QMenu)
    """The context menu of a row is about to be shown; others may add to it."""

    def __init__(self, model: TranscriptModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._delegate = TranscriptDelegate(self, model)
        self._follows = True
        self._measuring = False
        self._kept: tuple[int, bool] | None = None
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Transcript of commands and answers"))
        self.setAccessibleDescription(self.tr("Enter opens the fields of a command and its answer"))
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().hide()
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)
        model.rowsInserted.connect(self._rows_inserted)
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)
        model.secrets_changed.connect(self.viewport().update)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._range_changed)

    @property
    def follows_tail(self) -> bool:
        """Whether new rows scroll into view: true until the user scrolls up, true again at the bottom."""
        return self._follows

    def set_shown_reader(self, name: str | None) -> None:
        """Exchanges of other readers than this one are marked with their reader's name."""
        self._delegate.shown_reader = name
        self.viewport().update()

    def selected_rows(self) -> list[int]:
        """The selected rows from top to bottom."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(index) for index in range(selection.size())]  # far fewer than rows
        return sorted(row for each in ranges for row in range(each.top(), each.bottom() + 1))

    def copy_selection(self) -> None:
        """Puts the selected rows, oldest first, on the clipboard as hex text; of many, wants it to be done aside."""
        rows = self.selected_rows()
        if len(rows) > _COPIED_AT_ONCE:
            self.copy_wanted.emit()
        elif rows:
            exchanges = [self._model.exchange(row) for row in rows]
            _copy("\n".join(as_text(exchange, self._model.chip_of(exchange)) for exchange in exchanges))

    def row_menu(self, exchange: Exchanged) -> QMenu:
        """The context menu of a row."""
        menu = QMenu(self)
        command, answer = exchange.command, exchange.response
        chip = self._model.chip_of(exchange)
        entries: list[tuple[str, Callable[[], None] | None]] = [
            (self.tr("Show the fields"), lambda: self.open_wanted.emit(exchange)),
            (self.tr("Copy command"), lambda: _copy(command_text(exchange, chip))),
            (self.tr("Copy answer"), (lambda: _copy(answer_text(exchange))) if answer is not None else None),
            (self.tr("Send again"), lambda: self.send_again.emit(command)),
        ]
        if secret_spans(command, chip) or (answer is not None and secret_answer_spans(command, answer)):
            entries.insert(3, (self.tr("Copy both with their secrets"), lambda: _copy(_in_clear(exchange))))
        for text, does in entries:
            action = QAction(text, menu)
            action.setEnabled(does is not None)
            if does is not None:
                action.triggered.connect(does)
            menu.addAction(action)
        self.menu_made.emit(menu)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        at = self.viewport().mapToGlobal(self.visualRect(index).topLeft() + QPoint(24, 24))
        menu = self.row_menu(self._model.exchange(index.row()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at if by_key else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.find_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.open_wanted.emit(self._model.exchange(self.currentIndex().row()))
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() is Qt.MouseButton.LeftButton:
            self.open_wanted.emit(self._model.exchange(index.row()))

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.current_changed.emit(self._model.exchange(current.row()))

    def event(self, event: QEvent) -> bool:
        # The window has a command of this key too; here it means the transcript.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Find)
        ):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            tip = ""
            if index.isValid():
                rect = self.visualRect(index)
                inside = event.pos() - rect.topLeft()
                tip = self._delegate.tip(self._model.exchange(index.row()), inside.x(), inside.y())
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setFont(theme.ui_font(13))
        painter.setPen(theme.color("text3"))
        nothing = self._model.last is None
        text = self.tr("Commands and answers appear here") if nothing else self.tr("No command or answer is like that")
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure_in_view()
        if self._follows:
            self.scrollToBottom()

    def scrollTo(self, index: AnyIndex, hint: QTableView.ScrollHint = QTableView.ScrollHint.EnsureVisible) -> None:
        # The first time brings rows into view that may turn out higher and push this one out again.
        super().scrollTo(index, hint)
        super().scrollTo(index, hint)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        # Scrolling moves the pixels of a highlighted row along; the row under the pointer is another one now.
        self.viewport().update()

    def _theme_changed(self) -> None:
        self._delegate.forget_metrics()
        self.verticalHeader().setDefaultSectionSize(self._delegate.plain_height())
        self._measure_in_view()
        self.viewport().update()

    def _rows_inserted(self, _parent: QModelIndex, first: int) -> None:
        if self._follows:
            self._measure_in_view()
        if first == 0:
            self.viewport().update()

    def _keep_place(self) -> None:
        """The model is about to show other rows: the exchange that is current, else the topmost, is to stay."""
        current = self.currentIndex().isValid()
        row = self.currentIndex().row() if current else -1 if self._follows else self.rowAt(0)
        self._kept = (self._model.number(row), current) if row >= 0 else None

    def _find_place(self) -> None:
        kept, self._kept = self._kept, None
        row = self._model.row_of(kept[0]) if kept is not None else None
        if row is None:
            self._follows = True
            self.scrollToBottom()
        else:
            index = self._model.index(row)
            if kept is not None and kept[1]:
                self.setCurrentIndex(index)
            self.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
        self._measure_in_view()

    def _measure_in_view(self) -> None:
        """Gives the rows in view the heights that they need. At the tail what is below them stays in place, elsewhere
        what is above."""
        if self._measuring or not self._model.rowCount():
            return
        self._measuring = True
        room = self.viewport().height()
        if self._follows:
            row = self._model.rowCount() - 1
            while row >= 0 and room > 0:
                room -= self._measure(row)
                row -= 1
        elif (top := self.rowAt(0)) >= 0:
            above, before = -self.rowViewportPosition(top), self.rowHeight(top)
            room += above
            for row in range(top, self._model.rowCount()):
                room -= self._measure(row)
                if room <= 0:
                    break
            if above:
                # Of the topmost row its end is in view.
                above = max(0, above + self.rowHeight(top) - before)
            self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(top) + above)
        self._measuring = False

    def _measure(self, row: int) -> int:
        """Returns the height that the row has now."""
        header = self.verticalHeader()
        height = self._delegate.row_height(self._model.exchange(row))
        if height != header.sectionSize(row):
            header.resizeSection(row, height)
        return height

    def _scrolled(self, value: int) -> None:
        if not self._measuring:
            self._follows = value >= self.verticalScrollBar().maximum()
            self._measure_in_view()

    def _range_changed(self, _minimum: int, maximum: int) -> None:
        if self._follows:
            self.verticalScrollBar().setValue(maximum)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _in_clear(exchange: Exchanged) -> str:
    answer = exchange.error if exchange.response is None else format_hex(exchange.response, " ")
    return f"> {format_hex(exchange.command, ' ')}\n< {answer}"
