"""The documents of all tags that were read in this run. What is staged in one is kept until it is written or discarded,
whatever happens to the card and to the window's contents."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from cardscope.memory.draft import Draft
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.words import tr


class Documents(QObject):
    """By UID: a tag that comes back finds its changes again, on whatever reader."""

    begun = Signal(object)
    """This :class:`MemoryDocument` is of a tag that was read for the first time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: dict[bytes, MemoryDocument] = {}
        self._practice: tuple[str, MemoryDocument] | None = None
        """The reader that holds a tag's twin, and the twin's document."""

    def get(self, uid: bytes | None, reader: str) -> MemoryDocument | None:
        """The document of that tag on ``reader``: a twin has its tag's number, and a document of its own."""
        if self._practice is not None and self._practice[0] == reader and self._practice[1].base.uid == uid:
            return self._practice[1]
        return self._documents.get(uid) if uid is not None else None

    def practise(self, draft: Draft, reader: str) -> None:
        """From now on the twin of a tag lies on ``reader``, with ``draft`` staged."""
        document = MemoryDocument(draft.base, self)
        for page, content in draft.changes.items():
            document.write_page(page, content, tr("change"))
        self._practice = reader, document

    @property
    def practice_reader(self) -> str:
        """The reader of the twin; empty: there is none."""
        return self._practice[0] if self._practice is not None else ""

    def end_practice(self, reader: str) -> None:
        """Nothing lies on ``reader`` any more."""
        if self._practice is not None and self._practice[0] == reader:
            self._practice = None

    def is_practice(self, document: MemoryDocument | None) -> bool:
        """Whether it is that of a twin."""
        return self._practice is not None and self._practice[1] is document

    def take(self, snapshot: TagSnapshot) -> MemoryDocument:
        """Puts a new reading under the tag's document, or begins one."""
        document = self.get(snapshot.uid, snapshot.reader)
        if document is not None and document.base.chip == snapshot.chip:
            document.rebase(snapshot)
            return document
        document = self._documents[snapshot.uid] = MemoryDocument(snapshot, self)
        self.begun.emit(document)
        return document

    @property
    def all(self) -> Iterator[MemoryDocument]:
        """Those of all tags that were read."""
        return iter(self._documents.values())

    @property
    def unwritten(self) -> Iterator[MemoryDocument]:
        """Those with staged changes."""
        return (document for document in self._documents.values() if document.staged)
