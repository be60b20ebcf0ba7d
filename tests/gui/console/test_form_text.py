"""The form's fields and the text, each out of the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.apdu_structure import lay_out
from cardscope.decode.pasted import read_pasted
from cardscope_gui.console.form_text import FormText, form_text

HEADERS = st.binary(min_size=4, max_size=4)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (FormText("FF", "CA", "00", "00", "", "00"), "FF CA 00 00 00"),
        (FormText("00", "A4", "04", "00", "D2760000850101", "00"), "00 A4 04 00 07 D2 76 00 00 85 01 01 00"),
        (FormText("00", "A4", "04", "00", 'b"2PAY.SYS"'), "00 A4 04 00 08 32 50 41 59 2E 53 59 53"),
        (FormText("00", "B0", "00", "00", "", "0100"), "00 B0 00 00 00 01 00"),
        (FormText("00", "B0", "00", "00", "", "00", extended=True), "00 B0 00 00 00 00 00"),
        (FormText("00", "D6", "00", "00", "AABB", "0100"), "00 D6 00 00 00 00 02 AA BB 01 00"),
        (FormText("00", "D6", "00", "00", "AABB", extended=True), "00 D6 00 00 00 00 02 AA BB"),
        (FormText("FF"), "FF"),
        (FormText("FF", "", "00"), "FF ?? 00"),
        (FormText("", "", "", "", "AA"), "?? ?? ?? ?? 01 AA"),
        (FormText(), ""),
        # Half a byte stays half a byte, and is marked in the text.
        (FormText("FF", "C"), "FF C"),
        (FormText("00", "D6", "00", "00", "AA B"), "00 D6 00 00 01 AA B"),
        (FormText("00", "B0", "00", "00", "", "1"), "00 B0 00 00 1"),
    ],
)
def test_fields_to_text(fields: FormText, text: str):
    assert fields.text() == text


def test_more_data_than_a_short_length_holds_makes_it_extended():
    text = FormText("00", "D6", "00", "00", "AA" * 256, "00").text()
    assert text.startswith("00 D6 00 00 00 01 00 AA")
    assert text.endswith("AA 00 00")


@given(HEADERS, st.binary(max_size=300), st.none() | st.integers(0, 0xFFFF), st.booleans())
def test_any_command_comes_back(header: bytes, data: bytes, le: int | None, extended: bool):
    extended = extended or len(data) > 255 or (le or 0) > 255
    size = 2 if extended else 1
    lc = (b"\0" if extended else b"") + len(data).to_bytes(size) if data else b""
    lead = b"\0" if extended and not data else b""
    command = header + lc + data + (lead + le.to_bytes(size) if le is not None else b"")
    assert lay_out(command).case
    assert read_pasted(form_text(command).text()).data == command


@given(st.binary(max_size=40))
def test_any_bytes_at_all_have_fields(command: bytes):
    fields = form_text(command)
    assert bytes.fromhex(fields.cla + fields.ins + fields.p1 + fields.p2) == command[:4]
