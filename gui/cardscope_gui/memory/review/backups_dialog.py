"""What a tag held before: its backups, beside what it is to hold now, to be taken over page by page."""

from datetime import datetime

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.store.backups import Backup
from cardscope.store.journal import BEFORE_WRITING
from cardscope_gui import theme
from cardscope_gui.files.compare_rows import CompareSide
from cardscope_gui.files.compare_view import CompareView
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.review.rows import Cell, Row, RowsModel, RowsView
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph

_SIZE = (1120, 720)
_MARGIN = 48
_LIST = 380
_REASON = 1


class BackupsDialog(QDialog):
    """The backups of the tag of ``document``. Nothing is written from here: pages are staged, and reviewed."""

    keep_wanted = Signal()
    """The user wants the tag as it was read to be kept."""

    def __init__(self, document: MemoryDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._backups: list[Backup] = []
        self.setWindowTitle(tr("Backups"))
        self.list = RowsModel((tr("Kept"), tr("Reason"), tr("Reader")), self)
        self.list_view = RowsView(self.list, tr("Backups of this tag"), _REASON, self)
        self.compare: CompareView | None = None
        """The chosen backup beside the tag."""
        self.keep = Button(tr("Back up now"), "", "save", self)
        self.leave = Button(tr("Close"), parent=self)
        for button in (self.keep, self.leave):
            button.setProperty("tall", True)
        self._lay_out()
        self.list_view.current_changed.connect(self._show_backup)
        self.keep.clicked.connect(self.keep_wanted)
        self.leave.clicked.connect(self.reject)

    def sizeHint(self) -> QSize:
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else QSize(*_SIZE)
        margin = theme.px(_MARGIN)
        return QSize(min(theme.px(_SIZE[0]), room.width() - margin), min(theme.px(_SIZE[1]), room.height() - margin))

    def show_backups(self, backups: list[Backup]) -> None:
        """Shows these, the latest first; the first is chosen."""
        self._backups = backups
        self.list.show_rows([_row(backup) for backup in backups])
        if backups:
            self.list_view.go_to(0)
            self.list_view.setFocus()

    def _lay_out(self) -> None:
        base = self._document.base
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(24), theme.px(16), theme.px(24), theme.px(12))
        head.setSpacing(theme.px(4))
        title = tr("Backups of {0} · {1}").format(base.chip.name, format_hex(base.uid, " "))
        head.addWidget(label(title, "title", self))
        explained = tr("One is made before every write. Nothing is written from here: what you take over is staged.")
        head.addWidget(label(explained, "secondary", self))
        left = QFrame(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(theme.px(16), theme.px(8), theme.px(8), theme.px(8))
        column.addWidget(self.list_view)
        nothing = QFrame(self)
        column = QVBoxLayout(nothing)
        column.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))
        column.addWidget(paragraph(tr("There is no backup of this tag yet."), "secondary", nothing))
        column.addStretch(1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(nothing)
        body = QSplitter(self)
        body.setChildrenCollapsible(False)
        body.setHandleWidth(1)
        body.addWidget(left)
        body.addWidget(self._stack)
        body.setSizes([theme.px(_LIST), theme.px(_SIZE[0] - _LIST)])
        body.setStretchFactor(1, 1)
        body.setProperty("edge", "top")
        foot = QFrame(self)
        foot.setProperty("surface", "bar")
        foot.setProperty("edge", "top")
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        row.addWidget(self.keep)
        row.addStretch(1)
        row.addWidget(self.leave)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(body, 1)
        whole.addWidget(foot)
        self.resize(self.sizeHint())

    def _show_backup(self, row: Row | None) -> None:
        backup = next((one for one in self._backups if row is not None and one.id == row.key), None)
        if backup is None:
            return
        tag = CompareSide(tr("the tag"), self._document.base, self._document, of_tag=True)
        side = CompareSide(tr("the backup"), backup.snapshot)
        if self.compare is None:
            self.compare = CompareView(tag, side, self)
            self._stack.addWidget(self.compare)
            self._stack.setCurrentWidget(self.compare)
        else:
            self.compare.show_sides(tag, side)
        self.compare.select_all()


def _row(backup: Backup) -> Row:
    reason = tr("Before writing") if backup.reason == BEFORE_WRITING else backup.reason
    cells = (Cell(_time(backup), "text2"), Cell(reason), Cell(backup.snapshot.reader, "text2"))
    return Row(backup.id, cells, backup.note)


def _time(backup: Backup) -> str:
    return datetime.fromtimestamp(backup.added).astimezone().strftime("%Y-%m-%d %H:%M")
