"""Scripts that wait: for the user, for a card, for its removal."""

import asyncio

import pytest

from cardscope.errors import CardError, NoCardError
from cardscope.events import Exchanged, Origin
from cardscope.scripts import Ended, ScriptRefused, StepKind, Verdict, Waiting
from cardscope.service import Identifying
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from support.events import TIMEOUT
from support.script_bench import LOCK_PAGE_3, Bench, sent


async def test_a_pause_waits_for_the_user(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    run = bench.script('FF CA 00 00 00\npause "Look at it"\nFF B0 00 03 10')
    run.go_on()  # too early to count
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(2, StepKind.PAUSE, "Look at it")
    assert (run.next_line, len(wire.commands)) == (2, 1)
    run.go_on()
    assert (await running).ended is Ended.COMPLETED
    assert len(wire.commands) == 2
    assert (bench.steps[1].kind, bench.steps[1].text, bench.steps[1].verdict) == (
        StepKind.PAUSE,
        "Look at it",
        Verdict.DONE,
    )


async def test_cards_one_after_the_other(bench: Bench) -> None:
    text = """repeat 3
      wait for card within 60 s
      let uid = FF CA 00 00 00
      expect data 04 *
      remove card within 60 s
    end
    """
    run = bench.script(text)
    running = asyncio.ensure_future(run.run())
    for name in ("ntag216", "ntag215", "ntag213"):
        assert await bench.waiting() == Waiting(2, StepKind.CARD, seconds=60)
        wire = bench.insert(name)
        assert await bench.waiting() == Waiting(5, StepKind.REMOVAL, seconds=60)
        assert wire.commands == [sent("FFCA000000")]
        bench.reader.remove()
    summary = await running
    assert (summary.ended, summary.passed) == (Ended.COMPLETED, 3)
    uids = {step.data for step in bench.steps if step.kind is StepKind.COMMAND}
    assert len(uids) == 3
    assert [step.kind for step in bench.steps[:3]] == [StepKind.CARD, StepKind.COMMAND, StepKind.REMOVAL]


async def test_a_card_that_is_there_is_not_waited_for(bench: Bench) -> None:
    await bench.put("ntag216")
    assert (await bench.script("wait for card\nFF CA 00 00 00\nexpect 90 00").run()).success
    assert bench.never_waited


async def test_a_card_that_comes_is_checked_before_its_first_byte(bench: Bench) -> None:
    run = bench.script(f"wait for card\nFF B0 00 03 10\n{LOCK_PAGE_3}")
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(1, StepKind.CARD, seconds=60)
    wire = bench.insert("ntag216")
    summary = await running
    assert (summary.ended, wire.commands) == (Ended.REFUSED, [sent("FFCA000000")])
    assert isinstance(summary.error, ScriptRefused)
    assert not summary.error.begun


async def test_a_second_card_needs_its_own_approval(bench: Bench) -> None:
    await bench.put("ntag216")
    text = f"wait for card\n{LOCK_PAGE_3}\nremove card\nwait for card\n{LOCK_PAGE_3}"
    refused = (await bench.script(text).run()).error
    assert isinstance(refused, ScriptRefused)
    assert [each.line for each in refused.refusals] == [2, 5]
    running = asyncio.ensure_future(bench.script(text, *refused.digests).run())
    assert await bench.waiting() == Waiting(3, StepKind.REMOVAL, seconds=60)
    bench.reader.remove()
    assert await bench.waiting() == Waiting(4, StepKind.CARD, seconds=60)
    second = bench.insert("ntag215")
    summary = await running
    assert isinstance(summary.error, ScriptRefused)
    assert summary.error.begun
    assert sent(LOCK_PAGE_3) not in second.commands


async def test_a_card_that_is_being_identified_is_left_to_that_first(bench: Bench) -> None:
    bench.service._read_uids = True
    bench.service.identifying = Identifying()
    run = bench.script("wait for card\nFF CA 00 00 00\nexpect 90 00")
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(1, StepKind.CARD, seconds=60)
    bench.insert(ready_card("ntag216").make(reader_model("acr122u")))
    async with asyncio.timeout(TIMEOUT):
        assert (await running).success
    origins = [event.origin for event in bench.recorder.all(Exchanged)]
    assert origins == [Origin.APPLICATION] * (len(origins) - 1) + [Origin.USER]
    assert len(origins) > 3


@pytest.mark.parametrize(
    ("text", "line", "says", "kind"),
    [
        ("wait for card within 1 s", 1, "No card came within 1 s.", NoCardError),
        ("reset\nremove card within 1 s", 2, "was not taken from “Virtual reader” within 1 s", CardError),
    ],
)
async def test_waiting_has_an_end(bench: Bench, text: str, line: int, says: str, kind: type[Exception]) -> None:
    if "reset" in text:
        await bench.put("ntag216")
    summary = await bench.script(text).run()
    assert (summary.ended, bench.steps[-1].line) == (Ended.ERROR, line)
    assert isinstance(summary.error, kind)
    assert says in bench.steps[-1].problems[0]
