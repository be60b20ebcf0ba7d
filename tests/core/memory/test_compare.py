"""Two snapshots side by side."""

import pytest

from cardscope.memory.compare import compare, take
from cardscope.memory.plan import PlanRefusal, plan_writes
from cardscope.tags.snapshot import TagSnapshot
from support.memory_cases import IMPLANT_UID, read_tag

TAG = read_tag("ntag216", {0xE3: "040000E3", 9: "41424344"})
BACKUP = read_tag("ntag216", {2: "F6481000", 9: "41424300"})


def test_the_same_is_no_difference() -> None:
    found = compare(TAG, TAG)
    assert (found.differences, found.notes) == ((), ())


def test_what_differs_in_words() -> None:
    rows = {row.page: row for row in compare(TAG, BACKUP).differences}
    assert set(rows) == {2, 9, 0xE3}
    assert rows[0xE3].meaning.startswith("AUTH0 E3 → FF: ")
    assert rows[0xE3].meaning.endswith("the password protects nothing")
    assert rows[2].meaning == "L 4 0 → 1: page 4 is read-only for ever"
    assert (rows[9].left, rows[9].right) == (b"ABCD", b"ABC\0")


def test_abbreviations_keep_their_letters() -> None:
    (row,) = compare(TAG, read_tag("ntag216", {0xE3: "040000E3", 9: "41424344", 0xE4: "40050000"})).differences
    assert row.meaning.startswith("CFGLCK 0 → 1: CFG0 and CFG1 ")


def test_pages_that_one_does_not_know() -> None:
    row = compare(TAG, read_tag("ntag216", {0xE3: "040000E3"}, lost=range(9, 10))).differences
    assert [(one.page, one.right, one.meaning) for one in row] == [(9, None, "Only the left one knows it.")]
    assert compare(TAG, read_tag("ntag216", {0xE3: "040000E3"}, lost=range(9, 10))).pages == ()


def test_other_tags_and_other_chips_are_said() -> None:
    notes = compare(TAG, read_tag("ntag215", uid=IMPLANT_UID)).notes
    assert notes == (
        "They are of different chips: NTAG216 and NTAG215.",
        "They are of different tags: UID 04E141124C2880 and 0485928AA06181.",
    )


def test_pages_are_taken_as_staged_edits() -> None:
    draft = take(TAG, BACKUP, [9, 0xE3])
    assert dict(draft.changes) == {9: b"ABC\0", 0xE3: bytes.fromhex("040000FF")}
    assert plan_writes(take(TAG, BACKUP, [9])).approve is None


def test_h16_secrets_are_never_taken() -> None:
    dump = TagSnapshot(BACKUP.chip, {**BACKUP.pages, 0xE5: bytes(4), 0xE6: bytes(4)})
    with pytest.raises(PlanRefusal) as caught:
        take(TAG, dump, [9, 0xE5, 0xE6])
    assert [(reason.page, reason.code) for reason in caught.value.reasons] == [(0xE5, "H16"), (0xE6, "H16")]


def test_text_of_a_mirror_is_never_taken() -> None:
    with pytest.raises(PlanRefusal, match="text of its mirror"):
        take(TAG, read_tag("ntag216", {0xE3: "440005FF"}), [6])


def test_pages_of_another_chip_are_taken_where_they_are_for_the_same() -> None:
    other = read_tag("ntag215", {9: "01020304"})
    assert dict(take(TAG, other, [9]).changes) == {9: bytes.fromhex("01020304")}
    with pytest.raises(PlanRefusal) as caught:
        take(TAG, other, [0x83, 200])
    assert {reason.page: reason.code for reason in caught.value.reasons} == {0x83: "other_chip", 200: "unknown"}
