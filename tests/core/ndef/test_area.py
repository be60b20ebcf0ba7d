"""The walk through the data area, against the layouts of the reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.ndef.area import TlvTag, data_area, reserved_by
from cardscope.ndef.fields import decode_data_area
from cardscope.tags.catalogue import Chip, chips

NTAG213 = chips()["ntag213"]
URI = bytes.fromhex("D101075504") + b"abc.de"


def pages_of(chip: Chip, area: bytes, cc: str) -> dict[int, bytes]:
    owned = [page for part in chip.user_areas for page in part]
    padded = area.ljust(4 * len(owned), b"\0")
    return {3: bytes.fromhex(cc)} | {page: padded[4 * at : 4 * at + 4] for at, page in enumerate(owned)}


def test_the_delivered_ntag213() -> None:
    # NTAG213 data sheet, content at delivery: 0103A00C 340300FE from page 4 on.
    area = data_area(NTAG213, pages_of(NTAG213, bytes.fromhex("0103A00C340300FE"), "E1101200"))
    assert [block.tag for block in area.blocks] == [TlvTag.LOCK_CONTROL, TlvTag.NDEF, TlvTag.TERMINATOR]
    # Its dynamic lock bytes are those of page 28h: 12 bits.
    assert [(reserved.first, reserved.count, reserved.lock) for reserved in area.reserved] == [(4 * 0x28, 2, True)]
    assert area.size == 144
    assert area.ndef is not None
    assert (area.ndef.length, area.ndef.complete) == (0, True)
    assert not area.problems


@pytest.mark.parametrize(
    ("value", "lock", "first", "count"),
    [
        ("A00C34", True, 160, 2),  # NTAG213: 12 bits
        ("A02000", False, 10, 32),
        ("F00034", True, 240, 32),  # 0 stands for 256 bits
        ("120004", False, 18, 256),
    ],
)
def test_control_blocks(value: str, *, lock: bool, first: int, count: int) -> None:
    reserved = reserved_by(bytes.fromhex(value), lock=lock)
    assert (reserved.first, reserved.count) == (first, count)


def test_a_message_goes_round_reserved_bytes() -> None:
    # Memory Control: 3 bytes from page 6, byte 0, on (24 = 3 * 2**3).
    area_bytes = bytes.fromhex("0203 30 03 03") + b"\x03\x04" + b"A" + b"???" + b"BCD" + b"\xfe"
    area = data_area(NTAG213, pages_of(NTAG213, area_bytes, "E1101200"))
    assert area.ndef is not None
    assert area.ndef.value == b"ABCD"
    assert [area.address(place) for place in area.ndef.places] == [23, 27, 28, 29]


def test_a_long_length() -> None:
    message = bytes(300)
    area = data_area(chips()["ntag216"], pages_of(chips()["ntag216"], b"\x03\xff\x01\x2c" + message, "E1106D00"))
    assert area.ndef is not None
    assert (area.ndef.length, area.ndef.value_start, area.ndef.complete) == (300, 4, True)


def test_the_walk_stops_at_the_end_of_the_area_and_says_so() -> None:
    area = data_area(NTAG213, pages_of(NTAG213, b"\x03\xff\x03\x00" + bytes(140), "E1101200"))
    assert area.ndef is not None
    assert not area.ndef.complete
    assert area.ndef.problems == ("The block announces 768 bytes, and the data area ends after 140 of them.",)


def test_a_capability_container_that_announces_too_much_is_not_believed() -> None:
    # Hazard H4: 7F where there are 12h times 8 bytes.
    area = data_area(NTAG213, pages_of(NTAG213, b"\x03\xff\x03\x00", "E1107F00"))
    assert area.size == 144
    assert "announces 1016 bytes" in area.problems[0]


def test_what_is_missing_is_named_and_nothing_more_is_needed() -> None:
    pages = pages_of(NTAG213, b"\x03\x0b" + URI + b"\xfe", "E1101200")
    area = data_area(NTAG213, {page: pages[page] for page in (3, 4)})
    assert area.missing == 5
    assert area.needed == {4, 5, 6, 7}


def test_reserved_bytes_before_a_page_that_is_not_known() -> None:
    # Lock Control: 16 bytes from page 8 on are reserved; page 8 is not known.
    pages = pages_of(NTAG213, bytes.fromhex("0103208004 0360") + bytes(8), "E1101200")
    area = data_area(NTAG213, {page: content for page, content in pages.items() if page != 8})
    assert area.ndef is not None
    assert area.reserved[0].addresses == range(32, 48)
    assert (area.ndef.end, len(area.content)) == (16, 16)
    tree = decode_data_area(area)
    assert all(child.span[1] <= tree.span[1] for child in tree.children)


def test_without_capability_container_there_is_no_area() -> None:
    area = data_area(NTAG213, pages_of(NTAG213, b"\x03\x00\xfe", "00000000"))
    assert (area.cc, area.size, area.blocks) == (None, 0, ())


@given(
    st.sampled_from([chip for chip in chips().values() if chip.user_areas]),
    st.binary(max_size=200),
    st.integers(0, 255),
    st.sets(st.integers(4, 60), max_size=3),
)
def test_no_content_makes_it_fail_or_leave_the_area(chip: Chip, content: bytes, size: int, unknown: set[int]) -> None:
    pages = pages_of(chip, content, f"E110{size:02X}00")
    area = data_area(chip, {page: data for page, data in pages.items() if page not in unknown})
    owned = {page for part in chip.user_areas for page in part}
    assert set(area.pages) <= owned
    assert area.needed <= owned
    assert area.size <= 8 * size
    for block in area.blocks:
        assert all(place < len(area.content) for place in block.places)
        if block.tag == TlvTag.NDEF:
            assert bytes(area.content[place] for place in block.places) == block.value
    tree = decode_data_area(area)
    for parent in tree.walk():
        for child in parent.children:
            assert parent.span[0] <= child.span[0] <= child.span[1] <= parent.span[1]
