"""The NDEF tab: the records of the card's message, the current one in its form, and what is staged below."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.hint import Hint
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.states import NoMemory
from cardscope_gui.memory.tab import MemoryTab
from cardscope_gui.ndef.card_bar import CardBar
from cardscope_gui.ndef.card_source import CardSource
from cardscope_gui.ndef.entries import Entry, EntryModel
from cardscope_gui.ndef.list_pane import ListPane
from cardscope_gui.ndef.record_edits import RecordEdits
from cardscope_gui.ndef.record_pane import RecordPane
from cardscope_gui.ndef.source import Blank, MessageSource, Offer
from cardscope_gui.ndef.tag_source import TagSource, Unlocking
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.marks import Mark

if TYPE_CHECKING:
    from cardscope.session import CardSession

_NARROW = 1100
_LIST, _NARROW_LIST = 440, 368
_LOW = 460


class NdefTab(QFrame):
    """Edits what the Memory tab edits, for tags; a message of its own, for cards that speak APDUs."""

    memory_wanted = Signal(int, int)
    """Page and byte to be shown in the Memory tab."""

    released = Signal()
    """The connection to a card was opened, and let go again."""

    def __init__(
        self, bridge: Bridge, memory: MemoryTab, actions: MemoryActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._memory = memory
        self._source: MessageSource | None = None
        self._cards: dict[CardSession, CardSource] = {}
        self._front = False
        self._act: Callable[[], object] | None = None
        self.setProperty("surface", "surface")
        self.setAccessibleName(tr("NDEF"))
        self.model = EntryModel(self)
        self.records = ListPane(self.model, self)
        self._pane: RecordPane | None = None
        self.nothing = NoMemory(self)
        self.card_bar = CardBar(self)
        self.edits = RecordEdits(self)
        self._lay_out()
        self.hint = Hint(self._body)
        self._connect()
        self._add_actions(actions)

    @property
    def source(self) -> MessageSource | None:
        """What is shown; ``None`` while a tag's memory is not known."""
        return self._source

    @property
    def pane(self) -> RecordPane:
        """The current record; made when it is first needed, since that takes as long as all the rest."""
        if self._pane is None:
            self._pane = pane = RecordPane(self)
            self._row.insertWidget(1, pane, 1)
            pane.edited.connect(self.edits.edited)
            pane.invalid.connect(self.edits.withdraw)
            pane.settled.connect(self.edits.settle)
            pane.left.connect(self.records.list.setFocus)
            pane.bytes.memory_wanted.connect(self.memory_wanted)
            self._place_phone()
        return self._pane

    @property
    def panes(self) -> list[QWidget]:
        """Its parts, in the order of F6."""
        return [self.records, self.pane, self.nothing, self._memory.bar, self.card_bar]

    @property
    def prepared(self) -> bool:
        """Whether :meth:`prepare` has nothing left to do."""
        return self._pane is not None

    def prepare(self) -> None:
        """Makes what the first message will need; to be called ahead where there is a turn for it."""
        _ = self.pane

    def show_tag(self) -> None:
        """Shows the message of the tag whose memory the Memory tab shows."""
        document = self._memory.document
        if document is None:
            self._set_source(None)
        elif not isinstance(self._source, TagSource) or self._source.document is not document:
            self._set_source(TagSource(document, self, unlock=self._unlocking))
        else:
            self._source.refresh()
        self._refresh()

    def show_card(self, session: "CardSession") -> None:
        """Shows the message of the card of ``session``, which speaks APDUs, once the user wants it read."""
        if (source := self._cards.get(session)) is None:
            source = self._cards[session] = CardSource(self._bridge, session, self)
            source.ended.connect(self.released)
            source.written.connect(lambda: self.hint.say(tr("The message is on the card, read back and compared.")))
        self._set_source(source)
        for old, held in list(self._cards.items()):
            if old.ended and old is not session and not self.edits.keeps(held):
                self._cards.pop(old).deleteLater()
        self._refresh()

    def kept(self, reader: str) -> "CardSession | None":
        """The session of a card on ``reader`` that is not to be forgotten when it is removed: its message is changed,
        or something is to be said of it."""
        return next(
            (
                session
                for session, source in self._cards.items()
                if session.reader == reader and (source.busy or self.edits.keeps(source))
            ),
            None,
        )

    def set_front(self, front: bool) -> None:
        """Whether the user looks at this tab. What is staged in a tag's memory has one bar, which is where he looks."""
        self._front = front
        self._place_bar()
        self._update_actions()

    def focus(self) -> None:
        """The keyboard to the records."""
        if self._stack.currentIndex() == 1:
            self.records.list.setFocus()
        else:
            self.nothing.focus()

    def _lay_out(self) -> None:
        self._body = QWidget(self)
        row = self._row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.records)
        row.addStretch(0)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self._body)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._stack, 1)
        self._column.addWidget(self.card_bar)
        self.setFocusProxy(self.records.list)

    def _connect(self) -> None:
        records, memory = self.records, self._memory
        records.list.current_moved.connect(self._moved)
        records.list.opened.connect(self._open)
        records.list.delete_wanted.connect(self.edits.delete)
        records.list.move_wanted.connect(self.edits.move_record)
        records.add_wanted.connect(self.edits.add)
        records.offer_chosen.connect(self._take_offer)
        records.up.clicked.connect(lambda: self.edits.move_record(-1))
        records.down.clicked.connect(lambda: self.edits.move_record(1))
        records.delete.clicked.connect(self.edits.delete)
        self.edits.changed.connect(self._refresh)
        self.edits.refused.connect(self._refused)
        self.nothing.wanted.connect(self._do)
        self.card_bar.write_wanted.connect(self.write)
        self.card_bar.discard_wanted.connect(self.discard)
        memory.model.modelReset.connect(self._memory_changed)
        memory.reading.changed.connect(self._memory_changed)
        memory.opened.changed.connect(self._unlocked)

    def _add_actions(self, actions: MemoryActions) -> None:
        # The menu's own serve what the Memory tab edits; these, a card's message.
        for action in (actions.undo, actions.redo):
            self.addAction(action)
        self.undo, self.redo, self.read_again = (QAction(self) for _ in range(3))
        for action, keys in ((self.undo, "Ctrl+Z"), (self.redo, "Ctrl+Shift+Z")):
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(action)
        self.undo.triggered.connect(lambda: self._source and self._source.stack.undo())
        self.redo.triggered.connect(lambda: self._source and self._source.stack.redo())
        self.read_again.setShortcut(QKeySequence("Ctrl+R"))
        self.read_again.triggered.connect(self.read)
        self.addAction(self.read_again)

    def read(self) -> None:
        """Reads a card's message, again if need be."""
        if isinstance(self._source, CardSource):
            self._source.read()

    def write(self) -> None:
        """Writes a card's message."""
        if isinstance(self._source, CardSource):
            self._source.write()

    def discard(self) -> None:
        """Takes all changes of a card's message back; undo brings them again."""
        if isinstance(self._source, CardSource):
            self.edits.settle()
            self._source.discard()
            self.hint.say(tr("All changes are taken back. Undo brings them again."))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.px(_NARROW)
        self.records.setFixedWidth(theme.px(_NARROW_LIST if narrow else _LIST))
        self._place_phone()

    def _place_phone(self) -> None:
        # In a low window the records need the height, and beside them, below the form, is some.
        low = self._pane is not None and self.height() < theme.px(_LOW)
        (self.pane if low else self.records).add_below(self.records.phone)

    def _set_source(self, source: MessageSource | None) -> None:
        before = self._source
        if before is source:
            return
        if before is not None:
            before.changed.disconnect(self._refresh)
        if isinstance(before, TagSource):
            before.deleteLater()
        self._source = source
        self.edits.turn_to(source)
        if source is not None:
            source.changed.connect(self._refresh)
        self._place_bar()

    def _memory_changed(self) -> None:
        if not isinstance(self._source, CardSource):
            self.show_tag()

    def _unlocking(self) -> Unlocking:
        session, known = self._memory.session, self._memory.known
        if self._memory.opened.get(session) is not None:
            return Unlocking(opened=True)
        if not self._memory.present or known is None or known.family is None:
            return Unlocking()
        return Unlocking(act=lambda: self._memory.protection.open(Flow.UNLOCK))

    def _unlocked(self) -> None:
        if isinstance(self._source, TagSource):
            self._source.refresh()

    def _place_bar(self) -> None:
        bar, here = self._memory.bar, self._front and not isinstance(self._source, CardSource)
        layout = self._column if here else self._memory.layout()
        if layout is not None and bar.parentWidget() is not layout.parentWidget():
            layout.addWidget(bar)

    def _refresh(self) -> None:
        """Shows what is the case now."""
        if self.edits.staging:
            return
        source = self._source
        blank = source.blank if source is not None else self._why_not_read()
        self.card_bar.show_source(source if isinstance(source, CardSource) else None)
        waiting = self.nothing.focused
        self._stack.setCurrentIndex(0 if blank is not None else 1)
        if waiting:
            self.focus()
        self._update_actions()
        if blank is not None or source is None:
            blank = blank or Blank("", "")
            self._act = blank.act
            self.nothing.show_reason(blank.title, blank.reason, blank.button)
            return
        view = source.view
        entries = [Entry.of(record) for record in view.parsed.records]
        entries += [new.entry for new in self.edits.unfinished]
        row = self.records.list.row
        self.model.show_entries(entries)
        if entries and not 0 <= self.records.list.row < len(entries):
            self.records.list.set_row(min(max(row, 0), len(entries) - 1))
        self.records.list.set_empty_words(
            tr("The message is empty.") if view.fixed else tr("The message is empty. Add a link, a text, a contact …")
        )
        problems = view.problems + view.parsed.problems
        if problems and entries and not view.fixed:
            problems = (*problems, tr("A change writes the records that are shown, and nothing else."))
        self.records.show_notes(view.fixed or view.note, problems)
        self.records.room.show_room(len(view.message), view.room)
        self.records.room.setVisible(view.room > 0)
        self.records.phone.show_contents([entry.content for entry in entries if entry.content is not None])
        self._show_record(at_once=False)

    def _show_record(self, *, at_once: bool) -> None:
        source, row = self._source, self.records.list.row
        if source is None or source.blank is not None:
            return
        entry, view = self.model.entry(row), source.view
        self.records.show_tools(
            editable=not view.fixed, row=row, count=len(view.parsed.records), offers=source.offers()
        )
        self.pane.bytes.show_record(source, entry.record if entry is not None else None, at_once=at_once)
        self.pane.show_entry(entry, fixed=bool(view.fixed))

    def _why_not_read(self) -> Blank:
        title, reason, button = self._memory.reason()
        return Blank(title, reason, button, self._memory.nothing.wanted.emit)

    def _open(self) -> None:
        self.pane.focus()

    def _do(self) -> None:
        """What the button in place of the records says."""
        if self._act is not None and (refusal := self._act()):
            self._refused(str(refusal))

    def _moved(self, _row: int) -> None:
        self.edits.settle()
        self._show_record(at_once=True)

    def _refused(self, words: str) -> None:
        self.hint.say(words, Mark.CAUTION)

    def _take_offer(self, offer: Offer) -> None:
        self.edits.settle()
        if refusal := offer.act():
            self._refused(refusal)

    def _update_actions(self) -> None:
        source = self._source
        own = isinstance(source, CardSource) and self._front
        stack = source.stack if own and source is not None else None
        self.undo.setEnabled(stack is not None and stack.canUndo())
        self.redo.setEnabled(stack is not None and stack.canRedo())
        self.read_again.setEnabled(isinstance(source, CardSource) and own and not source.running and not source.gone)
