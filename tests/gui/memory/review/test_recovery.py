"""Plans that did not come to their end, and what the tag held before."""

from cardscope.events import CardInserted, CardRemoved
from cardscope.store.journal import Ending
from cardscope.tags.catalogue import chips
from cardscope.virtual.faults import Count, Fault, FaultKind, FaultPlan, Moment
from cardscope_gui.memory.review.review import Phase
from support.writing_desk import OTHER_UID, tag_of

from .conftest import PACK, PWD, Bench

REMOVED = FaultKind.REMOVED


def accident(kind, moment, at):
    return FaultPlan(7, (Fault(kind, moment, at, Count.WRITE),))


def texts(view):
    return [[cell.text for cell in row.cells] for row in view.rows]


def interrupted(made, moment=Moment.BEFORE, at=2):
    """Pages 9 to 11 were to be written, and the tag is taken away around the write of that number."""
    made.stage({9: "11223344", 10: "55667788", 11: "99AABBCC"})
    dialog = made.review()
    made.accidents(accident(REMOVED, moment, at))
    dialog.write.click()
    made.settle()
    made.tab.show_gone()
    return dialog


def test_a_tag_that_was_taken_away_can_be_gone_on_with_when_it_is_back(bench):
    made = bench()
    dialog = interrupted(made)
    assert dialog.review.phase is Phase.ENDED
    assert not dialog.review.outcome.done
    assert not dialog.again.isEnabled()
    assert dialog.status.text() == "Waiting for the tag to be put back."
    made.insert(tag_of(chips()["ntag213"], uid=bytes.fromhex("04010203040506")))
    uid = made.desk.tag.uid.hex(" ").upper()
    assert dialog.status.text() == f"This is another tag (UID 04 01 02 03 04 05 06). Put {uid} back."
    assert not dialog.again.isEnabled()
    made.remove()
    assert dialog.status.text() == "Waiting for the tag to be put back."
    assert dialog.review.document.staged >= {10, 11}
    made.insert()
    assert dialog.again.isEnabled()
    assert dialog.again.text() == "Read again and go on"
    dialog.again.click()
    made.settle()
    assert dialog.review.phase is Phase.READY
    assert {row[1] for row in texts(dialog.steps)} == {"010 0Ah", "011 0Bh"}, "page 9 is written by now"
    dialog.write.click()
    made.settle()
    assert [made.page(page) for page in (9, 10, 11)] == ["11223344", "55667788", "99AABBCC"]
    assert not made.tab.document.staged
    assert made.run(made.journal.unfinished()) == []
    assert made.writing.bar.isHidden()


def test_another_tag_does_not_wake_the_review(bench):
    made = bench()
    dialog = interrupted(made)
    made.insert(tag_of(chips()["ntag213"], uid=OTHER_UID))
    assert not dialog.again.isEnabled()


def restarted(bench, made):
    """The program was ended and begun again; the same tag lies on the reader."""
    made.writing.dialog.close()
    return bench(store=made.store, tag=made.desk.tag)


def test_after_a_restart_the_tag_brings_its_unfinished_plan_along(bench):
    first = bench()
    interrupted(first, Moment.INSIDE)
    made = restarted(bench, first)
    assert not made.writing.bar.isHidden()
    said = made.writing.bar.accessibleName()
    assert "did not come to its end" in said
    assert "1 of 3 pages hold what was wanted" in said
    made.writing.bar.resume.click()
    made.settle()
    dialog = made.dialog
    assert {row[1] for row in texts(dialog.steps)} == {"010 0Ah", "011 0Bh"}
    assert made.page(11) == "A5000B5A", "nothing is written without the user's word"
    dialog.write.click()
    made.settle()
    assert [made.page(page) for page in (9, 10, 11)] == ["11223344", "55667788", "99AABBCC"]
    assert made.run(made.journal.unfinished()) == []
    assert made.writing.bar.isHidden()


