"""The order of steps, the end state, and the digest that approves a plan."""

import re
from dataclasses import replace

import pytest

from cardscope.memory.credentials import Credentials
from cardscope.memory.mirror import mirrored
from cardscope.memory.plan import Plan, PlanRefusal, StepKind, plan_writes
from cardscope.memory.rehearsal import rehearse
from cardscope.tags.snapshot import TagSnapshot
from support.memory_cases import IMPLANT, IMPLANT_UID, draft_of, read_tag

NTAG = read_tag("ntag216")
PASSWORD = Credentials(b"\xff\xff\xff\xff", bytes(2))
EVERYTHING = {
    2: "0000F000",
    3: "E1106D0F",
    9: "31323334",
    4: "01020304",
    0xE2: "01000100",
    0xE3: "040000E3",
    0xE4: "47050000",
    0xE5: "41424344",
    0xE6: "58590000",
}


def shape(plan: Plan) -> list[str]:
    """Each step as its page, with a sign for what is no write."""
    signs = {StepKind.WRITE: "", StepKind.AUTHENTICATE: "?", StepKind.POWER_CYCLE: "~"}
    return [f"{signs[step.kind]}{step.page:02X}" for step in plan.steps]


def test_the_safe_order() -> None:
    plan = plan_writes(draft_of(NTAG, EVERYTHING))
    assert shape(plan) == ["04", "09", "E5", "E6", "~E5", "?E5", "E4", "E3", "E4", "03", "E2", "02"]


def message_steps(base: dict[int, str], changes: dict[int, str]) -> list[str]:
    tag = read_tag("ntag216", base)
    return [f"{step.page:02X} {step.new.hex().upper()}" for step in plan_writes(draft_of(tag, changes)).steps]


def test_the_length_of_a_message_is_0_first_and_set_last() -> None:
    # NFC Forum Type 2 Tag §2.4, write procedure. Here the old message has 5 bytes, the new one 9.
    old = {4: "0305D101", 5: "01550061", 6: "FE000000"}
    assert message_steps(old, {4: "0309D101", 5: "05550461", 6: "622E6465"}) == [
        "04 0300D101",
        "05 05550461",
        "06 622E6465",
        "04 0309D101",
    ]


def test_a_new_message_of_the_same_length_too() -> None:
    old = {4: "0309D101", 5: "05550461", 6: "622E6465", 7: "FE000000"}
    assert message_steps(old, {5: "05550462", 6: "632E6465"}) == [
        "04 0300D101",
        "05 05550462",
        "06 632E6465",
        "04 0309D101",
    ]


def test_one_page_of_a_message_needs_no_such_care() -> None:
    old = {4: "0309D101", 5: "05550461", 6: "622E6465", 7: "FE000000"}
    assert message_steps(old, {6: "632E6465"}) == ["06 632E6465"]


def test_nor_does_what_is_behind_the_message() -> None:
    old = {4: "0309D101", 5: "05550461", 6: "622E6465", 7: "FE000000"}
    assert message_steps(old, {20: "01020304", 21: "01020304"}) == ["14 01020304", "15 01020304"]


def test_a_long_length_that_stands_in_two_pages() -> None:
    # A Memory Control TLV before it puts the long length into pages 5 and 6: 03 FF, 01 2C.
    old = {4: "0203F000", 5: "030300FE"}
    new = {4: "0203F000", 5: "0303FF01", 6: "2C010203", 7: "04050607"}
    assert message_steps(old, {page: content for page, content in new.items() if page != 4})[-1] == "05 0303FF01"


def test_a_length_that_is_none_in_the_new_message_comes_back_before_the_new_length() -> None:
    # The old message begins behind a Lock Control TLV, in page 5; the new one in its place, in page 4.
    tag = read_tag("ntag216", {4: "0103A00C", 5: "340305D1", 6: "01550061", 7: "FE000000"})
    plan = plan_writes(draft_of(tag, {4: "0309D101", 6: "01550062"}))
    assert [step.new.hex().upper() for step in plan.steps if step.page == 5] == ["340300D1", "340305D1"]
    assert plan.steps[-1].new == bytes.fromhex("0309D101")
    assert rehearse(plan, model="acr122u").agrees
    held = dict(tag.pages)
    for step in plan.steps:
        held[step.page] = step.result
    assert held == dict(plan.predicted.pages)


