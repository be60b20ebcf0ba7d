"""Answers as trees: what the reference says that readers and tags answer, and anything else without a complaint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.masked_fields import decode_response_masked, decode_sent, decode_sent_masked
from cardscope.decode.response import answer_status, decode_response, split_answer
from cardscope.decode.secrets import secret_answer_spans, secret_spans
from cardscope.decode.status_words import status_word
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, chips

READ_0 = "04A1B29F C3D4E5F6 04480000 E1106D00"
SIGNATURE = "1FA9FE479435E4B60280F7A2B44293DF9127471B3251BC8942F0941AD71A1755"


def decoded(command: str, response: str, chip: str = "") -> Field:
    return decode_response(bytes.fromhex(command), bytes.fromhex(response), chip=chips()[chip] if chip else None)


def paths(field: Field) -> dict[str, Field]:
    """Every field below ``field`` by its names from outside in."""
    found: dict[str, Field] = {}
    for child in field.children:
        found[child.name] = child
        found |= {f"{child.name}/{name}": below for name, below in paths(child).items()}
    return found


@pytest.mark.parametrize(
    ("command", "response", "chip", "words", "expected"),
    [
        ("FFCA000000", "04A1B2C3D4E5F6 9000", "", "UID, 7 bytes", {"UID/Manufacturer": "04", "SW1-SW2": "9000"}),
        ("FFCA010000", "0675778102 80 9000", "", "ATS", {"ATS/T0": "75", "ATS/TA1": "77"}),
        ("FF00480000", b"ACR122U201".hex(), "", "“ACR122U201”", {"Firmware version": b"ACR122U201".hex()}),
        (
            "FF00000003D44260",
            "D54300 0004040201001303 9000",
            "",
            "NTAG216, 888 bytes",
            {"PN532 status": "00", "GET_VERSION/Storage size": "13"},
        ),
        ("FF0000000160", "0004040201000F03 9000", "", "NTAG213, 144 bytes", {"GET_VERSION/Type": "04"}),
        (
            "FFC20001 03 950160",
            "C003009000 920100 96020000 9708 0004030101000B03 9000",
            "",
            "MF0UL11, 48 bytes",
            {"C0 Error status": "009000", "97 Answer of the card/GET_VERSION/Version": "0100"},
        ),
        ("FFA0000507 0100F3000064 60", "0000 0004040201001103 9000", "", "NTAG215, 504 bytes", {"Status": "0000"}),
        ("FFEF01000160", "0004040201001103", "", "NTAG215, 504 bytes", {"GET_VERSION/Subtype": "02"}),
        (
            "FF00000004D4423000",
            f"D54300 {READ_0} 9000",
            "",
            "pages 0 to 3",
            {"Pages 0 to 3/UID/BCC0": "9F", "Pages 0 to 3/Page 3/Capability container/Size": "6D"},
        ),
        ("FF00000005D4423AE3E4", "D54300 040000FF 00050000 9000", "ntag216", "pages 227 to 228", {}),
        ("FF00000004D4423C00", f"D54300 {SIGNATURE} 9000", "", "originality signature", {}),
        ("FF00000004D4423902", "D54300 010200 9000", "", "counter 513", {}),
        ("FF00000007D4421B00000000", "D54300 8080 9000", "", "PACK", {"PACK": "8080"}),
        ("FF00000004D4423E00", "D54300 BD 9000", "", "", {"Tearing flag": "BD"}),
        ("FF00000004D44A0100", "D54B 01 01 0044 00 07 04A1B2C3D4E5F6 9000", "", "", {"UID": ""}),
        ("FF00000002D402", "D50332010607 9000", "", "", {"Firmware": "0106"}),
        (
            "00A4040007A0000002471001",
            "6F108407A0000002471001A5059F6E020000 9000",
            "",
            "FCI of Passport (eMRTD)",
            {"6F File control information/84 Application name": "A0000002471001"},
        ),
        ("0084000008", "0102030405060708 9000", "", "random number", {"Challenge": "0102030405060708"}),
        ("00B0000010", b"Hello world!".hex() + "9000", "", "“Hello world!”", {"Data": b"Hello world!".hex()}),
        ("00A4040000", "6A82", "", "", {"SW1-SW2": "6A82"}),
    ],
)
def test_answers_of_the_reference(command: str, response: str, chip: str, words: str, expected: dict[str, str]) -> None:
    field = decoded(command, response, chip)
    found = paths(field)
    assert field.meaning == words
    for name, value in expected.items():
        assert name in found, list(found)
        assert not value or found[name].value.replace(" ", "") == value.upper()


def test_the_reader_says_success_and_the_tag_was_silent() -> None:
    field = decoded("FF00000003D44260", "D54301 9000")
    (problem,) = field.all_problems()
    assert "silent" in problem
    assert "status word does not tell" in problem


@pytest.mark.parametrize(
    ("command", "response", "words"),
    [
        # NXP UM0701 section 7.1: 01 time out, 02 CRC error.
        ("FF00000003D44260", "D54301 9000", "no answer (01)"),
        ("FF00000004D4423A00", "D54302 9000", "NAK"),
        ("FF00000004D44001 30", "D54141 9000", "no answer (01)"),
        ("FFA0000507 0100F3000064 60", "0800 9000", "no answer"),
    ],
)
def test_success_of_the_reader_is_none_of_a_silent_tag(command: str, response: str, words: str) -> None:
    status = answer_status(bytes.fromhex(command), bytes.fromhex(response))
    assert status is not None
    assert (status.code, status.severity) == (0x9000, "warning")
    assert words in status.meaning


@pytest.mark.parametrize(
    ("command", "response", "severity"),
    [
        ("FF00000003D44260", "D54300 0004040201001303 9000", "ok"),
        ("FF00000003D44260", "6300", "error"),
        ("FFCA000000", "D54301 9000", "ok"),
        ("00A40400", "D54301 9000", "ok"),
    ],
)
def test_other_status_words_stay(command: str, response: str, severity: str) -> None:
    status = answer_status(bytes.fromhex(command), bytes.fromhex(response))
    assert status is not None
    assert status.severity == severity


def test_the_pn532_answers_another_command() -> None:
    assert "begins with D5 43" in decoded("FF00000003D44260", "D54100 9000").all_problems()[0]


@pytest.mark.parametrize(("nibble", "chip", "said"), [("00", "ntag216", "not allowed"), ("05", "ntag216", "written")])
def test_a_nak_is_explained_by_the_chip(nibble: str, chip: str, said: str) -> None:
    field = decoded("FF00000006A20400000000", f"{nibble} 9000", chip)
    assert said in field.all_problems()[0]
    assert paths(decoded("FFEF010006A20400000000", "0A", chip))["ACK"].value == "0A"


def test_reading_rolls_over_to_page_0() -> None:
    """READ from NTAG216's page E5: PWD and PACK, which read as 00, then pages 0 and 1."""
    field = decoded("FFB000E510", "00000000 00000000 04A1B29F C3D4E5F6 9000", "ntag216")
    assert [page.name for page in field.children[0].children] == ["Page 229", "Page 230", "Page 0", "Page 1"]
    assert "goes on with page 0" in field.children[0].meaning
    assert "Never readable" in field.children[0].children[0].meaning


