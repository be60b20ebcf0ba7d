"""Which bytes of a command are a secret. In the table, ``..`` stands under each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.secrets import MaskedCommand, masked, secret_answer_spans, secret_spans
from cardscope.readers.families import Family, families
from cardscope.tags.catalogue import chips

CARD_COMMANDS = {
    "VERIFY": ("00 20 00 01 04 31 32 33 34", "00 20 00 01 04 .. .. .. .."),
    "VERIFY with Le": ("00 20 00 81 02 31 32 00", "00 20 00 81 02 .. .. 00"),
    "VERIFY on channel 5, extended": ("41 20 00 01 00 00 02 31 32", "41 20 00 01 00 00 02 .. .."),
    "VERIFY in a chain": ("10 20 00 01 02 31 32", "10 20 00 01 02 .. .."),
    "VERIFY with BER-TLV": ("00 21 00 01 04 5F 2E 01 31", "00 21 00 01 04 .. .. .. .."),
    "VERIFY asks for the tries": ("00 20 00 81", "00 20 00 81"),
    "VERIFY asks with Le": ("00 20 00 81 00", "00 20 00 81 00"),
    "VERIFY whose Lc is too large": ("00 20 00 01 08 31 32 33", "00 20 00 01 .. .. .. .."),
    "VERIFY whose Lc was forgotten": ("00 20 00 01 31 32 33 34", "00 20 00 01 .. .. .. .."),
    "CHANGE REFERENCE DATA": ("00 24 00 01 04 31 32 33 34", "00 24 00 01 04 .. .. .. .."),
    "DISABLE VERIFICATION": ("00 26 00 01 02 31 32", "00 26 00 01 02 .. .."),
    "ENABLE VERIFICATION": ("00 28 00 01 02 31 32", "00 28 00 01 02 .. .."),
    "RESET RETRY COUNTER": ("00 2C 00 01 03 31 32 33", "00 2C 00 01 03 .. .. .."),
    "EXTERNAL AUTHENTICATE": ("00 82 00 81 03 AA BB CC 00", "00 82 00 81 03 .. .. .. 00"),
    "GENERAL AUTHENTICATE": ("00 87 03 9B 04 7C 02 82 55", "00 87 03 9B 04 .. .. .. .."),
    "GENERAL AUTHENTICATE asks for a challenge": ("00 87 03 9B 04 7C 02 81 00", "00 87 03 9B 04 7C 02 81 00"),
    "SIM VERIFY CHV": ("A0 20 00 01 08 31 32 33 34 FF FF FF FF", "A0 20 00 01 08 .. .. .. .. .. .. .. .."),
    "EMV PIN CHANGE": ("84 24 00 02 03 AA BB CC", "84 24 00 02 03 .. .. .."),
    "GlobalPlatform EXTERNAL AUTHENTICATE": ("84 82 03 00 03 AA BB CC", "84 82 03 00 03 .. .. .."),
    "GlobalPlatform PUT KEY": ("80 D8 00 81 03 01 80 10", "80 D8 00 81 03 .. .. .."),
    "GlobalPlatform STORE DATA, encrypted": ("80 E2 60 00 02 AA BB", "80 E2 60 00 02 .. .."),
    "GlobalPlatform STORE DATA, plain": ("80 E2 80 00 02 AA BB", "80 E2 80 00 02 AA BB"),
    "OpenPGP resetting code": ("00 DA 00 D3 02 31 32", "00 DA 00 D3 02 .. .."),
    "OpenPGP name": ("00 DA 00 5B 02 41 42", "00 DA 00 5B 02 41 42"),
    "OpenPGP key import": ("00 DB 3F FF 02 4D 00", "00 DB 3F FF 02 .. .."),
    "PIV PUT DATA": ("00 DB 3F FF 03 5C 01 7E", "00 DB 3F FF 03 5C 01 7E"),
    "PIV management key": ("00 FF FF FF 03 03 9B 18", "00 FF FF FF 03 .. .. .."),
    "ENVELOPE with a VERIFY": ("00 C2 00 00 07 00 20 00 01 02 31 32", "00 C2 00 00 07 00 20 00 01 02 .. .."),
    "ENVELOPE with the rest of something": ("00 C2 00 00 04 31 32 33 34", "00 C2 00 00 04 .. .. .. .."),
    "DESFire CHANGE KEY": ("90 C4 00 00 03 00 AA BB 00", "90 C4 00 00 03 .. .. .. 00"),
    "DESFire second part": (f"90 AF 00 00 10 {'AA ' * 16}00", f"90 AF 00 00 10 {'.. ' * 16}00"),
    "DESFire more data": ("90 AF 00 00 03 AA BB CC 00", "90 AF 00 00 03 AA BB CC 00"),
    "DESFire next frame": ("90 AF 00 00 00", "90 AF 00 00 00"),
    "DESFire default key": ("90 5C 00 00 03 01 AA BB 00", "90 5C 00 00 03 .. .. .. 00"),
    "DESFire native CHANGE KEY": (f"C4 01{' AA' * 24}", f"C4 01{' ..' * 24}"),
    "SELECT": ("00 A4 04 00 03 A0 00 00", "00 A4 04 00 03 A0 00 00"),
    "INTERNAL AUTHENTICATE": ("00 88 00 00 02 AA BB", "00 88 00 00 02 AA BB"),
    "LOAD KEYS": ("FF 82 00 00 06 A0 A1 A2 A3 A4 A5", "FF 82 00 00 06 .. .. .. .. .. .."),
    "LOAD KEYS that does not fit": ("FF 82 00 00 06 A0 A1", "FF 82 00 00 .. .. .."),
    "reader authenticates": ("FF 86 00 00 05 01 00 04 60 00", "FF 86 00 00 05 01 00 04 60 00"),
    "UPDATE BINARY of a PWD page": ("FF D6 00 E5 04 11 22 33 44", "FF D6 00 E5 04 .. .. .. .."),
    "UPDATE BINARY of user memory": ("FF D6 00 40 04 11 22 33 44", "FF D6 00 40 04 11 22 33 44"),
    "UPDATE BINARY up to a PWD page": (
        "FF D6 00 84 08 01 02 03 04 11 22 33 44",
        "FF D6 00 84 08 01 02 03 04 .. .. .. ..",
    ),
    "UPDATE BINARY without Lc": ("FF D6 00 E5 11 22 33 44", "FF D6 00 E5 .. .. .. .."),
    "UPDATE BINARY of a Classic's trailer": (
        "FF D6 00 07 10 A0 A1 A2 A3 A4 A5 FF 07 80 69 B0 B1 B2 B3 B4 B5",
        "FF D6 00 07 10 .. .. .. .. .. .. FF 07 80 69 .. .. .. .. .. ..",
    ),
    "PN532 MIFARE authentication": (
        "FF 00 00 00 0F D4 40 01 60 04 A0 A1 A2 A3 A4 A5 01 02 03 04",
        "FF 00 00 00 0F D4 40 01 60 04 .. .. .. .. .. .. 01 02 03 04",
    ),
    "PN532 with a VERIFY to a smart card": (
        "FF 00 00 00 0A D4 40 01 00 20 00 01 02 31 32",
        "FF 00 00 00 0A D4 40 01 00 20 00 01 02 .. ..",
    ),
    "PN532 with a frame to be continued": ("FF 00 00 00 05 D4 40 41 00 20", "FF 00 00 00 05 .. .. .. .. .."),
    "PN532 lists targets": ("FF 00 00 00 04 D4 4A 01 00", "FF 00 00 00 04 D4 4A 01 00"),
    "envelope whose length is wrong": ("FF 00 00 00 08 D4 42 1B 11 22 33 44", "FF 00 00 00 .. .. .. .. .. .. .. .."),
    "transparent session with a timer": (
        "FF C2 00 01 0E 5F 46 04 40 42 0F 00 95 05 1B 11 22 33 44",
        "FF C2 00 01 0E 5F 46 04 40 42 0F 00 95 05 1B .. .. .. ..",
    ),
    "transparent session begins": ("FF C2 00 00 02 81 00", "FF C2 00 00 02 81 00"),
    "transparent session waits": ("FF C2 00 01 07 5F 46 04 40 42 0F 00", "FF C2 00 01 07 5F 46 04 40 42 0F 00"),
    "transparent session that does not fit": (
        "FF C2 00 01 07 95 06 1B 11 22 33 44",
        "FF C2 00 01 07 .. .. .. .. .. .. ..",
    ),
    "transparent session with two commands": ("FF C2 00 01 06 95 01 60 95 01 1B", "FF C2 00 01 06 .. .. .. .. .. .."),
    "reader firmware": ("FF 00 48 00 00", "FF 00 48 00 00"),
    "LED": ("FF 00 40 0F 04 04 01 02 01", "FF 00 40 0F 04 04 01 02 01"),
    "UID": ("FF CA 00 00 00", "FF CA 00 00 00"),
    "nothing": ("", ""),
}
NATIVE_COMMANDS = {
    "PWD_AUTH": ("1B 11 22 33 44", "1B .. .. .. .."),
    "PWD_AUTH not finished": ("1B 11 22", "1B .. .."),
    "WRITE of PWD": ("A2 2B 11 22 33 44", "A2 2B .. .. .. .."),
    "WRITE of PACK": ("A2 13 11 22 00 00", "A2 13 .. .. .. .."),
    "WRITE of a 3DES key": ("A2 2F 11 22 33 44", "A2 2F .. .. .. .."),
    "WRITE of user memory": ("A2 20 11 22 33 44", "A2 20 11 22 33 44"),
    "COMPAT_WRITE of PWD": (f"A0 86 11 22 33 44{' 00' * 12}", f"A0 86 .. .. .. ..{' 00' * 12}"),
    "COMPAT_WRITE of user memory": (f"A0 40 11 22 33 44{' 00' * 12}", f"A0 40 11 22 33 44{' 00' * 12}"),
    "COMPAT_WRITE of page 20, VERIFY in another class": (f"A0 20{' 55' * 16}", f"A0 20{' 55' * 16}"),
    "COMPAT_WRITE, second part": (f"11 22 33 44{' 00' * 12}", " ".join([".."] * 16)),
    "AUTHENTICATE, second part": (f"AF{' AA' * 16}", f"AF{' ..' * 16}"),
    "AUTHENTICATE, first part": ("1A 00", "1A 00"),
    "GET_VERSION": ("60", "60"),
    "READ of a PWD page": ("30 E5", "30 E5"),
}
BOTH = CARD_COMMANDS | NATIVE_COMMANDS


@pytest.mark.parametrize("name", BOTH)
def test_the_secret_bytes_are_found_and_no_others(name: str) -> None:
    command, expected = BOTH[name]
    assert masked(bytes.fromhex(command)) == expected.strip().replace("..", "••")


@pytest.mark.parametrize("family", families().values(), ids=families())
@pytest.mark.parametrize("name", NATIVE_COMMANDS)
def test_no_reader_hides_them(name: str, family: Family) -> None:
    command, expected = NATIVE_COMMANDS[name]
    wrapped = family.wrap(bytes.fromhex(command))
    around = wrapped.hex(" ").upper().removesuffix(command)
    assert masked(wrapped) == around + expected.replace("..", "••")


def test_of_a_known_chip_only_its_own_pages_are_secret() -> None:
    command = bytes.fromhex("FFD600E50411223344")
    assert secret_spans(command, chips()["ntag216"]) == ((5, 9),)
    assert secret_spans(command, chips()["ntag213"]) == ()
    assert secret_spans(bytes.fromhex("A22B11223344"), chips()["ntag216"]) == ()
    assert secret_spans(bytes.fromhex("A22C11223344"), chips()["mf0icu2"]) == ((2, 6),)
    trailer = bytes.fromhex("FFD6000710") + bytes(16)
    assert secret_spans(trailer, chips()["ntag216"]) == (), "a tag has no blocks"


@given(st.binary(min_size=4, max_size=4), st.sampled_from(list(families().values())), st.integers(0, 15))
def test_a_password_never_shows_in_any_wrapping(password: bytes, family: Family, channel: int) -> None:
    pages = [page for chip in chips().values() for page in (chip.pwd, chip.pack) if page is not None]
    for native in (b"\x1b" + password, *(bytes((0xA2, page % 256)) + password for page in pages)):
        for command in (native, family.wrap(native)):
            (span,) = secret_spans(command)
            assert command[slice(*span)] == password
    verify = bytes((0x40 | channel, 0x20, 0, 1, 4)) + password
    assert secret_spans(verify) == ((5, 9),)


@given(st.binary(max_size=300))
def test_any_bytes_have_spans_in_order_and_apart(command: bytes) -> None:
    spans = secret_spans(command)
    ends = [place for span in spans for place in span]
    assert ends == sorted(set(ends))
    assert not ends or ends[-1] <= len(command)
    gone = MaskedCommand.of(command)
    assert all(not any(gone.known[start:end]) for start, end in gone.secrets)
    assert gone.text.count("••") == sum(end - start for start, end in spans)


@pytest.mark.parametrize(
    ("command", "response", "spans"),
    [
        ("FF 00 00 00 07 D4 42 1B FF FF FF FF", "D5 43 00 80 80 90 00", ((3, 5),)),
        ("FF 00 00 00 07 D4 42 1B FF FF FF FF", "D5 43 01 90 00", ()),
        ("FF 00 00 00 05 1B FF FF FF FF", "80 80 90 00", ((0, 2),)),
        ("FF 00 00 00 05 1B FF FF FF FF", "D5 43 90 00", ((0, 2),)),
        ("FF 00 00 00 05 1B FF FF FF FF", "63 00", ()),
        ("FF C2 00 01 07 95 05 1B FF FF FF FF", "C0 03 00 90 00 97 02 80 80 90 00", ((7, 9),)),
        ("FF A0 00 05 0B 01 00 F3 00 00 64 1B FF FF FF FF", "00 00 80 80 90 00", ((2, 4),)),
        ("FF EF 01 00 05 1B FF FF FF FF", "80 80", ((0, 2),)),
        ("FF EF 01 00 05 1B FF FF FF FF", "63 00", ()),
        ("FF CA 00 00 00", "80 80 90 00", ()),
    ],
)
def test_pack_is_a_secret_too(command: str, response: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert secret_answer_spans(bytes.fromhex(command), bytes.fromhex(response)) == spans
