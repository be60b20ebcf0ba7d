"""A fault plan on the real PC/SC service: the answer of the command under way is lost, and memory tells the rest."""

import asyncio

import pytest

from cardscope.errors import CardError, CardRemovedError, ReaderError, Sent, ServiceStoppedError
from cardscope.events import CardRemoved, UidRead
from cardscope.readers.protocol import Channel
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, FaultyPicc, Moment
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.vpcd import VpcdStage
from support.events import Recorder
from support.faulty_tags import NEW, OLD, OTHER_UID, UID, new_tag, page
from support.pcscd import PrivatePcscd
from support.rigs import PcscRig

READ_8 = bytes.fromhex("FFB0000804")
WRITE_8 = bytes.fromhex("FFD6000804") + NEW
WRITE_9 = bytes.fromhex("FFD6000904") + NEW
SUCCESS = bytes.fromhex("9000")


def never() -> None:
    pytest.fail("no plan here unplugs the reader")


class Desk:
    """A tag with a plan on the driver's first slot."""

    def __init__(self, pcscd: PrivatePcscd, rig: PcscRig, recorder: Recorder, *faults: Fault) -> None:
        self.stage = VpcdStage(unplug=never, kill_service=pcscd.kill)
        self.tag, self.other, self.twin = new_tag(), new_tag(OTHER_UID), new_tag()
        self.spot = FaultyPicc(self.tag, FaultPlan(20, faults), self.stage, other=self.other, twin=self.twin)
        self._rig = rig
        self._recorder = recorder

    async def insert(self) -> Channel:
        await self._rig.insert(reader_model("generic").front(self.spot), self.stage)
        assert (await self._recorder.wait_for(UidRead)).uid == UID
        return await self._rig.other_program()


async def interrupted(channel: Channel) -> ReaderError:
    with pytest.raises(ReaderError) as caught:
        await channel.transmit(WRITE_8)
    assert caught.value.sent is Sent.UNKNOWN
    return caught.value


@pytest.mark.parametrize("moment", list(Moment))
async def test_a_card_taken_away_in_the_middle_of_a_command_and_put_back(
    pcscd: PrivatePcscd, rig: PcscRig, recorder: Recorder, moment: Moment
) -> None:
    desk = Desk(pcscd, rig, recorder, Fault(FaultKind.REMOVED, moment, 2, Count.WRITE))
    channel = await desk.insert()
    assert await channel.transmit(WRITE_9) == SUCCESS
    assert isinstance(await interrupted(channel), CardError)
    await recorder.wait_for(CardRemoved)
    held = page(desk.tag, 8)
    assert page(desk.tag, 9) == NEW
    assert held == {Moment.BEFORE: OLD, Moment.AFTER: NEW}.get(moment, held)
    start = len(recorder.events)
    desk.spot.place(desk.tag)
    desk.stage.put_back()
    assert (await recorder.wait_for(UidRead, after=start)).uid == UID
    again = await rig.other_program()
    assert await again.transmit(READ_8) == held + SUCCESS
    await again.disconnect()
    await channel.disconnect()


@pytest.mark.parametrize(("kind", "uid"), [(FaultKind.SWAPPED, OTHER_UID), (FaultKind.SWAPPED_FOR_TWIN, UID)])
async def test_a_card_swapped_in_the_middle_of_a_command_is_another_insertion(
    pcscd: PrivatePcscd, rig: PcscRig, recorder: Recorder, kind: FaultKind, uid: bytes
) -> None:
    desk = Desk(pcscd, rig, recorder, Fault(kind, Moment.BEFORE, 1))
    channel = await desk.insert()
    first = recorder.all(UidRead)[-1].insertion
    start = len(recorder.events)
    assert isinstance(await interrupted(channel), CardError)
    assert (await recorder.wait_for(CardRemoved, after=start)).insertion == first
    found = await recorder.wait_for(UidRead, after=start)
    assert (found.uid, found.insertion > first) == (uid, True)
    with pytest.raises(CardRemovedError):
        await channel.transmit(WRITE_8)
    assert (page(desk.tag, 8), page(desk.other, 8), page(desk.twin, 8)) == (OLD, OLD, OLD)
    await channel.disconnect()


@pytest.mark.parametrize(("moment", "held"), [(Moment.BEFORE, OLD), (Moment.AFTER, NEW)])
async def test_a_service_that_dies_in_the_middle_of_a_command(
    pcscd: PrivatePcscd, rig: PcscRig, recorder: Recorder, moment: Moment, held: bytes
) -> None:
    desk = Desk(pcscd, rig, recorder, Fault(FaultKind.SERVICE_KILLED, moment, 1))
    channel = await desk.insert()
    start = len(recorder.events)
    assert isinstance(await interrupted(channel), ServiceStoppedError)
    assert page(desk.tag, 8) == held
    await recorder.wait_for(CardRemoved, after=start)
    await asyncio.to_thread(pcscd.start)
    assert (await recorder.wait_for(UidRead, after=start)).uid == UID, "the card waits for the service"
    again = await rig.other_program()
    assert await again.transmit(READ_8) == held + SUCCESS
    await again.disconnect()
