"""What is filled in: what it becomes, and what is said where it does not fit."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.library import Choice, Hex, Number, ParameterError, TemplateError, Text
from cardscope.library.template import parse_template

PAGE = Number("page", "Page", "4", "", 0, 230, 1, 0, 0)
LE = Number("le", "Length", "256", "", 1, 256, 1, 0, 0)
SFI = Number("sfi", "SFI", "1", "", 0, 30, 1, 3, 4)


@pytest.mark.parametrize(
    ("parameter", "text", "data"),
    [
        (PAGE, "4", "04"),
        (PAGE, " 0xE6 ", "E6"),
        (PAGE, "e6H", "E6"),
        (LE, "256", "00"),
        (LE, "255", "FF"),
        (SFI, "1", "0C"),
        (SFI, "30", "F4"),
        (Number("o", "O", "0", "", 0, 32767, 2, 0, 0), "258", "0102"),
        (Hex("h", "H", "", "", 0, 4), "", ""),
        (Hex("h", "H", "", "", 0, 4), "01:02, 03", "010203"),
        (Text("t", "T", None, "", 1, 16, b""), "Ähre", "C3846872 65"),
        (Text("t", "T", None, "", 6, 8, b"\xff"), "123456", "313233343536FFFF"),
        (Choice("c", "C", "One", "", {"One": b"\x01", "None": b""}), "None", ""),
    ],
)
def test_texts_and_their_bytes(parameter: Number | Hex | Text | Choice, text: str, data: str) -> None:
    assert parameter.read(text) == bytes.fromhex(data)


@pytest.mark.parametrize(
    ("parameter", "text", "said"),
    [
        (PAGE, "", "A number is missing."),
        (PAGE, "four", "no number"),
        (PAGE, "-1", "no number"),
        (PAGE, "231", "not from 0 to 230 (0x00 to 0xE6)"),
        (PAGE, "9" * 5000, "not from 0 to 230"),
        (LE, "0", "not from 1 to 256"),
        (Hex("h", "H", "", "", 4, 4), "01 02 03", "4 bytes are wanted, here is 3 bytes."),
        (Hex("h", "H", "", "", 1, 4), "", "1 to 4 bytes are wanted, here is nothing."),
        (Hex("h", "H", "", "", 1, 4), "0", "the text ends"),
        (Hex("h", "H", "", "", 1, 4), "0G", "found “G”"),
        (Text("t", "T", None, "", 6, 8, b""), "123", "6 to 8 bytes are wanted, here is 3 bytes."),
        (Text("t", "T", None, "", 1, 8, b""), "\udc80", "character"),
        (Choice("c", "C", "One", "", {"One": b"\x01"}), "Two", "none of: One."),
        (Choice("c", "C", "One", "", {"One": b"\x01"}), "", "Nothing is chosen."),
    ],
)
def test_what_is_wrong_is_said(parameter: Number | Hex | Text | Choice, text: str, said: str) -> None:
    with pytest.raises(ParameterError) as raised:
        parameter.read(text)
    assert said in str(raised.value)
    assert raised.value.name == parameter.name


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_order(text: str) -> None:
    for parameter in (PAGE, LE, SFI, Hex("h", "H", "", "", 0, 20), Text("t", "T", None, "", 0, 40, b"\0")):
        with suppress(ParameterError):
            assert isinstance(parameter.read(text), bytes)


@given(st.binary(max_size=255))
def test_lc_counts_the_data_and_is_left_out_without_any(data: bytes) -> None:
    command = parse_template("00 D6 00 00 [{data}]").fill({"data": data})
    assert command == bytes.fromhex("00D60000") + (bytes((len(data),)) + data if data else b"")


@given(st.binary(max_size=230))
def test_inner_lengths_are_those_of_ber(data: bytes) -> None:
    command = parse_template("80 A8 00 00 [83 [{data}]] 00").fill({"data": data})
    length = bytes((len(data),)) if len(data) < 128 else bytes((0x81, len(data)))
    body = b"\x83" + length + data
    assert command == bytes.fromhex("80A80000") + bytes((len(body),)) + body + b"\0"


def test_more_than_lc_can_say() -> None:
    template = parse_template("00 D6 00 00 [{a} {b}]")
    with pytest.raises(TemplateError, match="256 bytes of data are more than the 255"):
        template.fill({"a": bytes(128), "b": bytes(128)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one byte"),
        ("00 A", "neither hex"),
        ("00 {Page}", "neither hex"),
        ("00 [01", "has no “]”"),
        ("00 01]", "has no “[”"),
        ("00 ö", "neither hex"),
    ],
)
def test_templates_that_make_no_sense(text: str, said: str) -> None:
    with pytest.raises(TemplateError) as raised:
        parse_template(text)
    assert said in str(raised.value)


@given(st.text(alphabet="0123456789abcdefF[]{} _g", max_size=60))
def test_any_template_is_read_or_refused_in_order(text: str) -> None:
    try:
        template = parse_template(text)
    except TemplateError:
        return
    assert template.fill(dict.fromkeys(template.names, b"\x01"))
