"""One line of text in several colours and faces, shortened with an ellipsis at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cardscope_gui import icons, theme

_HEIGHT = 20


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text in the colour ``token``; or, with ``icon``, that drawing and then the text."""

    text: str
    token: str = "text2"
    mono: bool = False
    bold: bool = False
    icon: str = ""


class RunLine(QWidget):
    """Paints runs side by side at 12 px. Its words are its accessible name, and its tooltip when they don't fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: Sequence[TextRun] = ()
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._theme_changed)

    def set_runs(self, runs: Sequence[TextRun], tip: str = "") -> None:
        """Shows ``runs`` in their order, 6 px apart. ``tip`` says more than they do."""
        self._runs = runs
        self.setAccessibleName(self.text())
        self._tip = tip
        self._update_tip()
        self.update()

    def text(self) -> str:
        """All words in one string."""
        return " ".join(run.text for run in self._runs)

    def sizeHint(self) -> QSize:
        return QSize(200, theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.px(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tip()

    def _update_tip(self) -> None:
        self.setToolTip(self._tip or (self.text() if self._width() > self.contentsRect().width() else ""))

    def _theme_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def _width(self) -> float:
        texts = sum(QFontMetricsF(_font(run)).horizontalAdvance(run.text) for run in self._runs)
        icon_room = sum(theme.px(20) for run in self._runs if run.icon)
        return texts + icon_room + theme.px(6) * max(0, len(self._runs) - 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        x, end = float(self.contentsRect().left()), self.contentsRect().right() + 1
        for run in self._runs:
            if run.icon:
                top = (self.height() - theme.px(14)) / 2
                painter.drawPixmap(QPointF(x, top), icons.pixmap(run.icon, run.token, 14, self.devicePixelRatioF()))
                x += theme.px(20)
            font = _font(run)
            metrics = QFontMetricsF(font)
            shown = metrics.elidedText(run.text, Qt.TextElideMode.ElideRight, max(0.0, end - x))
            painter.setFont(font)
            painter.setPen(theme.color(run.token))
            baseline = (self.height() + QFontMetricsF(theme.ui_font(12)).capHeight()) / 2
            painter.drawText(QPointF(x, baseline), shown)
            x += metrics.horizontalAdvance(run.text) + theme.px(6)
            if x >= end:
                break


def _font(run: TextRun) -> QFont:
    weight = QFont.Weight.DemiBold if run.bold else QFont.Weight.Normal
    return theme.mono_font(12, weight) if run.mono else theme.ui_font(12, weight)
