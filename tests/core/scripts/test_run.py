"""Scripts on cards: what is sent, what is told of it, and what is not sent."""

import asyncio

import pytest

from cardscope.errors import CardError, CardRemovedError, NoCardError, ReaderError, ReaderNotFoundError
from cardscope.events import Exchanged, Origin
from cardscope.scripts import Ended, ScriptError, ScriptRefused, StepKind, Verdict, Waiting
from cardscope.scripts import sending as sending_module
from cardscope.scripts.results import ScriptLimitError
from cardscope.scripts.script import MAX_STEPS
from cardscope.service import Identifying
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from support.cards import TYPE2_ATR
from support.events import TIMEOUT
from support.script_bench import Bench

UID = "04 21 62 16 C0 16 80"
"""Of the ready card ntag216."""
LOCK_PAGE_3 = "FF D6 00 02 04 00 00 08 00"
"""L3 is bit 3 of byte 2 of page 2 (reference §1.1)."""
WRONG_PIN = "00 20 00 01 04 30 30 30 30"
SELECT_1001 = "00 A4 00 0C 02 10 01"


class Answering:
    """A card that gives ``answers`` to whatever it is asked, the last one for ever; no answer takes the card away."""

    atr = TYPE2_ATR

    def __init__(self, bench: Bench, *answers: str) -> None:
        self._bench = bench
        self._answers = [bytes.fromhex(answer) for answer in answers]

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, _command: bytes) -> bytes:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not answer:
            self._bench.reader.remove()
        return answer


def sent(command: str) -> bytes:
    return bytes.fromhex(command)


async def test_every_command_is_sent_as_it_is_and_nothing_else(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    summary = await bench.script("reset\n# UID\nFF CA 00 00 00\nFFB00003 \\\n10\nFF B0 00 F0 10\n").run()
    assert wire.commands == [sent("FFCA000000"), sent("FFB0000310"), sent("FFB000F010")]
    assert (summary.ended, summary.steps, summary.done, summary.success) == (Ended.COMPLETED, 4, 4, True)
    reset, uid, container, outside = bench.steps
    assert (reset.kind, reset.response, reset.sw) == (StepKind.RESET, TYPE2_ATR, None)
    assert (uid.line, uid.data, uid.sw) == (3, sent(UID), 0x9000)
    assert (container.line, container.command) == (4, sent("FFB0000310"))
    assert outside.sw == 0x6300
    assert [step.number for step in bench.steps] == [1, 2, 3, 4]
    exchanged = bench.recorder.all(Exchanged)
    assert [event.origin for event in exchanged] == [Origin.USER] * 3
    assert not bench.in_use


async def test_answers_are_compared_and_a_failure_does_not_end_the_script(bench: Bench) -> None:
    await bench.put("ntag216")
    summary = await bench.script(
        f"""FF CA 00 00 00
        expect 90 00
        expect data {UID}
        FF CA 00 00 00
        expect 61 .. or 9. .0
        expect data 05 * or 04 .. 62 * 1. 80
        FF CA 00 00 00
        expect 61 .. or 6A 82
        expect data 04 ..
        FF B0 00 F0 10
        expect no data
        FF CA 00 00 00
        expect no data
        """
    ).run()
    assert [step.verdict for step in bench.steps] == ["passed", "passed", "failed", "passed", "failed"]
    assert bench.steps[2].problems == (
        "Expected the status word 61 .. or 6A 82, got 90 00 (Success).",
        f"Expected data 04 .., got {UID}.",
    )
    assert bench.steps[4].problems == (f"Expected data nothing, got {UID}.",)
    assert (summary.ended, summary.passed, summary.failed, summary.success) == (Ended.COMPLETED, 3, 2, False)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (UID, True),
        (f"{UID} 00", False),
        ("04 21 62 16 C0 16", False),
        (".. .. .. .. .. .. ..", True),
        ("04 21 6. .6 C. .6 80", True),
        ("04 21 7. .6 C. .6 80", False),
        ("*", True),
        ("* 80", True),
        ("* 81", False),
        ("04 *", True),
        (f"{UID} *", True),
        ("04 21 62 16 * 16 C0 16 80", False),  # head and tail would overlap
        ("04 21 62 * 16 C0 16 80", True),
        ("$uid", True),
        ("$uid[0:3] .. $uid[4:]", True),
        ("$uid[0:3] $uid[4:]", False),
        ("$uid[0] * $uid[-1]", True),
        ("00 or $uid or 01", True),
    ],
)
async def test_patterns(bench: Bench, pattern: str, fits: bool) -> None:
    await bench.put("ntag216")
    await bench.script(f"let uid = FF CA 00 00 00\nFF CA 00 00 00\nexpect data {pattern}").run()
    assert bench.steps[1].verdict == (Verdict.PASSED if fits else Verdict.FAILED)


