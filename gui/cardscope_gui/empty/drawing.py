"""Line drawings of a tag, its memory and a reader, one scene for each page."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cardscope_gui import theme
from cardscope_gui.empty.page import Page
from cardscope_gui.widgets.marks import Mark, paint_mark

_WIDTH, _HEIGHT = 264, 148

_MEMORY = ("serial", "serial", "lock", "cc", "ndef", "ndef", "ndef", "free", "lock", "config", "pwd")
"""The areas of an NTAG from page 0 on, one row each: the order in which the memory table shows them."""

_MARKS = {
    Page.SERVICE_STOPPED: Mark.CROSS,
    Page.READER_UNAVAILABLE: Mark.CROSS,
    Page.CARD_HELD: Mark.BARRED_RING,
    Page.LENT: Mark.BARRED_RING,
    Page.CARD_MUTE: Mark.CAUTION,
}


class Drawing(QWidget):
    """The scene of a page. Says nothing that the page's words do not say."""

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(_WIDTH), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = theme.px(100) / 100
        painter.scale(unit, unit)
        page = self._page
        card_there = page in (Page.CARD_HELD, Page.CARD_MUTE, Page.LENT)
        ghost_reader = page in (Page.NO_READER, Page.SERVICE_STARTING)
        with_memory = page in (Page.NO_READER, Page.SERVICE_STARTING, Page.NO_CARD)
        centre = _WIDTH / 2 - (34 if with_memory else 0)
        card = QRectF(centre - 54, 22 if card_there else 4, 108, 68)
        reader = QRectF(centre - 66, 116, 132, 28)
        self._paint_reader(painter, reader, dashed=ghost_reader)
        self._paint_field(painter, QPointF(centre, 115), strong=page in (Page.NO_CARD, Page.CARD_HELD, Page.LENT))
        self._paint_card(painter, card, dashed=page is Page.NO_CARD)
        if with_memory:
            self._paint_memory(painter, QPointF(card.right() + 34, 4), QPointF(card.right() - 20, card.center().y()))
        if (mark := _MARKS.get(page)) is not None:
            at = reader.topRight() if not card_there else card.topRight()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(at, 15, 15)
            painter.resetTransform()
            paint_mark(painter, mark, at * unit, 20)
        painter.end()

    def _pen(self, token: str, *, dashed: bool = False, width: float = 1.4) -> QPen:
        pen = QPen(theme.color(token), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if dashed:
            pen.setDashPattern([3.2, 3.2])
        return pen

    def _paint_card(self, painter: QPainter, card: QRectF, *, dashed: bool) -> None:
        painter.setBrush(theme.color("surface"))
        painter.setPen(self._pen("text2", dashed=dashed))
        painter.drawRoundedRect(card, 8, 8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen("control", width=1))
        for turn in range(3):
            inset = 8 + turn * 4
            painter.drawRoundedRect(card.adjusted(inset, inset, -inset, -inset), 6 - turn, 6 - turn)
        chip = QRectF(card.right() - 25, card.center().y() - 5, 10, 10)
        painter.setPen(self._pen("accent"))
        painter.setBrush(theme.color("soft"))
        painter.drawRoundedRect(chip, 2, 2)

    def _paint_reader(self, painter: QPainter, reader: QRectF, *, dashed: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen("text2", dashed=dashed))
        painter.drawRoundedRect(reader, 7, 7)
        painter.setPen(self._pen("control"))
        y = reader.center().y()
        painter.drawLine(QPointF(reader.left() + 14, y), QPointF(reader.left() + 46, y))
        painter.drawEllipse(QPointF(reader.right() - 16, y), 3, 3)

    def _paint_field(self, painter: QPainter, foot: QPointF, *, strong: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, radius in enumerate((15, 30)):
            painter.setPen(self._pen("accent" if strong else "control" if number == 0 else "border"))
            box = QRectF(foot.x() - radius, foot.y() - radius * 0.62, 2 * radius, 2 * radius)
            painter.drawArc(box, 55 * 16, 70 * 16)

    def _paint_memory(self, painter: QPainter, corner: QPointF, chip: QPointF) -> None:
        """The chip's memory under a lens: four bytes a page, each area in its colour."""
        height, side, step = 8, 9, 11.5
        painter.setPen(self._pen("control", width=0.8))
        bottom = corner.y() + len(_MEMORY) * step
        painter.drawLine(chip + QPointF(7, -5), corner + QPointF(-6, 0))
        painter.drawLine(chip + QPointF(7, 5), QPointF(corner.x() - 6, bottom - 2))
        painter.setPen(Qt.PenStyle.NoPen)
        for row, area in enumerate(_MEMORY):
            y = corner.y() + row * step
            colour = theme.color(f"area_{area}")
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(corner.x(), y, 3, height), 1.5, 1.5)
            tint = QColor(colour)
            tint.setAlphaF(0.22)
            painter.setBrush(tint)
            for byte in range(4):
                painter.drawRoundedRect(QRectF(corner.x() + 8 + byte * (side + 2.5), y, side, height), 1.5, 1.5)
