"""What can be done in the Memory tab, as actions for the menu bar and the table's own menu."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cardscope_gui.memory.protection.actions import ProtectionActions
from cardscope_gui.memory.words import tr


class MemoryActions(QObject):
    """Made before the tab, which connects them; all are disabled until it does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.protection = ProtectionActions(window)
        self.undo = self._action(tr("&Undo"), "Ctrl+Z", inside=True)
        self.redo = self._action(tr("&Redo"), "Ctrl+Shift+Z", inside=True)
        self.copy_hex = self._action(tr("&Copy bytes as hex"), "Ctrl+C", inside=True)
        self.copy_text = self._action(tr("Copy bytes as &text"), "")
        self.copy_c = self._action(tr("Copy bytes as C &array"), "")
        self.paste = self._action(tr("&Paste hex"), "Ctrl+V", inside=True)
        self.paste_text = self._action(tr("Paste te&xt"), "Ctrl+Shift+V", inside=True)
        self.fill = self._action(tr("&Fill selected bytes…"), "Ctrl+Shift+F", inside=True)
        self.revert = self._action(tr("Ta&ke selected bytes back"), "")
        self.select_all = self._action(tr("&Select all bytes"), "Ctrl+A", inside=True)
        self.find = self._action(tr("F&ind page or bytes…"), "Ctrl+F")
        self.find_next = self._action(tr("Find &next"), "F3")
        self.find_previous = self._action(tr("Find pre&vious"), "Shift+F3")
        self.fold = self._action(tr("Fol&d or open run of equal pages"), "")
        self.read_again = self._action(tr("&Read memory again"), "")
        self.review = self._action(tr("Re&view and write…"), "Ctrl+Shift+Return")
        self.discard = self._action(tr("&Discard changes"), "")
        self.save_dump = self._action(tr("&Save dump…"), "Ctrl+S")
        self.backups = self._action(tr("&Backups of this tag…"), "")

    def all(self) -> list[QAction]:
        """Every action, in the order of the menus."""
        return [value for value in vars(self).values() if isinstance(value, QAction)]

    def add_to_edit(self, menu: QMenu) -> None:
        """The entries for the window's Edit menu."""
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        self._add_bytes(menu)
        menu.addSeparator()
        menu.addActions([self.select_all, self.find, self.find_next, self.find_previous])
        menu.addSeparator()

    def add_to_card(self, menu: QMenu) -> None:
        """The entries for the window's Card menu."""
        menu.addActions([self.read_again, self.review, self.discard, self.backups])
        menu.addMenu(self.protection.menu)
        menu.addSeparator()

    def table_menu(self, parent: QWidget) -> QMenu:
        """The menu over the bytes."""
        menu = QMenu(parent)
        self._add_bytes(menu)
        menu.addSeparator()
        menu.addActions([self.select_all, self.fold])
        return menu

    def _add_bytes(self, menu: QMenu) -> None:
        menu.addActions([self.copy_hex, self.copy_text, self.copy_c, self.paste, self.paste_text])
        menu.addActions([self.fill, self.revert])

    def _action(self, text: str, keys: str, *, inside: bool = False) -> QAction:
        """``inside``: its keys belong to other widgets elsewhere, as those of copying do."""
        action = QAction(text, self)
        action.setEnabled(False)
        if keys:
            action.setShortcut(QKeySequence(keys))
        if inside:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action