async def test_what_is_required_ends_the_script(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    summary = await bench.script("FF B0 00 F0 10\nexpect 90 00\nFF B0 00 F0 10\nrequire 90 00\nFF CA 00 00 00").run()
    assert (summary.ended, summary.failed, summary.steps, summary.success) == (Ended.FAILED, 2, 2, False)
    assert wire.commands == [sent("FFB000F010")] * 2
    assert not bench.in_use


async def test_variables_and_loops(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    text = """let uid = FF CA 00 00 00
    repeat 3 as page from 04 step 04
      let last = FF B0 00 $page 04
      let both = bytes $last $page
    end
    00 A4 04 00 07 $uid
    00 A4 04 00 05 $both
    FF B0 00 $data[0] 10
    """
    # The last command's bytes are those of the answer before it, which has no data.
    summary = await bench.script(text).run()
    assert wire.commands == [
        sent("FFCA000000"),
        *(sent(f"FFB000{page}04") for page in ("04", "08", "0C")),
        sent("00A4040007" + UID),
        sent("00A4040005" + "00000000" + "0C"),
    ]
    assert summary.ended is Ended.ERROR
    assert isinstance(summary.error, ScriptError)
    assert (bench.steps[-1].verdict, bench.steps[-1].line) == (Verdict.ERROR, 8)
    assert "Line 8, column 14: $data is 0 bytes long" in bench.steps[-1].problems[0]


async def test_a_value_that_cannot_be_taken_is_told_after_the_step_before(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    summary = await bench.script("let uid = FF CA 00 00 00\nlet x = bytes $uid[0:9]\nFF B0 00 03 10").run()
    assert [(step.kind, step.verdict, step.line) for step in bench.steps] == [
        (StepKind.COMMAND, Verdict.DONE, 1),
        (StepKind.VALUE, Verdict.ERROR, 2),
    ]
    assert summary.ended is Ended.ERROR
    assert len(wire.commands) == 1


async def test_exit_ends_it(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    summary = await bench.script("repeat 3\nFF CA 00 00 00\nexit\nFF B0 00 03 10\nend\n").run()
    assert (summary.ended, wire.commands) == (Ended.COMPLETED, [sent("FFCA000000")])


# 61xx and 6Cxx


async def test_status_words_are_not_followed_unless_told_to(bench: Bench) -> None:
    wire = await bench.put(ready_card("teaching-t0").make())
    await bench.script("00 A4 00 00 02 10 01\nexpect 61 1E\n00 CA 00 5B 04\nexpect 6C 08").run()
    assert [step.verdict for step in bench.steps] == ["passed", "passed"]
    assert len(wire.commands) == 2


async def test_follow_ups_are_sent_and_told(bench: Bench) -> None:
    wire = await bench.put(ready_card("teaching-t0").make())
    text = """follow 61/6C on
    00 A4 00 00 02 10 01
    expect 90 00
    expect data 6F *
    00 CA 00 5B 04
    expect 90 00
    expect data 41 64 61 20 54 65 73 74
    follow 61 off
    00 A4 00 00 02 10 01
    expect 61 1E
    00 CA 00 5B 04
    expect 90 00
    """
    summary = await bench.script(text).run()
    assert (summary.passed, summary.failed) == (4, 0)
    assert wire.commands == [
        sent("00A40000021001"),
        sent("00C000001E"),
        sent("00CA005B04"),
        sent("00CA005B08"),
        sent("00A40000021001"),
        sent("00CA005B04"),
        sent("00CA005B08"),
    ]
    first, second, third, _ = bench.steps
    assert (first.command, len(first.data), first.sw) == (sent("00A40000021001"), 30, 0x9000)
    assert [each.command for each in first.follow_ups] == [sent("00C000001E")]
    assert [each.command for each in second.follow_ups] == [sent("00CA005B08")]
    assert third.follow_ups == ()
    origins = [event.origin for event in bench.recorder.all(Exchanged)]
    assert origins == [Origin.USER, Origin.APPLICATION] * 2 + [Origin.USER] * 2 + [Origin.APPLICATION]


@pytest.mark.parametrize(
    ("command", "answers", "follow_ups", "response"),
    [
        ("00A40400", ["6103", "0102036102", "04059000"], ["00C0000003", "00C0000002"], "01020304059000"),
        # The part that 61xx had with it stays when the next one asks for another length.
        ("00B0000000", ["AA6110", "6C01", "BB9000"], ["00C0000010", "00C0000001"], "AABB9000"),
        ("00B0000000", ["6C00", "AA9000"], ["00B0000000"], "AA9000"),
        ("00B000000001FF", ["6C02", "AABB9000"], ["00B00000000002"], "AABB9000"),
        ("00B000000001FF", ["6C00", "AABB9000"], ["00B00000000100"], "AABB9000"),
        ("00A4040001AA05", ["6C03", "0102039000"], ["00A4040001AA03"], "0102039000"),
        ("13A40400", ["6101", "AA9000"], ["03C0000001"], "AA9000"),
        ("A0A40000023F00", ["6101", "AA9000"], ["A0C0000001"], "AA9000"),
        ("00A40400", ["6C01"], [], "6C01"),  # there is no Le to be changed
        ("00A4040001AA", ["6C01"], [], "6C01"),
        ("00A40400", ["61"], [], "61"),
    ],
)
async def test_what_61_and_6c_call_for(
    bench: Bench, command: str, answers: list[str], follow_ups: list[str], response: str
) -> None:
    await bench.put(Answering(bench, *answers))
    await bench.script(f"follow 61/6C on\n{command}").run()
    (step,) = bench.steps
    assert [each.command.hex().upper() for each in step.follow_ups] == follow_ups
    assert step.response == sent(response)


async def test_a_card_that_answers_61_for_ever_ends_the_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_module, "MAX_EXCHANGES", 100)
    wire = await bench.put(Answering(bench, "6110"))
    summary = await bench.script("follow 61 on\nrepeat 3\n00 A4 04 00\nend").run()
    assert (summary.ended, summary.steps, len(wire.commands)) == (Ended.ERROR, 1, 100)
    assert isinstance(summary.error, ScriptLimitError)
    assert "100 commands" in bench.steps[0].problems[0]


async def test_a_run_that_takes_too_long_is_ended_before_its_next_command(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_module, "MAX_SECONDS", 0.0)
    wire = await bench.put("ntag216")
    summary = await bench.script("FF CA 00 00 00\nFF CA 00 00 00").run()
    assert (summary.ended, summary.steps, len(wire.commands)) == (Ended.ERROR, 2, 1)
    assert isinstance(summary.error, ScriptLimitError)


# The guard


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


# Waiting


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


# Ends of all kinds


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
