"""What went wrong at the virtual reader, said beside it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import IconButton
from cardscope_gui.widgets.labels import paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


class SlotNotice(QFrame):
    """Hidden until there is something to say; stays until it is dismissed or outdated."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "callout")
        self._words = paragraph("", "secondary-small")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        dismiss = IconButton("cross", self.tr("Dismiss"))
        dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(8), theme.px(4), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(MarkLabel(Mark.CAUTION, 14), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        row.addWidget(dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, text: str) -> None:
        """Shows ``text`` in place of what was shown before."""
        set_paragraph(self._words, text)
        self.setAccessibleName(text)
        self.show()
