"""Each fault on a reader of this process: what a program's connection is told, and whether that is true of the tag."""

import asyncio

import pytest

from cardscope.errors import CardRemovedError, ReaderError, ReaderGoneError, Sent, ServiceStoppedError
from cardscope.readers.protocol import Channel, ReaderState
from cardscope.virtual.faults import (
    MOMENTS,
    Count,
    Fault,
    FaultKind,
    FaultPlan,
    FaultyPicc,
    Moment,
    VirtualStage,
)
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from support.faulty_tags import NEW, OLD, OTHER_UID, UID, new_tag, page

GET_UID = bytes.fromhex("FFCA000000")
WRITE_8 = bytes.fromhex("FFD6000804") + NEW
WRITE_9 = bytes.fromhex("FFD6000904") + NEW
SUCCESS = bytes.fromhex("9000")
FAILED = bytes.fromhex("6300")


class Desk:
    """A tag with a plan on a reader of this process."""

    def __init__(self, *faults: Fault, model: str = "generic") -> None:
        self.reader = VirtualReader()
        self.source = VirtualSource(self.reader)
        self.tag, self.other, self.twin = new_tag(), new_tag(OTHER_UID), new_tag()
        stage = VirtualStage(self.source, self.reader)
        self.spot = FaultyPicc(self.tag, FaultPlan(20, faults), stage, other=self.other, twin=self.twin)
        self.card = reader_model(model).front(self.spot)
        self.reader.insert(self.card)

    async def error(self, channel: Channel, command: bytes) -> tuple[type[ReaderError], Sent]:
        with pytest.raises(ReaderError) as caught:
            await channel.transmit(command)
        return type(caught.value), caught.value.sent


async def test_a_desk_without_faults_works() -> None:
    desk = Desk()
    channel = await desk.reader.connect()
    assert [await channel.transmit(command) for command in (GET_UID, WRITE_8)] == [UID + SUCCESS, SUCCESS]


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.REMOVED, CardRemovedError),
        (FaultKind.SWAPPED, CardRemovedError),
        (FaultKind.SWAPPED_FOR_TWIN, CardRemovedError),
        (FaultKind.UNPLUGGED, ReaderGoneError),
        (FaultKind.SERVICE_KILLED, ServiceStoppedError),
    ],
)
async def test_a_command_that_is_interrupted_has_an_unknown_outcome(
    kind: FaultKind, moment: Moment, error: type[ReaderError]
) -> None:
    if moment not in MOMENTS[kind]:
        return
    desk = Desk(Fault(kind, moment, 2, Count.WRITE))
    channel = await desk.reader.connect()
    assert await channel.transmit(WRITE_9) == SUCCESS
    assert await desk.error(channel, WRITE_8) == (error, Sent.UNKNOWN)
    assert await desk.error(channel, WRITE_8) == (error, Sent.NO)
    held = page(desk.tag, 8)
    assert page(desk.tag, 9) == NEW
    assert (held in (OLD, NEW)) == (moment is not Moment.INSIDE)
    if moment is not Moment.INSIDE:
        assert held == (NEW if moment is Moment.AFTER else OLD)


async def test_after_a_removal_the_same_card_can_be_put_back() -> None:
    desk = Desk(Fault(FaultKind.REMOVED, Moment.INSIDE, 1))
    channel = await desk.reader.connect()
    await desk.error(channel, WRITE_8)
    assert desk.reader.status.state is ReaderState.EMPTY
    desk.spot.place(desk.tag)
    desk.reader.insert(desk.card)
    again = await desk.reader.connect()
    assert [await again.transmit(command) for command in (GET_UID, WRITE_8)] == [UID + SUCCESS, SUCCESS]
    assert page(desk.tag, 8) == NEW


@pytest.mark.parametrize(("kind", "uid"), [(FaultKind.SWAPPED, OTHER_UID), (FaultKind.SWAPPED_FOR_TWIN, UID)])
async def test_a_swap_that_the_reader_notices_is_another_insertion(kind: FaultKind, uid: bytes) -> None:
    desk = Desk(Fault(kind, Moment.BEFORE, 1))
    serial = desk.reader.status.card_serial
    channel = await desk.reader.connect()
    assert await desk.error(channel, WRITE_8) == (CardRemovedError, Sent.UNKNOWN)
    assert desk.reader.status.state is ReaderState.PRESENT
    assert desk.reader.status.card_serial > serial
    assert await (await desk.reader.connect()).transmit(GET_UID) == uid + SUCCESS


async def test_a_swap_that_the_reader_does_not_notice_lets_the_next_write_reach_the_other_tag() -> None:
    """Why a guard has to look at the tag before each write."""
    desk = Desk(Fault(FaultKind.SWAPPED, Moment.BEFORE, 1, noticed=False))
    channel = await desk.reader.connect()
    assert [await channel.transmit(WRITE_8) for _ in range(2)] == [FAILED, SUCCESS]
    assert (page(desk.tag, 8), page(desk.other, 8)) == (OLD, NEW)


