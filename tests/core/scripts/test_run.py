"""Scripts on cards: what is sent, what comes of the answers, and what is told of it."""

import pytest

from cardscope.events import Exchanged, Origin
from cardscope.scripts import Ended, ScriptError, StepKind, Verdict
from cardscope.scripts import sending as sending_module
from cardscope.scripts.results import ScriptLimitError
from cardscope.virtual.ready_cards import ready_card
from support.cards import TYPE2_ATR
from support.script_bench import UID, Answering, Bench, sent


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