def test_a_length_under_a_mirror_is_not_written_back() -> None:
    # READ shows the UID from page 5, byte 3 on, right behind the length: what is stored there is not known.
    old = {4: "0203F000", 5: "03031830", 6: "34453134", 7: "31313234", 8: "43323838", 9: "30000000", 0xE3: "740005FF"}
    tag = read_tag("ntag216", old)
    assert 5 in mirrored(tag)
    assert {step.page for step in plan_writes(draft_of(tag, {10: "41424344", 11: "41424344"})).steps} == {10, 11}


@pytest.mark.parametrize("new", [{7: "00000000", 8: "00000000"}, {7: "03020000", 8: "41424344"}])
def test_a_message_whose_length_does_not_fit_into_the_data_area(new: dict[int, str]) -> None:
    # NULL TLVs, and 03 in the last byte of the 48 that page 3 announces.
    tag = read_tag("ntag210", dict.fromkeys(range(4, 15), "00000000") | {7: "01020304", 15: "00000003"})
    assert [step.page for step in plan_writes(draft_of(tag, new)).steps][-1] in new


def test_cfglck_comes_on_its_own_after_what_it_freezes() -> None:
    steps = [
        step.new.hex().upper() for step in plan_writes(draft_of(NTAG, EVERYTHING)).steps if step.page in (0xE3, 0xE4)
    ]
    assert steps == ["07050000", "040000E3", "47050000"]
    alone = plan_writes(draft_of(NTAG, {0xE4: "40050000"}))
    assert shape(alone) == ["E4"]


def test_the_new_password_is_tested_with_what_the_tag_will_answer() -> None:
    test = next(step for step in plan_writes(draft_of(NTAG, EVERYTHING)).steps if step.kind is StepKind.AUTHENTICATE)
    assert test.credentials == Credentials(b"ABCD", b"XY")
    assert "ABCD" not in repr(test.credentials)


def test_no_password_is_in_what_a_plan_shows_of_itself() -> None:
    draft = draft_of(NTAG, EVERYTHING)
    plan = plan_writes(draft)
    rehearsal = rehearse(plan, model="acr122u")
    for shown in (repr(draft), repr(plan), repr(rehearsal)):
        assert "ABCD" not in shown
        assert "XY" not in shown


def test_a_protected_tag_is_opened_first_and_the_new_password_tested_after() -> None:
    implant = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
    plan = plan_writes(draft_of(implant, {0xE5: "41424344", 9: "41424344"}), password=PASSWORD)
    assert shape(plan) == ["?E5", "09", "E5", "~E5", "?E5"]
    first, last = (step.credentials for step in plan.steps if step.kind is StepKind.AUTHENTICATE)
    assert first == PASSWORD
    assert last == Credentials(b"ABCD", bytes(2))


def test_user_memory_of_such_a_tag_needs_no_password() -> None:
    implant = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
    assert shape(plan_writes(draft_of(implant, {9: "41424344"}), password=PASSWORD)) == ["09"]


def test_a_known_password_is_proven_before_it_protects() -> None:
    assert shape(plan_writes(draft_of(NTAG, {0xE3: "040000E3"}), password=PASSWORD)) == ["?E5", "E3"]


def test_the_key_of_an_ultralight_c() -> None:
    changes = dict.fromkeys(range(44, 48), "01020304") | {0x2A: "03000000", 0x2B: "01000000"}
    plan = plan_writes(draft_of(read_tag("mf0icu2"), changes))
    assert shape(plan) == ["2C", "2D", "2E", "2F", "~2C", "?2C", "2B", "2A"]
    assert plan.steps[5].credentials == Credentials(key=bytes.fromhex("01020304" * 4))


