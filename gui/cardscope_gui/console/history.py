"""What the console recalls: the commands sent before, step by step, or any of them from the window."""

import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, SignalInstance

from cardscope.decode.secrets import MaskedCommand
from cardscope.store.database import StoreError
from cardscope.store.history import History, HistoryEntry, SentCommand, Store
from cardscope.store.transient import TransientStore
from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from cardscope.tags.catalogue import Chip

SHOWN = 200
"""How many commands are listed; all are kept, and a search looks through all."""


class CommandHistory(QObject):
    """Between the composer and the history. Nothing waits for the store: what it answers arrives as a signal.

    Until :meth:`keep_in` is called the history lasts as long as the window.
    """

    recalled = Signal(object)
    """A :class:`MaskedCommand` is to be shown."""
    draft_recalled = Signal(str)
    """The text that was there before the first step is to be shown again."""
    found = Signal(list)
    """The :class:`HistoryEntry` of the newest search."""
    changed = Signal()
    """Other commands are there now, or they are called something else."""
    failed = Signal(str)
    """The store failed; a sentence or two."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._history = History(TransientStore())
        self._shown: HistoryEntry | None = None
        self._draft = ""
        self._steps: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._walking = False
        self._recalling = False
        self._searches = 0

    def keep_in(self, store: Store) -> None:
        """From now on the commands are in ``store``."""
        self._history = History(store)
        self._start_anew()
        self.changed.emit()

    def add(self, command: bytes, *, chip: "Chip | None", uid: bytes | None, reader: str) -> None:
        """Keeps ``command`` without its secrets; the next step back begins with it. ``chip`` and ``uid`` are those of
        the card, where they are known."""
        self._start_anew()
        sent = SentCommand(MaskedCommand.of(command, chip), time.time(), reader, uid)
        self._change(self._history.add(sent))

    def step_back(self, text: str, command: bytes | None) -> None:
        """Wants the command before the one that is shown. ``text`` is what is shown, and ``command`` what it spells."""

        async def step() -> None:
            first = self._shown is None
            entry = await self._history.older(self._shown.turn if self._shown else None)
            # Once sent, a command stays in the composer: the first step back must not show it again.
            if first and entry is not None and command is not None and _is_same(entry, command):
                entry = await self._history.older(entry.turn)
            if entry is not None and step in self._steps:
                if first:
                    self._draft = text
                self._shown = entry
                self._show(self.recalled, entry.command)

        self._walk(step)

    def step_forward(self) -> None:
        """Wants the command after the one that is shown; after the latest, the text before the first step back."""

        async def step() -> None:
            if self._shown is None:
                return
            entry = await self._history.newer(self._shown.turn)
            if step in self._steps:
                self._shown = entry
                if entry is not None:
                    self._show(self.recalled, entry.command)
                else:
                    self._show(self.draft_recalled, self._draft)

        self._walk(step)

    def text_changed(self) -> None:
        """The text is another one: when the user changed it, it stays, whatever is still on its way."""
        if not self._recalling:
            self._steps.clear()

    def search(self, typed: str, *, uid: bytes | None, favourites: bool) -> None:
        """Looks for commands; of several searches only the newest is answered."""
        self._searches += 1
        number = self._searches

        async def search() -> None:
            if number == self._searches:
                entries = await self._history.search(typed, uid=uid, favourites=favourites, limit=SHOWN)
                if number == self._searches:
                    self.found.emit(entries)

        self._spawn(search())

    def set_favourite(self, entry: HistoryEntry, favourite: bool) -> None:
        """Marks ``entry`` or takes the mark away."""
        self._change(self._history.set_favourite(entry.id, favourite))

    def rename(self, entry: HistoryEntry, name: str) -> None:
        """Calls ``entry`` by another name; an empty one takes it away."""
        self._change(self._history.rename(entry.id, name))

    def forget(self, entry: HistoryEntry) -> None:
        """Deletes ``entry``."""
        self._change(self._history.forget(entry.id))

    def clear(self) -> None:
        """Deletes all."""
        self._start_anew()
        self._change(self._history.clear())

    def _start_anew(self) -> None:
        self._shown = None
        self._steps.clear()

    def _show(self, signal: SignalInstance, shown: object) -> None:
        self._recalling = True
        signal.emit(shown)
        self._recalling = False

    def _walk(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Takes one step after the other, however fast the keys come."""
        self._steps.append(step)
        if not self._walking:
            self._spawn(self._take_steps())

    async def _take_steps(self) -> None:
        self._walking = True
        try:
            while self._steps:
                step = self._steps[0]
                await step()
                if step in self._steps:
                    self._steps.remove(step)
        finally:
            self._walking = False

    def _change(self, work: Coroutine[Any, Any, None]) -> None:
        async def change() -> None:
            await work
            self.changed.emit()

        self._spawn(change())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def reporting() -> None:
            try:
                await work
            except StoreError as error:
                self.failed.emit(f"{error} {error.remedy}".rstrip())

        self._bridge.spawn(reporting())


def _is_same(entry: HistoryEntry, command: bytes) -> bool:
    """Whether ``entry`` is ``command``, which still has the secrets that ``entry`` lacks."""
    known = bytearray(command)
    for start, end in entry.command.secrets:
        known[start:end] = bytes(end - start)
    return bytes(known) == entry.command.known
