"""Unsaved script text is there at the next start, and what is not kept is asked about."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cardscope.store.database import Database
from cardscope.store.drafts import ScriptDrafts
from cardscope_gui.scripts.opener import ScriptOpener
from cardscope_gui.scripts.window import ScriptWindow
from support.task_bridge import TaskBridge

SECRET = "reset\n00 20 00 01 04 31 32 33 34\n"
MASKED = "reset\n00 20 00 01 04 •• •• •• ••\n"


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("cardscope.db*"))


class Closing(QObject):
    closing = Signal()


class Program:
    """One start of the program, as far as scripts have to do with it."""

    def __init__(self, store: Database | None, qtbot: QtBot) -> None:
        self.bridge = TaskBridge(None)
        self.main = QWidget()
        qtbot.addWidget(self.main, before_close_func=lambda _main: self._stop())
        self.main.show()
        self._closing = Closing()
        self.opener = ScriptOpener(self.bridge, lambda: None, self.main, self._closing.closing)  # type: ignore[arg-type]
        if store is not None:
            self.opener.keep_in(store)

    async def open(self) -> ScriptWindow:
        self.opener.open()
        await self.bridge.idle()
        assert self.opener.window is not None
        self.opener.window._look_later.stop()
        return self.opener.window

    def _stop(self) -> None:
        """The loop that its timers would need is gone after the test."""
        if self.opener.window is not None:
            self.opener.window.close()
            self.opener.window.keeper._soon.stop()

    async def end(self) -> None:
        self._closing.closing.emit()
        await self.bridge.idle()
        await self.opener.finish()
        if self.opener.window is not None:
            assert not self.opener.window.isVisible()


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database(tmp_path / "cardscope.db").open()
    yield database
    await database.close()


async def test_the_next_start_has_the_text_and_says_so(store: Database, qtbot: QtBot) -> None:
    first = Program(store, qtbot)
    window = await first.open()
    window.editor.insertPlainText("reset\nFF CA 00 00 00\n")
    assert not first.opener.asks_before_leaving(lambda: None)
    await first.end()

    window = await Program(store, qtbot).open()
    assert window.editor.toPlainText() == "reset\nFF CA 00 00 00\n"
    assert window.document.unsaved
    assert window.kept.isVisible()
    assert "was kept" in window.kept.accessibleName()


async def test_it_is_kept_soon_after_the_change_without_an_end(store: Database, qtbot: QtBot) -> None:
    window = await Program(store, qtbot).open()
    window.editor.insertPlainText("reset")
    keeper = window.keeper
    with qtbot.waitSignal(keeper._soon.timeout):
        pass
    await keeper._bridge.idle()
    kept = await ScriptDrafts(store).take("another")
    assert kept is not None
    assert kept.text == "reset"


async def test_a_change_of_a_file_comes_back_as_one(store: Database, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "one.script"
    path.write_text("reset\n", "utf-8")
    first = Program(store, qtbot)
    window = await first.open()
    window.document.load(path)
    window.editor.insertPlainText("# new\n")
    await first.end()

    second = Program(store, qtbot)
    window = await second.open()
    assert window.document.path == path
    assert window.editor.toPlainText() == "# new\nreset\n"
    window.document.save()
    assert path.read_text("utf-8") == "# new\nreset\n"
    assert not window.kept.isVisible()
    await second.end()
    assert (await Program(store, qtbot).open()).editor.toPlainText() == ""


async def test_discarding_it_can_be_undone(store: Database, qtbot: QtBot) -> None:
    first = Program(store, qtbot)
    (await first.open()).editor.insertPlainText("reset")
    await first.end()
    second = Program(store, qtbot)
    window = await second.open()
    window.kept.discard.click()
    assert window.editor.toPlainText() == ""
    assert not window.kept.isVisible()
    window.editor.undo()
    assert window.editor.toPlainText() == "reset"
    window.editor.redo()
    await second.end()
    assert (await Program(store, qtbot).open()).editor.toPlainText() == ""


async def test_secrets_are_not_kept_and_that_is_asked_about_and_told(store: Database, qtbot: QtBot) -> None:
    first = Program(store, qtbot)
    window = await first.open()
    window.editor.insertPlainText(SECRET)
    left = []
    assert first.opener.asks_before_leaving(lambda: left.append(True))
    window.document.question.cancel_button.click()
    assert not left
    await first.end()  # as a signal ends it: nobody is asked
    assert b"31 32 33 34" not in all_bytes(store.path.parent)

    second = Program(store, qtbot)
    window = await second.open()
    assert window.editor.toPlainText() == MASKED
    assert "line 2" in window.kept.accessibleName()
    assert not second.opener.asks_before_leaving(lambda: None), "nothing more would be lost"


async def test_what_is_given_up_does_not_come_back(store: Database, qtbot: QtBot) -> None:
    first = Program(store, qtbot)
    window = await first.open()
    window.editor.insertPlainText(SECRET)
    left = []
    assert first.opener.asks_before_leaving(lambda: left.append(True))
    window.document.question.discard_button.click()
    assert left
    await first.end()
    assert (await Program(store, qtbot).open()).editor.toPlainText() == ""


async def test_without_a_store_it_asks(qtbot: QtBot) -> None:
    program = Program(None, qtbot)
    window = await program.open()
    assert not program.opener.asks_before_leaving(lambda: None)
    window.editor.insertPlainText("reset")
    assert program.opener.asks_before_leaving(lambda: None)
    window.document.question.cancel_button.click()


async def test_a_store_that_fails_is_told_and_asked_about(store: Database, qtbot: QtBot) -> None:
    program = Program(store, qtbot)
    window = await program.open()
    window.editor.insertPlainText("reset")
    await store.close()
    await program.opener.finish()
    assert "no longer than the window" in window.notice.accessibleName()
    assert program.opener.asks_before_leaving(lambda: None)
    window.document.question.cancel_button.click()


async def test_two_programs_do_not_take_each_other_s_text_away(store: Database, qtbot: QtBot) -> None:
    first = Program(store, qtbot)
    (await first.open()).editor.insertPlainText("first")
    await first.opener.finish()
    second = Program(store, qtbot)
    window = await second.open()
    assert window.editor.toPlainText() == "first"
    window.editor.insertPlainText("second ")
    await second.opener.finish()
    first_window = first.opener.window
    assert first_window is not None
    first_window.editor.insertPlainText(" and more")
    await first.opener.finish()
    drafts = ScriptDrafts(store)
    texts = set()
    for name in ("one", "two"):
        kept = await drafts.take(name)
        assert kept is not None
        texts.add(kept.text)
        await drafts.forget(name)
    assert texts == {"first and more", "second first"}
