"""The app's own reader: its reports, and a channel's life through removals, resets and transactions."""

import asyncio

import pytest

from cardscope.errors import (
    CardMuteError,
    CardRemovedError,
    CardResetError,
    NoCardError,
    ReaderError,
    Sent,
)
from cardscope.readers.protocol import (
    CardProtocol,
    Channel,
    ReaderAppeared,
    ReaderKind,
    ReaderState,
    SourceReport,
    StatusChanged,
)
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import StorageCardReader, reader_model
from cardscope.virtual.type2 import Type2Tag
from support.cards import CONTACT_ATR
from support.counting import CountingCard, a_moment

UID = bytes.fromhex("04E141124C2880")
ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
GET_UID = bytes.fromhex("FFCA000000")
WRITE_PAGE_4 = bytes.fromhex("FFD6000404DEADBEEF")


class MuteCard:
    """A card that powers up without an ATR while ``mute``."""

    def __init__(self, *, mute: bool = True) -> None:
        self.mute = mute

    @property
    def atr(self) -> bytes:
        return b"" if self.mute else ATR

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        raise AssertionError(f"{command.hex()} was sent to a mute card")


def new_tag() -> Type2Tag:
    return Type2Tag.factory_fresh(chips()["ntag213"], UID)


def new_card() -> StorageCardReader:
    return StorageCardReader(new_tag())


@pytest.fixture
def reader() -> VirtualReader:
    reader = VirtualReader()
    reader.insert(new_card())
    return reader


# Reports


async def test_a_source_reports_its_readers_and_every_change() -> None:
    reader = VirtualReader("Desk")
    source = VirtualSource(reader)
    reports: list[SourceReport] = []
    source.start(reports.append)
    assert reports == [], "a report from within start"
    await a_moment()
    (appeared,) = reports
    assert isinstance(appeared, ReaderAppeared)
    assert appeared.reader is reader
    assert (appeared.status.name, appeared.status.kind) == ("Desk", ReaderKind.VIRTUAL)
    assert (appeared.status.state, appeared.status.atr) == (ReaderState.EMPTY, None)

    reports.clear()
    reader.insert(new_card())
    reader.remove()
    reader.insert(new_card())
    assert reports == [], "a report from within insert"
    await a_moment()
    changes = [report for report in reports if isinstance(report, StatusChanged)]
    assert len(changes) == len(reports)
    assert [change.status.state for change in changes] == [
        ReaderState.PRESENT,
        ReaderState.EMPTY,
        ReaderState.PRESENT,
    ]
    assert [change.status.atr for change in changes] == [ATR, None, ATR]
    serials = [change.status.card_serial for change in changes]
    assert serials == sorted(set(serials))
    times = [change.t for change in changes]
    assert times == sorted(times)
    await source.close()


async def test_a_closed_source_reports_nothing() -> None:
    source = VirtualSource()
    reports: list[SourceReport] = []
    source.start(reports.append)
    source.readers[0].insert(new_card())
    await source.close()
    source.readers[0].remove()
    await a_moment()
    assert reports == []


async def test_inserting_over_a_card_takes_it_out_first(reader: VirtualReader) -> None:
    source = VirtualSource(reader)
    reports: list[SourceReport] = []
    source.start(reports.append)
    channel = await reader.connect()
    second = new_card()
    reader.insert(second)
    await a_moment()
    states = [report.status.state for report in reports if isinstance(report, StatusChanged)]
    assert states == [ReaderState.EMPTY, ReaderState.PRESENT]
    assert reader.card is second
    with pytest.raises(CardRemovedError):
        await channel.transmit(GET_UID)


def test_removing_from_an_empty_slot_is_harmless() -> None:
    reader = VirtualReader()
    before = reader.status
    reader.remove()
    assert reader.status == before


# Connecting


async def test_connecting_needs_a_card() -> None:
    with pytest.raises(NoCardError) as caught:
        await VirtualReader().connect()
    assert caught.value.reader == "Virtual reader"


