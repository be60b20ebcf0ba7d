"""Recalling commands: by arrow keys, and from the window of all that were sent."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from cardscope.store.database import Database, StoreError
from cardscope.store.transient import TransientStore
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.history import CommandHistory
from cardscope_gui.console.history_window import HistoryWindow
from cardscope_gui.console.panel import ConsolePanel

from .conftest import Pause, ScriptedSession, SteppedBridge

T = TypeVar("T")
UID = bytes.fromhex("04E141124C2880")
VERIFY = "00 20 00 01 04 31 32 33 34"
VERIFY_MASKED = "00 20 00 01 04 •• •• •• ••"


class SlowStore(TransientStore):
    """Answers when the bridge is resumed."""

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await Pause()
        return await super().call(work)


class BrokenStore(TransientStore):
    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:  # noqa: ARG002
        raise StoreError("The disk is full.", remedy="Make room.")


def send(panel: ConsolePanel, qtbot: QtBot, *texts: str) -> None:
    for text in texts:
        panel.composer.edit.selectAll()
        qtbot.keyClicks(panel.composer.edit, text)
        qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)


def press(panel: ConsolePanel, qtbot: QtBot, *keys: Qt.Key) -> str:
    for key in keys:
        qtbot.keyClick(panel.composer.edit, key)
    return panel.composer.edit.toPlainText()


UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


class TestArrowKeys:
    def test_back_and_forward_to_the_draft(self, qtbot, panel):
        send(panel, qtbot, "FFCA000000", "FF B0 00 04 10")
        panel.composer.edit.selectAll()
        qtbot.keyClicks(panel.composer.edit, "00 a4")
        assert press(panel, qtbot, UP) == "FF B0 00 04 10"
        assert press(panel, qtbot, UP) == "FF CA 00 00 00"
        assert press(panel, qtbot, UP) == "FF CA 00 00 00"
        assert press(panel, qtbot, DOWN) == "FF B0 00 04 10"
        assert press(panel, qtbot, DOWN) == "00 a4"
        assert press(panel, qtbot, DOWN) == "00 a4"

    def test_the_command_that_is_still_shown_is_skipped(self, qtbot, panel):
        send(panel, qtbot, "FF CA 00 00 00", "FF B0 00 04 10")
        assert press(panel, qtbot, UP) == "FF CA 00 00 00"

    def test_so_is_one_whose_secret_is_still_shown(self, qtbot, panel):
        send(panel, qtbot, "FF CA 00 00 00", VERIFY)
        assert press(panel, qtbot, UP) == "FF CA 00 00 00"
        assert press(panel, qtbot, DOWN) == VERIFY_MASKED

    def test_an_empty_history_leaves_the_text_alone(self, qtbot, panel):
        qtbot.keyClicks(panel.composer.edit, "FF")
        assert press(panel, qtbot, UP, DOWN) == "FF"

    def test_a_secret_is_typed_anew_in_its_place(self, qtbot, panel, session):
        send(panel, qtbot, VERIFY)
        panel.composer.edit.clear()
        assert press(panel, qtbot, UP) == VERIFY_MASKED
        qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)
        assert len(session.sent) == 1, "a command without its secret is not sent"
        press(panel, qtbot, DOWN, UP)
        qtbot.keyClicks(panel.composer.edit, "35 36 37 38")
        qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)
        assert session.sent[-1][0] == bytes.fromhex("002000010435363738")

    def test_fast_keys_take_one_step_each(self, qtbot, panel, bridge):
        panel.history.keep_in(SlowStore())
        for text in ("30 04", "30 05", "30 06"):
            panel.history.add(bytes.fromhex(text), chip=None, uid=None, reader="R")
            resume(bridge)
        press(panel, qtbot, UP, UP, DOWN, UP, UP)
        resume(bridge)
        assert panel.composer.edit.toPlainText() == "30 04"

    def test_what_is_typed_meanwhile_stays(self, qtbot, panel, bridge):
        panel.history.keep_in(SlowStore())
        panel.history.add(b"\x60", chip=None, uid=None, reader="R")
        resume(bridge)
        press(panel, qtbot, UP)
        qtbot.keyClicks(panel.composer.edit, "FF")
        resume(bridge)
        assert panel.composer.edit.toPlainText() == "FF"
        press(panel, qtbot, UP)
        resume(bridge)
        assert panel.composer.edit.toPlainText() == "60"

    def test_a_store_that_fails_is_said_and_the_command_is_sent_all_the_same(self, qtbot, panel, session):
        panel.history.keep_in(BrokenStore())
        with qtbot.waitSignal(panel.history.failed) as failed:
            send(panel, qtbot, "FF CA 00 00 00")
        assert failed.args == ["The disk is full. Make room."]
        assert len(session.sent) == 1


def resume(bridge: SteppedBridge) -> None:
    """Until nothing waits any more; no walk takes more than this."""
    for _ in range(50):
        bridge.resume()


@pytest.fixture
def window(qtbot: QtBot, panel: ConsolePanel, session: ScriptedSession) -> HistoryWindow:
    """On the commands of two cards, the latest for the one that is there."""
    session.uid = None
    send(panel, qtbot, "FF D6 00 04 04 DE AD BE EF", VERIFY)
    session.uid = UID
    send(panel, qtbot, "FF CA 00 00 00", "FF B0 00 04 10")
    panel.open_history()
    assert panel.history_window is not None
    qtbot.waitExposed(panel.history_window)
    return panel.history_window


def rows(window: HistoryWindow) -> list[str]:
    entries = (window.model.entry_at(window.model.index(row)) for row in range(window.model.rowCount()))
    return [entry.command.text for entry in entries if entry is not None]


class TestWindow:
    def test_it_lists_all_the_latest_first_with_secrets_masked(self, window):
        assert rows(window) == ["FF B0 00 04 10", "FF CA 00 00 00", VERIFY_MASKED, "FF D6 00 04 04 DE AD BE EF"]
        assert window.list.current.command.text == "FF B0 00 04 10"
        assert window.count.text() == "4 commands"

    def test_it_finds_bytes_and_words_as_one_types(self, qtbot, window):
        for typed, found in {"ff d": ["FF D6 00 04 04 DE AD BE EF"], "veri": [VERIFY_MASKED], "31 32": []}.items():
            window.search.clear()
            qtbot.keyClicks(window.search, typed)
            assert rows(window) == found, typed
        assert window.count.text() == "No command is like that."
        assert not window.use_button.isEnabled()

    def test_arrows_move_and_enter_uses_without_leaving_the_search(self, qtbot, panel, window):
        qtbot.keyClicks(window.search, "FF")
        qtbot.keyClick(window.search, Qt.Key.Key_Down)
        qtbot.keyClick(window.search, Qt.Key.Key_Return)
        assert panel.composer.edit.toPlainText() == "FF CA 00 00 00"
        assert not window.isVisible()

    def test_escape_empties_the_search_then_closes(self, qtbot, window):
        qtbot.keyClicks(window.search, "FF")
        qtbot.keyClick(window.search, Qt.Key.Key_Escape)
        assert len(rows(window)) == 4
        qtbot.keyClick(window.search, Qt.Key.Key_Escape)
        assert not window.isVisible()

    def test_only_what_was_sent_to_this_card(self, panel, window, session):
        window.only_card.click()
        assert rows(window) == ["FF B0 00 04 10", "FF CA 00 00 00"]
        panel.show_session(None, session.reader)
        assert not window.only_card.isEnabled()
        assert len(rows(window)) == 4, "without a card the box cannot stay ticked"

    def test_a_favourite_has_a_name_and_is_found_by_it(self, qtbot, panel, window):
        window.list.setFocus()
        qtbot.keyClick(window.list, Qt.Key.Key_Space)
        assert window.list.current.favourite
        assert window.mark_button.text() == "No favourite"
        qtbot.keyClick(window.list, Qt.Key.Key_F2)
        editor = window.list.viewport().findChild(QLineEdit)
        qtbot.keyClicks(editor, "Serial number")
        with qtbot.waitSignal(panel.history.changed):
            qtbot.keyClick(editor, Qt.Key.Key_Return)
        window.only_favourites.click()
        assert (window.list.current.name, window.list.current.favourite) == ("Serial number", True)
        assert len(rows(window)) == 1
        window.only_favourites.click()
        qtbot.keyClicks(window.search, "serial")
        assert rows(window) == ["FF B0 00 04 10"]
        window.mark_button.click()
        assert not window.list.current.favourite

    def test_delete_goes_on_with_the_next(self, qtbot, window):
        window.list.setFocus()
        qtbot.keyClick(window.list, Qt.Key.Key_Down)
        qtbot.keyClick(window.list, Qt.Key.Key_Delete)
        assert rows(window) == ["FF B0 00 04 10", VERIFY_MASKED, "FF D6 00 04 04 DE AD BE EF"]
        assert window.list.current.command.text == VERIFY_MASKED

    def test_all_is_deleted_once_the_user_agrees(self, window):
        refused = window.clear_dialog()
        refused.reject()
        assert len(rows(window)) == 4
        window.clear_dialog().accept()
        assert rows(window) == []
        assert window.count.text() == "Nothing was sent yet."

    def test_the_menu_offers_what_the_keys_do(self, window):
        actions = {action.text().split("\t")[0]: action for action in window.list.menu().actions()}
        assert list(actions) == ["Use", "Make it a favourite", "Name…", "Copy", "Delete"]
        actions["Copy"].trigger()
        assert QGuiApplication.clipboard().text() == "FF B0 00 04 10"

    def test_a_new_command_appears_while_it_is_open(self, qtbot, panel, window):
        send(panel, qtbot, "FF CA 01 00 00")
        assert rows(window)[0] == "FF CA 01 00 00"

    def test_a_screen_reader_hears_what_is_there_and_that_a_secret_is_not(self, window):
        said = [window.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
        assert "Read binary: page 4, 16 bytes, FF B0 00 04 10" in said[0]
        assert "00 20 00 01 04, 4 secret bytes not kept" in said[2]
        assert window.search.accessibleName()
        assert window.list.accessibleName()

    def test_the_model_keeps_qts_rules(self, window):
        tester = QAbstractItemModelTester(window.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        window.look()
        window.search.setText("FF")
        assert tester.model() is window.model

    def test_it_paints_in_both_themes(self, window):
        window.list.mark()
        for appearance in (theme.Appearance.DARK, theme.Appearance.LIGHT):
            theme.notifier().set_appearance(appearance)
            assert not window.grab().isNull()


def test_of_several_searches_only_the_newest_is_answered(qtbot: QtBot, bridge: SteppedBridge) -> None:
    history = CommandHistory(bridge)
    history.keep_in(SlowStore())
    history.add(b"\x60", chip=None, uid=None, reader="R")
    resume(bridge)
    answers: list[list[str]] = []
    history.found.connect(lambda entries: answers.append([entry.command.text for entry in entries]))
    history.search("zz", uid=None, favourites=False)
    history.search("60", uid=None, favourites=False)
    resume(bridge)
    assert answers == [["60"]]


async def test_the_next_run_recalls_what_this_one_sent(qtbot: QtBot, tmp_path: Path) -> None:
    for expected in ([], ["30 04"]):
        database = await Database(tmp_path / "cardscope.db").open()
        bridge = Bridge()
        history = CommandHistory(bridge)
        history.keep_in(database)
        found, changed = asyncio.Event(), asyncio.Event()
        answers: list[list[str]] = []
        history.found.connect(lambda entries, answers=answers: answers.append([each.command.text for each in entries]))
        history.found.connect(found.set)
        history.changed.connect(changed.set)
        async with asyncio.timeout(10):
            history.search("", uid=None, favourites=False)
            await found.wait()
            history.add(bytes.fromhex("3004"), chip=None, uid=None, reader="R")
            await changed.wait()
        assert answers == [expected]
        await bridge.close()
        await database.close()
