"""Asking for the password or the key that opens a tag. What is typed goes into one plan and nowhere else."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cardscope.memory.credentials import KEY_SIZE, PACK_SIZE, Credentials
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.protection.secret_field import SecretField
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph


class SecretForm(QWidget):
    """``given`` comes when the user says so; nothing is tried by itself."""

    given = Signal(object)
    """The :class:`~cardscope.memory.credentials.Credentials`."""

    def __init__(self, chip: Chip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._by_key = chip.key_pages is not None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        if self._by_key:
            self.secret = self._field(tr("Key, as the tag stores it"), KEY_SIZE, column)
            self.pack = None
        else:
            self.secret = self._field(tr("Password"), PAGE_SIZE, column)
            self.pack = self._field(tr("PACK, its answer, if known"), PACK_SIZE, column)
        self.use = Button(tr("Use it"), parent=self)
        self.use.clicked.connect(self._give)
        column.addSpacing(theme.px(4))
        column.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(theme.px(4))
        said = tr("It is tried when the plan is carried out, and not stored.")
        column.addWidget(paragraph(said, "tertiary", self))
        self.setFocusProxy(self.secret)
        self._read()

    def _field(self, name: str, size: int, column: QVBoxLayout) -> SecretField:
        field = SecretField(name, size, parent=self)
        field.changed.connect(self._read)
        words = label(name, "secondary-small", self)
        words.setBuddy(field)
        column.addWidget(words)
        column.addWidget(field)
        column.addSpacing(theme.px(4))
        return field

    def _credentials(self) -> Credentials | None:
        secret = self.secret.value
        if secret is None or (self.pack is not None and self.pack.value is None and self.pack.line.text()):
            return None
        if self.pack is None:
            return Credentials(key=secret)
        return Credentials(secret, self.pack.value)

    def _read(self) -> None:
        self.use.setEnabled(self._credentials() is not None)

    def _give(self) -> None:
        if (credentials := self._credentials()) is not None:
            self.given.emit(credentials)
