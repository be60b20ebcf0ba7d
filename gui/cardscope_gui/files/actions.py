"""What can be done with dump files, as actions for the menu bar and a file's own menu."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cardscope_gui.files.words import tr
from cardscope_gui.memory.actions import MemoryActions


class FileActions(QObject):
    """Made before anything that they do is there; whoever does it connects and enables them. Saving is the Memory tab's
    action, too."""

    def __init__(self, memory: MemoryActions, window: QWidget) -> None:
        super().__init__(window)
        self.open = self._action(tr("&Open dump file…"), "Ctrl+O")
        self.open.setEnabled(True)
        self.save = memory.save_dump
        self.close = self._action(tr("&Close file"), "Ctrl+W")
        self.compare = self._action(tr("Co&mpare…"), "Ctrl+D")
        self.write = self._action(tr("&Write to a tag…"), "")
        self.virtual = self._action(tr("Open in &virtual reader"), "")

    def all(self) -> list[QAction]:
        """Every action, in the order of the menu."""
        return [value for value in vars(self).values() if isinstance(value, QAction)]

    def add_to(self, menu: QMenu) -> None:
        """Puts all of them into ``menu``."""
        menu.addActions([self.open, self.save, self.close])
        menu.addSeparator()
        menu.addActions([self.compare, self.write, self.virtual])
        menu.addSeparator()

    def _action(self, text: str, keys: str) -> QAction:
        action = QAction(text, self)
        action.setEnabled(False)
        # Qt would otherwise guess from the words which action belongs into the application menu of macOS.
        action.setMenuRole(QAction.MenuRole.NoRole)
        if keys:
            action.setShortcut(QKeySequence(keys))
        return action
