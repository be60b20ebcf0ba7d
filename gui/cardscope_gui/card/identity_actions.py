"""What can be done about a card's identity, as actions in the menu bar, and the list of ATRs behind the page."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cardscope.readers.protocol import ReaderStatus
from cardscope_gui.bridge import Bridge
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    from cardscope.session import CardSession
    from cardscope_gui.card.panel import CardPanel

_AUTOMATIC = ""


class IdentityActions(QObject):
    """Makes the actions; :meth:`update` says which card and reader they are about."""

    def __init__(self, bridge: Bridge, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._settings = settings
        self._window = window
        self._session: CardSession | None = None
        self._reader: ReaderStatus | None = None
        self._panel: CardPanel | None = None
        self.again = self._action(self.tr("&Identify again"), "Ctrl+R")
        self.again.triggered.connect(self.identify)
        self.applications = self._action(self.tr("Look for a&pplications"), "")
        self.applications.triggered.connect(self.look_for_applications)
        self.by_itself = self._action(self.tr("Look for applications &by itself"), "")
        self.by_itself.setCheckable(True)
        self.by_itself.setChecked(settings.probe_applications)
        self.by_itself.toggled.connect(self._set_by_itself)
        self.copy_text = self._action(self.tr("Copy all that is known as &text"), "Ctrl+Shift+T")
        self.copy_text.triggered.connect(lambda: self._panel.copy_text() if self._panel is not None else None)
        self.copy_json = self._action(self.tr("Copy all that is known as &JSON"), "Ctrl+Shift+J")
        self.copy_json.triggered.connect(lambda: self._panel.copy_json() if self._panel is not None else None)
        self.choose_list = self._action(self.tr("&List of ATRs…"), "")
        self.choose_list.triggered.connect(self.ask_for_list)
        self.families = QMenu(self.tr("Reader &family"), window)
        self.families.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._choose_family)
        self.families.aboutToShow.connect(self._fill_families)

    def attach(self, panel: "CardPanel") -> None:
        """Connects the page's own buttons, and loads the list of ATRs for it."""
        self._panel = panel
        panel.again_wanted.connect(self.identify)
        panel.applications_wanted.connect(self.look_for_applications)
        panel.list_wanted.connect(self.ask_for_list)
        panel.count_wanted.connect(partial(self._identify, may_count=True))
        self._bridge.spawn(self._load_list(panel, self._settings.atr_list))

    def update(self, session: "CardSession | None", reader: ReaderStatus | None, *, of_file: bool = False) -> None:
        """The card and the reader that the window shows now; ``of_file``: the tag of a dump file instead."""
        self._session, self._reader = session, reader
        there = session is not None
        self.again.setEnabled(there)
        for action in (self.copy_text, self.copy_json):
            action.setEnabled(there or of_file)
        known = self._bridge.service.identification(session.reader) if session is not None else None
        self.applications.setEnabled(there and known is not None and known.state is None and known.complete)
        self.families.setEnabled(reader is not None)

    def identify(self) -> None:
        """Identifies the card that is shown, from the start."""
        self._identify()

    def look_for_applications(self) -> None:
        """The same, and looks for well-known applications."""
        self._identify(probe_applications=True)

    def ask_for_list(self) -> None:
        """Asks for the file with the list of ATRs and loads it."""
        dialog = QFileDialog(self._window, self.tr("The list of ATRs (smartcard_list.txt)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Lists of ATRs (*.txt)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._list_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _identify(self, *, probe_applications: bool = False, may_count: bool = False) -> None:
        if self._session is None:
            return
        work = self._bridge.service.identify(
            self._session,
            family=self._settings.reader_family(self._session.reader) or None,
            probe_applications=probe_applications or self._settings.probe_applications,
            may_count=may_count,
        )
        self._bridge.spawn(work)

    def _set_by_itself(self, wanted: bool) -> None:
        self._settings.probe_applications = wanted
        if (identifying := self._bridge.service.identifying) is not None:
            identifying.probe_applications = wanted

    def _fill_families(self) -> None:
        from cardscope.readers.families import GENERIC, families  # noqa: PLC0415 not needed for the first window

        if not self.families.actions():
            self._add_family(self.tr("Find out"), _AUTOMATIC, self.tr("By the reader's name, else by asking it"))
            for key, family in families().items():
                self._add_family(family.name, key, family.source)
            how = self.tr("For readers that pass no native commands on: less can be told of a tag")
            self._add_family(self.tr("Storage-card commands only"), GENERIC, how)
        chosen = self._settings.reader_family(self._reader.name) if self._reader is not None else _AUTOMATIC
        for action in self._group.actions():
            action.setChecked(action.data() == chosen)

    def _add_family(self, words: str, key: str, hint: str) -> None:
        action = self.families.addAction(words)
        action.setToolTip(hint)
        action.setCheckable(True)
        action.setData(key)
        self._group.addAction(action)

    def _choose_family(self, action: QAction) -> None:
        if self._reader is None:
            return
        key = str(action.data())
        self._settings.set_reader_family(self._reader.name, key)
        if (identifying := self._bridge.service.identifying) is not None:
            if key:
                identifying.families[self._reader.name] = key
            else:
                identifying.families.pop(self._reader.name, None)
        self.identify()

    def _list_chosen(self, path: str) -> None:
        self._settings.atr_list = path
        if self._panel is not None:
            self._bridge.spawn(self._load_list(self._panel, path))

    async def _load_list(self, panel: "CardPanel", path: str) -> None:
        from cardscope.identify.atr_list import AtrListError, load_atr_list  # noqa: PLC0415 not for the first window

        try:
            panel.show_list(await load_atr_list(Path(path) if path else None), "")
        except AtrListError as error:
            panel.show_list(None, f"{error} {error.remedy}".rstrip())

    def _action(self, text: str, keys: str) -> QAction:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        return action
