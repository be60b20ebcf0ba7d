"""The 3DES authentication of Ultralight C against the numerical example of its data sheet (rev. 3.4, 7.5.6)."""

import pytest

from cardscope.virtual.type2.triple_des import TripleDesAuthentication

# 7.5.10: the pages 2C to 2F at delivery, which stand for the key 49454D4B41455242 214E4143554F5946 of the example.
STORED = b"BREAKMEIFYOUCAN!"
RND_B = bytes.fromhex("51E764602678DF2B")
TOKEN = bytes.fromhex("0A638559FC7737F9F15D7862EBBE967A")


def test_the_example_of_the_data_sheet() -> None:
    authentication = TripleDesAuthentication(STORED, RND_B)
    assert authentication.challenge == bytes.fromhex("577293FD2F34CA51")
    assert authentication.response(TOKEN) == bytes.fromhex("3B884FA07C137CE1")


@pytest.mark.parametrize("position", range(16))
def test_a_token_with_a_wrong_bit_proves_nothing(position: int) -> None:
    token = bytearray(TOKEN)
    token[position] ^= 0x10
    assert TripleDesAuthentication(STORED, RND_B).response(bytes(token)) is None


def test_the_halves_of_the_key_are_not_alike() -> None:
    swapped = STORED[8:] + STORED[:8]
    assert TripleDesAuthentication(swapped, RND_B).response(TOKEN) is None
