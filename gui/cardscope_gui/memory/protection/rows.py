"""Rows of a form: a tick with its sentence, and a callout."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.console.tick_box import TickBox
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


class TickRow(QWidget):
    """A box and the sentence beside it, which is clicked as well. ``detail`` is a second line, and ``permanent`` says
    that nothing takes back what it stands for."""

    toggled = Signal(bool)

    def __init__(self, words: str, detail: str = "", parent: QWidget | None = None, *, permanent: bool = False) -> None:
        super().__init__(parent)
        self.box = TickBox(words, self, token="warn" if permanent else "accent")
        self.box.setAccessibleDescription(detail)
        self.words = paragraph(words, "body", self)
        self.detail = paragraph(detail, "tertiary", self)
        self.detail.setVisible(bool(detail))
        column = QVBoxLayout()
        column.setSpacing(theme.px(2))
        column.addWidget(self.words)
        column.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self.setFocusProxy(self.box)
        self.box.toggled.connect(self.toggled)

    @property
    def on(self) -> bool:
        """Whether it is there and ticked."""
        return self.box.isChecked() and not self.isHidden()

    def tick(self, on: bool = True) -> None:
        """Ticks it, or takes the tick away."""
        self.box.setChecked(on)

    def set_words(self, words: str, detail: str) -> None:
        """Other words."""
        set_paragraph(self.words, words)
        set_paragraph(self.detail, detail)
        self.detail.setVisible(bool(detail))
        self.box.setAccessibleName(words)
        self.box.setAccessibleDescription(detail)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.words.setProperty("role", "body" if self.isEnabled() else "secondary")
            theme.repolish(self.words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.box.isEnabled() and event.button() is Qt.MouseButton.LeftButton:
            self.box.toggle()
        else:
            super().mousePressEvent(event)


class Callout(QFrame):
    """A sentence to be seen. Without text it is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = MarkLabel(Mark.CAUTION, 16, self)
        self.words: QLabel = paragraph("", "body", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.say("")

    def say(self, text: str, mark: Mark = Mark.CAUTION) -> None:
        """Another text. It has the colours of a refusal with a cross, none with a note, else those of a caution."""
        surface = {Mark.CROSS: "refusal", Mark.NOTE: "code", Mark.TICK: "code"}.get(mark, "caution")
        if self.property("surface") != surface:
            self.setProperty("surface", surface)
            theme.repolish(self)
        self._mark.set_mark(mark)
        set_paragraph(self.words, text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


def named(name: str, field: QWidget) -> QVBoxLayout:
    """``field`` under its ``name``."""
    caption = label(name, "secondary-small")
    caption.setBuddy(field)
    column = QVBoxLayout()
    column.setSpacing(theme.px(4))
    column.addWidget(caption)
    column.addWidget(field)
    return column
