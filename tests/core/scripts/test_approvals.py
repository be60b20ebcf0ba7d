"""Nothing that needs approval is sent without it: not by a line, an answer, a loop or a follow-up."""

import asyncio

from cardscope.scripts import Ended, ScriptRefused, Verdict
from cardscope.scripts.script import MAX_STEPS
from support.script_bench import LOCK_PAGE_3, Answering, Bench, sent

WRONG_PIN = "00 20 00 01 04 30 30 30 30"
SELECT_1001 = "00 A4 00 0C 02 10 01"


async def test_nothing_is_sent_before_every_line_that_is_known_is_approved(bench: Bench) -> None:
    wire = await bench.put("teaching")
    text = f"{SELECT_1001}\nrepeat 2\n{WRONG_PIN}\nend\n00 B0 00 00 04\n00 E8 00 00\n"
    run = bench.script(text)
    summary = await run.run()
    assert (summary.ended, summary.steps, wire.commands) == (Ended.REFUSED, 0, [])
    refused = summary.error
    assert isinstance(refused, ScriptRefused)
    assert not refused.begun
    assert [(each.line, each.command, each.times) for each in refused.refusals] == [
        (3, sent(WRONG_PIN), 2),
        (6, sent("00E80000"), 1),
    ]
    assert refused.refusals[1].refusal.hazards[0].permanent
    assert "Line 3, 2 times: 00 20 00 01 04 30 30 30 30" in str(refused)
    assert "Line 6: 00 E8 00 00" in str(refused)
    assert all(digest in refused.remedy for digest in refused.digests)
    assert len(set(refused.digests)) == 2
    assert not bench.in_use

    one_only = await bench.script(text, refused.digests[0]).run()
    assert isinstance(one_only.error, ScriptRefused)
    assert [each.line for each in one_only.error.refusals] == [6]
    assert wire.commands == []

    both = await bench.script(text, *refused.digests).run()
    assert both.ended is Ended.COMPLETED
    assert wire.commands == [*map(sent, (SELECT_1001, WRONG_PIN, WRONG_PIN, "00B0000004", "00E80000"))]


async def test_a_permanent_write_needs_its_approval_for_this_very_tag(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    refused = (await bench.script(LOCK_PAGE_3).run()).error
    assert isinstance(refused, ScriptRefused)
    assert wire.commands == [sent("FFCA000000")]  # the approval is to be bound to the UID
    (digest,) = refused.digests
    bench.reader.remove()
    other = await bench.put("ntag215")
    assert (await bench.script(LOCK_PAGE_3, digest).run()).ended is Ended.REFUSED
    assert sent(LOCK_PAGE_3) not in other.commands
    bench.reader.remove()
    same = await bench.put("ntag216")
    assert (await bench.script(LOCK_PAGE_3, digest).run()).ended is Ended.COMPLETED
    assert same.commands[-1] == sent(LOCK_PAGE_3)


async def test_a_command_that_an_answer_makes_permanent_is_stopped_before(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    # The container's last byte is 00: with it as the page, the write goes to the UID.
    text = """let container = FF B0 00 03 04
    let uid = FF CA 00 00 00
    FF D6 00 04 04 $uid[0:4]
    FF D6 00 $container[3] 04 00 00 08 00
    FF B0 00 02 04"""
    run = bench.script(text)
    summary = await run.run()
    assert summary.ended is Ended.REFUSED
    refused = summary.error
    assert isinstance(refused, ScriptRefused)
    assert refused.begun
    assert [(each.line, each.command) for each in refused.refusals] == [(4, sent("FFD600000400000800"))]
    assert (bench.steps[-1].line, bench.steps[-1].verdict) == (4, Verdict.ERROR)
    assert bench.steps[-1].response is None
    assert sent("FFD600000400000800") not in wire.commands
    assert sent("FFB0000204") not in wire.commands
    assert len(bench.steps) == 4

    approved = await bench.script(text, *refused.digests).run()
    assert approved.ended is Ended.COMPLETED
    assert sent("FFD600000400000800") in wire.commands


async def test_a_follow_up_passes_the_guard_too(bench: Bench) -> None:
    # An approval is for one command with its Le. With another Le it is another command.
    wire = await bench.put(Answering(bench, "6C02"))
    pin = "00 20 00 01 04 30 30 30 30 00"
    refused = (await bench.script(pin).run()).error
    assert isinstance(refused, ScriptRefused)
    summary = await bench.script(f"follow 6C on\n{pin}", *refused.digests).run()
    assert isinstance(summary.error, ScriptRefused)
    assert summary.error.refusals[0].command == sent("0020000104 30303030 02")
    assert sent("0020000104 30303030 02") not in wire.commands


async def test_a_thousand_known_lines_let_others_have_their_turn(bench: Bench) -> None:
    await bench.put("ntag216")
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.ensure_future(others())
    text = f"repeat {MAX_STEPS - 1} as n from 00 00\n00 B0 $n 01\nend\n{LOCK_PAGE_3}"
    assert (await bench.script(text).run()).ended is Ended.REFUSED
    other.cancel()
    assert turns > 100
