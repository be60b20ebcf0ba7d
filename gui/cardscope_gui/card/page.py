"""The card page of the window: built when it is first needed, and what it has to know beside the session."""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QStackedWidget, QWidget

from cardscope.decode.atr import decode_atr
from cardscope.events import CardInserted, CardRemoved, Exchanged, Identified, ReaderRemoved, UidRead
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.identity_actions import IdentityActions
from cardscope_gui.card.tabs import Tab
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession
    from cardscope.store.history import Store
    from cardscope.tags.snapshot import TagSnapshot
    from cardscope_gui.card.panel import CardPanel
    from cardscope_gui.memory.document import MemoryDocument
    from cardscope_gui.memory.documents import Documents
    from cardscope_gui.memory.keeping import ChangesKeeper
    from cardscope_gui.memory.leaving import Unkept
    from cardscope_gui.memory.review.desk import WritingDesk
    from cardscope_gui.memory.tab import MemoryTab
    from cardscope_gui.ndef.tab import NdefTab
    from cardscope_gui.readers.virtual_slot import VirtualSlot

_PARTS = ("cardscope_gui.card.panel", "cardscope_gui.memory.review.desk", "cardscope_gui.memory.kept_strip")
_AGAIN = "Ctrl+R"
"""Identifies again, or reads the memory again where that is in front."""


