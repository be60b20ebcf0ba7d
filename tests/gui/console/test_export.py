"""Rows copied and transcripts saved from the console, with a real event loop, worker and file system."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from cardscope.events import CardInserted, Exchanged, Origin
from cardscope.export import SAVE_FORMATS, CopyFormat, SaveFormat
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.panel import ConsolePanel
from support.exported import CONTACT, ISO_DEP

READER = "A reader 00 00"
TIMEOUT = 20.0
TEXT, HTML, JSON, PCAPNG = SAVE_FORMATS
SELECT = bytes.fromhex("00A4040007D2760000850101")
VERIFY = bytes.fromhex("002000010431323334")


class Console(ConsolePanel):
    """The panel on a bridge of its own."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.bridge = bridge

    def exchange(self, *commands: bytes, insertion: int = 1) -> None:
        for command in commands:
            done = Exchanged(READER, insertion, Origin.USER, command, b"\x90\x00", 1.5, time.monotonic())
            self.bridge.published.emit(done)
        self.transcript.insert_waiting()

    def insert(self, atr: bytes, insertion: int = 1) -> None:
        self.bridge.published.emit(CardInserted(READER, atr, insertion, time.monotonic()))

    async def ended(self) -> None:
        """Returns when the bridge has no task left."""
        async with asyncio.timeout(TIMEOUT):
            while tasks := set(self.bridge._tasks):
                await asyncio.wait(tasks)
                await asyncio.sleep(0)

    def save_to(self, path: Path, form: SaveFormat, *, include_secrets: bool = False) -> None:
        """As when the dialog is accepted."""
        self.bridge.spawn(self.export._save(path, form, include_secrets))


@pytest.fixture
def console(qtbot: QtBot) -> Iterator[Console]:
    console = Console(Bridge())
    failures: list[str] = []
    console.bridge.failed.connect(failures.append)
    qtbot.addWidget(console)
    console.resize(1100, 300)
    console.show()
    qtbot.waitExposed(console)
    yield console
    assert failures == []


