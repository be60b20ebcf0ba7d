"""The card page of the window: built when it is first needed, and what it has to know beside the session."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QStackedWidget, QWidget

from cardscope.events import CardInserted, CardRemoved, Exchanged, Identified, ReaderRemoved, UidRead
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.identity_actions import IdentityActions
from cardscope_gui.card.tabs import Tab
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession
    from cardscope.store.history import Store
    from cardscope_gui.card.panel import CardPanel
    from cardscope_gui.memory.documents import Documents
    from cardscope_gui.memory.review.desk import WritingDesk
    from cardscope_gui.memory.tab import MemoryTab
    from cardscope_gui.readers.virtual_slot import VirtualSlot

_AGAIN = "Ctrl+R"
"""Identifies again, or reads the memory again where that is in front."""


class CardPage(QObject):
    """Keeps the reasons for missing UIDs, what was learned of cards that were pulled while it was being learned, and
    the memory of cards with staged changes."""

    changed = Signal()
    """What there is to show is another: nothing is kept of a card that is gone any more."""

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
        self._documents: Documents | None = None
        self._reasons: dict[str, tuple[int, str]] = {}
        self._known: dict[str, Identification] = {}
        self._left: dict[str, Identification] = {}

    def build(self) -> "CardPanel":
        """The page's widget; made at the first call."""
        if self._panel is None:
            from cardscope_gui.card.panel import CardPanel  # noqa: PLC0415 not needed for the first picture
            from cardscope_gui.memory.documents import Documents  # noqa: PLC0415
            from cardscope_gui.memory.review.desk import WritingDesk  # noqa: PLC0415
            from cardscope_gui.memory.tab import MemoryTab  # noqa: PLC0415
            from cardscope_gui.memory.tools import MemoryTools  # noqa: PLC0415

            self._documents = Documents(self)
            self._memory = MemoryTab(self._bridge, self._memory_actions, self._documents)
            self._memory.emptied.connect(self._emptied)
            self._desk = WritingDesk(self._bridge, self._memory, self._documents, self._slot, self)
            self._desk.unfinished.connect(self._offer)
            self._memory_actions.backups.triggered.connect(self._desk.open_backups)
            if self._store is not None:
                self._desk.keep_in(self._store)
            # Reading opened the connection and let it go again.
            self._memory.reading.finished.connect(self.changed)
            self._panel = CardPanel(self._memory, MemoryTools(self._memory_actions))
            self._panel.tabs.prefer(self._settings.card_tab)
            self._panel.tabs.changed.connect(self._tab_changed)
            self._panel.tabs.chosen.connect(self._tab_chosen)
            self._pages.addWidget(self._panel)
            self._pages.currentChanged.connect(self._page_changed)
            self._actions.attach(self._panel)
        return self._panel

    @property
    def memory(self) -> "MemoryTab":
        """The Memory tab."""
        self.build()
        assert self._memory is not None
        return self._memory

    def panes(self, page: QWidget) -> list[QWidget]:
        """The parts of ``page``, the one in front, that F6 goes to."""
        panel = self._panel
        if panel is None or page is not panel or panel.tabs.front is not Tab.MEMORY:
            return [page]
        return [panel.tabs, *self.memory.panes]

    def on_event(self, event: object) -> None:
        """To be called with every event, before the page is shown."""
        match event:
            case CardInserted(reader=name) | ReaderRemoved(name=name):
                self._left.pop(name, None)
                self._known.pop(name, None)
                self._reasons.pop(name, None)
            case CardRemoved(reader=name) if (known := self._known.pop(name, None)) is not None:
                if self._staged(known):
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
        if session is not None:
            known = self._bridge.service.identification(session.reader)
            panel.show_session(session)
            panel.show_uid(session.uid, self.reason(session))
            panel.show_identification(known)
            if _has_memory(known):
                memory.show_card(session, known)
            panel.tabs.set_has_memory(_has_memory(known))
        elif (left := self.left(reader)) is not None:
            panel.show_left(left)
            memory.show_gone()
            panel.tabs.set_has_memory(self._staged(left))
        self._pages.setCurrentWidget(panel)

    def keep_in(self, store: "Store") -> None:
        """Where what is written to tags is written down, and what they held before."""
        self._store = store
        if self._desk is not None:
            self._desk.keep_in(store)

    def asks_before_leaving(self, window: QWidget, leave: Callable[[], object]) -> bool:
        """Asks, where changes are staged, whether they are to be given up; ``leave`` is called if so."""
        unwritten = list(self._documents.unwritten) if self._documents is not None else []
        if unwritten:
            from cardscope_gui.memory.leaving import ask_to_leave  # noqa: PLC0415 not for the first window

            ask_to_leave(unwritten, window, leave)
        return bool(unwritten)

    def _staged(self, known: "Identification") -> bool:
        document = self._documents.get(known.uid, known.reader) if self._documents is not None else None
        practice = self._documents is not None and self._documents.is_practice(document)
        return document is not None and bool(document.staged) and not practice

    def _offer(self) -> None:
        """A tag with an unfinished plan has come: its memory is wanted in front."""
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
        elif self._panel is not None:
            self._panel.parts.fields.setFocus()

    def _front_changed(self) -> None:
        panel, memory = self.build(), self.memory
        front = self._pages.currentWidget() is panel and panel.tabs.front is Tab.MEMORY
        self._memory_actions.read_again.setShortcut(QKeySequence(_AGAIN if front else ""))
        self._actions.again.setShortcut(QKeySequence("" if front else _AGAIN))
        memory.set_front(front)


def _has_memory(known: "Identification | None") -> bool:
    """Whether it is known how the card's memory is laid out."""
    return known is not None and known.chip is not None and known.chip.chip is not None
