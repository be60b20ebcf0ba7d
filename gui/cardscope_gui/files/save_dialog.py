"""Asks in which format a dump is to be saved, says what of the tag that does not hold, and asks where."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.dumps import DumpFormat, formats, formats_of_name, save
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.files.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark, MarkLabel

_WIDTH = 520


class SaveDialog(QDialog):
    """Nothing is written by it."""

    chosen = Signal(str, str, bool)
    """The path, the format's key, and whether the user agreed to a file being written over."""

    def __init__(self, snapshot: TagSnapshot, what: str, name: str, format_name: str, parent: QWidget) -> None:
        """``what`` is saved, in words; ``name`` is offered for the file, with any ending; ``format_name`` is what
        people call the format that it has now, empty for a tag."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Save dump"))
        self.setFixedWidth(theme.px(_WIDTH))
        self._snapshot = snapshot
        self._stem = _stem(name)
        self._formats: list[DumpFormat] = [*formats().values()]
        self.file_dialog: QFileDialog | None = None
        self.format = ChoiceBox([f"{one.name} (*{one.suffixes[0]})" for one in self._formats], self)
        self.format.setAccessibleName(tr("Format"))
        self._mark = MarkLabel(Mark.TICK, 16, self)
        self._verdict = label("", "strong", self)
        self._losses = paragraph("", "secondary", self)
        self.cancel_button = Button(tr("Cancel"), parent=self)
        self.cancel_button.setProperty("tall", True)
        self.save_button = Button(tr("Save…"), "primary", parent=self)
        self._lay_out(what)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._ask_where)
        self.format.currentIndexChanged.connect(self._show_losses)
        names = [one.name for one in self._formats]
        self.format.setCurrentIndex(names.index(format_name) if format_name in names else 0)
        self._show_losses()

    @property
    def losses(self) -> tuple[str, ...]:
        """What of the tag the chosen format does not hold, a sentence each."""
        return self._said

    _said: tuple[str, ...] = ()

    def _lay_out(self, what: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        verdict = QHBoxLayout()
        verdict.setSpacing(theme.px(8))
        verdict.addWidget(self._mark)
        verdict.addWidget(self._verdict, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(10))
        column.addWidget(paragraph(what, "secondary", self))
        column.addWidget(label(tr("Format"), "group", self))
        column.addWidget(self.format)
        column.addSpacing(theme.px(4))
        column.addLayout(verdict)
        column.addWidget(self._losses)
        column.addSpacing(theme.px(8))
        column.addStretch(1)
        column.addLayout(row)

    def _show_losses(self) -> None:
        chosen = self._formats[self.format.currentIndex()]
        self._said = save(self._snapshot, chosen.key).losses
        self._mark.set_mark(Mark.CAUTION if self._said else Mark.TICK)
        words = tr("This format does not hold everything") if self._said else tr("This format holds everything")
        self._verdict.setText(words)
        set_paragraphs(self._losses, self._said)
        self._losses.setVisible(bool(self._said))
        self.format.setAccessibleDescription(". ".join((words, *self._said)))
        self.adjustSize()

    def _ask_where(self) -> None:
        chosen = self._formats[self.format.currentIndex()]
        dialog = self.file_dialog = QFileDialog(self, tr("Save dump as {0}").format(chosen.name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        patterns = " ".join(f"*{suffix}" for suffix in chosen.suffixes)
        dialog.setNameFilters([f"{chosen.name} ({patterns})", tr("All files (*)")])
        dialog.setDefaultSuffix(chosen.suffixes[0].removeprefix("."))
        dialog.selectFile(self._stem + chosen.suffixes[0])
        dialog.fileSelected.connect(self._done)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _done(self, path: str) -> None:
        # The file dialog has asked about a file that was there when it closed; one that comes later is nobody's wish.
        self.chosen.emit(path, self._formats[self.format.currentIndex()].key, Path(path).exists())
        self.accept()


def _stem(name: str) -> str:
    """``name`` without what the files of its format end with."""
    found = [suffix for one in formats_of_name(name) for suffix in one.suffixes if name.lower().endswith(suffix)]
    return name[: -max(map(len, found))] if found else name
