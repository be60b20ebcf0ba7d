"""The open dump files: opening, showing, saving and closing them, and what else can be done with one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from cardscope.errors import CardScopeError
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.page import CardPage
from cardscope_gui.files.actions import FileActions
from cardscope_gui.files.drop_zone import DropZone
from cardscope_gui.files.loading import Loaded, aside, read_dump, write_dump
from cardscope_gui.files.model import FileModel
from cardscope_gui.files.open_file import FileState, OpenFile
from cardscope_gui.files.words import tr
from cardscope_gui.readers.virtual_slot import VirtualSlot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from cardscope.dumps import Candidate
    from cardscope.store.database import Database
    from cardscope.tags.snapshot import TagSnapshot
    from cardscope_gui.files.compare_sources import CompareSources, Key
    from cardscope_gui.files.compare_window import CompareWindow

_PATIENCE_MS = 200


class FileDesk(QObject):
    """Keeps the files, and which of them the window shows."""

    changed = Signal()
    """Another file is shown, or none any more, or the one that is shown is in another state."""
    failed = Signal(str)
    """Something could not be done; a sentence or two."""

    def __init__(
        self, bridge: Bridge, slot: VirtualSlot, card: CardPage, actions: FileActions, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._slot = slot
        self._card = card
        self._window = window
        self.actions = actions
        self.model = FileModel(self)
        self.shown: OpenFile | None = None
        """The file that the window shows; ``None``: a reader."""
        self._coming: OpenFile | None = None
        """The file that is shown as soon as it is read, or if that takes long."""
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._arrive)
        self.dialog: QDialog | None = None
        """The question that was asked last."""
        self._compare: CompareWindow | None = None
        self._sources: CompareSources | None = None
        self._store: Database | None = None
        DropZone(window).dropped.connect(self.open)
        card.save_wanted.connect(self.save)
        for action, does in (
            (actions.open, self.ask_to_open),
            (actions.close, self.close),
            (actions.compare, self.compare),
            (actions.write, self.write_to_tag),
            (actions.virtual, self.open_in_virtual_reader),
        ):
            action.triggered.connect(lambda _checked=False, does=does: does())

    def keep_backups_in(self, store: "Database") -> None:
        """Where the backups are that can be compared."""
        self._store = store
        if self._sources is not None:
            self._sources.store = store

    def ask_to_open(self) -> None:
        """Asks for files and opens them."""
        from cardscope_gui.files.dialogs import ask_files  # noqa: PLC0415 not for the first picture

        folder = self.shown.path.parent if self.shown is not None else None
        ask_files(self._window, folder, lambda paths: self.open(list(map(Path, paths))))

    def open(self, paths: Sequence[Path]) -> None:
        """Opens the files, and shows the last one. One that is open already is read again, unless it has changes."""
        file = None
        for path in paths:
            file = self.add(path)
        if file is not None:
            self._coming = file
            if file.state is FileState.LOADING:
                # Mostly it is there at once: a page that is gone before it is read would only flicker.
                self._patience.start()
            else:
                self._arrive()

    def add(self, path: Path) -> OpenFile:
        """The same for one file, without showing it."""
        path = path.absolute()
        file = next((one for one in self.model.files if one.path == path), None)
        if file is None:
            file = OpenFile(path, self)
            file.changed.connect(partial(self._file_changed, file))
            self.model.add(file)
        elif file.unsaved or file.state is FileState.LOADING:
            return file
        self._load(file, None)
        return file

    def choose(self, file: OpenFile, candidate: "Candidate") -> None:
        """Reads ``file`` as what the user says it is."""
        self._load(file, candidate)

    def show(self, file: OpenFile | None) -> None:
        """Shows ``file``, or for ``None`` the reader that was shown before."""
        self._coming = None
        if file is not self.shown:
            self.shown = file
            self.changed.emit()

    def close(self, file: OpenFile | None = None) -> None:
        """Closes ``file``, by default the one that is shown; asks first where it has changes."""
        file = file or self.shown
        if file is None:
            return
        if not file.unsaved:
            self._forget(file)
            return
        from cardscope_gui.files.dialogs import UnsavedDialog  # noqa: PLC0415

        self.dialog = UnsavedDialog(
            file.name,
            partial(self._ask_to_save, file, then_close=True),
            partial(self._forget, file),
            self._window,
        )
        self.dialog.open()

    def save(self) -> None:
        """Saves the file that is shown, with its changes, or what was read of the tag that is shown."""
        if self.shown is not None:
            self._ask_to_save(self.shown)
        elif (document := self._card.shown_document) is not None:
            base = document.base
            staged = tr(" Staged changes are not in it.") if document.staged else ""
            name = f"{base.chip.key}-{base.uid.hex().upper()}"
            self._ask_where(base, tr("The memory of the tag as it was read.") + staged, name, "", None)

    def open_in_virtual_reader(self, file: OpenFile | None = None) -> None:
        """Makes the tag in the file, with its changes, a card in the virtual reader."""
        file = file or self.shown
        if file is not None and (content := file.content) is not None:
            self._slot.insert_snapshot(file.name, content)

    def compare(self, file: OpenFile | None = None) -> None:
        """Opens the comparison of the file with something else; of what is shown, by default."""
        self._show_comparison(None, self._shown_key(file))

    def write_to_tag(self, file: OpenFile | None = None) -> None:
        """Opens the comparison of a tag, the last one that was shown if there is one, with the file, where everything
        that differs is about to be taken over."""
        self._show_comparison(self._tag_key(), self._shown_key(file), all_selected=True)

    def file_menu(self, file: OpenFile) -> QMenu:
        """What can be done with ``file``."""
        menu = QMenu(self._window)
        there = file.state is FileState.OPEN
        for words, does in (
            (tr("Open in virtual reader"), partial(self.open_in_virtual_reader, file)),
            (tr("Compare…"), partial(self.compare, file)),
            (tr("Write to a tag…"), partial(self.write_to_tag, file)),
            (tr("Save dump…"), partial(self._ask_to_save, file)),
        ):
            action = menu.addAction(words)
            action.setEnabled(there)
            action.triggered.connect(does)
        menu.addSeparator()
        menu.addAction(tr("Close")).triggered.connect(partial(self.close, file))
        return menu

    def open_menu(self, file: OpenFile, place: QPoint) -> None:
        """Shows :meth:`file_menu` at ``place`` on the screen."""
        menu = self.file_menu(file)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    @property
    def unsaved(self) -> list[OpenFile]:
        """The files with changes."""
        return [file for file in self.model.files if file.unsaved]

    def asks_before_leaving(self, leave: Callable[[], object]) -> bool:
        """Asks, where tags or files have changes that are kept nowhere, whether they are to be given up; ``leave`` is
        called if so."""
        tags, files = self._card.unkept, self.unsaved
        if tags or files:
            from cardscope_gui.memory.leaving import ask_to_leave  # noqa: PLC0415 not for the first window

            ask_to_leave(tags, self._window, leave, files=[file.name for file in files])
        return bool(tags or files)

    def update_actions(self) -> None:
        """To be called whenever another card or file is shown."""
        actions, file = self.actions, self.shown
        there = file is not None and file.state is FileState.OPEN
        tag = file is None and self._card.shown_document is not None
        actions.close.setEnabled(file is not None)
        actions.save.setEnabled(there or tag)
        actions.compare.setEnabled(there or tag)
        actions.write.setEnabled(there)
        actions.virtual.setEnabled(there)

    def _load(self, file: OpenFile, candidate: "Candidate | None") -> None:
        if file.state is not FileState.OPEN:  # what is shown stays until there is something else
            file.begin()
        self._bridge.spawn(self._read(file, candidate))

    async def _read(self, file: OpenFile, candidate: "Candidate | None") -> None:
        try:
            loaded = await aside(partial(read_dump, file.path, candidate))
        except OSError as error:
            self._failed(file, tr("It cannot be read: {0}.").format(error.strerror or error))
        except CardScopeError as error:
            candidates: tuple[Candidate, ...] = getattr(error, "candidates", ())
            if candidates and file in self.model.files:
                file.ask(candidates)
            else:
                self._failed(file, f"{error} {error.remedy}".rstrip())
        else:
            if file in self.model.files and not file.unsaved:
                file.fill(loaded)

    def _failed(self, file: OpenFile, why: str) -> None:
        if file in self.model.files:
            file.fail(why)

    def _forget(self, file: OpenFile) -> None:
        files = self.model.files
        row = files.index(file)
        self.model.remove(file)
        if file is self.shown:
            rest = self.model.files
            self.show(rest[min(row, len(rest) - 1)] if rest else None)
        file.deleteLater()

    def _ask_to_save(self, file: OpenFile, *, then_close: bool = False) -> None:
        content = file.content
        if content is not None:
            what = tr("{0} with all its changes.") if file.unsaved else tr("{0} as it is.")
            self._ask_where(content, what.format(file.name), str(file.path), file.format, file, then_close=then_close)

    def _ask_where(
        self,
        snapshot: "TagSnapshot",
        what: str,
        name: str,
        format_name: str,
        file: OpenFile | None,
        *,
        then_close: bool = False,
    ) -> None:
        from cardscope_gui.files.save_dialog import SaveDialog  # noqa: PLC0415 not for the first picture

        dialog = self.dialog = SaveDialog(snapshot, what, name, format_name, self._window)

        def chosen(path: str, key: str, agreed: bool) -> None:
            self._bridge.spawn(
                self._write(Path(path).absolute(), snapshot, key, file, replace=agreed, then_close=then_close)
            )

        dialog.chosen.connect(chosen)
        dialog.open()

    async def _write(
        self,
        path: Path,
        snapshot: "TagSnapshot",
        key: str,
        file: OpenFile | None,
        *,
        replace: bool,
        then_close: bool,
    ) -> None:
        try:
            loaded: Loaded = await aside(partial(write_dump, path, snapshot, key, replace=replace))
        except CardScopeError as error:
            self.failed.emit(f"{error} {error.remedy}".rstrip())
            return
        if file is not None and file in self.model.files:
            file.saved(path, loaded)
            if then_close and not file.unsaved:
                self._forget(file)
        for other in self.model.files:
            if other is not file and other.path == path and not other.unsaved:
                self._load(other, None)
        self._card.say(tr("Saved as {0}.").format(path.name))

    def _arrive(self) -> None:
        self._patience.stop()
        if self._coming is not None and self._coming in self.model.files:
            self.show(self._coming)

    def _file_changed(self, file: OpenFile) -> None:
        if file is self._coming and file.state is not FileState.LOADING:
            self._arrive()
        elif file is self.shown:
            self.changed.emit()

    def _shown_key(self, file: OpenFile | None) -> "Key | None":
        from cardscope_gui.files.compare_sources import key_of  # noqa: PLC0415

        file = file or self.shown
        return key_of(file) if file is not None else self._tag_key()

    def _tag_key(self) -> "Key | None":
        from cardscope_gui.files.compare_sources import tag_key  # noqa: PLC0415

        document = self._card.shown_document if self.shown is None else None
        if document is not None:
            return tag_key(document.base.uid)
        service = self._bridge.service
        sessions = (service.session(status.name) for status in service.readers)
        uid = next((session.uid for session in sessions if session is not None and session.uid is not None), None)
        return tag_key(uid) if uid is not None else None

    def _show_comparison(self, left: "Key | None", right: "Key | None", *, all_selected: bool = False) -> None:
        if self._compare is None:
            from cardscope_gui.files.compare_sources import CompareSources  # noqa: PLC0415
            from cardscope_gui.files.compare_window import CompareWindow  # noqa: PLC0415

            self._sources = CompareSources(self._bridge, self._card, self.model, self)
            self._sources.store = self._store
            self._compare = CompareWindow(self._sources, self._window)
            self._compare.open_wanted.connect(self._ask_to_compare)
        self._compare.show_pair(left, right, all_selected=all_selected)

    def _ask_to_compare(self) -> None:
        from cardscope_gui.files.compare_sources import key_of  # noqa: PLC0415
        from cardscope_gui.files.dialogs import ask_files  # noqa: PLC0415

        def chosen(paths: list[str]) -> None:
            files = [self.add(Path(path)) for path in paths]
            if self._compare is not None and files:
                self._compare.await_right(key_of(files[-1]))

        parent: QWidget = self._compare or self._window
        ask_files(parent, None, chosen)
