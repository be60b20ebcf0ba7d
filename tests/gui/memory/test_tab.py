"""The tab with a card on a virtual reader: reading, staging, removing, and what the bar says."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.type2 import Type2Tag
from cardscope_gui.memory.bytes_text import Notation
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.leaving import Unkept, ask_to_leave


def shown_memory(bench, card="ntag216", model="acr122u"):
    bench.tab.set_front(True)
    bench.insert(bench.card(card, model))
    return bench.tab.document


def stage(bench, page, content):
    document = bench.tab.document
    document.write_page(page, bytes.fromhex(content), "typing")


def settled(qtbot, condition):
    qtbot.waitUntil(condition)


def test_the_tab_in_front_reads_the_memory_once(bench):
    document = shown_memory(bench)
    assert document is not None
    assert document.base.chip.key == "ntag216"
    assert len(document.base.pages) == 229, "all but PWD and PACK"
    exchanges = len(bench.recorder.events)
    bench.tab.show_card(bench.tab._session, bench.tab._known)
    bench.tab.set_front(True)
    assert len(bench.recorder.events) == exchanges


def test_nothing_is_read_before_the_tab_is_in_front(bench):
    bench.insert(bench.card("ntag216"))
    assert bench.tab.document is None
    bench.tab.set_front(True)
    assert bench.tab.document is not None


def test_a_counter_that_reading_would_count_is_asked_about_each_time(bench):
    chip = chips()["ntag216"]
    # Bit 4 of ACCESS: NFC_CNT_EN (NTAG213/215/216, 8.5.7).
    pages = factory_pages(chip, bytes.fromhex("04216216C01680")) | {0xE4: bytes.fromhex("10050000")}
    silicon = Type2Tag(chip, b"".join(pages[page] for page in image_pages(chip)), counters={2: 41})
    bench.tab.set_front(True)
    bench.insert(reader_model("acr122u").front(silicon))
    assert bench.tab.document is None
    assert silicon.counters == {2: 41}
    assert "stands at 41. Where it is switched on, reading makes that 42" in bench.tab.nothing.reason.accessibleName()
    assert bench.tab.nothing.button.text() == "Read it, and let it count"
    bench.tab.nothing.button.click()
    assert bench.tab.document is not None
    assert silicon.counters == {2: 42}
    bench.actions.read_again.trigger()
    assert not bench.tab.question.isHidden()
    assert silicon.counters == {2: 42}
    bench.tab.question.yes.click()
    assert not bench.tab.reading.running


def test_progress_and_cancel(bench):
    bench.tab.set_front(True)
    bench.bridge.later = True
    bench.insert(bench.card("ntag216"))
    assert not bench.tab.progress.isHidden()
    assert "Reading" in bench.tab.nothing.title.text()
    bench.tab.progress.cancel.click()
    assert bench.tab.progress.isHidden()
    bench.bridge.run()
    assert bench.tab.document is None
    assert bench.tab.nothing.button.text() == "Read memory"
    bench.tab.nothing.button.click()
    bench.bridge.run()
    assert bench.tab.document is not None


def test_a_card_that_goes_while_it_is_read_says_so(bench):
    bench.tab.set_front(True)
    bench.bridge.later = True
    bench.insert(bench.card("ntag216"))
    bench.reader.remove()
    bench.bridge.run()
    assert bench.tab.nothing.title.text() == "The memory could not be read"
    assert "was taken from" in bench.tab.nothing.reason.accessibleName()


def test_the_bar_counts_changes_and_permanent_effects(bench, qtbot):
    shown_memory(bench)
    assert bench.tab.bar.isHidden()
    stage(bench, 13, "33313233")
    settled(qtbot, lambda: bench.tab.bar.changes.text() == "1 page changed")
    assert bench.tab.bar.permanent.isHidden()
    stage(bench, 2, bench.tab.document.base.pages[2][:2].hex() + "0800")
    settled(qtbot, lambda: not bench.tab.bar.permanent.isHidden())
    assert bench.tab.bar.changes.text() == "2 pages changed"
    assert bench.tab.bar.permanent.text() == "1 permanent effect"
    row = bench.tab.model.row_of(3)
    assert bench.tab.model.line(row).access == "Locked after write"
    assert bench.tab.model.line(bench.tab.model.row_of(2)).mark == "one-way"
    bench.tab.discard()
    assert not bench.tab.document.staged
    settled(qtbot, bench.tab.bar.isHidden)
    bench.actions.undo.trigger()
    assert bench.tab.document.staged == {2, 13}


def test_the_review_button_is_there_once_somebody_listens(bench, qtbot):
    shown_memory(bench)
    stage(bench, 13, "33313233")
    settled(qtbot, lambda: not bench.tab.bar.isHidden())
    assert bench.tab.bar.review.isHidden()
    assert not bench.actions.review.isEnabled()
    drafts = []
    bench.tab.review_wanted.connect(drafts.append)
    stage(bench, 14, "33313233")
    settled(qtbot, lambda: not bench.tab.bar.review.isHidden())
    bench.tab.bar.review.click()
    assert [set(draft.changes) for draft in drafts] == [{13, 14}]


def test_what_cannot_be_written_stops_the_review(bench, qtbot):
    bench.tab.review_wanted.connect(lambda _draft: None)
    document = shown_memory(bench)
    cfg1 = document.base.chip.cfg1
    content = document.base.pages[cfg1]
    stage(bench, cfg1, (content[:3] + b"\x80").hex())
    settled(qtbot, lambda: bool(bench.tab.assessment.refused))
    assert bench.tab.bar.refused.text() == "1 cannot be written"
    assert not bench.tab.bar.review.isEnabled()
    line = bench.tab.model.line(bench.tab.model.row_of(document.place(cfg1)))
    assert line.access == "Cannot be written"


def test_an_unfinished_password_stops_the_review(bench, qtbot):
    bench.tab.review_wanted.connect(lambda _draft: None)
    document = shown_memory(bench)
    document.write({4 * document.place(document.base.chip.pwd): 0x12}, "typing")
    settled(qtbot, lambda: not bench.tab.bar.isHidden())
    assert not bench.tab.bar.review.isEnabled()
    assert "needs all its bytes" in bench.tab.bar.note.text()


def test_changes_outlive_the_card_and_find_it_again(bench, qtbot):
    bench.tab.review_wanted.connect(lambda _draft: None)
    card = bench.card("ntag216")
    bench.tab.set_front(True)
    bench.insert(card)
    stage(bench, 13, "33313233")
    bench.remove()
    assert not bench.tab.present
    assert bench.tab.bar.note.text() == "Card removed, changes kept"
    assert not bench.tab.bar.review.isEnabled()
    bench.insert(bench.card("ntag215-half-locked"))
    assert bench.tab.document.base.chip.key == "ntag215"
    assert not bench.tab.document.staged
    bench.remove()
    bench.insert(card)
    assert bench.tab.document.staged == {13}
    assert bench.tab.present
    settled(qtbot, bench.tab.bar.review.isEnabled)


def test_reading_again_tells_what_the_tag_holds_now(bench):
    card = bench.card("ntag216")
    bench.tab.set_front(True)
    bench.insert(card)
    stage(bench, 13, "33313233")
    stage(bench, 14, "01020304")
    session = bench.tab._session
    write = bytes.fromhex("FFD6000D04") + bytes.fromhex("33313233")
    bench.bridge.loop.run_until_complete(session.send(write))
    bench.actions.read_again.trigger()
    assert bench.tab.document.staged == {14}


def test_find_goes_to_pages_bytes_and_text(bench):
    shown_memory(bench, "ntag216-url")
    bench.actions.find.trigger()
    field = bench.tab.find_bar.field
    for text, page in (("0x0B", 11), ("E2h", 226), ("pe", 7)):
        field.clear()
        QTest.keyClicks(field, text)
        assert bench.tab.table.page is not None
        if page != 7:
            assert bench.tab.table.page == page
    field.clear()
    QTest.keyClicks(field, "D1 01")
    assert bench.tab.find_bar.result.text().startswith("1 of")
    position = bench.tab.table.selection.start
    assert bench.tab.document.values(range(position, position + 2)) == [0xD1, 0x01]
    field.clear()
    QTest.keyClicks(field, '"no such text"')
    assert bench.tab.find_bar.result.text() == "Not found"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert bench.tab.find_bar.isHidden()


def test_a_paste_that_is_too_long_asks_and_then_pastes_what_fits(bench):
    document = shown_memory(bench)
    last = document.base.chip.user_last
    bench.tab.table.go_to(4 * document.place(last))
    QGuiApplication.clipboard().setText("AB" * 40)
    bench.actions.paste.trigger()
    question = bench.tab.question
    assert "40 bytes, and 4 fit" in question.words.text()
    question.no.click()
    assert not document.staged
    bench.actions.paste.trigger()
    question.yes.click()
    assert document.draft.changes == {last: b"\xab" * 4}
    assert question.isHidden()


def asked_too_long(bench):
    """Asks what to do with 200 bytes from page 10 on, of which 120 fit; page 20 is staged."""
    document = shown_memory(bench, "ntag213")
    stage(bench, 20, "11223344")
    bench.tab.table.go_to(4 * 10)
    QGuiApplication.clipboard().setText("AB" * 200)
    bench.actions.paste.trigger()
    assert "200 bytes, and 120 fit" in bench.tab.question.words.text()
    return document


@pytest.mark.parametrize(
    "happens",
    [
        lambda bench, _: bench.tab.table.go_to(4 * 6),
        lambda bench, _: bench.tab.table.go_to(4 * 11, extend=4),
        lambda bench, _: stage(bench, 30, "01020304"),
        lambda _, document: document.stack.undo(),
        lambda _, document: document.rebase(document.base),
        lambda bench, _: bench.tab.editor.copy(Notation.HEX),
        lambda bench, _: bench.tab.show_file(MemoryDocument(bench.tab.document.base)),
    ],
    ids=["cell", "selection", "edit", "undo", "reading", "copy", "document"],
)
def test_the_question_about_a_long_paste_goes_with_what_it_was_about(bench, happens):
    document = asked_too_long(bench)
    question = bench.tab.question
    happens(bench, document)
    assert question.isHidden()
    staged = document.staged
    question.yes.click()
    assert document.staged == staged, "nothing is pasted at a place that it was not asked about"


def test_another_paste_that_fits_ends_the_question(bench):
    document = asked_too_long(bench)
    QGuiApplication.clipboard().setText("00")  # what is there already: the memory does not change by it
    bench.tab.table.setFocus()
    bench.actions.paste.trigger()
    assert bench.tab.question.isHidden()
    bench.tab.question.yes.click()
    assert document.staged == {20}


def test_filling_takes_hex_and_nothing_else(bench):
    document = shown_memory(bench)
    bench.tab.table.go_to(4 * 20)
    bench.actions.fill.trigger()
    question = bench.tab.question
    question.field.setText("0G")
    assert not question.yes.isEnabled()
    QTest.keyClick(question.field, Qt.Key.Key_Return)
    assert not document.staged
    question.field.setText("5A")
    QTest.keyClick(question.field, Qt.Key.Key_Return)
    assert document.draft.changes == {20: b"\x5a\0\0\0"}


def test_a_dump_is_wanted_by_key_and_button(bench):
    shown_memory(bench)
    wanted = []
    bench.tab.save_wanted.connect(lambda: wanted.append(True))
    bench.actions.save_dump.setEnabled(True)
    bench.actions.save_dump.trigger()
    assert wanted == [True]


def test_a_tag_from_a_file_is_edited_like_one_on_a_reader(bench, qtbot):
    document = shown_memory(bench)
    stage(bench, 13, "33313233")
    file = MemoryDocument(document.base)
    bench.tab.show_file(file)
    assert bench.tab.document is file
    assert not bench.tab.present, "there is no card"
    assert not bench.tab.table._dimmed
    file.write_page(2, file.base.pages[2][:2] + b"\x08\x00", "typing")
    settled(qtbot, lambda: bench.tab.bar.review.text() == "Save dump…")
    assert bench.tab.bar.permanent.isHidden(), "nothing is permanent in a file"
    wanted, reviewed = [], []
    bench.tab.save_wanted.connect(lambda: wanted.append(True))
    bench.tab.review_wanted.connect(reviewed.append)
    bench.tab.review()
    assert (wanted, reviewed) == ([True], [])
    bench.tab.show_card(bench.tab._session or bench.service.session(bench.reader.name), None)
    assert bench.tab.document is document
    assert document.staged == {13}


def test_leaving_names_what_is_kept_nowhere(bench):
    document = shown_memory(bench)
    stage(bench, 13, "33313233")
    left = []

    def answer(word):
        ask_to_leave([Unkept(document, document.staged)], bench.tab, lambda: left.append(word))
        shown = bench.tab.findChildren(QMessageBox)[-1]
        assert "NTAG216, 04 " in shown.informativeText()
        assert "page 13" in shown.informativeText()
        next(button for button in shown.buttons() if word in button.text()).click()

    answer("Stay")
    assert left == []
    answer("Discard")
    assert left == ["Discard"]
