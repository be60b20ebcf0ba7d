"""Plans that are interrupted: nothing reaches another tag, and of each page only what is so is said."""

from contextlib import suppress

import pytest

from cardscope.errors import CardError
from cardscope.memory.outcome import PageOutcome, StaleError
from cardscope.memory.schedule import exchange_count
from cardscope.store.journal import StepState
from cardscope.tags.catalogue import chips
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, Moment
from support.writing_desk import OTHER_UID, UID, page_of, tag_of, writing_desk

NTAG216 = chips()["ntag216"]
ROUTES = ["acr122u", "generic", "transparent"]


def verified(*pages: int) -> dict[int, PageOutcome]:
    return dict.fromkeys(pages, PageOutcome.VERIFIED)


async def test_another_tag_with_the_same_content_is_refused() -> None:
    other = tag_of(NTAG216, uid=OTHER_UID)
    async with writing_desk(tag_of(NTAG216)) as desk:
        plan = await desk.plan({4: "01020304"})
        before = other.image
        desk.spot.place(other)
        await desk.insert()
        with pytest.raises(StaleError, match="another one"):
            await desk.execute(plan)
        assert other.image == before


@pytest.mark.parametrize("page", [4, 9, 0x60, 0xE0])
async def test_a_twin_with_other_content_is_refused(page: int) -> None:
    twin = tag_of(NTAG216, {page: "FFFFFFFF"})
    async with writing_desk(tag_of(NTAG216)) as desk:
        plan = await desk.plan({8: "01020304"})
        before = twin.image
        desk.spot.place(twin)
        await desk.insert()
        with pytest.raises(StaleError, match=f"page {page}") as stale:
            await desk.execute(plan)
        assert stale.value.pages == (page,)
        assert twin.image == before


@pytest.mark.parametrize("model", ROUTES)
@pytest.mark.parametrize("at", range(1, 9))
async def test_a_swap_that_nobody_notices_ends_the_writing(at: int, model: str) -> None:
    """For a tag that cannot be told from the first: it has to be selected before it answers."""
    twin = tag_of(NTAG216)
    async with writing_desk(tag_of(NTAG216), model, twin=twin) as desk:
        plan = await desk.plan(dict.fromkeys((8, 9, 10, 11), "01020304"))
        desk.plan_accidents(FaultPlan(1, (Fault(FaultKind.SWAPPED_FOR_TWIN, Moment.AFTER, at, noticed=False),)))
        before = twin.image
        pages = dict.fromkeys((8, 9, 10, 11), PageOutcome.NOT_WRITTEN)
        with suppress(CardError):  # where nothing was written
            pages = dict((await desk.execute(plan)).pages)
        for page, found in pages.items():
            assert found is not PageOutcome.MISMATCH
            if found is not PageOutcome.UNKNOWN:
                assert (page_of(desk.tag, page).hex() == "01020304") is (found is PageOutcome.VERIFIED)
        assert twin.image == before


@pytest.mark.parametrize("model", ROUTES)
@pytest.mark.parametrize(
    ("fault", "fourth"),
    [
        (Fault(FaultKind.NAK, Moment.BEFORE, 2, Count.WRITE), PageOutcome.NOT_WRITTEN),
        (Fault(FaultKind.TIMEOUT, Moment.BEFORE, 2, Count.WRITE), PageOutcome.NOT_WRITTEN),
        (Fault(FaultKind.TIMEOUT, Moment.AFTER, 2, Count.WRITE), PageOutcome.VERIFIED),
    ],
)
async def test_a_write_without_an_answer_is_the_last_one(fault: Fault, fourth: PageOutcome, model: str) -> None:
    tag = tag_of(NTAG216)
    async with writing_desk(tag, model) as desk:
        plan = await desk.plan(dict.fromkeys(range(8, 12), "00112233"))
        desk.plan_accidents(FaultPlan(1, (fault,)))
        outcome = await desk.execute(plan)
        assert outcome.problem.startswith("Page 9: ")
        never = dict.fromkeys((10, 11), PageOutcome.NOT_WRITTEN)
        assert outcome.pages == verified(8) | {9: fourth} | never
        assert outcome.snapshot is not None
        assert outcome.snapshot.pages[9] == page_of(tag, 9)
        (entry,) = await desk.journal.unfinished(UID)
        assert [step.state for step in entry.steps] == [
            StepState.VERIFIED, StepState(fourth), StepState.PLANNED, StepState.PLANNED,
        ]  # fmt: skip


@pytest.mark.parametrize("model", ROUTES)
async def test_a_removal_in_the_middle(model: str) -> None:
    tag = tag_of(NTAG216)
    async with writing_desk(tag, model) as desk:
        plan = await desk.plan(dict.fromkeys(range(8, 12), "00112233"))
        desk.plan_accidents(FaultPlan(3, (Fault(FaultKind.REMOVED, Moment.INSIDE, 2, Count.WRITE),)))
        outcome = await desk.execute(plan)
        unknown = dict.fromkeys((8, 9), PageOutcome.UNKNOWN)
        assert outcome.pages == unknown | dict.fromkeys((10, 11), PageOutcome.NOT_WRITTEN)
        assert "taken" in outcome.problem
        assert outcome.snapshot is None


@pytest.mark.parametrize("model", ROUTES)
async def test_a_corrupt_read_back_is_read_again(model: str) -> None:
    async with writing_desk(tag_of(NTAG216), model) as desk:
        plan = await desk.plan({8: "00112233"})
        reads = exchange_count(plan, desk.known.family if desk.known else None)
        family = desk.known.family if desk.known else None
        around = len(family.opening) + len(family.closing) if family else 0
        # The last frame on air is the reading back.
        damage = Fault(FaultKind.CORRUPTED, Moment.AFTER, reads - around, noticed=False)
        desk.plan_accidents(FaultPlan(1, (damage,)))
        outcome = await desk.execute(plan)
        assert desk.spot.happened
        assert (outcome.done, outcome.pages) == (True, verified(8))


async def test_a_write_that_the_tag_takes_and_forgets_is_told() -> None:
    """Without an ACK that can be trusted only reading back tells."""
    tag = tag_of(NTAG216)
    async with writing_desk(tag, "transparent") as desk:
        plan = await desk.plan({8: "00112233", 9: "00112233"})
        silent = tag._silicon.memory.write
        tag._silicon.memory.write = lambda page, data: True if page == 8 else silent(page, data)  # type: ignore[method-assign]
        outcome = await desk.execute(plan)
        assert outcome.pages == {8: PageOutcome.NOT_WRITTEN, 9: PageOutcome.VERIFIED}
        assert outcome.problem == "Page 8 does not hold what was written."
        assert len(await desk.journal.unfinished(UID)) == 1


@pytest.mark.parametrize("model", ROUTES)
@pytest.mark.parametrize("at", [1, 2])
async def test_a_swap_right_after_the_reading_writes_nothing(at: int, model: str) -> None:
    twin = tag_of(NTAG216)
    async with writing_desk(tag_of(NTAG216), model, twin=twin) as desk:
        plan = await desk.plan(dict.fromkeys((8, 9), "01020304"))
        before = twin.image
        swap = FaultPlan(1, (Fault(FaultKind.SWAPPED_FOR_TWIN, Moment.BEFORE, at, noticed=False),))
        outcome = await desk.visit(plan, None, swap, None)
        assert not outcome.done
        assert twin.image == before
