"""What came of a script's steps, as a table: two lines a cell."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.decode.apdu import summary as command_summary
from cardscope.decode.hex import format_hex
from cardscope.decode.status_words import status_word
from cardscope.scripts import StepKind, StepResult, Verdict
from cardscope.scripts.report import command_hex, data_hex, problems

AnyIndex = QModelIndex | QPersistentModelIndex
CellRole: Final = int(Qt.ItemDataRole.UserRole)
_ROOT = QModelIndex()


class Column(IntEnum):
    """The columns, from left to right."""

    LINE = 0
    SENT = 1
    CAME = 2
    EXPECTED = 3
    RESULT = 4


class Cell(NamedTuple):
    """The two lines of a cell, and how each looks: the token of its colour, and whether it is in the mono face."""

    top: str = ""
    bottom: str = ""
    top_token: str = "text"
    bottom_token: str = "text2"
    mono: bool = False
    verdict: Verdict | None = None


class ResultModel(QAbstractTableModel):
    """A row a step. PINs, passwords and keys are not shown: results are what one passes on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.steps: list[StepResult] = []
        self._expected: Mapping[int, tuple[str, ...]] = {}
        self._words = {
            Verdict.PASSED: self.tr("Passed"),
            Verdict.FAILED: self.tr("Failed"),
            Verdict.DONE: self.tr("Done"),
            Verdict.ERROR: self.tr("Error"),
        }
        self._kinds = {
            StepKind.RESET: self.tr("Reset"),
            StepKind.PAUSE: self.tr("Pause"),
            StepKind.CARD: self.tr("Wait for a card"),
            StepKind.REMOVAL: self.tr("Wait until the card is gone"),
            StepKind.VALUE: self.tr("Bytes of an answer"),
        }

    def begin(self, expected: Mapping[int, tuple[str, ...]]) -> None:
        """Another run begins, of a script that expects this of the commands in its lines."""
        self.beginResetModel()
        self.steps = []
        self._expected = expected
        self.endResetModel()

    def extend(self, steps: Sequence[StepResult]) -> None:
        """Adds a row for each."""
        if steps:
            row = len(self.steps)
            self.beginInsertRows(_ROOT, row, row + len(steps) - 1)
            self.steps.extend(steps)
            self.endInsertRows()

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.steps)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Line"), self.tr("Sent"), self.tr("Came"), self.tr("Expected"), self.tr("Result"))[section]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == CellRole:
            return self.cell(index.row(), Column(index.column()))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            cell = self.cell(index.row(), Column(index.column()))
            return "\n".join(filter(None, (cell.top, cell.bottom)))
        return None

    def cell(self, row: int, column: Column) -> Cell:
        """What stands there."""
        step = self.steps[row]
        match column:
            case Column.LINE:
                return Cell(str(step.line), top_token="text2", mono=True)
            case Column.SENT:
                return self._sent(step)
            case Column.CAME:
                return self._came(step)
            case Column.EXPECTED:
                wrong = " ".join(problems(step, masked=True))
                return Cell(" · ".join(self._expected.get(step.line, ())), wrong, "text2", "bad", mono=True)
            case Column.RESULT:
                time = self.tr("{0} ms").format(f"{step.ms:,.1f}")
                return Cell(self._words[step.verdict], time, bottom_token="text3", verdict=step.verdict)

    def _sent(self, step: StepResult) -> Cell:
        if step.kind is not StepKind.COMMAND:
            return Cell(self._kinds[step.kind], step.text)
        command = step.command or b""
        words = command_summary(command) if command else ""
        if step.follow_ups:
            words = self.tr("{0}, and {1} follow-ups").format(words, len(step.follow_ups))
        return Cell(command_hex(command, masked=True), words, mono=True)

    def _came(self, step: StepResult) -> Cell:
        if step.response is None:
            return Cell()
        if step.kind is not StepKind.COMMAND:
            return Cell(format_hex(step.response, " "), self.tr("ATR"), mono=True)
        command = step.command or b""
        if step.sw is None:
            status = self.tr("No status word")
        else:
            status = f"{step.sw >> 8:02X} {step.sw & 0xFF:02X} {status_word(step.sw, command).meaning}"
        return Cell(data_hex(command, step.response, masked=True), status, mono=True)
