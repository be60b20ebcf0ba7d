"""Changes to the records: adding, moving, deleting, and what a form says while somebody types into it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.ndef.message import NdefRecord, encode_message
from cardscope_gui.ndef.forms.kinds import Kind
from cardscope_gui.ndef.words import tr

if TYPE_CHECKING:
    from cardscope_gui.ndef.tab import NdefTab

_FIRST_TYPED = 1 << 24
"""Numbers of edits in forms: above those that the page table gives its own."""


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
        self.begun: Kind | None = None
        """What the new record is that is not complete yet."""
        self.staging = False
        """A change is on its way; it is told of when it has arrived."""
        self._typed = _FIRST_TYPED
        self._step: tuple[int, int] | None = None
        """The step to undo that the form has made last: its number, and where it stands in the stack."""
        self._made: Kind | None = None
        """What that step made a record of the message."""

    def add(self, kind: Kind) -> None:
        """Begins a record of ``kind``. It becomes one of the message as soon as its form says something."""
        self.settle()
        self.begun = kind
        self._tab.pane.strip.setCurrentIndex(0)
        self._tab.pane.begin(kind)
        self.changed.emit()
        self._tab.records.list.set_row(self._tab.model.rowCount() - 1)
        self._tab.pane.focus()

    def delete(self) -> None:
        """Deletes the current record; undo brings it back."""
        row, source = self._tab.records.list.row, self._tab.source
        if source is None or row < 0 or source.view.fixed:
            return
        records = list(source.view.parsed.records)
        self.settle()
        if row >= len(records):
            self.begun = None
            self._tab.pane.give_up()
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
        new = row >= len(records)
        if new:
            records.append(record)
        else:
            records[row] = record
        begun = self.begun
        refusal = self._stage(records, tr("add record") if new else tr("edit record"), typed=self._typed, new=new)
        if not refusal:
            self._step = (self._typed, source.stack.index())
            self._made = begun if new else self._made
            return
        self.withdraw()
        self._tab.pane.refuse(refusal)
        self._tab.records.room.show_room(len(encode_message(tuple(records))), source.view.room)

    def withdraw(self) -> None:
        """The form says something that cannot be staged: what it said on the way there, half typed, is not wanted
        either, and the message is again what it was before."""
        source, row = self._tab.source, self._tab.records.list.row
        if source is None or self._step != (self._typed, source.stack.index()):
            return
        self.staging = True
        source.stack.undo()
        self.staging = False
        self._step = None
        records = source.view.parsed.records
        if self._made is not None:
            self.begun, self._made = self._made, None
            self._tab.pane.begin_again()
        elif row < len(records):
            self._tab.pane.hold(records[row])
        self.changed.emit()

    def _stage(self, records: list[NdefRecord], text: str, *, typed: int | None = None, new: bool = False) -> str:
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
        if new:
            self.begun = None
            self._tab.pane.take_over()
        self.changed.emit()
        return ""