async def test_a_mute_card() -> None:
    reader = VirtualReader()
    reader.insert(MuteCard())
    assert (reader.status.state, reader.status.atr) == (ReaderState.MUTE, None)
    with pytest.raises(CardMuteError):
        await reader.connect()


async def test_an_exchange(reader: VirtualReader) -> None:
    channel = await reader.connect()
    assert channel.protocol is CardProtocol.T1
    assert await channel.transmit(GET_UID) == UID + b"\x90\x00"
    await channel.disconnect()


@pytest.mark.parametrize(
    ("atr", "protocol"),
    [
        (ATR, CardProtocol.T1),  # offers both
        (CONTACT_ATR, CardProtocol.T0),
        (bytes.fromhex("3B8101AA2A"), CardProtocol.T1),  # TD1 says T=1 alone
    ],
)
async def test_a_connection_speaks_t1_if_the_card_offers_it(atr: bytes, protocol: CardProtocol) -> None:
    reader = VirtualReader()
    reader.insert(CountingCard(atr))
    assert (await reader.connect()).protocol is protocol


async def test_disconnecting_twice_is_harmless_and_the_card_stays_powered(reader: VirtualReader) -> None:
    channel = await reader.connect()
    await channel.disconnect()
    await channel.disconnect()
    with pytest.raises(ReaderError) as caught:
        await channel.transmit(GET_UID)
    assert caught.value.sent is Sent.NO
    assert await (await reader.connect()).transmit(GET_UID) == UID + b"\x90\x00"


# Removal


async def test_a_card_removed_between_commands(reader: VirtualReader) -> None:
    channel = await reader.connect()
    reader.remove()
    with pytest.raises(CardRemovedError) as caught:
        await channel.transmit(GET_UID)
    assert caught.value.sent is Sent.NO


async def test_a_card_removed_in_the_middle_of_a_command(reader: VirtualReader) -> None:
    card = reader.card
    assert isinstance(card, StorageCardReader)
    channel = await reader.connect()
    exchange = asyncio.create_task(channel.transmit(WRITE_PAGE_4))
    await asyncio.sleep(0)
    reader.remove()
    with pytest.raises(CardRemovedError) as caught:
        await exchange
    assert caught.value.sent is Sent.UNKNOWN
    assert caught.value.remedy
    assert card.picc.image[16:20] == bytes.fromhex("DEADBEEF"), "the write took effect, its answer got lost"


async def test_the_same_card_back_again_needs_a_new_connection(reader: VirtualReader) -> None:
    card = reader.card
    assert card is not None
    channel = await reader.connect()
    exchange = asyncio.create_task(channel.transmit(GET_UID))
    await asyncio.sleep(0)
    reader.remove()
    reader.insert(card)
    with pytest.raises(CardRemovedError) as in_the_middle:
        await exchange
    assert in_the_middle.value.sent is Sent.UNKNOWN
    with pytest.raises(CardRemovedError) as afterwards:
        await channel.transmit(GET_UID)
    assert afterwards.value.sent is Sent.NO
    assert await (await reader.connect()).transmit(GET_UID) == UID + b"\x90\x00"


# Reset


async def test_a_reset_loses_volatile_state() -> None:
    reader = VirtualReader()
    card = reader_model("acr122u").front(new_tag())
    reader.insert(card)
    channel = await reader.connect()
    protect = bytes.fromhex("FFD6002904") + bytes.fromhex("04000004")
    authenticate = bytes.fromhex("FF00000007D4421BFFFFFFFF")
    assert await channel.transmit(protect) == b"\x90\x00"
    assert await channel.transmit(authenticate) == bytes.fromhex("D5430000009000")
    assert await channel.transmit(WRITE_PAGE_4) == b"\x90\x00"
    assert await channel.reset() == ATR
    assert await channel.transmit(WRITE_PAGE_4) == bytes.fromhex("6300")


