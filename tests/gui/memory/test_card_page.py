"""The tab in the window: which cards have it, what stays of a card that is gone, and what is asked before leaving."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from cardscope.events import CardRemoved, ReaderChanged
from cardscope.service import CardService, Identifying
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.tabs import Tab
from cardscope_gui.empty.page import Page
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings
from support.events import Recorder


class LoopBridge(Bridge):
    """Runs coroutines to their end, on the loop of the test."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self._waiting: list[Coroutine[Any, Any, Any]] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._waiting.append(coroutine)
        if not self.loop.is_running():
            self.run()

    def run(self) -> None:
        while self._waiting:
            self.loop.run_until_complete(self._waiting.pop(0))


class Desk:
    """The window on a service with one virtual reader."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: Settings) -> None:
        self.reader = VirtualReader()
        self.service = CardService([VirtualSource(self.reader)], identifying=Identifying())
        self.bridge = LoopBridge(loop)
        self.bridge.connect_service(self.service, self.reader)
        self.recorder = Recorder(self.service)
        self.window = MainWindow(self.bridge, settings)
        loop.run_until_complete(self.recorder.begin(self.reader.name))

    @property
    def memory(self):
        return self.window.card.memory

    @property
    def tabs(self):
        return self.window.card.build().tabs

    def insert(self, card) -> None:
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
    made = Desk(loop, Settings(tmp_path / "window.ini"))
    qtbot.addWidget(made.window)
    made.window.resize(1440, 900)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.examination.finish()
    loop.run_until_complete(made.service.close())
    loop.close()


def card(name):
    return ready_card(name).make(reader_model("acr122u"))


def stage(desk):
    desk.memory.document.write({4 * 13: 0x33}, "typing")


def test_the_tab_is_there_for_type_2_tags_alone(desk):
    desk.insert(card("teaching-contactless"))
    assert not desk.tabs.has_memory
    desk.remove()
    desk.insert(card("ntag216"))
    assert desk.tabs.has_memory
    assert desk.tabs.front is Tab.IDENTITY
    assert desk.memory.document is None, "nobody has looked at it yet"


def test_the_chosen_tab_is_remembered(desk, tmp_path):
    desk.insert(card("ntag216"))
    desk.tabs.choose(Tab.MEMORY)
    assert desk.memory.document is not None
    assert desk.window.settings.card_tab is Tab.MEMORY
    desk.remove()
    desk.insert(card("teaching-contactless"))
    assert desk.tabs.front is Tab.IDENTITY
    desk.remove()
    desk.insert(card("ntag216"))
    assert desk.tabs.front is Tab.MEMORY


def test_the_keys_of_reading_again_go_with_the_tab(desk):
    desk.insert(card("ntag216"))
    identify, read = desk.window.identity.again, desk.memory._actions.read_again
    assert identify.shortcut().toString() == "Ctrl+R"
    assert read.shortcut().isEmpty()
    desk.tabs.choose(Tab.MEMORY)
    assert identify.shortcut().isEmpty()
    assert read.shortcut().toString() == "Ctrl+R"
    assert read.isEnabled()
    desk.tabs.choose(Tab.IDENTITY)
    assert not read.isEnabled()


def test_what_is_staged_stays_when_the_card_goes(desk, qtbot):
    desk.insert(card("ntag216"))
    desk.tabs.choose(Tab.MEMORY)
    stage(desk)
    desk.remove()
    assert desk.window.page is Page.CARD
    assert desk.tabs.front is Tab.MEMORY
    assert desk.memory.bar.note.text() == "Card removed, changes kept"
    desk.memory.discard()
    qtbot.waitUntil(lambda: desk.window.page is Page.VIRTUAL_EMPTY)


def test_without_staged_changes_nothing_stays(desk):
    desk.insert(card("ntag216"))
    desk.tabs.choose(Tab.MEMORY)
    desk.remove()
    assert desk.window.page is Page.VIRTUAL_EMPTY


def test_the_window_asks_before_changes_are_lost(desk, qtbot):
    desk.insert(card("ntag216"))
    desk.tabs.choose(Tab.MEMORY)
    stage(desk)
    desk.window.actions_.quit.trigger()
    box = desk.window.findChild(QMessageBox)
    assert desk.window.isVisible()
    with qtbot.waitSignal(desk.window.closing):
        next(button for button in box.buttons() if "Discard" in button.text()).click()


def test_without_changes_it_does_not_ask(desk, qtbot):
    desk.insert(card("ntag216"))
    with qtbot.waitSignal(desk.window.closing):
        desk.window.actions_.quit.trigger()


def test_undo_and_paste_belong_to_the_table_only_when_it_has_the_keyboard(desk, qtbot):
    desk.insert(card("ntag216"))
    desk.tabs.choose(Tab.MEMORY)
    desk.window.activateWindow()
    desk.memory.focus()
    qtbot.waitUntil(desk.memory.table.hasFocus)
    QTest.keyClicks(desk.memory.table, "33")
    assert desk.memory.document.staged
    desk.window.console.composer.edit.setFocus()
    QTest.keyClick(desk.window.console.composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.memory.document.staged
    desk.memory.focus()
    QTest.keyClick(desk.memory.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not desk.memory.document.staged