def test_rolling_back_brings_back_what_was_there(bench):
    first = bench()
    interrupted(first, Moment.INSIDE)
    made = restarted(bench, first)
    made.writing.bar.roll_back.click()
    made.settle()
    made.dialog.write.click()
    made.settle()
    assert [made.page(page) for page in (9, 10, 11)] == ["A500095A", "A5000A5A", "A5000B5A"]
    assert made.run(made.journal.unfinished()) == []
    entry = made.run(made.journal.get(1))
    assert entry.ending is Ending.ROLLED_BACK


def test_rolling_back_after_a_second_attempt_ends_both(bench):
    first = bench()
    interrupted(first)
    second = restarted(bench, first)
    second.writing.bar.resume.click()
    second.settle()
    second.accidents(accident(REMOVED, Moment.BEFORE, 2))
    second.dialog.write.click()
    second.settle()
    made = restarted(bench, second)
    assert len(made.run(made.journal.unfinished())) == 2
    made.writing.bar.roll_back.click()
    made.settle()
    assert {row[1] for row in texts(made.dialog.steps)} >= {"009 09h", "010 0Ah"}, "back to before the first"
    made.dialog.write.click()
    made.settle()
    assert [made.page(page) for page in (9, 10, 11)] == ["A500095A", "A5000A5A", "A5000B5A"]
    assert made.run(made.journal.unfinished()) == []


def test_leaving_it_writes_nothing_and_is_remembered(bench):
    first = bench()
    interrupted(first)
    made = restarted(bench, first)
    made.writing.bar.leave.click()
    made.settle()
    assert made.writing.bar.isHidden()
    assert made.page(10) == "A5000A5A"
    assert made.run(made.journal.get(1)).ending is Ending.LEFT
    again = bench(store=made.store, tag=made.desk.tag)
    assert again.writing.bar.isHidden()


def test_a_password_is_asked_for_again_after_a_restart(bench):
    first = bench()
    first.stage({PWD: "A1B2C3D4", PACK: "BEEF0000", 0x29: "0400002B"})
    dialog = first.review()
    first.accidents(accident(REMOVED, Moment.BEFORE, 1))
    dialog.write.click()
    first.settle()
    made = restarted(bench, first)
    assert "type pages 43 to 44 again" in made.writing.bar.accessibleName()
    made.writing.bar.resume.click()
    made.settle()
    assert made.writing.dialog is None
    assert made.tab.document.staged == {0x29}


def test_a_page_that_holds_something_else_is_told_apart(bench):
    made = bench()
    made.stage({9: "11223344", 10: "55667788"})
    dialog = made.review()
    made.accidents(accident(FaultKind.TIMEOUT, Moment.BEFORE, 2))
    dialog.write.click()
    made.settle()
    outcomes = {row[1]: row[5] for row in texts(dialog.steps)}
    assert outcomes == {"009 09h": "Verified", "010 0Ah": "Not written"}
    assert made.tab.document.staged == {10}


def test_a_torn_page_is_a_mismatch_and_stays_staged(bench):
    made = bench()
    made.stage({9: "11223344", 10: "55667788"})
    dialog = made.review()
    write = made.desk.tag.exchange

    def disturbed(frame):
        answer = write(frame)
        if frame[:2] == bytes((0xA2, 10)):
            write(bytes.fromhex("A20ADEADBEEF"))
        return answer

    made.desk.tag.exchange = disturbed
    dialog.write.click()
    made.settle()
    outcomes = {row[1]: row[5] for row in texts(dialog.steps)}
    assert outcomes == {"009 09h": "Verified", "010 0Ah": "Holds something else"}
    assert made.tab.document.staged == {10}
    assert made.tab.document.base.pages[10].hex() == "deadbeef"
    assert len(made.run(made.journal.unfinished())) == 1
    assert not made.writing.bar.isHidden()


