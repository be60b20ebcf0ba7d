"""The window of scripts on a real service with a virtual reader: run, step, stop, pause, refusal, results."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from cardscope.scripts import Ended, Summary, Verdict
from cardscope.service import CardService
from cardscope.virtual.reader import VirtualSource
from cardscope_gui.scripts.checking import MOST, checked, expectations
from cardscope_gui.scripts.files import LONGEST, examples, read_script
from cardscope_gui.scripts.results import Column
from cardscope_gui.scripts.window import ScriptWindow
from cardscope_gui.widgets.marks import Mark
from support.events import TIMEOUT, Recorder
from support.script_bench import Bench
from support.task_bridge import TaskBridge

READS = "FF CA 00 00 00\nexpect 90 00\nexpect data 04 *\nFF B0 00 03 10\nexpect data E1 2. *\nFF B0 00 04 10\n"
LOCKS = "FF CA 00 00 00\nFF D6 00 02 04 00 00 0F 00\n"


class Stage:
    """The window, its bridge and the bench with the card."""

    def __init__(self, bench: Bench, bridge: TaskBridge, window: ScriptWindow) -> None:
        self.bench, self.bridge, self.window = bench, bridge, window

    async def run(self, text: str) -> Summary:
        """Runs ``text`` to its end."""
        self.write(text)
        self.window.run()
        await self.bridge.idle()
        assert self.window._summary is not None
        return self.window._summary

    def write(self, text: str) -> None:
        self.window.editor.setPlainText(text)
        self.window.editor.document().setModified(False)
        self.window._look_later.stop()

    async def until_waiting(self) -> None:
        waits = asyncio.Event()
        self.window.runner.changed.connect(lambda: waits.set() if self.window.runner.waiting else None)
        async with asyncio.timeout(TIMEOUT):
            while self.window.runner.waiting is None:
                await waits.wait()
                waits.clear()

    def cell(self, row: int, column: Column) -> str:
        return str(self.window.results.index(row, column).data())


@pytest_asyncio.fixture
async def stage(qtbot: QtBot) -> AsyncIterator[Stage]:
    source = VirtualSource()
    service = CardService([source], read_uids=False)
    recorder = Recorder(service)
    await recorder.begin(source.readers[0].name)
    bridge = TaskBridge(service)
    bench = Bench(service, source, recorder)
    window = ScriptWindow(bridge, lambda: source.readers[0].name)
    qtbot.addWidget(window, before_close_func=lambda shown: shown.editor.document().setModified(False))
    window.show()
    yield Stage(bench, bridge, window)
    window.editor.document().setModified(False)
    window.close()
    await bridge.idle()
    await service.close()


async def test_run_fills_the_table_with_what_was_expected_and_what_came(stage):
    QAbstractItemModelTester(stage.window.results)
    await stage.bench.put("ntag216")
    summary = await stage.run(READS)
    assert (summary.ended, summary.passed, summary.failed, summary.done) == (Ended.COMPLETED, 1, 1, 1)
    assert [stage.cell(row, Column.LINE) for row in range(3)] == ["1", "4", "6"]
    assert stage.cell(0, Column.SENT) == "FF CA 00 00 00\nGet data: UID"
    assert stage.cell(0, Column.EXPECTED) == "90 00 · data 04 *"
    assert stage.cell(0, Column.RESULT).startswith("Passed")
    assert stage.cell(1, Column.CAME).startswith("E1 10 6D 00")
    assert stage.cell(1, Column.CAME).endswith("90 00 Success")
    assert stage.cell(1, Column.EXPECTED).startswith("data E1 2. *\nExpected data E1 2. *, got E1 10")
    assert stage.cell(1, Column.RESULT).startswith("Failed")
    assert stage.window.editor.marks() == {1: Mark.TICK, 4: Mark.CROSS, 6: Mark.RING}
    assert "1 passed, 1 failed" in stage.window.status.text()
    assert not stage.window.editor.isReadOnly()


async def test_step_by_step(stage):
    wire = await stage.bench.put("ntag216")
    stage.write(READS)
    stage.window.step()
    await stage.bridge.idle()
    assert len(wire.commands) == 1
    assert stage.window.runner.line == 4
    assert stage.window.editor.isReadOnly()
    assert stage.window.run_button.text() == "Go on"
    stage.window.step()
    await stage.bridge.idle()
    assert len(wire.commands) == 2
    stage.window.run()
    await stage.bridge.idle()
    assert len(wire.commands) == 3
    assert stage.window._summary.ended is Ended.COMPLETED


async def test_stop_between_two_steps(stage):
    wire = await stage.bench.put("ntag216")
    stage.write(READS)
    stage.window.step()
    await stage.bridge.idle()
    stage.window.stop_button.click()
    await stage.bridge.idle()
    assert stage.window._summary.ended is Ended.STOPPED
    assert len(wire.commands) == 1
    assert not stage.window.stop_button.isEnabled()


async def test_stop_in_the_middle_of_a_run_whose_card_answers_at_once(stage):
    wire = await stage.bench.put("ntag216")
    stage.write("repeat 5000\nFF CA 00 00 00\nend\n")
    stage.window.runner.progressed.connect(lambda step: stage.window.runner.stop() if step.number == 20 else None)
    stage.window.run()
    await stage.bridge.idle()
    assert stage.window._summary.ended is Ended.STOPPED
    assert len(wire.commands) == 20


async def test_the_loop_has_its_turn_between_two_steps(stage):
    await stage.bench.put("ntag216")
    stage.write("repeat 50\nFF CA 00 00 00\nend\n")
    turns = 0

    def count() -> None:
        nonlocal turns
        turns += 1
        if stage.window.runner.busy:
            asyncio.get_running_loop().call_soon(count)

    stage.window.run()
    stage.window.runner.changed.connect(lambda: count() if not turns else None)
    await stage.bridge.idle()
    assert turns > 50


async def test_a_pause_shows_what_to_do_and_goes_on(stage, qtbot):
    wire = await stage.bench.put("ntag216")
    stage.write('FF CA 00 00 00\npause "Turn the <b>card</b> over"\nFF CA 00 00 00\n')
    stage.window.run()
    await stage.until_waiting()
    assert stage.window.waiting.isVisible()
    assert stage.window.waiting.accessibleName() == "Turn the <b>card</b> over"
    assert stage.window.runner.line == 2
    assert len(wire.commands) == 1
    qtbot.mouseClick(stage.window.waiting.go_on, Qt.MouseButton.LeftButton)
    await stage.bridge.idle()
    assert len(wire.commands) == 2
    assert not stage.window.waiting.isVisible()


async def test_waiting_for_a_card_says_so_and_can_be_stopped(stage):
    stage.write("wait for card within 60 s\nFF CA 00 00 00\n")
    stage.window.run()
    await stage.until_waiting()
    assert "Put a card on the reader" in stage.window.waiting.accessibleName()
    assert not stage.window.waiting.go_on.isVisible()
    stage.window.stop_button.click()
    await stage.bridge.idle()
    assert stage.window._summary.ended is Ended.STOPPED


async def test_the_card_that_is_waited_for_comes(stage):
    stage.write("wait for card within 60 s\nFF CA 00 00 00\nexpect 90 00\n")
    stage.window.run()
    await stage.until_waiting()
    stage.bench.insert("ntag216")
    await stage.bridge.idle()
    assert [step.verdict for step in stage.window.results.steps] == [Verdict.DONE, Verdict.PASSED]


async def test_without_a_card_it_is_said_why(stage):
    summary = await stage.run("FF CA 00 00 00\n")
    assert summary.ended is Ended.ERROR
    assert stage.window.notice.isVisible()
    assert "no card" in stage.window.notice.accessibleName().casefold()


async def test_nothing_is_sent_before_every_permanent_effect_is_ticked(stage):
    wire = await stage.bench.put("ntag216")
    summary = await stage.run(LOCKS)
    assert summary.ended is Ended.REFUSED
    # The UID is read for the approval, by the application; nothing of the script is sent.
    assert all(command == bytes.fromhex("FFCA000000") for command in wire.commands)
    asked = len(wire.commands)
    bar = stage.window.refusal
    assert bar.isVisible()
    assert stage.window.status.text() == "Refused: nothing was sent."
    assert not bar.run_button.isEnabled()
    assert len(bar.ticks) >= 2
    assert all("Line 2" in tick.accessibleName() for tick in bar.ticks)
    for tick in bar.ticks[:-1]:
        tick.setChecked(True)
    assert not bar.run_button.isEnabled()
    bar.ticks[-1].setChecked(True)
    bar.run_button.click()
    await stage.bridge.idle()
    assert stage.window._summary.ended is Ended.COMPLETED
    assert bytes.fromhex("FFD600020400000F00") in wire.commands[asked:]
    assert not bar.isVisible()


async def test_where_nothing_is_permanent_nothing_is_to_be_ticked(stage):
    wire = await stage.bench.put("teaching")
    await stage.run("00 20 00 01 04 31 32 33 34\n")
    bar = stage.window.refusal
    assert bar.ticks == []
    assert "tick" not in bar.heading.text()
    assert bar.run_button.isEnabled()
    assert not any(command.startswith(bytes.fromhex("0020")) for command in wire.commands)


async def test_declined_nothing_is_sent(stage):
    wire = await stage.bench.put("ntag216")
    await stage.run(LOCKS)
    stage.window.refusal.decline_button.click()
    await stage.bridge.idle()
    assert not stage.window.refusal.isVisible()
    assert all(command == bytes.fromhex("FFCA000000") for command in wire.commands)


async def test_an_approval_is_of_the_text_that_was_shown(stage):
    await stage.bench.put("ntag216")
    await stage.run(LOCKS)
    for tick in stage.window.refusal.ticks:
        tick.setChecked(True)
    stage.write(f"{LOCKS}# another\n")
    assert not stage.window.refusal.isVisible()
    summary = await stage.run(f"{LOCKS}# and another\n")
    assert summary.ended is Ended.REFUSED


async def test_errors_are_marked_and_nothing_runs(stage):
    wire = await stage.bench.put("ntag216")
    stage.write("FF CA 00 00 00\nexpext 90 00\n00 A\n")
    stage.window.run()
    await stage.bridge.idle()
    assert [(error.line, error.column) for error in stage.window.editor.errors] == [(2, 1), (3, 5)]
    assert wire.commands == []
    assert "Line 2" in stage.window.status.text()
    assert "expext" in stage.window.editor.accessibleDescription()
    assert stage.window.editor.textCursor().blockNumber() == 1
    stage.window.editor.setPlainText("FF CA 00 00 00\n")
    assert stage.window.editor.errors == ()


async def test_results_as_the_command_line_gives_them_without_secrets(stage, tmp_path):
    await stage.bench.put("teaching")
    await stage.run("00 A4 00 0C 02 10 01\nexpect 90 00\n00 A4 00 0C 02 99 99\nexpect 90 00\n")
    records = [json.loads(line) for line in stage.window.results_json().splitlines()]
    assert [record.get("verdict") for record in records] == ["passed", "failed", None]
    assert records[0]["command"] == "00A4000C021001"
    assert (records[1]["sw"], records[1]["data"]) == ("6A82", "")
    assert records[2] | {"ms": 0} == {"summary": "completed", "steps": 2, "passed": 1, "failed": 1, "done": 0, "ms": 0}
    text = stage.window.results_text()
    assert "> 00 A4 00 0C 02 10 01" in text
    assert "2 steps, 1 passed, 1 failed" in text
    stage.window.write_results(tmp_path / "a.json")
    stage.window.write_results(tmp_path / "a.txt")
    assert (tmp_path / "a.json").read_text("utf-8") == stage.window.results_json()
    assert (tmp_path / "a.txt").read_text("utf-8") == text
    stage.window.write_results(tmp_path / "no" / "folder.txt")
    assert stage.window.notice.isVisible()


async def test_a_pin_is_neither_in_the_table_nor_in_the_results(stage):
    await stage.bench.put("teaching")
    await stage.run("00 20 00 01 04 31 32 33 34\n")
    for tick in stage.window.refusal.ticks:
        tick.setChecked(True)
    stage.window.refusal.run_button.click()
    await stage.bridge.idle()
    assert len(stage.window.results.steps) == 1
    assert stage.cell(0, Column.SENT).startswith("00 20 00 01 04 •• •• •• ••")
    assert "31323334" not in stage.window.results_json()
    assert "31 32 33 34" not in stage.window.results_text()


async def test_a_row_leads_to_its_line(stage, qtbot):
    await stage.bench.put("ntag216")
    await stage.run(READS)
    stage.window.view.selectRow(1)
    qtbot.keyClick(stage.window.view, Qt.Key.Key_Return)
    assert stage.window.editor.textCursor().blockNumber() == 3


async def test_the_examples_are_there_and_make_sense(stage):
    stage.window.fill_examples()
    names = [action.text() for action in stage.window.examples_menu.actions()]
    assert names == [example.name for example in examples()]
    assert len(names) >= 4
    assert all(example.about and checked(example.text)[0] is not None for example in examples())
    stage.window.examples_menu.actions()[0].trigger()
    await stage.bridge.idle()
    assert stage.window.editor.toPlainText() == examples()[0].text
    assert examples()[0].name in stage.window.windowTitle()
    assert not stage.window.document.unsaved


class TestUnsavedText:
    """What was typed is not lost."""

    async def test_closing_the_window_leaves_it_as_it_is(self, stage):
        stage.window.editor.insertPlainText("FF CA 00 00 00")
        stage.window.close()
        assert not stage.window.isVisible()
        assert stage.window.document.question is None
        stage.window.show()
        assert stage.window.editor.toPlainText() == "FF CA 00 00 00"
        assert stage.window.document.unsaved

    async def test_another_script_asks_first(self, stage):
        stage.window.editor.insertPlainText("FF CA 00 00 00")
        stage.window.document.show_text("reset")
        question = stage.window.document.question
        assert question.isVisible()
        question.cancel_button.click()
        assert stage.window.editor.toPlainText() == "FF CA 00 00 00"
        stage.window.document.show_text("reset")
        stage.window.document.question.discard_button.click()
        assert stage.window.editor.toPlainText() == "reset"

    async def test_saved_to_its_file_before_another(self, stage, tmp_path):
        path = tmp_path / "one.script"
        path.write_bytes(b"# first\r\nreset\r\n")
        stage.window.document.load(path)
        assert stage.window.editor.toPlainText() == "# first\nreset\n"
        stage.window.editor.insertPlainText("# new\n")
        assert stage.window.isWindowModified()
        stage.window.document.new()
        stage.window.document.question.save_button.click()
        assert path.read_text("utf-8") == "# new\n# first\nreset\n"
        assert stage.window.editor.toPlainText() == ""

    async def test_a_file_that_cannot_be_written_keeps_the_text(self, stage, tmp_path):
        stage.window.document.path = tmp_path / "no" / "folder.script"
        stage.window.editor.insertPlainText("reset")
        stage.window.document.new()
        stage.window.document.question.save_button.click()
        assert stage.window.editor.toPlainText() == "reset"
        assert stage.window.document.unsaved
        assert "cannot be written" in stage.window.notice.accessibleName()

    async def test_a_file_that_cannot_be_read(self, stage, tmp_path):
        stage.window.document.load(tmp_path / "none.script")
        assert "cannot be read" in stage.window.notice.accessibleName()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FF CA 00 00 00\n", []),
        ("frog\nFF CA 00 00 00\ntoad\n", [1, 3]),
        ("let uid = GG\nFF B0 00 $uid[0] 10\nnothing\n", [1, 3]),
        ("repeat 0 as n\nFF B0 00 $n 10\nend\nnothing\n", [1, 4]),
        ("FF CA 00 00 00\nexpect 9\nexpect 90 00\n", [2]),
        ("repeat 3\nFF CA 00 00 00\n", [1]),
        ("frog\n" * 100, list(range(1, MOST + 1))),
    ],
)
def test_errors_line_by_line(text: str, lines: list[int]) -> None:
    script, errors = checked(text)
    assert [error.line for error in errors] == lines
    assert (script is None) == bool(lines)


def test_expectations_by_the_line_of_their_command() -> None:
    text = "FF CA 00 00 00\n# comment\nexpect 90 00\nrequire data 04 *  # comment\nFF B0 00 \\\n04 10\nexpect 90 00\n"
    assert expectations(text) == {1: ("90 00", "data 04 *"), 5: ("90 00",)}


def test_a_script_in_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "old.script"
    path.write_bytes("# Türe\r\nreset\r\n".encode("latin-1"))
    assert read_script(path) == "# Türe\nreset\n"
    path.write_bytes(b"#" * (LONGEST + 1))
    with pytest.raises(OSError, match="no script"):
        read_script(path)


async def test_ctrl_w_hides_the_window_and_keeps_the_text(qtbot: QtBot, stage: Stage) -> None:
    stage.write(READS)
    stage.window.activateWindow()
    await asyncio.sleep(0)
    qtbot.keyClick(stage.window.editor, Qt.Key.Key_Escape)
    assert stage.window.isVisible()
    qtbot.keyClick(stage.window.editor, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert not stage.window.isVisible()
    stage.window.show()
    assert stage.window.editor.toPlainText() == READS
