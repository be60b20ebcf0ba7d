"""Messages put on tags: read again they are the same, and nothing but them has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.ndef.area import data_area
from cardscope.ndef.formatting import factory_layout, format_tag, formatted_cc
from cardscope.ndef.writing import NdefError, erase, message_room, write_message
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot

UID = bytes.fromhex("04E141124C2880")
NDEF_CHIPS = [chip for chip in chips().values() if chip.cc[0] == 0xE1]


def delivered(chip: Chip, **changes: str) -> TagSnapshot:
    pages = factory_pages(chip, UID)
    for name, content in changes.items():
        pages[int(name.removeprefix("p"))] = bytes.fromhex(content)
    return TagSnapshot(chip, pages)


def after(tag: TagSnapshot, changes: dict[int, bytes]) -> TagSnapshot:
    return TagSnapshot(tag.chip, {**tag.pages, **changes})


@pytest.mark.parametrize(
    ("key", "room"),
    # The announced size, without the Lock Control TLV of delivery (5 bytes), tag and length (2, or 4 from 255 on).
    [("ntag213", 144 - 5 - 2), ("ntag215", 496 - 4), ("ntag216", 872 - 4), ("ntag210", 48 - 2)],
)
def test_room(key: str, room: int) -> None:
    assert message_room(delivered(chips()[key])) == room


@given(st.sampled_from(NDEF_CHIPS), st.data())
def test_a_message_is_read_again_as_it_was_written(chip: Chip, data: st.DataObject) -> None:
    tag = delivered(chip)
    size = data.draw(st.integers(0, message_room(tag)))
    message = data.draw(st.binary(min_size=size, max_size=size))
    written = write_message(tag, message)
    done = after(tag, dict(written.changes))
    area = data_area(chip, done.pages)
    assert area.ndef is not None
    assert (area.ndef.value, area.ndef.complete) == (message, True)
    owned = {page for part in chip.user_areas for page in part}
    assert set(written.changes) <= owned
    # With the length at 00, whatever else was written, readers see an empty message.
    page, byte = divmod(area.address(area.ndef.length_start), 4)
    half = bytearray(tag.pages[page])
    half[byte] = 0
    for torn in (tag.pages, done.pages):
        between = data_area(chip, {**torn, page: bytes(half)}).ndef
        assert between is None or between.length == 0
    # The same message again changes nothing.
    assert not write_message(done, message).changes


@given(st.sampled_from(NDEF_CHIPS))
def test_a_message_too_long_is_refused(chip: Chip) -> None:
    tag = delivered(chip)
    with pytest.raises(NdefError, match="this tag holds"):
        write_message(tag, bytes(message_room(tag) + 1))


def test_control_blocks_stay_and_reserved_bytes_are_left_alone() -> None:
    chip = chips()["ntag213"]
    # Memory Control: page 6, byte 0, 3 bytes; then an empty message.
    tag = delivered(chip, p4="02033003", p5="030300FE", p6="AABBCCDD")
    done = after(tag, dict(write_message(tag, b"0123456").changes))
    assert done.pages[4] == bytes.fromhex("02033003")
    assert done.pages[6][:3] == bytes.fromhex("AABBCC")
    area = data_area(chip, done.pages)
    assert area.ndef is not None
    assert area.ndef.value == b"0123456"


def test_a_block_whose_length_does_not_fit_takes_no_room() -> None:
    # NULL TLVs, and the tag of a message in the last byte of the data area.
    empty = {f"p{page}": "00000000" for page in range(4, 15)}
    tag = delivered(chips()["ntag210"], **empty, p15="00000003")
    assert message_room(tag) == 46
    area = data_area(tag.chip, after(tag, dict(write_message(tag, b"0123456").changes)).pages)
    assert area.ndef is not None
    assert area.ndef.value == b"0123456"


def test_a_tag_without_capability_container_is_refused() -> None:
    with pytest.raises(NdefError, match="not formatted") as raised:
        write_message(delivered(chips()["mf0icu1"]), b"")
    assert "“Format for NDEF”" in raised.value.remedy


def test_the_container_never_announces_more_than_there_is() -> None:
    for chip in chips().values():
        owned = 4 * sum(len(part) for part in chip.user_areas)
        assert 8 * formatted_cc(chip)[2] <= owned


def test_formatting_a_blank_tag() -> None:
    blank = next(chip for chip in chips().values() if not any(chip.cc))
    tag = delivered(blank)
    done = after(tag, dict(format_tag(tag).changes))
    assert message_room(done) > 0
    area = data_area(blank, done.pages)
    assert area.ndef is not None
    assert area.ndef.length == 0


def test_a_container_that_cannot_be_reached_is_refused() -> None:
    # H3 and H4: 6D OR 12 is 7F.
    with pytest.raises(NdefError, match="would become E1107F00"):
        format_tag(delivered(chips()["ntag213"], p3="E1106D00"))


def test_erasing_leaves_an_empty_message_and_nothing_else() -> None:
    chip = chips()["ntag216"]
    tag = delivered(chip)
    full = after(tag, dict(write_message(tag, bytes(range(256)) * 3).changes))
    done = after(full, dict(erase(full).changes))
    area = data_area(chip, done.pages)
    assert area.ndef is not None
    assert area.ndef.value == b""
    assert not any(any(done.pages[page]) for page in chip.user_areas[0] if page > 5)


def test_factory_layout() -> None:
    chip = chips()["ntag213"]
    tag = delivered(chip, p10="AABBCCDD", p4="00000000")
    done = after(tag, dict(factory_layout(tag).changes))
    assert dict(done.pages) == factory_pages(chip, UID)
