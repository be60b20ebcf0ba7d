"""The bar that holds a script back: each line that needs an approval, with what it would do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.decode.apdu_structure import counted
from cardscope.scripts import LineRefusal, ScriptRefused
from cardscope.scripts.report import command_hex
from cardscope_gui import theme
from cardscope_gui.console.tick_box import TickBox
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

MOST = 100
"""Lines: nobody reads more."""
_HEIGHT = 190
_SHOWN = 72
"""Characters of a command."""


class ScriptRefusalBar(QFrame):
    """Lets the script run only after one tick for each permanent effect of each line."""

    approved = Signal(object)
    """The digests of exactly these commands."""
    declined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digests: tuple[str, ...] = ()
        self._too_many = False
        self.ticks: list[TickBox] = []
        self.setProperty("surface", "bar")
        self.setProperty("edge", "top")
        self.heading = paragraph("", "heading", self)
        self._permanent = MarkLabel(Mark.PERMANENT, 18, self)
        self._caution = MarkLabel(Mark.CAUTION, 18, self)
        self.decline_button = Button(self.tr("Don't run"), parent=self)
        self.run_button = Button(self.tr("Run with exactly these"), parent=self)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self.decline_button.clicked.connect(self._decline)
        self.run_button.clicked.connect(self._approve)
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        for mark in (self._permanent, self._caution):
            head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.heading, 1)
        head.addWidget(self.decline_button)
        head.addWidget(self.run_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
        column.setSpacing(theme.px(8))
        column.addLayout(head)
        column.addWidget(self._scroll)

    def show_refusal(self, refused: ScriptRefused) -> None:
        """Shows the lines that were held back; the focus goes to the answer that sends nothing."""
        self._digests = refused.digests
        self._too_many = len(refused.refusals) > MOST
        permanent = any(hazard.permanent for each in refused.refusals for hazard in each.refusal.hazards)
        self.heading.setText(self._words(refused, permanent=permanent))
        self._permanent.setVisible(permanent)
        self._caution.setVisible(not permanent)
        self.ticks = []
        body = QFrame()
        body.setProperty("surface", "bar")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, theme.px(8), 0)
        rows.setSpacing(theme.px(4))
        for each in refused.refusals[:MOST]:
            rows.addWidget(self._line(each, body))
            for hazard in each.refusal.hazards:
                rows.addLayout(self._hazard(hazard.text, body, permanent=hazard.permanent, line=each.line))
        rows.addStretch(1)
        self._scroll.setWidget(body)
        before: QWidget = self.decline_button
        for tick in self.ticks:
            QWidget.setTabOrder(before, tick)
            before = tick
        QWidget.setTabOrder(before, self.run_button)
        self._update()
        self.setAccessibleName(self.heading.text())
        self.show()
        self._scroll.setFixedHeight(min(body.sizeHint().height() + theme.px(2), theme.px(_HEIGHT)))
        self.decline_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Closes the bar: what it said holds no longer."""
        self._digests = ()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._decline()
        else:
            super().keyPressEvent(event)

    def _words(self, refused: ScriptRefused, *, permanent: bool) -> str:
        lines = counted(len(refused.refusals), self.tr("line"))
        if self._too_many:
            words = self.tr("Nothing was sent: {0} need an approval, more than can be looked at. Run it in parts.")
            return words.format(lines)
        if refused.begun:
            words = self.tr("The script stopped before line {0}. Approved, it begins anew.")
            return words.format(refused.refusals[0].line)
        if not permanent:
            return self.tr("Nothing was sent: look at what this would do ({0}).").format(lines)
        return self.tr("Nothing was sent: tick every permanent effect that you want ({0}).").format(lines)

    def _line(self, each: LineRefusal, parent: QWidget) -> QWidget:
        often = self.tr(", {0} times").format(each.times) if each.times > 1 else ""
        shown = label(self.tr("Line {0}{1}: {2}").format(each.line, often, _short(each.command)), "strong", parent)
        shown.setFont(theme.mono_font(12))
        return shown

    def _hazard(self, text: str, parent: QWidget, *, permanent: bool, line: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.setContentsMargins(theme.px(8), 0, 0, theme.px(4))
        if permanent:
            tick = TickBox(self.tr("Line {0}: {1}").format(line, text), parent)
            tick.setAccessibleDescription(self.tr("Permanent effect"))
            tick.toggled.connect(self._update)
            tick.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.ticks.append(tick)
            row.addWidget(tick, 0, Qt.AlignmentFlag.AlignTop)
        else:
            row.addWidget(MarkLabel(Mark.CAUTION, 16, parent), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(paragraph(text, "secondary", parent), 1)
        return row

    def _update(self) -> None:
        self.run_button.setEnabled(not self._too_many and all(tick.isChecked() for tick in self.ticks))

    def _decline(self) -> None:
        self.dismiss()
        self.declined.emit()

    def _approve(self) -> None:
        digests = self._digests
        self.dismiss()
        self.approved.emit(digests)


def _short(command: bytes) -> str:
    text = command_hex(command, masked=True)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
