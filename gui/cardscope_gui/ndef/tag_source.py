"""The message of a Type 2 tag. It is kept in the document that the Memory tab edits, and nowhere else: records come
from its wanted bytes, edits are staged in it, and so both tabs always show the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from cardscope.fields import Field
from cardscope.memory.draft import Draft
from cardscope.memory.page_access import Access, PageAccess
from cardscope.ndef.area import DataArea, TlvTag, data_area
from cardscope.ndef.fields import decode_data_area
from cardscope.ndef.formatting import factory_layout, format_tag
from cardscope.ndef.writing import NdefError, erase, message_room, write_message
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.ndef.source import NOTHING, Blank, MessageSource, MessageView, Offer
from cardscope_gui.ndef.words import tr

_CC_PAGE = 3


@dataclass(frozen=True)
class Unlocking:
    """Whether the tag's password or key is known in this session, and what asks the user for it, if anything can."""

    opened: bool = False
    act: Callable[[], object] | None = None


class TagSource(MessageSource):
    """On one :class:`MemoryDocument`. ``unlock`` says how it stands about the tag's password."""

    def __init__(
        self,
        document: MemoryDocument,
        parent: QObject | None = None,
        *,
        unlock: Callable[[], Unlocking] = Unlocking,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._unlock = unlock
        document.changed.connect(self._derive)
        document.rebased.connect(self._derive)
        self._derive()

    @property
    def document(self) -> MemoryDocument:
        """What is edited."""
        return self._document

    @property
    def place(self) -> QObject:
        return self._document

    def refresh(self) -> None:
        """The tag was unlocked, or is not any more, or it came or went: other words may be due."""
        self._derive()

    @property
    def blank(self) -> Blank | None:
        return self._blank

    @property
    def view(self) -> MessageView:
        return self._view

    @property
    def stack(self) -> QUndoStack:
        return self._document.stack

    def fields(self) -> Field:
        # What follows the message is not looked at by anybody: the Memory tab has it.
        return decode_data_area(replace(self._area, content=self._view.data))

    def page_of(self, position: int) -> tuple[int, int] | None:
        return divmod(self._area.address(position), PAGE_SIZE) if position < self._area.size else None

    def stage(self, message: bytes, text: str, typed: int | None = None) -> str:
        try:
            draft = write_message(self._wanted, message)
        except NdefError as error:
            return _said(error)
        target = {**self._wanted.pages, **draft.changes}
        self._give_back(target)
        return self._put(target, text, typed)

    def offers(self) -> list[Offer]:
        if (act := self._unlock_act()) is not None and self._area.missing is not None:
            tip = tr("Asks for the tag's password or key, and reads the tag again.")
            return [Offer(tr("Unlock…"), tip, lambda: str(act() or ""))]
        if self._area.cc is None or not self._area.cc.writable:
            return []
        found: list[Offer] = []
        if self._view.message or any(self._rest()):
            tip = tr("No records, and zeros in all user memory behind.")
            found.append(Offer(tr("Erase message and memory"), tip, lambda: self._make(erase, tr("erase"))))
        tip = tr("User memory as the factory left it. Locks, password and configuration stay as they are.")
        found.append(Offer(tr("Restore factory layout"), tip, lambda: self._make(factory_layout, tr("factory layout"))))
        return found

    def format(self) -> str:
        """Makes a blank tag hold an empty message. Returns why not, empty when it is staged."""
        return self._make(format_tag, tr("format"))

    def _derive(self) -> None:
        document = self._document
        self._wanted = replace(document.base, pages={**document.base.pages, **document.draft.changes})
        self._area = data_area(document.base.chip, self._wanted.pages)
        self._blank = self._why_blank()
        self._view = self._seen() if self._blank is None else NOTHING
        self.changed.emit()

    def _why_blank(self) -> Blank | None:
        if self._area.cc is not None:
            if (missing := self._area.missing) is None or self._area.ndef is not None:
                return None
            why = self._document.base.unreadable.get(missing, tr("It was not read."))
            words = tr("Page {0} would have to be read first. {1} The Memory tab shows what could be read.")
            return self._unread(tr("The message could not be read"), words.format(missing, why))
        if _CC_PAGE not in self._wanted.pages:
            why = self._document.base.unreadable.get(_CC_PAGE, tr("It was not read."))
            title = tr("Whether there is a message is not known")
            return self._unread(title, tr("Page 3 would tell. {0}").format(why))
        title = tr("Not formatted for NDEF")
        try:
            draft = format_tag(self._wanted)
        except NdefError as error:
            return Blank(title, tr("This tag cannot be made ready for NDEF. {0}").format(_said(error)))
        if refusal := self._document.refusal(self._positions({**self._wanted.pages, **draft.changes})):
            return Blank(title, tr("This tag cannot be made ready for NDEF. {0}").format(refusal))
        reason = tr(
            "Phones see no message on this tag. Formatting puts an empty one on it and writes its size into page 3, "
            "whose bits can never be cleared again. Nothing is written before you have reviewed it."
        )
        return Blank(title, reason, tr("Format for NDEF"), self.format)

    def _unread(self, title: str, reason: str) -> Blank:
        act = self._unlock_act()
        return Blank(title, reason, tr("Unlock…") if act is not None else "", act)

    def _unlock_act(self) -> Callable[[], object] | None:
        """What asks for the tag's password or key; ``None`` where it has none, or it is known already."""
        chip = self._document.base.chip
        return self._unlock().act if chip.pwd is not None or chip.key_pages is not None else None

    def _seen(self) -> MessageView:
        area, block = self._area, self._area.ndef
        message = block.value if block is not None else b""
        fixed, room = self._why_fixed(), 0
        if not fixed or (area.cc is not None and not area.cc.writable):
            try:
                room = message_room(self._wanted)
            except NdefError as error:
                fixed = fixed or _said(error)
        problems = [*area.problems, *(block.problems if block is not None else ())]
        if area.cc is not None and not area.cc.readable:
            problems.append(tr("The capability container says that reading is restricted."))
        end = area.blocks[-1].end if area.blocks else 0
        places = block.places if block is not None else None
        access = self._access()
        note = ""
        if access is not None and access.access is Access.NEEDS_PASSWORD and not (fixed or self._unlock().opened):
            note = tr("Writing to this tag needs its password. The review asks for it.")
        return MessageView(message, room, fixed, note, tuple(problems), area.content[:end], places)

    def _access(self) -> PageAccess | None:
        """What can be done with the page in which the message begins."""
        page = self.page_of(self._area.ndef.start if self._area.ndef is not None else 0)
        return self._document.rules.access.page(page[0]) if page is not None else None

    def _why_fixed(self) -> str:
        area, block = self._area, self._area.ndef
        if area.cc is not None and not area.cc.writable:
            return tr(
                "The capability container says “read-only”, and phones keep to it. Where pages are not locked, the "
                "Memory tab can still change their bytes."
            )
        if area.missing is not None and (block is None or not block.complete):
            why = self._document.base.unreadable.get(area.missing, "")
            return " ".join(
                (tr("Page {0} could not be read, so the message is not known to its end.").format(area.missing), why)
            ).rstrip()
        access = self._access()
        if access is not None and access.access in (Access.LOCKED, Access.READ_ONLY):
            return tr("The message cannot be changed any more. {0}").format(access.why)
        return ""

    def _rest(self) -> bytes:
        """User memory behind the message, as far as it is known."""
        block = self._area.ndef
        # The terminator is no content.
        return self._area.content[(block.end + 1 if block is not None else 0) :]

    def _make(self, make: Callable[[TagSnapshot], Draft], text: str) -> str:
        try:
            draft = make(self._wanted)
        except NdefError as error:
            return _said(error)
        return self._put({**self._wanted.pages, **draft.changes}, text, None)

    def _give_back(self, target: dict[int, bytes]) -> None:
        """Bytes of the message that was wanted before, behind the new one, become what was read: while somebody types,
        longer messages come and go, and leave nothing."""
        before, after = self._area, data_area(self._document.base.chip, target)
        if before.ndef is None or after.ndef is None:
            return
        for position in range(_behind(after), _behind(before)):
            page, offset = divmod(before.address(position), PAGE_SIZE)
            held, read = target.get(page), self._document.base.pages.get(page)
            if held is not None and read is not None and position in {*before.ndef.places, before.ndef.end}:
                target[page] = held[:offset] + read[offset : offset + 1] + held[offset + 1 :]

    def _positions(self, target: dict[int, bytes]) -> dict[int, int]:
        """By position in the document, the bytes of ``target`` that are wanted otherwise now."""
        values: dict[int, int] = {}
        for page, content in target.items():
            place = self._document.place(page)
            if place is None or content == self._wanted.pages.get(page):
                continue
            now = self._document.wanted(page)
            differing = {offset: byte for offset, byte in enumerate(content) if now[offset] != byte}
            values |= {PAGE_SIZE * place + offset: byte for offset, byte in differing.items()}
        return values

    def _put(self, target: dict[int, bytes], text: str, typed: int | None) -> str:
        values = self._positions(target)
        if refusal := self._document.refusal(values):
            return refusal
        self._document.write(values, text, typed=typed)
        return ""


def _behind(area: DataArea) -> int:
    """The position behind message and terminator."""
    assert area.ndef is not None
    end = area.ndef.end
    terminated = end < len(area.content) and area.content[end] == TlvTag.TERMINATOR
    return end + terminated


def _said(error: NdefError) -> str:
    return f"{error} {error.remedy}".rstrip()