def test_configuration_and_locks_by_the_chip() -> None:
    field = decoded("FFB000E210", "000000BD 040000FF 00050000 00000000 9000", "ntag216")
    found = paths(field)
    assert found["Pages 226 to 229/Page 227/CFG0/AUTH0"].value == "FF"
    assert "Pages 226 to 229/Page 226/Dynamic lock bytes" in found


def test_blocks_of_another_card_are_no_pages() -> None:
    assert [field.name for field in decoded("FFB0000410", f"{READ_0} 9000").children] == ["Data", "SW1-SW2"]


def test_the_status_has_words_explanation_and_source() -> None:
    status = paths(decoded("00A4040000", "6A82"))["SW1-SW2"]
    known = status_word(0x6A82)
    assert all(part in status.meaning for part in (known.meaning, known.explanation, "ISO/IEC 7816-4"))


def is_sound(field: Field, inside: tuple[int, int]) -> None:
    start, end = field.span
    assert inside[0] <= start <= end <= inside[1]
    at = start
    for child in field.children:
        if child.bits is None:
            assert child.span[0] >= at, "siblings overlap"
            at = child.span[1]
        is_sound(child, field.span)


READER = st.sampled_from(
    [
        *("FF00000004D44230", "FF00000002D442", "FF0000000230", "FFC2000104950230", "FFA00005080100F300006430"),
        *("FFEF01000230", "FFEF00000230", "FFB000", "FFCA00", "FFCA01", "00A40400", "00CA9F7F", "80CA9F7F", "9060"),
        *("FF00000002D40", "FF00000002D44A", "00B201", "00CB3FFF", ""),
    ]
).map(lambda text: bytes.fromhex(text if len(text) % 2 == 0 else text + "2"))


