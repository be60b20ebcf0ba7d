"""Changes to the records: adding, moving, deleting, and what a form says while somebody types into it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QSignalBlocker, Signal

from cardscope.ndef.message import NdefRecord, encode_message
from cardscope_gui.ndef.entries import Entry
from cardscope_gui.ndef.forms.form import Form
from cardscope_gui.ndef.forms.kinds import Kind
from cardscope_gui.ndef.source import MessageSource
from cardscope_gui.ndef.words import tr

if TYPE_CHECKING:
    from cardscope_gui.ndef.tab import NdefTab

_FIRST_TYPED = 1 << 24
"""Numbers of edits in forms: above those that the page table gives its own."""


@dataclass(eq=False)
class Unfinished:
    """A new record that is not one of the message yet."""

    kind: Kind
    form: Form
    why: str = ""
    """What it lacks, or why there is no room for it; sentences."""

    @property
    def entry(self) -> Entry:
        """As the list shows it."""
        gist = f"{tr('Not complete.')} {self.why}".rstrip()
        return Entry(self.kind.words, self.kind.icon, gist, form=self.form)


class RecordEdits(QObject):
    """Stages them in the source of ``tab``. Each state of a form that says something is staged at once; all that is
    typed into a field is one step to undo, and taken back when what it comes to cannot be staged."""

    changed = Signal()
    """The tab has other records to show, or another that is new."""
    refused = Signal(str)
    """Why something was not staged that no form can say, sentences."""

    def __init__(self, tab: "NdefTab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.unfinished: list[Unfinished] = []
        """The new records of the present source, behind those of its message."""
        self._kept: WeakKeyDictionary[QObject, list[Unfinished]] = WeakKeyDictionary()
        self.staging = False
        """A change is on its way; it is told of when it has arrived."""
        self._typed = _FIRST_TYPED
        self._step: tuple[int, int] | None = None
        """The step to undo that the form has made last: its number, and where it stands in the stack."""
        self._made: Unfinished | None = None
        """What that step made a record of the message."""

    def turn_to(self, source: MessageSource | None) -> None:
        """The records of ``source`` are edited from now on; what is unfinished of others is kept for their return."""
        self.settle()
        self.unfinished = self._kept.setdefault(source.place, []) if source is not None else []

    def keeps(self, source: MessageSource) -> bool:
        """Whether there are unfinished records of ``source``."""
        return bool(self._kept.get(source.place))

    def add(self, kind: Kind) -> None:
        """Begins a record of ``kind``. It becomes one of the message as soon as its form says something."""
        self.settle()
        pane = self._tab.pane
        pane.strip.setCurrentIndex(0)
        self.unfinished.append(Unfinished(kind, pane.begin(kind)))
        self.changed.emit()
        self._tab.records.list.set_row(self._tab.model.rowCount() - 1)
        pane.check()
        pane.focus()

    def delete(self) -> None:
        """Deletes the current record; undo brings it back."""
        row, source = self._tab.records.list.row, self._tab.source
        if source is None or row < 0 or source.view.fixed:
            return
        records = list(source.view.parsed.records)
        self.settle()
        if row >= len(records):
            self._tab.pane.give_up(self.unfinished.pop(row - len(records)).form)
            self.changed.emit()
            return
        del records[row]
        self._stage(records, tr("delete record"))

    def move_record(self, step: int) -> None:
        """Moves the current record ``step`` places."""
        row, source = self._tab.records.list.row, self._tab.source
        if source is None or source.view.fixed:
            return
        records = list(source.view.parsed.records)
        to = row + step
        if not (0 <= row < len(records) and 0 <= to < len(records)):
            return
        self.settle()
        records[row], records[to] = records[to], records[row]
        if not self._stage(records, tr("move record")):
            self._tab.records.list.set_row(to)

    def settle(self) -> None:
        """What is typed from now on is a step of its own."""
        self._typed += 1
        self._step = self._made = None

    def edited(self, record: NdefRecord) -> None:
        """The form of the current record says ``record`` now."""
        source, row = self._tab.source, self._tab.records.list.row
        if source is None:
            return
        records = list(source.view.parsed.records)
        new = self._current
        if new is not None:
            records.append(record)
        else:
            records[row] = record
        refusal = self._stage(records, tr("add record") if new else tr("edit record"), typed=self._typed, new=new)
        if not refusal:
            self._step = (self._typed, source.stack.index())
            self._made = new or self._made
            return
        self._withdraw()
        self._explain(refusal)
        self._tab.pane.refuse(refusal)
        self._tab.records.room.show_room(len(encode_message(tuple(records))), source.view.room)

    def withdraw(self) -> None:
        """The form says something that cannot be staged: what it said on the way there, half typed, is not wanted
        either, and the message is again what it was before."""
        self._withdraw()
        form = self._tab.pane.form
        self._explain(form.complaint if form is not None else "")

    @property
    def _current(self) -> Unfinished | None:
        """The new record that is the current one."""
        source = self._tab.source
        at = self._tab.records.list.row - (len(source.view.parsed.records) if source is not None else 0)
        return self.unfinished[at] if 0 <= at < len(self.unfinished) else None

    def _explain(self, why: str) -> None:
        if (new := self._current) is not None and new.why != why:
            new.why = why
            self.changed.emit()

    def _withdraw(self) -> None:
        source, row = self._tab.source, self._tab.records.list.row
        if source is None or self._step != (self._typed, source.stack.index()):
            return
        self.staging = True
        source.stack.undo()
        self.staging = False
        self._step = None
        records = source.view.parsed.records
        if self._made is not None:
            self.unfinished.insert(0, self._made)
            self._made = None
            self._tab.pane.begin_again()
        elif row < len(records):
            self._tab.pane.hold(records[row])
        self.changed.emit()

    def _stage(
        self, records: list[NdefRecord], text: str, *, typed: int | None = None, new: Unfinished | None = None
    ) -> str:
        """Returns why it could not be; what no form has typed, it says itself."""
        source = self._tab.source
        assert source is not None
        try:
            message = encode_message(tuple(records))
        except ValueError as error:
            return str(error)
        self.staging = True
        refusal = source.stage(message, text, typed)
        self.staging = False
        if refusal:
            if typed is None:
                self.refused.emit(refusal)
            return refusal
        if new is not None:
            self.unfinished.remove(new)
            self._tab.pane.take_over()
            # The message's come before the unfinished ones; for the user it stays the one that he types into.
            with QSignalBlocker(self._tab.records.list):
                self._tab.records.list.set_row(len(records) - 1)
        self.changed.emit()
        return ""
