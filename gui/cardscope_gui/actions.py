"""The menu bar: every action of the window, with its keys."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from cardscope_gui import theme
from cardscope_gui.card.identity_actions import IdentityActions
from cardscope_gui.files.actions import FileActions
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.readers.slot_actions import SlotActions
from cardscope_gui.settings import Settings
from cardscope_gui.theme import Appearance


class Actions(QObject):
    """Makes the actions, puts them and those of ``slot``, ``identity``, ``memory`` and ``files`` into ``window``'s menu
    bar; the window connects them."""

    def __init__(
        self,
        window: QMainWindow,
        slot: SlotActions,
        identity: IdentityActions,
        memory: MemoryActions,
        files: FileActions,
    ) -> None:
        super().__init__(window)
        self._memory = memory
        self._files = files
        bar = window.menuBar()

        menu = bar.addMenu(self.tr("&File"))
        files.add_to(menu)
        self.quit = self._add(menu, self.tr("&Quit"), "Ctrl+Q", role=QAction.MenuRole.QuitRole)

        menu = bar.addMenu(self.tr("&Edit"))
        memory.add_to_edit(menu)
        self.copy_uid = self._add(menu, self.tr("Copy &UID"), "Ctrl+Shift+U")
        self.copy_atr = self._add(menu, self.tr("Copy &ATR"), "Ctrl+Shift+A")

        menu.addActions([identity.copy_text, identity.copy_json])

        menu = bar.addMenu(self.tr("&Card"))
        memory.add_to_card(menu)
        menu.addActions([identity.again, identity.applications, identity.by_itself])
        menu.addMenu(identity.families)
        self.identify_again = identity.again
        self.copy_known_text = identity.copy_text
        self.copy_known_json = identity.copy_json
        menu.addSeparator()
        slot.add_to(menu)
        self.remove_virtual = slot.remove
        self.on_service = slot.on_service
        menu.addSeparator()
        self.reset_card = self._add(menu, self.tr("&Reset card"), "Ctrl+Shift+R")
        self.release_card = self._add(menu, self.tr("Re&lease card for other programs"), "Ctrl+Shift+L")

        menu = bar.addMenu(self.tr("&View"))
        self.sidebar = self._add(menu, self.tr("&Sidebar"), "F9", checkable=True)
        self.console = self._add(menu, self.tr("&Console"), "F8", checkable=True)
        self.composer = self._add(menu, self.tr("Command &line"), "Ctrl+L")
        menu.addSeparator()
        self.next_pane = self._add(menu, self.tr("&Next pane"), "F6")
        self.previous_pane = self._add(menu, self.tr("&Previous pane"), "Shift+F6")
        menu.addSeparator()
        self.appearance = self._appearance(menu.addMenu(self.tr("&Appearance")))

        menu = bar.addMenu(self.tr("&Tools"))
        self.library = self._add(menu, self.tr("Command li&brary…"), "Ctrl+B")
        self.scripts = self._add(menu, self.tr("&Scripts…"), "Ctrl+Shift+B")
        self.doctor = self._add(menu, self.tr("&Why isn't my reader listed?"), "F7")
        menu.addAction(identity.choose_list)

        menu = bar.addMenu(self.tr("&Help"))
        self.shortcuts = self._add(menu, self.tr("&Keyboard shortcuts"), "F1")
        self.about = self._add(menu, self.tr("&About CardScope"), "", role=QAction.MenuRole.AboutRole)

    def all(self) -> list[QAction]:
        """Every action, in the order of the menus."""
        own = [value for value in vars(self).values() if isinstance(value, QAction)]
        return list(dict.fromkeys((*own, *self._files.all(), *self._memory.all())))

    def remember_appearance(self, settings: Settings) -> None:
        """The appearance that is chosen is kept in ``settings``, and is there at once."""

        def choose(action: QAction) -> None:
            settings.appearance = Appearance(action.data())
            theme.notifier().set_appearance(settings.appearance)

        self.appearance.triggered.connect(choose)

    def _add(
        self,
        menu: QMenu,
        text: str,
        keys: str,
        *,
        checkable: bool = False,
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> QAction:
        action = menu.addAction(text)
        # Qt would otherwise guess from the words which action belongs into the application menu of macOS.
        action.setMenuRole(role)
        action.setCheckable(checkable)
        if keys:
            action.setShortcut(QKeySequence(keys))
        return action

    def _appearance(self, menu: QMenu) -> QActionGroup:
        group = QActionGroup(self)
        for appearance, text in (
            (Appearance.SYSTEM, self.tr("As the &system")),
            (Appearance.LIGHT, self.tr("&Light")),
            (Appearance.DARK, self.tr("&Dark")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(appearance.value)
            action.setChecked(appearance is theme.notifier().appearance)
            group.addAction(action)
        return group
