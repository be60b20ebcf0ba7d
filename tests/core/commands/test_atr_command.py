"""``cardscope atr``: what goes in, what comes out, and with which exit code."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cardscope.cli import main

ULTRALIGHT = "3B8F8001804F0CA0000003060300030000000068"
KEYS = ["hex", "valid", "problems", "convention", "protocols", "historical", "tck", "parameters", "card", "matches"]


@pytest.fixture
def known(tmp_path: Path) -> str:
    """The path of a small list."""
    path = tmp_path / "smartcard_list.txt"
    path.write_text(
        "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 ..\n\tMIFARE Ultralight\n\n3B 00\n\tNothing\n"
    )
    return str(path)


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    "arguments",
    [[ULTRALIGHT], [ULTRALIGHT[i : i + 2] for i in range(0, 40, 2)], [ULTRALIGHT[:4].lower(), ULTRALIGHT[4:]]],
)
def test_json_of_one_atr_with_or_without_spaces(
    arguments: list[str], known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["atr", "--json", "--list", known, *arguments]) == 0
    out, err = capsys.readouterr()
    decoded = json.loads(out)
    assert err == ""
    assert list(decoded) == KEYS
    assert decoded["hex"] == ULTRALIGHT
    assert decoded["valid"] is True
    assert decoded["protocols"] == ["T=0", "T=1"]
    assert decoded["tck"] == {"present": True, "expected": "68", "correct": True}
    assert decoded["card"] == {"standard": "ISO 14443 A part 3", "name": "MIFARE Ultralight family"}
    assert decoded["matches"] == ["MIFARE Ultralight"]


def test_text_names_every_field_and_its_faults(known: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atr", "--list", known, "3BE500008121459C10010080", "0E"]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == "ATR 3B E5 00 00 81 21 45 9C 10 01 00 80 0E"
    assert "  TB3  45  Waiting times of T=1." in lines
    assert any(line.startswith("    CWI = 5  Character waiting time") for line in lines)
    assert "    Problem: TCK is 0E; 0D expected." in lines
    assert "  bwt_ms              1429.503" in lines
    assert f"Not in {known}." in lines


def test_text_says_what_the_list_says(known: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atr", "--list", known, ULTRALIGHT]) == 0
    out = capsys.readouterr().out
    assert f"In {known}:\n  MIFARE Ultralight\n" in out
    assert "Readers give this ATR to every card of that kind" in out
    # The reader made this ATR: its formal parameters would mislead.
    assert "Parameters" not in out


def test_names_of_a_card_that_made_its_own_atr_are_not_doubted(known: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atr", "--list", known, "3B00"]) == 0
    out = capsys.readouterr().out
    assert out.endswith(f"In {known}:\n  Nothing\n")


def test_one_object_a_line(known: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, b"# contact\n3B 00\r\n\n  3b:02:14:50\n3B0300\n")
    assert main(["atr", "--list", known, "-"]) == 0
    decoded: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["hex"] for one in decoded] == ["3B00", "3B021450", "3B0300"]
    assert [one["valid"] for one in decoded] == [True, True, False]
    assert [one["matches"] for one in decoded] == [["Nothing"], [], []]


def test_a_line_that_is_no_hex_is_answered_and_told_by_the_exit_code(
    known: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, b"3B0\nnonsense \xff\n3B00")
    assert main(["atr", "--json", "--list", known, "-"]) == 2
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    for bad in (first, second):
        assert list(bad) == KEYS
        assert (bad["hex"], bad["valid"], bad["tck"]) == (None, False, None)
    assert first["problems"][0].startswith("“3B0” is no hex. Position 4")
    assert third["hex"] == "3B00"


def test_nothing_to_read_is_no_failure(
    known: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, b"")
    assert main(["atr", "--list", known, "-"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("arguments", [["3B", "8"], ["hello"], [""]])
def test_what_is_no_hex_is_wrong_usage(arguments: list[str], known: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atr", "--list", known, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0].startswith("Position")


@pytest.mark.parametrize("arguments", [["-", "3B81"], ["3B00", "-"]])
def test_standard_input_stands_alone(arguments: list[str], known: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atr", "--list", known, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("“-” stands alone")


def test_no_list_is_said_once_and_costs_only_the_matches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cardscope.identify.atr_list.find_lists", tuple)
    give(monkeypatch, b"3B00\n3B00\n")
    assert main(["atr", "-"]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["matches"] for line in out.splitlines()] == [[], []]
    assert err.count("There is no list of known ATRs") == 1
    assert "pcsc-tools" in err


def test_a_list_that_was_asked_for_and_is_not_there_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["atr", "--list", str(tmp_path / "nothing"), "3B00"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot be read" in err
