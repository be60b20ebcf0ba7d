"""The bar below the message of a card that speaks APDUs: what is changed, and the way to the card."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.ndef.card_source import CardSource
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import ElidedLabel, label
from cardscope_gui.widgets.marks import IconLabel, Mark, MarkLabel

_HEIGHT = 48


class CardBar(QFrame):
    """Hidden while the wanted message is the card's."""

    discard_wanted = Signal()
    write_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setProperty("edge", "top")
        self.setFixedHeight(theme.px(_HEIGHT))
        self._share = 0.0
        self._pencil = IconLabel("pencil", "pend", 16, self)
        self._failed = MarkLabel(Mark.CROSS, 16, self)
        self.words = label("", "strong", self)
        self.note = ElidedLabel("secondary-small", parent=self)
        self.discard = Button(tr("Discard"), parent=self)
        self.write = Button(tr("Write to card"), "primary", parent=self)
        self.discard.clicked.connect(self.discard_wanted)
        self.write.clicked.connect(self.write_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.setSpacing(theme.px(8))
        for widget in (self._pencil, self._failed, self.words):
            row.addWidget(widget)
        row.addSpacing(theme.px(8))
        row.addWidget(self.note, 1)
        row.addWidget(self.discard)
        row.addWidget(self.write)
        self.hide()

    def show_source(self, source: CardSource | None) -> None:
        """What there is to say of ``source``."""
        shown = (
            source is not None and source.blank is None and (source.staged or bool(source.running or source.failure))
        )
        self.setVisible(shown)
        if source is None or not shown:
            return
        running = bool(source.running)
        failed = bool(source.failure) and not running
        self._pencil.setVisible(not failed)
        self._failed.setVisible(failed)
        self.words.setText(source.running or (tr("Not done") if failed else tr("Message changed")))
        self.note.setText(self._note(source))
        self._share = source.done / source.total if running and source.total else 0.0
        idle = not running and not source.gone and source.staged
        self.discard.setVisible(idle and source.on_card is not None)
        self.write.setVisible(idle)
        self.setAccessibleName(f"{self.words.text()}. {self.note.text()}")
        self.update()

    @staticmethod
    def _note(source: CardSource) -> str:
        if source.running:
            return tr("{0} of {1} bytes").format(source.done, source.total) if source.total else ""
        if source.gone:
            return tr("The card was removed. What was not written is lost with the next card.")
        return source.failure or tr("Replaces the message on the card. It can be changed again.")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._share:
            painter = QPainter(self)
            height = theme.px(2)
            painter.fillRect(QRectF(0, 0, self.width() * self._share, height), theme.color("accent"))
            painter.end()
