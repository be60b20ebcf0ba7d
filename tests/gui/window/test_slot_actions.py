"""Menus and questions around the virtual reader, and where its troubles are said."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox, QPushButton

from cardscope.dumps import Candidate
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader_models import reader_models
from cardscope_gui.empty.page import Page
from cardscope_gui.readers.loan import Loan


def dialog(window, kind):
    (found,) = [each for each in window.findChildren(kind) if each.isVisible()]
    return found


@pytest.fixture
def with_card(window, bridge, virtual_reader):
    window.slot.insert("ntag213")
    bridge.card_in(virtual_reader.name)
    return window


def set_loan(window, loan):
    window.slot.loan = loan
    window.slot.changed.emit()


def test_the_models_are_radio_items_and_the_choice_is_remembered(window, settings):
    menu = window.slot_actions.model_menu
    menu.aboutToShow.emit()
    assert [action.data() for action in menu.actions()] == list(reader_models())
    assert [action.data() for action in menu.actions() if action.isChecked()] == ["generic"]
    next(action for action in menu.actions() if action.data() == "omnikey5321").trigger()
    assert settings.reader_model == window.slot.model_key == "omnikey5321"
    menu.aboutToShow.emit()
    assert [action.data() for action in menu.actions() if action.isChecked()] == ["omnikey5321"]


def test_what_can_be_done_follows_the_card_and_the_loan(window, bridge, virtual_reader):
    actions = window.slot_actions

    def enabled():
        pairs = {
            "insert": actions.insert_menu,
            "remove": actions.remove,
            "lend": actions.on_service,
            "port": actions.port,
            "model": actions.model_menu,
            "save": actions.save_image,
        }
        return {name for name, action in pairs.items() if action.isEnabled()}

    assert enabled() == {"insert", "port", "model"}
    window.slot.insert("ntag213")
    bridge.card_in(virtual_reader.name)
    assert enabled() == {"insert", "remove", "lend", "port", "model", "save"}
    set_loan(window, Loan.ASKING)
    assert actions.on_service.isChecked()
    assert "port" not in enabled()
    virtual_reader.remove()
    bridge.card_out(virtual_reader.name)
    set_loan(window, Loan.LENT)
    assert enabled() == {"lend", "save"}
    assert actions.on_service.isChecked()
    set_loan(window, Loan.HOME)
    assert not actions.on_service.isChecked()


def test_a_smart_card_has_no_memory_to_save(window, bridge, virtual_reader):
    window.slot.insert("teaching")
    bridge.card_in(virtual_reader.name)
    assert not window.slot_actions.save_image.isEnabled()


def test_while_the_card_is_lent_its_reader_says_so_and_gives_it_back(qtbot, with_card, bridge, virtual_reader):
    window = with_card
    virtual_reader.remove()
    bridge.card_out(virtual_reader.name)
    set_loan(window, Loan.LENT)
    assert window.page is window.empty.page is Page.LENT
    assert any("Take the card back" in each.text() for each in window.empty.findChildren(QPushButton))
    slot = window.sidebar.readers.slot_button(window.model.index_of(virtual_reader.name))
    assert "back from the PC/SC service" in slot.accessibleName()
    with qtbot.waitSignal(window.sidebar.readers.take_back_chosen):
        qtbot.mouseClick(slot, Qt.MouseButton.LeftButton)


def test_trouble_is_said_beside_the_reader_and_goes_with_the_next_card(qtbot, window, virtual_reader):
    window.slot.failed.emit("Nobody listens.")
    notice = window.sidebar.notice
    assert notice.isVisible()
    assert notice.accessibleName() == "Nobody listens."
    row = window.sidebar.readers.visualRect(window.model.index_of(virtual_reader.name))
    qtbot.waitUntil(lambda: 0 <= notice.y() - row.bottom() < 24)
    window.slot.insert("ntag213")
    assert notice.isHidden()


def test_on_the_rail_trouble_is_said_over_the_page(qtbot, window):
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: window.sidebar.rail)
    window.slot.failed.emit("Nobody listens.")
    assert window.sidebar.notice.isHidden()
    assert window.notice.accessibleName() == "Nobody listens."


def test_a_card_from_a_file_is_asked_for_without_blocking(qtbot, window, bridge):
    window.slot_actions.open_image()
    asked = dialog(window, QFileDialog)
    before = bridge.spawned
    asked.fileSelected.emit("/tmp/tag.bin")
    assert bridge.spawned == before + 1
    asked.close()


def test_saving_offers_a_name(qtbot, with_card, bridge):
    with_card.slot_actions.save_image.trigger()
    asked = dialog(with_card, QFileDialog)
    assert asked.selectedFiles()[0].endswith("ntag213-04213E13C01380.bin")
    before = bridge.spawned
    asked.fileSelected.emit("/tmp/tag.bin")
    assert bridge.spawned == before + 1
    asked.close()


@pytest.fixture
def changed_card(with_card, virtual_reader):
    """Something was written to it; another is to be inserted."""
    virtual_reader.card.transmit(bytes.fromhex("FFD6000804CAFEBABE"))
    kept = with_card.slot.card
    with_card.slot.insert("ntag216")
    assert with_card.slot.card is kept
    return with_card


def replace_button(window, text):
    asked = dialog(window, QMessageBox)
    (button,) = [each for each in asked.buttons() if each.text().replace("&", "") == text]
    return button


def test_a_changed_card_stays_when_the_question_is_cancelled(qtbot, changed_card):
    asked = dialog(changed_card, QMessageBox)
    assert "NTAG213" in asked.text()
    kept = changed_card.slot.card
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert changed_card.slot.card is kept


def test_a_changed_card_is_replaced_when_the_user_says_so(qtbot, changed_card):
    replace_button(changed_card, "Replace").click()
    assert changed_card.slot.card.title == "NTAG216, factory-fresh"


def test_a_changed_card_can_be_saved_first(qtbot, changed_card, bridge):
    kept = changed_card.slot.card
    replace_button(changed_card, "Save first…").click()
    asked = dialog(changed_card, QFileDialog)
    before = bridge.spawned
    asked.fileSelected.emit("/tmp/tag.bin")
    assert bridge.spawned == before + 1
    assert changed_card.slot.card is kept, "until it is saved"
    asked.close()


def test_several_chips_are_asked_about_by_name(qtbot, window, bridge):
    candidates = [Candidate("raw", chips()[key], f"{key} (raw image)") for key in ("ntag213", "ntag213f")]
    window.slot.chip_wanted.emit("tag.bin", bytes(180), candidates)
    asked = dialog(window, QInputDialog)
    assert asked.comboBoxItems() == ["ntag213 (raw image)", "ntag213f (raw image)"]
    before = bridge.spawned
    asked.setTextValue("ntag213f (raw image)")
    asked.accept()
    assert bridge.spawned == before + 1


def test_the_port_is_asked_for_and_remembered(qtbot, window, settings):
    window.slot_actions.port.trigger()
    asked = dialog(window, QInputDialog)
    assert asked.intValue() == 35963
    asked.setIntValue(35964)
    asked.accept()
    assert settings.vpcd_port == 35964


def test_enter_on_the_empty_virtual_reader_goes_to_the_search(qtbot, window, virtual_reader):
    window.sidebar.readers.setFocus()
    window.sidebar.readers.select(virtual_reader.name)
    qtbot.keyClick(window.sidebar.readers, Qt.Key.Key_Return)
    assert window.page is Page.VIRTUAL_EMPTY
    assert QApplication.focusWidget().accessibleName() == "Find a virtual card"
