"""The list of hazards, H1 to H25, each with the examples that the project's reference gives for it."""

from dataclasses import replace

import pytest

from cardscope.memory.credentials import Credentials
from cardscope.memory.plan import plan_writes
from support.memory_cases import IMPLANT, IMPLANT_UID, codes, draft_of, hazard, read_tag, refused

NTAG = read_tag("ntag216")
PASSWORD = Credentials(b"\xff\xff\xff\xff", bytes(2))


def test_h1_static_lock_bits_name_the_pages_they_lock() -> None:
    plan = plan_writes(draft_of(NTAG, {2: "0000F8FF"}))
    lock = hazard(plan, "H1")
    assert lock.permanent
    assert lock.pages == tuple(range(3, 16))
    assert lock.text == "Pages 3 to 15 become read-only for ever."
    assert lock.page == 2
    assert plan.approve == plan.digest


def test_h1_names_only_what_is_new() -> None:
    base = read_tag("ntag216", {2: "F6480800"})
    assert hazard(plan_writes(draft_of(base, {2: "F6481801"})), "H1").pages == (4, 8)


def test_h1_a_lock_bit_is_never_cleared() -> None:
    base = read_tag("ntag216", {2: "F6480F00"})
    reason = refused(base, {2: "F6480000"})[2]
    assert reason.code == "H1"
    assert "F6480000" not in reason.text
    assert "0F00 would come of it" in reason.text


def test_h2_block_lock_bits_name_what_can_never_be_locked() -> None:
    block = hazard(plan_writes(draft_of(NTAG, {2: "00000200"})), "H2")
    assert block.permanent
    assert block.pages == tuple(range(4, 10))
    assert "pages 4 to 9 can never be locked" in block.text


def test_h2_a_page_that_is_locked_at_once_is_not_called_unlockable() -> None:
    block = hazard(plan_writes(draft_of(NTAG, {2: "00001200"})), "H2")
    assert block.text == "The lock bits of pages 4 to 9 are frozen: pages 5 to 9 can never be locked."


@pytest.mark.parametrize(
    ("chip", "held", "wanted", "comes"),
    [
        ("ntag216", "E1106D00", "E1101200", "E1107F00"),  # 6D | 12 = 7F
        ("ntag216", "E1106D00", "E1103E00", "E1107F00"),  # 6D | 3E = 7F
        ("ntag213", "E1101200", "E1106D00", "E1107F00"),
    ],
)
def test_h3_a_size_that_cannot_be_reached_is_refused_with_what_would_come(
    chip: str, held: str, wanted: str, comes: str
) -> None:
    reason = refused(read_tag(chip, {3: held}), {3: wanted})[3]
    assert reason.code == "H3"
    assert f"{comes} would come of it" in reason.text


def test_h3_a_factory_cc_on_a_burnt_one_is_refused() -> None:
    """A forum's case: the CC of an implant became E1126D00, and the owner wanted the factory's back."""
    reason = refused(read_tag("ntag216", {3: "E1126D00"}), {3: "E1106D00"})[3]
    assert reason.code == "H3"
    assert "byte 1 bit 1" in reason.text


def test_h3_a_read_only_capability_container_says_what_phones_make_of_it() -> None:
    once = hazard(plan_writes(draft_of(NTAG, {3: "E1106D0F"})), "H3")
    assert once.permanent
    assert "read-only" in once.text


@pytest.mark.parametrize(
    ("chip", "most", "over"), [("ntag213", 0x12, 0x13), ("ntag215", 0x3F, 0x7F), ("ntag216", 0x6F, 0x7F)]
)
def test_h4_a_size_beyond_user_memory_is_refused(chip: str, most: int, over: int) -> None:
    base = read_tag(chip, {3: "E1100000"})
    assert codes(plan_writes(draft_of(base, {3: f"E110{most:02X}00"}))) == ["H3"]
    reason = refused(base, {3: f"E110{over:02X}00"})[3]
    assert reason.code == "H4"
    assert f"{over * 8} bytes" in reason.text


