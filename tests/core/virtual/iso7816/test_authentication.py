"""Challenges and keys: what needs a computation, so that no table can hold it."""

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from support.teaching_card import PoweredCard

EXTERNAL_KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
INTERNAL_KEY = bytes.fromhex("101112131415161718191A1B1C1D1E1F")
KINDS = ["T0", "T1", "contactless"]
SUCCESS = b"\x90\x00"


def cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(data)
    return mac.finalize()


def challenge(card: PoweredCard, length: int = 8) -> bytes:
    answer = card.transmit(bytes.fromhex("00840000") + bytes((length,)))
    assert answer[-2:] == SUCCESS
    assert len(answer) == length + 2
    return answer[:-2]


def authenticate(card: PoweredCard, mac: bytes) -> bytes:
    return card.transmit(bytes.fromhex("0082000110") + mac)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [8, 16, 32])
def test_external_authenticate_opens_the_file_behind_the_key(kind: str, length: int) -> None:
    card = PoweredCard(kind)
    update = bytes.fromhex("00D6870001FF")
    assert card.transmit(update) == b"\x69\x82"
    assert authenticate(card, cmac(EXTERNAL_KEY, challenge(card, length))) == SUCCESS
    assert card.transmit(bytes.fromhex("00820001")) == SUCCESS
    assert card.transmit(update) == SUCCESS
    card.reset()
    assert card.transmit(update) == b"\x69\x82"


@pytest.mark.parametrize("kind", KINDS)
def test_a_challenge_serves_once_and_is_never_the_same(kind: str) -> None:
    card = PoweredCard(kind)
    first = challenge(card)
    assert authenticate(card, cmac(EXTERNAL_KEY, first)) == SUCCESS
    assert authenticate(card, cmac(EXTERNAL_KEY, first)) == b"\x69\x85"
    assert challenge(card) != first
    assert authenticate(card, cmac(EXTERNAL_KEY, first)) == b"\x63\xc4"


@pytest.mark.parametrize("kind", KINDS)
def test_a_challenge_is_lost_with_the_power_and_belongs_to_its_channel(kind: str) -> None:
    card = PoweredCard(kind)
    answer = cmac(EXTERNAL_KEY, challenge(card))
    card.reset()
    assert authenticate(card, answer) == b"\x69\x85"
    answer = cmac(EXTERNAL_KEY, challenge(card))
    assert card.transmit(bytes.fromhex("00700001")) == SUCCESS
    assert card.transmit(bytes.fromhex("0182000110") + answer) == b"\x69\x85"
    assert authenticate(card, answer) == SUCCESS


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_blocks_and_success_restores_its_tries(kind: str) -> None:
    card = PoweredCard(kind)
    for left in (4, 3, 2, 1):
        challenge(card)
        assert authenticate(card, bytes(16)) == bytes((0x63, 0xC0 | left))
    assert authenticate(card, cmac(EXTERNAL_KEY, challenge(card))) == SUCCESS
    for left in (4, 3, 2, 1, 0):
        challenge(card)
        assert authenticate(card, bytes(16)) == bytes((0x63, 0xC0 | left))
    assert authenticate(card, cmac(EXTERNAL_KEY, challenge(card))) == b"\x69\x83"


def test_internal_authenticate_proves_the_key() -> None:
    ask = bytes.fromhex("008800020800112233445566770000")[:-1]
    expected = cmac(INTERNAL_KEY, bytes.fromhex("0011223344556677")) + SUCCESS
    assert PoweredCard("T1").transmit(ask) == expected
    assert PoweredCard("contactless").transmit(ask) == expected
    t0 = PoweredCard("T0")
    assert t0.transmit(ask[:-1]) == b"\x61\x10"
    assert t0.transmit(bytes.fromhex("00C0000010")) == expected


def test_the_cmac_is_that_of_rfc_4493() -> None:
    # Example 2 of RFC 4493 §4, so that anyone can check their own implementation against the card's.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert cmac(key, bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == "070a16b46b4d4144f79bdd9dd04a287c"
