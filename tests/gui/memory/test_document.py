"""What is staged, and how it is taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents

from .conftest import tag


def position(document: MemoryDocument, page: int, offset: int = 0) -> int:
    place = document.place(page)
    assert place is not None
    return 4 * place + offset


def test_a_byte_that_is_what_was_read_is_no_change(qtbot):
    document = MemoryDocument(tag())
    document.write({position(document, 6): 0x33}, "typing")
    assert document.staged == {6}
    document.write({position(document, 6): 0x00}, "typing")
    assert not document.staged
    assert document.draft.changes == {}


def test_the_digits_of_one_byte_are_one_step_to_undo(qtbot):
    document = MemoryDocument(tag())
    at = position(document, 6)
    document.write({at: 0x30}, "typing", typed=1)
    document.write({at: 0x33}, "typing", typed=1)
    document.write({at + 1: 0x40}, "typing", typed=2)
    assert document.stack.count() == 2
    document.stack.undo()
    document.stack.undo()
    assert not document.staged
    document.stack.redo()
    assert document.wanted(6) == (0x33, 0, 0, 0)


def test_a_password_is_staged_when_all_of_it_is_typed(qtbot):
    document = MemoryDocument(tag())
    at = position(document, 0x2B)
    document.write({at: 1, at + 1: 2, at + 2: 3}, "typing")
    assert document.edits.partial == {0x2B: (1, 2, 3, None)}
    assert 0x2B not in document.draft.changes
    document.write({at + 3: 4}, "typing")
    assert document.draft.changes == {0x2B: bytes((1, 2, 3, 4))}
    assert not document.edits.partial


def test_pack_takes_two_bytes_and_the_reserved_ones_are_written_as_0(qtbot):
    document = MemoryDocument(tag())
    at = position(document, 0x2C)
    assert "reserved" in document.why_not(at + 2)
    document.write({at: 0xAB, at + 1: 0xCD}, "typing")
    assert document.draft.changes == {0x2C: bytes.fromhex("ABCD0000")}
    assert document.revert([at, at + 1], "take back")
    assert not document.staged


def test_a_typed_password_is_taken_back_byte_by_byte(qtbot):
    document = MemoryDocument(tag())
    at = position(document, 0x2B)
    document.write({at + n: n for n in range(4)}, "typing")
    document.revert([at], "take back")
    assert document.edits.partial == {0x2B: (None, 1, 2, 3)}
    document.revert(range(at, at + 4), "take back")
    assert not document.staged
    document.stack.undo()
    document.stack.undo()
    assert document.draft.changes == {0x2B: bytes(range(4))}


@pytest.mark.parametrize(
    ("page", "offset", "value", "word"),
    [
        (0, 0, 1, "serial number"),
        (2, 0, 1, "lock bytes"),
        (0x28, 3, 0, "lock bytes"),
        (3, 0, 0, "never cleared"),
        (2, 2, 0x01, ""),
        (6, 0, 0xFF, ""),
    ],
)
def test_what_can_never_be_written_is_refused_at_the_key(qtbot, page, offset, value, word):
    document = MemoryDocument(tag())
    reason = document.refusal({position(document, page, offset): value})
    assert word in reason
    assert bool(reason) == bool(word)


def test_a_set_lock_bit_stays_set_and_a_frozen_one_stays_open(qtbot):
    # Byte 2 of page 2: bit 0 freezes the lock bit of page 3, bit 4 locks page 4 (NTAG213/215/216, 8.5.2).
    document = MemoryDocument(tag(pages={2: f"{tag().pages[2][:2].hex()}1100"}))
    at = position(document, 2, 2)
    assert "never be cleared" in document.refusal({at: 0x01})
    assert "frozen" in document.refusal({at: 0x19})
    assert not document.refusal({at: 0x31})
    assert "read-only for ever" in document.why_not(position(document, 4))


def test_a_pasted_run_ends_with_its_area(qtbot):
    document = MemoryDocument(tag())
    start = position(document, 0x26)
    assert document.room(start) == range(start, start + 8), "the dynamic lock bytes follow page 27h"
    assert not document.room(position(document, 0))
    assert len(document.room(position(document, 0x2C))) == 2


def test_another_reading_keeps_what_is_still_to_be_done(qtbot):
    documents = Documents()
    document = documents.take(tag())
    document.write({position(document, 6): 1, position(document, 7): 2}, "typing")
    assert documents.take(tag(pages={6: "01000000"})) is document
    assert document.staged == {7}
    assert [each.base.uid for each in documents.unwritten] == [document.base.uid]
    document.stack.undo()
    assert not document.staged


def test_what_was_written_and_cannot_be_read_back_is_done(qtbot):
    document = MemoryDocument(tag())
    at = position(document, 0x2B)
    document.write({at + n: n for n in range(4)}, "typing")
    document.write({position(document, 6): 1}, "typing")
    document.rebase(tag(), written={0x2B})
    assert document.staged == {6}
    assert not document.stack.canUndo(), "undo must not stage the password again"


PLACES = st.integers(min_value=4 * 4, max_value=4 * 0x28 - 1)


@given(st.lists(st.dictionaries(PLACES, st.integers(0, 255), min_size=1, max_size=12), max_size=12))
def test_undoing_everything_leaves_what_was_read_and_redoing_it_what_was_staged(steps):
    document = MemoryDocument(tag())
    for step in steps:
        document.write(step, "typing")
    wanted = dict(document.draft.changes)
    expected = {at: value for step in steps for at, value in step.items()}
    for at, value in expected.items():
        assert document.value(at) == value
        assert document.is_changed(at) == (value != document.base_value(at))
    while document.stack.canUndo():
        document.stack.undo()
    assert document.draft.changes == {}
    while document.stack.canRedo():
        document.stack.redo()
    assert document.draft.changes == wanted


@given(st.dictionaries(PLACES, st.integers(0, 255), min_size=1, max_size=40), st.data())
def test_taking_bytes_back_leaves_the_others(values, data):
    document = MemoryDocument(tag())
    document.write(values, "typing")
    taken = data.draw(st.sets(st.sampled_from(sorted(values))))
    document.revert(taken, "take back")
    for at, value in values.items():
        assert document.value(at) == (document.base_value(at) if at in taken else value)