class CardPage(QObject):
    """Keeps the reasons for missing UIDs, what was learned of cards that were pulled while it was being learned, and
    the memory of cards with staged changes."""

    changed = Signal()
    """What there is to show is another: nothing is kept of a card that is gone any more."""
    save_wanted = Signal()
    """What is shown shall be saved as a dump file."""
    _loaded = Signal()

    def __init__(
        self,
        bridge: Bridge,
        settings: Settings,
        pages: QStackedWidget,
        actions: IdentityActions,
        memory_actions: MemoryActions,
        *,
        slot: "VirtualSlot",
    ) -> None:
        super().__init__(pages)
        self._bridge = bridge
        self._settings = settings
        self._pages = pages
        self._actions = actions
        self._memory_actions = memory_actions
        self._slot = slot
        self._store: Store | None = None
        self._desk: WritingDesk | None = None
        self._panel: CardPanel | None = None
        self._memory: MemoryTab | None = None
        self._ndef: NdefTab | None = None
        self._speaking: CardSession | None = None
        """The session of a card that speaks APDUs, while that is shown."""
        self._documents: Documents | None = None
        self._keeper: ChangesKeeper | None = None
        self._reasons: dict[str, tuple[int, str]] = {}
        self._known: dict[str, Identification] = {}
        self._left: dict[str, Identification] = {}
        self._parts = self._build()

    def build(self) -> "CardPanel":
        """The page's widget; made at the first call, unless :meth:`prepare` has made it."""
        parts, self._parts = self._parts, iter(())
        for _ in parts:
            pass
        assert self._panel is not None
        return self._panel

    def prepare(self) -> None:
        """Makes the page before it is needed: its code is loaded aside, and a part is built a turn. All at once would
        hold the window up for 120 ms."""
        if next(self._parts, None) is not None:
            QTimer.singleShot(0, self, self.prepare)

    def load(self) -> None:
        """Loads the page's code in a thread of its own, and then prepares it."""
        from threading import Thread  # noqa: PLC0415 - not needed for the first picture

        def load() -> None:
            for module in _PARTS:
                import_module(module)
            self._loaded.emit()

        self._loaded.connect(self.prepare, Qt.ConnectionType.QueuedConnection)
        Thread(target=load, name="CardScope page loader", daemon=True).start()

    def _build(self) -> Iterator[object]:
        from cardscope_gui.card.panel import CardPanel  # noqa: PLC0415 not needed for the first picture
        from cardscope_gui.memory.documents import Documents  # noqa: PLC0415
        from cardscope_gui.memory.keeping import ChangesKeeper  # noqa: PLC0415
        from cardscope_gui.memory.kept_strip import KeptStrip  # noqa: PLC0415
        from cardscope_gui.memory.review.desk import WritingDesk  # noqa: PLC0415
        from cardscope_gui.memory.tab import MemoryTab  # noqa: PLC0415
        from cardscope_gui.memory.tools import MemoryTools  # noqa: PLC0415

        self._documents = documents = Documents(self)
        self._memory = memory = MemoryTab(self._bridge, self._memory_actions, documents)
        memory.emptied.connect(self._emptied)
        yield memory
        self._desk = WritingDesk(self._bridge, memory, documents, self._slot, self)
        self._desk.unfinished.connect(self._offer)
        self._memory_actions.backups.triggered.connect(self._desk.open_backups)
        self._keeper = ChangesKeeper(self._bridge, documents, self)
        KeptStrip(self._bridge, memory, documents, self._keeper).wanted.connect(self._offer)
        if self._store is not None:
            self.keep_in(self._store)
        memory.save_wanted.connect(self.save_wanted)
        # Reading opened the connection and let it go again.
        memory.reading.finished.connect(self.changed)
        yield self._desk
        self._panel = panel = CardPanel(memory, MemoryTools(self._memory_actions), self._make_ndef)
        yield panel
        panel.tabs.prefer(self._settings.card_tab)
        panel.tabs.changed.connect(self._tab_changed)
        panel.tabs.chosen.connect(self._tab_chosen)
        self._pages.addWidget(panel)
        self._pages.currentChanged.connect(self._page_changed)
        self._actions.attach(panel)

    @property
    def memory(self) -> "MemoryTab":
        """The Memory tab."""
        self.build()
        assert self._memory is not None
        return self._memory

    def panes(self, page: QWidget) -> list[QWidget]:
        """The parts of ``page``, the one in front, that F6 goes to."""
        panel = self._panel
        if panel is None or page is not panel or panel.tabs.front is Tab.IDENTITY:
            return [page]
        if panel.tabs.front is Tab.NDEF and self._ndef is not None:
            return [panel.tabs, *self._ndef.panes]
        return [panel.tabs, *self.memory.panes]

    def on_event(self, event: object) -> None:
        """To be called with every event, before the page is shown."""
        match event:
            case CardInserted(reader=name) | ReaderRemoved(name=name):
                self._left.pop(name, None)
                self._known.pop(name, None)
                self._reasons.pop(name, None)
            case CardRemoved(reader=name) if (known := self._known.pop(name, None)) is not None:
                if self._staged(known) or (self._ndef is not None and self._ndef.kept(name) is not None):
                    self._left[name] = known
            case UidRead(reader=name, insertion=insertion, uid=uid, reason=reason):
                self._reasons[name] = (insertion, "" if uid is not None else reason or self.tr("Not available"))
            case Identified(reader=name, identification=known):
                if self._bridge.service.session(name) is None:
                    self._left[name] = known
                else:
                    self._known[name] = known
            case Exchanged() if self._panel is not None:
                # The first command opens the connection.
                self._panel.show_connection()
            case _:
                pass

    def left(self, reader: str | None) -> "Identification | None":
        """What is kept of a card that was pulled from ``reader`` until the next one comes: what was learned when not
        all was yet, or of a tag with staged changes."""
        return self._left.get(reader) if reader is not None else None

    def reason(self, session: "CardSession") -> str:
        """Why the card of ``session`` has no UID; empty when it has one, or is still being asked."""
        insertion, reason = self._reasons.get(session.reader, (0, ""))
        return reason if insertion == session.insertion else ""

    def show(self, session: "CardSession | None", reader: str | None) -> None:
        """Makes it the page in front, with the card of ``session`` or with what was left in ``reader``."""
        panel, memory = self.build(), self.memory
        from_file = memory.of_file
        if session is not None:
            known = self._bridge.service.identification(session.reader)
            panel.show_session(session)
            panel.show_uid(session.uid, self.reason(session))
            panel.show_identification(known)
            if _has_memory(known):
                memory.show_card(session, known)
            panel.tabs.set_has_memory(_has_memory(known))
            self._speaking = session if _speaks_apdus(session) else None
            panel.tabs.set_speaks_apdus(self._speaking is not None)
        elif (left := self.left(reader)) is not None:
            panel.show_left(left)
            memory.show_gone(left)
            panel.tabs.set_has_memory(self._staged(left))
            self._speaking = self._ndef.kept(left.reader) if self._ndef is not None else None
            panel.tabs.set_speaks_apdus(self._speaking is not None)
        self._pages.setCurrentWidget(panel)
        self._show_ndef()
        self._front_changed()
        if from_file:
            self._look_for_unfinished()

    def keep_in(self, store: "Store") -> None:
        """Where what is written to tags is written down, and what they held before."""
        self._store = store
        if self._desk is not None and self._keeper is not None:
            self._desk.keep_in(store)
            self._keeper.keep_in(store)

    async def finish(self) -> None:
        """Keeps what is staged, before the program ends."""
        if self._keeper is not None:
            await self._keeper.finish()

    def show_file(self, known: "Identification", document: "MemoryDocument") -> None:
        """Makes it the page in front, with the tag of a dump file."""
        panel, memory = self.build(), self.memory
        panel.show_file(known)
        if memory.document is not document:
            memory.show_file(document)
            self._look_for_unfinished()
        panel.tabs.set_has_memory(True)
        self._speaking = None
        panel.tabs.set_speaks_apdus(False)
        self._pages.setCurrentWidget(panel)
        self._show_ndef()
        self._front_changed()

    @property
    def shown_document(self) -> "MemoryDocument | None":
        """The memory of the tag that is shown, where it is known."""
        panel, memory = self._panel, self._memory
        if panel is None or memory is None or self._pages.currentWidget() is not panel or not panel.tabs.has_memory:
            return None
        return memory.document

    @property
    def read_tags(self) -> "list[MemoryDocument]":
        """The memory of every tag that was read."""
        return list(self._documents.all) if self._documents is not None else []

    def take_reading(self, snapshot: "TagSnapshot") -> None:
        """Keeps what was read of a tag apart from the Memory tab."""
        self.build()
        if self._documents is not None:
            self._documents.take(snapshot)
            self.changed.emit()

    def say(self, words: str) -> None:
        """Says ``words`` over the memory for a moment."""
        self.memory.hint.say(words)

    @property
    def unkept(self) -> "list[Unkept]":
        """What is staged and would not be there at the next start."""
        from cardscope_gui.memory.leaving import Unkept  # noqa: PLC0415 not for the first window

        if self._documents is None or self._keeper is None:
            return []
        found = (Unkept(document, self._keeper.lost(document)) for document in self._documents.unwritten)
        return [each for each in found if each.pages]

    def _look_for_unfinished(self) -> None:
        if self._desk is not None:
            self._desk.look()

    def _make_ndef(self) -> "NdefTab":
        from cardscope_gui.ndef.tab import NdefTab  # noqa: PLC0415 not before it is in front

        self._ndef = NdefTab(self._bridge, self.memory, self._memory_actions)
        self._ndef.memory_wanted.connect(self._show_in_memory)
        self._ndef.released.connect(self.changed)
        # In turns of their own: all at once would hold up the window.
        QTimer.singleShot(0, self, self._fill_ndef)
        return self._ndef

    def _fill_ndef(self) -> None:
        assert self._ndef is not None
        self._ndef.prepare()
        QTimer.singleShot(0, self, self._show_ndef)

    def _show_ndef(self) -> None:
        if self._ndef is None or not self._ndef.prepared:
            return  # it comes to this again
        if self._speaking is None:
            self._ndef.show_tag()
        else:
            self._ndef.show_card(self._speaking)

    def _show_in_memory(self, page: int, offset: int) -> None:
        self.build().tabs.choose(Tab.MEMORY)
        document = self.memory.document
        place = document.place(page) if document is not None else None
        if place is not None:
            self.memory.table.go_to(PAGE_SIZE * place + offset)

    def _staged(self, known: "Identification") -> bool:
        document = self._documents.get(known.uid, known.reader) if self._documents is not None else None
        practice = self._documents is not None and self._documents.is_practice(document)
        return document is not None and bool(document.staged) and not practice

    def _offer(self) -> None:
        """A tag has come with an unfinished plan or with kept changes: its memory is wanted in front."""
        if self._panel is not None:
            self._panel.tabs.prefer(Tab.MEMORY)

    def _emptied(self) -> None:
        gone = [name for name, known in self._left.items() if known.complete and not self._staged(known)]
        for name in gone:
            del self._left[name]
        if gone:
            self.changed.emit()

    def _page_changed(self) -> None:
        self._front_changed()

    def _tab_changed(self, _tab: Tab) -> None:
        self._front_changed()

    def _tab_chosen(self, tab: Tab) -> None:
        self._settings.card_tab = tab
        if tab is Tab.MEMORY:
            self.memory.focus()
        elif tab is Tab.NDEF and self._ndef is not None:
            self._ndef.focus()
        elif self._panel is not None:
            self._panel.parts.fields.setFocus()

    def _front_changed(self) -> None:
        panel, memory = self.build(), self.memory
        front = panel.tabs.front if self._pages.currentWidget() is panel else None
        of_tag = front is Tab.MEMORY or (front is Tab.NDEF and self._speaking is None)
        self._memory_actions.read_again.setShortcut(QKeySequence(_AGAIN if of_tag else ""))
        self._actions.again.setShortcut(QKeySequence("" if front in (Tab.MEMORY, Tab.NDEF) else _AGAIN))
        memory.set_front(front is Tab.MEMORY, beside=of_tag and front is Tab.NDEF)
        if self._ndef is not None:
            self._ndef.set_front(front is Tab.NDEF)


def _speaks_apdus(session: "CardSession") -> bool:
    """Whether the card can be asked for an application: a memory card cannot."""
    return bool(session.atr) and decode_atr(session.atr).storage is None


def _has_memory(known: "Identification | None") -> bool:
    """Whether it is known how the card's memory is laid out."""
    return known is not None and known.chip is not None and known.chip.chip is not None
