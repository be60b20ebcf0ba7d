"""Dump files in the window: opened, asked about, refused, shown like a card, dropped and closed."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.card.tabs import Tab
from cardscope_gui.empty.page import Page
from cardscope_gui.files.drop_zone import DropZone
from cardscope_gui.files.open_file import FileState

UID = "04 C5 A1 02 B3 6F 80"


def said(widget):
    """What the widget's labels say."""
    texts = [label.accessibleName() or label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return " | ".join(texts)


def buttons(widget):
    return [button for button in widget.findChildren(QPushButton) if button.isVisible()]


def test_a_file_is_shown_like_a_card(bench, dump):
    window = bench.window
    file = bench.open(dump("link.nfc", "flipper"))
    assert file.state is FileState.OPEN
    assert window.header.isVisible()
    words = said(window.header)
    assert "NTAG216" in words
    assert "File" in words
    assert "No password" in words
    assert not window.header.atr.isVisible()
    panel = window.card.build()
    assert panel.isVisible()
    assert not panel.again.isVisible()
    panel.tabs.choose(Tab.MEMORY)
    memory = window.card.memory
    assert memory.isVisible()
    assert memory.document is file.document
    assert memory.document.base.uid.hex(" ").upper() == UID
    assert window._file_page.section.isVisible()
    assert window._file_page.section.list.selectionModel().currentIndex().data() == "link.nfc"
    assert not window.sidebar.readers.selectionModel().hasSelection()


def test_the_identity_of_a_file_can_be_copied(bench, dump):
    bench.open(dump("link.nfc", "flipper"))
    actions = bench.window.actions_
    assert actions.copy_known_text.isEnabled()
    actions.copy_known_text.trigger()
    assert "NTAG216" in QGuiApplication.clipboard().text()
    actions.copy_uid.trigger()
    assert QGuiApplication.clipboard().text().replace(" ", "") == UID.replace(" ", "")
    assert not actions.copy_atr.isEnabled()
    assert not actions.reset_card.isEnabled()


def test_what_had_to_be_assumed_is_said_until_it_is_read(bench, dump):
    window = bench.window
    file = bench.open(dump("link.nfc", "flipper"))
    assert file.notes
    strip = window._file_page.strip
    assert strip.notes_shown
    assert file.notes[0] in said(strip)
    strip.notes_dismissed.emit()
    assert not strip.notes_shown
    bench.open(dump("other.nfc", "flipper"))
    assert strip.notes_shown
    bench.desk.show(file)
    assert not strip.notes_shown


def test_a_file_that_can_be_several_chips_asks_in_the_window(bench, dump):
    window = bench.window
    file = bench.open(dump("plain.mfd", "raw"))
    assert file.state is FileState.QUESTION
    assert not window.header.isVisible()
    page = window._file_page.problem
    assert page.isVisible()
    assert "plain.mfd" in said(page)
    choices = [button for button in buttons(page) if "NTAG216 " in button.text()]
    assert len(choices) == 1
    choices[0].click()
    assert file.state is FileState.OPEN
    assert file.document.base.chip.key == "ntag216"
    assert window.header.isVisible()


def test_a_damaged_file_says_where_and_why_and_nothing_of_it_is_shown(bench, dump):
    path = dump("cut.nfc", "flipper")
    lines = path.read_text().splitlines()
    number = next(at for at, line in enumerate(lines) if line.startswith("Page 30:"))
    lines[number] = "Page 30: 04 2"
    path.write_text("\n".join(lines))
    file = bench.open(path)
    assert file.state is FileState.FAILED
    assert f"Line {number + 1}" in file.failure
    assert file.document is None
    page = bench.window._file_page.problem
    assert f"Line {number + 1}" in said(page)
    assert not bench.window.header.isVisible()
    assert not bench.desk.actions.save.isEnabled()


def test_a_mifare_classic_dump_is_named_as_such(bench, tmp_path):
    path = tmp_path / "classic.mfd"
    path.write_bytes(bytes.fromhex("DEADBEEF22080400") + bytes(1016))
    assert "MIFARE Classic" in bench.open(path).failure


@pytest.mark.parametrize("name", ["gone.nfc", "folder"])
def test_a_file_that_cannot_be_read_says_so(bench, tmp_path, name):
    (tmp_path / "folder").mkdir()
    file = bench.open(tmp_path / name)
    assert file.state is FileState.FAILED
    assert file.failure.startswith("It cannot be read: ")


def test_while_a_file_is_read_the_window_says_so(bench, dump, qtbot):
    bench.bridge.held = []
    bench.desk.open([dump("link.nfc", "flipper")])
    assert bench.desk.shown is None, "mostly it is there at once"
    qtbot.waitUntil(lambda: bench.desk.shown is not None)
    file = bench.desk.shown
    assert file.state is FileState.LOADING
    assert "Opening link.nfc" in said(bench.window._file_page.problem)
    bench.bridge.release()
    assert file.state is FileState.OPEN
    assert not bench.window._file_page.problem.isVisible()


def test_a_file_that_is_closed_while_it_is_read_stays_closed(bench, dump):
    bench.bridge.held = []
    bench.desk.open([dump("link.nfc", "flipper")])
    bench.desk.close(bench.desk.model.files[0])
    bench.bridge.release()
    assert bench.desk.model.files == []
    assert bench.desk.shown is None


def test_the_same_file_is_opened_once_and_read_again(bench, dump):
    first = bench.open(dump("link.nfc", "flipper"))
    before = first.document.base
    again = bench.open(dump("link.nfc", "flipper", "ntag213"))
    assert again is first
    assert len(bench.desk.model.files) == 1
    assert again.document.base.chip is not before.chip
    assert bench.window.card.memory.document is again.document


def test_a_file_with_changes_is_not_read_again(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, b"\x01\x02\x03\x04", "typing")
    document = file.document
    assert bench.open(file.path) is file
    assert file.document is document
    assert file.unsaved


def test_several_files_keep_their_changes_apart(bench, dump):
    one, two = bench.open(dump("one.nfc", "flipper")), bench.open(dump("two.nfc", "flipper"))
    two.document.write_page(5, b"\x01\x02\x03\x04", "typing")
    bench.desk.show(one)
    assert bench.window.card.memory.document is one.document
    assert not one.unsaved
    assert two.unsaved


def test_a_card_and_a_file_of_the_same_tag_are_two_things(bench, dump):
    window, panel = bench.window, bench.window.card.build()
    bench.insert("ntag216-url")
    panel.tabs.choose(Tab.MEMORY)
    tag = window.card.memory.document
    assert tag is not None
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, b"\x01\x02\x03\x04", "typing")
    assert window.card.memory.document is file.document
    assert window.shown_session is None
    window.show_reader(bench.reader.name)
    assert bench.desk.shown is None
    assert window.card.memory.document is tag
    assert not tag.staged
    assert window.shown_session is not None
    assert not window._file_page.strip.isVisible()
    assert window.header.atr.isVisible() or not window.header.ndef.isHidden()


