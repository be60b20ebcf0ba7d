"""A question that an edit raises, in a strip over the changes: it waits, and nothing is done before an answer."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QWidget

from cardscope_gui import theme
from cardscope_gui.memory.bytes_text import Pasted, read_hex
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import ElidedLabel
from cardscope_gui.widgets.marks import Mark, MarkLabel

_HEIGHT = 44


class Question(QFrame):
    """One question at a time, about what is shown and selected while it is asked. Esc and Cancel do nothing but close
    it."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "notice")
        self.setFixedHeight(theme.px(_HEIGHT))
        self._answer: Callable[[bytes], None] | None = None
        self.mark = MarkLabel(Mark.CAUTION, 16, self)
        self.words = ElidedLabel("strong", parent=self)
        self.field = QLineEdit(self)
        self.field.setFixedWidth(theme.px(160))
        self.field.setFont(theme.mono_font(13))
        self.field.setAccessibleName(tr("Bytes in hex"))
        self.yes = Button("", parent=self)
        self.no = Button(tr("Cancel"), parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.mark)
        row.addWidget(self.words)
        row.addWidget(self.field)
        row.addStretch(1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.yes.clicked.connect(self._accept)
        self.no.clicked.connect(self.close_question)
        self.field.returnPressed.connect(self._accept)
        self.field.textChanged.connect(self._read)
        self.hide()

    def ask(self, words: str, yes: str, answer: Callable[[], None]) -> None:
        """Asks ``words``; the button ``yes`` calls ``answer``."""
        self._open(words, yes, lambda _data: answer(), caution=True)
        self.yes.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_bytes(self, words: str, yes: str, preset: str, answer: Callable[[bytes], None]) -> None:
        """The same with a field for bytes in hex, ``preset`` in it, which ``answer`` gets."""
        self._open(words, yes, answer, caution=False)
        self.field.setText(preset)
        self.field.selectAll()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._read()

    def close_question(self) -> None:
        """Closes it unanswered."""
        if self._answer is not None:
            self._answer = None
            self.hide()
            self.closed.emit()

    def withdraw(self) -> None:
        """Closes it because what it was about is not there any more; the keyboard stays where it is, unless it was
        here."""
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.close_question()
        elif self._answer is not None:
            self._answer = None
            self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_question()
        else:
            super().keyPressEvent(event)

    def _open(self, words: str, yes: str, answer: Callable[[bytes], None], *, caution: bool) -> None:
        self._answer = answer
        self.words.setText(words)
        self.setAccessibleName(words)
        self.yes.setText(yes)
        self.yes.setAccessibleName(yes)
        self.yes.setEnabled(True)
        self.field.hide()
        self.mark.setVisible(caution)
        self.setProperty("surface", "notice" if caution else "bar")
        theme.repolish(self)
        self.show()

    def _typed(self) -> Pasted:
        return read_hex(self.field.text())

    def _read(self) -> None:
        typed = self._typed()
        self.yes.setEnabled(self.field.isHidden() or bool(typed.data))
        self.field.setToolTip(typed.problem)

    def _accept(self) -> None:
        answer = self._answer
        if answer is None or not self.yes.isEnabled():
            return
        data = b"" if self.field.isHidden() else self._typed().data
        self.close_question()
        answer(data)