def test_h4_otp_bits_without_a_capability_container_announce_nothing() -> None:
    assert codes(plan_writes(draft_of(read_tag("mf0ul11"), {3: "0000FF00"}))) == ["H3"]


@pytest.mark.parametrize(
    ("chip", "page", "content", "pages"),
    [
        ("ntag213", 0x28, "01080000", (16, 17, 38, 39)),
        ("ntag215", 0x82, "80000000", (128, 129)),
        ("ntag216", 0xE2, "01000000", tuple(range(16, 32))),
        ("nt3h1201", 0x1E0, "80000000", tuple(range(240, 272))),
        ("nt3h2211", 0xE2, "80800000", (*range(256, 272), *range(496, 512))),
        ("mf0ul21", 0x24, "01000000", (16, 17)),
        ("mf0icu2", 0x28, "02000000", (16, 17, 18, 19)),
    ],
)
def test_h5_dynamic_lock_bits_name_their_pages(chip: str, page: int, content: str, pages: tuple[int, ...]) -> None:
    lock = hazard(plan_writes(draft_of(read_tag(chip), {page: content})), "H5")
    assert (lock.permanent, lock.page, lock.pages) == (True, page, pages)


def test_h6_a_dynamic_block_lock_bit() -> None:
    block = hazard(plan_writes(draft_of(NTAG, {0xE2: "00004000"})), "H6")
    assert (block.permanent, block.pages) == (True, tuple(range(208, 226)))


def test_h7_the_displayed_bd_is_never_written_back() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE2: "010000BD"}))
    (step,) = plan.steps
    assert step.new == bytes.fromhex("01000000")
    assert step.result == bytes.fromhex("010000BD")
    assert plan.predicted.pages[0xE2] == bytes.fromhex("010000BD")


def test_h7_another_byte_in_its_place_is_refused() -> None:
    assert refused(NTAG, {0xE2: "000000BE"})[0xE2].code == "H7"


@pytest.mark.parametrize(
    ("chip", "page", "content"),
    [
        ("ntag213", 0x28, "00100000"),
        ("ntag213", 0x28, "00004000"),
        ("ntag215", 0x82, "00010000"),
        ("ntag216", 0xE2, "00400000"),
        ("ntag216", 0xE2, "00008000"),
        ("mf0ul21", 0x24, "00002000"),
    ],
)
def test_h7_lock_bits_without_a_meaning_are_refused(chip: str, page: int, content: str) -> None:
    assert refused(read_tag(chip), {page: content})[page].code == "H7"


def test_h7_bits_without_a_meaning_that_are_set_already_are_written_as_0() -> None:
    base = read_tag("ntag216", {0xE2: "004000BD"})
    (step,) = plan_writes(draft_of(base, {0xE2: "014000BD"})).steps
    assert step.new == bytes.fromhex("01000000")
    assert step.result == bytes.fromhex("014000BD")


def test_h8_cfglck_is_named_with_what_it_freezes() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE4: "40050000"}))
    lock = hazard(plan, "H8")
    assert (lock.permanent, lock.page, lock.pages) == (True, 0xE4, (0xE3, 0xE4))
    assert "AUTH0 FF (for writing)" in lock.text


def test_h8_cfglck_makes_its_pages_untouchable() -> None:
    base = read_tag("ntag216", {0xE4: "40050000"})
    found = refused(base, {0xE3: "040000E3", 0xE4: "00050000"})
    assert {page: reason.code for page, reason in found.items()} == {0xE3: "H8", 0xE4: "H8"}
    assert plan_writes(draft_of(base, {0xE5: "41424344"})).approve is None


def test_h9_cfglck_with_the_password_page_left_open() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE4: "40050000"}))
    assert hazard(plan, "H9").permanent
    covered = plan_writes(draft_of(NTAG, {0xE3: "040000E3", 0xE4: "40050000"}), password=PASSWORD)
    assert "H9" not in codes(covered)


def test_h10_protection_with_a_password_that_nobody_has_proven_is_refused() -> None:
    assert refused(NTAG, {0xE3: "040000E3"})[0xE3].code == "H10"


