"""Where a message comes from and where its edits go: the memory of a Type 2 tag, or the file of a Type 4 card."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from cardscope.fields import Field
from cardscope.ndef.message import NdefMessage, NdefRecord, parse_message
from cardscope.ndef.secrets import secret_bytes


@dataclass(frozen=True)
class Blank:
    """Why there are no records to show: a title, a sentence or two, and what can be done about it, if anything."""

    title: str
    reason: str
    button: str = ""
    act: Callable[[], object] | None = None


@dataclass(frozen=True)
class Offer:
    """Something to do with the message as a whole. ``act`` returns why it was not done, empty when it was."""

    words: str
    tip: str
    act: Callable[[], str]


@dataclass(frozen=True)
class MessageView:
    """A message as it is wanted, at one moment."""

    message: bytes
    """As far as it is there."""
    room: int = 0
    """The most bytes that it can have."""
    fixed: str = ""
    """Why it cannot be edited, sentences; empty when it can."""
    note: str = ""
    """What an edit will want, a sentence; empty where it wants nothing."""
    problems: tuple[str, ...] = ()
    """What is wrong around it, a sentence each."""
    data: bytes = b""
    """The bytes to show, of which the message is a part or all."""
    places: tuple[int, ...] | None = None
    """Where each byte of the message is in ``data``; ``None``: at its own position."""

    @cached_property
    def parsed(self) -> NdefMessage:
        """The message's records."""
        return parse_message(self.message)

    def span(self, record: NdefRecord) -> tuple[int, int]:
        """The bytes of ``record`` in :attr:`data`; empty for one that is not of this message."""
        if record not in self.parsed.records:
            return (0, 0)
        first, last = record.chunks[0].start, record.chunks[-1].end - 1
        return (self.place(first), self.place(last) + 1)

    def secret_places(self, *, shown: NdefRecord | None = None) -> frozenset[int]:
        """Where passwords are in :attr:`data`, without that of the record ``shown``."""
        found: set[int] = set()
        for record in self.parsed.records:
            if record == shown or not (secret := secret_bytes(record)):
                continue
            held = [chunk.payload_start + at for chunk in record.chunks for at in range(len(chunk.payload))]
            found.update(self.place(held[at]) for at in secret)
        return frozenset(found)

    def place(self, position: int) -> int:
        """Where the byte at ``position`` of the message is in :attr:`data`."""
        return position if self.places is None else self.places[position]


NOTHING = MessageView(b"")


class MessageSource(QObject):
    """One message to show and edit. What differs between kinds of cards is here, and nowhere else."""

    changed = Signal()
    """Message or state are others now."""

    @property
    def place(self) -> QObject:
        """What the message stays with: unfinished records of it are kept as long."""
        return self

    @property
    def blank(self) -> Blank | None:
        """What to show in place of records; ``None`` when there are some, or could be."""
        raise NotImplementedError

    @property
    def view(self) -> MessageView:
        """The message as it is wanted."""
        raise NotImplementedError

    @property
    def stack(self) -> QUndoStack:
        """Where its edits can be undone."""
        raise NotImplementedError

    def fields(self) -> Field:
        """:attr:`view`'s ``data``, decoded."""
        raise NotImplementedError

    def stage(self, message: bytes, text: str, typed: int | None = None) -> str:
        """Makes ``message`` the wanted one, as one step to undo called ``text``; steps in a row with the same
        ``typed`` become one. Returns why that cannot be, in sentences, and does nothing then; empty when done."""
        raise NotImplementedError

    def offers(self) -> list[Offer]:
        """What can be done with the message as a whole at this moment."""
        raise NotImplementedError

    def page_of(self, position: int) -> tuple[int, int] | None:
        """Page and byte on the tag of a position in the shown data; ``None`` where there are no pages."""
        del position
        return None
