"""Originality signatures, against those of real tags."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.tags.originality import originality_keys, verify_originality
from cardscope.virtual.signing import TEST_KEY, sign

# UID and signature of real tags, from proxmark3, the Flipper documentation and its unit tests (reference §1.6).
GENUINE = [
    ("NXP, NTAG21x", "045869D29C3980", "1FA9FE479435E4B60280F7A2B44293DF9127471B3251BC8942F0941AD71A1755"),
    ("NXP, NTAG21x", "04DB0BDA993C80", "6048EFD9417CD10F6B7F1818D471A7FE5B46868D2EABDC6307A1E0AAE139D8D0"),
    ("NXP, NTAG21x", "0485928AA06181", "1B84EB70BD4CBD1B1DE4980B1858BD7C7285B4E47B388E96CF886BEEA343AD90"),
    ("NXP, NTAG21x", "04515CFA6F7381", "4221E46C796A815EEA0D936D85EE4B0C2A00D577F1C567F36375F8EB86485E6B"),
    ("NXP, NTAG21x", "04AC6B72BA6C80", "2DAEBCAF84B88587C2FBFE76135886728E1D3CB5DA242344E5634D4C82FBD718"),
    ("NXP, NTAG21x", "04D9650A325E80", "482AF2010FF2F5A79AD5796ECB14544898D1575D8A23A9B0E820023ECDC816DB"),
    ("NXP, NTAG21x", "043991C2FC6780", "AF0D47F0EFFFDC7B8B7B78DD939BE6C1BF15330A1A82B6C887B16963545F3185"),
    (
        "NXP, MIFARE Ultralight EV1",
        "04C1285A373080",
        "CEA2EB0B3C95D0844A95B824A7553703B3702378033BF0987899DB70151A19E7",
    ),
]
ALTERED = ("04C18A01274003", "354782B2E9D58F70C3BC79FE8AED7716EC258C9A95324B9419002E125AD0AC90")
UIDS = st.binary(min_size=7, max_size=7)


@pytest.mark.parametrize(("key", "uid", "signature"), GENUINE)
def test_signatures_of_real_tags(key: str, uid: str, signature: str) -> None:
    found = verify_originality(bytes.fromhex(uid), bytes.fromhex(signature))
    assert (found.present, found.valid, found.key, found.test) == (True, True, key, False)
    assert key in found.text
    assert "copy" in found.text


def test_a_signature_of_another_uid() -> None:
    uid, signature = map(bytes.fromhex, ALTERED)
    found = verify_originality(uid, signature)
    assert (found.present, found.valid, found.key, found.test) == (True, False, None, False)


@pytest.mark.parametrize(("key", "uid", "signature"), GENUINE)
def test_one_bit_makes_it_invalid(key: str, uid: str, signature: str) -> None:
    for number in (0, 55):
        changed = (int(uid, 16) ^ 1 << number).to_bytes(7, "big")
        assert verify_originality(changed, bytes.fromhex(signature)).valid is False
    for number in (0, 127, 128, 255):
        changed = (int(signature, 16) ^ 1 << number).to_bytes(32, "big")
        assert verify_originality(bytes.fromhex(uid), changed).valid is False


@pytest.mark.parametrize("signature", [bytes(32), b"", bytes(48)])
def test_zeros_are_no_signature(signature: bytes) -> None:
    found = verify_originality(bytes.fromhex("045869D29C3980"), signature)
    assert (found.present, found.valid, found.key, found.test) == (False, None, None, False)
    assert "no originality signature" in found.text


@pytest.mark.parametrize(
    ("uid", "signature", "size"),
    [(b"\x04" * 4, b"\x01" * 32, "4"), (b"", b"\x01" * 32, "0"), (b"\x04" * 7, b"\x01" * 48, "48"), (b"", b"x", "1")],
)
def test_sizes_that_cannot_be_checked_are_named(uid: bytes, signature: bytes, size: str) -> None:
    found = verify_originality(uid, signature)
    assert (found.present, found.valid, found.key, found.test) == (True, None, None, False)
    assert size in found.text


@given(UIDS)
def test_test_signatures_are_called_so_and_never_genuine(uid: bytes) -> None:
    signature = sign(uid)
    assert len(signature) == 32
    assert sign(uid) == signature
    found = verify_originality(uid, signature)
    assert (found.present, found.valid, found.test) == (True, True, True)
    assert "test signature" in found.text
    assert "genuine" not in found.text.lower()
    assert "NXP" not in found.text


@given(st.binary(max_size=10), st.binary(max_size=64))
def test_any_bytes_get_one_sentence(uid: bytes, signature: bytes) -> None:
    found = verify_originality(uid, signature)
    assert found.valid is not True
    assert found.text.endswith(".")
    assert "\n" not in found.text


@pytest.mark.parametrize("half", [bytes(16), b"\xff" * 16, bytes.fromhex("FFFFFFFE0000000075A30D1B9038A115")])
def test_halves_out_of_range_are_invalid(half: bytes) -> None:
    """r and s are 1 to n - 1, and the last of these is n."""
    uid = bytes.fromhex("045869D29C3980")
    whole = bytes.fromhex("1FA9FE479435E4B60280F7A2B44293DF9127471B3251BC8942F0941AD71A1755")
    assert verify_originality(uid, half + whole[16:]).valid is False
    assert verify_originality(uid, whole[:16] + half).valid is False


def test_the_keys() -> None:
    keys = originality_keys()
    assert len({key.public for key in keys}) == len({key.name for key in keys}) == len(keys) == 4
    assert all(len(key.public) == 33 and key.public[0] == 0x04 and key.source for key in keys)
    assert [key.test for key in keys].count(True) == 1
    p, b = 0xFFFFFFFDFFFFFFFFFFFFFFFFFFFFFFFF, 0xE87579C11079F43DD824993C2CEE5ED3
    for key in keys:
        x, y = int.from_bytes(key.public[1:17], "big"), int.from_bytes(key.public[17:], "big")
        assert (y * y - (x**3 - 3 * x + b)) % p == 0, f"{key.name} is not on the curve"


def test_the_test_key_is_where_its_comment_says_it_is_from() -> None:
    assert hashlib.sha256(b"CardScope test signature").digest()[:16] == TEST_KEY.to_bytes(16, "big")


def test_the_cryptography_is_loaded_when_it_is_needed() -> None:
    code = "import sys, cardscope.tags.originality, cardscope.virtual.signing; print('ecdsa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
