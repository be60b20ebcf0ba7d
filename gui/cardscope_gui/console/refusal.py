"""The bar that says why a command was held back: by the guard for its effects, or by the reader's driver."""

from PySide6.QtCore import QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cardscope.errors import CardScopeError
from cardscope.guard import GuardRefusal, Hazard
from cardscope_gui import theme
from cardscope_gui.console.tick_box import TickBox
from cardscope_gui.widgets.labels import paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


class RefusalBar(QFrame):
    """Says why a command was not sent, and lets it go only after one tick for each permanent effect. What a driver
    refuses it cannot let go; it says what to do then."""

    approved = Signal(bytes, str)
    """The user wants exactly this command to be sent, with the digest of its approval."""
    declined = Signal()
    """The user does not want the command to be sent."""
    appeared = Signal()
    """The bar is there and wants its height."""
    disappeared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._command = b""
        self._digest = ""
        self._ticks: list[TickBox] = []
        self._rows: list[QWidget] = []
        self._bar = QFrame(self)
        self._bar.setProperty("surface", "bar")
        self.glyph = _OneWayGlyph(self._bar)
        self.heading = paragraph("", "heading", self._bar)
        self.decline_button = QPushButton(self.tr("Don't send"), self._bar)
        self.send_button = QPushButton(self.tr("Send exactly this"), self._bar)
        for button in (self.decline_button, self.send_button):
            button.setAutoDefault(True)
        self._hazards = QVBoxLayout()
        self._hazards.setSpacing(theme.px(4))
        self._build()
        self.decline_button.clicked.connect(self._decline)
        self.send_button.clicked.connect(self._approve)
        self.hide()

    def _build(self) -> None:
        text = QVBoxLayout()
        text.setSpacing(theme.px(6))
        text.addWidget(self.heading)
        text.addLayout(self._hazards)
        layout = QHBoxLayout(self._bar)
        layout.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        layout.setSpacing(theme.px(12))
        layout.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(text, 1)
        layout.addWidget(self.decline_button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignVCenter)
        outside = QVBoxLayout(self)
        # Apart from the transcript's last row, which often has a status of its own there.
        outside.setContentsMargins(0, theme.px(6), 0, 0)
        outside.addWidget(self._bar)

    @property
    def ticks(self) -> list[TickBox]:
        """One box for each permanent effect, in the order of the hazards."""
        return self._ticks

    def show_refusal(self, command: bytes, refusal: GuardRefusal) -> None:
        """Shows why ``command`` was held back; the focus goes to the answer that sends nothing."""
        self._clear()
        self._command, self._digest = command, refusal.digest
        permanent = any(hazard.permanent for hazard in refusal.hazards)
        self.heading.setText(
            self.tr("Not sent: tick every permanent effect that you want")
            if permanent
            else self.tr("Not sent: look at what this command can do first")
        )
        for hazard in refusal.hazards:
            self._add(hazard)
        self._put_ticks_before_the_answers()
        self._update()
        self.decline_button.setText(self.tr("Don't send"))
        for part in (self.glyph, self.send_button):
            part.show()
        self._appear()

    def show_explanation(self, error: CardScopeError) -> None:
        """Shows what ``error`` says and what to do about it, with nothing to answer."""
        self._clear()
        self.heading.setText(str(error))
        row = _Caution(error.remedy, self._bar)
        self._rows.append(row)
        self._hazards.addWidget(row)
        self.decline_button.setText(self.tr("Close"))
        for part in (self.glyph, self.send_button):
            part.hide()
        self._appear()

    def _appear(self) -> None:
        self.setAccessibleName(self.heading.text())
        self.show()
        self.appeared.emit()
        self.decline_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Closes the bar: what it said holds no longer. Harmless when it is closed."""
        shown = not self.isHidden()
        self._clear()
        self.hide()
        if shown:
            self.disappeared.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._decline()
        else:
            super().keyPressEvent(event)

    def _add(self, hazard: Hazard) -> None:
        row: QWidget
        if hazard.permanent:
            row = _PermanentEffect(hazard.text, self._bar)
            row.tick.toggled.connect(self._update)
            self._ticks.append(row.tick)
        else:
            row = _Caution(hazard.text, self._bar)
        self._rows.append(row)
        self._hazards.addWidget(row)

    def _put_ticks_before_the_answers(self) -> None:
        """For Tab, which would reach them last in the window: they were made last."""
        before: QWidget = self.decline_button
        for tick in self._ticks:
            QWidget.setTabOrder(before, tick)
            before = tick
        if self._ticks:
            QWidget.setTabOrder(before, self.decline_button)

    def _clear(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows, self._ticks = [], []
        self._command, self._digest = b"", ""

    def _update(self) -> None:
        self.send_button.setEnabled(all(tick.isChecked() for tick in self._ticks))

    def _decline(self) -> None:
        self.dismiss()
        self.declined.emit()

    def _approve(self) -> None:
        command, digest = self._command, self._digest
        self.dismiss()
        self.approved.emit(command, digest)


class _OneWayGlyph(QWidget):
    """An arrow that runs into a bar: there is no way back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(theme.px(20), theme.px(16))
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, (self.height() - self.width()) / 2)
        painter.scale(self.width() / 16, self.width() / 16)
        pen = QPen(theme.color("warn"), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawLine(QLineF(1.5, 8, 10.5, 8))
        painter.drawPolyline([QPointF(7, 4.5), QPointF(10.5, 8), QPointF(7, 11.5)])
        painter.drawLine(QLineF(13.5, 3, 13.5, 13))


class _Caution(QWidget):
    """A reason that needs no tick."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(MarkLabel(Mark.CAUTION, 16, self), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(paragraph(text, "secondary", self), 1)


class _PermanentEffect(QWidget):
    """A tick box whose sentence wraps; a click on the sentence ticks too."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.tick = TickBox(text, self)
        self.tick.setAccessibleDescription(self.tr("Permanent effect"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(self.tick, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(paragraph(text, "secondary", self), 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.tick.toggle()
