"""Flipper files: of the format's description, and of the firmwares' own tests."""

from collections.abc import Mapping

import pytest

from cardscope.dumps import AmbiguousDumpError, DumpFormatError, load, save
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from support.dump_files import flipper_file, pages_of

SIGNATURE = "1B84EB70BD4CBD1B1DE4980B1858BD7C7285B4E47B388E96CF886BEEA343AD90"
# The example of NfcFileFormats.md; its UID line is that of another tag, here it is the one in the pages.
IMPLANT_UID = "0485928AA06181"
IMPLANT = {0: "0485929B", 1: "8AA06181", 2: "CA480F00", 226: "00007FBD", 227: "040000E2", 228: "00050000"}


def implant(changes: Mapping[str, str | None] | None = None) -> bytes:
    lines = {"Signature": SIGNATURE, **(changes or {})}
    return flipper_file(IMPLANT_UID, pages_of(231, IMPLANT), changes=lines).encode()


def test_the_implant_of_the_formats_description() -> None:
    dump = load(implant())
    tag = dump.snapshot
    assert (dump.format, tag.chip.key, tag.uid.hex().upper()) == ("flipper", "ntag216", IMPLANT_UID)
    assert tag.pages[2] == bytes.fromhex("CA480F00")
    assert tag.pages[0xE2] == bytes.fromhex("00007FBD")
    assert tag.pages[0xE3] == bytes.fromhex("040000E2")
    assert tag.signature == bytes.fromhex(SIGNATURE)
    assert tag.version == bytes.fromhex("0004040201001303")
    assert set(tag.pages) == set(range(0xE5)), "PWD and PACK read 00, so they are not known"
    assert "pages E5 to E6" in dump.notes[0]
    assert tag.counters == {}, "0 is what a Flipper writes for a counter that it did not read"
    assert tag.auth_failures is None


# DarkFlippers/unleashed-firmware, unit_tests/nfc/Ntag213_locked.nfc
LOCKED = {
    0: "04AC6B4B", 1: "72BA6C80", 2: "24480000", 3: "E1101200", 4: "00004150", 5: "00003131", 6: "00200928",
    7: "00033159", 8: "91DFD300", 40: "000000BD", 41: "04000004", 42: "C0050000", 43: "953F52FF",
}  # fmt: skip


@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_version_of_the_file_and_a_password_that_was_found_out(version: int) -> None:
    text = flipper_file(
        "04AC6B72BA6C80", pages_of(45, LOCKED), version=version, kind="NTAG213", mifare_version="0004040201000F03"
    )
    tag = load(text.encode()).snapshot
    assert tag.chip.key == "ntag213"
    assert tag.pages[0x2B] == bytes.fromhex("953F52FF")
    assert 0x2C not in tag.pages
    assert tag.pages[0x2A] == bytes.fromhex("C0050000")


# Ultralight_11.nfc of the same
ULTRALIGHT_11 = [
    "041574ED", "F2B05E81", "9D48F8FF", "C1313E3F", "B000F002", "2FB345A0", "D49C02F2", "4AB1EDFF", "C8010002",
    "4FB34670", "EEF660B0", "B6C6121B", "B91E49C3", "49DF7A57", "08522A11", "280A2859", "000000FF", "00050000",
    "FFFFFFFF", "00000000",
]  # fmt: skip


def test_counters_that_were_read() -> None:
    changes = {"Tearing 0": "BD", "Counter 1": "66051", "Tearing 1": "BD", "Tearing 2": "00"}
    text = flipper_file(
        "041574F2B05E81",
        ULTRALIGHT_11,
        version=3,
        kind="Mifare Ultralight 11",
        mifare_version="0004030101000B03",
        changes=changes,
    )
    tag = load(text.encode()).snapshot
    assert tag.chip.key == "mf0ul11"
    assert tag.counters == {0: 0, 1: 0x010203}
    assert tag.pages[0x12] == b"\xff\xff\xff\xff"


def test_a_torn_counter_is_told() -> None:
    text = flipper_file(
        "041574F2B05E81",
        ULTRALIGHT_11,
        kind="Mifare Ultralight 11",
        mifare_version="0004030101000B03",
        changes={"Tearing 1": "BC"},
    )
    assert any("counter 1 is BC" in note for note in load(text.encode()).notes)


def test_a_clone_is_of_the_chip_that_the_flipper_names() -> None:
    """Ultralight_21.nfc: Mikron's, whose answer to GET_VERSION is nobody else's."""
    pages = pages_of(
        41, {0: "34BFABA8", 1: "B1AE73D6", 2: "BA007008", 3: "FFFFFFFC", 36: "000000BD", 37: "000000FF", 38: "00050000"}
    )
    kind = "Mifare Ultralight 21"
    dump = load(flipper_file("34BFABB1AE73D6", pages, kind=kind, mifare_version="0034210101000E03").encode())
    assert dump.snapshot.chip.key == "mf0ul21"
    assert dump.snapshot.version == bytes.fromhex("0034210101000E03")
    assert dump.snapshot.signature is None
    assert any("0034210101000E03" in note for note in dump.notes)


