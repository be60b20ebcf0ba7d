"""A field for a password or a key, in hex or as text."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.memory.bytes_text import read_hex
from cardscope_gui.memory.protection.words import tr
from cardscope_gui.memory.words import counted
from cardscope_gui.widgets.labels import label


class SecretField(QWidget):
    """Takes exactly ``size`` bytes. What is typed is shown: a password that nobody could read while typing it, and that
    no tag shows again, is soon one that nobody knows."""

    changed = Signal()

    def __init__(self, name: str, size: int, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._hint = hint
        self._problem = ""
        self.value: bytes | None = None
        """What it spells; ``None``: not that many bytes."""
        self.line = QLineEdit(self)
        self.line.setFont(theme.mono_font(13))
        self.line.setAccessibleName(name)
        self.notation = ChoiceBox([tr("Hex"), tr("Text")], self)
        self.notation.setAccessibleName(tr("{0}: how it is written").format(name))
        self.below = label("", "tertiary", self)
        self.below.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.line, 1)
        row.addWidget(self.notation)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(row)
        column.addWidget(self.below)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._read)
        self.notation.currentIndexChanged.connect(self._read)
        self._read()

    def put(self, value: bytes) -> None:
        """Fills ``value`` in, in hex."""
        self.notation.setCurrentIndex(0)
        self.line.setText(value.hex().upper())

    def clear(self) -> None:
        """Empties it, undo history and all."""
        self.line.clear()

    def _read(self) -> None:
        text = self.line.text()
        as_text = self.notation.currentIndex() == 1
        self._problem = ""
        if as_text:
            data = text.encode()
        else:
            pasted = read_hex(text)
            data = pasted.data
            self._problem = pasted.problem if text.strip() else ""
        whole = len(data) == self._size
        self.value = data if whole else None
        self.line.setPlaceholderText(
            counted(self._size, tr("{0} byte"), tr("{0} characters"))
            if as_text
            else tr("{0} hex digits").format(2 * self._size)
        )
        if self._problem:
            said = self._problem
        elif data and not whole:
            said = tr("{0} of {1} bytes").format(len(data), self._size)
        elif data and as_text:
            said = tr("In hex: {0}").format(data.hex().upper())
        else:
            said = self._hint
        self.below.setText(said)
        self.below.setVisible(bool(said))
        self.line.setAccessibleDescription(said)
        self.changed.emit()
