import time

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QHoverEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cardscope.events import Exchanged, Origin
from cardscope_gui import theme
from cardscope_gui.console.transcript_delegate import MAX_LINES
from cardscope_gui.console.transcript_model import TranscriptModel
from cardscope_gui.console.transcript_view import TranscriptView

GET_UID = bytes.fromhex("FFCA000000")
UID = bytes.fromhex("04A1B2C3D4E5F69000")


def exchanged(
    command: bytes = GET_UID, response: bytes | None = UID, origin: Origin = Origin.USER, error: str = ""
) -> Exchanged:
    return Exchanged("R", 1, origin, command, response, 12.0, time.monotonic(), error)


def shown(qtbot: QtBot, width: int = 1000) -> tuple[TranscriptModel, TranscriptView]:
    model = TranscriptModel()
    view = TranscriptView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(width, 200)
    view.show()
    qtbot.waitExposed(view)
    return model, view


def test_the_model_keeps_qts_rules(qtbot: QtBot):
    model = TranscriptModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for _ in range(3):
        model.append(exchanged())
    model.clear()
    model.append(exchanged(response=None, error="Gone."))
    assert model.rowCount() == 1
    assert tester.model() is model


def test_a_screen_reader_hears_the_whole_exchange(qtbot: QtBot):
    model = TranscriptModel()
    model.append(exchanged(origin=Origin.APPLICATION))
    said = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    for part in ("by the application", "FF CA 00 00 00", "UID", "04 A1 B2 C3 D4 E5 F6", "9000", "Success", "12 ms"):
        assert part in said


def test_a_failure_is_heard_too(qtbot: QtBot):
    model = TranscriptModel()
    model.append(exchanged(response=None, error="The card was taken away."))
    assert "Failed: The card was taken away." in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_selected_rows_are_copied_as_hex_oldest_first(qtbot: QtBot):
    model, view = shown(qtbot)
    model.append(exchanged())
    model.append(exchanged(bytes.fromhex("60"), bytes.fromhex("6A81")))
    view.selectAll()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied == "> FF CA 00 00 00\n< 04 A1 B2 C3 D4 E5 F6 90 00\n> 60\n< 6A 81"


def test_the_row_menu_copies_and_sends_again(qtbot: QtBot):
    model, view = shown(qtbot)
    model.append(exchanged())
    copy_command, copy_answer, send_again = view.row_menu(model.exchange(0)).actions()[1:]
    copy_command.trigger()
    assert QGuiApplication.clipboard().text() == "FF CA 00 00 00"
    copy_answer.trigger()
    assert QGuiApplication.clipboard().text() == "04 A1 B2 C3 D4 E5 F6 90 00"
    with qtbot.waitSignal(view.send_again) as again:
        send_again.trigger()
    assert again.args == [GET_UID]


def test_an_answer_that_never_came_cannot_be_copied(qtbot: QtBot):
    _, view = shown(qtbot)
    assert not view.row_menu(exchanged(response=None, error="Gone.")).actions()[2].isEnabled()


def test_a_hundred_thousand_rows_append_scroll_and_follow(qtbot: QtBot):
    model, view = shown(qtbot)
    plain, long = exchanged(), exchanged(response=bytes(200) + b"\x90\x00")
    for number in range(100_000):
        model.append(long if number % 100 == 0 else plain)
    model.insert_waiting()
    QApplication.processEvents()
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    assert view.rowAt(view.viewport().height() - 10) == 99_999
    view.scrollToTop()
    assert not view.follows_tail
    assert view.rowAt(1) == 0
    view.scrollTo(model.index(50_001))
    assert view.visualRect(model.index(50_001)).intersects(view.viewport().rect())
    view.grab()


def test_it_stays_where_the_user_scrolled_to(qtbot: QtBot):
    model, view = shown(qtbot)
    for _ in range(50):
        model.append(exchanged())
    model.insert_waiting()
    QApplication.processEvents()
    view.verticalScrollBar().setValue(100)
    model.append(exchanged())
    model.insert_waiting()
    QApplication.processEvents()
    assert view.verticalScrollBar().value() == 100
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    model.append(exchanged())
    model.insert_waiting()
    QApplication.processEvents()
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert view.rowAt(view.viewport().height() - 10) == 51


def test_long_answers_wrap_more_in_a_narrower_window_and_are_bounded(qtbot: QtBot):
    model, view = shown(qtbot, 1400)
    model.append(exchanged())
    model.append(exchanged(response=bytes(60) + b"\x90\x00"))
    model.append(exchanged(response=bytes(60_000) + b"\x90\x00"))
    view.resize(1400, 600)
    wide = [view.rowHeight(row) for row in range(3)]
    assert wide[0] < wide[1] < wide[2] <= (MAX_LINES + 2) * 20 + 4
    view.resize(700, 600)
    narrow = [view.rowHeight(row) for row in range(3)]
    assert narrow[0] == wide[0]
    assert narrow[1] > wide[1]


