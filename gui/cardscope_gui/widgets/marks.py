"""The shapes that carry a state, so that none depends on colour alone."""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cardscope_gui import icons, theme


class Mark(Enum):
    """A shape and the token of its colour."""

    DOT = ("dot", "ok")
    RING = ("ring", "text3")
    BARRED_RING = ("barred", "warn")
    CAUTION = ("caution", "warn")
    CROSS = ("cross", "bad")
    TICK = ("check", "ok")
    NOTE = ("note", "text2")
    PERMANENT = ("one-way", "warn")

    @property
    def shape(self) -> str:
        return self.value[0]

    @property
    def token(self) -> str:
        return self.value[1]


def paint_mark(painter: QPainter, mark: Mark, centre: QPointF, size: float, token: str | None = None) -> None:
    """Draws ``mark`` around ``centre``, ``size`` design pixels across, in ``token``'s colour instead of its own."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = theme.color(token or mark.token)
    extent = theme.px(size)
    if mark in (Mark.DOT, Mark.RING, Mark.BARRED_RING):
        stroke = extent * 0.16
        radius = extent / 2 - (0 if mark is Mark.DOT else stroke / 2)
        painter.setPen(Qt.PenStyle.NoPen if mark is Mark.DOT else QPen(ink, stroke))
        painter.setBrush(ink if mark is Mark.DOT else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
        if mark is Mark.BARRED_RING:
            half = radius * 0.5
            painter.drawLine(centre - QPointF(half, 0), centre + QPointF(half, 0))
    else:
        pixmap = icons.pixmap(mark.shape, token or mark.token, size, painter.device().devicePixelRatio())
        painter.drawPixmap(
            QRectF(centre.x() - extent / 2, centre.y() - extent / 2, extent, extent), pixmap, QRectF(pixmap.rect())
        )
    painter.restore()


class MarkLabel(QWidget):
    """A mark beside a label. The label says the same in words, so this one has no voice of its own."""

    def __init__(self, mark: Mark, size: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    @property
    def mark(self) -> Mark:
        return self._mark

    def set_mark(self, mark: Mark) -> None:
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        side = theme.px(self._size) + 2
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        paint_mark(painter, self._mark, QRectF(self.rect()).center(), self._size)
        painter.end()


class IconLabel(QWidget):
    """A drawing that is not a button."""

    def __init__(self, name: str, token: str, size: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    def set_icon(self, name: str) -> None:
        self._name = name
        self.update()

    def sizeHint(self) -> QSize:
        side = theme.px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        pixmap = icons.pixmap(self._name, self._token, self._size, self.devicePixelRatioF())
        at = QRectF(self.rect()).center() - QPointF(theme.px(self._size) / 2, theme.px(self._size) / 2)
        painter.drawPixmap(at, pixmap)
        painter.end()
