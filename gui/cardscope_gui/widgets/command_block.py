"""A command for the user to run: selectable, and copied with one key."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import CopyButton


class CommandBlock(QFrame):
    """Shows ``command`` in the monospace face with a copy button. It never runs anything."""

    def __init__(self, command: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "code")
        self._text = QLabel(command)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setFont(theme.mono_font(13))
        self._text.setWordWrap(True)
        self._text.setAccessibleName(self.tr("Command: %1").replace("%1", command))
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setCursor(Qt.CursorShape.IBeamCursor)
        self.copy_button = CopyButton(self.tr("Copy command"), lambda: command)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(4), theme.px(4), theme.px(4))
        row.setSpacing(theme.px(8))
        row.addWidget(self._text, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
