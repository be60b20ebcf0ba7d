"""The window of a comparison: what is compared is chosen above, and the pages are below."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.files.compare_sources import CompareSource, CompareSources, Key
from cardscope_gui.files.compare_view import CompareView
from cardscope_gui.files.words import tr
from cardscope_gui.widgets.buttons import Button, IconButton
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph

_SIZE = (1080, 600)
_LEAST = (760, 420)
_HINT = 460


class CompareWindow(QDialog):
    """Stays open beside the main window while one works there, and follows what is read, saved and staged."""

    open_wanted = Signal()
    """Another file shall be opened."""

    def __init__(self, sources: CompareSources, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare"))
        self.setMinimumSize(theme.px(_LEAST[0]), theme.px(_LEAST[1]))
        self.resize(theme.px(_SIZE[0]), theme.px(_SIZE[1]))
        self._sources = sources
        self._all: list[CompareSource] = []
        self._chosen: list[Key | None] = [None, None]
        self._shown: tuple[CompareSource, CompareSource] | None = None
        self._awaited: Key | None = None
        self._preselect = False
        self.left, self.right = ChoiceBox([], self), ChoiceBox([], self)
        self.swap = IconButton("compare", tr("Swap the two"), parent=self)
        self.open_file = Button(tr("Open file…"), "link", "folder", self)
        self.view: CompareView | None = None
        self._title = label("", "title", self)
        self._hint = paragraph("", "secondary", self)
        self.read = Button(tr("Read memory"), "primary", parent=self)
        self._lay_out()
        for number, box in enumerate((self.left, self.right)):
            box.setAccessibleName((tr("Left"), tr("Right"))[number])
            box.activated.connect(partial(self._choose, number))
        self.swap.clicked.connect(self._swap)
        self.open_file.clicked.connect(self.open_wanted)
        self.read.clicked.connect(self._read)
        sources.changed.connect(self._refresh)

    def show_pair(self, left: Key | None, right: Key | None, *, all_selected: bool = False) -> None:
        """Compares these two; one that is ``None`` or gone is the first other thing there is. ``all_selected``: every
        page that differs is selected from the start, where both are of the same chip."""
        self._chosen = [left, right]
        self._preselect = all_selected
        self._shown = None
        self._sources.load_backups()
        self._refresh()
        self.show()
        self.raise_()
        self.activateWindow()

    def await_right(self, key: Key) -> None:
        """Puts ``key`` on the right as soon as it is there."""
        self._awaited = key
        self._refresh()

    def _lay_out(self) -> None:
        choice = QHBoxLayout()
        choice.setContentsMargins(theme.px(24), theme.px(12), theme.px(16), theme.px(8))
        choice.setSpacing(theme.px(8))
        choice.addWidget(self.left, 1)
        choice.addWidget(self.swap)
        choice.addWidget(self.right, 1)
        choice.addWidget(self.open_file)
        empty = QWidget(self)
        words = QVBoxLayout()
        words.setSpacing(theme.px(8))
        words.addStretch(2)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        words.addWidget(self.read, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(3)
        self._hint.setFixedWidth(theme.px(_HINT))
        row = QHBoxLayout(empty)
        row.addStretch(1)
        row.addLayout(words)
        row.addStretch(1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(choice)
        column.addWidget(self._stack, 1)

    def _refresh(self) -> None:
        self._all = self._sources.all()
        keys = [source.key for source in self._all]
        if self._awaited in keys:
            self._chosen[1], self._awaited = self._awaited, None
        for number in (0, 1):
            if self._chosen[number] not in keys:
                other = self._chosen[1 - number]
                self._chosen[number] = next((key for key in keys if key != other), None)
        for number, box in enumerate((self.left, self.right)):
            names = [source.name for source in self._all]
            if names != [box.itemText(row) for row in range(box.count())]:
                box.clear()
                box.addItems(names)
            key = self._chosen[number]
            box.setCurrentIndex(keys.index(key) if key in keys else -1)
            box.setToolTip(box.currentText())
            box.setEnabled(bool(self._all))
        pair = [self._source(number) for number in (0, 1)]
        self.swap.setEnabled(all(pair))
        self._show(pair[0], pair[1])

    def _source(self, number: int) -> CompareSource | None:
        return next((source for source in self._all if source.key == self._chosen[number]), None)

    def _show(self, left: CompareSource | None, right: CompareSource | None) -> None:
        if left is None or right is None:
            words = tr("Open another file, or put a tag on a reader: both are offered above.")
            self._say(tr("There is nothing to compare with yet"), words)
        elif left.side is None or right.side is None:
            unread = left if left.side is None else right
            reason = unread.why or tr("Reading changes nothing on this tag.")
            self._say(tr("{0} was not read yet").format(unread.name), reason, can_read=unread.read is not None)
        elif self._shown is None or not _same((left, right), self._shown):
            # What is staged, the view itself follows.
            self._shown = (left, right)
            if self.view is None:
                self.view = CompareView(left.side, right.side, self)
                self._stack.addWidget(self.view)
            else:
                self.view.show_sides(left.side, right.side)
            self._stack.setCurrentWidget(self.view)
            # What another chip has is taken only as far as the user chooses it.
            if self._preselect and left.side.snapshot.chip is right.side.snapshot.chip:
                self.view.select_all()
            self._preselect = False
            self.view.table.setFocus()

    def _say(self, title: str, words: str, *, can_read: bool = False) -> None:
        self._shown = None
        self._title.setText(title)
        set_paragraph(self._hint, words)
        self.read.setVisible(can_read)
        self._stack.setCurrentIndex(0)

    def _choose(self, number: int, row: int) -> None:
        if 0 <= row < len(self._all):
            self._chosen[number] = self._all[row].key
            self._refresh()

    def _swap(self) -> None:
        self._chosen.reverse()
        self._refresh()

    def _read(self) -> None:
        for number in (0, 1):
            source = self._source(number)
            if source is not None and source.side is None and source.read is not None:
                self.read.setEnabled(False)
                source.read()
        self.read.setEnabled(True)


def _same(these: tuple[CompareSource, CompareSource], those: tuple[CompareSource, CompareSource]) -> bool:
    """Whether nothing is another but what the documents hold."""
    for one, other in zip(these, those, strict=True):
        if one.key != other.key or one.name != other.name or one.side is None or other.side is None:
            return False
        if one.side.document is not other.side.document:
            return False
        if one.side.document is None and one.side.snapshot is not other.side.snapshot:
            return False
    return True
