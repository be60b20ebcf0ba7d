"""A box to choose from, in the colours of the theme."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QStyle, QWidget

from cardscope_gui import icons, theme

_SIDE, _HEIGHT, _ARROW = 10, 30, 12


class ChoiceBox(QComboBox):
    """Fusion's own box is raised where all others here are flat, and its outline vanishes on dark."""

    def __init__(self, words: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItems(words)
        self.setMaxVisibleItems(12)
        theme.notifier().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        longest = max((metrics.horizontalAdvance(self.itemText(at)) for at in range(self.count())), default=0)
        return QSize(longest + theme.px(4 * _SIDE + _ARROW), theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        width = 2 if focused else 1
        painter.setPen(QPen(theme.color("accent" if focused else "control"), width))
        painter.setBrush(theme.color("surface"))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        side, arrow = theme.px(_SIDE), theme.px(_ARROW)
        place = QRect(self.width() - side - arrow, (self.height() - arrow) // 2, arrow, arrow)
        at = QStyle.visualRect(self.layoutDirection(), self.rect(), place).topLeft()
        painter.drawPixmap(QPointF(at), icons.pixmap("chevron-down", "text2", _ARROW, self.devicePixelRatioF()))
        words = self.rect().adjusted(side, 0, -2 * side - arrow, 0)
        painter.setPen(theme.color("text" if self.isEnabled() else "text3"))
        shown = painter.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, words.width())
        leading = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        area = QStyle.visualRect(self.layoutDirection(), self.rect(), words)
        painter.drawText(area, int(leading | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
