"""The window of scripts: written or opened, run, stepped and stopped, with a table of what came of it."""

import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from cardscope.scripts import Ended, Script, ScriptError, ScriptRefused, StepKind, StepResult, Summary
from cardscope.scripts.report import closing_records, step_lines, step_record, summary_text
from cardscope.store.drafts import KeptScript, masked_lines
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.run_line import RunLine, TextRun
from cardscope_gui.scripts import questions
from cardscope_gui.scripts.checking import checked, expectations
from cardscope_gui.scripts.document import ScriptDocument
from cardscope_gui.scripts.editor import ScriptEditor
from cardscope_gui.scripts.files import examples
from cardscope_gui.scripts.keeping import ScriptKeeper
from cardscope_gui.scripts.refusal import ScriptRefusalBar
from cardscope_gui.scripts.results import ResultModel
from cardscope_gui.scripts.results_view import ResultView
from cardscope_gui.scripts.runner import ScriptRunner
from cardscope_gui.scripts.waiting import WaitingBar
from cardscope_gui.widgets.buttons import Button, MenuButton
from cardscope_gui.widgets.kept_bar import KeptBar, moment_words
from cardscope_gui.widgets.notice import NoticeBar

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZE = (900, 600)
_FRAME = 50
"""Milliseconds: a virtual card does a hundred steps in that time, which nobody can follow."""
_MOST_LINES = 6
"""That are named one by one."""
_PAUSE = 300
"""Milliseconds after the last key before the text is looked at."""


