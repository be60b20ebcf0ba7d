"""Staged changes survive the program: kept in the store soon after each change, taken up again with their tag."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from cardscope.errors import CardScopeError
from cardscope.memory.mirror import mirrored
from cardscope.store.drafts import KeptChanges, KeptPage, MemoryDrafts, secret_pages
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.words import tr

if TYPE_CHECKING:
    from cardscope.store.history import Store

_SOON: Final = 400
"""Milliseconds from a change to its being kept, with all that came meanwhile."""


class KeptDocument:
    """What is kept of one document, and what there is to say of it."""

    def __init__(self, document: MemoryDocument) -> None:
        self.document = document
        self.since: float | None = None
        """When what was taken up was kept, in seconds since 1970; ``None``: nothing was, or it was dismissed."""
        self.taken: frozenset[int] = frozenset()
        """The pages that were taken up."""
        self.missing: frozenset[int] = frozenset()
        """The pages with a secret that was not kept and is not typed yet."""
        self.stored: Mapping[int, KeptPage] = {}
        """What is in the store."""
        self.looked = False
        """Whether the store has been asked what it has; before, nothing in it is overwritten."""
        self._was: dict[int, bytes | None] = {}

    @property
    def strange(self) -> frozenset[int]:
        """The staged pages that hold something else on the tag now than when they were edited."""
        now = self.document.base
        shown = mirrored(now)
        return frozenset(
            page
            for page in self.document.staged
            if _differ(self._was.get(page), now.pages.get(page), shown.get(page, frozenset()))
        )

    @property
    def still_staged(self) -> frozenset[int]:
        """The pages that were taken up and are staged."""
        return self.taken & self.document.staged

    def wanted(self) -> dict[int, KeptPage]:
        """What is to be in the store."""
        document, secret = self.document, secret_pages(self.document.base.chip)
        pages = {page: KeptPage(None, None) for page in self.missing}
        for page in document.staged:
            wanted = None if page in secret else document.wanted(page)
            pages[page] = KeptPage(self._was.get(page), wanted)
        return pages

    def follow(self) -> None:
        """To be called after every change: remembers what newly edited pages held."""
        staged, base = self.document.staged, self.document.base
        self._was = {page: self._was.get(page, base.pages.get(page)) for page in staged}
        self.missing -= staged

    def take_up(self, kept: KeptChanges) -> None:
        """Stages what was kept, but for pages that hold it by now, or that were edited since."""
        document = self.document
        values: dict[int, int] = {}
        for page, (was, wanted) in kept.pages.items():
            place = document.place(page)
            if place is None or page in document.staged:
                continue
            if wanted is None:
                self.missing |= {page}
                continue
            self._was[page] = was
            start = PAGE_SIZE * place
            values |= {start + at: byte for at, byte in enumerate(wanted) if byte is not None}
        before = document.staged
        self.stored, self.looked = kept.pages, True
        document.write(values, tr("kept changes"))
        self.taken = document.staged - before
        if self.taken or self.missing:
            self.since = kept.changed

    def dismiss(self) -> None:
        """The user knows."""
        self.since, self.missing = None, frozenset()
        self._was = {page: self.document.base.pages.get(page) for page in self.document.staged}

    def revert(self, pages: frozenset[int]) -> None:
        """Takes the changes of ``pages`` back, as one step to undo."""
        places = (self.document.place(page) for page in pages)
        starts = (PAGE_SIZE * place for place in places if place is not None)
        self.document.revert([start + at for start in starts for at in range(PAGE_SIZE)], tr("discard"))


class ChangesKeeper(QObject):
    """Keeps what is staged in ``documents``: twins are not among them."""

    changed = Signal(object)
    """There may be something else to say of this :class:`MemoryDocument`."""
    failed = Signal(str)
    """The store cannot be used; sentences."""

    def __init__(self, bridge: Bridge, documents: Documents, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._drafts: MemoryDrafts | None = None
        self._kept: dict[MemoryDocument, KeptDocument] = {}
        self._fails = False
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(lambda: bridge.spawn(self._keep()))
        documents.begun.connect(self._begun)

    def keep_in(self, store: "Store") -> None:
        """From now on everything is kept in ``store``."""
        self._drafts = MemoryDrafts(store)
        for kept in list(self._kept.values()):
            self._bridge.spawn(self._look(kept))

    def of(self, document: MemoryDocument | None) -> KeptDocument | None:
        """What is kept of ``document``; ``None`` for a twin or a file."""
        return self._kept.get(document) if document is not None else None

    def lost(self, document: MemoryDocument) -> frozenset[int]:
        """The pages whose staged changes would not be there at the next start."""
        if self._drafts is None or self._fails or document not in self._kept:
            return document.staged
        return document.staged & secret_pages(document.base.chip)

    async def has(self, uid: bytes) -> bool:
        """Whether changes of a tag with that UID are kept. Raises CardScopeError when the store fails."""
        return self._drafts is not None and await self._drafts.has(uid)

    async def finish(self) -> None:
        """Keeps what has not been kept yet."""
        self._soon.stop()
        await self._keep()

    def dismiss(self, document: MemoryDocument) -> None:
        """Says nothing more of what was taken up; it stays staged."""
        if (kept := self._kept.get(document)) is not None:
            kept.dismiss()
            self._changed(kept)

    def discard(self, document: MemoryDocument) -> None:
        """Takes what was taken up back, as one step to undo."""
        if (kept := self._kept.get(document)) is not None:
            pages = kept.still_staged
            kept.since, kept.missing = None, frozenset()
            kept.revert(pages)
            self._changed(kept)

    def leave_out(self, document: MemoryDocument) -> None:
        """Takes back the changes of the pages that the tag has changed itself, as one step to undo."""
        if (kept := self._kept.get(document)) is not None:
            kept.revert(kept.strange)
            self._changed(kept)

    def _begun(self, document: MemoryDocument) -> None:
        kept = self._kept[document] = KeptDocument(document)

        def changed(_pages: object = None) -> None:
            self._changed(kept)

        document.changed.connect(changed)
        document.rebased.connect(changed)
        if self._drafts is not None:
            self._bridge.spawn(self._look(kept))

    def _changed(self, kept: KeptDocument) -> None:
        kept.follow()
        if self._drafts is not None and not self._soon.isActive():
            self._soon.start()
        self.changed.emit(kept.document)

    async def _look(self, kept: KeptDocument) -> None:
        drafts, base = self._drafts, kept.document.base
        if drafts is None or kept.looked:
            return
        try:
            found = await drafts.find(base.uid, base.chip)
        except CardScopeError as error:
            self._say(error)
            return
        if kept.looked:
            return
        if found is not None:
            kept.take_up(found)
        kept.looked = True
        self._changed(kept)

    async def _keep(self) -> None:
        drafts = self._drafts
        if drafts is None:
            return
        for kept in list(self._kept.values()):
            pages = kept.wanted()
            if not kept.looked or pages == kept.stored:
                continue
            base = kept.document.base
            try:
                await drafts.keep(base.uid, base.chip, time.time(), pages)
            except CardScopeError as error:
                self._say(error)
                return
            kept.stored, self._fails = pages, False

    def _say(self, error: CardScopeError) -> None:
        if not self._fails:
            self._fails = True
            self.failed.emit(tr("Staged changes last no longer than the window: {0}").format(error))


def _differ(was: bytes | None, now: bytes | None, mirror: frozenset[int]) -> bool:
    if was is None or now is None:
        return False
    return any(was[at] != now[at] for at in range(PAGE_SIZE) if at not in mirror)