def texts(menu: QMenu) -> list[str]:
    return [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def submenu(menu: QMenu, text: str) -> QMenu:
    found = next(action for action in menu.actions() if action.text().replace("&", "") == text).menu()
    assert isinstance(found, QMenu)
    return found


def exported_menu(console: Console) -> QMenu:
    menu = QMenu(console)
    console.export.add_to(menu)
    return menu


async def test_a_row_is_copied_as_a_program(console: Console) -> None:
    console.exchange(SELECT, VERIFY)
    console.view.selectRow(0)
    menu = console.view.row_menu(console.transcript.exchange(0))
    assert texts(submenu(menu, "Copy as")) == [
        "Hex",
        "Python (pyscard)",
        "Java (javax.smartcardio)",
        "Node (pcsclite)",
        "C (PC/SC)",
        "opensc-tool command",
        "gscriptor script",
    ]
    submenu(menu, "Copy as").actions()[1].trigger()
    await console.ended()
    copied = QGuiApplication.clipboard().text()
    assert "00 A4 04 00 07 D2 76 00 00 85 01 01" in copied
    assert f"READER = {READER!r}" in copied
    compile(copied, "copied", "exec")


async def test_a_selection_is_copied_from_top_to_bottom_and_without_secrets(console: Console) -> None:
    console.exchange(SELECT, b"\x00\xb0\x00\x00", VERIFY)
    model = console.view.selectionModel()
    for row in (2, 0):
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        model.select(console.transcript.index(row), flags)
    console.export.copy(CopyFormat.HEX)
    await console.ended()
    assert QGuiApplication.clipboard().text() == (
        "> 00 A4 04 00 07 D2 76 00 00 85 01 01\n< 90 00\n> 00 20 00 01 04 •• •• •• ••\n< 90 00\n"
    )


async def test_secrets_are_copied_by_a_menu_of_their_own_where_there_are_some(console: Console) -> None:
    console.exchange(SELECT, VERIFY)
    console.view.selectRow(0)
    assert "Copy with secrets as" not in texts(exported_menu(console))
    console.view.selectRow(1)
    submenu(exported_menu(console), "Copy with secrets as").actions()[0].trigger()
    await console.ended()
    assert QGuiApplication.clipboard().text() == "> 00 20 00 01 04 31 32 33 34\n< 90 00\n"


async def test_what_cannot_be_copied_is_said_in_the_panel(console: Console) -> None:
    console.exchange(SELECT, insertion=0)
    console.view.selectRow(0)
    QGuiApplication.clipboard().setText("before")
    console.export.copy(CopyFormat.C)
    await console.ended()
    assert console.export.bar.isVisible()
    assert "no command to a card" in console.export.bar.accessibleName()
    assert QGuiApplication.clipboard().text() == "before"
    console.export.bar.dismiss_button.click()
    assert not console.export.bar.isVisible()


async def test_nothing_selected_cannot_be_copied_and_nothing_there_not_saved(console: Console) -> None:
    menu = exported_menu(console)
    assert not submenu(menu, "Copy as").isEnabled()
    assert [action.isEnabled() for action in menu.actions()[-2:]] == [False, False]
    console.export.save()
    assert console.export.dialog is None


async def test_ctrl_shift_s_asks_for_a_file_and_the_filter_is_the_form(
    qtbot: QtBot, console: Console, tmp_path: Path
) -> None:
    console.exchange(SELECT, VERIFY)
    console.activateWindow()
    console.view.setFocus()
    qtbot.keyClick(console.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = console.export.dialog
    assert isinstance(dialog, QFileDialog)
    assert [each.rpartition("*.")[2] for each in dialog.nameFilters()] == ["txt)", "html)", "json)", "pcapng)"]
    dialog.selectNameFilter(dialog.nameFilters()[2])
    dialog.filterSelected.emit(dialog.nameFilters()[2])
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("a transcript")
    dialog.accept()
    await console.ended()
    document = json.loads((tmp_path / "a transcript.json").read_text("utf-8"))
    assert [row["command"]["hex"] for row in document["exchanges"]] == [
        "00 A4 04 00 07 D2 76 00 00 85 01 01",
        "00 20 00 01 04 •• •• •• ••",
    ]
    assert console.export.bar.accessibleName().startswith("Saved 2 exchanges to ")


async def test_the_time_and_the_atr_of_the_card_are_in_the_file(console: Console, tmp_path: Path) -> None:
    before = time.time()
    console.insert(ISO_DEP)
    console.exchange(SELECT)
    path = tmp_path / "a.json"
    console.save_to(path, JSON, include_secrets=True)
    await console.ended()
    (row,) = json.loads(path.read_text("utf-8"))["exchanges"]
    assert row["atr"] == ISO_DEP.hex(" ").upper()
    assert before - 1 < datetime.fromisoformat(row["time"]).timestamp() < time.time() + 1


async def test_what_is_shown_is_saved(console: Console, tmp_path: Path) -> None:
    console.exchange(SELECT, *[b"\x00\xb0\x00\x00"] * 3)
    console.transcript.set_filter("D2760000", mine=False, secrets=False)
    assert console.transcript.rowCount() == 1
    console.save_to(tmp_path / "a.json", JSON)
    await console.ended()
    assert len(json.loads((tmp_path / "a.json").read_text("utf-8"))["exchanges"]) == 1


async def test_why_a_capture_is_not_made_is_said_in_the_panel(console: Console, tmp_path: Path) -> None:
    console.insert(CONTACT)
    console.exchange(SELECT)
    console.save_to(tmp_path / "a.pcapng", PCAPNG)
    await console.ended()
    assert "cards with contacts, for which no capture format exists" in console.export.bar.accessibleName()
    assert files(tmp_path) == []


async def test_a_folder_that_cannot_be_written_to_is_said_in_the_panel(console: Console, tmp_path: Path) -> None:
    console.exchange(SELECT)
    console.save_to(tmp_path / "none" / "a.txt", TEXT)
    await console.ended()
    assert "could not be written: No such file or directory." in console.export.bar.accessibleName()


async def first_progress(console: Console) -> None:
    begun = asyncio.Event()
    told = console.export.bar.show_progress

    def show_progress(text: str) -> None:
        told(text)
        begun.set()

    console.export.bar.show_progress = show_progress
    async with asyncio.timeout(TIMEOUT):
        await begun.wait()


async def many(console: Console, path: Path, form: SaveFormat = JSON) -> None:
    console.exchange(*[SELECT] * 5000)
    console.save_to(path, form)
    await first_progress(console)


async def test_a_save_can_be_cancelled_and_leaves_what_was_there(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("before")
    await many(console, path)
    assert console.export.bar.cancel_button.isVisible()
    console.export.bar.cancel_button.click()
    await console.ended()
    assert path.read_text() == "before"
    assert files(tmp_path) == [path]
    assert "cancelled" in console.export.bar.accessibleName()
    assert not console.export.bar.cancel_button.isVisible()


async def test_the_transcript_may_change_while_it_is_saved(console: Console, tmp_path: Path) -> None:
    await many(console, tmp_path / "a.json")
    console.transcript.clear()
    console.exchange(VERIFY)
    await console.ended()
    assert len(json.loads((tmp_path / "a.json").read_text("utf-8"))["exchanges"]) == 5000


async def test_what_was_picked_stays(console: Console) -> None:
    model = console.transcript
    console.exchange(SELECT, VERIFY)
    model.set_filter("00 20 00 01", mine=False, secrets=True)
    picked, chosen = model.picked(), model.picked([0])
    model.set_filter("", mine=False, secrets=False)
    console.exchange(*[SELECT] * 2000)
    everything = model.picked()
    model.clear()
    console.exchange(b"\x00\xb0\x00\x00")
    assert [each.command for each in picked.part(0, 10)] == [each.command for each in chosen.part(0, 10)] == [VERIFY]
    assert len(everything) == 2002
    assert [each.command for each in everything.part(0, 3)] == [SELECT, VERIFY, SELECT]
    assert len(everything.part(2000, 32)) == 2


async def test_ctrl_c_copies_many_rows_aside(qtbot: QtBot, console: Console) -> None:
    console.exchange(*[SELECT] * 4999, VERIFY)
    console.view.selectAll()
    QGuiApplication.clipboard().setText("before")
    qtbot.keyClick(console.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"
    await console.ended()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 10_000
    assert lines[-2:] == ["> 00 20 00 01 04 •• •• •• ••", "< 90 00"]


async def test_too_many_to_copy_are_not_even_looked_at(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []
    monkeypatch.setattr("cardscope.export.ExportedExchange.of", lambda *each, **_more: looked_at.append(each))
    console.exchange(*[SELECT] * 10_001)
    console.view.selectAll()
    console.export.copy(CopyFormat.PYTHON)
    await console.ended()
    assert "At most 10,000 exchanges can be copied" in console.export.bar.accessibleName()
    assert looked_at == []


async def test_the_app_may_close_while_a_file_is_written(console: Console, tmp_path: Path) -> None:
    await many(console, tmp_path / "a.json")
    async with asyncio.timeout(TIMEOUT):
        await console.bridge.close()
    assert files(tmp_path) == []


async def test_one_file_at_a_time(console: Console, tmp_path: Path) -> None:
    await many(console, tmp_path / "a.json")
    console.export.save()
    assert console.export.dialog is None
    menu = exported_menu(console)
    assert [action.isEnabled() for action in menu.actions()[-2:]] == [False, False]
    await console.ended()
    assert [action.isEnabled() for action in exported_menu(console).actions()[-2:]] == [True, True]


@pytest.mark.parametrize("form", SAVE_FORMATS)
async def test_every_form_can_be_saved(form: SaveFormat, console: Console, tmp_path: Path) -> None:
    console.insert(ISO_DEP)
    console.exchange(SELECT, VERIFY)
    console.save_to(tmp_path / f"a.{form.suffix}", form)
    await console.ended()
    assert (tmp_path / f"a.{form.suffix}").stat().st_size > 100
    assert console.export.bar.accessibleName().startswith("Saved 2 exchanges")
