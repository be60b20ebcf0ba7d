"""What the text of a script means, and what is said of one that makes no sense."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.scripts import ScriptError, parse_script
from cardscope.scripts.patterns import MAX_COMMAND
from cardscope.scripts.script import MAX_STEPS, Pause, Reset, unrolled

TABLE = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text("utf-8"))
KNOWN: list[dict[str, Any]] = TABLE["known"]
WRONG: list[dict[str, Any]] = TABLE["wrong"]
KEYWORDS = "reset exit let expect require data no or repeat as from step end pause wait for card within s remove follow"


@pytest.mark.parametrize("case", KNOWN, ids=[case["name"] for case in KNOWN])
def test_known_commands(case: dict[str, Any]) -> None:
    known = parse_script(case["text"]).known
    told = [f"{one.line} {one.command.hex().upper()}" + (f" x{one.times}" if one.times > 1 else "") for one in known]
    assert told == case["commands"]


@pytest.mark.parametrize("case", WRONG, ids=[case["name"] for case in WRONG])
def test_what_is_wrong_is_told_with_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(case["text"])
    error = caught.value
    assert (error.line, error.column) == (case["line"], case["column"])
    assert case["says"] in str(error)
    assert str(error) == f"Line {error.line}, column {error.column}: {error.found}, expected {error.expected}."
    shown, caret = error.remedy.split("\n")
    assert shown == re.split(r"\r\n|\r|\n", case["text"])[error.line - 1]
    assert caret.index("^") == error.column - 1


def test_what_scriptor_takes_for_a_reset_and_what_a_pause_says() -> None:
    script = parse_script('RESET\nplease reset it\npause "Turn # \\ it"\n')
    assert [type(turn) for turn in unrolled(script.statements)] == [Reset, Reset, Pause]
    pause = script.statements[-1]
    assert isinstance(pause, Pause)
    assert pause.text == "Turn # \\ it"


@pytest.mark.parametrize(
    ("text", "begins_without_card", "pauses"),
    [
        ("FF CA 00 00 00", False, False),
        ("wait for card\nFF CA 00 00 00", True, False),
        ('pause "x"\nwait for card\nreset', True, True),
        ("reset\nwait for card", False, False),
        ("remove card\nwait for card", False, False),
        ("repeat 2\nwait for card\nFF CA 00 00 00\nremove card\nend", True, False),
        ("", False, False),
    ],
)
def test_what_a_script_waits_for(text: str, begins_without_card: bool, pauses: bool) -> None:
    script = parse_script(text)
    assert (script.begins_without_card, script.pauses) == (begins_without_card, pauses)


@pytest.mark.parametrize(
    "text",
    [
        "let a = bytes 00 00\n" + "let a = bytes $a $a\n" * 40,
        "let a = bytes " + "00" * 60_000 + "\n" + "00 $a $a\n",
        "let a = bytes " + "00" * 60_000 + f"\nrepeat {MAX_STEPS} as n from 00 00\n$n $a\nend",
        "00 A4 00 00\n" * 90_000,
        "repeat 10000\n" * 8 + "00 A4 00 00\n" + "end\n" * 8,
    ],
    ids=["doubling", "long", "many and long", "many lines", "many turns"],
)
def test_a_script_that_would_take_all_memory_is_refused(text: str) -> None:
    with pytest.raises(ScriptError):
        parse_script(text)


def test_the_longest_script() -> None:
    script = parse_script(f"repeat {MAX_STEPS} as n from 00 00\n00 B0 $n 01\nend\n")
    assert len(script.known) == MAX_STEPS
    assert len(parse_script("00" * MAX_COMMAND).known[0].command) == MAX_COMMAND


@st.composite
def spelled(draw: st.DrawFn) -> tuple[bytes, str]:
    """A command, and one way to write it."""
    command = draw(st.binary(min_size=1, max_size=12))
    separators = draw(st.sampled_from(["", " ", "  ", "\t", ":", ",", ", "]))
    digits = [f"{byte:02x}" if draw(st.booleans()) else f"{byte:02X}" for byte in command]
    text = digits[0]
    for each in digits[1:]:
        text += draw(st.sampled_from([separators, " \\\n", "\\\r\n  # in between\r\n", " \\ \n\n"])) + each
    return command, text + draw(st.sampled_from(["", "  ", " # reset", "#00 A4"]))


@given(st.lists(spelled(), max_size=8), st.sampled_from(["\n", "\r\n", "\r", "\n\n# exit\n", "\nReset\n"]))
def test_a_command_is_the_same_however_it_is_written(lines: list[tuple[bytes, str]], between: str) -> None:
    known = parse_script(between.join(text for _, text in lines)).known
    assert [one.command for one in known for _ in range(one.times)] == [command for command, _ in lines]


WORDS = st.sampled_from([*KEYWORDS.split(), "61/6C", "on", "off", "5", "00", "A4", "..", "*", "$x", "$x[0]", "x", "="])
PIECES = st.one_of(WORDS, st.sampled_from(["\n", "\\\n", '"', "#", "let x =", "bytes", "[", "$", ":"]), st.text())


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(st.lists(WORDS).map(" ".join)).map("\n".join)))
def test_any_text_is_a_script_or_an_error_with_a_place_in_it(text: str) -> None:
    error = _error_of(text)
    if error is not None:
        lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


def _error_of(text: str) -> ScriptError | None:
    try:
        parse_script(text)
    except ScriptError as error:
        return error
    return None
