"""The names of the page table's columns."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView

from cardscope_gui import theme
from cardscope_gui.memory.model import ACCESS, ASCII, FIRST_BYTE

if TYPE_CHECKING:
    from cardscope_gui.memory.table import PageTable

_HEIGHT = 28


class PageHeader(QHeaderView):
    """The names of the columns, over where their contents begin."""

    def __init__(self, table: "PageTable") -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setFixedHeight(theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("surface"))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme.color("border"))
        painter.translate(-self.offset(), 0)
        painter.setPen(theme.color("text2"))
        painter.setFont(theme.ui_font(12, QFont.Weight.Medium))
        m = self._table.metrics
        lefts = {0: m.page, ASCII: m.ascii, ASCII + 1: m.area, ACCESS: m.access}
        for column in range(ACCESS + 1):
            text = str(self.model().headerData(column, Qt.Orientation.Horizontal))
            if column in lefts:
                if column == ACCESS and not m.access_words:
                    continue
                rect = QRect(lefts[column], 0, m.width, self.height())
                painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
            else:
                rect = QRect(m.cells + (column - FIRST_BYTE) * m.cell, 0, m.cell, self.height())
                painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()