@given(READER, st.binary(max_size=20), st.binary(max_size=300), st.sampled_from([None, *chips().values()]))
def test_anything_has_a_sound_tree(start: bytes, rest: bytes, response: bytes, chip: Chip | None) -> None:
    command = start + rest
    field = decode_response(command, response, chip=chip)
    assert field.span == (0, len(response))
    is_sound(field, field.span)
    is_sound(decode_sent(command), (0, len(command)))


SECRET = st.sampled_from(
    [
        *("0020000104", "00200001", "0024000108", "002C000008", "FF00000007D4421B", "FFD600E504", "FFD600E408"),
        *("FF00000008D442A2E5", "FFC20001089506A2E5", "FF82000006", "0082000008", "FF00000013D442AF", "1B", "A2E5"),
        *("80D8000018", "90C4000019", "FFEF0100051B", "FFA000050B0100F30000641B"),
    ]
).map(bytes.fromhex)


@given(SECRET, st.binary(min_size=1, max_size=40), st.data())
def test_no_secret_shows_in_a_masked_tree(start: bytes, rest: bytes, data: st.DataObject) -> None:
    """Two commands that differ in their secret bytes alone look the same, and so do their answers."""
    command = start + rest
    other = bytearray(command)
    for first, end in secret_spans(command):
        other[first:end] = data.draw(st.binary(min_size=end - first, max_size=end - first))
    if secret_spans(bytes(other)) == secret_spans(command):
        assert decode_sent_masked(bytes(other)) == decode_sent_masked(command)


@given(st.binary(min_size=2, max_size=2), st.binary(min_size=2, max_size=2))
def test_no_pack_shows_in_a_masked_tree(one: bytes, other: bytes) -> None:
    for command, before, after in (
        ("FF00000007D4421B11223344", "D54300", "9000"),
        ("FFC20001079505 1B11223344", "C003009000 9702", "9000"),
        ("FF000000051B11223344", "", "9000"),
    ):
        sent = bytes.fromhex(command)
        answers = [bytes.fromhex(before) + pack + bytes.fromhex(after) for pack in (one, other)]
        assert all(secret_answer_spans(sent, answer) for answer in answers)
        trees = [decode_response_masked(sent, answer) for answer in answers]
        assert trees[0] == trees[1]
        assert "••" in str(trees[0].to_json())


@pytest.mark.parametrize(
    ("command", "response", "data", "sw"),
    [
        ("FFCA000000", "04E141124C2880 9000", "04E141124C2880", 0x9000),
        ("FF00480000", "41435231323255323135", "41435231323255323135", None),
        ("FF00480000", "6D00", "", 0x6D00),  # another reader's
        ("FFEF0100051BFFFFFFFF", "6110", "6110", None),
        ("FFEF0100051BFFFFFFFF", "6401", "", 0x6401),
        ("00A4040000", "90", "90", None),
    ],
)
def test_an_answer_without_a_status_word_is_data_alone(command: str, response: str, data: str, sw: int | None) -> None:
    assert split_answer(bytes.fromhex(command), bytes.fromhex(response)) == (bytes.fromhex(data), sw)
