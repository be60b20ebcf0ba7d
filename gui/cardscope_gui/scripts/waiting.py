"""The bar that says what a script waits for."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout

from cardscope.scripts import StepKind
from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


class WaitingBar(QFrame):
    """With the button that lets the script go on, where it is the user who is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self.setProperty("edge", "bottom")
        self.words = paragraph("", "strong")
        self.words.setFont(theme.ui_font(13, QFont.Weight.Medium))
        self.go_on = Button("", "tonal")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(MarkLabel(Mark.NOTE, 16), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)
        row.addWidget(self.go_on)
        self.go_on.setText(self.tr("Go on"))
        self.go_on.setAccessibleName(self.tr("Go on"))
        self.hide()

    def show_waiting(self, kind: StepKind, text: str, seconds: int | None) -> None:
        """Shows what is waited for."""
        if kind is StepKind.PAUSE:
            words = text
        elif kind is StepKind.CARD:
            words = self.tr("Put a card on the reader. The script waits {0} s for it.").format(seconds)
        else:
            words = self.tr("Take the card away. The script waits {0} s for that.").format(seconds)
        set_paragraph(self.words, words)
        self.setAccessibleName(words)
        self.go_on.setVisible(kind is StepKind.PAUSE)
        if self.isHidden():
            self.show()
            if kind is StepKind.PAUSE:
                self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)