def test_the_version_tells_chips_apart_that_a_flipper_calls_the_same() -> None:
    pages = pages_of(45, LOCKED)
    for version, key in (("0004040201000F03", "ntag213"), ("0004040401000F03", "ntag213f")):
        file = flipper_file("04AC6B72BA6C80", pages, kind="NTAG213", mifare_version=version)
        assert load(file.encode()).snapshot.chip.key == key


def test_a_file_that_contradicts_itself_is_asked_about() -> None:
    # The older die of NT3H1101, which a Flipper takes for an NTAG216; both have 231 entries.
    file = implant({"Mifare version": "00 04 04 05 02 00 13 03"})
    with pytest.raises(AmbiguousDumpError) as caught:
        load(file)
    assert {one.chip.key for one in caught.value.candidates} == {"ntag216", "nt3h1101"}
    assert load(file, chip=chips()["ntag216"]).snapshot.chip.key == "ntag216"


def test_the_first_firmwares_called_every_chip_ultralight() -> None:
    text = flipper_file(IMPLANT_UID, pages_of(231, IMPLANT), version=2, kind="Mifare Ultralight")
    assert load(text.encode()).snapshot.chip.key == "ntag216"


def test_pages_that_were_not_read_are_not_known() -> None:
    dump = load(implant({"Pages read": "4"}))
    known = {0, 1, 2, 3, 0xE2, 0xE3, 0xE4}
    assert set(dump.snapshot.pages) == known, "what is not 00 was found out, whatever the count says"
    assert "did not read pages 04 to E1" in dump.notes[0]


@pytest.mark.parametrize(
    ("key", "places"),
    [
        # From its reader for these chips: registers lie behind the memory, in the order of their sectors.
        ("nt3h1201", {256: 0x100, 480: 0x1E0, 481: 0x1E8}),
        ("nt3h1101", {226: 0xE2, 227: 0xE8}),
        ("nt3h2211", {233: 0xE9, 236: 0x100, 491: 0x1FF}),
    ],
)
def test_pages_of_all_sectors_have_their_places(key: str, places: dict[int, int]) -> None:
    pages = factory_pages(chips()[key], bytes.fromhex(IMPLANT_UID))
    for line, page in places.items():
        pages[page] = line.to_bytes(4)
    text = save(TagSnapshot(chips()[key], pages), "flipper").data.decode()
    totals = {"nt3h1201": 485, "nt3h1101": 231, "nt3h2211": 492}
    assert f"Pages total: {totals[key]}\n" in text
    for line in places:
        assert f"\nPage {line}: {line.to_bytes(4).hex(' ').upper()}\n" in text


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"Version": "5"}, 2, "Version 5"),
        ({"Data format version": "3"}, 8, "Version 3 of the data format"),
        ({"Device type": "Mifare Classic"}, 3, "Mifare Classic"),
        ({"Device type": "Mifare DESFire"}, 3, "Mifare DESFire"),
        ({"Device type": "UID"}, 3, "a UID alone"),
        ({"NTAG/Ultralight type": "NTAG203"}, 9, "NTAG203 is not known"),
        ({"Pages total": "230"}, 18, "230 pages"),
        ({"Pages total": "99999999999"}, 18, "a number from 0"),
        ({"Pages read": "232"}, 19, "a number from 0 to 231"),
        ({"Page 7": "00 00 00"}, 27, "3 bytes instead of 4"),
        ({"Page 7": "00 00 00 0G"}, 27, "no hex"),
        ({"Page 231": "00 00 00 00"}, 252, "has more"),
        ({"Page 230": None}, 250, "“Page 230” is missing"),
        ({"Signature": None}, 250, "“Signature” is missing"),
        ({"Counter 2": "16777216"}, 16, "a number from 0 to 16777215"),
        ({"UID": "04 85 92 8A A0 61 82"}, 5, "its pages hold 0485928AA06181"),
    ],
    ids=str,
)
def test_bad_lines_are_named(changes: dict[str, str | None], line: int, words: str) -> None:
    with pytest.raises(DumpFormatError, match=words) as caught:
        load(implant(changes))
    assert caught.value.line == line, caught.value
    assert str(caught.value).startswith(f"Line {line}: ")


def test_a_key_that_is_there_twice_is_named() -> None:
    with pytest.raises(DumpFormatError, match=r"Line 252: “Page 7” is there a second time"):
        load(implant() + b"Page 7: 00 00 00 00\n")


def test_a_file_cut_short_anywhere_is_refused() -> None:
    file = implant({"Failed authentication attempts": None})
    for size in range(1, len(file) - 1, 7):
        with pytest.raises(DumpFormatError):
            load(file[:size])


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    assert load(b"\xef\xbb\xbf" + implant().replace(b"\n", b"\r\n")) == load(implant())
