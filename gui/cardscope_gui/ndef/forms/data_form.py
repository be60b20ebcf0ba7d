"""Data of a media type, or of an application's own type, as a form: as text where it is some, or from a file."""

import mimetypes
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.ndef.contents import Content, External, Media
from cardscope.ndef.encoding import ContentError
from cardscope_gui import theme
from cardscope_gui.ndef.data_view import DataView
from cardscope_gui.ndef.forms.form import FieldError, Form
from cardscope_gui.ndef.words import as_text, counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label

_LARGEST = 32 * 1024
"""Bytes of a file: what the largest tags and cards hold."""


class DataForm(Form):
    """Type and content."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._external = False
        self._data = b""
        self._is_text = True
        self._type = self._line("type", tr("Type"), mono=True)
        self._words = self._text("text", tr("Content"))
        self._shown = DataView(self)
        self._size = label("", "secondary", self)
        self.choose = Button(tr("Choose file…"), parent=self)
        self.choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.choose)
        row.addWidget(self._size, 1)
        content = QVBoxLayout()
        content.setSpacing(theme.px(8))
        content_row = 2 * list(self.fields).index("text")
        self._grid.removeWidget(self._words)
        for widget in (self._words, self._shown):
            content.addWidget(widget)
        self._grid.addLayout(content, content_row, 1)
        self._grid.addLayout(row, self._grid.rowCount(), 1)
        self._words.textChanged.connect(self._typed)
        self._type.textEdited.connect(self._show_data)

    def content(self) -> Media | External:
        name = self._type.text().strip()
        if not name:
            raise FieldError("type", tr("Give the type, such as text/plain or image/png."))
        return External(name, self._data) if self._external else Media(name, self._data)

    def blamed(self, error: ContentError) -> str:
        return error.field if isinstance(error, FieldError) else "type"

    def take_file(self, path: Path) -> None:
        """Takes the content of the file, and a type by its name."""
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            self._refuse(tr("The file could not be read: {0}").format(error.strerror or str(error)))
            return
        if len(data) > _LARGEST:
            self._refuse(tr("The file has more than {0} bytes; no tag holds that.").format(f"{_LARGEST:,}"))
            return
        if not self._external:
            kind, _ = mimetypes.guess_type(path.name)
            self._type.setText(kind or "application/octet-stream")
        self._take(data)
        self._changed("text")()
        self.settled.emit()

    def _refuse(self, text: str) -> None:
        self._touched.add("text")
        self.show_problem("text", text)

    def _fill(self, content: Content | None) -> None:
        self._external = isinstance(content, External)
        self._hints["type"] = tr("domain:type") if self._external else tr("The media type (MIME).")
        match content:
            case Media(media_type=name, data=data) | External(name=name, data=data):
                self._type.setText(name)
                self._take(data)
            case _:
                self._type.setText("text/plain")
                self._take(b"")

    def _take(self, data: bytes) -> None:
        """Shows ``data``, as text to be edited where it is some that the field gives back as it was."""
        self._data = data
        text = as_text(self._type.text(), data)
        self._is_text = text is not None and "\r" not in text and "\0" not in text
        self._words.blockSignals(True)
        self._words.setPlainText(text if text is not None and self._is_text else "")
        self._words.blockSignals(False)
        self._show_data()

    def _typed(self) -> None:
        self._data = self._words.toPlainText().encode("utf-8", "replace")
        self._show_data()

    def _show_data(self) -> None:
        self._words.setVisible(self._is_text)
        self._shown.show_data(self._type.text(), self._data, with_text=not self._is_text)
        self._size.setText(counted(len(self._data), tr("{0} byte"), tr("{0} bytes")))

    def _chosen(self, name: str) -> None:
        self.take_file(Path(name))

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("Put a file into the record"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
