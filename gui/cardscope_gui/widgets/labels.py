"""Labels that give way when there is no room."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from cardscope_gui import theme

_OPTION = re.compile(r"(?<![\w-])-[\w-]+")
"""A command's option in a sentence: ``-v``, ``--device``."""
_NON_BREAKING_HYPHEN = "\u2011"


def label(text: str, role: str, parent: QWidget | None = None) -> QLabel:
    """A label in one of the roles that the style sheet knows."""
    made = QLabel(text, parent)
    made.setProperty("role", role)
    # Names and messages from readers and cards are never mark-up.
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def paragraph(text: str, role: str, parent: QWidget | None = None) -> QLabel:
    """A label that wraps, with room between its lines."""
    made = QLabel(parent)
    made.setProperty("role", role)
    made.setWordWrap(True)
    set_paragraph(made, text)
    return made


def set_paragraph(paragraph: QLabel, text: str) -> None:
    """Another text for a label made by :func:`paragraph`. It is plain text, whatever it looks like."""
    set_paragraphs(paragraph, (text,))


def set_paragraphs(paragraph: QLabel, texts: Sequence[str]) -> None:
    """The same with several paragraphs, and room between them."""
    paragraph.setTextFormat(Qt.TextFormat.RichText)
    gap = theme.px(8)
    paragraph.setText(
        "".join(
            f'<p style="line-height: 125%; margin: {gap if number else 0}px 0 0 0">{_escaped(text)}</p>'
            for number, text in enumerate(texts)
        )
    )
    paragraph.setAccessibleName(" ".join(texts))


def _escaped(text: str) -> str:
    unbroken = _OPTION.sub(lambda option: option.group().replace("-", _NON_BREAKING_HYPHEN), text)
    return unbroken.replace("&", "&amp;").replace("<", "&lt;")


class ElidedLabel(QLabel):
    """One line that shortens itself where it does not fit and shows the whole in its tool tip."""

    def __init__(
        self, role: str, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._elide = elide
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(40), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        shown = self.fontMetrics().elidedText(self.text(), self._elide, self.contentsRect().width())
        alignment = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(alignment), shown)
        painter.end()

    def _tell(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
        self.setToolTip("" if fits else self.text())
