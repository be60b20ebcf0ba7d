"""Cards that speak APDUs: read when asked, edited like tags, written with progress, and left as they were found."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt

from cardscope.ndef.contents import Uri
from cardscope_gui.card.tabs import Tab
from cardscope_gui.ndef.card_source import CardSource

from .conftest import message, press

HELLO = Uri("https://example.com/teaching")
SELECT_NDEF = bytes.fromhex("00A4040007D2760000850101")


def source(desk) -> CardSource:
    found = desk.ndef.source
    assert isinstance(found, CardSource)
    return found


def address(desk):
    return desk.ndef.pane.form.fields["address"]


@pytest.mark.parametrize("name", ["teaching", "teaching-t0", "teaching-contactless"])
def test_nothing_is_asked_of_a_card_before_the_button(desk, name) -> None:
    desk.insert(name)
    before = len(desk.commands)
    tab = desk.ndef
    assert desk.tabs.front is Tab.NDEF
    assert not desk.tabs.has_memory
    assert tab.nothing.title.text() == "The message has not been read"
    assert len(desk.commands) == before
    tab.nothing.button.click()
    assert [(entry.kind, entry.gist) for entry in tab.model.entries] == [("Link", HELLO.uri)]
    assert desk.commands[before].startswith(SELECT_NDEF)
    assert tab.records.room.words.text() == "25 of 1,022 bytes"
    # Reading is over: nothing is selected, and the connection is let go.
    assert desk.window.shown_session.protocol is None
    assert "T=" not in desk.window.header._second.text()


@pytest.mark.parametrize("name", ["teaching", "teaching-t0", "teaching-contactless"])
def test_what_is_edited_is_written_with_one_click(desk, name) -> None:
    card = desk.insert(name)
    tab = desk.ndef
    tab.nothing.button.click()
    before = len(desk.commands)
    address(desk).setText("https://b.org")
    address(desk).textEdited.emit("https://b.org")
    assert source(desk).staged
    assert len(desk.commands) == before
    assert tab.card_bar.isVisible()
    tab.card_bar.write.click()
    assert not source(desk).failure
    assert tab.card_bar.isHidden()
    desk.remove()
    desk.put(card)
    desk.ndef.nothing.button.click()
    assert source(desk).view.message == message(Uri("https://b.org"))


def test_undo_and_discard(desk) -> None:
    desk.insert("teaching")
    tab = desk.ndef
    tab.nothing.button.click()
    tab.records.list.setFocus()
    press(tab.records.list, Qt.Key.Key_Delete)
    assert source(desk).view.message == b""
    tab.undo.trigger()
    assert source(desk).view.message == message(HELLO)
    tab.redo.trigger()
    tab.card_bar.discard.click()
    assert not source(desk).staged
    assert tab.card_bar.isHidden()


def test_a_card_without_the_application_says_so(desk, monkeypatch) -> None:
    card = desk.insert("teaching")
    real = card.transmit

    def transmit(command: bytes) -> bytes:
        return bytes.fromhex("6A82") if command.startswith(SELECT_NDEF) else real(command)

    monkeypatch.setattr(card, "transmit", transmit)
    desk.ndef.nothing.button.click()
    assert desk.ndef.nothing.title.text() == "There is no message to show"
    assert "no NDEF application" in source(desk).failure
    monkeypatch.undo()
    desk.ndef.nothing.button.click()
    assert source(desk).view.message == message(HELLO)


def test_a_write_that_breaks_off_is_told_and_can_be_repeated(desk, monkeypatch) -> None:
    card = desk.insert("teaching")
    tab = desk.ndef
    tab.nothing.button.click()
    press(tab.records.list, Qt.Key.Key_Delete)
    real = card.transmit
    monkeypatch.setattr(
        card, "transmit", lambda command: bytes.fromhex("6982") if command[1] == 0xD6 else real(command)
    )
    tab.card_bar.write.click()
    assert "69 82" in tab.card_bar.note.text()
    assert tab.card_bar.write.isVisible()
    assert tab.card_bar.discard.isHidden()
    monkeypatch.undo()
    tab.card_bar.write.click()
    assert source(desk).on_card == b""
    assert tab.card_bar.isHidden()


def test_a_card_pulled_with_changes_keeps_its_page(desk) -> None:
    desk.insert("teaching")
    tab = desk.ndef
    tab.nothing.button.click()
    press(tab.records.list, Qt.Key.Key_Delete)
    desk.remove()
    assert desk.tabs.isVisible()
    assert desk.tabs.front is Tab.NDEF
    assert "removed" in tab.card_bar.note.text()
    assert tab.card_bar.write.isHidden()
    assert tab.card_bar.discard.isHidden()


def test_a_tag_is_read_when_its_ndef_is_looked_at(desk) -> None:
    desk.insert("ntag213-url")
    tab = desk.ndef
    assert [entry.kind for entry in tab.model.entries] == ["Link"]
    press(tab.records.list, Qt.Key.Key_Delete)
    memory = desk.window.card.memory
    assert memory.document.staged
    QCoreApplication.processEvents()
    assert desk.window.card._memory_actions.undo.isEnabled()
    assert desk.window.card._memory_actions.review.isEnabled()
    assert not desk.window.card._memory_actions.find.isEnabled()


def test_show_in_memory_goes_to_the_byte(desk) -> None:
    desk.insert("ntag213-url")
    desk.ndef.memory_wanted.emit(5, 3)
    assert desk.tabs.front is Tab.MEMORY
    memory = desk.window.card.memory
    assert (memory.table.page, memory.table.here.start % 4) == (5, 3)
    assert memory.isAncestorOf(memory.bar)


def test_from_a_card_to_a_tag_and_back(desk) -> None:
    desk.insert("teaching")
    tab = desk.ndef
    tab.nothing.button.click()
    desk.remove()
    desk.insert("ntag213-url")
    assert desk.tabs.front is Tab.NDEF
    assert tab.source is not None
    assert not isinstance(tab.source, CardSource)
    assert [entry.kind for entry in tab.model.entries] == ["Link"]
