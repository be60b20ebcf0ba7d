"""An NDEF message is changed: whatever interrupts that, no reader sees a part of the new one as the old, and it can be
carried on with."""

import pytest

from cardscope.memory.outcome import PageOutcome
from cardscope.memory.plan import plan_writes
from cardscope.memory.recovery import examine
from cardscope.ndef.area import data_area
from cardscope.ndef.writing import write_message
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, Moment
from cardscope.virtual.type2 import Type2Tag
from support.writing_desk import UID, WritingDesk, writing_desk

NTAG216 = chips()["ntag216"]
OLD = bytes(range(1, 41))
NEW = bytes(range(200, 170, -1))


def tag_with(message: bytes) -> Type2Tag:
    blank = TagSnapshot(NTAG216, factory_pages(NTAG216, UID))
    return Type2Tag.from_snapshot(TagSnapshot(NTAG216, {**blank.pages, **write_message(blank, message).changes}))


def message_on(tag: Type2Tag) -> bytes | None:
    block = data_area(NTAG216, tag.snapshot().pages).ndef
    return block.value if block is not None else None


@pytest.mark.parametrize("model", ["acr122u", "transparent", "generic"])
async def test_a_message_through_every_reader(model: str) -> None:
    tag = tag_with(OLD)
    async with writing_desk(tag, model) as desk:
        plan = plan_writes(write_message(await desk.read(), NEW))
        outcome = await desk.execute(plan, approved=plan.digest)
    assert outcome.done
    assert set(outcome.pages.values()) == {PageOutcome.VERIFIED}
    assert message_on(tag) == NEW


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.INSIDE, Moment.AFTER])
@pytest.mark.parametrize("at", range(1, 10))
async def test_no_interruption_leaves_an_old_length_with_new_content(moment: Moment, at: int) -> None:
    tag = tag_with(OLD)
    async with writing_desk(tag) as desk:
        plan = plan_writes(write_message(await desk.read(), NEW))
        assert len(plan.writes) == 10, "the length twice, and eight other pages"
        desk.plan_accidents(FaultPlan(at, (Fault(FaultKind.REMOVED, moment, at, Count.WRITE),)))
        outcome = await desk.execute(plan)
        assert not outcome.done
        # A page that was torn in its own write can hold anything; every other moment leaves one of these.
        if moment is not Moment.INSIDE or 1 < at < len(plan.writes):
            assert message_on(tag) in (OLD, b"", NEW)
        await carried_on(desk, tag)


async def carried_on(desk: WritingDesk, tag: Type2Tag) -> None:
    desk.spot.place(tag)
    await desk.insert()
    (entry,) = await desk.journal.unfinished(UID) or (None,)
    if entry is None:  # not a byte had been written
        assert message_on(tag) == OLD
        return
    found = examine(entry, await desk.read())
    if found.resume is not None:
        assert (await desk.execute(plan_writes(found.resume))).done
    assert message_on(tag) == NEW
