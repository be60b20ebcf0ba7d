"""The message of a card that speaks APDUs: read when the user asks for it, edited here, and written as a whole."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from cardscope.errors import CardScopeError
from cardscope.fields import Field
from cardscope.ndef.fields import decode_message
from cardscope_gui.bridge import Bridge
from cardscope_gui.ndef.source import NOTHING, Blank, MessageSource, MessageView, Offer
from cardscope_gui.ndef.words import tr

if TYPE_CHECKING:
    from cardscope.ndef.type4 import Type4Container
    from cardscope.session import CardSession


class CardSource(MessageSource):
    """On one insertion of a card. Nothing is sent to it unasked."""

    ended = Signal()
    """Reading or writing is over, and the connection to the card is let go."""
    written = Signal()
    """The message is on the card, read back and compared."""

    def __init__(self, bridge: Bridge, session: "CardSession", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.session = session
        self._stack = QUndoStack(self)
        self._container: Type4Container | None = None
        self._on_card: bytes | None = None
        self._wanted = b""
        self._view = NOTHING
        self._reading = False
        self.running = ""
        """What is under way, in words; empty when nothing is."""
        self.done, self.total = 0, 0
        """Bytes, while something is under way."""
        self.failure = ""
        """Why the last reading or writing failed, sentences; empty when it did not."""

    @property
    def stack(self) -> QUndoStack:
        return self._stack

    @property
    def on_card(self) -> bytes | None:
        """The message that the card holds; ``None``: not known, because it was not read or a write broke off."""
        return self._on_card

    @property
    def gone(self) -> bool:
        """Whether the card was taken away."""
        return self.session.ended

    @property
    def busy(self) -> bool:
        """Whether there is something to be lost, or to be said, when the card goes."""
        return bool(self.running) or (self._container is not None and (self.staged or bool(self.failure)))

    @property
    def staged(self) -> bool:
        """Whether the wanted message is another than the card's."""
        return self._container is not None and self._wanted != self._on_card

    @property
    def blank(self) -> Blank | None:
        if self._container is not None:
            return None
        if self.running:
            return Blank(self.running, tr("Nothing is written to the card."))
        if self.gone:
            return Blank(tr("The card is gone"), tr("Put it back to read its message."))
        if self.failure:
            return Blank(tr("There is no message to show"), self.failure, tr("Try again"), self.read)
        reason = tr(
            "Reading selects the card's NDEF application, and resets the card afterwards, so that other programs find "
            "it as it was. It changes nothing on the card."
        )
        return Blank(tr("The message has not been read"), reason, tr("Read NDEF"), self.read)

    @property
    def view(self) -> MessageView:
        return self._view

    def fields(self) -> Field:
        return decode_message(self._wanted)

    def stage(self, message: bytes, text: str, typed: int | None = None) -> str:
        room = self._view.room
        if len(message) > room:
            words = tr("The message has {0} bytes, and this card holds {1}. Shorten it.")
            return words.format(len(message), room)
        if message != self._wanted:
            self._stack.push(_Change(self, self._wanted, message, text, typed))
        return ""

    def offers(self) -> list[Offer]:
        if self.running or self.gone:
            return []
        found: list[Offer] = []
        if self._wanted and not self._view.fixed:
            erase = tr("Erase message")
            found.append(Offer(erase, tr("No records are left."), lambda: self.stage(b"", tr("erase"))))
        found.append(Offer(tr("Read again"), tr("Changes that were not written are lost."), self._read_again))
        return found

    def _read_again(self) -> str:
        self.read()
        return ""

    def discard(self) -> None:
        """Back to what the card holds, as one step to undo."""
        if self._on_card is not None:
            self.stage(self._on_card, tr("discard"))

    def read(self) -> None:
        """Reads the message; what was wanted until now goes."""
        if not self.running and not self.gone:
            self._reading = True
            self._begin(tr("Reading the message…"))
            self._bridge.spawn(self._read())

    def write(self) -> None:
        """Writes the wanted message."""
        if not self.running and not self.gone and self.staged:
            self._begin(tr("Writing the message…"))
            self._bridge.spawn(self._write(self._wanted))

    def want(self, message: bytes) -> None:
        """For the undo steps."""
        self._wanted = message
        self._show()

    async def _read(self) -> None:
        from cardscope.ndef.type4 import Type4Tag  # noqa: PLC0415 not needed before

        message, container = b"", None
        try:
            async with self.session.alone():
                try:
                    tag = Type4Tag(self.session)
                    container = await tag.open()
                    message = await tag.read_message(self._progress)
                finally:
                    await self._set_back()
        except CardScopeError as error:
            self._end(error)
            return
        self._container, self._on_card, self._wanted = container, message, message
        self._stack.clear()
        self._end()

    async def _write(self, message: bytes) -> None:
        from cardscope.ndef.type4 import Type4Tag  # noqa: PLC0415

        try:
            async with self.session.alone():
                try:
                    tag = Type4Tag(self.session)
                    await tag.open()
                    await tag.write_message(message, self._progress)
                finally:
                    await self._set_back()
        except CardScopeError as error:
            # Its length is set to 0 before anything else is written: what it holds now nobody knows.
            self._on_card = None
            self._end(error)
            return
        self._on_card = message
        self._end()
        self.written.emit()

    async def _set_back(self) -> None:
        """Whoever shares the card might take the NDEF application for its own."""
        if not self.session.ended:
            await self.session.reset()

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.changed.emit()

    def _begin(self, words: str) -> None:
        self.running, self.failure = words, ""
        self.done = self.total = 0
        self._show()

    def _end(self, error: CardScopeError | None = None) -> None:
        self.running, self._reading = "", False
        self.failure = f"{error} {error.remedy}".rstrip() if error is not None else ""
        self._show()
        self.ended.emit()

    def _show(self) -> None:
        container = self._container
        if container is not None:
            fixed = "" if container.writable else tr("The card says that its message may not be written.")
            if self._reading:
                fixed = self.running
            self._view = MessageView(self._wanted, container.room, fixed, data=self._wanted)
        self.changed.emit()


class _Change(QUndoCommand):
    def __init__(self, source: CardSource, before: bytes, after: bytes, text: str, typed: int | None) -> None:
        super().__init__(text)
        self._source = source
        self._before, self.after = before, after
        self.typed = typed

    def id(self) -> int:
        return -1 if self.typed is None else self.typed

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.typed != self.typed:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        self._source.want(self.after)

    def undo(self) -> None:
        self._source.want(self._before)
