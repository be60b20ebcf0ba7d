"""After a plan that did not come to its end: what is offered, and that it leads where it says."""

from collections.abc import Mapping

import pytest

from cardscope.errors import UsageError
from cardscope.memory.credentials import Credentials
from cardscope.memory.outcome import Outcome, PageOutcome
from cardscope.memory.plan import plan_writes
from cardscope.memory.recovery import Recovery, close_entry, close_settled, examine
from cardscope.memory.restoring import restored
from cardscope.store.backups import Backups
from cardscope.store.journal import Ending, StepState
from cardscope.tags.catalogue import chips
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, Moment
from support.writing_desk import OTHER_UID, UID, MemoryStore, WritingDesk, page_of, tag_of, writing_desk

NTAG216 = chips()["ntag216"]
PAGES = dict.fromkeys(range(8, 12), "00112233")
PASSWORD, PACK = bytes.fromhex("DEC0DE42"), bytes.fromhex("C0DE")


async def torn(desk: WritingDesk, changes: Mapping[int, str], at: int) -> Outcome:
    """The tag is taken away inside the write of that number, and comes back."""
    plan = await desk.plan(changes)
    desk.plan_accidents(FaultPlan(7, (Fault(FaultKind.REMOVED, Moment.INSIDE, at, Count.WRITE),)))
    outcome = await desk.execute(plan)
    desk.spot.place(desk.tag)
    await desk.insert()
    return outcome


async def recovery(desk: WritingDesk) -> Recovery:
    (entry,) = await desk.journal.unfinished(UID)
    return examine(entry, await desk.read())


async def test_carrying_on() -> None:
    tag = tag_of(NTAG216)
    async with writing_desk(tag) as desk:
        await torn(desk, PAGES, 2)
        found = await recovery(desk)
        assert found.pages[8] is PageOutcome.VERIFIED
        assert (found.pages[10], found.pages[11]) == (PageOutcome.NOT_WRITTEN, PageOutcome.NOT_WRITTEN)
        assert found.resume is not None
        assert set(found.resume.changes) >= {10, 11}
        assert 8 not in found.resume.changes
        outcome = await desk.execute(plan_writes(found.resume))
        assert outcome.done
        assert {page_of(tag, page).hex() for page in range(8, 12)} == {"00112233"}
        assert outcome.snapshot is not None
        await close_settled(desk.journal, outcome.snapshot)
        assert await desk.journal.unfinished(UID) == []
        first = await desk.journal.get(1)
        assert first is not None
        assert first.ending is Ending.RESUMED


async def test_going_back() -> None:
    tag = tag_of(NTAG216)
    before = tag.image
    async with writing_desk(tag) as desk:
        await torn(desk, PAGES, 3)
        found = await recovery(desk)
        assert found.roll_back is not None
        outcome = await desk.execute(plan_writes(found.roll_back))
        assert outcome.done
        assert tag.image == before
        await close_entry(desk.journal, found, Ending.ROLLED_BACK)
        assert await desk.journal.unfinished(UID) == []


async def test_what_lasts_is_told_and_the_rest_goes_back() -> None:
    tag = tag_of(NTAG216)
    async with writing_desk(tag) as desk:
        await torn(desk, {8: "00112233", 0xE2: "010000BD", 2: "00000001"}, 3)
        found = await recovery(desk)
        assert 0xE2 in found.lasting
        assert found.roll_back is not None
        assert set(found.roll_back.changes) == {8}
        resumed = found.resume
        if page_of(tag, 2)[3] == 0:  # the tear left the lock bit out
            assert resumed is not None
            assert set(resumed.changes) == {2}
            assert plan_writes(resumed).approve is not None


