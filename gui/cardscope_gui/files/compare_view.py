"""Two tags side by side, whatever they come from, and the way to take pages of one over into the other."""

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QMetaObject, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.console.history_filter import FilterBox
from cardscope_gui.files.compare_rows import CompareRow, CompareSide, rows_of, taking
from cardscope_gui.files.compare_table import CompareModel, CompareTable
from cardscope_gui.files.words import counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph

_BUTTON = 240


class CompareView(QFrame):
    """The pages that differ between ``left`` and ``right``, or all of them. Nothing is written from here: pages that
    are taken over are staged in the document of their side."""

    taken = Signal(str)
    """Pages were taken over, or could not be; a sentence or two."""

    def __init__(self, left: CompareSide, right: CompareSide, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self.setAccessibleName(tr("Comparison"))
        self.left, self.right = left, right
        self._rows: list[CompareRow] = []
        self._following: list[QMetaObject.Connection] = []
        self.model = CompareModel(self)
        self.table = CompareTable(self.model, self)
        self.summary = label("", "strong", self)
        self.notes = paragraph("", "secondary-small", self)
        self.everything = FilterBox(tr("Also pages that are alike"), self)
        self.alike = paragraph("", "secondary", self)
        self.alike.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.meaning = paragraph("", "secondary", self)
        self.said = paragraph("", "strong", self)
        self.into_left = Button("", icon="arrow-left", parent=self)
        self.into_right = Button("", icon="arrow-right", parent=self)
        self._lay_out()
        self.everything.toggled.connect(self._show_rows)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.into_left.clicked.connect(partial(self.take, to_left=True))
        self.into_right.clicked.connect(partial(self.take, to_left=False))
        self.setFocusProxy(self.table)
        self.show_sides(left, right)

    def show_sides(self, left: CompareSide, right: CompareSide) -> None:
        """Compares these two instead, and again whenever something is staged in the document of one."""
        for connection in self._following:
            QObject.disconnect(connection)
        self.left, self.right = left, right
        documents = [side.document for side in (left, right) if side.document is not None]
        self._following = [
            signal.connect(self._compare) for document in documents for signal in (document.changed, document.rebased)
        ]
        for button, side in ((self.into_left, left), (self.into_right, right)):
            text = tr("Take into {0}").format(side.name)
            button.setText(button.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, theme.px(_BUTTON)))
            button.setAccessibleName(text)
            button.setToolTip(tr("Stages the selected pages; nothing is written yet."))
            button.setVisible(side.document is not None)
        self._compare()

    def select_all(self) -> None:
        """Selects every page that is shown."""
        self.table.selectAll()

    def take(self, *, to_left: bool) -> None:
        """Stages the selected pages of the one side in the document of the other."""
        into, source = (self.left, self.right) if to_left else (self.right, self.left)
        pages = self.table.chosen
        if into.document is None or not pages:
            return
        found = taking(into.document, source.content, pages)
        if found.values:
            into.document.write(found.values, tr("take over from {0}").format(source.name))
        self._say(found.text)
        self.taken.emit(found.text)

    def _compare(self) -> None:
        self._rows, notes = rows_of(self.left, self.right)
        set_paragraph(self.notes, " ".join(notes))
        self.notes.setVisible(bool(notes))
        self._show_rows()

    def _lay_out(self) -> None:
        edge = theme.px(24)
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        head.addWidget(self.summary)
        head.addStretch(1)
        head.addWidget(self.everything)
        top = QVBoxLayout()
        top.setContentsMargins(edge, theme.px(8), edge, theme.px(8))
        top.setSpacing(theme.px(4))
        top.addLayout(head)
        top.addWidget(self.notes)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.alike)
        row = QFrame(self)
        row.setProperty("surface", "bar")
        row.setProperty("edge", "top")
        below = QVBoxLayout(row)
        below.setContentsMargins(edge, theme.px(8), edge, theme.px(8))
        below.setSpacing(theme.px(6))
        below.addWidget(self.meaning)
        below.addWidget(self.said)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addStretch(1)
        line.addWidget(self.into_left)
        line.addWidget(self.into_right)
        below.addLayout(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(row)

    def _show_rows(self) -> None:
        kept = set(self.table.chosen)
        everything = self.everything.isChecked()
        self.model.show_rows(self._rows, self.left.name, self.right.name, everything=everything)
        differing = self.model.differing
        alike = len(self._rows) - differing
        words = counted(differing, tr("{0} page differs"), tr("{0} pages differ")) if differing else tr("All alike")
        same = counted(alike, tr("{0} is the same"), tr("{0} are the same"))
        self.summary.setText(f"{words} · {same}" if differing and alike else words)
        set_paragraph(self.alike, tr("Every page that both know holds the same."))
        self._stack.setCurrentWidget(self.table if self.model.rows else self.alike)
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for number, row in enumerate(self.model.rows):
            if row.page in kept:
                self.table.selectionModel().select(self.model.index(number, 0), flags)
        if self.model.rows and not self.table.currentIndex().isValid():
            self.table.selectionModel().setCurrentIndex(
                self.model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self._selected()
        self._current_changed()

    def _selected(self) -> None:
        there = bool(self.table.chosen)
        for button in (self.into_left, self.into_right):
            button.setEnabled(there)
        takes = self.left.document is not None or self.right.document is not None
        self._say(tr("Select the pages to take over.") if takes and not there else "")

    def _say(self, words: str) -> None:
        set_paragraph(self.said, words)
        self.said.setVisible(bool(words))

    def _current_changed(self) -> None:
        row = self.model.row_at(self.table.currentIndex())
        words = ""
        if row is not None:
            words = tr("Page {0}: {1}").format(row.page, row.meaning or tr("the same"))
            words += f". {row.staged}" if row.staged else ""
        set_paragraph(self.meaning, words)
        self.meaning.setVisible(bool(words))
