from dataclasses import dataclass

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from cardscope_gui.card.panel import CardPanel

ULTRALIGHT_FAMILY = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
CLASSIC_1K_WRONG_TCK = bytes.fromhex("3B8F8001804F0CA000000306030001000000006B")


@dataclass
class PresentCard:
    atr: bytes
    uid: bytes | None = None
    protocol: str | None = None
    reader: str = "R"
    insertion: int = 1


@pytest.fixture
def panel(qtbot: QtBot) -> CardPanel:
    made = CardPanel()
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_storage_card_is_named_with_the_caution(panel: CardPanel):
    panel.show_session(PresentCard(ULTRALIGHT_FAMILY))
    facts = panel.side.known.facts()
    card, caution = facts["Card, by its ATR"]
    assert "Ultralight" in card
    assert "NTAG21x" in caution
    assert facts["Kind"][0] == "Contactless card"
    assert "14443" in facts["Standard"][0]
    assert "Ultralight" in panel.parts.summary.text()
    assert not panel.parts.problems.isVisible()


def test_the_bytes_are_the_atr(panel: CardPanel):
    panel.show_session(PresentCard(ULTRALIGHT_FAMILY))
    assert panel.parts.fields.model.index(0, 0).data() == "TS"
    panel.parts.copy_menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68"


def test_a_wrong_check_byte_is_said(panel: CardPanel):
    panel.show_session(PresentCard(CLASSIC_1K_WRONG_TCK))
    assert panel.parts.problems.isVisible()
    assert "TCK" in panel.parts.problems.text.text()


def test_the_uid_comes_later_with_its_length(panel: CardPanel):
    card = PresentCard(ULTRALIGHT_FAMILY)
    panel.show_session(card)
    assert panel.side.known.facts()["UID"][0] == "Not read yet"
    card.protocol = "T=1"
    panel.show_uid(bytes.fromhex("04A1B2C3D4E5F6"), "")
    value, how = panel.side.known.facts()["UID"]
    assert value == "04 A1 B2 C3 D4 E5 F6"
    assert "7 bytes" in how
    assert panel.side.known.facts()["Protocol"][0] == "T=1"


def test_no_uid_says_why(panel: CardPanel):
    panel.show_session(PresentCard(bytes.fromhex("3B00")))
    panel.show_uid(None, "Cards with contacts have no UID.")
    assert panel.side.known.facts()["UID"] == ("—", "Cards with contacts have no UID.")


def test_the_same_card_shown_again_keeps_the_place(panel: CardPanel):
    card = PresentCard(ULTRALIGHT_FAMILY)
    panel.show_session(card)
    panel.parts.fields.tree.setCurrentIndex(panel.parts.fields.model.index(2, 0))
    panel.show_session(card)
    assert panel.parts.fields.tree.currentIndex().row() == 2


def test_nothing_of_the_last_card_stays(panel: CardPanel):
    panel.show_session(PresentCard(ULTRALIGHT_FAMILY, bytes(7), "T=1"))
    panel.show_session(None)
    assert panel.side.known.facts() == {}
    assert panel.parts.fields.model.rowCount() == 0


def test_without_a_connection_other_programs_can_use_the_card(panel: CardPanel):
    card = PresentCard(ULTRALIGHT_FAMILY)
    panel.show_session(card)
    assert panel.side.known.facts()["Protocol"] == ("Not connected", "Other programs can use the card")
    card.protocol = "T=1"
    panel.show_connection()
    assert panel.side.known.facts()["Protocol"][0] == "T=1"


def test_what_a_reader_says_is_no_markup(panel: CardPanel):
    panel.show_session(PresentCard(ULTRALIGHT_FAMILY))
    panel.show_uid(None, "<b>bold</b> & more")
    assert panel.side.known.facts()["UID"][1] == "<b>bold</b> & more"
    assert "&lt;b>bold" in panel.side.known._rows["UID"].source.text()


def test_beside_the_console_in_the_smallest_window_six_fields_are_in_view(qtbot: QtBot, panel: CardPanel):
    panel.resize(1024 - 56, 640 - 28 - 84 - 236)
    panel.show_session(PresentCard(ULTRALIGHT_FAMILY))
    tree = panel.parts.fields.tree
    row = tree.visualRect(panel.parts.fields.model.index(0, 0)).height()
    assert row > 0
    qtbot.waitUntil(lambda: tree.viewport().height() >= 6 * row)
    assert "Ultralight" in panel.parts.title.toolTip()
