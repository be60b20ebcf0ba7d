"""One line of text in several colours and faces, shortened with an ellipsis at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cardscope_gui import icons, theme

_HEIGHT = 20
_GAP = 6


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
        self._shorter: Sequence[Sequence[TextRun]] = ()
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._theme_changed)

    def set_runs(self, runs: Sequence[TextRun], tip: str = "", shorter: Sequence[Sequence[TextRun]] = ()) -> None:
        """Shows ``runs`` in their order, 6 px apart. ``tip`` says more than they do. Where they have no room, the first
        of ``shorter`` that has is shown, and the last is cut where none has."""
        self._runs = runs
        self._shorter = shorter
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
        self.setToolTip(self._tip or ("" if self._fits(self._runs) else self.text()))

    def _theme_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def shown_runs(self) -> Sequence[TextRun]:
        """The runs that there is room for."""
        return next(
            (runs for runs in (self._runs, *self._shorter) if self._fits(runs)), (self._runs, *self._shorter)[-1]
        )

    def _fits(self, runs: Sequence[TextRun]) -> bool:
        return sum(map(_width, runs)) + theme.px(_GAP) * max(0, len(runs) - 1) <= self.contentsRect().width()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        x, end = float(self.contentsRect().left()), float(self.contentsRect().right() + 1)
        runs = self.shown_runs()
        whole = self._fits(runs)
        for number, run in enumerate(runs):
            if run.icon:
                top = (self.height() - theme.px(14)) / 2
                painter.drawPixmap(QPointF(x, top), icons.pixmap(run.icon, run.token, 14, self.devicePixelRatioF()))
                x += theme.px(20)
            font = _font(run)
            metrics = QFontMetricsF(font)
            last = number == len(runs) - 1
            following = 0.0 if whole or last else theme.px(_GAP) + metrics.horizontalAdvance("…")
            cut = not whole and metrics.horizontalAdvance(run.text) + following > end - x
            # The ellipsis is there even where this run just fits and the next does not.
            shown = metrics.elidedText(run.text + "…", Qt.TextElideMode.ElideRight, end - x) if cut else run.text
            painter.setFont(font)
            painter.setPen(theme.color(run.token))
            baseline = (self.height() + QFontMetricsF(theme.ui_font(12)).capHeight()) / 2
            painter.drawText(QPointF(x, baseline), shown)
            if cut:
                break
            x += metrics.horizontalAdvance(run.text) + theme.px(_GAP)


def _width(run: TextRun) -> float:
    return QFontMetricsF(_font(run)).horizontalAdvance(run.text) + (theme.px(20) if run.icon else 0)


def _font(run: TextRun) -> QFont:
    weight = QFont.Weight.DemiBold if run.bold else QFont.Weight.Normal
    return theme.mono_font(12, weight) if run.mono else theme.ui_font(12, weight)
