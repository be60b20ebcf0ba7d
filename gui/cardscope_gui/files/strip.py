"""The line over the page of a file: what it is, what had to be assumed, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.files.actions import FileActions
from cardscope_gui.files.open_file import OpenFile
from cardscope_gui.files.words import tr
from cardscope_gui.widgets.buttons import Button, IconButton
from cardscope_gui.widgets.labels import ElidedLabel, paragraph, set_paragraphs
from cardscope_gui.widgets.marks import IconLabel, Mark, MarkLabel

_HEIGHT = 40
_NARROW = 1000


class FileStrip(QFrame):
    """Buttons in words where there is room, else as drawings with tool tips."""

    notes_dismissed = Signal()
    """The user has read what had to be assumed."""

    def __init__(self, actions: FileActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setProperty("edge", "bottom")
        self._wide: list[Button] = []
        self._slim: list[IconButton] = []
        self.words = ElidedLabel("secondary-small", parent=self)
        line = QWidget(self)
        line.setFixedHeight(theme.px(_HEIGHT))
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.px(24), 0, theme.px(12), 0)
        row.setSpacing(theme.px(4))
        row.addWidget(IconLabel("file", "text2", 16, self))
        row.addSpacing(theme.px(4))
        row.addWidget(self.words, 1)
        for action, words, icon in (
            (actions.virtual, tr("Open in virtual reader"), "reader-virtual"),
            (actions.write, tr("Write to a tag…"), "chip"),
            (actions.compare, tr("Compare…"), "compare"),
            (actions.save, tr("Save dump…"), "save"),
        ):
            wide, slim = Button(words, "link", icon, self), IconButton(icon, words, parent=self)
            for button in (wide, slim):
                button.clicked.connect(action.trigger)
                row.addWidget(button)
            self._wide.append(wide)
            self._slim.append(slim)
        self.close_button = IconButton("cross", tr("Close file"), parent=self)
        self.close_button.clicked.connect(actions.close.trigger)
        row.addWidget(self.close_button)
        self._notes = paragraph("", "secondary", self)
        dismiss = IconButton("check", tr("Understood"), parent=self)
        dismiss.clicked.connect(self.notes_dismissed)
        self._below = QFrame(self)
        notes = QHBoxLayout(self._below)
        notes.setContentsMargins(theme.px(24), 0, theme.px(12), theme.px(8))
        notes.setSpacing(theme.px(8))
        notes.addWidget(MarkLabel(Mark.NOTE, 16, self), 0, Qt.AlignmentFlag.AlignTop)
        notes.addWidget(self._notes, 1)
        notes.addWidget(dismiss, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addWidget(self._below)
        self._make_room()
        self.hide()

    def show_file(self, file: OpenFile) -> None:
        """Shows what ``file`` is, with its notes unless the user has put them away."""
        notes = () if file.notes_read else file.notes
        taken = file.document.base.taken if file.document is not None else None
        when = tr("read {0}").format(f"{taken:%Y-%m-%d %H:%M}") if taken is not None else ""
        unsaved = tr("not saved") if file.unsaved else ""
        text = " · ".join(part for part in (file.name, file.format, when, unsaved) if part)
        self.words.setText(text)
        self.setAccessibleName(text)
        set_paragraphs(self._notes, notes)
        self._below.setVisible(bool(notes))
        self.show()

    @property
    def notes_shown(self) -> bool:
        """Whether there is something to be read."""
        return not self._below.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        narrow = self.width() < theme.px(_NARROW)
        for wide, slim in zip(self._wide, self._slim, strict=True):
            wide.setVisible(not narrow)
            slim.setVisible(narrow)
