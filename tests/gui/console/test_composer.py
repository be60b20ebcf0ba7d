"""The composer as a person uses it: pasted texts, fixes, a tag's own commands, and the form."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextCharFormat
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from cardscope.guard import GuardRefusal, judge
from cardscope.identify.identification import Identification
from cardscope.readers.families import families
from cardscope_gui import theme
from cardscope_gui.console.panel import ConsolePanel

GET_UID = bytes.fromhex("FFCA000000")
CTRL = Qt.KeyboardModifier.ControlModifier


def paste(panel: ConsolePanel, text: str) -> None:
    pasted = QMimeData()
    pasted.setText(text)
    panel.composer.edit.selectAll()
    panel.composer.edit.insertFromMimeData(pasted)


def know_family(panel: ConsolePanel, bridge, session, key: str) -> None:
    bridge.service.known = Identification(session.reader, 1, b"", None, family=families()[key])
    panel.show_session(session, session.reader)


def menu_words(panel: ConsolePanel) -> list[str]:
    panel.composer.fix_menu().aboutToShow.emit()
    return [action.text() for action in panel.composer.fix_menu().actions() if action.text()]


@pytest.mark.parametrize(
    "text",
    [
        "[0xFF, 202, 0, 0, 0]",
        r'b"\xff\xca\x00\x00\x00"',
        "byte[] apdu = {\n    (byte)0xFF, (byte)0xCA,\n    0, 0, 0\n};",
        'bytes.fromhex("FF CA 00 00 00")',
    ],
)
def test_what_is_pasted_is_sent_as_bytes(qtbot: QtBot, panel, session, text):
    paste(panel, text)
    qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)
    assert session.sent == [(GET_UID, None)]


def test_of_several_commands_the_first_is_taken_and_that_is_said(panel):
    paste(panel, "FF CA 00 00 00\nFF B0 00 04 10\nFF B0 00 08 10\n")
    assert panel.composer.edit.toPlainText() == "FF CA 00 00 00"
    assert "2 more lines were left out" in panel.composer.annotation.text()
    assert "left out" in panel.composer.edit.accessibleDescription()
    panel.composer.edit.insertPlainText(" ")
    assert "left out" not in panel.composer.annotation.text()


def test_one_key_mends_the_length(qtbot, panel, session):
    paste(panel, "[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00]")
    assert not panel.composer.send_button.isEnabled()
    assert panel.composer.fix_button.isVisible()
    assert "Compute Lc: 03" in panel.composer.fix_button.text()
    assert "Compute Lc: 03" in panel.composer.edit.accessibleDescription()
    qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Period, CTRL)
    assert panel.composer.edit.toPlainText() == "[0x00, 0xA4, 0x04, 0x00, 0x03, 0xA0, 0x00, 0x00]"
    assert panel.composer.typed.command == bytes.fromhex("00A4040003A00000")
    assert panel.composer.send_button.isEnabled()
    panel.composer.edit.undo()
    assert panel.composer.edit.toPlainText() == "[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00]"


def test_the_button_adds_le(panel):
    paste(panel, "00 84 00 00")
    assert panel.composer.send_button.isEnabled()
    panel.composer.fix_button.click()
    assert panel.composer.edit.toPlainText() == "00 84 00 00 00"
    assert not panel.composer.fix_button.isVisible()


def test_a_dangling_digit_is_dropped(qtbot, panel):
    paste(panel, "FF CA 00 00 0")
    assert "Remove the digit 0" in panel.composer.fix_button.text()
    panel.composer.edit.setFocus()
    qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Period, CTRL)
    assert panel.composer.edit.toPlainText().split() == ["FF", "CA", "00", "00"]


def test_other_fixes_are_in_the_menu(panel):
    paste(panel, "00 A4 04 00 A0 00 00 02 47 10 01")
    assert menu_words(panel) == [
        "Compute Lc: insert 07",
        "Compute Lc: 06",
        "Send 00 A4 04 00 A0 00 00 02 … as it is",
    ]
    panel.composer.fix_menu().actions()[1].trigger()
    assert panel.composer.edit.toPlainText() == "00 A4 04 00 06 00 00 02 47 10 01"


def test_bytes_that_are_no_command_go_out_only_by_name(panel, session):
    paste(panel, "00 A4 04 00 05 A0 00")
    panel.composer.submit()
    assert session.sent == []
    menu_words(panel)
    panel.composer.fix_menu().actions()[-1].trigger()
    assert session.sent == [(bytes.fromhex("00A4040005A000"), None)]


def test_what_is_sent_as_it_is_passes_the_guard_and_its_question(panel, session):
    raw = bytes.fromhex("FFD600020500000800")
    session.answers = [GuardRefusal(judge(bytes.fromhex("FFD6000204000008 00"), None), "the digest")]
    paste(panel, raw.hex())
    panel.composer.send_as_it_is()
    assert panel.refusal.isVisible()


def test_problems_are_underlined_and_explained_in_place(qtbot, panel):
    paste(panel, "00 D6 00 00 05 01 02 03")
    formats = panel.composer.edit.document().firstBlock().layout().formats()
    wave = QTextCharFormat.UnderlineStyle.WaveUnderline
    marked = {
        place for f in formats if f.format.underlineStyle() == wave for place in range(f.start, f.start + f.length)
    }
    assert marked == {12, 13}
    # The mark does not take the segment's colour away.
    colours = [f.format.foreground().color() for f in formats if f.start == 12]
    assert colours == [theme.color("apdu_lc")]
    words = panel.composer.edit.words_at(12)
    assert "3 there, 2 missing" in words
    assert "Compute Lc: 03" in words
    assert panel.composer.edit.words_at(3).startswith("INS D6 UPDATE BINARY")
    assert panel.composer.edit.words_at(99) == ""


def test_the_tool_tip_is_that_of_the_place(qtbot, panel):
    paste(panel, "FF CA 00 00 00")
    edit = panel.composer.edit
    cursor = edit.textCursor()
    cursor.setPosition(4)
    place = edit.cursorRect(cursor).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(place.x() - 2, place.y()), edit.viewport().mapToGlobal(place))
    QApplication.sendEvent(edit.viewport(), event)
    assert QToolTip.text().startswith("INS CA GET DATA")
    QToolTip.hideText()


class TestNative:
    def test_is_wrapped_for_the_reader_and_shown_before(self, qtbot, panel, bridge, session):
        know_family(panel, bridge, session, "acr122u")
        paste(panel, "60")
        said = panel.composer.annotation.text()
        assert "will be sent as FF 00 00 00 03 D4 42 60 through ACS ACR122U" in said
        assert said in panel.composer.edit.accessibleDescription()
        assert session.sent == []
        qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)
        assert session.sent == [(bytes.fromhex("FF00000003D44260"), None)]
        assert panel.composer.edit.toPlainText() == "60"

    def test_the_family_that_becomes_known_changes_the_reading(self, panel, bridge, session):
        paste(panel, "60")
        assert not panel.composer.send_button.isEnabled()
        know_family(panel, bridge, session, "identiv4700")
        assert panel.composer.send_button.isEnabled()
        assert panel.composer.typed.command == bytes.fromhex("FFEF01000160")

    def test_without_a_known_way_the_user_says_which(self, panel):
        paste(panel, "60")
        assert not panel.composer.fix_button.isVisible()
        words = menu_words(panel)
        assert words[:-1] == [f"Wrap it for {family.name}" for family in families().values()]
        panel.composer.fix_menu().actions()[1].trigger()
        assert panel.composer.edit.toPlainText() == "FF 00 00 00 01 60"

    def test_unwrapped_only_by_name(self, panel, bridge, session):
        know_family(panel, bridge, session, "acr122u")
        paste(panel, "60")
        assert menu_words(panel) == ["Send 60 as it is"]
        panel.composer.fix_menu().actions()[-1].trigger()
        assert session.sent == [(b"\x60", None)]

    def test_two_readings_ask_which(self, panel, bridge, session):
        know_family(panel, bridge, session, "acr122u")
        paste(panel, "1B FF FF FF FF")
        panel.composer.submit()
        assert session.sent == []
        assert menu_words(panel) == ["Wrap it for ACS ACR122U", "Send 1B FF FF FF FF as it is"]
        panel.composer.fix()
        panel.composer.submit()
        assert session.sent == [(bytes.fromhex("FF00000007D4421BFFFFFFFF"), None)]


class TestForm:
    @pytest.fixture(autouse=True)
    def _open(self, panel):
        panel.composer.form_button.click()

    def test_the_button_opens_it_and_says_so(self, qtbot, panel):
        assert panel.composer.form.isVisible()
        with qtbot.waitSignal(panel.composer.form_toggled) as toggled:
            panel.composer.form_button.click()
        assert toggled.args == [False]
        assert not panel.composer.form.isVisible()

    def test_shows_what_is_typed(self, panel):
        form = panel.composer.form
        paste(panel, "[0, 164, 4, 0, 7, 0xD2, 0x76, 0, 0, 0x85, 1, 1, 0]")
        fields = (form.cla, form.ins, form.p1, form.p2, form.data, form.le)
        assert [field.text() for field in fields] == ["00", "A4", "04", "00", "D2 76 00 00 85 01 01", "00"]
        assert form.lc.text() == "07"
        assert not form.extended.isChecked()
        paste(panel, "00 B0 00 00 00 01 00")
        assert [field.text() for field in fields] == ["00", "B0", "00", "00", "", "0100"]
        assert form.extended.isChecked()

    def test_what_is_typed_into_it_becomes_the_text(self, qtbot, panel, session):
        form = panel.composer.form
        for field, keys in ((form.cla, "00"), (form.ins, "a4"), (form.p1, "04"), (form.p2, "00"), (form.data, "a000")):
            field.setFocus()
            qtbot.keyClicks(field, keys)
        assert panel.composer.edit.toPlainText() == "00 A4 04 00 02 A0 00"
        assert (form.data.text(), form.lc.text()) == ("a000", "02")
        qtbot.keyClicks(form.le, "00")
        qtbot.keyClick(form.le, Qt.Key.Key_Return)
        assert session.sent == [(bytes.fromhex("00A4040002A00000"), None)]

    def test_half_a_byte_is_marked_in_the_text(self, qtbot, panel):
        paste(panel, "FF CA 00 00 00")
        panel.composer.form.le.clear()
        qtbot.keyClicks(panel.composer.form.le, "1")
        assert panel.composer.edit.toPlainText() == "FF CA 00 00 1"
        assert not panel.composer.send_button.isEnabled()
        assert panel.composer.form.le.text() == "1"

    def test_extended_lengths(self, panel):
        paste(panel, "00 D6 00 00 01 AA 00")
        panel.composer.form.extended.click()
        assert panel.composer.edit.toPlainText() == "00 D6 00 00 00 00 01 AA 00 00"

    def test_a_broken_text_cannot_be_overwritten(self, panel):
        paste(panel, "FF CA zz 00 00")
        form = panel.composer.form
        assert (form.cla.text(), form.ins.text(), form.p1.text()) == ("FF", "CA", "")
        assert form.p1.isReadOnly()
        paste(panel, "FF CA 00 00 00")
        assert not form.p1.isReadOnly()

    def test_a_tags_own_command_shows_as_it_is_sent(self, qtbot, panel, bridge, session):
        know_family(panel, bridge, session, "acr122u")
        paste(panel, "60")
        form = panel.composer.form
        assert (form.cla.text(), form.data.text()) == ("FF", "D4 42 60")
        form.data.setFocus()
        qtbot.keyClicks(form.data, "00")
        assert panel.composer.edit.toPlainText() == "FF 00 00 00 04 D4 42 60 00"

    def test_every_field_has_a_name_and_is_reached_by_tab(self, qtbot, panel):
        form = panel.composer.form
        fields = (form.cla, form.ins, form.p1, form.p2, form.data, form.le, form.extended)
        assert all(field.accessibleName() for field in fields)
        form.cla.setFocus()
        for following in fields[1:]:
            qtbot.keyClick(panel.window().focusWidget(), Qt.Key.Key_Tab)
            assert panel.window().focusWidget() is following


def test_the_explanation_gives_way_in_a_narrow_window_and_the_tool_tip_has_all(qtbot, panel):
    line = panel.composer.annotation
    paste(panel, "00 A4 04 00 07 D2 76 00 00 85 01 01 00")
    seen: list[str] = []
    for width in (2400, 1100, 700, 420):
        panel.resize(width, 300)
        panel.layout().activate()
        QApplication.processEvents()
        seen.append(" ".join(run.text for run in line.shown_runs()))
    lengths = [len(text) for text in seen]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < lengths[0]
    assert "AID of NDEF (NFC Forum Type 4 tag)." in line.toolTip()
    assert "Case 4, short" in line.accessibleName()