def test_long_rows_get_their_height_when_they_come_into_view(qtbot: QtBot):
    model, view = shown(qtbot, 1400)
    for _ in range(1000):
        model.append(exchanged(response=bytes(60) + b"\x90\x00"))
    model.insert_waiting()
    QApplication.processEvents()
    view.scrollToTop()
    before = view.rowHeight(0)
    view.resize(700, 200)
    assert view.rowHeight(0) > before
    view.scrollTo(model.index(500))
    row = view.rowAt(100)
    assert view.rowHeight(row) == view.rowHeight(0)


def test_an_error_with_many_words_gets_the_lines_it_needs(qtbot: QtBot):
    model, view = shown(qtbot, 700)
    model.append(exchanged(response=None, error="Gone."))
    model.append(exchanged(response=None, error="The reader did not answer in time. " * 12))
    assert view.rowHeight(1) > view.rowHeight(0)


def test_a_byte_and_a_status_explain_themselves(qtbot: QtBot):
    model, view = shown(qtbot)
    model.append(exchanged())
    delegate = view._delegate
    metrics = delegate.metrics()
    assert delegate.tip(model.exchange(0), metrics.bytes_left + 1, 6).startswith("CLA FF")
    assert "Success" in delegate.tip(model.exchange(0), metrics.status_left + 4, 30)
    assert delegate.tip(model.exchange(0), 1, 6) == ""


def test_a_long_status_takes_the_room_that_short_data_leaves(qtbot: QtBot):
    model, view = shown(qtbot, 1170)
    model.append(exchanged(bytes.fromhex("00A4040000"), bytes.fromhex("6A82")))
    model.append(exchanged(bytes.fromhex("00B0000020"), bytes(32) + bytes.fromhex("6A82")))
    model.append(exchanged())
    delegate = view.itemDelegate()
    just_left = delegate.metrics().status_left - 4
    tips = [delegate.tip(model.exchange(row), just_left, 30) for row in range(3)]
    assert "not found" in tips[0]
    assert tips[1:] == ["", ""]


def test_no_row_stays_highlighted_that_the_pointer_is_not_on(qtbot: QtBot):
    model, view = shown(qtbot)
    model.append(exchanged())
    at = view.visualRect(model.index(0)).center()
    ground = view.grab().toImage().pixelColor(at.x(), 3)
    there = view.viewport().mapToGlobal(at)
    QCursor.setPos(there)
    QApplication.sendEvent(view.viewport(), QHoverEvent(QEvent.Type.HoverMove, at, there, QPointF(-1, -1)))
    assert view.grab().toImage().pixelColor(at.x(), 3) == theme.color("hover")
    QCursor.setPos(view.viewport().mapToGlobal(view.viewport().rect().bottomLeft()))
    assert view.grab().toImage().pixelColor(at.x(), 3) == ground


def test_rows_of_every_kind_can_be_painted(qtbot: QtBot):
    model, view = shown(qtbot)
    view.grab()
    for response in (None, b"", b"\x90", b"\x90\x00", b"\x6a\x81", b"\x65\x81", bytes(300) + b"\x61\x00"):
        model.append(exchanged(bytes(300), response, Origin.APPLICATION, "" if response is not None else "Gone."))
    view.selectAll()
    view.resize(1000, 2000)
    view.grab()


VERIFY = bytes.fromhex("002000010431323334")
PWD_AUTH = bytes.fromhex("FF00000007D4421B44332211")
PACK = bytes.fromhex("D54300808090 00".replace(" ", ""))


def test_what_is_copied_has_no_secrets_unless_asked_for(qtbot: QtBot):
    model, view = shown(qtbot)
    model.append(exchanged(VERIFY, bytes.fromhex("9000")))
    model.append(exchanged(PWD_AUTH, PACK))
    view.selectAll()
    view.copy_selection()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied == [
        *("> 00 20 00 01 04 •• •• •• ••", "< 90 00"),
        *("> FF 00 00 00 07 D4 42 1B •• •• •• ••", "< D5 43 00 •• •• 90 00"),
    ]
    copy_command, copy_answer, in_clear, _ = view.row_menu(model.exchange(1)).actions()[1:]
    copy_command.trigger()
    assert QGuiApplication.clipboard().text() == copied[2].removeprefix("> ")
    copy_answer.trigger()
    assert QGuiApplication.clipboard().text() == copied[3].removeprefix("< ")
    in_clear.trigger()
    assert QGuiApplication.clipboard().text() == "> FF 00 00 00 07 D4 42 1B 44 33 22 11\n< D5 43 00 80 80 90 00"


def test_a_screen_reader_says_no_secrets(qtbot: QtBot):
    model = TranscriptModel()
    model.append(exchanged(VERIFY, bytes.fromhex("9000")))
    model.append(exchanged(bytes.fromhex("FFEF0100051B44332211"), bytes.fromhex("8080")))
    verify, identiv = (model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2))
    assert "31" not in verify.partition("sent to")[0]
    assert "80" not in identiv.partition("Answer")[2], "this PACK stands where others have a status word"