class ScriptWindow(QDialog):
    """Closed, it is gone from sight and nothing else: what runs is stopped, text and results stay."""

    def __init__(self, bridge: Bridge, shown: "Callable[[], str | None]", parent: QWidget | None = None) -> None:
        """``shown`` gives the name of the reader that scripts run on; ``None``: the first that has a card."""
        super().__init__(parent)
        self._bridge = bridge
        self._shown = shown
        self._approved: frozenset[str] = frozenset()
        self._summary: Summary | None = None
        self._stepping = False
        self.editor = ScriptEditor()
        self.document = ScriptDocument(self.editor, self)
        self.keeper = ScriptKeeper(bridge, self.document, self)
        self.kept = KeptBar(self, margin=16)
        self.runner = ScriptRunner(bridge, self)
        self.results = ResultModel(self)
        self.view = ResultView(self.results)
        self.notice = NoticeBar()
        self.status = RunLine()
        self.refusal = ScriptRefusalBar()
        self.waiting = WaitingBar()
        self.run_button = Button(self.tr("Run"), "primary")
        self.step_button = Button(self.tr("Step"))
        self.stop_button = Button(self.tr("Stop"))
        self.file_menu = QMenu(self)
        self.file_button = MenuButton(self.tr("Script"), self.file_menu)
        self.results_menu = QMenu(self)
        self.results_button = MenuButton(self.tr("Results"), self.results_menu)
        self._look_later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._show_later = QTimer(self, singleShot=True, interval=_FRAME)
        self._done: list[StepResult] = []
        self._lay_out()
        self._fill_menus()
        self._connect()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._title()
        self._update()

    def _lay_out(self) -> None:
        self.resize(theme.px(_SIZE[0]), theme.px(_SIZE[1]))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(8))
        head.setSpacing(theme.px(8))
        head.addWidget(self.file_button)
        head.addWidget(self.results_button)
        head.addSpacing(theme.px(8))
        head.addWidget(self.status, 1)
        head.addWidget(self.stop_button)
        head.addWidget(self.step_button)
        head.addWidget(self.run_button)
        for button, keys in ((self.run_button, "F5"), (self.step_button, "F10"), (self.stop_button, "Shift+F5")):
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{button.text()} ({shown})")
        for button in (self.file_button, self.results_button, self.stop_button, self.step_button):
            button.setProperty("tall", True)
        text = QFrame()
        inner = QVBoxLayout(text)
        inner.setContentsMargins(theme.px(16), 0, theme.px(16), theme.px(8))
        inner.addWidget(self.editor)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self._halves.setHandleWidth(1)
        self._halves.addWidget(text)
        self._halves.addWidget(self.view)
        self._halves.setSizes([theme.px(320), theme.px(200)])
        self.view.setMinimumHeight(theme.px(110))
        self.editor.setMinimumHeight(theme.px(90))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.kept)
        column.addLayout(head)
        column.addWidget(self.waiting)
        column.addWidget(self._halves, 1)
        column.addWidget(self.refusal)

    def _fill_menus(self) -> None:
        native = QKeySequence.StandardKey
        self._file_actions: list[QAction] = []
        document = self.document
        for words, keys, does in (
            (self.tr("&New"), native.New, document.new),
            (self.tr("&Open…"), native.Open, document.open),
            (self.tr("&Save"), native.Save, document.save),
            (self.tr("Save &as…"), native.SaveAs, document.save_as),
        ):
            action = self.file_menu.addAction(words)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(does)
            self.addAction(action)
            self._file_actions.append(action)
        self.file_menu.addSeparator()
        self.examples_menu = self.file_menu.addMenu(self.tr("&Examples"))
        self.examples_menu.setToolTipsVisible(True)
        self.examples_menu.aboutToShow.connect(self.fill_examples)
        for words, does in (
            (self.tr("Copy as &text"), lambda: QGuiApplication.clipboard().setText(self.results_text())),
            (self.tr("Copy as &JSON"), lambda: QGuiApplication.clipboard().setText(self.results_json())),
            (self.tr("&Save…"), self._save_results),
        ):
            self.results_menu.addAction(words).triggered.connect(does)

    def fill_examples(self) -> None:
        """Fills the menu of the scripts that come with CardScope."""
        self.examples_menu.clear()
        for example in examples():
            action = self.examples_menu.addAction(example.name)
            action.setToolTip(example.about)
            action.triggered.connect(partial(self.document.show_text, example.text, example.name))

    def _connect(self) -> None:
        self.run_button.clicked.connect(self.run)
        self.step_button.clicked.connect(self.step)
        self.stop_button.clicked.connect(self.runner.stop)
        for keys, does in (("F5", self.run), ("F10", self.step), ("Shift+F5", self.runner.stop)):
            QShortcut(QKeySequence(keys), self, does)
        QShortcut(QKeySequence("Ctrl+W"), self, self.close)
        self.document.edited.connect(self._text_changed)
        self.keeper.found.connect(self._take_up)
        self.keeper.failed.connect(self.notice.say)
        self.kept.discard_wanted.connect(self._discard_kept)
        self.kept.dismissed.connect(self.kept.hide)
        self._look_later.timeout.connect(self.look)
        self.document.renamed.connect(self._title)
        self.document.failed.connect(self.notice.say)
        self.document.replaced.connect(self._text_replaced)
        self.runner.changed.connect(self._runner_changed)
        self._show_later.timeout.connect(self._update)
        self.runner.progressed.connect(self._progressed)
        self.runner.ended.connect(self._ended)
        self.refusal.approved.connect(self._run_approved)
        self.refusal.declined.connect(partial(self.editor.setFocus, Qt.FocusReason.OtherFocusReason))
        self.waiting.go_on.clicked.connect(self.runner.go_on)
        self.view.line_wanted.connect(self._go_to)

    # Running

    def run(self) -> None:
        """Begins the script, or carries out the rest of it; at a pause, goes on."""
        if self.runner.waiting is not None and self.runner.waiting.kind is StepKind.PAUSE:
            self.runner.go_on()
        elif self.runner.active:
            self.runner.run()
        else:
            self._begin(step=False)

    def step(self) -> None:
        """Carries out the next step, the first one first."""
        if self.runner.active:
            self.runner.step()
        else:
            self._begin(step=True)

    def _begin(self, *, step: bool) -> None:
        self._stepping = step
        self.refusal.dismiss()
        self.notice.hide()
        self._look_later.stop()
        self._bridge.spawn(self._check(begins=True))

    def _run_approved(self, digests: tuple[str, ...]) -> None:
        self._approved |= frozenset(digests)
        self._begin(step=self._stepping)

    def look(self) -> None:
        """Looks whether the text makes sense, and marks where it does not."""
        self._bridge.spawn(self._check())

    async def _check(self, *, begins: bool = False) -> None:
        """Aside: a script of a million characters takes seconds."""
        from cardscope.worker import Worker  # noqa: PLC0415 not before it is needed

        text = self.editor.toPlainText()
        worker = Worker("CardScope script")
        try:
            script, errors = await worker.call(partial(checked, text))
        finally:
            worker.stop()
        if text != self.editor.toPlainText():
            return
        self.editor.show_errors(errors)
        if begins and script is not None:
            self._start(script, text)
        elif begins:
            self._go_to(errors[0].line, errors[0].column)
        self._update()

    def _start(self, script: Script, text: str) -> None:
        if not self.runner.begin(script, self._shown(), self._approved):
            if not self.runner.active:
                self.notice.say(self.tr("There are no readers yet."))
            return
        self._summary = None
        self.results.begin(expectations(text))
        self.editor.clear_marks()
        self.editor.setReadOnly(True)
        if self._stepping:
            self.runner.step()
        else:
            self.runner.run()

    def _progressed(self, step: StepResult) -> None:
        self._done.append(step)

    def _runner_changed(self) -> None:
        if not self.runner.busy or self.runner.waiting is not None:
            self._update()
        elif not self._show_later.isActive():
            self._show_later.start()

    def _show_done(self) -> None:
        done, self._done = self._done, []
        for step in done:
            self.editor.show_mark(step.line, step.verdict)
        self.results.extend(done)

    def _ended(self, summary: Summary) -> None:
        self._show_done()
        self._summary = summary
        self.editor.setReadOnly(False)
        if isinstance(summary.error, ScriptRefused):
            self.refusal.show_refusal(summary.error)
        elif summary.error is not None and not isinstance(summary.error, ScriptError):
            self.notice.say(f"{summary.error} {summary.error.remedy}".rstrip())

    # What is shown

    def _text_changed(self) -> None:
        # An approval is of exactly what was shown then.
        self._approved = frozenset()
        self.refusal.dismiss()
        self.editor.clear_marks()
        self.editor.show_errors(())
        self._look_later.start()

    def _text_replaced(self) -> None:
        self._summary = None
        self.results.begin({})
        self.notice.hide()
        self.kept.hide()
        self.look()

    def _take_up(self, kept: KeptScript) -> None:
        self.document.restore(kept.text, kept.path, kept.title)
        words = self.tr("Text from {0} was kept.").format(moment_words(kept.changed, time.time()))
        if lines := masked_lines(kept.text):
            secret = self.tr("PINs, passwords and keys never are: type those in {0} again.")
            words = f"{words} {secret.format(self._lines(lines))}"
        self.kept.say(words)

    def _lines(self, lines: tuple[int, ...]) -> str:
        if len(lines) == 1:
            return self.tr("line {0}").format(lines[0])
        if len(lines) > _MOST_LINES:
            return self.tr("{0} lines").format(len(lines))
        return self.tr("lines {0} and {1}").format(", ".join(map(str, lines[:-1])), lines[-1])

    def _discard_kept(self) -> None:
        self.kept.hide()
        self.document.empty()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _update(self) -> None:
        runner = self.runner
        self._show_done()
        waits = runner.waiting
        self.editor.show_line(runner.line if runner.active else None)
        paused = waits is not None and waits.kind is StepKind.PAUSE
        goes_on = paused or (runner.active and not runner.busy)
        self.run_button.setText(self.tr("Go on") if goes_on else self.tr("Run"))
        self.run_button.setEnabled(not runner.busy or paused)
        self.step_button.setEnabled(not runner.busy)
        self.stop_button.setEnabled(runner.active)
        self.file_button.setEnabled(not runner.active)
        for action in self._file_actions:
            action.setEnabled(not runner.active)
        self.results_button.setEnabled(bool(self.results.steps) or self._summary is not None)
        if waits is None:
            self.waiting.hide()
        else:
            self.waiting.show_waiting(waits.kind, waits.text, waits.seconds)
        self.status.set_runs(self._status())

    def _status(self) -> list[TextRun]:
        if self.editor.errors:
            first, *others = self.editor.errors
            more = [TextRun(self.tr("{0} more").format(len(others)), "bad", bold=True)] if others else []
            return [TextRun("", icon="cross", token="bad"), *more, TextRun(str(first), "bad")]
        if self.runner.active:
            line = self.runner.line
            where = self.tr("Line {0}").format(line) if line is not None else ""
            words = self.tr("Running") if self.runner.busy else self.tr("Before the next step")
            words = self.tr("Waiting") if self.runner.waiting is not None else words
            return [TextRun(words, "accent", bold=True), TextRun(where)]
        if (summary := self._summary) is None:
            return [TextRun(self.document.name)]
        good = summary.success
        if isinstance(summary.error, ScriptRefused) and not summary.error.begun:
            return [TextRun(self.tr("Refused: nothing was sent."), "warn", icon="caution")]
        icon, token = ("check", "ok") if good else ("cross", "bad")
        if summary.ended in (Ended.STOPPED, Ended.REFUSED):
            icon, token = "caution", "warn"
        return [TextRun(summary_text(summary), token, icon=icon)]

    def _title(self) -> None:
        self.setWindowTitle(self.tr("{0}[*] – Script").format(self.document.name))
        self.setWindowModified(self.document.unsaved)
        if not self.document.unsaved:
            self.kept.hide()
        self._update()

    def _go_to(self, line: int, column: int = 1) -> None:
        self.editor.go_to(line, column)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    # Results

    def results_text(self) -> str:
        """The results as ``cardscope run`` prints them, without secrets."""
        lines = [line for step in self.results.steps for line in step_lines(step, masked=True)]
        if self._summary is not None:
            if isinstance(self._summary.error, ScriptRefused):
                lines.append(str(self._summary.error))
            lines.append(summary_text(self._summary))
        return "".join(f"{line}\n" for line in lines)

    def results_json(self) -> str:
        """The results as ``cardscope run --json`` gives them, an object a line, without secrets."""
        records = [step_record(step, masked=True) for step in self.results.steps]
        records += closing_records(self._summary) if self._summary is not None else []
        return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)

    def _save_results(self) -> None:
        name = self.document.path.stem if self.document.path is not None else "results"
        questions.save_results(self, name, lambda chosen: self.write_results(Path(chosen)))

    def write_results(self, path: Path) -> None:
        """Writes the results to ``path``: as JSON where its name ends so, else as text."""
        text = self.results_json() if path.suffix.casefold() in (".json", ".jsonl") else self.results_text()
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            self.notice.say(self.tr("{0} cannot be written: {1}.").format(str(path), error.strerror or str(error)))

    # Closing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:  # which would close the window, and end what runs
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.runner.stop()
        self._look_later.stop()
        super().closeEvent(event)
