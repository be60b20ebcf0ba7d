"""Command APDUs against ISO/IEC 7816-4 §5.1 and the reader manuals."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.apdu import ApduError, CommandApdu, decode_command, parse_command, summary
from cardscope.decode.native import unwrap
from cardscope.decode.native_fields import decode_native, is_native
from cardscope.fields import Field

SpanCheck = Callable[[Field], None]


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def child(field: Field, name: str) -> Field:
    return next(c for c in field.children if c.name == name)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("00840000", CommandApdu(0, 0x84, 0, 0, b"", None, "1")),
        ("FFCA000000", CommandApdu(0xFF, 0xCA, 0, 0, b"", 256, "2S")),
        ("FFB0000410", CommandApdu(0xFF, 0xB0, 0, 4, b"", 16, "2S")),
        ("FFD600040401020304", CommandApdu(0xFF, 0xD6, 0, 4, h("01020304"), None, "3S")),
        ("00A4040002A00000", CommandApdu(0, 0xA4, 4, 0, h("A000"), 256, "4S")),
        ("00B00000000000", CommandApdu(0, 0xB0, 0, 0, b"", 65536, "2E")),
        ("00B000000001FF", CommandApdu(0, 0xB0, 0, 0, b"", 511, "2E")),
        ("00D60000000002AABB", CommandApdu(0, 0xD6, 0, 0, h("AABB"), None, "3E")),
        ("00CB3FFF000002AABB0100", CommandApdu(0, 0xCB, 0x3F, 0xFF, h("AABB"), 256, "4E")),
        ("00CB3FFF000002AABB0000", CommandApdu(0, 0xCB, 0x3F, 0xFF, h("AABB"), 65536, "4E")),
    ],
)
def test_cases(command: str, expected: CommandApdu, check_spans: SpanCheck) -> None:
    assert parse_command(h(command)) == expected
    field = decode_command(h(command))
    assert field.value == f"case {expected.case}"
    assert not field.all_problems()
    check_spans(field)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", "4 bytes missing"),
        ("FFCA00", "1 byte missing"),
        ("FFD6000404010203", "3 there, 1 missing"),
        ("FFD60004040102030405FF", "1 byte) or nothing may follow; 2 do"),
        ("FFCA00000001", "two more bytes"),
        ("00A40400000000AA", "Lc is 0"),
        ("00D60000000002AABB00", "Le has two bytes"),
        ("00D6000000000200", "1 there, 1 missing"),
    ],
)
def test_malformed_is_reported_and_not_refused(command: str, words: str, check_spans: SpanCheck) -> None:
    field = decode_command(h(command))
    assert field.value == "malformed"
    assert any(words in problem for problem in field.all_problems()), field.all_problems()
    check_spans(field)
    with pytest.raises(ApduError, match=r"\."):
        parse_command(h(command))


def test_fields_of_a_get_uid() -> None:
    field = decode_command(h("FFCA000000"))
    assert [(c.name, c.span, c.value) for c in field.children] == [
        ("CLA", (0, 1), "FF"),
        ("INS", (1, 2), "CA"),
        ("P1-P2", (2, 4), "0000"),
        ("Le", (4, 5), "00"),
    ]
    assert "reader" in child(field, "CLA").meaning
    assert child(field, "INS").meaning == "GET DATA (PC/SC Part 3)."
    assert "UID" in child(field, "P1-P2").meaning
    assert "256 bytes" in child(field, "Le").meaning


@pytest.mark.parametrize(
    ("cla", "channel", "secure", "chaining"),
    [
        (0x00, "0", "no secure messaging", "last or only part"),
        (0x13, "3", "no secure messaging", "more parts follow"),
        (0x0C, "0", "secure messaging, header authenticated", "last or only part"),
        (0x08, "0", "secure messaging, header not authenticated", "last or only part"),
        (0x04, "0", "proprietary secure messaging", "last or only part"),
        (0x40, "4", "no secure messaging", "last or only part"),
        (0x7F, "19", "secure messaging, header not authenticated", "more parts follow"),
    ],
)
def test_class_bits(cla: int, channel: str, secure: str, chaining: str) -> None:
    field = child(decode_command(bytes([cla, 0xA4, 0, 0])), "CLA")
    assert child(field, "Channel").value == channel
    assert child(field, "Secure messaging").value == secure
    assert child(field, "Chaining").value == chaining


def test_reserved_class_and_instruction_are_flagged() -> None:
    assert "reserved" in decode_command(h("20A40000")).all_problems()[0]
    assert "6X and 9X" in decode_command(h("00600000")).all_problems()[0]
    assert not decode_command(h("9060000000")).all_problems()


@pytest.mark.parametrize(
    ("command", "ins", "parameters"),
    [
        ("FFCA010000", "GET DATA", "historical bytes"),
        ("FFB0000410", "READ BINARY", "page 4"),
        ("FFD6000404DEADBEEF", "UPDATE BINARY", "page 4"),
        ("FF82200106FFFFFFFFFFFF", "LOAD KEYS", "slot 1"),
        ("FF860000050100046000", "GENERAL AUTHENTICATE", ""),
        ("FFC20000028100", "TRANSPARENT SESSION", "transparent session"),
        ("00A4040C07D2760000850101", "SELECT", "no answer wanted"),
        ("00A4000C02E103", "SELECT", "file identifier"),
        ("00B0000F00", "READ BINARY", "offset 15"),
        ("00B0850F00", "READ BINARY", "short identifier 5"),
        ("00B2010C00", "READ RECORD", "Record number 1 of the file with short identifier 1"),
        ("00200081083132333435363738", "VERIFY", "number 1 of the application"),
        ("0070000001", "MANAGE CHANNEL", "logical channel"),
        ("80CA9F7F00", "GET DATA", ""),
        ("80E60C0000", "INSTALL", ""),
        ("84E400000000", "DELETE", ""),
        ("00FE0000", "TERMINATE CARD USAGE", ""),
        ("9060000000", "GET VERSION", ""),
    ],
)
def test_names(command: str, ins: str, parameters: str) -> None:
    field = decode_command(h(command))
    assert child(field, "INS").meaning.startswith(ins)
    assert parameters in child(field, "P1-P2").meaning


def test_the_envelope_of_a_native_command_is_marked() -> None:
    field = decode_command(h("FF00000003D44260"))
    data = child(field, "Data")
    assert [(c.name, c.span) for c in data.children] == [("Envelope", (5, 7)), ("Native command", (7, 8))]
    assert "InCommunicateThru" in data.children[0].meaning
    assert data.children[1].meaning == "GET_VERSION."


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("FFCA000000", "Get data: UID"),
        ("FFCA010000", "Get data: historical bytes"),
        ("FFB0000410", "Read binary: page 4, 16 bytes"),
        ("FFD600040401020304", "Update binary: page 4, 4 bytes"),
        ("FF00000003D44260", "Direct transmit: GET_VERSION"),
        ("FF00000005D4423A0010", "Direct transmit: FAST_READ pages 0 to 16"),
        ("FF00000005D440013004", "Direct transmit: READ page 4"),
        ("FF00000002D402", "Direct transmit: GetFirmwareVersion"),
        ("FF0000000160", "Direct transmit: GET_VERSION"),
        ("FF00480000", "Direct transmit: reader firmware"),
        ("FFC2000103950160", "Transparent session: GET_VERSION"),
        ("FFEF01000160", "Direct transmit: GET_VERSION"),
        ("FFA00005070100F300006460", "Direct transmit: GET_VERSION"),
        ("00A4040007D276000085010100", "Select: D2760000850101"),
        ("00A404000E325041592E5359532E444446303100", "Select: 2PAY.SYS.DDF01"),
        ("00B0000000", "Read binary: offset 0, 256 bytes"),
        ("80CA9F7F00", "Get data: object 9F7F"),
        ("60", "Malformed command, 1 byte"),
        ("B0120000", "CLA B0, INS 12"),
    ],
)
def test_summary(command: str, words: str) -> None:
    assert summary(h(command)) == words


@pytest.mark.parametrize(
    ("command", "native"),
    [
        ("FF00000003D44260", "60"),
        ("FF00000003D4426000", "60"),
        ("FF000000000003D44260", "60"),
        ("FF00000008D442A20200000F00", "A20200000F00"),
        ("FF00000009D44001A20200000F00", "A20200000F00"),
        ("FF00000006A20200000F00", "A20200000F00"),
        ("FFC20001089506A20200000F00", "A20200000F00"),
        ("FFC20001098281069506A20200000F00", None),
        ("FFC200010F5F4604102700009506A20200000F00", "A20200000F00"),
        ("FFC200010C900200009506A20200000F00", "A20200000F00"),
        ("FFC2000109958106A20200000F00", "A20200000F00"),
        ("FFC200010C900200049506A20200000F00", None),
        ("FFC2000106950130950160", None),
        ("FFEF010006A20200000F00", "A20200000F00"),
        ("FFA000050C0100F3000064A20200000F00", "A20200000F00"),
        ("FF00000005D4404130A2", None),
        ("FF00000002D402", None),
        ("FFCA000000", None),
        ("FFD600020400000F00", None),
        ("FF00000009D44260", None),
    ],
)
def test_unwrap(command: str, native: str | None) -> None:
    expected = h(native) if native else None
    assert unwrap(h(command)) == expected


@given(data=st.binary(max_size=300))
def test_any_bytes_decode(data: bytes, check_spans: SpanCheck) -> None:
    check_spans(decode_command(data))
    assert summary(data)


@given(
    st.binary(min_size=4, max_size=4),
    st.binary(max_size=400),
    st.none() | st.integers(1, 65536),
)
def test_building_and_parsing_agree(header: bytes, data: bytes, le: int | None) -> None:
    extended = len(data) > 255 or (le or 0) > 256
    size = 2 if extended else 1
    lc = (b"\0" if extended else b"") + len(data).to_bytes(size) if data else b""
    lead = b"\0" if extended and not data else b""
    tail = lead + (le % 256**size).to_bytes(size) if le else b""
    apdu = parse_command(header + lc + data + tail)
    assert (apdu.data, apdu.le) == (data, le)


@pytest.mark.parametrize(
    ("command", "meaning", "parts"),
    [
        # NFC Forum Type 4 Tag: the NDEF tag application.
        ("00A4040007D2760000850101", "AID of NDEF (NFC Forum Type 4 tag).", ["RID D276000085", "PIX 0101"]),
        # A longer AID than the known one selects the same application, with its version.
        ("00A404000BA00000030800001000010000", "AID of PIV.", ["RID A000000308", "PIX 00001000 0100"]),
        ("00A404000E325041592E5359532E4444463031", "AID of Payment, contactless (PPSE): “2PAY.SYS.DDF01”.", []),
        ("00A4040005F012345678", "AID.", []),
        ("00A40000023F00", "File identifier 3F00 (the MF).", []),
        ("00A408000450155031", "Path: 5015 / 5031.", ["File identifier 5015", "File identifier 5031"]),
        (
            "002000810831323334FFFFFFFF",
            "Text: “1234”, filled up with FF.",
            ["Reference data 31323334", "Padding FFFFFFFF"],
        ),
        ("0020008104313233 34", "Text: “1234”.", []),
        # An odd INS says that the data is BER-TLV, whatever the tags.
        ("00CB3FFF055C035FC10500", "Data object 5C (BER-TLV).", ["5C 5FC105"]),
        # Else all tags have to be known: 01 02 … is no data object.
        ("80F240020A4F08A000000003000000", "Data object 4F (BER-TLV).", ["4F Application identifier A000000003000000"]),
        ("00DA0101040102AABB", "", []),
        ("00D600000401020304", "", []),
        ("FFD6000404010203 04", "", []),
        (
            "FF860000050100046100",
            "Block 4 with key B from slot 0.",
            ["Version 01", "Block 0004", "Key type 61", "Key slot 00"],
        ),
        ("FF00400F0402010301", "", ["T1 02", "T2 01", "Repetitions 03", "Buzzer 01"]),
        ("FFC20000028100", "", ["81 Start of the session empty"]),
        ("FFC20002048F020003", "", ["8F Protocol to switch to 0003"]),
    ],
)
def test_the_data_of_a_command(command: str, meaning: str, parts: list[str], check_spans: SpanCheck) -> None:
    field = decode_command(h(command))
    check_spans(field)
    data = child(field, "Data")
    if meaning:
        assert data.meaning == meaning
    elif not parts:
        assert data.meaning == ""
    shown = [f"{each.name} {each.value}" for each in data.children]
    assert [text.replace(" ", "") for text in shown] == [text.replace(" ", "") for text in parts]


def test_a_data_field_of_thousands_of_objects_stays_in_one_piece() -> None:
    """A tree of them is no help, and takes longer than a key press may."""
    body = h("4F00") * 30_000
    field = decode_command(h("00DB3FFF00") + len(body).to_bytes(2) + body)
    assert child(field, "Data").children == ()


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("60", ["Command 60"]),
        ("3004", ["Command 30", "Page 04"]),
        ("3A0010", ["Command 3A", "First page 00", "Last page 10"]),
        ("A20401020304", ["Command A2", "Page 04", "Content 01020304"]),
        ("1BFFFFFFFF", ["Command 1B", "Password FFFFFFFF"]),
        ("3902", ["Command 39", "Counter 02"]),
        ("3C00", ["Command 3C", "Address 00"]),
        ("A50001000000", ["Command A5", "Counter 00", "Increment 01000000"]),
        ("300405", ["Command 30", "Page 04", "Extra bytes 05"]),
        ("77", ["Command 77"]),
    ],
)
def test_a_native_command(command: str, parts: list[str], check_spans: SpanCheck) -> None:
    field = decode_native(h(command))
    check_spans(field)
    assert [f"{each.name} {each.value}" for each in field.children] == parts
    assert is_native(h(command)) == (not any("Extra" in part for part in parts) and command != "77")


def test_a_native_command_in_its_envelope_has_its_parts() -> None:
    data = child(decode_command(h("FF00000008D442A20401020304")), "Data")
    native = next(part for part in data.children if part.name == "Native command")
    assert [(part.name, part.span) for part in native.children] == [
        ("Command", (7, 8)),
        ("Page", (8, 9)),
        ("Content", (9, 13)),
    ]


def test_get_data_names_its_object() -> None:
    assert child(decode_command(h("80CA9F7F00")), "P1-P2").meaning == (
        "The data object with tag 9F7F: Card production life cycle data."
    )
    assert child(decode_command(h("00CA006600")), "P1-P2").meaning == "The data object with tag 66: Card data."