@pytest.mark.parametrize(
    ("fault", "status", "held"),
    [
        (Fault(FaultKind.NAK, Moment.BEFORE, 1), 0x02, OLD),
        (Fault(FaultKind.TIMEOUT, Moment.BEFORE, 1), 0x01, OLD),
        (Fault(FaultKind.TIMEOUT, Moment.AFTER, 1), 0x01, NEW),
        (Fault(FaultKind.CORRUPTED, Moment.AFTER, 1), 0x02, NEW),
        (Fault(FaultKind.REMOVED, Moment.BEFORE, 1, noticed=False), 0x01, OLD),
    ],
)
async def test_an_acr122u_says_9000_whatever_happened(fault: Fault, status: int, held: bytes) -> None:
    desk = Desk(fault, model="acr122u")
    channel = await desk.reader.connect()
    command = bytes.fromhex("FF00000008D442A208") + NEW
    assert await channel.transmit(command) == bytes((0xD5, 0x43, status)) + SUCCESS
    assert page(desk.tag, 8) == held


@pytest.mark.parametrize(
    ("model", "open_session", "command", "answer"),
    [
        ("generic", "", "FFB0000404", "6300"),
        ("acr122u", "", "FF00000003 D44260", "D54302 9000"),
        ("acr122u", "", "FF00000005 D440013004", "D54102 9000"),
        ("acr1252u", "", "FF00000001 60", "6300"),
        ("omnikey5321", "FFA0000703010001", "FFA0000507 0100F3000064 60", "0800 9000"),
        ("identiv4700", "", "FFEF010001 60", "6401"),
        ("transparent", "FFC20000028100", "FFC2000103 950160", "C003009000 920100 96020100 9708 0004040201000F03 9000"),
    ],
)
async def test_what_each_reader_says_of_an_answer_with_a_wrong_crc(
    model: str, open_session: str, command: str, answer: str
) -> None:
    """UM0701-02 §7.1 (status 02) and PC/SC part 3 §3.3 (DO 96) tell it; the other families' answers are choices."""
    desk = Desk(Fault(FaultKind.CORRUPTED, Moment.AFTER, 1), model=model)
    channel = await desk.reader.connect()
    if open_session:
        await channel.transmit(bytes.fromhex(open_session))
    assert await channel.transmit(bytes.fromhex(command)) == bytes.fromhex(answer)


async def test_an_unchecked_crc_is_handed_on_with_its_damage() -> None:
    """CRC_A of 00 00 is A0 1E (ISO/IEC 14443-3 annex B, as in test_reader_models.toml); damaged it is not."""
    desk = Desk(Fault(FaultKind.CORRUPTED, Moment.AFTER, 1), model="transparent")
    channel = await desk.reader.connect()
    await channel.transmit(bytes.fromhex("FFC20000028100"))
    pack = bytes.fromhex("FFC200010B 90020200 9505 1BFFFFFFFF")
    damaged, intact = await channel.transmit(pack), await channel.transmit(pack)
    assert intact[-8:] == bytes.fromhex("9704 0000 A01E 9000")
    assert damaged[:-4] == intact[:-4]
    assert damaged[-4:-2] != intact[-4:-2]


async def test_a_plan_goes_on_after_the_first_fault() -> None:
    desk = Desk(Fault(FaultKind.UNPLUGGED, Moment.AFTER, 1), Fault(FaultKind.SERVICE_KILLED, Moment.BEFORE, 2))
    channel = await desk.reader.connect()
    assert await desk.error(channel, WRITE_8) == (ReaderGoneError, Sent.UNKNOWN)
    desk.source.plug(desk.reader)
    channel = await desk.reader.connect()
    assert await desk.error(channel, WRITE_9) == (ServiceStoppedError, Sent.UNKNOWN)
    desk.source.start_service()
    channel = await desk.reader.connect()
    assert await channel.transmit(bytes.fromhex("FFB0000810")) == NEW + OLD + bytes(8) + SUCCESS
    assert [fault.kind for fault in desk.spot.happened] == [FaultKind.UNPLUGGED, FaultKind.SERVICE_KILLED]


async def test_no_wall_clock_is_needed_for_any_of_it() -> None:
    """Everything is settled within a few rounds of the event loop."""
    desk = Desk(Fault(FaultKind.REMOVED, Moment.BEFORE, 1))
    channel = await desk.reader.connect()
    task = asyncio.create_task(channel.transmit(WRITE_8))
    for _ in range(4):
        await asyncio.sleep(0)
    assert isinstance(task.exception(), CardRemovedError)
