"""Finding bytes, text or a page: a field over the table that searches as it is typed into."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.model import PageModel
from cardscope_gui.memory.search import Wanted, find_all, read_wanted
from cardscope_gui.memory.table import PageTable
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.buttons import IconButton
from cardscope_gui.widgets.labels import label
from cardscope_gui.widgets.marks import IconLabel

_HEIGHT = 44


class FindBar(QFrame):
    closed = Signal()

    def __init__(self, table: PageTable, model: PageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._model = model
        self.setProperty("surface", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(theme.px(_HEIGHT))
        self.field = _Field(self)
        self.field.setPlaceholderText(tr("Page, hex bytes or text"))
        self.field.setAccessibleName(tr("Find a page, hex bytes or text"))
        self.field.setToolTip(tr('13, 0Dh or 1:0Dh goes to the page, 03 2E finds bytes, "text" in quotes text alone'))
        self.field.setMinimumWidth(theme.px(220))
        self.field.setMaximumWidth(theme.px(320))
        self.result = label("", "secondary-small", self)
        self.older = IconButton("chevron-up", tr("Previous (Shift+F3)"), parent=self)
        self.newer = IconButton("chevron-down", tr("Next (F3)"), parent=self)
        close = IconButton("cross", tr("Close (Esc)"), parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(16), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconLabel("search", "text2", 16, self))
        row.addWidget(self.field, 1)
        row.addWidget(self.older)
        row.addWidget(self.newer)
        row.addWidget(self.result)
        row.addStretch(1)
        row.addWidget(close)
        self.field.textEdited.connect(lambda: self._search(0))
        self.field.returnPressed.connect(self.next)
        self.field.back.connect(self.previous)
        self.older.clicked.connect(self.previous)
        self.newer.clicked.connect(self.next)
        close.clicked.connect(self.close_bar)
        self.hide()

    def open_bar(self) -> None:
        """Shows it, its text ready to be typed over."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def close_bar(self) -> None:
        """Hides it; the keyboard goes back to the table."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def next(self) -> None:
        """To the next place; without anything to look for, to the field."""
        self._step(1)

    def previous(self) -> None:
        """The same backwards."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.field.text():
            self._search(step)
        else:
            self.open_bar()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def _search(self, step: int) -> None:
        """Bytes and text first; what is found nowhere, and is the number of a page, goes there."""
        document = self._model.document
        wanted = read_wanted(self.field.text())
        if document is None or wanted == Wanted(None):
            self.result.setText("")
            return
        place = document.place(wanted.page) if wanted.page is not None else None
        found = find_all(document.values(range(document.size)), wanted)
        # A short number is a page for most people; from two bytes on it is bytes, where they are found.
        if place is not None and (not found or len(wanted.data) < 2):
            self._table.go_to(PAGE_SIZE * place)
            self.result.setText(self._page_words(wanted, len(found)))
            return
        if not found:
            self.result.setText(tr("Not found"))
            return
        number = self._next(found, step)
        self._table.go_to(found[number].stop - 1, extend=len(found[number]) - 1)
        self.result.setText(tr("{0} of {1}").format(number + 1, len(found)))

    def _next(self, found: list[range], step: int) -> int:
        here = self._table.selection.start
        if step < 0:
            return next((n for n in reversed(range(len(found))) if found[n].start < here), len(found) - 1)
        return next((n for n in range(len(found)) if found[n].start >= here + step), 0)

    def _page_words(self, wanted: Wanted, also: int) -> str:
        words = tr("Page {0}").format(wanted.page)
        if also:
            places = counted(also, tr("the text is there {0} time"), tr("the text is there {0} times"))
            words = tr('{0}; {1}: put it in "quotes"').format(words, places)
        return words


class _Field(QLineEdit):
    back = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self.back.emit()
            return
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
