"""GET_VERSION to chip: every row of the guide's table and of the reference, clones, and near misses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.identify.chip_identity import Certainty, identify_version
from cardscope.tags.catalogue import chips

# guide.txt, "relevant portions for various NXP NTAG chips": chip, type, subtype, version, storage size
GUIDE = """
NTAG210 04 01 01 00 0B
NTAG212 04 01 01 00 0E
NTAG213 04 02 01 00 0F
NTAG213F 04 04 01 00 0F
NTAG215 04 02 01 00 11
NTAG216 04 02 01 00 13
NTAG216F 04 04 01 00 13
NT3H1101 04 02 01 01 13
NT3H1101W0 04 05 02 01 13
NT3H2111W0 04 05 02 02 13
NT3H2101 04 02 01 01 15
NT3H1201W0 04 05 02 01 15
NT3H2211W0 04 05 02 02 15
MF0UL1101 03 01 01 00 0B
MF0ULH1101 03 02 01 00 0B
MF0UL2101 03 01 01 00 0E
MF0ULH2101 03 02 01 00 0E
"""
ROWS = [line.split(" ", 1) for line in GUIDE.split("\n") if line]
HEARSAY = ("0004040201011303", "0004040201011503")
"""Rows that no data sheet confirms (reference §8, 2)."""


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row[0] for row in ROWS])
def test_row_of_the_guide(name: str, row: str) -> None:
    version = bytes.fromhex(f"0004{row}03")
    identity = identify_version(version)
    # The guide adds the form of delivery to some names: W0, a wafer, and 01.
    assert identity.name == re.sub(r"W0$|(?<=^MF0UL.1)01$|(?<=^MF0ULH.1)01$", "", name)
    hearsay = version.hex() in HEARSAY
    assert identity.certainty is (Certainty.GUESS if hearsay else Certainty.CERTAIN)
    assert identity.vendor == "NXP"
    assert (identity.chip is None) is hearsay


@pytest.mark.parametrize(
    ("version", "name"),
    [
        # reference §1.0
        ("0004030100000B03", "MF0ICU1"),
        ("0004040201000B03", "NTAG210"),
        ("0004040502001303", "NT3H1101"),
        ("0004040102000B03", "NTAG210µ"),
        ("0004040202000B03", "NTAG210µ"),
        ("0004040201010F03", "NTAG213C"),
        ("0004040203000F03", "NTAG213TT"),
        ("0004030102000B03", "MIFARE Ultralight Nano"),
        ("0004030104000F03", "MIFARE Ultralight AES"),
        ("0004040204000F03", "NTAG223 DNA"),
        ("0004040205001003", "NTAG224 DNA"),
        ("0004040401001103", "NTAG215F"),
    ],
)
def test_others_of_nxp(version: str, name: str) -> None:
    identity = identify_version(bytes.fromhex(version))
    assert (identity.name, identity.vendor, identity.certainty) == (name, "NXP", Certainty.CERTAIN)


@pytest.mark.parametrize(
    ("version", "vendor", "layout"),
    [("0034210101000E03", "Mikron", "mf0ul21"), ("0053040201000F03", "Feiju", "ntag213")],
)
def test_known_clones(version: str, vendor: str, layout: str) -> None:
    identity = identify_version(bytes.fromhex(version))
    assert identity.vendor == vendor
    assert identity.chip is chips()[layout]
    assert identity.certainty is Certainty.LIKELY


def test_near_miss_by_the_vendor_byte() -> None:
    identity = identify_version(bytes.fromhex("0005040201001303"))
    assert identity.name == "NTAG216-compatible chip"
    assert (identity.chip, identity.certainty) == (chips()["ntag216"], Certainty.LIKELY)
    text = " ".join(identity.reasons)
    assert "the storage byte of an NTAG216" in text
    assert "the vendor byte of a clone" in text
    assert "Infineon" in text


def test_a_near_miss_of_a_mifare_chip_has_the_right_article() -> None:
    text = " ".join(identify_version(bytes.fromhex("0005030102000B03")).reasons)
    assert "the storage byte of a MIFARE Ultralight Nano" in text


def test_near_miss_by_the_storage_byte_is_no_known_memory() -> None:
    identity = identify_version(bytes.fromhex("0004040201001503"))
    assert identity.certainty is Certainty.GUESS
    assert identity.chip is None
    assert "Storage byte 15" in " ".join(identity.reasons)


def test_the_storage_byte_alone_says_nothing() -> None:
    identity = identify_version(bytes.fromhex("0099887766551103"))
    assert identity.chip is None
    assert "NTAG215" not in identity.name


def test_other_minor_version_of_a_known_chip() -> None:
    identity = identify_version(bytes.fromhex("0004040201071103"))
    assert (identity.chip, identity.certainty) == (chips()["ntag215"], Certainty.LIKELY)


def test_a_copy_is_measured_against_the_original() -> None:
    # One byte from the copy by Mikron (00 34 21 ...), and of NXP by its vendor byte.
    text = " ".join(identify_version(bytes.fromhex("0004210101000E03")).reasons)
    assert "MF0UL21" in text
    assert "Mikron" not in text


@pytest.mark.parametrize("version", ["0004040502031303", "0004040201070F03"])
def test_a_minor_version_that_may_belong_to_either_of_two_chips(version: str) -> None:
    # NT3H1101 and NT3H2111, NTAG213 and NTAG213C: told apart by the minor version alone.
    identity = identify_version(bytes.fromhex(version))
    assert (identity.chip, identity.certainty) == (None, Certainty.GUESS)


@given(version=st.binary(max_size=12))
def test_any_answer_is_named_and_explained(version: bytes) -> None:
    identity = identify_version(version)
    assert identity.name
    assert identity.reasons
    assert all(reason[0].isupper() and reason.endswith(".") for reason in identity.reasons)


@given(row=st.sampled_from([row for _, row in ROWS]), at=st.integers(0, 7), byte=st.integers(0, 255))
def test_one_other_byte_is_never_certain(row: str, at: int, byte: int) -> None:
    version = bytearray.fromhex(f"0004{row}03")
    version[at] = byte
    identity = identify_version(bytes(version))
    if identity.certainty is Certainty.CERTAIN:
        assert identity.chip is None or version in (identity.chip.version, *identity.chip.other_versions)
    else:  # the memory is that of the chip that it is near only after another vendor or minor version
        assert identity.chip is None or at in (1, 5)
