"""Staged changes."""

import pytest

from cardscope.memory.draft import Draft
from support.memory_cases import draft_of, read_tag

NTAG = read_tag("ntag216", {4: "0102FE00", 5: "11223344"})


def test_a_page_set_back_to_what_it_holds_is_no_change() -> None:
    draft = Draft(NTAG).with_page(4, b"abcd")
    assert dict(draft.changes) == {4: b"abcd"}
    assert draft.is_changed(4)
    assert not draft.with_page(4, bytes.fromhex("0102FE00")).changes
    assert draft.without(4) == Draft(NTAG)


def test_edits_leave_the_draft_that_they_came_from_alone() -> None:
    draft = Draft(NTAG)
    draft.with_page(4, b"abcd")
    assert not draft.changes


def test_the_password_is_always_a_change() -> None:
    assert Draft(NTAG).with_page(0xE5, bytes(4)).is_changed(0xE5)


@pytest.mark.parametrize("page", [0xE7, 0x100, -1])
def test_a_page_that_does_not_exist_is_refused(page: int) -> None:
    with pytest.raises(ValueError, match=f"stores nothing in page {page}"):
        Draft(NTAG).with_page(page, bytes(4))


def test_volatile_registers_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="stores nothing in page 1016"):
        Draft(read_tag("nt3h1101")).with_page(0x3F8, bytes(4))


def test_a_page_has_four_bytes() -> None:
    with pytest.raises(ValueError, match="page 4 was given 3"):
        Draft(NTAG).with_page(4, b"abc")


def test_what_no_write_changes_may_be_given_as_zeros() -> None:
    assert not draft_of(NTAG, {2: "00000000", 0xE2: "00000000"}).changes
    assert draft_of(NTAG, {0xE2: "01000000"}).page(0xE2) == bytes.fromhex("010000BD")


def test_a_field_is_set_within_its_bits() -> None:
    auth0 = NTAG.chip.fields["PROT"]
    assert Draft(NTAG).with_field(auth0, 1).page(0xE4) == bytes.fromhex("80050000")
    with pytest.raises(ValueError, match="does not fit into 1 bits"):
        Draft(NTAG).with_field(auth0, 2)
    with pytest.raises(ValueError, match="page 228 holds is unknown"):
        Draft(read_tag("ntag216", lost=range(0xE4, 0xE5))).with_field(auth0, 1)