def test_h10_with_the_password_it_is_named_and_reversible() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE3: "040000E3"}), password=PASSWORD)
    need = hazard(plan, "H10")
    assert (need.permanent, need.pages) == (False, (0xE3, 0xE4, 0xE5, 0xE6))
    assert plan.approve is None


def test_h10_prot_alone_needs_the_password_too() -> None:
    base = read_tag("ntag216", {0xE3: "040000E6"})
    assert refused(base, {0xE4: "80050000"})[0xE4].code == "H10"


def test_h10_what_is_protected_needs_the_password() -> None:
    implant = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
    assert refused(implant, {0xE4: "80050000"})[0xE4].code == "H10"
    assert codes(plan_writes(draft_of(implant, {0xE1: "4E457854"}))) == []


def test_h11_a_password_that_anyone_may_overwrite() -> None:
    assert hazard(plan_writes(draft_of(NTAG, {0xE5: "41424344"})), "H11").pages == (0xE5,)
    changes = {0xE3: "040000E5", 0xE5: "41424344"}
    assert "H11" not in codes(plan_writes(draft_of(NTAG, changes)))
    assert "H11" in codes(plan_writes(draft_of(NTAG, {0xE3: "040000E6"}), password=PASSWORD))


@pytest.mark.parametrize(("auth0", "named"), [("00", True), ("03", True), ("04", False)])
def test_h12_auth0_in_the_first_pages(auth0: str, named: bool) -> None:
    plan = plan_writes(draft_of(NTAG, {0xE3: f"040000{auth0}"}), password=PASSWORD)
    assert ("H12" in codes(plan)) is named


def test_h13_reading_needs_the_password() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE3: "0400000A", 0xE4: "80050000"}), password=PASSWORD)
    hidden = hazard(plan, "H13")
    assert (hidden.permanent, hidden.pages) == (False, tuple(range(10, 0xE7)))


def test_h14_authlim_counts_wrong_passwords_for_ever() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE4: "07050000"}), password=PASSWORD)
    assert hazard(plan, "H14").permanent
    assert hazard(plan, "H14").text.startswith("7 wrong passwords")


def test_h14_on_ntag_i2c_plus_it_is_a_power_of_two() -> None:
    plan = plan_writes(draft_of(read_tag("nt3h2111"), {0xE4: "03000000"}), password=PASSWORD)
    assert hazard(plan, "H14").text.startswith("8 wrong passwords")


def test_h14_a_password_is_not_tried_unsaid_where_tries_count() -> None:
    base = read_tag("ntag216", {0xE3: "04000004", 0xE4: "03050000"})
    assert hazard(plan_writes(draft_of(base, {5: "41424344"}), password=PASSWORD), "H14").permanent
    known = replace(base, auth_failures=0)
    assert not hazard(plan_writes(draft_of(known, {5: "41424344"}), password=PASSWORD), "H14").permanent


def test_h14_no_password_is_tried_on_a_tag_that_takes_none() -> None:
    base = read_tag("ntag216", {0xE3: "04000004", 0xE4: "03050000"})
    spent = replace(base, auth_failures=3)
    with pytest.raises(Exception, match="takes none any more"):
        plan_writes(draft_of(spent, {5: "41424344"}), password=PASSWORD)


def test_h15_authlim_with_an_untested_password_is_refused() -> None:
    assert refused(NTAG, {0xE4: "07050000"})[0xE4].code == "H15"


def test_h16_a_password_of_zeros_is_named() -> None:
    assert hazard(plan_writes(draft_of(NTAG, {0xE5: "00000000"})), "H16").page == 0xE5


def test_h17_pages_without_protection_against_tearing() -> None:
    torn = hazard(plan_writes(draft_of(NTAG, {5: "41424344", 0xE3: "000000FF", 0xE5: "41424344"})), "H17")
    assert (torn.permanent, torn.pages) == (False, (0xE3, 0xE5))


MIRROR = {0xE3: "500005FF", 5: "30303034", 6: "45313431"}
"""A UID mirror from page 5 byte 1 on, 14 characters: up to page 8 byte 2."""


def test_h18_text_of_the_mirror_is_not_written_back() -> None:
    base = read_tag("ntag216", MIRROR)
    assert refused(base, {5: "AA303034"})[5].code == "H18"


