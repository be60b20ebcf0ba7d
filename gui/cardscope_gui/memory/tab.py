"""The Memory tab: pages as a table, the selected page in words beside it, what is staged below."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QPoint, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.assessment import NOTHING, Assessment, assess
from cardscope_gui.memory.changes_bar import ChangesBar
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.editor import PageEditor
from cardscope_gui.memory.find_bar import FindBar
from cardscope_gui.memory.hint import Hint
from cardscope_gui.memory.inspector import Inspector
from cardscope_gui.memory.lines import FoldLine
from cardscope_gui.memory.model import PageModel
from cardscope_gui.memory.protection.flows import Protection
from cardscope_gui.memory.protection.opened import Opened
from cardscope_gui.memory.question import Question
from cardscope_gui.memory.reading import MemoryReading
from cardscope_gui.memory.states import NoMemory, ProgressStrip
from cardscope_gui.memory.tab_actions import TabActions
from cardscope_gui.memory.table import PageTable
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.marks import Mark

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession

_NARROW = 1100
_PAUSE_MS = 120
_INSPECTOR = 344
_NARROW_INSPECTOR = 320


def counting_words(known: "Identification") -> str:
    """What reading does to a tag that may count how often it is read."""
    chip = known.chip.chip if known.chip is not None else None
    count: int | None = None
    if known.state is not None and chip is not None and chip.nfc_counter is not None:
        count = known.state.counters.get(chip.nfc_counter)
    if count is None:
        return tr("This tag may count how often it is read: each reading counts one up, and nothing counts it down.")
    words = tr("The tag's NFC counter stands at {0}. Where it is switched on, reading makes that {1}, for ever.")
    return words.format(f"{count:,}", f"{count + 1:,}")


class MemoryTab(QFrame):
    """Shows the card that :meth:`show_card` names; reads it when the tab is in front and nothing was read yet."""

    review_wanted = Signal(object)
    """The :class:`~cardscope.memory.draft.Draft` that the user wants to review and write."""
    shown = Signal()
    """A card has come, or more is known of it."""
    emptied = Signal()
    """Nothing is staged any more in what is shown."""
    save_wanted = Signal()
    """What is shown shall be saved as a dump file."""

    def __init__(self, bridge: Bridge, actions: MemoryActions, documents: Documents, parent: QWidget | None = None):
        super().__init__(parent)
        self._actions = actions
        self._documents = documents
        self._session: CardSession | None = None
        self._known: Identification | None = None
        self.front = False
        """Whether the user looks at this tab."""
        self.beside = False
        """Whether another view of the same document is in front."""
        self._tried = -1
        self._focus_wanted = False
        self._of_file = False
        self._strips: list[QWidget] = []
        self._assessment = NOTHING
        self.setProperty("surface", "surface")
        self.setAccessibleName(tr("Memory"))
        self.reading = MemoryReading(bridge, self)
        self.opened = Opened(bridge, self)
        self.protection = Protection(bridge, self, actions.protection, self.opened)
        self.model = PageModel(self)
        self.table = PageTable(self.model)
        self.editor = PageEditor(self.table, self.model, self)
        self.inspector = Inspector(self)
        self.find_bar = FindBar(self.table, self.model, self)
        self.progress = ProgressStrip(self)
        self.question = Question(self)
        self.bar = ChangesBar(self)
        self.nothing = NoMemory(self)
        self._assessing = QTimer(self, singleShot=True, interval=0)
        self._assessing.timeout.connect(self._assess)
        self._lay_out()
        self.hint = Hint(self.table)
        self._connect()
        self._tab_actions = TabActions(actions, self)
        self._show_state()

    @property
    def document(self) -> MemoryDocument | None:
        """What is shown."""
        return self.model.document

    @property
    def session(self) -> "CardSession | None":
        """That of the card, while it is on the reader."""
        return self._session

    @property
    def known(self) -> "Identification | None":
        """What is known of the card, while it is on the reader."""
        return self._known if self._session is not None else None

    @property
    def panes(self) -> list[QWidget]:
        """Its parts, in the order of F6."""
        return [*self._strips, self.find_bar, self.table, self.nothing, self.inspector, self.question, self.bar]

    @property
    def present(self) -> bool:
        """Whether the card whose memory is shown is on the reader."""
        document = self.document
        return self._session is not None and document is not None and self._session.uid == document.base.uid

    @property
    def of_file(self) -> bool:
        """Whether the tag of a dump file is shown."""
        return self._of_file

    @property
    def assessment(self) -> Assessment:
        """What the staged changes come to."""
        return self._assessment

    def show_card(self, session: "CardSession", known: "Identification | None") -> None:
        """Shows the memory of the card of ``session``, which ``known`` says a known Type 2 tag is."""
        if self._session is not session:
            self.reading.cancel()
            self.reading.failure = ""
        self._leave_file()
        self._session, self._known = session, known
        document = self._documents.get(session.uid, session.reader)
        if session.uid is not None or self.document is None:
            self._set_document(document)
        self._show_state()
        self.shown.emit()
        self._read_unasked()

    def add_strip(self, strip: QWidget) -> None:
        """Puts ``strip`` over the table."""
        self._strips.append(strip)
        self._column.insertWidget(1, strip)

    def show_file(self, document: MemoryDocument) -> None:
        """Shows the tag in a dump file: there is no card, and nothing to be read."""
        self.reading.cancel()
        self._session = self._known = None
        self._of_file = True
        self._set_document(document)
        self._show_state()
        self.shown.emit()

    def show_gone(self, known: "Identification | None" = None) -> None:
        """The card, ``known`` or the one that is shown, is gone: what was read stays, dimmed."""
        self.reading.cancel()
        self._session = None
        self._leave_file()
        if known is not None:
            self._set_document(self._documents.get(known.uid, known.reader))
        self._show_state()

    def set_front(self, front: bool, *, beside: bool = False) -> None:
        """Whether the user looks at this tab, or ``beside`` it at another view of the same document."""
        self.front, self.beside = front, beside
        if self._assessing.isActive():
            self._assessing.start(0)
        self._tab_actions.update()
        if front or beside:
            self._read_unasked()

    def focus(self) -> None:
        """The keyboard to the bytes, as soon as there are any."""
        self._focus_wanted = self.document is None
        if self.document is not None:
            self.table.setFocus()
        else:
            self.nothing.focus()

    def read(self, *, may_count: bool = False) -> None:
        """Reads the memory, again if need be. ``may_count`` lets an NFC counter count that."""
        if self._session is not None and self._known is not None:
            self._tried = self._session.insertion
            opened = self.opened.get(self._session)
            self.reading.start(self._session, self._known, may_count=may_count, credentials=opened)

    def read_opened(self) -> None:
        """Reads the memory after the tag was opened; where that would count, the user is asked first."""
        if self.document is not None or self._known is None or not self._known.withheld:
            self.read_again()

    def _lay_out(self) -> None:
        self.inspector.setFixedWidth(theme.px(_INSPECTOR))
        body = QWidget(self)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.table, 1)
        row.addWidget(self.inspector)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(body)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.progress, self.find_bar):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)
        column.addWidget(self.question)
        column.addWidget(self.bar)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.reading.changed.connect(self._show_state)
        self.reading.finished.connect(self._take)
        self.opened.changed.connect(self._staged_changed)
        # What does not open it any more is not tried again by itself.
        self.reading.failed.connect(lambda: self.opened.put(self._session, None))
        self.table.moved.connect(self._moved)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.editor.refused.connect(self._refused)
        self.editor.done.connect(self.hint.say)
        # A question is about the cells, the bytes and the clipboard of the moment in which it was asked.
        for another in (self.table.moved, self.editor.done):
            another.connect(self.question.withdraw)
        self.editor.too_long.connect(self._ask_to_shorten)
        self.inspector.refused.connect(self._refused)
        self.find_bar.closed.connect(self.table.setFocus)
        self.question.closed.connect(self.table.setFocus)
        self.progress.cancel_wanted.connect(self.reading.cancel)
        self.nothing.wanted.connect(self._nothing_pressed)
        self.bar.discard_wanted.connect(self.discard)
        self.bar.review_wanted.connect(self.review)

    def discard(self) -> None:
        """Takes all staged changes back; undo brings them again."""
        if self.document is not None and self.document.staged:
            self.document.discard(tr("discard"))
            self.hint.say(tr("All changes are taken back. Undo brings them again."))

    def review(self) -> None:
        """Asks for the review of what is staged; a file is saved instead."""
        if self._of_file:
            self.save_wanted.emit()
        elif self.document is not None and self.bar.review.isEnabled() and self.bar.review.isVisible():
            self.review_wanted.emit(self.document.draft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.px(_NARROW)
        self.inspector.setFixedWidth(theme.px(_NARROW_INSPECTOR if narrow else _INSPECTOR))

    def _leave_file(self) -> None:
        if self._of_file:
            self._of_file = False
            self._set_document(None)

    def _set_document(self, document: MemoryDocument | None) -> None:
        before = self.document
        if document is before:
            return
        if before is not None:
            before.changed.disconnect(self._staged_changed)
            before.rebased.disconnect(self._staged_changed)
            before.changed.disconnect(self.question.withdraw)
            before.rebased.disconnect(self.question.withdraw)
        self.question.close_question()
        self.model.set_document(document)
        self.inspector.set_document(document)
        if document is not None:
            document.changed.connect(self._staged_changed)
            document.rebased.connect(self._staged_changed)
            document.changed.connect(self.question.withdraw)
            document.rebased.connect(self.question.withdraw)
        self._staged_changed()

    def _take(self, snapshot: TagSnapshot) -> None:
        self._set_document(self._documents.take(snapshot))
        self._show_state()
        if self._focus_wanted:
            self.focus()

    def _read_unasked(self) -> None:
        """Once for each card that is put on, and not before everything else is known of it."""
        session, known = self._session, self._known
        if not (self.front or self.beside) or session is None or known is None or not known.complete:
            return
        if session.insertion != self._tried and not known.withheld and not known.interrupted:
            self.read()

    def _refused(self, reason: str) -> None:
        self.hint.say(reason, Mark.CAUTION)

    def read_again(self) -> None:
        """A tag that counts its readings is asked about each time: what it has counted stays for ever."""
        known = self._known
        if self.document is None or known is None or not known.withheld:
            self._nothing_pressed()
            return
        self.question.ask(counting_words(known), tr("Read it, and let it count"), partial(self.read, may_count=True))

    def _show_state(self) -> None:
        running = self.reading.running
        self.progress.setVisible(running)
        if running:
            self.progress.show_progress(self.reading.done, self.reading.total)
        if self.document is None:
            self.nothing.show_reason(*self.reason())
        elif self.reading.failure:
            self.hint.say(self.reading.failure, Mark.CAUTION)
            self.reading.failure = ""
        self._stack.setCurrentIndex(0 if self.document is None else 1)
        self.table.set_dimmed(self.document is not None and not self.present and not self._of_file)
        self._show_bar()

    def reason(self) -> tuple[str, str, str]:
        """Why there is no memory to show: a title, a sentence, and the words of the button, if there is to be one."""
        known = self._known
        if self.reading.running:
            return tr("Reading the memory…"), tr("Nothing is written to the card."), ""
        if self.reading.failure:
            return tr("The memory could not be read"), self.reading.failure, tr("Try again")
        if known is not None and known.withheld:
            return tr("The memory was not read"), counting_words(known), tr("Read it, and let it count")
        if known is None or not known.complete:
            return tr("Identifying the card…"), "", ""
        return tr("The memory was not read"), tr("Reading changes nothing on this card."), tr("Read memory")

    def _nothing_pressed(self) -> None:
        self.read(may_count=self._known is not None and bool(self._known.withheld))

    def _staged_changed(self) -> None:
        # While somebody types into another view, what it comes to is worked out when that pauses.
        self._assessing.start(_PAUSE_MS if self.beside else 0)
        self._show_bar()

    def _assess(self) -> None:
        document, opened = self.document, self.opened.get(self._session)
        staged = document is not None and document.draft.changes and not self._of_file  # a file refuses nothing
        self._assessment = assess(document.draft, opened) if document is not None and staged else NOTHING
        self.model.set_assessment(self._assessment)
        self.inspector.set_assessment(self._assessment)
        self._show_bar()
        if document is not None and not document.staged:
            self.emptied.emit()

    def _show_bar(self) -> None:
        self.bar.show_changes(self.document, self._assessment, present=self.present, of_file=self._of_file)
        self.bar.review.setVisible(self.isSignalConnected(QMetaMethod.fromSignal(self.review_wanted)))
        self._tab_actions.update()

    def _moved(self) -> None:
        line = self.table.line
        self.inspector.show_page(self.table.page, line if isinstance(line, FoldLine) else None)
        self._tab_actions.update()

    def _open_menu(self, at: QPoint) -> None:
        menu = self._actions.table_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _ask_to_shorten(self, data: bytes, fits: int) -> None:
        words = tr("The clipboard holds {0} bytes, and {1} fit from here to the end of what can be written.")
        yes = counted(fits, tr("Paste the first byte"), tr("Paste the first {0}"))
        self.question.ask(words.format(len(data), fits), yes, lambda: self.editor.put(data[:fits]))

    def ask_to_fill(self) -> None:
        """Asks for the byte to fill the selected ones with."""
        count = len(self.table.selection)
        words = counted(count, tr("Fill 1 byte with"), tr("Fill {0} bytes with"))
        self.question.ask_bytes(words, tr("Fill"), "00", self.editor.fill)
