"""The transcript with what narrows it down, and the window that takes one exchange apart."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cardscope.events import Exchanged
from cardscope_gui import theme
from cardscope_gui.console.export_bar import ExportBar
from cardscope_gui.console.history_filter import FilterBox
from cardscope_gui.console.transcript_details import TranscriptDetails
from cardscope_gui.console.transcript_model import TranscriptModel
from cardscope_gui.console.transcript_view import TranscriptView
from cardscope_gui.widgets.buttons import IconButton
from cardscope_gui.widgets.labels import ElidedLabel

_SIDE = 24
_NARROW = 760
"""Narrower, the numbers leave their room to the words."""


class TranscriptPane(QWidget):
    """A :class:`TranscriptView`, above it a line that filters while it is open: Ctrl+F opens it, Escape closes it."""

    def __init__(self, model: TranscriptModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.view = TranscriptView(model, self)
        self.details: TranscriptDetails | None = None
        self.filter_button = IconButton("filter", self.tr("Filter the transcript (Ctrl+F)"), parent=self)
        self.filter_button.setCheckable(True)
        self.bar = QWidget(self)
        self.search = QLineEdit(self.bar)
        self.search.setPlaceholderText(self.tr("Bytes, words or text, for example FF CA, 6A82 or verify"))
        self.search.setAccessibleName(self.tr("Filter the transcript"))
        self.search.setClearButtonEnabled(True)
        self.mine = FilterBox(self.tr("Mine only"), self.bar)
        self.mine.setToolTip(self.tr("Leaves out what the application sent by itself"))
        self.secrets = FilterBox(self.tr("Show secrets"), self.bar)
        self.secrets.setToolTip(self.tr("PINs, passwords and keys; copies leave them out all the same"))
        self.count = ElidedLabel("tertiary", parent=self.bar)
        self.export_bar = ExportBar(self)
        self._lay_out()
        self.bar.hide()
        self.filter_button.toggled.connect(self.set_filter_open)
        self.search.textChanged.connect(self._filter)
        self.mine.toggled.connect(self._filter)
        self.secrets.toggled.connect(self._filter)
        for part in (self.search, self.mine, self.secrets):
            part.installEventFilter(self)
        model.counted.connect(self._count)
        model.modelReset.connect(self._renew_details)
        self.view.open_wanted.connect(self.open_details)
        self.view.current_changed.connect(self._follow)
        self.view.find_wanted.connect(self.open_filter)
        theme.notifier().changed.connect(self._theme_changed)

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self.bar)
        for widget, stretch in ((self.search, 1), (self.mine, 0), (self.secrets, 0), (self.count, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        column.addWidget(self.export_bar)
        self.setFocusProxy(self.view)
        self._theme_changed()

    def open_filter(self) -> None:
        """Opens the line that filters, and puts the cursor there."""
        self.filter_button.setChecked(True)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def set_filter_open(self, shown: bool) -> None:
        """Opens or closes the line; closed, everything is shown."""
        self.bar.setVisible(shown)
        if shown:
            self._count()
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            for box in (self.mine, self.secrets):
                box.setChecked(False)
            self.search.clear()
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_details(self, exchange: Exchanged) -> None:
        """Takes ``exchange`` apart in a window of its own, which stays and follows the current row."""
        if self.details is None:
            self.details = TranscriptDetails(self)
            self.details.step_wanted.connect(self._step)
        self._show_details(exchange)
        self.details.show()
        self.details.raise_()
        self.details.activateWindow()
        self.details.answer.fields.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.filter_button.setChecked(False)
                return True
            if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.view.currentIndex().isValid() and (rows := self._model.rowCount()):
                    self.view.setCurrentIndex(self._model.index(rows - 1))
                return True
        return super().eventFilter(watched, event)

    def _filter(self) -> None:
        self._model.set_filter(self.search.text(), mine=self.mine.isChecked(), secrets=self.secrets.isChecked())
        self._count()
        self._renew_details()

    def _count(self) -> None:
        if self.bar.isHidden():
            return
        shown, total = self._model.rowCount(), self._model.total
        if self._model.filtering:
            self.count.setText(self.tr("Looking…"))
        elif shown == total:
            self.count.setText(self.tr("{0} exchanges").format(f"{total:,}") if total != 1 else self.tr("1 exchange"))
        else:
            self.count.setText(self.tr("{0} of {1}").format(f"{shown:,}", f"{total:,}"))

    def _follow(self, exchange: Exchanged) -> None:
        if self.details is not None and self.details.isVisible():
            self._show_details(exchange)

    def _renew_details(self) -> None:
        """The secrets are shown now, or hidden."""
        if self.details is not None and self.details.exchange is not None:
            self._show_details(self.details.exchange)

    def _show_details(self, exchange: Exchanged) -> None:
        if self.details is not None:
            self.details.show_exchange(exchange, self._model.chip_of(exchange), secrets=self._model.shows_secrets)

    def _step(self, step: int) -> None:
        row = self.view.currentIndex().row() + step
        if 0 <= row < self._model.rowCount():
            self.view.setCurrentIndex(self._model.index(row))

    def _theme_changed(self) -> None:
        self._row.setContentsMargins(theme.px(_SIDE), theme.px(2), theme.px(_SIDE), theme.px(6))
        self._row.setSpacing(theme.px(14))
