"""The usual wishes, on chips that keep their bits in different places."""

import pytest

from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.guided import (
    freeze_configuration,
    freeze_locks,
    lock_group,
    lock_pages,
    protect,
    set_key,
    set_password,
    unprotect,
)
from cardscope.memory.plan import plan_writes
from cardscope.tags.catalogue import chips
from support.memory_cases import codes, read_tag

NTAG = Draft(read_tag("ntag216"))


@pytest.mark.parametrize(
    ("chip", "page", "changes"),
    [
        ("ntag216", 4, {2: "F6481000"}),
        ("ntag213", 20, {0x28: "040000BD"}),
        ("ntag215", 129, {0x82: "800000BD"}),
        ("ntag216", 222, {0xE2: "001000BD"}),
        ("nt3h1201", 0x1DF, {0x1E0: "00400000"}),
        ("mf0icu2", 16, {0x28: "020000BD"}),
    ],
)
def test_h23_pages_are_locked_by_the_chip_s_own_map(chip: str, page: int, changes: dict[int, str]) -> None:
    draft = lock_pages(Draft(read_tag(chip)), [page])
    assert {at: content.hex().upper() for at, content in draft.changes.items()} == changes


def test_pages_are_locked_in_groups() -> None:
    assert lock_group(chips()["ntag216"], 20) == range(16, 32)
    assert lock_group(chips()["ntag216"], 4) == range(4, 5)
    assert lock_group(chips()["ntag216"], 0xE3) is None
    with pytest.raises(ValueError, match="no lock bit for page 227"):
        lock_pages(NTAG, [4, 0xE3])


def test_freezing_sets_every_block_lock_bit_and_no_other() -> None:
    draft = freeze_locks(lock_pages(NTAG, [3]))
    assert draft.page(2) == bytes.fromhex("F6480F00")  # as implants are sold
    assert draft.page(0xE2) == bytes.fromhex("00007FBD")


def test_unknown_lock_bytes_cannot_be_added_to() -> None:
    with pytest.raises(ValueError, match="page 2 are unknown"):
        lock_pages(Draft(read_tag("ntag216", lost=range(2, 3))), [4])


def test_freezing_the_configuration() -> None:
    assert "H8" in codes(plan_writes(freeze_configuration(NTAG)))
    with pytest.raises(ValueError, match="cannot be frozen"):
        freeze_configuration(Draft(read_tag("nt3h2111")))


@pytest.mark.parametrize(
    ("chip", "reading", "cfg0", "cfg1"),
    [
        ("ntag216", False, "04000004", "00050000"),
        ("ntag216", True, "04000004", "80050000"),
        ("mf0ul11", True, "00000004", "80050000"),
        ("nt3h2111", True, "00000004", "80000000"),
        ("mf0icu2", False, "04000000", "01000000"),
        ("mf0icu2", True, "04000000", "00000000"),
    ],
)
def test_protection(chip: str, reading: bool, cfg0: str, cfg1: str) -> None:
    draft = protect(Draft(read_tag(chip)), 4, reading=reading)
    assert draft.chip.cfg0 is not None
    assert draft.chip.cfg1 is not None
    assert draft.page(draft.chip.cfg0) == bytes.fromhex(cfg0)
    assert draft.page(draft.chip.cfg1) == bytes.fromhex(cfg1)


def test_a_password_and_what_it_protects_in_one_plan() -> None:
    plan = plan_writes(protect(set_password(NTAG, b"ABCD", b"XY"), 0xE3, reading=False))
    assert [step.page for step in plan.steps] == [0xE5, 0xE6, 0xE5, 0xE5, 0xE3]
    assert plan.approve is None


@pytest.mark.parametrize(("chip", "cfg0"), [("ntag216", "040000FF"), ("mf0icu2", "30000000"), ("nt3h2111", "000000FF")])
def test_opening_brings_the_settings_of_delivery_back(chip: str, cfg0: str) -> None:
    draft = unprotect(protect(Draft(read_tag(chip)), 4, reading=True))
    assert draft.chip.cfg0 is not None
    assert draft.page(draft.chip.cfg0) == bytes.fromhex(cfg0)


def test_a_key() -> None:
    draft = set_key(Draft(read_tag("mf0icu2")), bytes(range(16)))
    assert draft.page(0x2D) == bytes((4, 5, 6, 7))
    assert plan_writes(draft).steps[-1].credentials == Credentials(key=bytes(range(16)))


def test_what_a_chip_does_not_have() -> None:
    draft = Draft(read_tag("nt3h1101"))
    with pytest.raises(ValueError, match="no password"):
        set_password(draft, b"ABCD", b"XY")
    with pytest.raises(ValueError, match="no protection"):
        protect(draft, 4, reading=False)
    with pytest.raises(ValueError, match="no key"):
        set_key(draft, bytes(16))
    with pytest.raises(ValueError, match="PACK has 2 bytes"):
        set_password(NTAG, b"ABCD", b"X")
    with pytest.raises(ValueError, match="at page 230 at the latest"):
        protect(NTAG, 231, reading=False)
