"""A check box with words, in the colours of the theme."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QWidget

from cardscope_gui import icons, theme

_SIDE, _GAP, _HEIGHT = 16, 6, 28


class FilterBox(QCheckBox):
    """Fusion derives the outline of its own boxes from the window's colour, which vanishes on dark."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setAccessibleName(words)
        self.setMouseTracking(True)
        theme.notifier().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(theme.px(_SIDE + _GAP + 2) + words, theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002 - the words belong to the box
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, on, usable = theme.px(_SIDE), self.isChecked(), self.isEnabled()
        place = QRectF(0, (self.height() - side) / 2, side, side).toRect()
        box = QRectF(QStyle.visualRect(self.layoutDirection(), self.rect(), place)).adjusted(1, 1, -1, -1)
        ring = "accent" if self.hasFocus() or on else "control" if usable else "border"
        painter.setPen(QPen(theme.color(ring), 2 if self.hasFocus() else 1.4))
        painter.setBrush(theme.color("fill") if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if on:
            tick = icons.pixmap("check", "onfill", 12, self.devicePixelRatioF())
            painter.drawPixmap(box.center() - QPointF(theme.px(6), theme.px(6)), tick)
        words = self.rect().adjusted(side + theme.px(_GAP), 0, 0, 0)
        painter.setPen(theme.color("text2" if usable else "text3"))
        flags = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), words)
        painter.drawText(place, int(flags | Qt.AlignmentFlag.AlignVCenter), self.text())
