"""Tags with messages, the NDEF tab on one of them, and the window on a service of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cardscope.events import CardRemoved, Exchanged, ReaderChanged
from cardscope.ndef.area import data_area
from cardscope.ndef.contents import Content
from cardscope.ndef.encoding import record_of
from cardscope.ndef.message import encode_message
from cardscope.ndef.writing import write_message
from cardscope.service import CardService, Identifying
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.tabs import Tab
from cardscope_gui.main_window import MainWindow
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.tab import MemoryTab
from cardscope_gui.ndef.tab import NdefTab
from cardscope_gui.settings import Settings
from support.events import Recorder

UID = bytes.fromhex("04A1B2C3D4E5F6")


def message(*contents: Content) -> bytes:
    return encode_message(tuple(record_of(content) for content in contents))


def blank(
    chip: str = "ntag213", pages: Mapping[int, str] | None = None, unreadable: Mapping[int, str] | None = None
) -> TagSnapshot:
    """A factory-fresh tag as reading shows it, with other contents in some pages."""
    kind = chips()[chip]
    hidden = {page for area in kind.unreadable for page in area}
    held = {page: content for page, content in factory_pages(kind, UID).items() if page not in hidden}
    held |= {page: bytes.fromhex(content) for page, content in (pages or {}).items()}
    for page in unreadable or {}:
        del held[page]
    return TagSnapshot(kind, held, unreadable=unreadable or {})


def tag(*contents: Content, chip: str = "ntag213", pages: Mapping[int, str] | None = None) -> TagSnapshot:
    """A tag with a message of ``contents``."""
    empty = blank(chip)
    written = {**empty.pages, **write_message(empty, message(*contents)).changes}
    written |= {page: bytes.fromhex(content) for page, content in (pages or {}).items()}
    return TagSnapshot(empty.chip, written)


class Shown:
    """The NDEF tab beside the Memory tab, both on a tag that is not on a reader."""

    def __init__(self, snapshot: TagSnapshot) -> None:
        self.actions = MemoryActions(None)  # type: ignore[arg-type]
        self.documents = Documents()
        self.memory = MemoryTab(Bridge(), self.actions, self.documents)
        self.document = MemoryDocument(snapshot)
        self.memory.show_file(self.document)
        self.tab = NdefTab(Bridge(), self.memory, self.actions)
        self.tab.show_tag()
        self.tab.set_front(True)
        self.memory.set_front(False, beside=True)

    @property
    def records(self):
        return self.tab.records.list

    @property
    def form(self):
        assert self.tab.pane.form is not None
        return self.tab.pane.form

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(entry.kind, entry.gist) for entry in self.tab.model.entries]

    @property
    def message(self) -> bytes:
        """What is wanted, from the pages."""
        area = data_area(self.document.base.chip, {**self.document.base.pages, **self.document.draft.changes})
        assert area.ndef is not None
        return area.ndef.value

    def add(self, words: str) -> None:
        action = next(action for action in self.tab.records.add_menu.actions() if action.text() == words)
        action.trigger()

    def type(self, field: str, text: str) -> None:
        """Into an emptied field, key by key."""
        widget = self.form.fields[field]
        widget.setFocus()
        press(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        press(widget, Qt.Key.Key_Delete)
        QTest.keyClicks(widget, text)

    def offers(self) -> dict[str, Callable[[], str]]:
        assert self.tab.source is not None
        return {offer.words: offer.act for offer in self.tab.source.offers()}


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifier)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[TagSnapshot], Shown]:
    def make(snapshot: TagSnapshot) -> Shown:
        made = Shown(snapshot)
        for widget in (made.memory, made.tab):
            qtbot.addWidget(widget)
        made.tab.resize(1150, 520)
        with qtbot.waitActive(made.tab):
            made.tab.show()
            made.tab.activateWindow()
        return made

    return make


class LoopBridge(Bridge):
    """Runs coroutines to their end, on the loop of the test; or keeps them until :meth:`run`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self.later = False
        self._waiting: list[Coroutine[Any, Any, Any]] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        if self.loop.is_closed():
            coroutine.close()  # of a timer that ran on after the test
            return
        self._waiting.append(coroutine)
        if not self.later and not self.loop.is_running():
            self.run()

    def run(self) -> None:
        while self._waiting:
            self.loop.run_until_complete(self._waiting.pop(0))


class Desk:
    """The window on a service with one virtual reader."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: Settings, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.reader = VirtualReader()
        self.service = CardService([VirtualSource(self.reader)], identifying=Identifying())
        self.bridge = LoopBridge(loop)
        self.bridge.connect_service(self.service, self.reader)
        self.recorder = Recorder(self.service)
        self.window = MainWindow(self.bridge, settings)
        loop.run_until_complete(self.recorder.begin(self.reader.name))

    @property
    def tabs(self):
        return self.window.card.build().tabs

    @property
    def ndef(self) -> NdefTab:
        self.tabs.choose(Tab.NDEF)
        found = self.window.findChildren(NdefTab)
        assert len(found) == 1
        self._qtbot.waitUntil(lambda: bool(found[0].source) or bool(found[0].nothing.title.text()))
        return found[0]

    @property
    def commands(self) -> Sequence[bytes]:
        return [event.command for event in self.recorder.all(Exchanged)]

    def insert(self, name: str) -> VirtualCard:
        card = ready_card(name).make(reader_model("acr122u"))
        self.put(card)
        return card

    def put(self, card: VirtualCard) -> None:
        self.reader.insert(card)

        async def complete() -> None:
            async with asyncio.timeout(10):
                while True:
                    known = self.service.identification(self.reader.name)
                    if known is not None and known.complete:
                        return
                    await asyncio.sleep(0)

        self.bridge.loop.run_until_complete(complete())
        self.window._refresh()
        self.bridge.run()

    def remove(self) -> None:
        before = len(self.recorder.events)
        self.reader.remove()

        async def gone() -> None:
            await self.recorder.wait_for(CardRemoved, after=before)
            await self.recorder.wait_for(ReaderChanged, after=before)

        self.bridge.loop.run_until_complete(gone())
        self.window._refresh()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    loop = asyncio.new_event_loop()
    made = Desk(loop, Settings(tmp_path / "window.ini"), qtbot)
    qtbot.addWidget(made.window)
    made.window.resize(1440, 900)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.examination.finish()
    loop.run_until_complete(made.service.close())
    loop.close()
