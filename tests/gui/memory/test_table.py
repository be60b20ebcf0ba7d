"""The page table under the keyboard: moving, typing, folding, selecting."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from cardscope_gui.memory.bytes_text import Notation
from cardscope_gui.memory.column import Column
from cardscope_gui.memory.lines import CellState, FoldLine, SectorLine
from cardscope_gui.memory.model import PageModel

Key = Qt.Key


def press(edited, *keys, shift=False, control=False):
    modifiers = Qt.KeyboardModifier.NoModifier
    if shift:
        modifiers |= Qt.KeyboardModifier.ShiftModifier
    if control:
        modifiers |= Qt.KeyboardModifier.ControlModifier
    for key in keys:
        QTest.keyClick(edited.table, key, modifiers)


def typing(edited, text):
    QTest.keyClicks(edited.table, text)


def line(edited, page):
    return edited.model.line(edited.model.row_of(edited.document.place(page)))


def spoken(edited, row, column):
    return edited.model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)


def test_digits_overwrite_one_after_the_other(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    typing(edited, "3")
    assert edited.wanted(6) == "32 31 32 33"
    assert edited.table.second_digit
    typing(edited, "3fF")
    assert edited.wanted(6) == "33 FF 32 33"
    assert edited.here == (6, 2)
    assert edited.document.stack.count() == 2


def test_typing_goes_on_in_the_next_page(edited):
    edited = edited(pages={6: "00000001", 7: "00000002"})
    edited.at(6, 3)
    typing(edited, "AABB")
    assert edited.wanted(6) == "00 00 00 AA"
    assert edited.wanted(7) == "BB 00 00 02"


def test_what_is_no_digit_is_a_quiet_signal(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    typing(edited, "xg ")
    assert edited.wanted(6) == "32 31 32 33"
    assert edited.here == (6, 0)
    assert len(edited.refused) == 3
    assert not edited.document.stack.count()


def test_the_serial_number_cannot_be_typed_over(edited):
    edited = edited()
    edited.at(0)
    typing(edited, "55")
    assert not edited.document.staged
    assert "serial number" in edited.refused[0]


def test_the_text_column_takes_characters(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    press(edited, Key.Key_F2)
    assert edited.table.column is Column.TEXT
    typing(edited, "Ab")
    assert edited.wanted(6) == "41 62 32 33"
    press(edited, Key.Key_F2)
    typing(edited, "0")
    assert edited.wanted(6) == "41 62 02 33"


def test_tab_goes_to_the_text_and_then_on(edited, qtbot):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    press(edited, Key.Key_Tab)
    assert edited.table.column is Column.TEXT
    press(edited, Key.Key_Backtab)
    assert edited.table.column is Column.HEX


def test_escape_takes_the_selected_bytes_back(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    typing(edited, "AABBCC")
    edited.at(6)
    press(edited, Key.Key_Right, shift=True)
    press(edited, Key.Key_Escape)
    assert edited.wanted(6) == "32 31 CC 33"
    edited.document.stack.undo()
    assert edited.wanted(6) == "AA BB CC 33"


def test_backspace_takes_back_what_was_typed_last(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    typing(edited, "AABB")
    press(edited, Key.Key_Backspace)
    assert edited.wanted(6) == "AA 31 32 33"
    assert edited.here == (6, 1)


def test_arrows_go_by_byte_and_by_row(edited):
    edited = edited()
    edited.at(4, 3)
    press(edited, Key.Key_Right)
    assert edited.here == (5, 0)
    press(edited, Key.Key_Left, Key.Key_Up)
    assert edited.here == (3, 3)
    press(edited, Key.Key_Home)
    assert edited.here == (3, 0)
    press(edited, Key.Key_End)
    assert edited.here == (3, 3)
    press(edited, Key.Key_Home, control=True)
    assert edited.here == (0, 0)
    press(edited, Key.Key_Left, Key.Key_Up)
    assert edited.here == (0, 0)
    press(edited, Key.Key_End, control=True)
    assert edited.here == (0x2C, 3)
    press(edited, Key.Key_Right, Key.Key_Down)
    assert edited.here == (0x2C, 3)


def test_a_run_of_equal_pages_is_folded_and_opens_with_the_arrow(edited):
    edited = edited()
    rows = edited.model.rowCount()
    fold = edited.model.line(6)
    assert isinstance(fold, FoldLine)
    assert (fold.number, fold.last, fold.text) == (6, 39, "34 free pages, all 00")
    edited.at(5)
    press(edited, Key.Key_Down, Key.Key_Right)
    assert edited.model.rowCount() == rows + 34
    press(edited, Key.Key_Down)
    assert edited.here == (6, 0)
    press(edited, Key.Key_Up, Key.Key_Left)
    assert edited.model.rowCount() == rows


def test_typing_on_a_folded_run_changes_nothing(edited):
    edited = edited()
    edited.at(5)
    press(edited, Key.Key_Down)
    typing(edited, "FF")
    assert not edited.document.staged
    assert "open them first" in edited.refused[0]


def test_a_changed_page_leaves_its_folded_run(edited):
    edited = edited()
    rows = edited.model.rowCount()
    edited.document.write({4 * 20: 1, 4 * 39: 1}, "paste")
    shown = [edited.model.line(row) for row in range(6, 10)]
    assert [(line.number, getattr(line, "last", None)) for line in shown] == [(6, 19), (20, None), (21, 38), (39, None)]
    edited.document.stack.undo()
    assert edited.model.rowCount() == rows


def test_an_open_run_says_how_many_of_its_pages_are_changed(edited):
    edited = edited()
    edited.model.toggle(6)
    edited.document.write({4 * 20: 1}, "paste")
    fold = edited.model.line(6)
    assert isinstance(fold, FoldLine)
    assert fold.changed == "1 changed page"
    assert "1 changed page" in spoken(edited, 6, 1)


def test_the_selection_outlives_the_folding_of_rows(edited):
    edited = edited(pages={4: "01020304"})
    edited.at(4)
    press(edited, Key.Key_Right, Key.Key_Right, shift=True)
    edited.document.write({4 * 20: 1}, "paste")
    assert edited.table.selection == range(16, 19)
    assert edited.here == (4, 2)


def test_pages_that_were_not_read_are_folded_with_their_reason(edited):
    edited = edited(unreadable=dict.fromkeys(range(4, 40), "It needs the password."))
    fold = edited.model.line(4)
    assert isinstance(fold, FoldLine)
    assert fold.text == "36 pages not read · It needs the password."


def test_sectors_have_headings_that_the_cursor_skips(edited):
    edited = edited("nt3h1201")
    headings = [row for row in range(edited.model.rowCount()) if isinstance(edited.model.line(row), SectorLine)]
    assert [edited.model.line(row).text for row in headings] == ["Sector 0", "Sector 1"]
    press(edited, Key.Key_Home, control=True)
    assert edited.here == (0, 0)
    edited.at(256)
    press(edited, Key.Key_Up, Key.Key_Up)
    assert edited.table.page is None or edited.table.page < 256


def test_a_byte_is_named_with_all_that_is_known_of_it(edited):
    edited = edited(pages={13: "32313437"})
    edited.at(13)
    typing(edited, "33")
    row = edited.model.row_of(13)
    assert spoken(edited, row, 1) == "Page 13, byte 0, 33 hex, changed from 32, writable"
    assert spoken(edited, row, 2) == "Page 13, byte 1, 31 hex, writable"
    assert spoken(edited, edited.model.row_of(0x2B), 1) == "Page 43, byte 0, never readable, write-only, reads as 00"


def test_a_changed_byte_shows_both_values(edited):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    typing(edited, "33")
    cell = line(edited, 6).cells[0]
    assert (cell.old, cell.text, cell.state) == ("32", "33", CellState.CHANGED)
    assert line(edited, 6).mark == "pencil"
    assert line(edited, 6).cells[1].state is CellState.PLAIN


def test_mirrored_bytes_are_marked(edited):
    # MIRROR_CONF 01 (UID), byte 1, page 0Ch: 14 characters (NTAG213/215/216, 8.7).
    edited = edited(pages={0x29: "540C00FF".replace("0C00", "000C")})
    marked = [
        (page, offset)
        for page in range(4, 0x28)
        for offset, cell in enumerate(edited.model._maker._page(edited.document.place(page), page).cells)
        if cell.mirrored
    ]
    assert marked[0] == (12, 1)
    assert len(marked) == 14


def test_a_selection_over_rows_is_copied_in_every_notation(edited):
    edited = edited(pages={6: "41424344", 7: "4500FF46"})
    edited.at(6, 2)
    press(edited, Key.Key_Down, shift=True)
    clipboard = QGuiApplication.clipboard()
    edited.editor.copy(Notation.HEX)
    assert clipboard.text() == "43 44 45 00 FF"
    edited.editor.copy(Notation.TEXT)
    assert clipboard.text() == "CDE··"
    edited.editor.copy(Notation.C_ARRAY)
    assert clipboard.text() == "const uint8_t data[5] = {\n    0x43, 0x44, 0x45, 0x00, 0xFF,\n};"


def test_a_folded_run_is_copied_as_a_whole(edited):
    edited = edited()
    edited.at(5)
    press(edited, Key.Key_Down)
    edited.editor.copy(Notation.HEX)
    assert QGuiApplication.clipboard().text() == " ".join(["00"] * 136)


@pytest.mark.parametrize("text", ["0102 03", "{0x01, 0x02, 0x03}", "01:02:03"])
def test_hex_is_pasted_over_what_is_there(edited, text):
    edited = edited(pages={6: "32313233"})
    edited.at(6, 1)
    QGuiApplication.clipboard().setText(text)
    edited.editor.paste()
    assert edited.wanted(6) == "32 01 02 03"
    assert edited.document.stack.count() == 1
    assert edited.table.selection == range(25, 28)


def test_text_is_pasted_as_utf_8(edited):
    edited = edited()
    edited.at(4)
    QGuiApplication.clipboard().setText("é1")
    edited.editor.paste_text()
    assert edited.wanted(4)[:8] == "C3 A9 31"


@pytest.mark.parametrize("text", ["1", "xyz", "12 3G", ""])
def test_what_is_no_hex_is_not_pasted(edited, text):
    edited = edited(pages={6: "32313233"})
    edited.at(6)
    QGuiApplication.clipboard().setText(text)
    edited.editor.paste()
    assert not edited.document.staged
    assert len(edited.refused) == 1


def test_a_paste_that_does_not_fit_waits_for_a_decision(edited):
    edited = edited()
    edited.at(0x27)
    QGuiApplication.clipboard().setText("AA" * 6)
    edited.editor.paste()
    assert edited.too_long == [(b"\xaa" * 6, 4)]
    assert not edited.document.staged


def test_a_paste_that_would_clear_a_one_way_bit_is_refused_as_a_whole(edited):
    edited = edited()
    edited.at(3)
    QGuiApplication.clipboard().setText("E1 11 0F")
    edited.editor.paste()
    assert not edited.document.staged
    assert "never cleared" in edited.refused[0]


def test_filling_leaves_out_what_cannot_be_changed(edited):
    edited = edited()
    said = []
    edited.editor.done.connect(said.append)
    edited.at(1)
    press(edited, Key.Key_Down, Key.Key_Down, shift=True)
    edited.editor.fill(b"\xff")
    assert edited.wanted(1) == tag_hex(edited, 1)
    assert edited.wanted(2)[6:] == "FF FF"
    assert edited.wanted(3)[:2] == "FF"
    assert said == ["3 bytes filled. 6 bytes cannot be changed."]


def tag_hex(edited, page):
    return edited.document.base.pages[page].hex(" ").upper()


def test_a_click_puts_the_cursor_on_the_byte_under_it(edited):
    edited = edited()
    metrics = edited.table.metrics
    row = edited.model.row_of(4)
    top = edited.table.rowViewportPosition(row)
    QTest.mouseClick(edited.table.viewport(), Qt.MouseButton.LeftButton, pos=metrics.cell_rect(2, top).center())
    assert edited.here == (4, 2)
    assert edited.table.column is Column.HEX
    QTest.mouseClick(edited.table.viewport(), Qt.MouseButton.LeftButton, pos=metrics.letter_rect(3, top).center())
    assert edited.here == (4, 3)
    assert edited.table.column is Column.TEXT


def test_a_click_on_a_folded_run_opens_it(edited):
    edited = edited()
    rows = edited.model.rowCount()
    top = edited.table.rowViewportPosition(6)
    QTest.mouseClick(edited.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, top + 10))
    assert edited.model.rowCount() == rows + 34


def test_without_a_document_it_is_empty(qtbot):
    model = PageModel()
    assert model.rowCount() == 0
