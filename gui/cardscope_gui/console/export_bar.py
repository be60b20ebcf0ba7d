"""The line that tells how a save goes, how it ended, and what kept an export from being made."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button, IconButton
from cardscope_gui.widgets.labels import paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


class ExportBar(QFrame):
    """Hidden until there is something to say; stays until it is dismissed or has something else to say."""

    cancelled = Signal()
    """The user does not want the file that is being written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self._caution = MarkLabel(Mark.CAUTION, 16, self)
        self.words = paragraph("", "", self)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cancel_button = Button(self.tr("Cancel"), parent=self)
        self.dismiss_button = IconButton("cross", self.tr("Dismiss"), parent=self)
        self.cancel_button.clicked.connect(self.cancelled)
        self.dismiss_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), theme.px(6), theme.px(19), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(self._caution, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.dismiss_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_progress(self, text: str) -> None:
        """Something is being written, which can be cancelled."""
        self._show(text, caution=False, busy=True)

    def say(self, text: str) -> None:
        """Tells how it ended."""
        self._show(text, caution=False, busy=False)

    def fail(self, text: str) -> None:
        """Tells why there is nothing."""
        self._show(text, caution=True, busy=False)

    def _show(self, text: str, *, caution: bool, busy: bool) -> None:
        set_paragraph(self.words, text)
        self.setAccessibleName(text)
        self._caution.setVisible(caution)
        self.cancel_button.setVisible(busy)
        self.dismiss_button.setVisible(not busy)
        self.show()
