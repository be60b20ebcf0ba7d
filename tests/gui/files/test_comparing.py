"""Two tags side by side: what differs and what it means, and what can be taken over."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cardscope.store.backups import Backups
from cardscope.store.database import Database
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.card.tabs import Tab
from cardscope_gui.files.compare_rows import CompareSide, rows_of, taking
from cardscope_gui.files.compare_view import CompareView
from cardscope_gui.memory.document import MemoryDocument
from support.dump_files import ready_tag

UID = bytes.fromhex("04A1B2C3D4E5F6")


def tag(chip="ntag213", pages=None, uid=UID):
    """Factory-fresh, with PWD and PACK, and with other contents in some pages."""
    kind = chips()[chip]
    held = factory_pages(kind, uid) | {page: bytes.fromhex(content) for page, content in (pages or {}).items()}
    return TagSnapshot(kind, held)


@pytest.fixture
def view(qtbot):
    def make(left, right, *, into_left=True, into_right=False):
        documents = (MemoryDocument(left) if into_left else None, MemoryDocument(right) if into_right else None)
        made = CompareView(CompareSide("left tag", left, documents[0]), CompareSide("right.nfc", right, documents[1]))
        qtbot.addWidget(made)
        made.resize(1000, 500)
        made.show()
        qtbot.waitExposed(made)
        return made

    return make


def shown_pages(view):
    return [row.page for row in view.model.rows]


def test_only_differences_are_shown_until_all_are_wanted(view):
    made = view(tag(), tag(pages={4: "01020304", 41: "04000004"}))
    assert shown_pages(made) == [4, 41]
    assert made.summary.text() == "2 pages differ · 43 are the same"
    made.everything.click()
    assert shown_pages(made) == list(range(45))
    made.everything.click()
    assert shown_pages(made) == [4, 41]


def test_the_meaning_of_a_difference_is_said(view):
    made = view(tag(pages={41: "04000004"}), tag(pages={41: "040000FF"}))
    (row,) = made.model.rows
    assert "AUTH0 04 → FF" in row.meaning
    assert row.meaning in made.meaning.accessibleName(), "of the current row as a whole"
    index = made.model.index(0, 3)
    assert "AUTH0" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_two_that_are_alike_say_so(view):
    made = view(tag(), tag())
    assert made.summary.text() == "All alike"
    assert made.alike.isVisible()
    assert not made.into_left.isEnabled()


def test_other_tags_and_other_chips_are_named(view):
    made = view(tag(), tag("ntag215", uid=bytes.fromhex("04111111111111")))
    words = made.notes.accessibleName()
    assert "different chips: NTAG213 and NTAG215" in words
    assert "UID 04A1B2C3D4E5F6 and 04111111111111" in words


def test_selected_pages_are_staged_as_one_step_and_then_are_alike(view):
    made = view(tag(), tag(pages={4: "01020304", 5: "05060708", 6: "090A0B0C"}))
    document = made.left.document
    assert shown_pages(made) == [4, 5, 6]
    QTest.keyClick(made.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert made.table.chosen == [4, 5]
    assert made.into_left.accessibleName() == "Take into left tag"
    assert made.into_right.isHidden(), "that one has no document"
    made.into_left.click()
    assert dict(document.draft.changes) == {4: bytes.fromhex("01020304"), 5: bytes.fromhex("05060708")}
    assert made.said.accessibleName() == "2 pages are staged."
    assert shown_pages(made) == [6]
    document.stack.undo()
    assert not document.staged
    assert shown_pages(made) == [4, 5, 6]


def test_both_sides_can_take(view):
    made = view(tag(), tag(pages={4: "01020304"}), into_right=True)
    made.select_all()
    made.into_right.click()
    assert dict(made.right.document.draft.changes) == {4: made.left.snapshot.pages[4]}


def test_passwords_and_serial_numbers_are_never_taken(view):
    other = bytes.fromhex("04111111111111")
    made = view(tag(), tag(pages={43: "11223344", 44: "55660000", 5: "05060708"}, uid=other))
    made.select_all()
    assert {0, 1, 43, 44} <= set(made.table.chosen)
    made.into_left.click()
    assert dict(made.left.document.draft.changes) == {5: bytes.fromhex("05060708")}
    assert made.said.accessibleName().startswith("1 page is staged.")
    assert "stay" in made.said.accessibleName()


def test_what_another_chip_has_elsewhere_is_not_taken():
    document = MemoryDocument(tag("ntag213"))
    source = tag("ntag215", {41: "01020304", 10: "0A0B0C0D"})
    found = taking(document, source, [10, 41])
    assert found.pages == (10,)
    assert "NTAG215" in found.left_out[41]


def test_lock_bits_that_would_have_to_be_cleared_are_refused():
    factory = tag()
    locked = replace(factory, pages={**factory.pages, 2: factory.pages[2][:2] + b"\x0f\x00"})
    found = taking(MemoryDocument(locked), factory, [2])
    assert found.pages == ()
    assert "never be cleared" in found.left_out[2]
    assert "Page 2 stays as it is" in found.text


def test_rows_know_what_only_one_side_has():
    left = tag()
    known = {page: content for page, content in left.pages.items() if page not in (43, 44)}
    rows, _ = rows_of(CompareSide("this", replace(left, pages=known)), CompareSide("that", left))
    row = next(row for row in rows if row.page == 43)
    assert (row.left, row.right) == (None, b"\xff\xff\xff\xff")
    assert row.differs
    assert not row.differing(0)


def compare_window(bench):
    window = bench.desk._compare
    assert window is not None
    return window


def test_two_files_are_compared_and_follow_their_edits(bench, dump):
    one = bench.open(dump("one.nfc", "flipper"))
    bench.open(dump("two.json", "cardscope", "ntag216"))
    bench.desk.actions.compare.trigger()
    window = compare_window(bench)
    assert window.isVisible()
    assert {window.left.currentText(), window.right.currentText()} == {"one.nfc", "two.json"}
    differing = window.view.model.differing
    one.document.write_page(100, b"\x01\x02\x03\x04", "typing")
    assert window.view.model.differing == differing + 1
    window.swap.click()
    assert window.left.currentText() == "two.json"
    bench.desk.close()  # two.json
    assert [window.left.itemText(row) for row in range(window.left.count())] == ["one.nfc"]
    assert not window.view.isVisible()


def test_a_file_is_written_to_a_tag_by_way_of_its_staged_edits(bench, dump):
    bench.insert("ntag216")
    bench.window.card.build().tabs.choose(Tab.MEMORY)
    document = bench.window.card.memory.document
    bench.open(dump("link.nfc", "flipper"))
    bench.desk.actions.write.trigger()
    window = compare_window(bench)
    assert window.left.currentText().startswith("NTAG216 04 21 62 16 C0 16 80 on ")
    assert window.right.currentText() == "link.nfc"
    view = window.view
    assert view.table.chosen == shown_pages(view), "all are chosen from the start"
    assert not document.staged
    view.into_left.click()
    wanted = {page for page, content in ready_tag().pages.items() if document.base.pages.get(page) != content}
    assert document.staged == {page for page in wanted if page > 2 and page < 226}


def test_nothing_of_another_chip_is_chosen_before_the_user_does(bench, dump):
    bench.insert("ntag213")
    bench.window.card.build().tabs.choose(Tab.MEMORY)
    bench.open(dump("link.nfc", "flipper"))
    bench.desk.actions.write.trigger()
    view = compare_window(bench).view
    assert view.table.chosen == []
    assert not view.into_left.isEnabled()
    assert "different chips" in view.notes.accessibleName()


def test_a_tag_that_was_not_read_can_be_read_from_the_comparison(bench, dump):
    bench.insert("ntag216")
    bench.open(dump("link.nfc", "flipper"))
    bench.desk.actions.write.trigger()
    window = compare_window(bench)
    assert window.read.isVisible()
    window.read.click()
    assert window.view is not None
    assert window.view.isVisible()
    assert window.view.left.document is not None


def test_one_thing_alone_says_what_to_do(bench, dump):
    bench.open(dump("link.nfc", "flipper"))
    bench.desk.actions.compare.trigger()
    window = compare_window(bench)
    assert window.view is None
    assert "Open another file" in window._hint.accessibleName()
    assert not window.read.isVisible()


def test_backups_of_the_tags_that_are_there_can_be_compared(bench, dump, tmp_path):
    store = Database(tmp_path / "store.sqlite")
    older = ready_tag()
    newer = replace(older, pages={**older.pages, 20: b"\x01\x02\x03\x04"})

    async def kept():
        await store.open()
        for snapshot in (older, newer):
            await Backups(store).add(snapshot, "before a write")

    bench.run(kept())
    bench.desk.keep_backups_in(store)
    bench.open(dump("link.json", "cardscope"))
    bench.desk.actions.compare.trigger()
    window = compare_window(bench)
    names = [window.left.itemText(row) for row in range(window.left.count())]
    assert len([name for name in names if name.startswith("Backup of 04 C5 A1 02 B3 6F 80, ")]) == 2
    for number, box in enumerate((window.left, window.right)):
        box.activated.emit(number + 1)
    view = window.view
    assert shown_pages(view) == [20]
    assert view.into_left.isHidden(), "a backup stays as it is"
    assert view.into_right.isHidden()
    bench.run(store.close())
