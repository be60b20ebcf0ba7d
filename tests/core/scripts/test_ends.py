"""How scripts end: stepped, stopped, cancelled, without a card or with one that is pulled."""

import asyncio

import pytest

from cardscope.errors import CardRemovedError, NoCardError, ReaderError, ReaderNotFoundError
from cardscope.scripts import Ended, StepKind, Verdict, Waiting
from support.events import TIMEOUT
from support.script_bench import Answering, Bench, sent


async def test_without_a_card_nothing_begins(bench: Bench) -> None:
    summary = await bench.script("FF CA 00 00 00").run()
    assert (summary.ended, summary.steps) == (Ended.ERROR, 0)
    assert isinstance(summary.error, NoCardError)
    summary = await bench.script("FF CA 00 00 00", reader="Acme").run()
    assert isinstance(summary.error, ReaderNotFoundError)


async def test_an_empty_script_is_done(bench: Bench) -> None:
    await bench.put("ntag216")
    run = bench.script("# nothing")
    assert await run.step() is None
    assert run.summary.success


@pytest.mark.parametrize("text", ["FF B0 00 03 10\nFF CA 00 00 00", "reset\nFF B0 00 03 10\nFF CA 00 00 00"])
async def test_a_card_that_is_pulled_ends_the_script(bench: Bench, text: str) -> None:
    await bench.put(Answering(bench, "", "9000"))
    summary = await bench.script(text).run()
    assert summary.ended is Ended.ERROR
    assert isinstance(summary.error, CardRemovedError)
    assert bench.steps[-1].command == sent("FFB0000310")
    assert (bench.steps[-1].verdict, bench.steps[-1].response) == (Verdict.ERROR, None)
    assert "in the middle of a command" in bench.steps[-1].problems[0]


async def test_after_the_removal_a_command_is_not_sent(bench: Bench) -> None:
    await bench.put("ntag216")
    run = bench.script("FF CA 00 00 00\nremove card\nFF CA 00 00 00")
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(2, StepKind.REMOVAL, seconds=60)
    bench.reader.remove()
    summary = await running
    assert isinstance(summary.error, CardRemovedError)
    assert bench.steps[-1].line == 3


async def test_a_reader_that_is_unplugged_ends_the_script(bench: Bench) -> None:
    run = bench.script("wait for card\nFF CA 00 00 00", reader=bench.reader.name)
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(1, StepKind.CARD, seconds=60)
    bench.source.unplug(bench.reader)
    async with asyncio.timeout(TIMEOUT):
        summary = await running
    assert summary.ended is Ended.ERROR
    assert isinstance(summary.error, ReaderError)


async def test_step_by_step(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    run = bench.script("let x = bytes 03\nFF CA 00 00 00\nfollow 61 on\nFF B0 00 $x 10\nexpect 90 00\n\nreset\n")
    assert (run.next_line, run.ended) == (None, None)
    first = await run.step()
    assert first is not None
    assert (first.line, run.next_line, len(wire.commands)) == (2, 4, 1)
    assert bench.in_use
    second = await run.step()
    assert second is not None
    assert (second.line, second.verdict, run.next_line) == (4, Verdict.PASSED, 7)
    third = await run.step()
    assert third is not None
    assert (third.kind, run.next_line, run.ended) == (StepKind.RESET, None, Ended.COMPLETED)
    assert await run.step() is None
    assert run.results == [first, second, third] == bench.steps
    assert not bench.in_use


async def test_a_step_and_then_the_rest(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    run = bench.script("repeat 5\nFF CA 00 00 00\nend")
    await run.step()
    assert len(wire.commands) == 1
    assert (await run.run()).steps == 5


async def test_two_at_once_are_one_too_many(bench: Bench) -> None:
    await bench.put("ntag216")
    run = bench.script('pause "x"')
    running = asyncio.ensure_future(run.run())
    assert await bench.waiting() == Waiting(1, StepKind.PAUSE, "x")
    with pytest.raises(RuntimeError):
        await run.step()
    run.go_on()
    assert (await running).success


@pytest.mark.parametrize("text", ['FF CA 00 00 00\npause "x"\n', "FF CA 00 00 00\nremove card\n"])
async def test_stop_ends_what_is_waited_for(bench: Bench, text: str) -> None:
    wire = await bench.put("ntag216")
    run = bench.script(f"{text}FF CA 00 00 00")
    running = asyncio.ensure_future(run.run())
    await bench.waiting()
    run.stop()
    summary = await running
    assert (summary.ended, summary.success, len(wire.commands)) == (Ended.STOPPED, False, 1)
    assert not bench.in_use
    assert await run.step() is None


async def test_stop_lets_the_command_under_way_finish(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    run = bench.script("repeat 5\nFF CA 00 00 00\nend")
    wire.at[2] = run.stop
    summary = await run.run()
    assert (summary.ended, summary.steps, len(wire.commands)) == (Ended.STOPPED, 2, 2)
    assert all(step.sw == 0x9000 for step in bench.steps)


async def test_a_cancelled_run_releases_the_card(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    run = bench.script("repeat 5\nFF CA 00 00 00\nend")
    running = asyncio.ensure_future(run.run())
    wire.at[2] = lambda: running.cancel() and None
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (run.ended, len(wire.commands)) == (Ended.STOPPED, 2)
    assert not bench.in_use
    assert await run.step() is None


async def test_a_listener_that_fails_releases_the_card(bench: Bench) -> None:
    await bench.put("ntag216")
    run = bench.script("FF CA 00 00 00\nFF CA 00 00 00")

    def fail(_progress: object) -> None:
        raise BrokenPipeError

    run._listener = fail
    with pytest.raises(BrokenPipeError):
        await run.run()
    assert not bench.in_use
