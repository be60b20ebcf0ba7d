"""Answers of cards that speak APDUs: BER-TLV, ATS, DESFire's GET_VERSION, CPLC."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.ats import decode_ats, is_ats
from cardscope.decode.cplc import SIZE, cplc_of, decode_cplc
from cardscope.decode.desfire_version import decode_desfire_version, desfire_name
from cardscope.decode.tlv import decode_tlv, tlv_values
from cardscope.fields import Field

CheckSpans = Callable[[Field], None]

PPSE = bytes.fromhex("6F2C840E325041592E5359532E4444463031A51ABF0C1761154F07A0000000041010500A4D617374657243617264")
"""An FCI in the form of EMV Contactless Book B, table 3-3."""


def names(field: Field) -> list[str]:
    return [one.name for one in field.walk()]


def test_fci_of_a_payment_card(check_spans: CheckSpans) -> None:
    tree = decode_tlv(PPSE)
    check_spans(tree)
    assert tree.all_problems() == []
    assert names(tree)[1:] == [
        "6F File control information",
        "84 Application name",
        "A5 Proprietary information",
        "BF0C Issuer discretionary data",
        "61 Application template",
        "4F Application identifier",
        "50 Application label",
    ]
    label = next(field for field in tree.walk() if field.name.startswith("50"))
    assert label.span == (len(PPSE) - 12, len(PPSE))
    assert label.value.endswith("“MasterCard”")


def test_values_by_their_path() -> None:
    assert tlv_values(PPSE, 0x6F, 0x84) == [b"2PAY.SYS.DDF01"]
    assert tlv_values(PPSE, 0x6F, 0xA5, 0xBF0C, 0x61, 0x4F) == [bytes.fromhex("A0000000041010")]
    assert tlv_values(PPSE, 0x84) == []


def test_a_tag_has_another_name_within_another_one() -> None:
    # GlobalPlatform Card Specification 2.3 annex H, ISO/IEC 7816-6
    assert names(decode_tlv(bytes.fromhex("73026500")))[2] == "65 Card configuration"
    assert names(decode_tlv(bytes.fromhex("6500")))[1] == "65 Cardholder data"


def test_no_value_is_taken_from_an_object_that_is_cut_short() -> None:
    assert tlv_values(bytes.fromhex("8405A00000"), 0x84) == []


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("6F", "length"),
        ("9F", "tag"),
        ("5003 41", "missing"),
        ("5085 0000000001 00", "not a length"),
        ("5082 01", "length"),
    ],
)
def test_malformed_objects_are_reported(check_spans: CheckSpans, data: str, word: str) -> None:
    tree = decode_tlv(bytes.fromhex(data))
    check_spans(tree)
    assert any(word in problem for problem in tree.all_problems())


@given(data=st.binary(max_size=300))
def test_any_bytes(check_spans: CheckSpans, data: bytes) -> None:
    check_spans(decode_tlv(data))
    tlv_values(data, 0x6F, 0x84)
    if is_ats(data):
        check_spans(decode_ats(data))
    check_spans(decode_desfire_version(data))


@given(depth=st.integers(min_value=1, max_value=100))
def test_deep_nesting_ends(check_spans: CheckSpans, depth: int) -> None:
    data = b""
    for _ in range(depth):
        data = b"\x61" + (bytes((len(data),)) if len(data) < 0x80 else bytes((0x81, len(data)))) + data
    check_spans(decode_tlv(data))


def test_ats_of_a_desfire(check_spans: CheckSpans) -> None:
    # MF3ICDx21 data sheet: TL 06, T0 75 (FSC 64), TA 77, TB 81, TC 02, historical byte 80
    ats = bytes.fromhex("06757781 0280")
    assert is_ats(ats)
    tree = decode_ats(ats)
    check_spans(tree)
    assert names(tree) == ["ATS", "TL", "T0", "TA1", "TB1", "FWI", "SFGI", "TC1", "Historical bytes"]
    assert "64 bytes" in tree.children[1].meaning
    assert "106, 212, 424, 848 kbit/s" in tree.children[2].meaning
    assert "CID supported, no NAD" in tree.children[4].meaning


@pytest.mark.parametrize(("t0", "words"), [("0B", "2048 bytes"), ("08", "256 bytes")])
def test_frame_size_of_an_ats(t0: str, words: str) -> None:
    assert words in decode_ats(bytes.fromhex(f"02{t0}")).children[1].meaning


def test_reserved_values_of_an_ats() -> None:
    assert len(decode_ats(bytes.fromhex("032DF0")).all_problems()) == 2  # FSCI D, FWI 15


@pytest.mark.parametrize(
    ("hardware", "name"),
    [
        ("04010101001805", "MIFARE DESFire EV1"),
        ("04010112001A05", "MIFARE DESFire EV2"),
        ("04010133001805", "MIFARE DESFire EV3"),
        ("04040230001105", "NTAG 424 DNA"),
        ("04080030001105", "MIFARE DESFire Light"),
        ("04010144001805", "MIFARE DESFire"),
        ("04090101001805", ""),
    ],
)
def test_product_by_its_hardware(hardware: str, name: str) -> None:
    assert desfire_name(bytes.fromhex(hardware)) == name


def test_desfire_version(check_spans: CheckSpans) -> None:
    data = bytes.fromhex("04010101001805 04010104001805 04512C3A894B80 BA54A62A30 2616")
    tree = decode_desfire_version(data)
    check_spans(tree)
    assert tree.children[0].children[4].meaning == "4,096 bytes of user memory."
    assert tree.children[3].meaning == "Made in week 26 of 2016."


def test_cplc(check_spans: CheckSpans) -> None:
    raw = bytes.fromhex(
        "4790 5168 4791 2081 3B00 6173 12345678 9012 4812 6180 0000 0000 0000 0000 00000000 0000 0000 00000000"
    )
    assert len(raw) == SIZE
    assert cplc_of(b"\x9f\x7f\x2a" + raw) == raw == cplc_of(raw)
    assert cplc_of(raw[:-1]) is None
    tree = decode_cplc(raw)
    check_spans(tree)
    assert tree.children[0].meaning == "NXP."
    assert tree.children[5].meaning == "Day 173 of a year that ends in 6."
    assert tree.span == (0, SIZE)
    assert tree.children[-1].span[1] == SIZE
