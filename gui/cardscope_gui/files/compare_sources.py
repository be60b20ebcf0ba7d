"""What there is to compare: open files, tags that were read, tags on readers, and backups."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.decode.hex import format_hex
from cardscope.errors import CardScopeError
from cardscope.events import CardRemoved, Identified
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.page import CardPage
from cardscope_gui.files.compare_rows import CompareSide
from cardscope_gui.files.model import FileModel
from cardscope_gui.files.open_file import OpenFile
from cardscope_gui.files.words import tr

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession
    from cardscope.store.backups import Backup
    from cardscope.store.database import Database

Key = tuple[str, object]


@dataclass(frozen=True, slots=True)
class CompareSource:
    """One thing to compare."""

    key: Key
    """Stays the same while name and content change."""
    name: str
    side: CompareSide | None
    """``None`` until it is read."""
    read: Callable[[], None] | None = None
    """Reads it, where that changes nothing on the tag."""
    why: str = ""
    """Why it cannot be read, sentences."""


class CompareSources(QObject):
    """Keeps the list; :attr:`changed` says that it may be another."""

    changed = Signal()

    def __init__(self, bridge: Bridge, card: CardPage, files: FileModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._card = card
        self._files = files
        self._backups: list[Backup] = []
        self._reading: set[bytes] = set()
        self._failures: dict[bytes, str] = {}
        self.store: Database | None = None
        """Where backups are kept, once it is open."""
        files.rowsInserted.connect(self.changed)
        files.rowsRemoved.connect(self.changed)
        files.dataChanged.connect(self.changed)
        card.changed.connect(self.changed)
        bridge.published.connect(self._on_event)

    def all(self) -> list[CompareSource]:
        """Files first, then tags, then backups."""
        return [*self._of_files(), *self._of_tags(), *self._of_backups()]

    def load_backups(self) -> None:
        """Looks for backups of the tags that are there now; :attr:`changed` follows."""
        uids = {source.side.snapshot.uid for source in (*self._of_files(), *self._of_tags()) if source.side}
        if self.store is not None and uids:
            self._bridge.spawn(self._load_backups(self.store, uids))

    def _of_files(self) -> list[CompareSource]:
        return [
            CompareSource(key_of(file), file.name, CompareSide(file.name, file.document.base, file.document))
            for file in self._files.files
            if file.document is not None
        ]

    def _of_tags(self) -> list[CompareSource]:
        found: list[CompareSource] = []
        present: dict[bytes, str] = {}
        for status in self._bridge.service.readers:
            session = self._bridge.service.session(status.name)
            if session is not None and session.uid is not None:
                present[session.uid] = status.name
        documents = {document.base.uid: document for document in self._card.read_tags}
        for uid, document in documents.items():
            name = _tag_name(document.base.chip.name, uid, present.get(uid, ""))
            found.append(CompareSource(("tag", uid), name, CompareSide(name, document.base, document, of_tag=True)))
        for uid, reader in present.items():
            session, known = self._bridge.service.session(reader), self._bridge.service.identification(reader)
            if uid in documents or session is None or known is None or known.chip is None or known.chip.chip is None:
                continue
            why = known.withheld or self._failures.get(uid, "")
            read = partial(self._read, session, known) if known.complete and not known.withheld else None
            found.append(CompareSource(("tag", uid), _tag_name(known.chip.name, uid, reader), None, read, why))
        return found

    def _of_backups(self) -> list[CompareSource]:
        found: list[CompareSource] = []
        for backup in self._backups:
            when = f"{datetime.fromtimestamp(backup.added):%Y-%m-%d %H:%M:%S}"
            name = tr("Backup of {0}, {1}").format(format_hex(backup.uid, " "), when)
            found.append(CompareSource(("backup", backup.id), name, CompareSide(name, backup.snapshot)))
        return found

    def _on_event(self, event: object) -> None:
        if isinstance(event, Identified | CardRemoved):
            self.changed.emit()

    def _read(self, session: "CardSession", known: "Identification") -> None:
        if session.uid is not None and session.uid not in self._reading:
            self._bridge.spawn(self._read_tag(session, known, session.uid))

    async def _read_tag(self, session: "CardSession", known: "Identification", uid: bytes) -> None:
        from cardscope.memory.reading import read_memory  # noqa: PLC0415 not for the first comparison

        self._reading.add(uid)
        self._failures.pop(uid, None)
        try:
            snapshot = await read_memory(session, known)
        except CardScopeError as error:
            self._failures[uid] = f"{error} {error.remedy}".rstrip()
        else:
            self._card.take_reading(snapshot)
        finally:
            self._reading.discard(uid)
        self.changed.emit()

    async def _load_backups(self, store: "Database", uids: set[bytes]) -> None:
        from cardscope.store.backups import Backups  # noqa: PLC0415
        from cardscope.store.database import StoreError  # noqa: PLC0415

        found: list[Backup] = []
        try:
            for uid in sorted(uids):
                found += await Backups(store).list(uid)
        except StoreError:
            return  # files and tags can be compared all the same; the store's own trouble is told elsewhere
        self._backups = found
        self.changed.emit()


def key_of(file: OpenFile) -> Key:
    """The key of an open file."""
    return ("file", file)


def tag_key(uid: bytes) -> Key:
    """The key of a tag."""
    return ("tag", uid)


def _tag_name(chip: str, uid: bytes, reader: str) -> str:
    name = f"{chip} {format_hex(uid, ' ')}"
    return tr("{0} on {1}").format(name, reader) if reader else name
