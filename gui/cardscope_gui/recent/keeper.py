"""Keeps the list of recent cards: notes what comes, shows what is kept, and does what the user says of it."""

import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cardscope.events import CardRemoved, Identified, UidRead
from cardscope.readers.protocol import ReaderKind
from cardscope.store.database import StoreError
from cardscope.store.recent_cards import RecentCard, RecentCards
from cardscope_gui.bridge import Bridge
from cardscope_gui.recent.card_list import RecentList
from cardscope_gui.recent.dialogs import DescribeDialog, forget_dialog
from cardscope_gui.recent.model import RecentModel

if TYPE_CHECKING:
    from cardscope.session import CardSession

SHOWN = 50
"""How many cards are listed; all are kept."""


class RecentKeeper(QObject):
    """Between the table of cards and the sidebar. ``window`` is what dialogs belong to."""

    reader_wanted = Signal(str)
    """The user chose a card that is on this reader now."""
    failed = Signal(str)
    """The database failed; a sentence or two."""

    def __init__(
        self, bridge: Bridge, cards: RecentCards, model: RecentModel, view: RecentList, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._cards = cards
        self._model = model
        self._window = window
        bridge.published.connect(self._on_event)
        view.describe_wanted.connect(self.describe)
        view.forget_wanted.connect(self.forget)
        view.chosen.connect(self._choose)

    async def begin(self) -> None:
        """Notes the cards that are there already, and shows what is kept."""
        for name, session in self._sessions():
            if session.uid is not None:
                await self._cards.seen(session.uid, time.time(), virtual=self._is_virtual(name))
        self._show_present()
        await self.reload()

    def end(self) -> None:
        """Notes nothing any more: the database is about to be closed."""
        self._bridge.published.disconnect(self._on_event)

    async def reload(self) -> None:
        """Shows what is kept."""
        self._model.show_cards(await self._cards.latest(SHOWN))

    def describe(self, card: RecentCard) -> None:
        """Asks for the card's name and notes, and keeps them."""

        def save(nickname: str, notes: str) -> None:
            self._spawn(self._describe(card.uid, nickname, notes))

        DescribeDialog(card, save, self._window).open()

    def forget(self, card: RecentCard) -> None:
        """Forgets the card once the user agrees."""
        forget_dialog(card, lambda: self._spawn(self._forget(card.uid)), self._window).open()

    def _on_event(self, event: object) -> None:
        if isinstance(event, UidRead) and event.uid is not None:
            self._spawn(self._seen(event.uid, self._is_virtual(event.reader), ""))
            self._show_present()
        elif isinstance(event, Identified):
            known = event.identification
            if known.uid is not None and known.chip is not None and (known.complete or known.interrupted):
                self._spawn(self._seen(known.uid, self._is_virtual(event.reader), known.chip.name))
        elif isinstance(event, CardRemoved):
            self._show_present()

    def _sessions(self) -> "list[tuple[str, CardSession]]":
        service = self._bridge.service
        found = ((status.name, service.session(status.name)) for status in service.readers)
        return [(name, session) for name, session in found if session is not None]

    def _choose(self, card: RecentCard) -> None:
        for name, session in self._sessions():
            if session.uid == card.uid:
                self.reader_wanted.emit(name)

    def _show_present(self) -> None:
        self._model.set_present(frozenset(each.uid for _, each in self._sessions() if each.uid is not None))

    def _is_virtual(self, reader: str) -> bool:
        return any(each.name == reader and each.kind is ReaderKind.VIRTUAL for each in self._bridge.service.readers)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def reporting() -> None:
            try:
                await work
            except StoreError as error:
                self.failed.emit(f"{error} {error.remedy}".rstrip())

        self._bridge.spawn(reporting())

    async def _seen(self, uid: bytes, virtual: bool, chip: str) -> None:
        await self._cards.seen(uid, time.time(), virtual=virtual, chip=chip)
        await self.reload()

    async def _describe(self, uid: bytes, nickname: str, notes: str) -> None:
        await self._cards.describe(uid, nickname=nickname, notes=notes)
        await self.reload()

    async def _forget(self, uid: bytes) -> None:
        await self._cards.forget(uid)
        await self.reload()
