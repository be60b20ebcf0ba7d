"""Identification as the window shows it and as its menus steer it."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from cardscope.identify.chip_identity import identify_version
from cardscope.identify.identification import Identification
from cardscope.readers.protocol import ReaderState
from cardscope.service import Identifying
from cardscope_gui.empty.page import Page
from cardscope_gui.settings import Settings

NAME = "ACS ACR122U PICC Interface"
UID = bytes.fromhex("04216216C01680")
NTAG216 = bytes.fromhex("0004040201001303")


@pytest.fixture
def known(qtbot, window, bridge) -> Identification:
    """A card in the reader, whose chip is known."""
    bridge.plug(NAME)
    session = bridge.card_in(NAME)
    bridge.uid_read(NAME, UID)
    made = Identification(NAME, session.insertion, session.atr, UID, chip=identify_version(NTAG216), complete=True)
    bridge.identified(made)
    qtbot.waitUntil(window.identity.applications.isEnabled)
    return made


def test_header_and_list_name_the_chip(window, bridge, known) -> None:
    assert window.header._title.text() == "NTAG216"
    assert "888 bytes" in window.header._second.text()
    row = window.model.row_at(window.model.index_of(NAME))
    assert row.words == "NTAG216 · card in"
    bridge.card_out(NAME)
    bridge.card_in(NAME)
    row = window.model.row_at(window.model.index_of(NAME))
    assert "NTAG216" not in row.words, "the next card is another one"
    assert window.header._title.text() != "NTAG216"


def test_a_card_pulled_half_way_leaves_what_was_learned(qtbot, window, bridge) -> None:
    bridge.plug(NAME)
    session = bridge.card_in(NAME)
    bridge.uid_read(NAME, UID)
    bridge.card_out(NAME)
    assert window.page is Page.NO_CARD
    chip = identify_version(NTAG216)
    bridge.identified(
        Identification(
            NAME, session.insertion, session.atr, UID, chip=chip, interrupted="Gone.", summary=("Not all.", "NTAG216.")
        )
    )
    assert window.page is Page.CARD
    panel = window.card.build()
    qtbot.waitUntil(lambda: panel.side.caution.shown == ("Not all.",))
    bridge.card_in(NAME)
    assert panel.side.caution.shown == ()
    bridge.card_out(NAME)
    assert window.page is Page.NO_CARD


def test_identifying_again_is_for_a_card_that_is_there(window, bridge, known) -> None:
    assert window.identity.again.isEnabled()
    before = bridge.spawned
    window.identity.again.trigger()
    assert bridge.spawned == before + 1
    bridge.card_out(NAME)
    assert not window.identity.again.isEnabled()
    assert not window.identity.copy_json.isEnabled()


def test_applications_are_looked_for_on_cards_that_have_any(window, bridge, known) -> None:
    assert window.identity.applications.isEnabled()


def test_the_probe_by_itself_is_remembered_and_counts_at_once(window, bridge, settings: Settings) -> None:
    bridge.service.identifying = Identifying()
    assert not window.identity.by_itself.isChecked(), "nothing is sent to smart cards unasked at first"
    window.identity.by_itself.trigger()
    assert bridge.service.identifying.probe_applications
    assert Settings(settings.path).probe_applications or settings.probe_applications


def chosen(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.isChecked()]


def family(menu: QMenu, key: str) -> QAction:
    return next(action for action in menu.actions() if action.data() == key)


def test_the_user_says_which_family_a_reader_is_of(window, bridge, known, settings: Settings) -> None:
    bridge.service.identifying = Identifying()
    menu = window.identity.families
    menu.aboutToShow.emit()
    assert chosen(menu) == ["Find out"]
    before = bridge.spawned
    family(menu, "acr122u").trigger()
    assert bridge.service.identifying.families == {NAME: "acr122u"}
    assert settings.reader_families() == {NAME: "acr122u"}
    assert bridge.spawned == before + 1, "the card is identified anew that way"
    menu.aboutToShow.emit()
    assert chosen(menu) == [family(menu, "acr122u").text()]
    family(menu, "").trigger()
    assert bridge.service.identifying.families == {}
    assert settings.reader_families() == {}


def test_settings_keep_families_of_readers_with_strange_names(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.ini")
    names = ["a/b\\c", "Reader 00 00 [x] %41", "Über"]
    for name in names:
        settings.set_reader_family(name, "acr122u")
    settings.atr_list = "/somewhere/smartcard_list.txt"
    settings.probe_applications = True
    settings.save()
    again = Settings(tmp_path / "window.ini")
    assert again.reader_families() == dict.fromkeys(names, "acr122u")
    assert again.atr_list == "/somewhere/smartcard_list.txt"
    assert again.probe_applications


def test_the_menu_offers_what_there_is_to_copy(window, known) -> None:
    assert window.identity.copy_text.isEnabled()
    assert window.model.status(NAME).state is ReaderState.PRESENT