def test_h18_a_page_under_the_mirror_can_be_given_as_a_whole() -> None:
    base = read_tag("ntag216", MIRROR)
    plan = plan_writes(draft_of(base, {6: "41424344", 9: "41424344"}))
    assert hazard(plan, "H18").pages == (6,)
    assert not plan.approve


def test_h18_what_lay_under_the_mirror_is_not_predicted() -> None:
    base = read_tag("ntag216", MIRROR)
    plan = plan_writes(draft_of(base, {0xE3: "040000FF", 6: "41424344"}))
    assert set(base.pages) - set(plan.predicted.pages) == {5, 7, 8}


def test_h18_a_new_mirror_names_what_it_covers() -> None:
    covered = hazard(plan_writes(draft_of(NTAG, {0xE3: "440005FF"})), "H18")
    assert covered.pages == (5, 6, 7, 8)


def test_h19_the_counter_goes_up_for_ever() -> None:
    plan = plan_writes(draft_of(NTAG, {0xE4: "10050000"}))
    assert hazard(plan, "H19").permanent
    assert 2 not in plan.predicted.counters
    counting = read_tag("ntag216", {0xE4: "10050000"})
    assert not hazard(plan_writes(draft_of(counting, {5: "41424344"})), "H19").permanent
    assert hazard(plan_writes(draft_of(counting, {0xE5: "41424344"})), "H19").permanent  # cycles the power


def test_h20_counters_are_never_written() -> None:
    assert refused(read_tag("mf0icu2"), {0x29: "05000000"})[0x29].code == "H20"


def test_h21_the_key_is_written_as_a_whole() -> None:
    base = read_tag("mf0icu2")
    found = refused(base, {0x2C: "01020304", 0x2D: "01020304"})
    assert {reason.code for reason in found.values()} == {"H21"}
    whole = dict.fromkeys(range(44, 48), "01020304")
    plan = plan_writes(draft_of(base, whole))
    assert not hazard(plan, "H21").permanent


def test_h21_lock_bits_of_key_and_settings() -> None:
    plan = plan_writes(draft_of(read_tag("mf0icu2"), {0x28: "00E00000"}))
    assert (hazard(plan, "H21").permanent, hazard(plan, "H21").pages) == (True, tuple(range(42, 48)))


@pytest.mark.parametrize(("wanted", "name"), [("08010100", "REG_LOCK_NFC"), ("08010200", "REG_LOCK_I2C")])
def test_h22_register_locks(wanted: str, name: str) -> None:
    lock = hazard(plan_writes(draft_of(read_tag("nt3h2111"), {0xE9: wanted})), "H22")
    assert lock.permanent
    assert lock.text.startswith(name)
    assert refused(read_tag("nt3h2111", {0xE9: wanted}), {0xE9: "08010000"})[0xE9].code == "H22"


def test_h22_sector_1_and_the_direction_of_transfer() -> None:
    assert hazard(plan_writes(draft_of(read_tag("nt3h2211"), {0xE4: "20000000"})), "H22").pages == tuple(
        range(0x100, 0x200)
    )
    assert hazard(plan_writes(draft_of(read_tag("nt3h1101"), {0xE8: "0000F848"})), "H22").permanent


def test_h22_on_the_larger_ntag_i2c_page_e2_is_user_memory_and_the_locks_are_in_sector_1() -> None:
    plan = plan_writes(draft_of(read_tag("nt3h1201"), {0xE2: "FFFFFF00", 0xE0: "FFFFFF00"}))
    assert codes(plan) == []


@pytest.mark.parametrize(("chip", "page"), [("ntag215", 128), ("ntag216", 222)])
def test_h23_where_generic_tools_look_for_lock_bytes_there_is_user_memory(chip: str, page: int) -> None:
    plan = plan_writes(draft_of(read_tag(chip), {page: "FFFFFF00"}))
    assert codes(plan) == []
    assert plan.predicted.pages[page] == bytes.fromhex("FFFFFF00")


