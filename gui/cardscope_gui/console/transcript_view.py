"""The transcript's view: smooth at 100,000 rows, following its tail, copied as hex text."""

from array import array
from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
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
from cardscope_gui.console.transcript_model import TranscriptModel, answer_text, as_text, command_text

_PLAIN_BYTES = 8
"""A command and an answer's data of up to this many bytes fit on one line each at every width."""
_SLICE = 200
"""How many rows are measured at once after a change of width: about 4 ms."""


class TranscriptView(QTableView):
    """One column, one row an exchange.

    A table and not a list view: a list view lays all rows out again at every append, a table's header keeps the
    heights and adds one. Rows are two lines high unless their bytes wrap, so only those that can are measured, the
    ones in view at once and the others in slices.
    """

    send_again = Signal(bytes)
    """The user wants this command, taken from a row, to be sent once more."""

    def __init__(self, model: TranscriptModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._delegate = TranscriptDelegate(self)
        self._follows = True
        self._measured_room = -1
        self._long_rows = array("L")
        self._unmeasured = 0
        self._measuring = QTimer(self)
        self._measuring.setSingleShot(True)
        self._measuring.timeout.connect(self._measure_slice)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Transcript of commands and answers"))
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
        model.modelReset.connect(self._emptied)
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

    def copy_selection(self) -> None:
        """Puts the selected rows, oldest first, on the clipboard as hex text."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        if rows:
            QGuiApplication.clipboard().setText("\n".join(as_text(self._model.exchange(row)) for row in rows))

    def row_menu(self, exchange: Exchanged) -> QMenu:
        """The context menu of a row."""
        menu = QMenu(self)
        command, answer = exchange.command, exchange.response
        entries: list[tuple[str, Callable[[], None] | None]] = [
            (self.tr("Copy command"), lambda: _copy(command_text(exchange))),
            (self.tr("Copy answer"), (lambda: _copy(answer_text(exchange))) if answer is not None else None),
            (self.tr("Send again"), lambda: self.send_again.emit(command)),
        ]
        if secret_spans(command) or (answer is not None and secret_answer_spans(command, answer)):
            entries.insert(2, (self.tr("Copy both with their secrets"), lambda: _copy(_in_clear(exchange))))
        for text, does in entries:
            action = QAction(text, menu)
            action.setEnabled(does is not None)
            if does is not None:
                action.triggered.connect(does)
            menu.addAction(action)
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
        else:
            super().keyPressEvent(event)

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
        if self._model.last is None:
            painter = QPainter(self.viewport())
            painter.setFont(theme.ui_font(13))
            painter.setPen(theme.color("text3"))
            text = self.tr("Commands and answers appear here")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self._delegate.metrics().room
        if room != self._measured_room:
            self._measured_room = room
            self._measure_all()
        if self._follows:
            self.scrollToBottom()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        # Scrolling moves the pixels of a highlighted row along; the row under the pointer is another one now.
        self.viewport().update()

    def _theme_changed(self) -> None:
        self._delegate.forget_metrics()
        self.verticalHeader().setDefaultSectionSize(self._delegate.plain_height())
        self._measure_all()
        self.viewport().update()

    def _rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            exchange = self._model.exchange(row)
            answer = exchange.response
            if answer is None or len(answer) > _PLAIN_BYTES + 2 or len(exchange.command) > _PLAIN_BYTES:
                self._long_rows.append(row)
                self._measure(row)
        if first == 0:
            self.viewport().update()

    def _emptied(self) -> None:
        self._long_rows = array("L")
        self._unmeasured = 0
        self._follows = True

    def _measure_all(self) -> None:
        self._unmeasured = len(self._long_rows)
        self._measure_slice()

    def _measure_slice(self) -> None:
        """Measures the newest long rows that are left, and keeps what is in view where it is."""
        top = self.rowAt(0)
        into_row = -self.rowViewportPosition(top) if top >= 0 else 0
        end = self._unmeasured
        self._unmeasured = max(0, end - _SLICE)
        for row in self._long_rows[self._unmeasured : end]:
            self._measure(row)
        if top >= 0 and not self._follows:
            self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(top) + into_row)
        if self._unmeasured:
            self._measuring.start(0)

    def _measure(self, row: int) -> None:
        header = self.verticalHeader()
        height = self._delegate.row_height(self._model.exchange(row))
        if height != header.sectionSize(row):
            header.resizeSection(row, height)

    def _scrolled(self, value: int) -> None:
        self._follows = value >= self.verticalScrollBar().maximum()

    def _range_changed(self, _minimum: int, maximum: int) -> None:
        if self._follows:
            self.verticalScrollBar().setValue(maximum)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _in_clear(exchange: Exchanged) -> str:
    answer = exchange.error if exchange.response is None else format_hex(exchange.response, " ")
    return f"> {format_hex(exchange.command, ' ')}\n< {answer}"
