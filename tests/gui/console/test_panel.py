"""The console as a person uses it: keys and buttons in, bytes and words out."""

import time

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFontMetrics, QTextCharFormat
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from cardscope.errors import CardRemovedError
from cardscope.events import CardRemoved, Exchanged, Origin
from cardscope.guard import GuardRefusal, judge
from cardscope_gui import theme
from cardscope_gui.console.panel import ConsolePanel

GET_UID = bytes.fromhex("FFCA000000")
GET_CHALLENGE = bytes.fromhex("0084000008")
SET_LOCK_BITS = bytes.fromhex("FFD6000204000008 00".replace(" ", ""))
"""UPDATE BINARY of page 2 with a lock bit set: page 3 becomes read-only for ever (NTAG21x data sheet, 8.5.2)."""


def type_text(panel: ConsolePanel, qtbot: QtBot, text: str) -> None:
    panel.composer.edit.selectAll()
    qtbot.keyClicks(panel.composer.edit, text)


def press(panel: ConsolePanel, qtbot: QtBot, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(panel.composer.edit, key, modifier)


def refusal(command: bytes) -> GuardRefusal:
    return GuardRefusal(judge(command, None), "the digest")


def test_return_sends_exactly_the_bytes_shown(qtbot, panel, session):
    type_text(panel, qtbot, "ff ca:00,00 00")
    press(panel, qtbot, Qt.Key.Key_Return)
    assert session.sent == [(GET_UID, None)]
    assert panel.transcript.last.command == GET_UID


def test_ctrl_return_and_the_button_send_too(qtbot, panel, session):
    type_text(panel, qtbot, "00 84 00 00 08")
    press(panel, qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    panel.composer.send_button.click()
    assert session.sent == [(GET_CHALLENGE, None), (GET_CHALLENGE, None)]


@pytest.mark.parametrize(
    "text",
    ["", "F", "FF C", "FF CA 0g 00 00", "FF CA 00 00 00 h", "FF CA", "00 A4 04 00 07 A0 00", "[0xFF, 202, 0, 0, 0"],
)
def test_nothing_is_sent_unless_the_text_is_wholly_a_command(qtbot, panel, session, text):
    type_text(panel, qtbot, text)
    press(panel, qtbot, Qt.Key.Key_Return)
    assert session.sent == []
    assert not panel.composer.send_button.isEnabled()


def test_the_offending_character_is_underlined_and_named(qtbot, panel):
    type_text(panel, qtbot, "FF CA 0g 00 00")
    formats = panel.composer.edit.document().firstBlock().layout().formats()
    wavy = [f for f in formats if f.format.underlineStyle() == QTextCharFormat.UnderlineStyle.WaveUnderline]
    assert {place for f in wavy for place in range(f.start, f.start + f.length)} == {6, 7}
    assert "“0g”" in panel.composer.annotation.text()
    assert "hex digits" in panel.composer.edit.accessibleDescription()


def test_segments_have_their_colours(qtbot, panel):
    type_text(panel, qtbot, "FF CA 00 00 00")
    formats = panel.composer.edit.document().firstBlock().layout().formats()
    colours = {f.start: f.format.foreground().color() for f in formats}
    assert colours[0] == theme.color("apdu_class")
    assert colours[3] == theme.color("apdu_ins")
    assert colours[12] == theme.color("apdu_le")


def test_return_on_an_error_puts_the_cursor_there(qtbot, panel):
    type_text(panel, qtbot, "FF CA 0g 00 00")
    press(panel, qtbot, Qt.Key.Key_Return)
    assert panel.composer.edit.textCursor().position() == 6


def test_pasted_lines_are_joined(panel):
    pasted = QMimeData()
    pasted.setText("FF CA\n00 00\r\n\t00\n")
    panel.composer.edit.insertFromMimeData(pasted)
    assert panel.composer.edit.toPlainText() == "FF CA 00 00 00"
    assert panel.composer.typed.command == GET_UID


def test_history_by_arrow_keys(qtbot, panel):
    for text in ("00 84 00 00 08", "FF CA 00 00 00"):
        type_text(panel, qtbot, text)
        press(panel, qtbot, Qt.Key.Key_Return)
    type_text(panel, qtbot, "FF")
    shown = []
    for key, modifier in (
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
    ):
        press(panel, qtbot, key, modifier)
        shown.append(panel.composer.edit.toPlainText())
    assert shown == ["FF CA 00 00 00", "00 84 00 00 08", "FF CA 00 00 00", "FF"]


def test_the_history_button_and_ctrl_h_open_the_window(qtbot, panel):
    panel.composer.history_button.click()
    assert panel.history_window.isVisible()
    panel.history_window.close()
    press(panel, qtbot, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert panel.history_window.isVisible()


def test_while_a_command_is_under_way_nothing_more_goes_out(qtbot, panel, bridge, session):
    session.slow = True
    type_text(panel, qtbot, "00 84 00 00 08")
    press(panel, qtbot, Qt.Key.Key_Return)
    assert panel.composer.busy
    assert not panel.composer.send_button.isEnabled()
    press(panel, qtbot, Qt.Key.Key_Return)
    bridge.resume()
    assert session.sent == [(GET_CHALLENGE, None)]
    assert not panel.composer.busy
    assert panel.composer.send_button.isEnabled()


def test_a_card_pulled_in_mid_command_is_said_and_the_console_lives_on(qtbot, panel, session):
    session.answers = [CardRemovedError("The card was taken away.", remedy="Put the card back.")]
    type_text(panel, qtbot, "00 84 00 00 08")
    press(panel, qtbot, Qt.Key.Key_Return)
    assert "The card was taken away." in panel.composer.annotation.text()
    assert "Put the card back." in panel.composer.annotation.text()
    press(panel, qtbot, Qt.Key.Key_Return)
    assert len(session.sent) == 2
    assert panel.transcript.rowCount() == 1


def test_without_a_card_one_can_write_and_not_send(qtbot, panel, session):
    panel.show_session(None, session.reader)
    type_text(panel, qtbot, "00 84 00 00 08")
    press(panel, qtbot, Qt.Key.Key_Return)
    assert session.sent == []
    assert not panel.composer.send_button.isEnabled()
    assert "no card" in panel.line.text()


def test_the_applications_own_commands_are_shown(panel, bridge, session):
    bridge.published.emit(CardRemoved(session.reader, 1, time.monotonic()))
    for origin in (Origin.APPLICATION, Origin.USER):
        bridge.published.emit(Exchanged(session.reader, 1, origin, GET_UID, b"\x90\x00", 3.0, time.monotonic()))
    assert panel.transcript.rowCount() == 2


def test_send_again_sends_the_rows_bytes_and_shows_them(qtbot, panel, session):
    type_text(panel, qtbot, "FF")
    panel.view.send_again.emit(GET_UID)
    assert session.sent == [(GET_UID, None)]
    assert panel.composer.typed.command == GET_UID


def test_the_title_line_says_whether_there_is_a_connection(panel, bridge, session):
    assert panel.line.text() == f"{session.reader} · T=1 · connected, shared"
    session.protocol = None
    bridge.published.emit(Exchanged(session.reader, 1, Origin.USER, GET_UID, b"\x90\x00", 3.0, time.monotonic()))
    assert panel.line.text() == f"{session.reader} · not connected"


def test_three_exchanges_fit_into_the_usual_height(panel, bridge, session):
    panel.resize(1100, theme.px(236))
    for _ in range(3):
        bridge.published.emit(Exchanged(session.reader, 1, Origin.USER, GET_UID, b"\x90\x00", 3.0, time.monotonic()))
    panel.grab()
    assert panel.view.verticalScrollBar().maximum() == 0


class TestRefusal:
    @pytest.fixture
    def refused(self, qtbot, panel, session) -> ConsolePanel:
        session.answers = [refusal(SET_LOCK_BITS)]
        type_text(panel, qtbot, "FF D6 00 02 04 00 00 08 00")
        press(panel, qtbot, Qt.Key.Key_Return)
        return panel

    def test_says_why_and_sends_nothing_by_default(self, qtbot, refused, session):
        assert refused.refusal.isVisible()
        assert "permanent" in refused.refusal.heading.text()
        assert refused.refusal.ticks
        assert not refused.composer.busy
        assert refused.refusal.decline_button.isDefault() or refused.refusal.decline_button.autoDefault()
        qtbot.keyClick(refused.refusal.decline_button, Qt.Key.Key_Return)
        assert not refused.refusal.isVisible()
        assert session.sent == [(SET_LOCK_BITS, None)]

    def test_what_is_declined_was_not_sent_before(self, refused):
        found = []
        refused.history.found.connect(found.append)
        refused.history.search("", uid=None, favourites=False)
        assert found.pop() == []
        for tick in refused.refusal.ticks:
            tick.click()
        refused.refusal.send_button.click()
        refused.history.search("", uid=None, favourites=False)
        assert [entry.command.known for entry in found.pop()] == [SET_LOCK_BITS]

    def test_every_permanent_effect_must_be_ticked(self, refused, session):
        for tick in refused.refusal.ticks:
            assert not refused.refusal.send_button.isEnabled()
            tick.setChecked(True)
        refused.refusal.send_button.click()
        assert session.sent == [(SET_LOCK_BITS, None), (SET_LOCK_BITS, "the digest")]
        assert not refused.refusal.isVisible()

    def test_tab_goes_from_the_ticks_to_the_answers(self, qtbot, panel, session):
        session.answers = [refusal(bytes.fromhex("FFD60002040000FFFF"))]
        type_text(panel, qtbot, "FF D6 00 02 04 00 00 FF FF")
        press(panel, qtbot, Qt.Key.Key_Return)
        bar = panel.refusal
        assert len(bar.ticks) > 1
        for tick in bar.ticks:
            tick.setChecked(True)
        bar.ticks[0].setFocus()
        for following in (*bar.ticks[1:], bar.decline_button, bar.send_button):
            qtbot.keyClick(panel.window().focusWidget(), Qt.Key.Key_Tab)
            assert panel.window().focusWidget() is following

    def test_a_tick_stands_beside_the_first_line_of_its_sentence(self, refused):
        refused.refusal.layout().activate()
        tick = refused.refusal.ticks[0]
        (sentence,) = tick.parentWidget().findChildren(QLabel)
        capitals = QFontMetrics(sentence.font())
        middle = sentence.geometry().top() + capitals.ascent() - capitals.capHeight() / 2
        assert abs(tick.geometry().center().y() + 0.5 - middle) <= 1.5

    def test_escape_closes_it(self, qtbot, refused):
        qtbot.keyClick(refused.refusal, Qt.Key.Key_Escape)
        assert not refused.refusal.isVisible()

    def test_escape_in_the_composer_closes_it(self, qtbot, refused):
        press(refused, qtbot, Qt.Key.Key_Escape)
        assert not refused.refusal.isVisible()

    def test_another_text_voids_it(self, qtbot, refused):
        press(refused, qtbot, Qt.Key.Key_Backspace)
        assert not refused.refusal.isVisible()

    def test_another_card_voids_it(self, refused, session):
        refused.show_session(type(session)(session.bridge, insertion=2), session.reader)
        assert not refused.refusal.isVisible()

    def test_a_removed_card_voids_it(self, refused, session):
        refused.show_session(None, session.reader)
        assert not refused.refusal.isVisible()

    def test_the_same_card_shown_again_does_not(self, refused, session):
        refused.show_session(session, session.reader)
        assert refused.refusal.isVisible()

    def test_a_new_question_starts_unticked(self, qtbot, refused, session):
        for tick in refused.refusal.ticks:
            tick.setChecked(True)
        session.answers = [refusal(SET_LOCK_BITS)]
        press(refused, qtbot, Qt.Key.Key_Return)
        assert refused.refusal.isVisible()
        assert not refused.refusal.send_button.isEnabled()


def test_a_refusal_of_a_text_that_is_gone_asks_nothing(qtbot, panel, bridge, session):
    session.slow, session.answers = True, [refusal(SET_LOCK_BITS)]
    type_text(panel, qtbot, "FF D6 00 02 04 00 00 08 00")
    press(panel, qtbot, Qt.Key.Key_Return)
    type_text(panel, qtbot, "00 84 00 00 08")
    bridge.resume()
    assert not panel.refusal.isVisible()
    assert panel.composer.annotation.text().startswith("Not sent")


def test_the_failure_of_a_former_card_does_not_touch_the_new_one(qtbot, panel, bridge, session):
    session.slow, session.answers = True, [CardRemovedError("The card was taken away.")]
    type_text(panel, qtbot, "00 84 00 00 08")
    press(panel, qtbot, Qt.Key.Key_Return)
    other = type(session)(bridge, insertion=2)
    panel.show_session(other, session.reader)
    assert panel.composer.send_button.isEnabled()
    bridge.resume()
    assert "taken away" not in panel.composer.annotation.text()


def test_folded_it_is_one_line_with_the_last_exchange(qtbot, panel, bridge, session):
    with qtbot.waitSignal(panel.folded_changed) as folded:
        panel.set_folded(True)
    assert folded.args == [True]
    assert panel.maximumHeight() == theme.px(36)
    bridge.published.emit(Exchanged(session.reader, 1, Origin.USER, GET_UID, b"\x6a\x81", 9.0, time.monotonic()))
    for part in ("FF CA 00 00 00", "6A 81", "9.0 ms"):
        assert part in panel.line.text()
    panel.focus_composer()
    assert not panel.folded
    assert panel.composer.edit.isVisible()


def test_clearing_the_transcript(panel, bridge, session):
    bridge.published.emit(Exchanged(session.reader, 1, Origin.USER, GET_UID, b"\x90\x00", 9.0, time.monotonic()))
    panel.clear_button.click()
    assert panel.transcript.rowCount() == 0


def test_it_dresses_again_when_the_theme_changes(qtbot, panel, bridge, session):
    type_text(panel, qtbot, "FF CA 00 00 00")
    bridge.published.emit(Exchanged(session.reader, 1, Origin.USER, GET_UID, b"\x90\x00", 9.0, time.monotonic()))
    theme.notifier().changed.emit()
    assert panel.composer.edit.toPlainText() == "FF CA 00 00 00"
    assert panel.transcript.rowCount() == 1
    panel.grab()
