"""The list of recent cards and its dialogs."""

import time
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cardscope.store.recent_cards import RecentCard
from cardscope_gui.recent.card_list import RecentList
from cardscope_gui.recent.dialogs import DescribeDialog, forget_dialog
from cardscope_gui.recent.model import RecentModel, WhenRole
from cardscope_gui.recent.words import when_words

LEFT_HAND = RecentCard(bytes.fromhex("0485928AA06181"), "NTAG216", False, 1.0, time.time(), "Left hand", "xNT")
UNNAMED = RecentCard(bytes.fromhex("045869D29C3980"), "NTAG213", True, 1.0, 2.0, "", "")
UNKNOWN = RecentCard(bytes.fromhex("5C1E902A"), "", False, 1.0, 2.0, "", "")


@pytest.fixture
def shown(qtbot: QtBot) -> tuple[RecentModel, RecentList]:
    model = RecentModel()
    cards = RecentList(model)
    qtbot.addWidget(cards)
    model.setParent(cards)
    model.show_cards([LEFT_HAND, UNNAMED, UNKNOWN])
    cards.resize(280, 300)
    cards.show()
    qtbot.waitExposed(cards)
    return model, cards


def test_a_card_goes_by_its_nickname_else_by_its_chip(shown: tuple[RecentModel, RecentList]) -> None:
    model, _ = shown
    assert [model.index(row).data() for row in range(3)] == ["Left hand", "NTAG213", "Card without a name"]
    spoken = [str(model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(3)]
    assert spoken[0].startswith("Left hand, NTAG216, 04 85 92 8A A0 61 81, ")
    assert spoken[1].startswith("NTAG213, virtual, 04 58")
    assert "xNT" in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_a_card_on_a_reader_is_there_now(qtbot: QtBot, shown: tuple[RecentModel, RecentList]) -> None:
    model, _ = shown
    with qtbot.waitSignal(model.dataChanged):
        model.set_present(frozenset({UNNAMED.uid}))
    assert [model.index(row).data(WhenRole) == "Now" for row in range(3)] == [False, True, False]


def test_times_are_words_that_a_person_uses() -> None:
    QLocale.setDefault(QLocale("en_GB"))
    now = datetime(2026, 11, 22, 14, 30)

    def words(then: datetime) -> str:
        return when_words(then.timestamp(), now.timestamp())

    assert words(now - timedelta(hours=2)) == "12:30"
    assert words(now - timedelta(hours=15)) == "Yesterday"
    assert words(datetime(2026, 3, 5)) == "5 Mar"
    assert words(datetime(2024, 3, 5)) == "Mar 2024"
    assert words(now + timedelta(minutes=5)) == "14:35", "a clock that was set back"


def test_the_selection_stays_while_the_list_is_renewed(shown: tuple[RecentModel, RecentList]) -> None:
    model, cards = shown
    cards.setCurrentIndex(model.index(1))
    model.show_cards([LEFT_HAND, UNNAMED, UNKNOWN])
    assert cards.currentIndex().row() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F2])
def test_enter_names_a_card(qtbot: QtBot, shown: tuple[RecentModel, RecentList], key: Qt.Key) -> None:
    model, cards = shown
    cards.setCurrentIndex(model.index(1))
    with qtbot.waitSignal(cards.describe_wanted) as wanted:
        qtbot.keyClick(cards, key)
    assert wanted.args == [UNNAMED]


def test_delete_asks_to_forget(qtbot: QtBot, shown: tuple[RecentModel, RecentList]) -> None:
    model, cards = shown
    cards.setCurrentIndex(model.index(2))
    with qtbot.waitSignal(cards.forget_wanted) as wanted:
        qtbot.keyClick(cards, Qt.Key.Key_Delete)
    assert wanted.args == [UNKNOWN]


def test_the_menu_offers_everything(qtbot: QtBot, shown: tuple[RecentModel, RecentList]) -> None:
    model, cards = shown
    cards._open_menu(LEFT_HAND, cards.mapToGlobal(cards.visualRect(model.index(0)).center()))
    menu = cards.findChild(QMenu)
    assert menu is not None
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text() for action in actions] == ["Name and notes…", "Copy UID", "Forget this card…"]
    actions[1].trigger()
    assert QGuiApplication.clipboard().text() == "04 85 92 8A A0 61 81"
    with qtbot.waitSignal(cards.describe_wanted):
        actions[0].trigger()
    menu.close()


def test_naming_a_card_hands_over_what_was_typed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    saved: list[tuple[str, str]] = []
    dialog = DescribeDialog(LEFT_HAND, lambda name, notes: saved.append((name, notes)), window)
    dialog.open()
    assert dialog.nickname.text() == "Left hand"
    qtbot.keyClicks(dialog.nickname, "Right hand")
    qtbot.keyClick(dialog.nickname, Qt.Key.Key_Return)
    assert saved == [("Right hand", "xNT")]


def test_leaving_the_dialog_changes_nothing(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    saved: list[tuple[str, str]] = []
    dialog = DescribeDialog(LEFT_HAND, lambda name, notes: saved.append((name, notes)), window)
    dialog.open()
    qtbot.keyClicks(dialog.nickname, "something else")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert saved == []


def test_forgetting_asks_first(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for button, expected in (("Cancel", 0), ("Forget", 1)):
        forgotten: list[int] = []
        dialog = forget_dialog(LEFT_HAND, lambda forgotten=forgotten: forgotten.append(1), window)
        dialog.open()
        next(each for each in dialog.findChildren(QPushButton) if each.text() == button).click()
        assert len(forgotten) == expected