def test_a_card_that_comes_does_not_take_the_view_from_a_file(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    bench.insert("ntag213")  # by hand it is the user's wish
    assert bench.desk.shown is None
    bench.desk.show(file)
    bench.run(_put_on(bench))
    assert bench.desk.shown is file
    assert bench.window.card.memory.document is file.document


async def _put_on(bench):
    before = len(bench.recorder.events)
    bench.reader.insert(ready_card("ntag215").make())
    await bench.inserted(before)


def test_the_keyboard_goes_through_the_files(bench, dump, qtbot):
    one, two = bench.open(dump("one.nfc", "flipper")), bench.open(dump("two.nfc", "flipper"))
    files = bench.window._file_page.section.list
    bench.window.activateWindow()
    files.setFocus()
    qtbot.waitUntil(files.hasFocus)
    QTest.keyClick(files, Qt.Key.Key_Up)
    assert bench.desk.shown is one
    QTest.keyClick(files, Qt.Key.Key_Down)
    assert bench.desk.shown is two
    QTest.keyClick(files, Qt.Key.Key_Delete)
    assert bench.desk.shown is one
    assert bench.desk.model.files == [one]


def test_closing_the_last_file_goes_back_to_the_reader(bench, dump):
    bench.insert("ntag213")
    bench.open(dump("one.nfc", "flipper"))
    bench.desk.actions.close.trigger()
    assert bench.desk.shown is None
    assert bench.window.shown_session is not None
    assert not bench.window._file_page.section.isVisible()
    assert not bench.desk.actions.close.isEnabled()


def test_enter_goes_to_the_page_of_a_file(bench, dump, qtbot):
    bench.open(dump("one.nfc", "flipper"))
    files = bench.window._file_page.section.list
    bench.window.activateWindow()
    files.setFocus()
    qtbot.waitUntil(files.hasFocus)
    QTest.keyClick(files, Qt.Key.Key_Return)
    assert bench.window.card.build().isAncestorOf(QApplication.focusWidget())


def test_everything_has_a_name_for_a_screen_reader(bench, dump):
    file = bench.open(dump("one.nfc", "flipper"))
    model = bench.desk.model
    index = model.index_of(file)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "one.nfc, NTAG216 · Flipper .nfc"
    file.document.write_page(5, b"\x01\x02\x03\x04", "typing")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith(", not saved")
    strip = bench.window._file_page.strip
    assert all(button.accessibleName() for button in buttons(strip))


def drag(window, kind, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    if kind is QDropEvent:
        event = QDropEvent(QPointF(400, 300), copy, data, left, Qt.KeyboardModifier.NoModifier)
    else:
        event = QDragEnterEvent(QPoint(400, 300), copy, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, event)
    return event


def test_files_can_be_dropped_on_the_window(bench, dump):
    window = bench.window
    zone = window.findChild(DropZone)
    path = dump("link.nfc", "flipper")
    assert drag(window, QDragEnterEvent, path).isAccepted()
    assert zone.isVisible()
    assert zone.size() == window.size()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert drag(zone, QDragEnterEvent, path).isAccepted()
    QApplication.processEvents()
    assert zone.isVisible(), "it went from the window to what lies over it"
    QApplication.sendEvent(zone, QDragLeaveEvent())
    assert not zone.isVisible()
    drag(window, QDragEnterEvent, path)
    QApplication.sendEvent(window, QDragLeaveEvent())
    QApplication.processEvents()
    assert not zone.isVisible(), "it went out of the window at once"
    drag(window, QDragEnterEvent, path)
    drag(zone, QDragEnterEvent, path)
    drag(zone, QDropEvent, path)
    assert not zone.isVisible()
    assert bench.desk.shown.path == path


def test_what_is_no_file_cannot_be_dropped(bench):
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/x.nfc")])
    left = Qt.MouseButton.LeftButton
    event = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(bench.window, event)
    assert not bench.window.findChild(DropZone).isVisible()


@pytest.mark.parametrize("page", [Page.NO_READER, Page.NO_CARD, Page.SERVICE_STOPPED])
def test_the_pages_without_a_card_offer_to_open_a_file(bench, page):
    bench.window.empty.show_page(page, "Reader", "")
    words = [button.text() for button in buttons(bench.window.empty)]
    assert "Open file…" in words


def test_a_file_becomes_a_card_in_the_virtual_reader(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, b"\x01\x02\x03\x04", "typing")

    async def opened():
        before = len(bench.recorder.events)
        bench.desk.actions.virtual.trigger()
        await bench.inserted(before)

    bench.run(opened())
    assert bench.desk.shown is None, "the virtual reader is shown"
    card = bench.window.slot.card
    assert card.tag.uid == file.document.base.uid
    assert card.tag.snapshot().pages[5] == b"\x01\x02\x03\x04", "with its changes"
    assert "link.nfc" in card.title
    assert file.unsaved, "they are not saved by that"


def test_the_menu_of_a_file_offers_what_can_be_done_with_it(bench, dump):
    shown, asked = bench.open(dump("link.nfc", "flipper")), bench.desk.add(dump("plain.mfd", "raw"))
    actions = [action for action in bench.desk.file_menu(shown).actions() if not action.isSeparator()]
    words = [action.text() for action in actions]
    assert words == ["Open in virtual reader", "Compare…", "Write to a tag…", "Save dump…", "Close"]
    assert all(action.isEnabled() for action in actions)
    actions = [action for action in bench.desk.file_menu(asked).actions() if not action.isSeparator()]
    assert [action.isEnabled() for action in actions] == [False, False, False, False, True]
    actions[-1].trigger()
    assert bench.desk.model.files == [shown]
    assert bench.desk.shown is shown


def test_in_a_narrow_window_the_strip_has_drawings_with_names(bench, dump):
    bench.open(dump("link.nfc", "flipper"))
    strip = bench.window._file_page.strip
    assert [button.text() for button in buttons(strip)][-1] == "Save dump…"
    bench.window.resize(1024, 640)
    QApplication.processEvents()
    assert buttons(strip) == []
    names = [each.accessibleName() for each in strip.findChildren(QToolButton) if each.isVisible()]
    drawn = ["Open in virtual reader", "Write to a tag…", "Compare…", "Save dump…", "Close file"]
    assert sorted(names) == sorted([*drawn, "Understood"])
    assert bench.window.sidebar.rail
    assert bench.window._file_page.section.isVisible(), "as a drawing in the rail"