def test_h24_locking_everything_is_named_as_that() -> None:
    """NFCPY's protect() writes 0000FFFF and FFFFFF00: refused for its RFUI bits, and named for what is left of it."""
    assert refused(NTAG, {2: "0000FFFF", 0xE2: "FFFFFF00"})[0xE2].code == "H7"
    plan = plan_writes(draft_of(NTAG, {2: "0000FFFF", 0xE2: "FF3F7F00"}))
    everything = hazard(plan, "H24")
    assert everything.permanent
    assert everything.pages == tuple(range(4, 0xE2))


def test_h25_the_access_byte_e4_of_a_bricked_implant() -> None:
    """Its owner meant AUTHLIM 7 and wrote E4: PROT, CFGLCK, a reserved bit and AUTHLIM 4."""
    assert refused(NTAG, {0xE4: "E4050000"})[0xE4].code == "H25"
    plan = plan_writes(draft_of(NTAG, {0xE4: "C4050000"}), password=PASSWORD)
    assert {"H8", "H9", "H14"} <= set(codes(plan))


@pytest.mark.parametrize(
    ("chip", "page", "content"),
    [
        ("ntag216", 0xE3, "0C0000FF"),
        ("ntag216", 0xE3, "040100FF"),
        ("ntag216", 0xE4, "00050100"),
        ("ntag216", 0xE6, "00000100"),
        ("mf0ul11", 0x11, "08050000"),
        ("nt3h2111", 0xE4, "40000000"),
        ("nt3h2111", 0xE9, "08010400"),
    ],
)
def test_h25_bits_without_a_meaning_are_refused(chip: str, page: int, content: str) -> None:
    assert refused(read_tag(chip), {page: content})[page].code == "H25"


def test_h25_what_is_set_already_stays() -> None:
    base = read_tag("ntag216", {0xE3: "0B0000FF"})
    assert codes(plan_writes(draft_of(base, {0xE3: "0F0000FF"}))) == ["H17"]
    assert codes(plan_writes(draft_of(NTAG, {0xE4: "00000000"}))) == ["H17"]
    assert codes(plan_writes(draft_of(read_tag("ntag216", {0xE4: "00000000"}), {0xE4: "00050000"}))) == ["H17"]


def test_a_locked_implant_keeps_all_that_its_maker_has_locked() -> None:
    """Page 2 0F00: page 3 is locked and all locks of pages 3 to 15 are frozen."""
    implant = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
    found = refused(implant, {2: "CA48FFFF", 3: "E1126D00", 0xE2: "01007FBD"})
    assert {page: reason.code for page, reason in found.items()} == {2: "H2", 3: "locked", 0xE2: "H6"}


def test_h14_a_try_where_the_limit_could_not_be_read_may_be_the_last() -> None:
    base = read_tag("ntag216", {0xE3: "04000009"}, lost=range(0xE4, 0xE5))
    assert hazard(plan_writes(draft_of(base, {9: "41424344"}), password=PASSWORD), "H14").permanent
    assert "H14" not in codes(plan_writes(draft_of(base, {5: "41424344"})))


def test_the_serial_number_is_never_written() -> None:
    found = refused(NTAG, {0: "04E141AA", 1: "11223344", 2: "FF480000"})
    assert {reason.code for reason in found.values()} == {"serial_number"}


def test_without_the_settings_neither_settings_nor_locks_are_written() -> None:
    base = read_tag("ntag216", lost=range(0xE3, 0xE7))
    found = refused(base, {2: "00000010", 3: "E1106F00", 0xE2: "01000000", 0xE3: "040000FF", 0xE5: "41424344"})
    assert {reason.code for reason in found.values()} == {"unknown"}
    plan = plan_writes(draft_of(base, {5: "41424344"}))
    assert "may be text of a mirror" in hazard(plan, "H18").text
    assert plan.approve is None


def test_without_the_lock_bytes_nothing_is_written_that_they_could_lock() -> None:
    base = read_tag("ntag216", lost=range(2, 3))
    assert refused(base, {5: "41424344"})[5].code == "unknown"
    assert codes(plan_writes(draft_of(base, {16: "41424344"}))) == []
