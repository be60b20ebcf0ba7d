"""The cards that a person can insert by name."""

import pytest

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader_models import StorageCardReader
from cardscope.virtual.ready_cards import practice_card, ready_card, ready_cards


def made(name: str) -> StorageCardReader:
    card = ready_card(name).make()
    assert isinstance(card, StorageCardReader)
    card.power_on()
    return card


def test_the_names() -> None:
    assert set(ready_cards()) == {
        *("ntag210", "ntag212", "ntag213", "ntag215", "ntag216"),
        *("ntag213-url", "ntag215-url", "ntag216-url"),
    }
    assert all(name == card.name for name, card in ready_cards().items())


@pytest.mark.parametrize("name", ready_cards())
def test_a_card_is_described_and_powers_up(name: str) -> None:
    card = ready_card(name)
    assert card.title
    assert card.description.endswith(".")
    assert made(name).transmit(bytes.fromhex("FFCA000000"))[-2:] == b"\x90\x00"


def test_uids_are_distinct_and_of_nxp() -> None:
    uids = [made(name).tag.uid for name in ready_cards()]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) == 7 and uid[0] == 0x04 for uid in uids)
    assert all(uid[3] != 0x88 for uid in uids), "ISO/IEC 14443-3: 88 is the cascade tag"


@pytest.mark.parametrize("key", ["ntag210", "ntag212", "ntag213", "ntag215", "ntag216"])
def test_factory_fresh(key: str) -> None:
    chip, tag = chips()[key], made(key).tag
    assert tag.chip is chip
    assert tag.image[12 : 16 + len(chip.initial)] == chip.cc + chip.initial
    assert tag.image[10:12] == b"\0\0"
    assert tag.image[-8:] == bytes.fromhex("FFFFFFFF00000000")


@pytest.mark.parametrize("key", ["ntag213", "ntag215", "ntag216"])
def test_a_url_card_holds_one_valid_uri_record(key: str) -> None:
    image = made(f"{key}-url").tag.image
    area = image[16 : 16 + 8 * image[14]]
    if area[0] == 0x01:
        assert area[:5] == chips()[key].initial[:5]
        area = area[5:]
    assert area[0] == 0x03
    record, terminator = area[2 : 2 + area[1]], area[2 + area[1]]
    assert terminator == 0xFE
    # MB, ME, SR and the well-known type; one byte of type; the payload's length; type U; 04 for https://
    assert record[:5] == bytes((0xD1, 0x01, len(record) - 4)) + b"U\x04"
    assert record[5:].decode("ascii").startswith("example.com/")


def test_each_make_is_a_new_card() -> None:
    first, second = made("ntag216"), made("ntag216")
    first.transmit(bytes.fromhex("FFD6000A04DEADBEEF"))
    assert second.transmit(bytes.fromhex("FFB0000A04")) == bytes.fromhex("000000009000")


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(CardScopeError, match="'ntag217'") as caught:
        ready_card("ntag217")
    assert all(name in caught.value.remedy for name in ready_cards())


def test_names_are_found_in_any_case_and_a_chip_alone_is_practised_on_with_an_address() -> None:
    assert ready_card("NTAG216").name == "ntag216"
    assert practice_card("NTAG216").name == "ntag216-url"
    assert practice_card("ntag210").name == "ntag210"
    assert practice_card("ntag213-url").name == "ntag213-url"
