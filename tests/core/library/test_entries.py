"""The built-in library against the reference, the guard, and its own promises."""

from collections import Counter
from itertools import pairwise

import pytest

from cardscope.decode.apdu import parse_command
from cardscope.guard import Effect, Knowledge, judge
from cardscope.library import Basis, Choice, Entry, Label, built_in
from cardscope.readers.families import families, family

ENTRIES = built_in()
EFFECTS = {
    Label.HARMLESS: Effect.HARMLESS,
    Label.CHANGING: Effect.CHANGING,
    Label.UNCLEAR: Effect.UNKNOWN,
    Label.PERMANENT: Effect.PERMANENT,
}
READERS = "readers-and-dumps §1"
TYPE2 = "type2-tags §1.5"
PART3 = "type2-tags §2"
ISO = "type2-tags §4"

VECTORS = [
    # group and name, what is filled in, reader's family, the command of the reference
    (("Contactless readers (PC/SC)", "Get UID"), {}, None, "FFCA000000", READERS),
    (("Storage cards (PC/SC)", "Read pages"), {"page": "4"}, None, "FFB0000410", PART3),
    (("Storage cards (PC/SC)", "Read pages"), {"page": "0xE3", "length": "4"}, None, "FFB000E304", READERS),
    (("Storage cards (PC/SC)", "Write a page"), {"page": "5", "data": "d0d1d2d3"}, None, "FFD6000504D0D1D2D3", READERS),
    (("ACS ACR122U", "Firmware version"), {}, None, "FF00480000", READERS),
    (("ACS ACR122U", "Beep when a card comes: off"), {}, None, "FF00520000", READERS),
    (("ACS ACR122U", "Beep when a card comes: on"), {}, None, "FF0052FF00", READERS),
    (("ACS ACR122U", "PICC parameters"), {}, None, "FF00500000", READERS),
    (("ACS ACR122U", "Set the PICC parameters"), {"parameters": "7Fh"}, None, "FF00517F00", READERS),
    (
        ("ACS ACR122U", "Light and buzzer"),
        {"state": "Both on", "first": "0", "second": "0", "times": "0", "buzzer": "Silent"},
        None,
        "FF00400F0400000000",
        READERS,
    ),
    (("Transparent session (PC/SC Part 3)", "Version of the session"), {}, None, "FFC20000028000", READERS),
    (("Transparent session (PC/SC Part 3)", "Start the session"), {}, None, "FFC20000028100", READERS),
    (("Transparent session (PC/SC Part 3)", "Switch to ISO 14443-3 A"), {}, None, "FFC20002048F020003", READERS),
    (("Transparent session (PC/SC Part 3)", "Send a frame"), {"frame": "60"}, None, "FFC2000103950160", READERS),
    (("Transparent session (PC/SC Part 3)", "End the session"), {}, None, "FFC20000028200", READERS),
    (("HID OMNIKEY 5321 and 6321", "Open the direct route"), {}, None, "FFA0000703010001", READERS),
    (("Type 2 tag: its own commands", "GET_VERSION"), {}, "acr122u", "FF00000003D44260", READERS),
    (("Type 2 tag: its own commands", "GET_VERSION"), {}, "acr1252u", "FF0000000160", READERS),
    (("Type 2 tag: its own commands", "GET_VERSION"), {}, "omnikey5321", "FFA00005070100F300006460", READERS),
    (("Type 2 tag: its own commands", "GET_VERSION"), {}, "identiv4700", "FFEF01000160", READERS),
    (("Type 2 tag: its own commands", "GET_VERSION"), {}, None, "60", TYPE2),
    (
        ("Type 2 tag: its own commands", "FAST_READ"),
        {"first": "0", "last": "0x2C"},
        "acr122u",
        "FF00000005D4423A002C",
        READERS,
    ),
    (
        ("Type 2 tag: its own commands", "PWD_AUTH"),
        {"password": "444E4752"},
        "acr122u",
        "FF00000007D4421B444E4752",
        READERS,
    ),
    (("Type 2 tag: its own commands", "READ_SIG"), {}, "acr122u", "FF00000004D4423C00", READERS),
    (("Type 2 tag: its own commands", "READ_CNT"), {"counter": "2"}, "acr122u", "FF00000004D4423902", READERS),
    (("Type 2 tag: its own commands", "READ"), {"page": "4"}, None, "3004", TYPE2),
    (("Type 2 tag: its own commands", "WRITE"), {"page": "4", "data": "0300FE00"}, None, "A2040300FE00", TYPE2),
    (("Type 2 tag: its own commands", "CHECK_TEARING_EVENT"), {"counter": "1"}, None, "3E01", TYPE2),
    (("Type 2 tag: its own commands", "SECTOR_SELECT, first part"), {}, None, "C2FF", TYPE2),
    (("Smart cards (ISO/IEC 7816-4)", "SELECT by file identifier"), {"fid": "3F 00"}, None, "00A4000C023F00", ISO),
    (
        ("Smart cards (ISO/IEC 7816-4)", "SELECT by name"),
        {"aid": "D2760000850101"},
        None,
        "00A4040007D276000085010100",
        ISO,
    ),
    (("Smart cards (ISO/IEC 7816-4)", "READ BINARY"), {"offset": "258", "length": "256"}, None, "00B0010200", ISO),
    (
        ("Smart cards (ISO/IEC 7816-4)", "READ BINARY by short identifier"),
        {"sfi": "30", "offset": "1", "length": "4"},
        None,
        "00B09E0104",
        ISO,
    ),
    (
        ("Smart cards (ISO/IEC 7816-4)", "READ BINARY, extended length"),
        {"offset": "0", "length": "65536"},
        None,
        "00B00000000000",
        ISO,
    ),
    (("Smart cards (ISO/IEC 7816-4)", "READ RECORD"), {"record": "2", "sfi": "1"}, None, "00B2020C00", ISO),
    (("Smart cards (ISO/IEC 7816-4)", "GET RESPONSE"), {"length": "0x1A"}, None, "00C000001A", ISO),
    (("Smart cards (ISO/IEC 7816-4)", "GET CHALLENGE"), {}, None, "0084000008", ISO),
    (
        ("Smart cards (ISO/IEC 7816-4)", "VERIFY"),
        {"reference": "1", "pin": "1234"},
        None,
        "0020000104" + b"1234".hex(),
        ISO,
    ),
    (("Smart cards (ISO/IEC 7816-4)", "VERIFY: how many tries are left"), {"reference": "0x81"}, None, "00200081", ISO),
    (("GlobalPlatform", "GET DATA: card production life cycle"), {}, None, "80CA9F7F00", "type2-tags §4, 80 CA"),
    (("GlobalPlatform", "GET STATUS"), {"what": "Applications"}, None, "80F24002024F0000", "GlobalPlatform §11.4"),
    (
        ("Payment cards (EMV)", "SELECT the contactless directory (PPSE)"),
        {},
        None,
        "00A404000E" + b"2PAY.SYS.DDF01".hex() + "00",
        "EMV Contactless Book B",
    ),
    (
        ("Payment cards (EMV)", "SELECT the contact directory (PSE)"),
        {},
        None,
        "00A404000E" + b"1PAY.SYS.DDF01".hex() + "00",
        "EMV Book 1",
    ),
    (("Payment cards (EMV)", "GET PROCESSING OPTIONS"), {"pdol": ""}, None, "80A8000002830000", "EMV Book 3"),
    (("Payment cards (EMV)", "GET PROCESSING OPTIONS"), {"pdol": "27000000"}, None, "80A800000683042700000000", "EMV"),
    (
        ("Identity cards (PIV)", "GET DATA"),
        {"object": "Card holder unique identifier"},
        None,
        "00CB3FFF055C035FC10200",
        "SP 800-73-4",
    ),
    (("Identity cards (PIV)", "VERIFY the PIN"), {"pin": "123456"}, None, "0020008008313233343536FFFF", "SP 800-73-4"),
    (("OpenPGP cards", "Read a public key"), {"key": "Signature"}, None, "0047810002B60000", "OpenPGP card 3.4"),
    (("Security keys (FIDO)", "SELECT FIDO"), {}, None, "00A4040008A0000006472F000100", "CTAP 2.1 §11.3.3"),
    (("Security keys (FIDO)", "CTAP: authenticatorGetInfo"), {}, None, "80100000010400", "CTAP 2.1"),
    (("MIFARE DESFire", "GET VERSION"), {}, None, "9060000000", "type2-tags §4, 91xx"),
]


