"""What stands in the table's place while there is no memory to show, and the strip that tells of a reading."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph

_WIDTH = 460
_HEIGHT = 36


class NoMemory(QFrame):
    """A title, a reason and, where something can be done about it, a button."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self.title = label("", "title", self)
        self.reason = paragraph("", "secondary", self)
        self.button = Button("", parent=self)
        self.button.clicked.connect(self.wanted)
        self.button.hide()
        column = QVBoxLayout()
        column.setSpacing(theme.px(8))
        column.addStretch(2)
        column.addWidget(self.title)
        column.addWidget(self.reason)
        column.addSpacing(theme.px(4))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(3)
        for each in (self.title, self.reason):
            each.setFixedWidth(theme.px(_WIDTH))
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)

    def focus(self) -> None:
        """The keyboard to the button; without one it waits here for what comes."""
        (self if self.button.isHidden() else self.button).setFocus()

    @property
    def focused(self) -> bool:
        """Whether the keyboard is here, or would be if the window were in front."""
        held = self.window().focusWidget()
        return held is self or self.isAncestorOf(held)

    def show_reason(self, title: str, reason: str, button: str) -> None:
        """``button`` may be empty: nothing can be done here."""
        if not button and self.focused:
            self.setFocus()  # else hiding the button would send the keyboard anywhere
        self.title.setText(title)
        set_paragraph(self.reason, reason)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{title}. {reason}")


class ProgressStrip(QFrame):
    """How far a reading has come, with the way to stop it."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setFixedHeight(theme.px(_HEIGHT))
        self._share = 0.0
        self.words = label("", "secondary-small", self)
        self.cancel = Button(tr("Cancel"), parent=self)
        self.cancel.setProperty("compact", True)
        self.cancel.clicked.connect(self.cancel_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.addWidget(self.words)
        row.addStretch(1)
        row.addWidget(self.cancel)
        self.hide()

    def show_progress(self, done: int, total: int) -> None:
        """``total`` 0: not known yet."""
        self._share = done / total if total else 0.0
        words = tr("Reading the memory…")
        if total:
            words = tr("Reading the memory: {0} of {1} pages").format(done, total)
        self.words.setText(words)
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        height = theme.px(2)
        painter.fillRect(QRectF(0, self.height() - height, self.width(), height), theme.color("border"))
        done = QRectF(0, self.height() - height, self.width() * self._share, height)
        painter.fillRect(done, theme.color("accent"))
        painter.end()
