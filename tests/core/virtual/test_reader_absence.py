"""A reader that is unplugged, a service that dies: what is reported, and what connections are told."""

import asyncio

import pytest

from cardscope.errors import ReaderError, ReaderGoneError, Sent, ServiceStoppedError
from cardscope.events import CardRemoved, ReaderRemoved, ServiceChanged, ServiceState, UidRead
from cardscope.readers.protocol import (
    Channel,
    ReaderAppeared,
    ReaderState,
    ReaderVanished,
    ServiceReport,
    SourceReport,
    StatusChanged,
)
from cardscope.service import CardService
from cardscope.virtual.reader import VirtualReader, VirtualSource
from support.cards import TYPE2_ATR
from support.counting import CountingCard, a_moment
from support.events import Recorder

UID = bytes.fromhex("04E141124C2880")
GET_UID = bytes.fromhex("FFCA000000")
WRITE_PAGE_4 = bytes.fromhex("FFD6000404DEADBEEF")


class Desk:
    """Two readers, a card in the first, and what their source reports."""

    def __init__(self) -> None:
        self.first, self.second = VirtualReader("First"), VirtualReader("Second")
        self.card = CountingCard()
        self.first.insert(self.card)
        self.source = VirtualSource(self.first, self.second)
        self.reports: list[SourceReport] = []
        self.source.start(self.reports.append)

    async def news(self) -> list[SourceReport]:
        """What was reported since it was last asked."""
        await a_moment()
        news = self.reports[:]
        self.reports.clear()
        return news


def gist(reports: list[SourceReport]) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = []
    for report in reports:
        match report:
            case ServiceReport():
                told.append(("service", report.running))
            case ReaderAppeared():
                told.append(("appeared", (report.status.name, report.status.state)))
            case ReaderVanished():
                told.append(("vanished", report.name))
            case StatusChanged():
                told.append(("changed", (report.status.name, report.status.state)))
    return told


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.news()
    return desk


async def error_of(channel: Channel, command: bytes = GET_UID) -> tuple[type[ReaderError], Sent]:
    with pytest.raises(ReaderError) as caught:
        await channel.transmit(command)
    assert caught.value.reader == "First"
    assert caught.value.remedy
    return type(caught.value), caught.value.sent


async def test_an_unplugged_reader_vanishes_with_its_card_and_comes_back_with_it(desk: Desk) -> None:
    serial = desk.first.status.card_serial
    desk.source.unplug(desk.first)
    assert desk.reports == [], "a report from within unplug"
    assert gist(await desk.news()) == [("vanished", "First")]
    assert not desk.card.powered
    assert desk.first.status.state is ReaderState.UNAVAILABLE
    assert desk.first.status.atr is None
    desk.source.unplug(desk.first)
    assert await desk.news() == [], "harmless when it is away"

    desk.source.plug(desk.first)
    assert desk.reports == [], "a report from within plug"
    assert gist(await desk.news()) == [("appeared", ("First", ReaderState.PRESENT))]
    assert desk.card.power_ups == 2
    assert desk.first.status.card_serial > serial
    assert desk.first.status.atr == TYPE2_ATR
    desk.source.plug(desk.first)
    assert await desk.news() == [], "harmless when it is there"


async def test_a_reader_unplugged_between_commands(desk: Desk) -> None:
    channel = await desk.first.connect()
    desk.source.unplug(desk.first)
    assert await error_of(channel) == (ReaderGoneError, Sent.NO)
    with pytest.raises(ReaderGoneError) as caught:
        await desk.first.connect()
    assert caught.value.sent is Sent.NO
    with pytest.raises(ReaderGoneError):
        async with channel.transaction():
            pytest.fail("the transaction began")
    with pytest.raises(ReaderGoneError):
        await channel.reset()
    await channel.disconnect()
    await channel.disconnect()
    assert desk.card.commands == []


@pytest.mark.parametrize("back_at_once", [False, True])
async def test_a_reader_unplugged_in_the_middle_of_a_command(desk: Desk, *, back_at_once: bool) -> None:
    channel = await desk.first.connect()
    exchange = asyncio.create_task(error_of(channel, WRITE_PAGE_4))
    await asyncio.sleep(0)
    desk.source.unplug(desk.first)
    if back_at_once:
        desk.source.plug(desk.first)
    assert await exchange == (ReaderGoneError, Sent.UNKNOWN)
    assert desk.card.commands == [WRITE_PAGE_4]


async def test_a_connection_does_not_outlive_its_reader(desk: Desk) -> None:
    channel = await desk.first.connect()
    desk.source.unplug(desk.first)
    desk.source.plug(desk.first)
    assert await error_of(channel) == (ReaderGoneError, Sent.NO)
    assert await (await desk.first.connect()).transmit(GET_UID) == b"\x90\x00"


async def test_a_reader_unplugged_in_a_transaction_lets_the_next_have_its_turn(desk: Desk) -> None:
    holder, waiting = await desk.first.connect(), await desk.first.connect()
    tasks: list[asyncio.Task[tuple[type[ReaderError], Sent]]] = []

    async def interrupted_transaction() -> None:
        async with holder.transaction():
            tasks.append(asyncio.create_task(error_of(waiting)))
            await a_moment()
            desk.source.unplug(desk.first)
            await holder.transmit(GET_UID)

    with pytest.raises(ReaderGoneError) as caught:
        await interrupted_transaction()
    assert caught.value.sent is Sent.NO
    async with asyncio.timeout(5):
        assert await tasks[0] == (ReaderGoneError, Sent.NO)
    desk.source.plug(desk.first)
    async with asyncio.timeout(5):
        assert await (await desk.first.connect()).transmit(GET_UID) == b"\x90\x00"


