"""Reading a tag, writing to it and carrying on after an accident, through a real PC/SC service."""

from pathlib import Path

import pytest

from cardscope.events import CardRemoved, UidRead
from cardscope.memory.draft import Draft
from cardscope.memory.execution import execute
from cardscope.memory.outcome import PageOutcome
from cardscope.memory.plan import plan_writes
from cardscope.memory.reading import read_memory
from cardscope.memory.recovery import close_settled, examine
from cardscope.service import CardService
from cardscope.store.database import Database
from cardscope.store.journal import Journal
from cardscope.tags.catalogue import chips
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, FaultyPicc, Moment
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.vpcd import VpcdStage
from support.events import Recorder
from support.pcscd import READERS, PrivatePcscd
from support.rigs import PcscRig
from support.writing_desk import UID, page_of, tag_of


def never() -> None:
    pytest.fail("no plan here unplugs the reader or ends the service")


@pytest.mark.parametrize("model", ["acr122u", "generic", "transparent"])
async def test_a_tag_that_is_taken_away_in_the_middle_and_put_back(
    pcscd: PrivatePcscd, rig: PcscRig, service: CardService, recorder: Recorder, *, tmp_path: Path, model: str
) -> None:
    tag = tag_of(chips()["ntag213"])
    stage = VpcdStage(unplug=never, kill_service=never)
    removal = Fault(FaultKind.REMOVED, Moment.INSIDE, 2, Count.WRITE)
    spot = FaultyPicc(tag, FaultPlan(5, (removal,)), stage)
    database = await Database(tmp_path / "cardscope.db").open()
    journal = Journal(database)

    await rig.insert(reader_model(model).front(spot), stage)
    await recorder.wait_for(UidRead)
    session = service.session(READERS[0])
    assert session is not None
    known = await service.identify(session, family=model)
    base = await read_memory(session, known)
    plan = plan_writes(Draft(base, dict.fromkeys(range(8, 12), b"\x01\x02\x03\x04")))
    start = len(recorder.events)
    outcome = await execute(session, plan, family=known.family, approved=None, journal=journal)
    assert not outcome.done
    assert outcome.pages[9] is PageOutcome.UNKNOWN
    assert outcome.pages[11] is PageOutcome.NOT_WRITTEN

    await recorder.wait_for(CardRemoved, after=start)
    spot.place(tag)
    stage.put_back()
    await recorder.wait_for(UidRead, after=start)
    session = service.session(READERS[0])
    assert session is not None
    known = await service.identify(session, family=model)
    (entry,) = await journal.unfinished(UID)
    found = examine(entry, await read_memory(session, known))
    assert (found.pages[8], found.strange) == (PageOutcome.VERIFIED, ())
    assert found.resume is not None
    outcome = await execute(session, plan_writes(found.resume), family=known.family, approved=None, journal=journal)
    assert outcome.done
    assert {page_of(tag, page) for page in range(8, 12)} == {b"\1\2\3\4"}
    assert outcome.snapshot is not None
    await close_settled(journal, outcome.snapshot)
    assert await journal.unfinished() == []
    await database.close()
