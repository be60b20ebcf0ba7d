"""What the console sends beyond the command typed: nothing, or the follow-ups wanted; and to the reader itself."""

import pytest
from PySide6.QtCore import Qt

from cardscope.errors import EscapeRefusedError
from cardscope.events import Origin
from cardscope.guard import GuardRefusal, judge, judge_escape
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope_gui.bridge import Bridge
from cardscope_gui.readers.virtual_slot import VirtualSlot
from cardscope_gui.settings import Settings
from gui.console.conftest import READER

SELECT = bytes.fromhex("00A40400")
FIRMWARE = bytes.fromhex("FF00480000")
VERIFY = bytes.fromhex("00200001043030303000")
VERIFY_AGAIN = bytes.fromhex("00200001043030303002")
EMPTY = ReaderStatus(READER, ReaderKind.PCSC, ReaderState.EMPTY)


def submit(panel, command: bytes) -> None:
    panel.composer.edit.set_text(command.hex(" "))
    panel.composer.submit()


@pytest.fixture
def empty_reader(panel, bridge):
    """The console on a reader without a card."""
    bridge.service.readers = (EMPTY,)
    panel.show_session(None, READER)
    return bridge.service


# Follow-ups


def test_status_words_are_shown_as_they_are_unless_follow_ups_are_wanted(panel, session):
    session.answers = [bytes.fromhex("611E")]
    submit(panel, SELECT)
    assert [command for command, _ in session.sent] == [SELECT]
    assert not panel.follow_box.isChecked()


def test_each_follow_up_is_a_row_of_its_own_sent_by_the_application(panel, session, bridge):
    rows = []
    bridge.published.connect(rows.append)
    panel.follow_box.setChecked(True)
    session.answers = [bytes.fromhex(answer) for answer in ("6102", "AABB6C01", "CC9000")]
    submit(panel, SELECT)
    assert [(row.command.hex().upper(), row.origin) for row in rows] == [
        ("00A40400", Origin.USER),
        ("00C0000002", Origin.APPLICATION),
        ("00C0000001", Origin.APPLICATION),
    ]
    assert not panel.composer.busy


def test_a_card_that_answers_61_for_ever_is_left_in_the_end(panel, session):
    panel.follow_box.setChecked(True)
    session.answers = [bytes.fromhex("6110")] * 1000
    submit(panel, SELECT)
    assert 256 <= len(session.sent) <= 301
    assert not panel.composer.busy


def test_a_follow_up_that_needs_an_approval_is_shown_and_asked_for(qtbot, panel, session):
    panel.follow_box.setChecked(True)
    session.answers = [bytes.fromhex("6C02"), GuardRefusal(judge(VERIFY_AGAIN, None), "of the follow-up")]
    submit(panel, VERIFY)
    assert panel.refusal.isVisible()
    assert panel.composer.typed.command == VERIFY_AGAIN, "one sees what one agrees to"
    panel.refusal.send_button.click()
    assert session.sent[-1] == (VERIFY_AGAIN, "of the follow-up")


def test_the_choice_is_remembered(qtbot, bridge, panel, tmp_path):
    settings = Settings(tmp_path / "window.ini")
    panel.remember_in(settings)
    assert not panel.follow_box.isChecked()
    panel.follow_box.click()
    settings.save()
    assert Settings(tmp_path / "window.ini").follow_up
    panel.follow_box.click()
    assert not settings.follow_up


# The reader itself


def test_without_a_card_commands_go_to_the_reader_and_the_console_says_so(panel, session, empty_reader):
    assert "To the reader, without a card" in panel.composer.edit.placeholderText()
    assert "reader itself" in panel.line.text()
    submit(panel, FIRMWARE)
    assert empty_reader.controlled == [(READER, FIRMWARE, None)]
    assert session.sent == []
    assert panel.transcript.last.insertion == 0


def test_with_a_card_they_go_to_the_card(panel, session, empty_reader):
    panel.show_session(session, READER)
    assert "To the reader" not in panel.composer.edit.placeholderText()
    submit(panel, FIRMWARE)
    assert session.sent == [(FIRMWARE, None)]
    assert empty_reader.controlled == []


def test_a_reader_that_is_gone_is_sent_nothing(panel, bridge):
    panel.show_session(None, READER)
    submit(panel, FIRMWARE)
    assert bridge.service.controlled == []
    assert not panel.composer.send_button.isEnabled()


def test_what_a_reader_answers_is_not_followed_up(panel, empty_reader):
    panel.follow_box.setChecked(True)
    empty_reader.answers = [bytes.fromhex("6102")]
    submit(panel, FIRMWARE)
    assert len(empty_reader.controlled) == 1


def test_a_driver_that_takes_none_is_explained_where_it_happened(qtbot, panel, empty_reader):
    error = EscapeRefusedError("The driver did not take the command.", reader=READER, remedy="Set ifdDriverOptions.")
    empty_reader.answers = [error]
    submit(panel, FIRMWARE)
    assert panel.refusal.isVisible()
    assert "did not take" in panel.refusal.heading.accessibleName() + panel.refusal.heading.text()
    assert not panel.refusal.send_button.isVisible()
    qtbot.keyClick(panel.refusal, Qt.Key.Key_Escape)
    assert not panel.refusal.isVisible()


def test_the_guard_holds_commands_to_the_reader_too(panel, empty_reader):
    write = bytes.fromhex("FF00000008D442A20200000F00")
    empty_reader.answers = [GuardRefusal(judge_escape(write), "the digest")]
    submit(panel, write)
    assert panel.refusal.isVisible()
    assert panel.refusal.send_button.isVisible()
    for tick in panel.refusal.ticks:
        tick.setChecked(True)
    panel.refusal.send_button.click()
    assert empty_reader.controlled[-1] == (READER, write, "the digest")


def test_another_reader_voids_what_was_said_of_this_one(panel, empty_reader):
    empty_reader.answers = [EscapeRefusedError("The driver did not take it.", reader=READER, remedy="Do this.")]
    submit(panel, FIRMWARE)
    panel.show_session(None, "Another reader")
    assert not panel.refusal.isVisible()


def test_the_virtual_reader_takes_what_its_model_takes(tmp_path):
    slot = VirtualSlot(Bridge(), Settings(tmp_path / "window.ini"))
    assert slot.electronics() is None
    slot.choose_model("acr122u")
    electronics = slot.electronics()
    assert electronics.transmit(FIRMWARE) == b"ACR122U215"
    assert slot.electronics() is electronics, "its light stays as it was set"
    slot.choose_model("generic")
    assert slot.electronics() is None
