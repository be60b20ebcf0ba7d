"""What pages mean, what can be done with them, and their bits one by one."""

import pytest

from cardscope.memory.draft import Draft
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import Access, page_access
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.page_bits import Bit, page_bits
from cardscope.memory.page_meaning import page_fields
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import image_pages
from cardscope.tags.snapshot import TagSnapshot
from support.memory_cases import IMPLANT, IMPLANT_UID, draft_of, read_tag

NTAG = read_tag("ntag216")
IMPLANTED = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
EVERY_CHIP = pytest.mark.parametrize("chip", chips().values(), ids=lambda chip: chip.key)


def bits(draft: Draft, page: int) -> dict[str, Bit]:
    return {bit.name: bit for bit in page_bits(draft, page)}


# ---- Areas and access ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "page", "area"),
    [
        ("ntag216", 0, Area.SERIAL_NUMBER),
        ("ntag216", 2, Area.STATIC_LOCK),
        ("ntag216", 3, Area.CAPABILITY_CONTAINER),
        ("ntag216", 0xE1, Area.USER),
        ("ntag216", 0xE2, Area.DYNAMIC_LOCK),
        ("ntag216", 0xE4, Area.CONFIGURATION),
        ("ntag216", 0xE5, Area.PASSWORD),
        ("ntag216", 0xE6, Area.PACK),
        ("mf0icu2", 0x29, Area.COUNTER),
        ("mf0icu2", 0x2A, Area.CONFIGURATION),
        ("mf0icu2", 0x2F, Area.KEY),
        ("nt3h1201", 0xE2, Area.USER),
        ("nt3h1201", 0x1E0, Area.DYNAMIC_LOCK),
        ("nt3h2111", 0xE7, Area.CONFIGURATION),
        ("nt3h2111", 0xE9, Area.REGISTER),
        ("nt3h2111", 0xEC, Area.SESSION_REGISTER),
        ("nt3h2111", 0xF0, Area.SRAM),
    ],
)
def test_areas(chip: str, page: int, area: Area) -> None:
    assert page_area(chips()[chip], page) is area


def test_a_page_that_does_not_exist_has_no_area() -> None:
    with pytest.raises(ValueError, match="no page 231"):
        page_area(chips()["ntag216"], 0xE7)


@EVERY_CHIP
def test_every_page_has_its_area_its_access_and_its_tree(chip: Chip) -> None:
    base = read_tag(chip.key)
    for page in image_pages(chip):
        assert page_area(chip, page) is not Area.RESERVED
        assert page_access(base, page).why.endswith(".")
        tree = page_fields(base, page)
        assert all(0 <= field.span[0] < field.span[1] <= 4 for field in tree.walk())


@pytest.mark.parametrize(
    ("base", "page", "access"),
    [
        (NTAG, 0, Access.READ_ONLY),
        (NTAG, 2, Access.ONE_WAY),
        (NTAG, 3, Access.ONE_WAY),
        (NTAG, 4, Access.WRITABLE),
        (NTAG, 0xE5, Access.WRITE_ONLY),
        (IMPLANTED, 3, Access.LOCKED),
        (IMPLANTED, 0xE1, Access.WRITABLE),
        (IMPLANTED, 0xE2, Access.NEEDS_PASSWORD),
        (read_tag("ntag216", {0xE4: "40050000"}), 0xE3, Access.LOCKED),
        (read_tag("ntag216", lost=range(0xE3, 0xE7)), 0xE2, Access.UNKNOWN),
        (read_tag("ntag216", lost=range(0xE3, 0xE7)), 9, Access.WRITABLE),
        (read_tag("nt3h2111", {0xE9: "08010100"}), 0xE3, Access.LOCKED),
        (read_tag("nt3h1101", {0xE8: "0000F848"}), 9, Access.READ_ONLY),
        (read_tag("nt3h2211", {0xE4: "20000000"}), 0x105, Access.READ_ONLY),
        (read_tag("nt3h2211", {0xE7: "08000000"}), 0x105, Access.NEEDS_PASSWORD),
        (read_tag("nt3h2111", {0xE3: "00000004"}), 0xE2, Access.ONE_WAY),
        (read_tag("mf0icu2"), 0x29, Access.READ_ONLY),
    ],
)
def test_access(base: TagSnapshot, page: int, access: Access) -> None:
    assert page_access(base, page).access is access


# ---- The mirror ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cfg0", "covered"),
    [
        ("D4000CFF", 21),  # the data sheet's example: UID and counter from page 0C byte 1 on
        ("540004FF", 14),
        ("940004FF", 6),
        ("040004FF", 0),
        ("54000300", 0),
    ],
)
def test_what_the_mirror_covers(cfg0: str, covered: int) -> None:
    found = mirrored(read_tag("ntag213", {0x29: cfg0}))
    assert sum(map(len, found.values())) == covered


