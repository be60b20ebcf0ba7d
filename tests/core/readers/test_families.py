"""How reader families carry native commands, against the sequences that their documents and logs give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.native import unwrap
from cardscope.errors import UsageError
from cardscope.guard import judge
from cardscope.readers.families import (
    ACK,
    FIRMWARE_REQUEST,
    PROBES,
    FailureKind,
    Family,
    NativeFailure,
    WriteRoute,
    families,
    family,
    family_of_probe,
    family_of_reader,
)

GET_VERSION, VERSION = b"\x60", bytes.fromhex("0004040201001303")
PWD_AUTH = bytes.fromhex("1BFFFFFFFF")
ALL = list(families().values())
READING = ["60", "3000", "3AE2E4", "3C00", "3902", "1A00"]


def by_key(key: str) -> Family:
    return families()[key]


def failure(answer: bytes | NativeFailure) -> FailureKind:
    assert isinstance(answer, NativeFailure)
    assert answer.text.endswith(".")
    return answer.kind


@pytest.mark.parametrize(
    ("key", "native", "wrapped"),
    [
        # readers-and-dumps §1, ACR122U: the examples that it spells out
        ("acr122u", "60", "FF00000003D44260"),
        ("acr122u", "3A04E1", "FF00000005D4423A04E1"),
        ("acr122u", "3C00", "FF00000004D4423C00"),
        ("acr122u", "3902", "FF00000004D4423902"),
        ("acr1252u", "60", "FF0000000160"),
        ("transparent", "60", "FFC2000103950160"),
        ("omnikey5321", "60", "FFA00005070100F300006460"),
        ("identiv4700", "60", "FFEF01000160"),
    ],
)
def test_command_in_its_envelope(key: str, native: str, wrapped: str) -> None:
    assert by_key(key).wrap(bytes.fromhex(native)) == bytes.fromhex(wrapped)


def test_the_pn532_selects_a_tag_again_and_tells_its_uid() -> None:
    """PN532 user manual §7.3.5: one target, SENS_RES 0044, SEL_RES 00, 7 bytes of UID."""
    acr122u = by_key("acr122u")
    assert acr122u.select == bytes.fromhex("FF00000004D44A0100")
    answer = "D54B0101004400" + "07" + "04216216C01680"
    assert acr122u.selected(bytes.fromhex(answer + "9000")) == bytes.fromhex("04216216C01680")
    for nothing in ("D54B009000", "6300", "", answer + "6300", answer[:-2] + "9000", "D54B010100440000" + "9000"):
        assert acr122u.selected(bytes.fromhex(nothing)) is None
    assert not judge(acr122u.select, None).needs_approval


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
@given(response=st.binary(max_size=40))
def test_any_answer_to_a_selection(one: Family, response: bytes) -> None:
    one.selected(response)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_what_opens_and_closes_a_session_needs_no_approval(one: Family) -> None:
    assert not any(judge(command, None).needs_approval for command in (*one.opening, *one.closing))


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
@given(native=st.binary(min_size=1, max_size=200))
def test_the_guard_sees_through_every_envelope(one: Family, native: bytes) -> None:
    if native[0] == 0xD4:
        return  # in FF 00 00 00 it begins a command for a PN532, and no Type 2 command begins so
    assert unwrap(one.wrap(native)) == native


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
@pytest.mark.parametrize("native", READING)
def test_reading_needs_no_approval(one: Family, native: str) -> None:
    assert not judge(one.wrap(bytes.fromhex(native)), None).needs_approval
    assert not any(judge(command, None).needs_approval for command in (*one.opening, *one.closing, *PROBES))


@pytest.mark.parametrize(
    ("key", "response"),
    [
        ("acr122u", "D5430000040402010013039000"),
        ("acr1252u", "00040402010013039000"),
        ("transparent", "C003009000920100960200009708 0004040201001303 9000"),
        ("omnikey5321", "000000040402010013039000"),
        ("identiv4700", "0004040201001303"),
    ],
)
def test_answer_out_of_its_envelope(key: str, response: str) -> None:
    assert by_key(key).answer(GET_VERSION, bytes.fromhex(response)) == VERSION


@pytest.mark.parametrize(
    ("key", "response", "kind"),
    [
        ("acr122u", "D543019000", FailureKind.TIMEOUT),  # 9000 with an error in the PN532's status
        ("acr122u", "D543029000", FailureKind.NAK),
        ("acr122u", "D543139000", FailureKind.ERROR),
        ("acr122u", "6300", FailureKind.ERROR),
        ("acr1252u", "6300", FailureKind.ERROR),
        ("transparent", "C0030164019000", FailureKind.TIMEOUT),
        ("transparent", "C0030090009201049602010097010 09000".replace(" ", ""), FailureKind.NAK),
        ("transparent", "6A81", FailureKind.ERROR),
        ("omnikey5321", "0804009000", FailureKind.NAK),
        ("omnikey5321", "08009000", FailureKind.TIMEOUT),
        ("omnikey5321", "6D00", FailureKind.ERROR),  # as the 5427 answers
        ("identiv4700", "00", FailureKind.NAK),
        ("identiv4700", "6401", FailureKind.TIMEOUT),
        ("identiv4700", "6D00", FailureKind.ERROR),
    ],
)
def test_failure(key: str, response: str, kind: FailureKind) -> None:
    assert failure(by_key(key).answer(GET_VERSION, bytes.fromhex(response))) is kind


@pytest.mark.parametrize(
    ("key", "response"),
    [("identiv4700", "0A"), ("transparent", "C0030090009201049602010097010A9000"), ("omnikey5321", "00000A9000")],
)
def test_ack_where_it_can_be_told(key: str, response: str) -> None:
    assert by_key(key).answer(GET_VERSION, bytes.fromhex(response)) == ACK


@pytest.mark.parametrize("answer", ["BD", "00"])
@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_check_tearing_event_is_answered_by_one_whole_byte(one: Family, answer: str) -> None:
    native, told = bytes.fromhex("3E00"), bytes.fromhex(answer)
    response = {
        "acr122u": b"\xd5\x43\x00" + told + b"\x90\x00",
        "acr1252u": told + b"\x90\x00",
        "transparent": bytes.fromhex("C00300900092010096020000 9701") + told + b"\x90\x00",
        "omnikey5321": b"\x00\x00" + told + b"\x90\x00",
        "identiv4700": told,
    }[one.key]
    assert one.answer(native, response) == told


def test_a_pack_that_looks_like_a_status_word() -> None:
    assert by_key("identiv4700").answer(PWD_AUTH, bytes.fromhex("9000")) == bytes.fromhex("9000")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
@given(response=st.binary(max_size=300))
def test_no_answer_breaks_a_family(one: Family, response: bytes) -> None:
    assert isinstance(one.answer(GET_VERSION, response), bytes | NativeFailure)


def test_proven_session_of_the_transparent_family() -> None:
    one = by_key("transparent")
    assert [command.hex().upper() for command in one.opening] == ["FFC20000028100", "FFC20002048F020003"]
    assert [command.hex().upper() for command in one.closing] == ["FFC20000028200"]


def test_fast_read_fits_the_host_frame_of_the_acr122u() -> None:
    pages = by_key("acr122u").fast_read_pages
    overhead = len(bytes.fromhex("D54300")) + len(bytes.fromhex("9000"))
    assert overhead + 4 * pages <= 254 < overhead + 4 * (pages + 1)


def test_where_an_ack_is_lost_pages_are_written_by_the_reader() -> None:
    assert by_key("acr122u").write is WriteRoute.STORAGE
    assert by_key("transparent").write is WriteRoute.NATIVE


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ACS ACR122U PICC Interface 00 00", "acr122u"),
        ("ACS ACR122 0", "acr122u"),
        ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00", "acr1252u"),
        ("ACS ACR1552 1S CL Reader [ACR1552 CL Reader] 00 00", "transparent"),
        ("HID Global OMNIKEY 5321 CL 00 00", "omnikey5321"),
        ("Identiv CLOUD 4700 F Contactless Reader 00 00", "identiv4700"),
        ("HID Global OMNIKEY 5427 CK 00 00", None),
        ("SCM Microsystems Inc. SCL3711-NFC&RW 00 00", None),
        ("Virtual PCD 00 00", None),
    ],
)
def test_family_by_the_readers_name(name: str, key: str | None) -> None:
    found = family_of_reader(name)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("probe", "response", "key"),
    [
        (FIRMWARE_REQUEST, b"ACR122U215", "acr122u"),
        (FIRMWARE_REQUEST, b"\x6d\x00", None),
        (FIRMWARE_REQUEST, b"", None),
        (PROBES[1], bytes.fromhex("C003009000 8003020200 9000"), "transparent"),
        (PROBES[1], bytes.fromhex("C003016A81 9000"), None),
        (PROBES[1], bytes.fromhex("9000"), None),
        (PROBES[1], bytes.fromhex("6D00"), None),
    ],
)
def test_family_by_asking(probe: bytes, response: bytes, key: str | None) -> None:
    found = family_of_probe(probe, response)
    assert (found.key if found else None) == key


def test_the_users_choice() -> None:
    assert family("ACR122U") is by_key("acr122u")
    assert family("generic") is None
    with pytest.raises(UsageError) as error:
        family("acr")
    assert "generic, acr122u" in error.value.remedy


def test_every_family_names_its_source() -> None:
    assert all(one.source and one.name for one in ALL)