async def test_a_password_has_to_be_given_again() -> None:
    tag = tag_of(NTAG216)
    changes = {0xE3: "04000010", 0xE4: "80050000", 0xE5: PASSWORD.hex(), 0xE6: f"{PACK.hex()}0000"}
    async with writing_desk(tag) as desk:
        await torn(desk, changes, 2)
        found = await recovery(desk)
        assert set(found.secret) == {0xE5, 0xE6}
        assert found.resume is not None
        assert set(found.resume.changes) == {0xE3, 0xE4}
        assert found.pages[0xE5] is PageOutcome.UNKNOWN
        assert 0xE5 in found.lasting
        draft = found.resume.with_pages({0xE5: PASSWORD, 0xE6: PACK + bytes(2)})
        outcome = await desk.execute(plan_writes(draft))
        assert outcome.done
        assert (await desk.read(Credentials(PASSWORD, PACK))).pages[0x20] == page_of(tag, 0x20)


async def test_a_tag_that_was_changed_since_is_not_carried_on_with() -> None:
    async with writing_desk(tag_of(NTAG216)) as desk:
        await torn(desk, PAGES, 2)
        desk.spot.place(tag_of(NTAG216, {0x40: "FFFFFFFF"}))
        await desk.insert()
        found = await recovery(desk)
        assert found.strange == (0x40,)
        assert (found.resume, found.roll_back) == (None, None)
        await close_entry(desk.journal, found, Ending.LEFT)
        assert await desk.journal.unfinished(UID) == []


async def test_another_tag_is_no_question_of_recovery() -> None:
    async with writing_desk(tag_of(NTAG216)) as desk:
        await torn(desk, PAGES, 2)
        (entry,) = await desk.journal.unfinished(UID)
        desk.spot.place(tag_of(NTAG216, uid=OTHER_UID))
        await desk.insert()
        with pytest.raises(ValueError, match="another tag"):
            examine(entry, await desk.read())


async def test_leaving_it_notes_what_was_seen() -> None:
    async with writing_desk(tag_of(NTAG216)) as desk:
        await torn(desk, PAGES, 2)
        found = await recovery(desk)
        await close_entry(desk.journal, found, Ending.LEFT)
        entry = await desk.journal.get(found.entry.id)
        assert entry is not None
        assert entry.steps[1].state is StepState(found.pages[9])


async def test_a_backup_goes_back_onto_its_tag_without_secrets() -> None:
    store = MemoryStore()
    tag = tag_of(NTAG216, {0xE5: "11223344"})
    before = tag.image
    async with writing_desk(tag, store=store) as desk:
        await desk.execute(await desk.plan({8: "00112233", 0x90: "00112233"}))
        (backup,) = await Backups(store).list(UID)
        back = restored(await desk.read(), backup.snapshot)
        assert set(back.draft.changes) == {8, 0x90}
        assert (await desk.execute(plan_writes(back.draft))).done
    store.close()
    assert tag.image == before


async def test_what_a_dump_cannot_bring_onto_a_tag() -> None:
    dump = tag_of(NTAG216, {2: "41480000", 3: "E1106D00", 9: "01020304", 5: "FFFFFFFF"}, uid=OTHER_UID).snapshot()
    async with writing_desk(tag_of(NTAG216, {2: "40482008", 3: "E1126D00", 0xE5: "01010101"})) as desk:
        base = await desk.read()
    back = restored(base, dump)
    assert set(back.draft.changes) == {9}
    assert back.left_out == {
        1: "it is the tag's own number",
        2: "bits that are set there can never be cleared",
        3: "bits that are set there can never be cleared",
        5: "it is read-only",
        0xE5: "no reading tells the password, so none is written from one",
        0xE6: "no reading tells PACK, so none is written from one",
    }
    with pytest.raises(UsageError, match="NTAG213"):
        restored(base, tag_of(chips()["ntag213"]).snapshot())


async def test_protected_pages_take_a_dump_only_with_the_password_at_hand() -> None:
    async with writing_desk(tag_of(NTAG216, {0xE3: "04000020"})) as desk:
        base = await desk.read()
    dump = tag_of(NTAG216, {8: "01020304", 0x30: "01020304"}).snapshot()
    assert set(restored(base, dump).draft.changes) == {8}
    assert restored(base, dump).left_out[0x30] == "it is protected"
    assert set(restored(base, dump, opened=True).draft.changes) == {8, 0x30, 0xE3}
