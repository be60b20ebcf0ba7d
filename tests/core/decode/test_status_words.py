"""Status words against ISO/IEC 7816-4, PC/SC Part 3 and the card families."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.status_words import split_response, status_word


@pytest.mark.parametrize(
    ("sw", "severity", "words"),
    [
        (0x9000, "ok", "success"),
        (0x6110, "ok", "16 bytes waiting"),
        (0x6101, "ok", "1 byte waiting"),
        (0x6100, "ok", "256"),
        (0x6200, "warning", "unchanged"),
        (0x6240, "warning", "unchanged"),
        (0x6281, "warning", "corrupted"),
        (0x6282, "warning", "end of file"),
        (0x6283, "warning", "deactivated"),
        (0x6284, "warning", "formatted"),
        (0x6285, "warning", "terminated"),
        (0x6286, "warning", "sensor"),
        (0x6300, "warning", "changed"),
        (0x6381, "warning", "filled"),
        (0x63C3, "warning", "3 tries left"),
        (0x63C1, "warning", "1 try left"),
        (0x63C0, "warning", "no tries left"),
        (0x63CF, "warning", "15 tries left"),
        (0x6400, "error", "unchanged"),
        (0x6401, "error", "immediate"),
        (0x6500, "error", "changed"),
        (0x6581, "error", "memory failure"),
        (0x6612, "error", "security"),
        (0x6700, "error", "wrong length"),
        (0x6800, "error", "cla"),
        (0x6881, "error", "channel"),
        (0x6882, "error", "secure messaging"),
        (0x6883, "error", "last command"),
        (0x6884, "error", "chaining"),
        (0x6900, "error", "not allowed"),
        (0x6981, "error", "file"),
        (0x6982, "error", "security status"),
        (0x6983, "error", "blocked"),
        (0x6984, "error", "not usable"),
        (0x6985, "error", "conditions"),
        (0x6986, "error", "no current"),
        (0x6987, "error", "missing"),
        (0x6988, "error", "incorrect"),
        (0x6A00, "warning", "p1-p2"),
        (0x6A80, "warning", "data"),
        (0x6A81, "warning", "function not supported"),
        (0x6A82, "warning", "not found"),
        (0x6A83, "warning", "record not found"),
        (0x6A84, "warning", "memory"),
        (0x6A85, "warning", "length"),
        (0x6A86, "warning", "p1-p2"),
        (0x6A87, "warning", "p1-p2"),
        (0x6A88, "warning", "not found"),
        (0x6A89, "warning", "exists"),
        (0x6A8A, "warning", "exists"),
        (0x6B00, "error", "p1-p2"),
        (0x6C1A, "warning", "26 bytes"),
        (0x6C00, "warning", "256"),
        (0x6D00, "error", "instruction"),
        (0x6E00, "error", "class"),
        (0x6F00, "error", "diagnosis"),
        (0x6F42, "error", "diagnosis"),
        (0x6000, "error", "not a final"),
        (0x9100, "ok", "success"),
        (0x91AF, "ok", "more"),
        (0x91AE, "error", "authentication"),
        (0x9177, "error", "77"),
        (0x9F10, "ok", "16 bytes"),
        (0x9123 + 0x800, "warning", "application"),
        (0x1234, "warning", "not a status word"),
    ],
)
def test_meaning_and_severity(sw: int, severity: str, words: str) -> None:
    word = status_word(sw)
    assert word.code == sw
    assert word.severity == severity
    assert words in word.meaning.lower()
    assert word.explanation.endswith(".")


def test_storage_cards_fail_with_6300() -> None:
    command = bytes.fromhex("FFD600040412345678")
    word = status_word(0x6300, command)
    assert (word.meaning, word.severity) == ("Operation failed", "error")
    assert "PC/SC" in word.source
    assert status_word(0x6300, bytes.fromhex("0020008104")).severity == "warning"


def test_a_general_status_word_keeps_its_meaning_for_reader_commands() -> None:
    command = bytes.fromhex("FFCA000000")
    assert status_word(0x9000, command) == status_word(0x9000)
    assert status_word(0x6C07, command) == status_word(0x6C07)


@pytest.mark.parametrize("sw", [0x6300, 0x637F, 0x6327, 0x6301, 0x6342])
def test_a_reader_that_fails_does_not_speak_of_memory(sw: int) -> None:
    word = status_word(sw, bytes.fromhex("FF00000003D44260"))
    assert word.severity == "error"
    assert "changed" not in word.meaning
    assert "memory changed" in status_word(sw).meaning


def test_answers_of_the_acr122u() -> None:
    assert status_word(0x9003, bytes.fromhex("FF00400F0400000000")).severity == "ok"
    assert status_word(0x9000, bytes.fromhex("FF00000003D44260")).meaning == "Success of the reader"
    assert status_word(0x3033, bytes.fromhex("FF00480000")).meaning == "No status word"
    assert status_word(0x6300, bytes.fromhex("FF00480000")).severity == "error"


@given(st.integers(0, 0xFFFF), st.none() | st.binary(max_size=20))
def test_every_status_word_has_words(sw: int, command: bytes | None) -> None:
    word = status_word(sw, command)
    assert word.code == sw
    assert word.meaning
    assert "{" not in word.meaning
    assert word.explanation


def test_split_response() -> None:
    assert split_response(bytes.fromhex("045869D29C39809000")) == (bytes.fromhex("045869D29C3980"), 0x9000)
    assert split_response(b"\x6a\x82") == (b"", 0x6A82)
    assert split_response(b"\x0a") == (b"\x0a", None)
    assert split_response(b"") == (b"", None)