def test_the_registers_are_locked_after_the_settings() -> None:
    changes = {0xE9: "08010100", 0xE8: "1100F848", 0xE7: "01000000", 0xE3: "000000FE"}
    assert shape(plan_writes(draft_of(read_tag("nt3h2111"), changes))) == ["E7", "E3", "E8", "E9"]


def test_page_2_goes_out_with_the_end_of_the_serial_number() -> None:
    (step,) = plan_writes(draft_of(NTAG, {2: "00000010"})).steps
    assert step.new == bytes.fromhex("F6480010")


def test_nothing_is_planned_where_nothing_changes() -> None:
    plan = plan_writes(draft_of(NTAG, {}))
    assert (plan.steps, plan.hazards, plan.approve) == ((), (), None)
    assert dict(plan.predicted.pages) == dict(NTAG.pages)


def test_the_end_state_of_everything() -> None:
    pages = plan_writes(draft_of(NTAG, EVERYTHING)).predicted.pages
    wanted = {page: bytes.fromhex(content) for page, content in EVERYTHING.items()}
    wanted |= {2: bytes.fromhex("F648F000"), 0xE2: bytes.fromhex("010001BD")}
    assert {page: pages[page] for page in wanted} == wanted
    assert {page: pages[page] for page in NTAG.pages if page not in wanted} == {
        page: content for page, content in NTAG.pages.items() if page not in wanted
    }


def test_a_right_password_sets_the_count_of_failures_back() -> None:
    tried = replace(read_tag("ntag216", {0xE3: "04000004", 0xE4: "05050000"}), auth_failures=2)
    assert plan_writes(draft_of(tried, {5: "41424344"}), password=PASSWORD).predicted.auth_failures == 0
    assert plan_writes(draft_of(tried, {0xE4: "05050000"})).predicted.auth_failures == 2


def test_old_is_what_read_showed() -> None:
    steps = {step.page: step.old for step in plan_writes(draft_of(NTAG, EVERYTHING)).writes}
    assert steps[4] == bytes.fromhex("0300FE00")
    assert steps[0xE2] == bytes.fromhex("000000BD")
    assert steps[0xE5] is None


def test_refusals_are_for_all_pages_at_once() -> None:
    with pytest.raises(PlanRefusal) as caught:
        plan_writes(draft_of(NTAG, {3: "E1126000", 0xE2: "000000BE", 0xE3: "0C0000FF", 5: "41424344"}))
    assert [reason.page for reason in caught.value.reasons] == [3, 0xE2, 0xE3]
    assert str(caught.value).startswith("Page 3: ")
    assert "2 more pages" in str(caught.value)


def digest(base: TagSnapshot, changes: dict[int, str]) -> str:
    return plan_writes(draft_of(base, changes)).digest


def test_the_digest_binds_tag_content_and_steps() -> None:
    one = digest(NTAG, {5: "41424344"})
    assert re.fullmatch("[0-9A-F]{16}", one)
    assert one == digest(read_tag("ntag216"), {5: "41424344"})
    others = {
        digest(NTAG, {5: "41424345"}),
        digest(NTAG, {6: "41424344"}),
        digest(read_tag("ntag216", uid=IMPLANT_UID), {5: "41424344"}),
        digest(read_tag("ntag216", {200: "00000001"}), {5: "41424344"}),
        digest(read_tag("ntag216f"), {5: "41424344"}),
        digest(read_tag("ntag216", lost=range(200, 201)), {5: "41424344"}),
    }
    assert len(others | {one}) == 7


def test_the_digest_does_not_bind_the_counter_in_the_mirror() -> None:
    """A counter mirror shows another number after each power-up: that is no other tag."""
    mirror = {0xE3: "840005FF", 0xE4: "10050000", 5: "30303030", 6: "30310000"}
    counted = mirror | {6: "30320000"}
    assert digest(read_tag("ntag216", mirror), {9: "41424344"}) == digest(read_tag("ntag216", counted), {9: "41424344"})
    assert digest(read_tag("ntag216", mirror), {9: "41424344"}) != digest(
        read_tag("ntag216", mirror | {6: "30310001"}), {9: "41424344"}
    )