def test_the_mirror_of_the_data_sheet_begins_in_the_middle_of_a_page() -> None:
    found = mirrored(read_tag("ntag213", {0x29: "D4000CFF"}))
    assert found[0x0C] == {1, 2, 3}
    assert found[0x11] == {0, 1}
    assert set(found) == set(range(0x0C, 0x12))


def test_cfg0_alone_tells_of_the_mirror() -> None:
    assert mirrored(read_tag("ntag210", {0x10: "300004FF"}, lost=range(0x11, 0x12)))


# ---- Trees -----------------------------------------------------------------------------------------------------------


def test_the_tree_of_a_draft_is_that_of_what_shall_be() -> None:
    draft = draft_of(NTAG, {0xE3: "040000E3"})
    auth0 = page_fields(draft, 0xE3).at(3)
    assert auth0 is not None
    assert (auth0.name, auth0.value) == ("AUTH0", "E3")


def test_page_2_is_serial_number_and_locks() -> None:
    tree = page_fields(IMPLANTED, 2)
    names = [field.name for field in tree.walk()]
    assert names[:4] == ["Serial number and static lock bytes", "BCC1", "Internal", "Static lock bytes"]
    assert not tree.all_problems()


def test_an_unknown_page_says_why() -> None:
    assert page_fields(NTAG, 0xE5).meaning == "READ shows 00, whatever it holds."
    assert page_fields(read_tag("ntag216", lost=range(9, 10)), 9).meaning == "The tag refused the command."


def test_mirrored_bytes_are_marked() -> None:
    base = read_tag("ntag213", {0x29: "D4000CFF"})
    assert [(field.name, field.span) for field in page_fields(base, 0x0C).children] == [
        ("User memory", (0, 1)),
        ("Mirror", (1, 4)),
    ]


# ---- Bits ------------------------------------------------------------------------------------------------------------


def test_lock_bits_with_their_pages() -> None:
    found = bits(draft_of(NTAG, {0xE2: "01000000"}), 0xE2)
    assert found["L 16-31"].pages == tuple(range(16, 32))
    assert (found["L 16-31"].now, found["L 16-31"].wanted) == (0, 1)
    assert found["L 16-31"].meaning == "Pages 16 to 31 are read-only for ever."
    assert found["BL 208-225"].one_way


def test_one_way_bits_cannot_be_taken_back() -> None:
    base = read_tag("ntag216", {2: "F6481000", 0xE4: "00050000"})
    page = bits(Draft(base), 2)
    assert page["L 4"].set_now
    assert not page["L 4"].editable
    assert page["L 5"].choices == ()  # a flag is turned over, nothing is chosen
    assert bits(Draft(base), 0xE4)["CFGLCK"].one_way


def test_frozen_lock_bits_say_so() -> None:
    page = bits(Draft(IMPLANTED), 2)
    assert page["L 9"].frozen
    assert not page["L 9"].editable
    assert page["L 9"].meaning == "Page 9 is not locked, and can never be."


def test_settings_and_their_reserved_bits() -> None:
    page = bits(Draft(NTAG), 0xE4)
    assert [name for name in page if name != "RFUI"] == ["PROT", "CFGLCK", "NFC_CNT_EN", "NFC_CNT_PWD_PROT", "AUTHLIM"]
    assert not page["RFUI"].editable
    assert len(page["AUTHLIM"].choices) == 8
    assert page["AUTHLIM"].place.high == 2


def test_the_bits_of_a_capability_container_only_go_up() -> None:
    size = bits(Draft(NTAG), 3)["Size"]
    assert (size.now, size.one_way, size.editable) == (0x6D, True, True)
    assert not bits(Draft(IMPLANTED), 3)["Size"].editable


def test_an_empty_otp_page_has_32_bits() -> None:
    assert len(page_bits(Draft(read_tag("mf0ul11")), 3)) == 32


@EVERY_CHIP
def test_bits_cover_no_bit_twice_and_every_choice_can_be_drafted(chip: Chip) -> None:
    draft = Draft(read_tag(chip.key))
    for page in image_pages(chip):
        seen = [0] * 4
        for bit in page_bits(draft, page):
            assert bit.place.page == page
            assert not seen[bit.byte] & bit.place.mask
            seen[bit.byte] |= bit.place.mask
            values = (0, 1) if bit.is_flag and bit.editable else [value for value, _ in bit.choices]
            for value in values:
                changed = draft.with_field(bit.place, value).page(page)
                assert changed is not None
                assert bit.place.value(changed) == value