def entry(group: str, name: str) -> Entry:
    (found,) = [one for one in ENTRIES if (one.group, one.name) == (group, name)]
    return found


def ident(one: Entry) -> str:
    return f"{one.group}: {one.name}"


@pytest.mark.parametrize(
    ("title", "values", "key", "command", "source"), VECTORS, ids=[f"{v[0][1]}-{v[3]}" for v in VECTORS]
)
def test_commands_of_the_reference(
    title: tuple[str, str], values: dict[str, str], key: str | None, command: str, source: str
) -> None:
    assert source
    found = entry(*title)
    chosen = family(key) if key is not None else None
    rendered = found.render(found.defaults() | values, chosen)
    assert rendered.command == bytes.fromhex(command)
    assert rendered.wrapped == (key is not None)


@pytest.mark.parametrize("one", ENTRIES, ids=ident)
def test_the_guard_says_of_every_entry_what_its_label_says(one: Entry) -> None:
    known = Knowledge() if one.application else None
    if known is not None:
        select = bytes((0x00, 0xA4, 0x04, 0x00, len(one.application))) + one.application
        known.note(select, b"\x90\x00")
    values = {each.name: each.default or each.example for each in one.parameters}
    assert one.effect is not None
    for key in families() if one.native else (None,):
        command = one.render(values, family(key) if key else None).command
        assert judge(command, None, None, known).effect is EFFECTS[one.effect], key


@pytest.mark.parametrize("one", ENTRIES, ids=ident)
def test_every_entry_says_what_it_does_and_who_says_so(one: Entry) -> None:
    assert one.text.endswith(".")
    assert one.source
    assert one.basis is not Basis.OWN
    assert all(each.label and (each.default or each.example or each.default == "") for each in one.parameters)
    if not one.native:
        values = {each.name: each.default or each.example for each in one.parameters}
        parse_command(one.render(values).command)


def test_no_two_entries_are_called_the_same() -> None:
    assert max(Counter((one.group, one.name) for one in ENTRIES).values()) == 1
    groups = [one.group for one in ENTRIES]
    assert sum(before != after for before, after in pairwise(groups)) == len(set(groups)) - 1


def test_all_that_is_promised_is_there() -> None:
    said = " ".join(f"{one.group} {one.name}" for one in ENTRIES)
    for wanted in (
        "UID",
        "historical bytes",
        "Beep",
        "GlobalPlatform",
        "EMV",
        "PIV",
        "OpenPGP",
        "FIDO",
        "GET RESPONSE",
    ):
        assert wanted in said
    assert len(ENTRIES) >= 80


def test_secrets_have_no_default() -> None:
    for one in ENTRIES:
        for each in one.parameters:
            if each.name in ("pin", "password", "text") and not isinstance(each, Choice):
                assert each.default is None, one.name
