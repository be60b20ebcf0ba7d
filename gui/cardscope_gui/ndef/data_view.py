"""Data as what it is: a picture, JSON with a line for each member, a text; or only how much of it there is."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.ndef.forms.form import TextField
from cardscope_gui.ndef.words import as_text, indented, is_json, tr
from cardscope_gui.widgets.labels import label

_PREVIEW = QSize(320, 200)
_MOST_PIXELS = 1_000_000
"""Pictures with more are not decoded: a few hundred bytes can announce any number."""


class DataView(QWidget):
    """Nothing is shown that could take longer than a moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, bytes, bool] | None = None
        self.picture = QLabel(self)
        self.picture.setAccessibleName(tr("Picture"))
        self.text = TextField(self)
        self.text.setReadOnly(True)
        self.text.setFont(theme.mono_font(12))
        self.text.setAccessibleName(tr("Content"))
        self.caption = label("", "tertiary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        for widget in (self.picture, self.caption, self.text):
            column.addWidget(widget)
        self.hide()

    def show_data(self, media_type: str, data: bytes, *, with_text: bool = True) -> None:
        """``with_text`` is false where somebody else shows the text: JSON is then shown only where that would look
        different with a line for each member."""
        if (media_type, data, with_text) == self._shown:
            return
        self._shown = (media_type, data, with_text)
        for widget in (self.picture, self.caption, self.text):
            widget.hide()
        if not data:
            pass
        elif media_type.lower().startswith("image/") and "svg" not in media_type.lower():
            self._show_picture(data)
        elif (text := as_text(media_type, data)) is not None:
            self._show_text(media_type, text, with_text=with_text)
        else:
            self._say(tr("{0} bytes that are no text").format(f"{len(data):,}"))
        self.setVisible(any(not widget.isHidden() for widget in (self.picture, self.caption, self.text)))

    def _show_picture(self, data: bytes) -> None:
        image, size = read_picture(data)
        if image is None:
            if size.isEmpty():
                self._say(tr("This is no picture that can be shown."))
            else:
                self._say(tr("A picture of {0} × {1}, too large to be shown").format(size.width(), size.height()))
            return
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.picture.show()
        self._say(f"{size.width()} × {size.height()}")

    def _show_text(self, media_type: str, text: str, *, with_text: bool) -> None:
        pretty = indented(text) if is_json(media_type) else None
        if is_json(media_type) and pretty is None and text.strip():
            self._say(tr("The type says JSON, and the content is none."))
        if pretty is not None and (with_text or pretty.strip() != text.strip()):
            self._say(tr("As JSON, indented:"))
            self._show_words(pretty)
        elif with_text:
            self._show_words(text)

    def _show_words(self, text: str) -> None:
        self.text.setPlainText(text)
        self.text.show()

    def _say(self, words: str) -> None:
        self.caption.setText(words)
        self.caption.setVisible(bool(words))


def read_picture(data: bytes) -> tuple[QImage | None, QSize]:
    """The picture, no larger than a preview, and its size; no picture where it is none or too large."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()).startswith(b"svg"):
        return None, QSize()  # a drawing can name files to load; its text is shown instead
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > _MOST_PIXELS:
        return None, size if size.isValid() else QSize()
    if size.width() > _PREVIEW.width() or size.height() > _PREVIEW.height():
        reader.setScaledSize(size.scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return (None, QSize()) if image.isNull() else (image, size)
