"""Between the Memory tab and the tag: opens reviews, offers what is unfinished, and shows backups."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.errors import CardScopeError
from cardscope.events import CardInserted, CardRemoved, ReaderRemoved
from cardscope.readers.families import GENERIC
from cardscope.store.backups import Backups
from cardscope.store.history import Store
from cardscope.store.journal import Ending, Journal
from cardscope.store.transient import TransientStore
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.review.recovery_bar import RecoveryBar
from cardscope_gui.memory.tab import MemoryTab
from cardscope_gui.memory.words import tr
from cardscope_gui.readers.virtual_slot import VirtualSlot
from cardscope_gui.widgets.marks import Mark

if TYPE_CHECKING:
    from cardscope.memory.draft import Draft
    from cardscope.memory.recovery import Recovery
    from cardscope_gui.memory.review.backups_dialog import BackupsDialog
    from cardscope_gui.memory.review.dialog import ReviewDialog
    from cardscope_gui.memory.review.review import Card, TakingOver


class WritingDesk(QObject):
    """Serves ``tab``. ``slot`` is where plans are tried on virtual cards."""

    unfinished = Signal()
    """A tag that has come has an unfinished plan: the Memory tab is wanted in front."""

    def __init__(
        self, bridge: Bridge, tab: MemoryTab, documents: Documents, slot: VirtualSlot, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._tab = tab
        self._documents = documents
        self._slot = slot
        self._store: Store = TransientStore()
        self._practice: Store = TransientStore()
        self._recovery: Recovery | None = None
        self._twin_in = ""
        """The reader on which a twin lies, once it does."""
        self._asked: tuple[str, bytes, int] | None = None
        self.dialog: ReviewDialog | None = None
        """The review that is open."""
        self.backups: BackupsDialog | None = None
        self.bar = RecoveryBar(tab)
        tab.add_strip(self.bar)
        tab.review_wanted.connect(self._review_wanted)
        tab.reading.finished.connect(self.look)
        tab.shown.connect(self._card_shown)
        bridge.published.connect(self._on_event)
        self.bar.resume_wanted.connect(lambda: self._recover(Ending.RESUMED))
        self.bar.roll_back_wanted.connect(lambda: self._recover(Ending.ROLLED_BACK))
        self.bar.leave_wanted.connect(self._leave)

    def keep_in(self, store: Store) -> None:
        """Where the journal and the backups are kept; before, and without it, they last as long as the window."""
        self._store = store
        self._asked = None
        self._card_shown()
        self.look()

    # ---- Review ------------------------------------------------------------------------------------------------------

    def review(self, taking_over: "TakingOver | None" = None) -> None:
        """Opens the review of what is staged in the tab."""
        from cardscope_gui.memory.review.dialog import ReviewDialog  # noqa: PLC0415 not for the first picture
        from cardscope_gui.memory.review.review import Review  # noqa: PLC0415

        document = self._tab.document
        if document is None or self.dialog is not None:
            return
        journal = Journal(self._store_of(document))
        review = Review(
            self._bridge,
            document,
            lambda: self._find(document),
            journal,
            taking_over=taking_over,
            opened=self._tab.opened,
            caution=self._no_journal(document),
        )
        dialog = ReviewDialog(review, self._tab, practice=self._no_practice(document))
        review.setParent(dialog)
        review.ended.connect(partial(self._written, document))
        dialog.practice_wanted.connect(lambda: self._practise(dialog))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        review.start()

    def _review_wanted(self) -> None:
        self.review()

    def _written(self, document: MemoryDocument) -> None:
        """What the window says of the tag may not be true any more."""
        self.look()
        if (card := self._find(document)) is not None:
            family = card.known.family.key if card.known.family is not None else GENERIC
            self._bridge.spawn(self._bridge.service.identify(card.session, family=family, may_count=True))

    def _no_journal(self, document: MemoryDocument) -> str:
        if self._documents.is_practice(document) or not isinstance(self._store, TransientStore):
            return ""
        return tr("The journal cannot be kept on this computer's disk: after a crash nobody knows how far this came.")

    def _closed(self) -> None:
        self.dialog = None
        self._tab.table.setFocus()

    def _find(self, document: MemoryDocument) -> "Card | None":
        """The tag of ``document``, once it is on a reader and identified. A twin is not the tag."""
        from cardscope_gui.memory.review.review import Card  # noqa: PLC0415

        service = self._bridge.service
        for reader in service.readers:
            session, known = service.session(reader.name), service.identification(reader.name)
            if session is None or known is None or not known.complete or known.chip is None:
                continue
            if self._documents.get(session.uid, reader.name) is document and known.chip.chip is document.base.chip:
                return Card(session, known)
        return None

    def _store_of(self, document: MemoryDocument) -> Store:
        # What is tried on a twin is no part of the history of the tag with the same number.
        return self._practice if self._documents.is_practice(document) else self._store

    # ---- Practice ----------------------------------------------------------------------------------------------------

    def _no_practice(self, document: MemoryDocument) -> str:
        card, reader = self._find(document), self._slot.reader
        if reader is None:
            return tr("The virtual reader is not there yet.")
        if card is not None and card.session.reader == reader.name:
            return tr("This is a virtual card already: nothing real is at stake.")
        return ""

    def _practise(self, dialog: "ReviewDialog") -> None:
        from cardscope_gui.memory.review.practice import twin  # noqa: PLC0415

        plan, reader = dialog.review.plan, self._slot.reader
        if plan is None or reader is None:
            return
        draft = dialog.review.document.draft
        dialog.reject()

        def begin() -> None:
            self._documents.practise(draft, reader.name)
            self._twin_in = ""
            self._practice = TransientStore()
            words = tr("This is a virtual twin with the same changes staged. Your tag's own stay staged too.")
            self._tab.hint.say(words)

        self._slot.insert_loose(twin(plan), begin)

    def _on_event(self, event: object) -> None:
        match event:
            case CardRemoved(reader=name) | ReaderRemoved(name=name):
                if name == self._twin_in:  # and not the card that made way for it
                    self._documents.end_practice(name)
                    self._twin_in = ""
                self._asked = None
            case CardInserted(reader=name):
                if name == self._documents.practice_reader:
                    self._twin_in = name
                self._asked = None
            case _:
                pass

    # ---- What is unfinished ------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Looks what is unfinished for the tag in the tab, as it was read last."""
        document = self._tab.document
        self._show_recovery(None)
        if document is not None and self._tab.present:
            self._bridge.spawn(self._look(document))

    def _card_shown(self) -> None:
        """A tag is in the tab. Where it was not read yet, the journal may want it to be."""
        session = self._tab.session
        if session is None or session.uid is None or self._documents.get(session.uid, session.reader) is not None:
            return
        asked = (session.reader, session.uid, session.insertion)
        if asked != self._asked:
            self._asked = asked
            self._bridge.spawn(self._ask_journal(session.uid))

    async def _ask_journal(self, uid: bytes) -> None:
        try:
            if await Journal(self._store).unfinished(uid):
                self.unfinished.emit()
        except CardScopeError as error:
            self._tab.hint.say(str(error), Mark.CAUTION)

    async def _look(self, document: MemoryDocument) -> None:
        from cardscope.memory.outcome import PageOutcome  # noqa: PLC0415 not for the first picture
        from cardscope.memory.recovery import close_entry, examine  # noqa: PLC0415

        journal, base = Journal(self._store_of(document)), document.base
        found: Recovery | None = None
        try:
            for entry in await journal.unfinished(base.uid):
                if entry.base.chip is not base.chip:
                    continue
                recovery = examine(entry, base)
                if not recovery.strange and set(recovery.pages.values()) <= {PageOutcome.VERIFIED}:
                    await close_entry(journal, recovery, Ending.RESUMED)
                else:
                    found = recovery  # the last is the oldest, which the later ones tried to bring to its end
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
        if self._tab.document is document and document.base is base:
            self._show_recovery(found)

    def _show_recovery(self, recovery: "Recovery | None") -> None:
        self._recovery = recovery
        self.bar.show_recovery(recovery)

    def _recover(self, ending: Ending) -> None:
        from cardscope_gui.memory.review.review import TakingOver  # noqa: PLC0415

        recovery, document = self._recovery, self._tab.document
        draft = None if recovery is None else recovery.resume if ending is Ending.RESUMED else recovery.roll_back
        if recovery is None or draft is None or document is None:
            return
        missing = set(recovery.secret) - document.staged if ending is Ending.RESUMED else set[int]()
        self._stage(document, draft, keep=set(recovery.secret) if ending is Ending.RESUMED else set())
        if missing:
            self._tab.hint.say(tr("What is left is staged. Type the password or key again, then review and write."))
        else:
            self.review(TakingOver(recovery.entry, ending))

    def _leave(self) -> None:
        recovery, document = self._recovery, self._tab.document
        if recovery is None or document is None:
            return
        self._show_recovery(None)
        self._bridge.spawn(self._close_entry(recovery, document))

    async def _close_entry(self, recovery: "Recovery", document: MemoryDocument) -> None:
        from cardscope.memory.recovery import close_entry  # noqa: PLC0415

        try:
            await close_entry(Journal(self._store_of(document)), recovery, Ending.LEFT)
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
        self.look()

    def _stage(self, document: MemoryDocument, draft: "Draft", keep: set[int]) -> None:
        """Stages ``draft`` in place of what is staged, but for the pages ``keep``; one step to undo."""
        document.stack.beginMacro(tr("recovery"))
        for page in document.staged - draft.changes.keys() - keep:
            place = PAGE_SIZE * (document.place(page) or 0)
            document.revert(range(place, place + PAGE_SIZE), tr("recovery"))
        for page, content in draft.changes.items():
            document.write_page(page, content, tr("recovery"))
        document.stack.endMacro()

    # ---- Backups -----------------------------------------------------------------------------------------------------

    def open_backups(self) -> None:
        """Opens the backups of the tag in the tab."""
        from cardscope_gui.memory.review.backups_dialog import BackupsDialog  # noqa: PLC0415

        document = self._tab.document
        if document is None or self.backups is not None:
            return
        dialog = BackupsDialog(document, self._tab)
        dialog.keep_wanted.connect(lambda: self._bridge.spawn(self._keep(document)))
        dialog.finished.connect(self._backups_closed)
        dialog.finished.connect(dialog.deleteLater)
        self.backups = dialog
        dialog.open()
        self._bridge.spawn(self._list(document))

    def _backups_closed(self) -> None:
        self.backups = None

    async def _list(self, document: MemoryDocument) -> None:
        try:
            found = await Backups(self._store_of(document)).list(document.base.uid)
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
            return
        if self.backups is not None:
            self.backups.show_backups(found)

    async def _keep(self, document: MemoryDocument) -> None:
        try:
            await Backups(self._store_of(document)).add(document.base, tr("Kept by hand"))
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
        await self._list(document)
