"""Hex text: what is accepted, and where a fault is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.errors import CardScopeError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FFCA000000", b"\xff\xca\x00\x00\x00"),
        ("ff ca 00 00 00", b"\xff\xca\x00\x00\x00"),
        ("04:58:69:D2", b"\x04\x58\x69\xd2"),
        ("3B, 8F,80\n01\r\n\t80", b"\x3b\x8f\x80\x01\x80"),
        ("  60  ", b"\x60"),
    ],
)
def test_accepts_what_people_write(text: str, expected: bytes) -> None:
    assert parse_hex(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("00A4G0", 4, "a hex digit (0-9, A-F)"),
        ("00 A4 0", 7, "one more hex digit: a byte is two digits"),
        ("00 A 04", 4, "one more hex digit: a byte is two digits"),
        ("0G", 1, "a hex digit (0-9, A-F)"),
        ("00-A4", 2, "a hex digit (0-9, A-F)"),
        ("00 é", 3, "a hex digit (0-9, A-F)"),
        # Arabic-Indic digits are digits to Python's str.isdigit, and no hex.
        ("٠٠", 0, "a hex digit (0-9, A-F)"),
        ("", 0, "at least one byte"),
        (" : ", 3, "at least one byte"),
    ],
)
def test_marks_the_first_fault(text: str, position: int, expected: str) -> None:
    with pytest.raises(HexError) as caught:
        parse_hex(text)
    assert (caught.value.position, caught.value.expected) == (position, expected)
    assert isinstance(caught.value, CardScopeError)


def test_the_sentence_counts_as_people_do() -> None:
    with pytest.raises(HexError, match=r"^Position 5: found “G”, expected a hex digit \(0-9, A-F\)\.$"):
        parse_hex("00A4GG")
    with pytest.raises(HexError, match=r"^Position 4: the text ends, expected one more hex digit"):
        parse_hex("00A")


@given(st.binary(min_size=1), st.sampled_from(["", " ", ":", ","]))
def test_round_trip(data: bytes, separator: str) -> None:
    text = format_hex(data, separator)
    assert text == text.upper()
    assert parse_hex(text) == data
    assert parse_hex(text.lower()) == data


@given(st.text())
def test_any_text_gives_bytes_or_a_position_in_it(text: str) -> None:
    position = 0
    try:
        parse_hex(text)
    except HexError as error:
        position = error.position
    assert 0 <= position <= len(text)
