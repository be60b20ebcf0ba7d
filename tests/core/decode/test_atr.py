"""ATRs against ISO/IEC 7816-3, 7816-4 and PC/SC Part 3, with vectors from public software and the standards."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.decode.atr import Atr, decode_atr
from cardscope.fields import Field

SpanCheck = Callable[[Field], None]


def atr(text: str) -> Atr:
    return decode_atr(bytes.fromhex(text))


def find(decoded: Atr, name: str) -> Field:
    return next(field for field in decoded.field.walk() if field.name == name)


@pytest.mark.parametrize(
    ("text", "standard", "card", "nn"),
    [
        ("3B8F8001804F0CA0000003060300030000000068", "ISO 14443 A part 3", "MIFARE Ultralight family", 0x0003),
        ("3B8F8001804F0CA000000306030001000000006A", "ISO 14443 A part 3", "MIFARE Classic 1K", 0x0001),
        ("3B8F8001804F0CA00000030603003A0000000051", "ISO 14443 A part 3", "MIFARE Ultralight C", 0x003A),
        ("3B8F8001804F0CA00000030611003B0000000042", "FeliCa", "FeliCa", 0x003B),
        (
            "3B8F8001804F0CA000000306074344600201E4EF",
            "ISO 14443 B part 3",
            "card name 4344, not in PC/SC Part 3",
            0x4344,
        ),
    ],
)
def test_storage_cards(text: str, standard: str, card: str, nn: int) -> None:
    decoded = atr(text)
    assert decoded.valid, decoded.problems
    assert decoded.storage is not None
    assert (decoded.storage.standard, decoded.storage.card, decoded.storage.nn) == (standard, card, nn)
    assert decoded.contactless
    assert decoded.protocols == (0, 1)
    assert decoded.convention == "direct"
    assert (decoded.tck.present, decoded.tck.correct) == (True, True)
    assert decoded.historical == decoded.raw[4:19]
    assert card in decoded.summary
    assert [(f.name, f.span) for f in find(decoded, "Historical bytes").children] == [
        ("T1", (4, 5)),
        ("Tag", (5, 6)),
        ("Length", (6, 7)),
        ("RID", (7, 12)),
        ("SS", (12, 13)),
        ("NN", (13, 15)),
        ("RFU", (15, 19)),
    ]


def test_an_ultralight_atr_says_that_it_may_be_an_ntag() -> None:
    assert atr("3B8F8001804F0CA0000003060300030000000068").summary == (
        "Contactless storage card, ISO 14443 A part 3: MIFARE Ultralight family (also every NTAG21x)"
    )


def test_a_wrong_tck_is_reported_with_the_right_one() -> None:
    decoded = atr("3B8F8001804F0CA00000030603003D0000000051")
    assert decoded.problems == ("TCK is 51; 56 expected.",)
    assert not decoded.valid
    assert (decoded.tck.present, decoded.tck.expected, decoded.tck.correct) == (True, 0x56, False)
    assert decoded.storage is not None
    assert decoded.storage.card == "MIFARE Ultralight EV1"


def test_iso_14443_4_cards() -> None:
    desfire = atr("3B8180018080")
    assert desfire.valid
    assert (desfire.historical, desfire.contactless, desfire.storage) == (b"\x80", True, None)
    assert "ISO 14443-4" in desfire.summary
    other = atr("3B86800106757781028000")
    assert other.valid
    assert other.historical == bytes.fromhex("067577810280")
    assert other.tck.expected == 0x00


def test_type_b_historical_bytes() -> None:
    decoded = atr("3B88800100000000338181003A")
    assert decoded.valid
    assert find(decoded, "Protocol info").value == "338181"
    assert find(decoded, "Protocol info").span == (8, 11)
    assert find(decoded, "Reader to card").value == "212 kbit/s, 424 kbit/s"
    assert find(decoded, "Largest frame").value == "256 bytes"
    # FWT = 256 × 16 / 13.56 MHz × 2^8
    assert find(decoded, "FWI").meaning == "The card begins its answer within 77.3 ms."
    assert find(decoded, "ADC").meaning == "Application data: proprietary."
    assert find(decoded, "Application data").children == ()


def test_type_b_application_data_and_buffer_length(check_spans: SpanCheck) -> None:
    # The ATQB of a payment card, 50 820DE174 20381922 002185, and an MBLI of 3.
    decoded = atr("3B8880012038192200218530BE")
    assert decoded.valid, decoded.problems
    check_spans(decoded.field)
    assert find(decoded, "AFI").meaning == "Application family: payment."
    assert find(decoded, "CRC_B(AID)").value == "3819"
    assert (find(decoded, "Of this AFI").value, find(decoded, "In total").value) == ("2", "2")
    assert find(decoded, "Largest frame").value == "32 bytes"
    assert find(decoded, "CID").value == "yes"
    assert find(decoded, "Buffer length index").meaning == (
        "The card's buffer takes 128 bytes of chained frames: 32 × 2^2."
    )


def test_t0_contact_card_has_no_tck() -> None:
    decoded = atr("3BA70040188065A208010152")
    assert decoded.valid, decoded.problems
    assert decoded.protocols == (0,)
    assert not decoded.contactless
    assert (decoded.tck.present, decoded.tck.correct) == (False, True)
    assert decoded.historical == bytes.fromhex("8065A208010152")
    assert find(decoded, "TB1").value == "00"
    assert find(decoded, "TD1").value == "40"
    # WT = 24 * 960 * 372 / 4 MHz
    assert find(decoded, "TC2").meaning == (
        "WI 24: the card answers within 24 × 960 × 372 clock cycles, 2.14 s at 4 MHz."
    )


def test_t1_contact_card() -> None:
    decoded = atr("3BE500008121459C100100800D")
    assert decoded.valid, decoded.problems
    assert decoded.protocols == (1,)
    assert [find(decoded, name).value for name in ("TB1", "TC1", "TD1", "TD2", "TB3")] == ["00", "00", "81", "21", "45"]
    assert (find(decoded, "BWI").value, find(decoded, "CWI").value) == ("4", "5")
    assert decoded.historical == bytes.fromhex("9C10010080")
    assert decoded.tck.present


def test_inverse_convention() -> None:
    decoded = atr("3F65250893046C9000")
    assert decoded.valid, decoded.problems
    assert decoded.convention == "inverse"
    assert (find(decoded, "TB1").value, find(decoded, "TC1").value) == ("25", "08")
    assert (find(decoded, "II").value, find(decoded, "PI1").value) == ("50 mA", "5 V")
    assert decoded.historical == bytes.fromhex("93046C9000")
    assert not decoded.tck.present


def test_specific_bytes_follow_the_protocol_of_the_td_before() -> None:
    decoded = atr("3BA8008171465D0054434F53312E320065")
    assert decoded.valid, decoded.problems
    assert "70 bytes" in find(decoded, "TA3").meaning
    assert (find(decoded, "BWI").value, find(decoded, "CWI").value) == ("5", "13")
    assert find(decoded, "BWI").bits == (7, 4)
    assert "8,203 etu" in find(decoded, "CWI").meaning
    assert find(decoded, "Checksum").value == "LRC"
    assert decoded.historical == b"TCOS1.2\0"
    assert "TCOS1.2" in decoded.summary


def test_compact_tlv() -> None:
    decoded = atr("3B8F800180738421E05569780000808307900068")
    assert decoded.valid, decoded.problems
    assert find(decoded, "T1").value == "80"
    assert [(f.name, f.value) for f in find(decoded, "Historical bytes").children[1:]] == [
        ("Card capabilities", "738421E0"),
        ("Card issuer's data", "556978000080"),
        ("Status indicator", "83079000"),
    ]
    assert find(decoded, "DF by full name").value == "yes"
    assert find(decoded, "Short EF identifier").value == "yes"
    assert find(decoded, "DF by path").value == "no"
    assert find(decoded, "Data unit").value == "2 half bytes"
    assert find(decoded, "Command chaining").value == "yes"
    assert find(decoded, "Logical channels").value == "1"
    assert find(decoded, "Channel numbers assigned").value == "none"
    assert "activated" in find(decoded, "LCS").meaning
    assert find(decoded, "SW1-SW2").meaning.startswith("Success")


def test_card_service_data() -> None:
    # C8: full DF name, partial DF name, access by READ BINARY, MF present
    decoded = atr("3B038031C8")
    service = find(decoded, "Card service")
    assert {c.name: c.value for c in service.children} == {
        "Selection by full DF name": "yes",
        "Selection by partial DF name": "yes",
        "Data objects in EF.DIR": "no",
        "Data objects in EF.ATR": "no",
        "Access to EF.DIR and EF.ATR": "READ BINARY",
        "Master file": "yes",
    }


@pytest.mark.parametrize(("third", "by"), [("08", "by the interface device"), ("10", "by the card"), ("18", "by both")])
def test_who_numbers_the_channels(third: str, by: str) -> None:
    # ISO/IEC 7816-4:2005, table 88: b4 the interface device, b5 the card.
    assert find(atr(f"3B0580730000{third}"), "Channel numbers assigned").value == by


@pytest.mark.parametrize(
    ("data_object", "meaning"),
    [
        ("12414F", "ISO 3166-1 country 414, national data F."),
        ("120FFF", "0FF is no ISO 3166-1 number, which has three decimal digits."),
        ("2349925F", "Issuer 49925."),
        # ISO/IEC 7816-4:2005 §8.1.2
        ("4120", "The command to send first: 00B0000020, READ BINARY."),
        ("429E20", "The command to send first: 00B09E0020, READ BINARY of short EF 30."),
        ("420140", "The command to send first: 00B2010E40, READ RECORD of short EF 1."),
        ("4500A4040000", "The command to send first: 00A4040000."),
        ("554341524431", 'As text "CARD1".'),
    ],
)
def test_values_of_data_objects(data_object: str, meaning: str) -> None:
    body = bytes.fromhex("80" + data_object)
    decoded = decode_atr(bytes((0x3B, len(body))) + body)
    assert decoded.valid, decoded.problems
    assert find(decoded, "Value").meaning == meaning


def test_an_aid_is_its_provider_and_the_providers_number() -> None:
    decoded = atr("3B0880F6A00000000310")
    assert (find(decoded, "RID").value, find(decoded, "PIX").value) == ("A000000003", "10")
    assert find(decoded, "RID").meaning.startswith("International registration")
    # The same in BER-TLV, with a provider registered in one country.
    assert find(atr("3B08804F05D276000085"), "RID").meaning.startswith("National registration")


def test_status_words_without_and_with_life_cycle() -> None:
    assert [field.name for field in find(atr("3B0480829000"), "Status indicator").children] == ["Header", "SW1-SW2"]
    assert [field.name for field in find(atr("3B03808105"), "Status indicator").children] == ["Header", "LCS"]
    # Category 00: the status ends the historical bytes, without a header.
    assert find(atr("3B0400059000"), "LCS").meaning == "Life cycle status: activated."


def test_ta1_gives_the_rates() -> None:
    decoded = atr("3B1095")
    assert (find(decoded, "Fi").value, find(decoded, "Di").value) == ("512", "16")
    assert "125,000 bit/s at 4 MHz" in find(decoded, "TA1").meaning
    assert "156,250 bit/s at 5 MHz" in find(decoded, "TA1").meaning


def test_class_and_clock_stop_after_t15() -> None:
    decoded = atr("3B80801FC7D8")
    assert decoded.valid, decoded.problems
    assert decoded.protocols == (0,)
    assert "low or high" in find(decoded, "X").meaning
    assert find(decoded, "Y").value == "A, B and C (5 V, 3 V, 1.8 V)"
    assert decoded.tck.present


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "No bytes"),
        ("3B", "T0 is missing"),
        ("0300", "3B (direct convention) or 3F (inverse convention) expected"),
        ("3B10", "TA1 is announced here"),
        ("3B80", "TD1 is announced here"),
        ("3B8040", "TC2 is announced here"),
        ("3B0311", "T0 announces 3 historical bytes; 2 missing"),
        ("3B03", "T0 announces 3 historical bytes; 3 missing"),
        ("3BF2951234013606", "TCK is missing; 70 expected"),
        ("3B0200", "T0 announces 2 historical bytes; 1 missing"),
        ("3B0000", "TCK is superfluous"),
        ("3B00FFFF", "2 bytes more than there should be"),
        ("3B80017F", "TCK is 7F; 81 expected"),
        ("3B800181AA", "1 byte more than there should be, after TCK"),
        ("3B800F8F", "T=15 is not allowed in TD1"),
        ("3B80810080", "T=0 comes after T=1"),
        ("3B800585", "T=5 is reserved"),
        ("3B1071", "Fi 7 is reserved"),
        ("3B101A", "Di A is reserved"),
        ("3B804000", "WI 0 is reserved"),
        ("3B8081110010", "IFSC 00 is reserved"),
        ("3B808111FFEF", "IFSC FF is reserved"),
        ("3B808121A484", "BWI 10 is reserved"),
        ("3B80814102C2", "Bits 8 to 2 are reserved"),
        ("3B80801F051A", "Class indicator 05 is reserved"),
        ("3B801121B0", "Bits 7 and 6 are reserved"),
        ("3B038031C2", "Access services 001 are reserved"),
        ("3B0480320000", "Card service data is 1 byte; 2 here"),
        ("3B028070", "Card capabilities are 1 to 3 bytes; 0 here"),
        ("3B06808401020304", "A status indicator is 1 to 3 bytes; 4 here"),
        ("3B03808108", "Life cycle status 08 is reserved"),
        ("3B03801141", "A country code takes at least 2 bytes; 1 here"),
        ("3B058043010203", "Initial access data has 1, 2, or 5 and more bytes; 3 here"),
        ("3B0680F4A0000003", "An AID has at least 5 bytes; 4 here"),
        ("3B038031C800", "1 byte more"),
        ("3B028035", "5 bytes by its header; 0 follow"),
        ("3B020090", "Category 00 ends with 3 status bytes; 1 follow"),
        ("3B0110", "Category 10 wants a DIR data reference"),
        ("3B0181", "Category 81 to 8F is reserved"),
        ("3B0F" + "11" * 32, "34 bytes; an ATR has at most 33"),
    ],
)
def test_faults_are_reported(text: str, problem: str, check_spans: SpanCheck) -> None:
    decoded = atr(text)
    assert not decoded.valid
    assert any(problem in sentence for sentence in decoded.problems), decoded.problems
    assert decoded.problems == tuple(decoded.field.all_problems())
    check_spans(decoded.field)


def test_a_malformed_entry_of_public_lists() -> None:
    decoded = atr("3B801FC78031E073FE211163407163830790009A")
    assert any("T=15 is not allowed in TD1" in p for p in decoded.problems)
    assert find(decoded, "Extra bytes").span == (5, 20)
    assert find(decoded, "TA2").value == "C7"


def test_several_blocks_of_t1_are_read_by_the_td_before() -> None:
    # TD1=81, TD2=31: TA3 and TB3 belong to T=1.
    decoded = atr("3B808131FE65AB")
    assert decoded.valid, decoded.problems
    assert "254 bytes" in find(decoded, "TA3").meaning
    assert find(decoded, "BWI").value == "6"


def test_only_the_first_specific_byte_of_a_protocol_counts() -> None:
    # TA3 and TA4 both follow T=1; IFSC 00 would be a fault if it counted.
    decoded = atr("3B808191FE11007F")
    assert decoded.valid, decoded.problems
    assert "254 bytes" in find(decoded, "TA3").meaning
    assert "only the first" in find(decoded, "TA4").meaning


def test_t0_has_no_specific_byte_but_tc2() -> None:
    decoded = atr("3B80804000")
    assert decoded.valid, decoded.problems
    assert find(decoded, "TC3").meaning == "ISO/IEC 7816-3 gives TC3 no meaning for T=0."


def test_an_aid_in_ber_tlv_is_no_compact_tlv() -> None:
    decoded = atr("3B08804F05D276000085")
    assert decoded.valid, decoded.problems
    assert decoded.storage is None
    assert find(decoded, "AID").value == "D276000085"


_INTERFACE = st.lists(st.sampled_from([0x00, 0x01, 0x0F, 0x11, 0x71, 0x80, 0x81, 0x9F, 0xF1, 0xFF]), max_size=8).map(
    bytes
)
_HISTORICAL = st.sampled_from([b"\x80", b"\x00", b"\x10", b"\x80\x4f\x0c\xa0\x00\x00\x03\x06", b""])
_ATR_LIKE = st.tuples(
    st.sampled_from([b"\x3b", b"\x3f", b"\x3b\x8f\x80\x01"]), _INTERFACE, _HISTORICAL, st.binary(max_size=20)
)


@settings(max_examples=3000)
@given(data=st.binary(max_size=60) | _ATR_LIKE.map(b"".join))
def test_any_bytes_decode(data: bytes, check_spans: SpanCheck) -> None:
    decoded = decode_atr(data)
    check_spans(decoded.field)
    assert decoded.raw == data
    assert decoded.valid == (not decoded.problems)
    assert all(sentence.endswith(".") for sentence in decoded.problems)
    leaves = {i for field in decoded.field.walk() if not field.children for i in range(*field.span)}
    tops = {i for field in decoded.field.children for i in range(*field.span)}
    # Every byte up to a truncation has its field.
    assert tops == set(range(len(data)))
    assert leaves <= tops


@given(historical=st.binary(max_size=15), protocol=st.sampled_from([0, 1]))
def test_a_built_atr_is_taken_apart_again(historical: bytes, protocol: int) -> None:
    body = bytes([0x80 | len(historical), protocol]) + historical
    check = 0
    for byte in body:
        check ^= byte
    decoded = decode_atr(b"\x3b" + body + (bytes([check]) if protocol else b""))
    assert decoded.historical == historical
    assert decoded.protocols == (protocol,)
    assert decoded.tck.correct
    assert decoded.tck.expected == (check if protocol else None)