async def test_cards_come_and_go_unheard_in_an_unplugged_reader(desk: Desk) -> None:
    desk.source.unplug(desk.first)
    await desk.news()
    desk.first.remove()
    other = CountingCard()
    desk.first.insert(other)
    assert await desk.news() == []
    assert other.power_ups == 0
    desk.source.plug(desk.first)
    assert gist(await desk.news()) == [("appeared", ("First", ReaderState.PRESENT))]
    assert other.power_ups == 1
    desk.first.remove()
    assert gist(await desk.news()) == [("changed", ("First", ReaderState.EMPTY))]


async def test_a_reader_unplugged_before_the_start_appears_when_it_is_plugged_in() -> None:
    reader = VirtualReader("First")
    source = VirtualSource(reader)
    source.unplug(reader)
    reports: list[SourceReport] = []
    source.start(reports.append)
    await a_moment()
    assert reports == []
    source.plug(reader)
    await a_moment()
    assert gist(reports) == [("appeared", ("First", ReaderState.EMPTY))]


async def test_a_service_that_dies_takes_all_readers_along_and_brings_them_back(desk: Desk) -> None:
    desk.source.stop_service()
    desk.source.stop_service()
    assert desk.reports == [], "a report from within stop_service"
    news = await desk.news()
    assert gist(news) == [("vanished", "First"), ("vanished", "Second"), ("service", False)]
    assert isinstance(news[-1], ServiceReport)
    assert news[-1].detail
    for reader in (desk.first, desk.second):
        with pytest.raises(ServiceStoppedError) as caught:
            await reader.connect()
        assert caught.value.sent is Sent.NO
    desk.source.start_service()
    desk.source.start_service()
    assert gist(await desk.news()) == [
        ("service", True),
        ("appeared", ("First", ReaderState.PRESENT)),
        ("appeared", ("Second", ReaderState.EMPTY)),
    ]
    assert desk.card.power_ups == 2, "a service that starts resets the cards"


async def test_a_service_that_dies_in_the_middle_of_a_command(desk: Desk) -> None:
    channel = await desk.first.connect()
    exchange = asyncio.create_task(error_of(channel, WRITE_PAGE_4))
    await asyncio.sleep(0)
    desk.source.stop_service()
    assert await exchange == (ServiceStoppedError, Sent.UNKNOWN)
    assert await error_of(channel) == (ServiceStoppedError, Sent.NO)
    desk.source.start_service()
    assert await error_of(channel) == (ReaderGoneError, Sent.NO), "as PC/SC's own: the connection is of another life"
    assert desk.card.commands == [WRITE_PAGE_4]


async def test_unplugged_while_the_service_is_stopped(desk: Desk) -> None:
    desk.source.unplug(desk.second)
    desk.source.stop_service()
    desk.source.unplug(desk.first)
    desk.source.plug(desk.second)
    with pytest.raises(ServiceStoppedError):
        await desk.second.connect()
    assert gist(await desk.news()) == [("vanished", "Second"), ("vanished", "First"), ("service", False)]
    desk.source.start_service()
    assert gist(await desk.news()) == [("service", True), ("appeared", ("Second", ReaderState.EMPTY))]
    with pytest.raises(ReaderGoneError):
        await desk.first.connect()
    desk.source.plug(desk.first)
    assert gist(await desk.news()) == [("appeared", ("First", ReaderState.PRESENT))]


async def test_a_closed_source_is_silent_about_readers_too(desk: Desk) -> None:
    await desk.source.close()
    desk.source.unplug(desk.first)
    desk.source.stop_service()
    desk.source.start_service()
    assert await desk.news() == []
    with pytest.raises(ReaderGoneError):
        await desk.first.connect()


async def test_a_session_follows_its_reader_away_and_back() -> None:
    """What the window sees."""
    reader = VirtualReader("First")
    reader.insert(CountingCard(answer=UID + b"\x90\x00"))
    source = VirtualSource(reader)
    async with CardService([source]) as service:
        recorder = Recorder(service)
        await recorder.wait_for(UidRead)
        session = service.session("First")
        assert session is not None
        sending = asyncio.create_task(session.send(bytes.fromhex("FFB0000410")))
        await asyncio.sleep(0)
        source.unplug(reader)
        with pytest.raises(ReaderError):
            await sending
        await recorder.wait_for(ReaderRemoved)
        assert [type(event) for event in recorder.events][-2:] == [CardRemoved, ReaderRemoved]
        start = len(recorder.events)
        source.plug(reader)
        assert (await recorder.wait_for(UidRead, after=start)).uid == UID
        start = len(recorder.events)
        source.stop_service()
        stopped = await recorder.wait_for(ServiceChanged, after=start)
        assert stopped.state is ServiceState.STOPPED
        assert service.session("First") is None
        source.start_service()
        assert (await recorder.wait_for(UidRead, after=start)).uid == UID
