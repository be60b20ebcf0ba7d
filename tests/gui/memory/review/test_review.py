"""From the button to the tag: plans that can be undone, permanent ones, and what makes an approval void."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cardscope.events import CardInserted
from cardscope_gui.memory.review.review import Phase

from .conftest import CFG1, PACK, PWD


def texts(view):
    return [[cell.text for cell in row.cells] for row in view.rows]


def test_a_plan_that_can_be_undone_is_written_with_one_click(bench):
    made = bench()
    made.stage({9: "11223344", 7: "AABBCCDD"})
    dialog = made.review()
    assert dialog.review.phase is Phase.READY
    assert [row[1] for row in texts(dialog.steps)] == ["007 07h", "009 09h"]
    assert texts(dialog.end)[1][2:4] == ["A5 00 09 5A", "11 22 33 44"]
    assert "2 pages to write" in dialog.summary.text()
    assert "as foretold" in dialog.summary.text()
    assert made.page(9) == "A500095A", "nothing before the click"
    assert dialog.write.isEnabled()
    dialog.write.click()
    made.settle()
    assert (made.page(7), made.page(9)) == ("AABBCCDD", "11223344")
    assert dialog.review.phase is Phase.ENDED
    assert dialog.review.outcome.done
    assert [row[5] for row in texts(dialog.steps)] == ["Verified", "Verified"]
    assert not made.tab.document.staged
    assert made.run(made.journal.unfinished()) == []
    backups = made.run(made.backups.list())
    assert [backup.snapshot.pages[9].hex() for backup in backups] == ["a500095a"]


def test_no_key_writes_by_accident(bench):
    made = bench()
    made.stage({9: "11223344"})
    dialog = made.review()
    assert not dialog.write.isDefault()
    assert not dialog.write.autoDefault()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(dialog.steps_view, key)
        QTest.keyClick(dialog, key)
    assert dialog.review.phase is Phase.READY
    assert made.page(9) == "A500095A"


def test_each_step_says_what_a_removal_would_leave_behind(bench):
    made = bench()
    made.stage({9: "11223344"})
    dialog = made.review()
    assert "garbage" in dialog.detail.accessibleName()
    assert "Page 9" in dialog.detail.accessibleName()


def permanent(made):
    """Page 3 gets locked: one permanent effect."""
    made.stage({2: made.page(2)[:4] + "0800", 9: "11223344"})
    dialog = made.review()
    assert dialog.review.phase is Phase.READY
    return dialog, dialog.side.effects


def test_a_permanent_effect_wants_its_tick_and_the_tags_number(bench):
    made = bench()
    dialog, effects = permanent(made)
    (tick,) = [box.tick for box in effects.boxes if box.tick is not None]
    assert not dialog.write.isEnabled()
    effects.pair.setText("80")
    assert not dialog.write.isEnabled(), "not ticked"
    tick.setChecked(True)
    assert dialog.write.isEnabled()
    effects.pair.setText("81")
    assert not dialog.write.isEnabled(), "another tag's number"
    assert dialog.status.text() == "“81” are not the last two digits of this tag's number"
    for typed in ("8", ""):
        effects.pair.setText(typed)
        assert not dialog.write.isEnabled()
        assert dialog.status.text() == "The last two digits of the tag's number are missing"
    dialog.review.write()
    made.settle()
    assert made.page(2)[4:] == "0000"
    assert made.page(9) == "A500095A", "nothing of the plan is written"
    effects.pair.setText("80")
    dialog.write.click()
    made.settle()
    assert made.page(2)[4:] == "0800"
    assert made.page(9) == "11223344"


def test_every_permanent_effect_has_a_tick_of_its_own(bench):
    made = bench()
    made.stage({2: made.page(2)[:4] + "0800", CFG1: "40050000"})
    dialog = made.review()
    effects = dialog.side.effects
    ticks = [box.tick for box in effects.boxes if box.tick is not None]
    assert len(ticks) == 3
    effects.pair.setText("80")
    for tick in ticks:
        assert not dialog.write.isEnabled()
        tick.setChecked(True)
    assert dialog.write.isEnabled()
    ticks[1].setChecked(False)
    assert not dialog.write.isEnabled()
    lost = [box for box in effects.boxes if "may lose the card" in box.accessibleName()]
    assert [box.hazard.code for box in lost] == ["H8"]


def test_an_edit_makes_the_approval_void(bench):
    made = bench()
    dialog, effects = permanent(made)
    effects.pair.setText("80")
    next(box.tick for box in effects.boxes if box.tick is not None).setChecked(True)
    assert dialog.write.isEnabled()
    made.stage({10: "01020304"})
    assert dialog.review.phase is Phase.VOID
    assert dialog.write.isHidden()
    dialog.review.write()
    made.settle()
    assert made.page(9) == "A500095A"
    dialog.again.click()
    made.settle()
    assert dialog.review.phase is Phase.READY
    assert len(dialog.steps.rows) == 3
    assert not dialog.write.isEnabled(), "ticks and number are asked for anew"
    assert dialog.side.effects.pair.text() == ""


def test_taking_the_card_away_makes_the_approval_void(bench):
    made = bench()
    made.stage({9: "11223344"})
    dialog = made.review()
    made.remove()
    assert dialog.review.phase is Phase.VOID
    assert not dialog.again.isEnabled()
    made.insert()
    assert dialog.again.isEnabled()
    dialog.again.click()
    made.settle()
    assert dialog.review.phase is Phase.READY
    dialog.write.click()
    made.settle()
    assert made.page(9) == "11223344"


def test_a_tag_that_somebody_else_changed_is_not_written_to(bench):
    made = bench()
    made.stage({9: "11223344"})
    dialog = made.review()
    made.desk.tag.exchange(bytes.fromhex("A20AFFFFFFFF"))
    dialog.write.click()
    made.settle()
    assert dialog.review.phase is Phase.FAILED
    assert "has changed since it was read" in dialog.review.problem
    assert made.page(9) == "A500095A"
    assert made.tab.document.staged == {9}


def test_a_refused_page_is_named_and_can_be_taken_back(bench):
    made = bench()
    made.stage({9: "11223344", 3: "E110FF00"})  # more than there is: NDEF writers would run into the lock bytes
    made.tab.review_wanted.emit(made.tab.document.draft)
    made.settle()
    dialog = made.dialog
    assert dialog.review.phase is Phase.REFUSED
    assert [reason.code for reason in dialog.review.reasons] == ["H4"]
    assert not dialog.write.isEnabled()
    dialog.side.take_back[3].click()
    made.settle()
    assert dialog.review.phase is Phase.READY
    assert made.tab.document.staged == {9}
    dialog.write.click()
    made.settle()
    assert made.page(9) == "11223344"
    assert made.page(3) == "E1101200"


def test_a_protected_page_asks_for_the_password_and_opens_with_it(bench):
    made = bench({0x29: "04000008", PWD: "A1B2C3D4", PACK: "BEEF0000"})
    made.stage({9: "11223344"})
    dialog = made.review()
    assert dialog.review.phase is Phase.SECRET
    form = dialog.side.secret
    assert not form.use.isEnabled()
    form.secret.line.setText("A1B2C3")
    assert not form.use.isEnabled()
    form.secret.line.setText("A1B2C3D4")
    form.use.click()
    made.settle()
    assert dialog.review.phase is Phase.READY
    assert texts(dialog.steps)[0][1] == "Test"
    dialog.write.click()
    made.settle()
    assert made.page(9) == "11223344"


def test_a_wrong_password_writes_nothing(bench):
    made = bench({0x29: "04000008", PWD: "A1B2C3D4", PACK: "BEEF0000"})
    made.stage({9: "11223344"})
    dialog = made.review()
    dialog.side.secret.secret.line.setText("00000000")
    dialog.side.secret.use.click()
    made.settle()
    dialog.write.click()
    made.settle()
    assert dialog.review.phase is Phase.FAILED
    assert "password" in dialog.review.problem
    assert made.page(9) == "A500095A"
    assert made.tab.document.staged == {9}


def test_a_new_password_is_verified_by_the_tag(bench):
    made = bench()
    made.stage({PWD: "A1B2C3D4", PACK: "BEEF0000", 0x29: "0400002B"})
    dialog = made.review()
    assert dialog.review.phase is Phase.READY
    dialog.write.click()
    made.settle()
    assert dialog.review.outcome.done, dialog.review.outcome
    kinds = [(row[1], row[5]) for row in texts(dialog.steps)]
    assert ("Test", "Done") in kinds
    assert ("043 2Bh", "Verified") in kinds
    assert not made.tab.document.staged
    assert (made.page(PWD), made.page(0x29)) == ("A1B2C3D4", "0400002B")


def test_stop_ends_the_writing_between_two_pages(bench):
    made = bench()
    made.stage({9: "11223344", 10: "11223344", 11: "11223344"})
    dialog = made.review()

    said = []

    def stop():
        if dialog.review.phase is Phase.WRITING and dialog.review.done == 1 and not dialog.review.stopping:
            said.append(dialog.status.text())
            dialog.halt.click()
            said.append(dialog.status.text())

    dialog.review.progressed.connect(stop)
    dialog.write.click()
    made.settle()
    assert said == [
        "Page 10: 1 of 3 steps done, less than a second left. Keep the tag still.",
        "Stopping after this step…",
    ]
    outcome = dialog.review.outcome
    assert outcome.stopped
    assert [made.page(page) for page in (9, 10, 11)] == ["11223344", "A5000A5A", "A5000B5A"]
    assert [row[5] for row in texts(dialog.steps)] == ["Verified", "Not written", "Not written"]
    assert made.tab.document.staged == {10, 11}
    dialog.review.progressed.disconnect(stop)
    dialog.again.click()
    made.settle()
    assert [row[1] for row in texts(dialog.steps)] == ["010 0Ah", "011 0Bh"]
    dialog.write.click()
    made.settle()
    assert made.page(11) == "11223344"
    assert made.run(made.journal.unfinished()) == []


def test_escape_does_not_close_what_is_writing(bench):
    made = bench()
    made.stage({9: "11223344", 10: "11223344"})
    dialog = made.review()
    seen = []

    def escape():
        if dialog.review.phase is Phase.WRITING:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            seen.append(dialog.isVisible())

    dialog.review.progressed.connect(escape)
    dialog.write.click()
    made.settle()
    assert seen
    assert all(seen)
    assert made.page(10) == "11223344"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert made.writing.dialog is None


def test_news_of_other_readers_leave_what_was_ticked_and_typed(bench):
    made = bench()
    dialog, effects = permanent(made)
    effects.pair.setText("8")
    made.bridge.published.emit(CardInserted("Another reader", b"", 99, 0.0))
    assert dialog.side.effects is effects
    assert effects.pair.text() == "8"
    assert dialog.review.phase is Phase.READY


def test_tab_comes_to_the_ticks_before_it_comes_to_the_button(bench):
    made = bench()
    dialog, effects = permanent(made)
    tick = next(box.tick for box in effects.boxes if box.tick is not None)
    chain = [dialog.steps_view]
    while chain[-1] is not dialog.write:
        chain.append(chain[-1].nextInFocusChain())
        assert len(chain) < 200
    assert chain.index(tick) < chain.index(effects.pair) < chain.index(dialog.leave)
