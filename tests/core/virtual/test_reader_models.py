"""Reader models: which APDU becomes which frame, and what comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.tags.catalogue import chips
from cardscope.virtual.reader_models import Acr122u, StorageCardReader
from cardscope.virtual.type2 import Type2Tag, factory_image

UID = "04E141124C2880"


def storage_reader(pages: dict[int, str] | None = None) -> StorageCardReader:
    return powered(StorageCardReader(tag(pages)))


def acr122u(pages: dict[int, str] | None = None) -> StorageCardReader:
    return powered(Acr122u(tag(pages)))


def powered(reader: StorageCardReader) -> StorageCardReader:
    reader.power_on()
    return reader


def tag(pages: dict[int, str] | None) -> Type2Tag:
    image = bytearray(factory_image(chips()["ntag213"], bytes.fromhex(UID)))
    for page, content in (pages or {}).items():
        image[4 * page : 4 * page + 4] = bytes.fromhex(content)
    return Type2Tag(chips()["ntag213"], bytes(image))


def send(reader: StorageCardReader, command: str) -> str:
    return reader.transmit(bytes.fromhex(command)).hex().upper()


def test_the_atr_says_ultralight_as_for_every_ntag21x() -> None:
    reader = StorageCardReader(tag(None))
    assert reader.power_on() == reader.atr == bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")


@pytest.mark.parametrize(
    ("command", "response"),
    [
        ("FFCA000000", UID + "9000"),
        ("FFCA000007", UID + "9000"),
        ("FFCA000004", "6C07"),
        ("FFCA00000A", UID + "6282"),
        ("FFCA0000", "6700"),
        ("FFCA00000000", "6700"),
        ("FFCA010000", "6A81"),
        ("FFCA000100", "6A81"),
        ("FFB0000010", "04E1412C124C2880F6480000E1101200" + "9000"),
        ("FFB0000404", "0103A00C9000"),
        ("FFB0000401", "019000"),
        ("FFB0000400", "0103A00C340300FE0000000000000000" + "9000"),
        ("FFB0002C10", "0000000004E1412C124C2880F6480000" + "9000"),
        ("FFB0002D10", "6300"),
        ("FFB0000411", "6700"),
        ("FFB00004", "6700"),
        ("FFB0010410", "6A81"),
        ("FFD600050401020304", "9000"),
        ("FFD600000401020304", "6300"),
        ("FFD6002D0401020304", "6300"),
        ("FFD60005", "6700"),
        ("FFD6000503010203", "6700"),
        ("FFD60005040102030405", "6700"),
        ("FFD610050401020304", "6A81"),
        ("FF82000006FFFFFFFFFFFF", "6D00"),
        ("FF00000003D44260", "6D00"),
        ("00A4040000", "6E00"),
        ("FFCA", "6700"),
        ("", "6700"),
    ],
)
def test_storage_card_commands(command: str, response: str) -> None:
    assert send(storage_reader(), command) == response


def test_a_write_is_read_back() -> None:
    reader = storage_reader()
    assert send(reader, "FFD6000A04DEADBEEF") == "9000"
    assert send(reader, "FFB0000A04") == "DEADBEEF9000"


def test_the_next_command_after_a_refusal_works() -> None:
    reader = storage_reader()
    assert send(reader, "FFB000FF10") == "6300"
    assert send(reader, "FFB0000304") == "E11012009000"


def test_a_locked_page_is_not_written() -> None:
    reader = storage_reader({2: "F6481000"})
    assert send(reader, "FFD600040401020304") == "6300"
    assert send(reader, "FFB0000404") == "0103A00C9000"


def test_without_power_every_command_fails() -> None:
    reader = storage_reader()
    reader.power_off()
    assert [send(reader, command) for command in ("FFCA000000", "FFB0000410", "FFD600050401020304")] == ["6300"] * 3


@pytest.mark.parametrize(
    ("command", "response"),
    [
        ("FF00000003D44260", "D543000004040201000F03" + "9000"),
        ("FF00000004D4423004", "D543000103A00C340300FE0000000000000000" + "9000"),
        ("FF00000005D4423A0303", "D54300E11012009000"),
        ("FF00000007D4421BFFFFFFFF", "D5430000009000"),
        ("FF00000004D4423C00", "D54300" + "00" * 32 + "9000"),
        ("FF00480000", b"ACR122U215".hex().upper()),
        ("FFCA000000", UID + "9000"),
        ("FF00000004D44260", "6700"),
        ("FF00000002D442", "D543029000"),
        ("FF00000002D402", "6300"),
        ("FF000000", "6700"),
        ("FF0000000130", "6700"),
        ("FF00400004", "6D00"),
    ],
)
def test_acr122u_commands(command: str, response: str) -> None:
    assert send(acr122u(), command) == response


def test_acr122u_reports_an_acknowledged_write_as_an_error() -> None:
    reader = acr122u()
    assert send(reader, "FF00000008D442A20AAABBCCDD") == "D543029000"
    assert reader.tag.image[40:44] == bytes.fromhex("AABBCCDD")
    assert send(reader, "FFB0000A04") == "AABBCCDD9000"


def test_acr122u_loses_the_tag_after_a_refusal_until_the_reset() -> None:
    reader = acr122u()
    assert send(reader, "FF00000004D44230FF") == "D543029000"
    assert send(reader, "FF00000003D44260") == "D543019000"
    assert send(reader, "FFB0000304") == "6300"
    reader.power_on()
    assert send(reader, "FFB0000304") == "E11012009000"


def test_acr122u_keeps_the_authentication_between_commands() -> None:
    reader = acr122u({0x29: "04000004"})
    assert send(reader, "FFD6000A0401020304") == "6300"
    reader.power_on()
    assert send(reader, "FF00000007D4421BFFFFFFFF") == "D5430000009000"
    assert send(reader, "FFD6000A0401020304") == "9000"


apdus = st.binary(max_size=300) | st.builds(
    lambda head, rest: head + rest,
    st.sampled_from(
        [
            b"\xff\xca",
            b"\xff\xca\0\0",
            b"\xff\xb0\0",
            b"\xff\xd6\0",
            b"\xff\0\0\0\x03\xd4\x42",
            b"\xff\0\0\0\x08\xd4\x42",
        ]
    ),
    st.binary(max_size=20),
)


@given(st.sampled_from([storage_reader, acr122u]), st.lists(apdus, max_size=20))
def test_no_bytes_are_too_strange(make: object, commands: list[bytes]) -> None:
    assert callable(make)
    reader = make()
    assert all(len(reader.transmit(command)) >= 2 for command in commands)
