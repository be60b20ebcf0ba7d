"""The page of the empty virtual reader: finding a card by a word or by the arrow keys."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu

from cardscope.virtual.ready_cards import ready_cards
from cardscope_gui import theme
from cardscope_gui.empty.card_list import CardModel
from cardscope_gui.empty.picker import ReadyCardPicker
from cardscope_gui.theme import Appearance


@pytest.fixture
def picker(qtbot):
    theme.notifier().install(Appearance.LIGHT)
    models = QMenu()
    made = ReadyCardPicker(models)
    qtbot.addWidget(models)
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.search.setFocus()
    return made


def names(model):
    rows = [model.row_at(model.index(number)) for number in range(model.rowCount())]
    return [row.name for row in rows if row.name]


def test_every_ready_card_is_there_under_its_heading(qtbot):
    model = CardModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert names(model) == list(ready_cards())
    headings = [row.label for row in map(model.row_at, map(model.index, range(model.rowCount()))) if not row.name]
    assert headings == list(dict.fromkeys(card.group for card in ready_cards().values()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("implant", ["ntag216-implant"]),
        ("NTAG213 fresh", ["ntag213", "ntag213f"]),
        ("ev1 128", ["mf0ul21", "mf0ulh21"]),
        ("t=0", ["teaching-t0"]),
        ("no such card", []),
    ],
)
def test_every_word_has_to_be_found(qtbot, text, found):
    model = CardModel()
    model.find(text)
    assert names(model) == found
    assert model.first().isValid() is bool(found)


def test_nothing_found_is_said(picker):
    picker.search.setText("no such card")
    model = picker.cards.model()
    assert model.rowCount() == 1
    assert "No card" in model.index(0).data()
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsEnabled


def test_a_word_and_enter_insert_the_first_that_is_found(qtbot, picker):
    qtbot.keyClicks(picker.search, "clone")
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)
    assert chosen.args == ["ntag213-clone"]


def test_enter_inserts_nothing_when_nothing_is_found(qtbot, picker):
    picker.search.setText("no such card")
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)


def test_escape_shows_all_again(qtbot, picker):
    picker.search.setText("clone")
    qtbot.keyClick(picker.search, Qt.Key.Key_Escape)
    assert picker.search.text() == ""
    assert names(picker.cards.model()) == list(ready_cards())


def test_the_arrow_keys_go_from_tile_to_tile_and_skip_headings(qtbot, picker):
    qtbot.keyClick(picker.search, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is picker.cards
    walked = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, *[Qt.Key.Key_Down] * 3):
        qtbot.keyClick(picker.cards, key)
        walked.append(picker.cards.model().row_at(picker.cards.currentIndex()).name)
    assert walked[:3] == ["ntag215-url", "ntag216-implant", "ntag213-url"]
    assert walked[-1] in ("ntag210", "ntag212"), "over the heading into the next group"
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.cards, Qt.Key.Key_Return)
    assert chosen.args == [walked[-1]]


def test_a_click_inserts_and_a_click_beside_does_not(qtbot, picker):
    cards = picker.cards
    index = cards.model().index(2)
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=cards.visualRect(index).center())
    assert chosen.args == ["ntag215-url"]
    with qtbot.assertNotEmitted(picker.chosen):
        heading = cards.visualRect(cards.model().index(0)).center()
        qtbot.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=heading)
        qtbot.mouseClick(cards.viewport(), Qt.MouseButton.RightButton, pos=cards.visualRect(index).center())


@pytest.mark.parametrize("width", [400, 800])
def test_tiles_fit_into_the_width_two_and_four_in_a_row(qtbot, picker, width):
    picker.resize(width, 700)
    qtbot.waitUntil(lambda: picker.cards.width() == width)
    cards, model = picker.cards, picker.cards.model()
    qtbot.waitUntil(lambda: cards.visualRect(model.index(1)).top() == cards.visualRect(model.index(2)).top())
    rights = [cards.visualRect(model.index(number)).right() for number in range(model.rowCount())]
    assert max(rights) <= cards.viewport().width()
    first = next(number for number in range(model.rowCount()) if model.row_at(model.index(number)).name == "ntag210")
    assert len({cards.visualRect(model.index(number)).top() for number in range(first, first + 4)}) == 1


def test_a_screen_reader_hears_name_and_description(picker):
    index: QModelIndex = picker.cards.model().first()
    assert index.data(Qt.ItemDataRole.DisplayRole) == "NTAG216 with a web address"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole).endswith(".")
