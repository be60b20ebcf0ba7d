"""The page of a file that is not open: it is being read, cannot be, or can be several things."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.files.open_file import FileState, OpenFile
from cardscope_gui.files.words import tr
from cardscope_gui.panes import focus_first
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel

if TYPE_CHECKING:
    from cardscope.dumps import Candidate

_WIDTH = 520


class FileProblem(QFrame):
    """Built anew for each file and state."""

    candidate_chosen = Signal(object, object)
    """An :class:`OpenFile`, and the candidate that it is."""
    other_wanted = Signal()
    """Another file shall be opened."""
    close_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self._shown: tuple[OpenFile, FileState, tuple[Candidate, ...], str] | None = None
        self._content: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))

    def show_file(self, file: OpenFile) -> None:
        """Shows what is the matter with ``file``."""
        shown = (file, file.state, file.candidates, file.failure)
        if shown == self._shown:
            return
        had_focus = self._content is not None and self._content.isAncestorOf(self.focusWidget() or self)
        self._shown = shown
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = self._built(file)
        self._column.addWidget(self._content, 1, Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(f"{file.name}. {file.words}")
        if had_focus:
            focus_first(self)

    def _built(self, file: OpenFile) -> QWidget:
        content = QWidget(self)
        content.setFixedWidth(theme.px(_WIDTH))
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addStretch(2)
        failed = file.state is FileState.FAILED
        column.addWidget(IconLabel("caution" if failed else "file", "warn" if failed else "text2", 32, content))
        column.addSpacing(theme.px(8))
        match file.state:
            case FileState.QUESTION:
                self._add_question(file, column)
            case FileState.FAILED:
                column.addWidget(label(tr("{0} cannot be opened").format(file.name), "title"))
                why = paragraph(file.failure, "body")
                why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                column.addWidget(why)
                column.addSpacing(theme.px(8))
                column.addLayout(self._ways_on(file))
            case _:
                column.addWidget(label(tr("Opening {0}…").format(file.name), "title"))
        column.addStretch(3)
        return content

    def _add_question(self, file: OpenFile, column: QVBoxLayout) -> None:
        chips = {one.chip.key for one in file.candidates}
        title = tr("Which chip is {0} of?") if len(chips) > 1 else tr("Which format is {0}?")
        column.addWidget(label(title.format(file.name), "title"))
        column.addWidget(paragraph(tr("Its content fits each of these, and does not say which it is."), "secondary"))
        column.addSpacing(theme.px(8))
        for one in file.candidates:
            button = Button(one.text, "choice")
            button.setProperty("tall", True)
            button.clicked.connect(partial(self.candidate_chosen.emit, file, one))
            column.addWidget(button)
        column.addSpacing(theme.px(8))
        column.addLayout(self._ways_on(file))

    def _ways_on(self, file: OpenFile) -> QHBoxLayout:
        other, close = Button(tr("Open another file…")), Button(tr("Close"))
        other.clicked.connect(self.other_wanted)
        close.clicked.connect(partial(self.close_wanted.emit, file))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(other)
        row.addWidget(close)
        row.addStretch(1)
        return row
