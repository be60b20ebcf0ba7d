"""What is said over the memory of a tag whose changes were taken up again."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from cardscope.errors import CardScopeError
from cardscope.memory.wording import pages_text
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.keeping import ChangesKeeper, KeptDocument
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.kept_bar import KeptBar, moment_words
from cardscope_gui.widgets.marks import Mark

if TYPE_CHECKING:
    from cardscope_gui.memory.tab import MemoryTab


class KeptStrip(KeptBar):
    """Of the document in ``tab``."""

    wanted = Signal()
    """A tag has come of which changes are kept: its memory is wanted in front."""

    def __init__(self, bridge: Bridge, tab: "MemoryTab", documents: Documents, keeper: ChangesKeeper) -> None:
        super().__init__(tab)
        self._bridge = bridge
        self._tab = tab
        self._documents = documents
        self._keeper = keeper
        self._asked: tuple[str, bytes, int] | None = None
        self.leave_out = Button(tr("Leave these out"), parent=self)
        self.leave_out.setProperty("compact", True)
        self.leave_out.clicked.connect(lambda: self._with_document(keeper.leave_out))
        self.row.insertWidget(self.row.indexOf(self.discard), self.leave_out)
        self.discard_wanted.connect(self._discard)
        self.dismissed.connect(lambda: self._with_document(keeper.dismiss))
        tab.add_strip(self)
        tab.model.modelReset.connect(self._show)
        tab.shown.connect(self._card_shown)
        keeper.changed.connect(self._changed)
        keeper.failed.connect(self._failed)

    def _show(self) -> None:
        kept = self._keeper.of(self._tab.document)
        said = _said(kept) if kept is not None else []
        if kept is None or not said:
            self.hide()
            return
        self.set_discard_shown(kept.since is not None and bool(kept.still_staged))
        self.leave_out.setVisible(bool(kept.strange))
        self.say(" ".join(said), caution=bool(kept.strange))

    def _changed(self, document: MemoryDocument) -> None:
        if document is self._tab.document:
            self._show()

    def _failed(self, words: str) -> None:
        self._tab.hint.say(words, Mark.CAUTION)

    def _with_document(self, does: Callable[[MemoryDocument], None]) -> None:
        if (document := self._tab.document) is not None:
            does(document)

    def _discard(self) -> None:
        self._with_document(self._keeper.discard)
        self._tab.hint.say(tr("What was kept is taken back. Undo brings it again."))

    def _card_shown(self) -> None:
        """A tag is in the tab. Where it was not read yet, its kept changes want it to be."""
        session = self._tab.session
        if session is None or session.uid is None or self._documents.get(session.uid, session.reader) is not None:
            return
        asked = (session.reader, session.uid, session.insertion)
        if asked != self._asked:
            self._asked = asked
            self._bridge.spawn(self._ask(session.uid))

    async def _ask(self, uid: bytes) -> None:
        try:
            if await self._keeper.has(uid):
                self.wanted.emit()
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)


def _said(kept: KeptDocument) -> list[str]:
    said: list[str] = []
    document = kept.document
    if kept.since is not None and (pages := kept.still_staged):
        changed = sum(document.is_changed(position) for page in pages for position in _positions(document, page))
        words = tr("Changes from {0} were kept: {1} on {2}.")
        count = counted(changed, tr("{0} byte"), tr("{0} bytes"))
        when = moment_words(kept.since, time.time())
        said.append(words.format(when, count, counted(len(pages), tr("{0} page"), tr("{0} pages"))))
    if kept.missing:
        said.append(tr("Passwords and keys are never kept: type {0} again.").format(pages_text(kept.missing)))
    if strange := kept.strange:
        words = tr("The tag itself has changed in {0} since that was edited: compare before you write.")
        said.append(words.format(pages_text(strange)))
    return said


def _positions(document: MemoryDocument, page: int) -> range:
    start = PAGE_SIZE * (document.place(page) or 0)
    return range(start, start + PAGE_SIZE)