async def test_a_reset_is_seen_by_other_channels_until_they_connect_again(reader: VirtualReader) -> None:
    mine, other = await reader.connect(), await reader.connect()
    serial = reader.status.card_serial
    await mine.reset()
    assert reader.status.card_serial == serial
    for _ in range(2):
        with pytest.raises(CardResetError) as caught:
            await other.transmit(GET_UID)
        assert caught.value.sent is Sent.NO
    with pytest.raises(CardResetError):
        async with other.transaction():
            pytest.fail("the transaction began")
    assert await mine.transmit(GET_UID) == UID + b"\x90\x00"
    assert await (await reader.connect()).transmit(GET_UID) == UID + b"\x90\x00"


async def test_a_reset_of_ones_own_makes_up_for_anothers(reader: VirtualReader) -> None:
    mine, other = await reader.connect(), await reader.connect()
    await mine.reset()
    assert await other.reset() == ATR
    assert await other.transmit(GET_UID) == UID + b"\x90\x00"


async def test_a_card_that_is_mute_after_a_reset() -> None:
    reader = VirtualReader()
    card = MuteCard(mute=False)
    reader.insert(card)
    source = VirtualSource(reader)
    reports: list[SourceReport] = []
    source.start(reports.append)
    channel = await reader.connect()
    card.mute = True
    with pytest.raises(CardMuteError):
        await channel.reset()
    await a_moment()
    assert isinstance(reports[-1], StatusChanged)
    assert reports[-1].status.state is ReaderState.MUTE


# Transactions


async def transmit_into(log: list[str], name: str, channel: Channel) -> None:
    await channel.transmit(GET_UID)
    log.append(name)


async def test_a_transaction_keeps_other_channels_out(reader: VirtualReader) -> None:
    mine, other = await reader.connect(), await reader.connect()
    log: list[str] = []
    async with mine.transaction():
        waiting = asyncio.create_task(transmit_into(log, "other", other))
        await a_moment()
        for _ in range(3):
            await transmit_into(log, "mine", mine)
        async with mine.transaction():
            await transmit_into(log, "nested", mine)
        await a_moment()
        assert log == ["mine", "mine", "mine", "nested"]
    await waiting
    assert log[-1] == "other"


async def test_turns_come_in_the_order_of_asking(reader: VirtualReader) -> None:
    holder = await reader.connect()
    names = ["a", "b", "c", "d"]
    log: list[str] = []
    async with holder.transaction():
        tasks = [asyncio.create_task(transmit_into(log, name, await reader.connect())) for name in names]
        await a_moment()
        assert log == []
    await asyncio.gather(*tasks)
    assert log == names


@pytest.mark.parametrize("ending", ["error", "disconnect", "removal"])
async def test_a_transaction_ends_however_it_ends(reader: VirtualReader, ending: str) -> None:
    channel = await reader.connect()

    async def interrupted_transaction() -> None:
        async with channel.transaction():
            match ending:
                case "error":
                    raise ValueError
                case "disconnect":
                    await channel.disconnect()
                case _:
                    reader.remove()
                    reader.insert(new_card())
            await channel.transmit(GET_UID)

    with pytest.raises((ValueError, ReaderError)):
        await interrupted_transaction()
    async with asyncio.timeout(5):
        assert await (await reader.connect()).transmit(GET_UID) == UID + b"\x90\x00"


async def test_one_who_gives_up_waiting_does_not_hold_up_the_next(reader: VirtualReader) -> None:
    holder, impatient, patient = [await reader.connect() for _ in range(3)]
    log: list[str] = []
    async with holder.transaction():
        first = asyncio.create_task(transmit_into(log, "impatient", impatient))
        second = asyncio.create_task(transmit_into(log, "patient", patient))
        await a_moment()
        first.cancel()
    async with asyncio.timeout(5):
        await second
    assert log == ["patient"]


async def test_a_card_removed_while_waiting_was_sent_nothing(reader: VirtualReader) -> None:
    holder, waiting = await reader.connect(), await reader.connect()
    async with holder.transaction():
        task = asyncio.create_task(waiting.transmit(GET_UID))
        await a_moment()
        reader.remove()
    with pytest.raises(CardRemovedError) as caught:
        await task
    assert caught.value.sent is Sent.NO