def test_backups_are_listed_compared_and_taken_over_by_the_page(bench):
    made = bench()
    made.stage({9: "11223344", 10: "55667788"})
    made.review().write.click()
    made.settle()
    made.dialog.close()
    made.writing.open_backups()
    made.settle()
    backups = made.writing.backups
    (row,) = texts(backups.list)
    assert row[1:] == ["Before writing", made.desk.reader.name]
    assert backups.compare.summary.text().startswith("2 pages differ")
    made.stage({7: "77880000"})
    row = next(row for row in backups.compare.model.rows if row.page == 7)
    assert row.left == row.right == made.tab.document.base.pages[7], "what the tag holds"
    assert row.staged == "Staged for the tag, not written: 77 88 00 00."
    made.tab.document.stack.undo()
    assert [row.page for row in backups.compare.model.rows] == [9, 10]
    backups.compare.table.selectRow(0)
    backups.compare.into_left.click()
    assert made.tab.document.draft.changes == {9: bytes.fromhex("A500095A")}
    assert made.page(9) == "11223344", "staged, and not written"
    assert backups.compare.model.rows[0].left.hex() == "11223344"
    assert "A5 00 09 5A" in backups.compare.model.rows[0].staged
    backups.close()
    made.review().write.click()
    made.settle()
    assert made.page(9) == "A500095A"


def test_what_a_backup_cannot_bring_back_says_why(bench):
    made = bench()
    made.stage({2: made.page(2)[:4] + "1000"})  # page 4
    dialog = made.review()
    dialog.side.effects.pair.setText("80")
    dialog.side.effects.boxes[0].tick.setChecked(True)
    dialog.write.click()
    made.settle()
    dialog.close()
    made.writing.open_backups()
    made.settle()
    made.writing.backups.compare.into_left.click()
    assert "never be cleared" in made.writing.backups.compare.said.text()
    assert not made.tab.document.staged


def test_a_backup_can_be_made_by_hand(bench):
    made = bench()
    made.writing.open_backups()
    made.settle()
    assert made.writing.backups.list.rows == []
    made.writing.backups.keep.click()
    made.settle()
    assert [row[1] for row in texts(made.writing.backups.list)] == ["Kept by hand"]
    assert len(made.run(made.backups.list())) == 1


def test_the_header_learns_what_was_written(bench):
    made = bench()
    made.stage({2: made.page(2)[:4] + "1000"})
    dialog = made.review()
    dialog.side.effects.pair.setText("80")
    dialog.side.effects.boxes[0].tick.setChecked(True)
    dialog.write.click()
    made.settle()
    known = made.desk.service.identification(made.desk.reader.name)
    assert known.complete
    assert known.state.static.locked == {4}


def test_a_tag_with_an_unfinished_plan_wants_to_be_seen(bench):
    first = bench()
    interrupted(first)
    first.writing.dialog.close()
    made = bench(store=first.store, tag=first.desk.tag, front=False)
    assert made.wanted == 1
    assert made.tab.document is None


def test_a_plan_is_rehearsed_on_a_twin_without_touching_the_tags_own_changes(bench):
    made: Bench = bench()
    made.stage({9: "11223344"})

    class Reader:
        name = "Elsewhere"

    made.slot.reader = Reader()
    dialog = made.review()
    assert dialog.practise.isEnabled()
    dialog.practise.click()
    made.settle()
    (card,) = made.slot.inserted
    assert card.tag.uid == made.desk.tag.uid
    assert card.tag.snapshot().pages[9].hex() == "a500095a"
    twin = made.documents.get(card.tag.uid, "Elsewhere")
    assert twin is not made.tab.document
    assert twin.draft.changes == {9: bytes.fromhex("11223344")}
    twin.rebase(twin.base, written=(9,))
    assert made.tab.document.staged == {9}
    made.bridge.published.emit(CardRemoved("Elsewhere", 1, 0.0))
    assert made.documents.get(card.tag.uid, "Elsewhere") is twin, "that was the card in whose place it comes"
    made.bridge.published.emit(CardInserted("Elsewhere", b"", 2, 0.0))
    made.bridge.published.emit(CardRemoved("Elsewhere", 2, 0.0))
    assert made.documents.get(card.tag.uid, "Elsewhere") is made.tab.document


def test_a_virtual_card_is_practice_already(bench):
    made = bench()
    made.slot.reader = made.desk.reader
    made.stage({9: "11223344"})
    dialog = made.review()
    assert not dialog.practise.isEnabled()
    for words in (dialog.practise.toolTip(), dialog.practise.accessibleDescription(), dialog.status.text()):
        assert "virtual card already" in words
