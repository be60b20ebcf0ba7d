"""Proxmark3's three formats: its own example of an empty NTAG216, and the headers byte by byte."""

import json
from typing import Any

import pytest

from cardscope.dumps import AmbiguousDumpError, DumpFormatError, load, save
from cardscope.tags.catalogue import chips
from support.dump_files import pages_of

# RfidResearchGroup/proxmark3, traces/mifare/ntag216-empty.json; the signature is that of the reference
VERSION = "0004040201001303"
SIGNATURE = "1FA9FE479435E4B60280F7A2B44293DF9127471B3251BC8942F0941AD71A1755"
EMPTY = pages_of(
    231,
    {0: "045869BD", 1: "D29C3980", 2: "F7480000", 3: "E1106D00", 4: "0300FE00", 226: "000000BD", 227: "040000FF"}
    | {228: "00050000"},
)
UID = "045869D29C3980"
MEMORY = bytes.fromhex("".join(EMPTY))
COUNTERS = "00000000 00000000 000000BD"
NEW = bytes.fromhex(f"{VERSION} 0000 00 E6 {SIGNATURE} {COUNTERS}") + MEMORY
OLD = bytes.fromhex(f"{VERSION} 0000 000000 0000 00 {SIGNATURE}") + MEMORY


def table(**changes: Any) -> bytes:
    card = {"UID": UID, "Version": VERSION, "TBO_0": "0000", "TBO_1": "00", "Signature": SIGNATURE}
    card |= {f"Counter{n}": "000000" for n in range(3)} | {"Tearing0": "00", "Tearing1": "00", "Tearing2": "BD"}
    blocks = {str(page): content for page, content in enumerate(EMPTY)}
    return json.dumps({"Created": "proxmark3", "FileType": "mfu", "Card": card, "blocks": blocks} | changes).encode()


def eml(data: bytes) -> bytes:
    lines = [data[at : at + 4].hex() for at in range(0, len(data), 4)]
    return "\n".join(["# made by hand", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("file", "key"), [(NEW, "proxmark3"), (OLD, "proxmark3-old"), (table(), "proxmark3-json"), (eml(NEW), "eml")]
)
def test_the_empty_ntag216(file: bytes, key: str) -> None:
    dump = load(file, "any.txt")
    tag = dump.snapshot
    assert (dump.format, tag.chip.key, tag.uid.hex().upper()) == (key, "ntag216", UID)
    assert tag.version == bytes.fromhex(VERSION)
    assert tag.signature == bytes.fromhex(SIGNATURE)
    assert set(tag.pages) == set(range(0xE5)), "the password cannot have been read"
    assert tag.pages[0xE3] == bytes.fromhex("040000FF")
    assert tag.counters == {}, "a counter that is off shows 0 and can have any count"


def test_lines_without_header_do_not_tell_the_chip() -> None:
    with pytest.raises(AmbiguousDumpError) as caught:
        load(eml(MEMORY))
    assert [one.chip.key for one in caught.value.candidates] == ["ntag216", "ntag216f"]
    assert load(eml(MEMORY), chip=chips()["ntag216"]).snapshot.pages[4] == bytes.fromhex("0300FE00")


def test_counters_go_with_the_least_significant_byte_first() -> None:
    header = bytearray(NEW)
    header[44 + 8 : 44 + 11] = bytes.fromhex("030201")
    assert load(bytes(header)).snapshot.counters == {2: 0x010203}
    written = save(load(bytes(header)).snapshot, "proxmark3").data
    assert written[52:56] == bytes.fromhex("030201BD")


def test_a_password_that_proxmark_knew_is_kept() -> None:
    file = NEW[:-8] + bytes.fromhex("4E457854 11220000")
    tag = load(file).snapshot
    assert (tag.pages[0xE5], tag.pages[0xE6]) == (b"NExT", bytes.fromhex("11220000"))


def test_pack_in_the_old_header() -> None:
    file = OLD[:13] + bytes.fromhex("1122") + OLD[15:]
    assert load(file).snapshot.pages[0xE6] == bytes.fromhex("11220000")
    assert save(load(file).snapshot, "proxmark3-old").data[13:15] == bytes.fromhex("1122")


def test_headers_are_written_as_they_are_read() -> None:
    assert save(load(NEW).snapshot, "proxmark3").data == NEW[:55] + b"\0" + NEW[56:], "no tearing flag is known"
    assert save(load(OLD).snapshot, "proxmark3-old").data == OLD


def test_a_partial_dump_says_so_itself() -> None:
    part = NEW[:11] + bytes((19,)) + NEW[12 : 56 + 80]
    dump = load(part)
    assert set(dump.snapshot.pages) == set(range(20))
    assert "pages 14 to E4" in dump.notes[-1]


def test_an_ultralight_c_without_its_key_has_44_pages() -> None:
    # FLIP's Ultralight_C.nfc: UID 04BAFFCA4D5D80
    pages = pages_of(44, {0: "04BAFFC9", 1: "CA4D5D80", 2: "5A480000", 3: "E1101200", 42: "05000000"})
    data = bytes(11) + bytes((43,)) + bytes(32 + 12) + bytes.fromhex("".join(pages))
    tag = load(data).snapshot
    assert tag.chip.key == "mf0icu2"
    assert set(tag.pages) == set(range(44))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (NEW[:-4], "announces 231 pages, and there are 230"),
        (NEW + bytes(4), "announces 231 pages, and there are 232"),
        (NEW[:-1], r"Byte 976: The last page has 3 bytes"),
        (OLD[:-4], "has 230 pages, and the NTAG216 has 231"),
        (OLD + bytes(4), "has 232 pages"),
        (table()[:-200], r"Line 1: The JSON is damaged or cut short"),
        (table(FileType="mfcard"), "MIFARE Classic"),
        (table(FileType="mfc v2"), "MIFARE Classic"),
        (table(FileType="mfdes"), "MIFARE DESFire"),
        (table(FileType=3), "another kind"),
        (table(Card=[]), "“Card” is missing or no object"),
        (table(blocks={}), "first 3 pages"),
        (table(blocks={"0": "045869BD", "1": "D29C3980", "2": "F74800"}), "“2” has 3 bytes"),
        (table(blocks={"0": "045869BD", "1": "D29C3980", "2": "F7480000", "256": "00000000"}), "no page number"),
        (table(blocks={"0": "045869BD", "1": 4}), "“1” is not text"),
        (table(Card={"UID": "045869D29C3981", "Version": VERSION}), "its pages hold 045869D29C3980"),
        (b"[" * 100_000 + b'"FileType"', "no dump"),
        (b'{"FileType":' * 20_000, "too deep|cut short"),
        (eml(MEMORY) + b"0000\n", "Line 233: The line has 2 bytes"),
        (eml(MEMORY) + b"nonsense\n", "Line 233: The line is no hex"),
        (eml(MEMORY) + b"00" * 16 + b"\n", "Line 233: .* MIFARE Classic"),
        (b"00112233445566778899AABBCCDDEEFF\n" * 64, "Line 1: .* MIFARE Classic"),
        (eml(MEMORY + bytes(4)), "232 pages"),
    ],
)
def test_bad_files(file: bytes, words: str) -> None:
    with pytest.raises(DumpFormatError, match=words):
        load(file)
