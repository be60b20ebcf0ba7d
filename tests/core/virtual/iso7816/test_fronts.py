"""The ATRs, the contactless card's properties, power, and what the historical bytes promise."""

import pytest

from cardscope.decode.atr import decode_atr
from cardscope.errors import UsageError
from cardscope.virtual.iso7816 import Protocol, teaching_card_contact, teaching_card_contactless
from support.teaching_card import PoweredCard

READ_FREE = bytes.fromhex("00B0810005")
UPDATE_FREE = bytes.fromhex("00D6810001FF")


@pytest.mark.parametrize("protocol", Protocol)
def test_the_atr_is_faultless_and_names_its_protocol(protocol: Protocol) -> None:
    atr = decode_atr(teaching_card_contact(protocol).power_on())
    assert atr.problems == ()
    assert atr.protocols == (int(protocol[1]),)


def test_the_atr_byte_by_byte() -> None:
    # ISO/IEC 7816-3 §8.2: no TCK with T=0 alone; with T=1 the exclusive-or of all from T0 to TCK is 0.
    assert teaching_card_contact(Protocol.T0).atr.hex().upper() == "3B9B95008031F873F6419F83059000"
    t1 = teaching_card_contact(Protocol.T1).atr
    assert t1[:-1].hex().upper() == "3B9B958131FE458031F873F641FF83059000"
    check = 0
    for byte in t1[1:]:
        check ^= byte
    assert check == 0


def test_power_on_answers_the_atr_of_the_property() -> None:
    card = teaching_card_contact(Protocol.T1)
    assert card.power_on() == card.atr == card.power_on()


@pytest.mark.parametrize("length", [4, 7, 10])
def test_a_contactless_card_has_its_uid_and_historical_bytes(length: int) -> None:
    uid = bytes(range(1, length + 1))
    picc = teaching_card_contactless(uid)
    assert picc.uid == uid
    assert len(picc.historical) <= 15
    # Its ATR in a PC/SC reader: 3B 8n 80 01, the historical bytes, TCK.
    body = bytes((0x80 | len(picc.historical), 0x80, 0x01)) + picc.historical
    check = 0
    for byte in body:
        check ^= byte
    assert decode_atr(b"\x3b" + body + bytes((check,))).problems == ()


@pytest.mark.parametrize("length", [0, 3, 5, 8, 11])
def test_a_uid_of_impossible_length_is_refused(length: int) -> None:
    with pytest.raises(UsageError, match="4, 7 or 10"):
        teaching_card_contactless(bytes(length))


@pytest.mark.parametrize("protocol", Protocol)
def test_without_power_nothing_happens(protocol: Protocol) -> None:
    card = teaching_card_contact(protocol)
    assert card.transmit(UPDATE_FREE) == b"\x6f\x00"
    card.power_on()
    card.power_off()
    card.power_off()
    assert card.transmit(UPDATE_FREE) == b"\x6f\x00"
    card.power_on()
    assert card.transmit(READ_FREE) == b"Hello\x90\x00"


def test_the_field_coming_on_again_changes_nothing_on_a_powered_card() -> None:
    picc = teaching_card_contactless(bytes(4))
    assert picc.transmit(READ_FREE) == b"\x6f\x00"
    picc.power_up()
    picc.transmit(READ_FREE)
    picc.power_up()
    assert picc.transmit(bytes.fromhex("00B0000001")) == b"H\x90\x00"
    picc.power_down()
    picc.power_up()
    assert picc.transmit(bytes.fromhex("00B0000001")) == b"\x69\x86"


def test_two_cards_share_nothing() -> None:
    one, other = PoweredCard("T1"), PoweredCard("T1")
    assert one.transmit(UPDATE_FREE) == b"\x90\x00"
    assert one.transmit(bytes.fromhex("002000010430303030")) == b"\x63\xc2"
    assert other.transmit(READ_FREE) == b"Hello\x90\x00"
    assert other.transmit(bytes.fromhex("00200001")) == b"\x63\xc3"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("T0", "4301F84703F6419F4803059000"),
        ("T1", "4301F84703F641FF48030590007F660A02030100000203010000"),
        ("contactless", "4301F84703F641FF48030590007F660A02030100000203010000"),
    ],
)
def test_ef_atr_says_what_the_historical_bytes_say(kind: str, expected: str) -> None:
    card = PoweredCard(kind)
    content = bytes.fromhex(expected)
    assert card.transmit(bytes.fromhex("00A4000C022F01")) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B00000") + bytes((len(content),))) == content + b"\x90\x00"


@pytest.mark.parametrize("kind", ["T1", "contactless"])
def test_an_extended_length_reads_a_whole_file(kind: str) -> None:
    card = PoweredCard(kind)
    pattern = b"0123456789ABCDEF" * 64
    assert card.transmit(bytes.fromhex("00B08300000000")) == pattern + b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B0830000")) == pattern[:256] + b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B083000003E8")) == pattern[:1000] + b"\x90\x00"


@pytest.mark.parametrize("kind", ["T1", "contactless"])
def test_an_extended_length_writes_a_whole_file(kind: str) -> None:
    card = PoweredCard(kind)
    content = bytes(range(256)) * 4
    assert card.transmit(bytes.fromhex("00D68300000400") + content) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B08300000400")) == content + b"\x90\x00"


@pytest.mark.parametrize("kind", ["T0", "T1", "contactless"])
def test_a_chain_writes_a_whole_file(kind: str) -> None:
    card = PoweredCard(kind)
    content = bytes(range(256)) * 4
    parts = [content[at : at + 250] for at in range(0, len(content), 250)]
    for part in parts[:-1]:
        assert card.transmit(b"\x10\xd6\x83\x00" + bytes((len(part),)) + part) == b"\x90\x00"
    assert card.transmit(b"\x00\xd6\x83\x00" + bytes((len(parts[-1]),)) + parts[-1]) == b"\x90\x00"
    for at in range(0, 1024, 128):
        read = card.transmit(b"\x00\xb0" + at.to_bytes(2) + b"\x80")
        assert read == content[at : at + 128] + b"\x90\x00"


def test_t0_fetches_more_than_256_bytes_in_parts() -> None:
    card = PoweredCard("T0")
    # READ BINARY with an offset object: 53 82 0400 and 1,024 bytes.
    answer = card.transmit(bytes.fromhex("00B1000303540100"))
    assert answer == b"\x61\x00"
    data = b""
    while answer[-2] == 0x61:
        answer = card.transmit(bytes.fromhex("00C00000") + answer[-1:])
        data += answer[:-2]
    assert answer[-2:] == b"\x90\x00"
    assert data == bytes.fromhex("53820400") + b"0123456789ABCDEF" * 64


@pytest.mark.parametrize("kind", ["T0", "T1", "contactless"])
def test_a_chain_ends_where_the_card_has_no_room_for_it(kind: str) -> None:
    card = PoweredCard(kind)
    part = bytes.fromhex("10D68300FF") + bytes(255)
    for _ in range(257):  # 65,535 bytes
        assert card.transmit(part) == b"\x90\x00"
    assert card.transmit(part) == b"\x67\x00"
    assert card.transmit(UPDATE_FREE) == b"\x90\x00"
