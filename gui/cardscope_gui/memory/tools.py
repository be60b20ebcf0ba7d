"""The Memory tab's buttons beside the tabs."""

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cardscope_gui import theme
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.buttons import Button, IconButton


class MemoryTools(QWidget):
    """In words where there is room, else as drawings with tool tips."""

    def __init__(self, actions: MemoryActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wide: list[Button] = []
        self._narrow: list[IconButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        for action, words, icon in (
            (actions.find, tr("Find"), "search"),
            (actions.read_again, tr("Read again"), "retry"),
            (actions.save_dump, tr("Save dump…"), "save"),
        ):
            wide, narrow = Button(words, "link", icon), IconButton(icon, words)
            for button in (wide, narrow):
                button.clicked.connect(action.trigger)
                row.addWidget(button)
                _follow(button, action, words)
            self._wide.append(wide)
            self._narrow.append(narrow)
        self._add_protection(row, actions)
        self.set_narrow(narrow=False)

    def _add_protection(self, row: QHBoxLayout, actions: MemoryActions) -> None:
        words, menu = tr("Protection"), actions.protection.menu
        wide, narrow = Button(words, "link", "lock"), IconButton("lock", words)
        wide.setMenu(menu)
        narrow.setMenu(menu)
        narrow.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (wide, narrow):
            row.addWidget(button)
            _follow(button, menu.menuAction(), words)
        self._wide.append(wide)
        self._narrow.append(narrow)

    def set_narrow(self, *, narrow: bool) -> None:
        """Whether there is no room for words."""
        for button in self._wide:
            button.setVisible(not narrow)
        for button in self._narrow:
            button.setVisible(narrow)


def _follow(button: Button | IconButton, action: QAction, words: str) -> None:
    """The button can be used when the action can, and its tool tip tells the keys."""

    def update() -> None:
        button.setEnabled(action.isEnabled())
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{words} ({keys})" if keys else words)

    action.changed.connect(update)
    update()
