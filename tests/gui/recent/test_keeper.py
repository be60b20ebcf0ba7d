"""From a card on a reader to its row in the sidebar, on a real service and a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cardscope.service import CardService
from cardscope.store.database import Database
from cardscope.store.recent_cards import RecentCards
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.bridge import Bridge
from cardscope_gui.recent.dialogs import DescribeDialog
from cardscope_gui.recent.keeper import RecentKeeper
from cardscope_gui.recent.model import RecentModel, WhenRole
from cardscope_gui.recent.section import RecentSection

TIMEOUT = 10.0


@dataclass
class Stage:
    reader: VirtualReader
    model: RecentModel
    section: RecentSection
    keeper: RecentKeeper
    cards: RecentCards

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for the rows to fulfil ``condition``."""
        changed = asyncio.Event()
        for signal in (self.model.modelReset, self.model.dataChanged):
            signal.connect(lambda *_: changed.set())
        async with asyncio.timeout(TIMEOUT):
            while not condition():
                await changed.wait()
                changed.clear()

    def rows(self) -> list[str]:
        return [str(self.model.index(row).data()) for row in range(self.model.rowCount())]

    def whens(self) -> list[str]:
        return [str(self.model.index(row).data(WhenRole)) for row in range(self.model.rowCount())]


@pytest_asyncio.fixture
async def stage(qtbot: QtBot, tmp_path: Path) -> AsyncIterator[Stage]:
    database = await Database(tmp_path / "cardscope.db").open()
    reader, bridge, model = VirtualReader(), Bridge(), RecentModel()
    section = RecentSection(model)
    qtbot.addWidget(section)
    model.setParent(section)
    async with CardService([VirtualSource(reader)]) as service:
        bridge.connect_service(service, reader)
        cards = RecentCards(database)
        keeper = RecentKeeper(bridge, cards, model, section.cards, section)
        await keeper.begin()
        yield Stage(reader, model, section, keeper, cards)
        await bridge.close()
    await database.close()


async def test_a_card_that_comes_is_listed_and_stays(stage: Stage) -> None:
    assert stage.section.isHidden(), "nothing to list yet"
    stage.reader.insert(ready_card("ntag216").make())
    await stage.until(lambda: stage.whens() == ["Now"])
    assert not stage.section.isHidden()
    stage.reader.remove()
    await stage.until(lambda: "Now" not in stage.whens())
    assert stage.model.rowCount() == 1
    stage.section.set_rail(True)
    assert stage.section.isHidden()


async def test_the_user_names_a_card(stage: Stage, qtbot: QtBot) -> None:
    stage.reader.insert(ready_card("ntag216").make())
    await stage.until(lambda: stage.whens() == ["Now"])
    card = stage.model.card_at(stage.model.index(0))
    assert card is not None
    stage.section.cards.describe_wanted.emit(card)
    dialog = stage.section.findChild(DescribeDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.nickname, "Left hand")
    next(each for each in dialog.findChildren(QPushButton) if each.text() == "Save").click()
    await stage.until(lambda: stage.rows() == ["Left hand"])
    kept = await stage.cards.find(card.uid)
    assert kept is not None
    assert kept.nickname == "Left hand"


async def test_the_user_forgets_a_card(stage: Stage) -> None:
    stage.reader.insert(ready_card("ntag216").make())
    await stage.until(lambda: stage.whens() == ["Now"])
    stage.section.cards.forget_wanted.emit(stage.model.card_at(stage.model.index(0)))
    next(each for each in stage.section.findChildren(QPushButton) if each.text() == "Forget").click()
    await stage.until(lambda: stage.model.rowCount() == 0)
    assert stage.section.isHidden()


async def test_choosing_a_card_that_is_there_shows_its_reader(stage: Stage) -> None:
    stage.reader.insert(ready_card("ntag216").make())
    await stage.until(lambda: stage.whens() == ["Now"])
    wanted: list[str] = []
    stage.keeper.reader_wanted.connect(wanted.append)
    card = stage.model.card_at(stage.model.index(0))
    stage.section.cards.chosen.emit(card)
    assert wanted == [stage.reader.name]
    stage.reader.remove()
    await stage.until(lambda: "Now" not in stage.whens())
    stage.section.cards.chosen.emit(card)
    assert wanted == [stage.reader.name]


async def test_a_card_that_was_there_first_is_noted_too(qtbot: QtBot, tmp_path: Path) -> None:
    reader, bridge, model = VirtualReader(), Bridge(), RecentModel()
    section = RecentSection(model)
    qtbot.addWidget(section)
    model.setParent(section)
    database = await Database(tmp_path / "cardscope.db").open()
    known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with CardService([VirtualSource(reader)]) as service:
        bridge.connect_service(service, reader)
        bridge.published.connect(lambda event: type(event).__name__ == "UidRead" and known.set_result(None))
        reader.insert(ready_card("ntag213").make())
        async with asyncio.timeout(TIMEOUT):
            await known
        await RecentKeeper(bridge, RecentCards(database), model, section.cards, section).begin()
        assert model.rowCount() == 1
        assert model.index(0).data(WhenRole) == "Now"
        await bridge.close()
    await database.close()


@pytest.mark.parametrize("name", ["ntag216", "mf0icu2"])
async def test_a_virtual_card_says_that_it_is_one(stage: Stage, name: str) -> None:
    stage.reader.insert(ready_card(name).make())
    await stage.until(lambda: stage.whens() == ["Now"])
    card = stage.model.card_at(stage.model.index(0))
    assert card is not None
    assert card.virtual
