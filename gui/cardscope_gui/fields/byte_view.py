"""Bytes as a wrapping hex grid with a current byte, a marked range, and a line under each field."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cardscope.decode.secrets import MASK
from cardscope_gui import theme

_OFFSET_WIDTH = 40
_CELL = QSize(30, 28)
_LINE = 2
_INSET = 4


class ByteView(QWidget):
    """A grid of bytes, 4, 8, 16 or 32 a row by the width at hand; the arrow keys move the current byte.

    It grows in height with its rows, so that a scroll area around it scrolls, never the grid itself.
    """

    current_changed = Signal(int)
    """The current byte's offset, moved by the user."""
    hovered = Signal(int)
    """The offset of the byte under the pointer, or -1 when it left the bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = b""
        self._leaves: list[tuple[int, int, bool]] = []
        self._hidden: frozenset[int] = frozenset()
        self._meaning: Callable[[int], str] = lambda _offset: ""
        self._current = 0
        self._current_span = (0, 0)
        self._hover_span = (0, 0)
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.notifier().changed.connect(self.update)
        self._describe()

    def show_bytes(
        self,
        data: bytes,
        leaves: list[tuple[int, int, bool]],
        meaning: Callable[[int], str],
        hidden: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Shows ``data``. ``leaves`` are start, end and "has a problem" of the innermost fields.

        ``meaning`` says in words what the byte at an offset is, or returns an empty string. The bytes within the spans
        ``hidden`` are secrets: only their places are shown.
        """
        self._hidden = frozenset(offset for start, end in hidden for offset in range(start, end))
        self._data = data
        self._leaves = leaves
        self._meaning = meaning
        self._current = 0
        self._current_span = self._hover_span = (0, 0)
        self._hover = -1
        self._describe()
        self.updateGeometry()
        self.update()

    @property
    def current(self) -> int:
        """The current byte's offset; 0 without bytes."""
        return self._current

    @property
    def current_span(self) -> tuple[int, int]:
        """The bytes of the current field, marked strongly."""
        return self._current_span

    @property
    def hover_span(self) -> tuple[int, int]:
        """The bytes of the field under the pointer, marked lightly."""
        return self._hover_span

    def mark_current(self, span: tuple[int, int]) -> None:
        """Marks the bytes of the current field and moves the current byte into them."""
        self._current_span = span
        if span[0] < span[1] and not span[0] <= self._current < span[1]:
            self._current = span[0]
        self._describe()
        self.update()

    def mark_hover(self, span: tuple[int, int]) -> None:
        """Marks the bytes of the field under the pointer; an empty span marks none."""
        self._hover_span = span
        self.update()

    def bytes_per_row(self, width: int | None = None) -> int:
        """How many bytes fit in a row of ``width`` pixels (the widget's own by default): 4, 8, 16 or 32."""
        room = (self.width() if width is None else width) - _OFFSET_WIDTH
        return next((count for count in (32, 16, 8) if count * _CELL.width() <= room), 4)

    def cell_rect(self, offset: int) -> QRect:
        """Where the byte at ``offset`` is painted."""
        row, column = divmod(offset, self.bytes_per_row())
        return QRect(QPoint(_OFFSET_WIDTH + column * _CELL.width(), row * _CELL.height()), _CELL)

    def heightForWidth(self, width: int) -> int:
        return max(1, -(-len(self._data) // self.bytes_per_row(width))) * _CELL.height()

    def sizeHint(self) -> QSize:
        return QSize(_OFFSET_WIDTH + 16 * _CELL.width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(_OFFSET_WIDTH + 4 * _CELL.width(), _CELL.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.mono_font(13))
        if not self._data:
            painter.setPen(theme.color("text3"))
            painter.setFont(theme.ui_font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.tr("No bytes"))
            return
        per_row = self.bytes_per_row()
        seen = self._seen(event.rect())
        for span, colour in ((self._hover_span, theme.color("soft")), (self._current_span, theme.color("sel"))):
            for offset in range(max(span[0], seen.start), min(span[1], seen.stop)):
                painter.fillRect(self.cell_rect(offset).adjusted(0, 2, 0, -2), colour)
        painter.setPen(theme.color("text3"))
        for row in range(seen.start, seen.stop, per_row):
            place = QRect(0, row // per_row * _CELL.height(), _OFFSET_WIDTH, _CELL.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{row:02X}")
        painter.setPen(theme.color("text"))
        for offset in seen:
            painter.drawText(self.cell_rect(offset), Qt.AlignmentFlag.AlignCenter, self._hex(offset))
        self._paint_leaf_lines(painter, seen)
        self._paint_ring(painter)

    def _seen(self, area: QRect) -> range:
        """The bytes of the rows that ``area`` touches: of many, few are in view."""
        per_row, height = self.bytes_per_row(), _CELL.height()
        first, last = max(0, area.top() // height), area.bottom() // height
        return range(first * per_row, min(len(self._data), (last + 1) * per_row))

    def _hex(self, offset: int) -> str:
        return MASK if offset in self._hidden else f"{self._data[offset]:02X}"

    def _paint_leaf_lines(self, painter: QPainter, seen: range) -> None:
        """A line under each field, broken between fields: fields stay apart without colour."""
        per_row = self.bytes_per_row()
        for start, end, problem in self._leaves:
            current = self._current_span[0] <= start and end <= self._current_span[1]
            colour = theme.color("warn") if problem else theme.color("accent") if current else theme.color("control")
            for offset in range(max(start, seen.start), min(end, seen.stop)):
                rect = self.cell_rect(offset)
                # Where a field goes on in the next row its line ends like all the others, in line with the digits.
                left = rect.left() + (_INSET if offset == start or offset % per_row == 0 else 0)
                right = rect.right() + 1 - (_INSET if offset == end - 1 or (offset + 1) % per_row == 0 else 0)
                painter.fillRect(QRect(left, rect.bottom() - 3, right - left, _LINE), colour)

    def _paint_ring(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(self.cell_rect(self._current).adjusted(1, 1, -1, -1), 4, 4)

    def _offset_at(self, point: QPoint) -> int:
        column, row = (point.x() - _OFFSET_WIDTH) // _CELL.width(), point.y() // _CELL.height()
        offset = row * self.bytes_per_row() + column
        inside = 0 <= column < self.bytes_per_row() and 0 <= offset < len(self._data)
        return offset if inside else -1

    def _move_to(self, offset: int) -> None:
        if self._data:
            self._current = max(0, min(offset, len(self._data) - 1))
            self.current_changed.emit(self._current)
            self._describe()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        per_row = self.bytes_per_row()
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -per_row,
            Qt.Key.Key_Down: per_row,
            Qt.Key.Key_Home: -len(self._data),
            Qt.Key.Key_End: len(self._data),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif abs(step) != per_row or 0 <= self._current + step < len(self._data):
            self._move_to(self._current + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        offset = self._offset_at(event.position().toPoint())
        if offset >= 0:
            self._move_to(offset)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover_at(self._offset_at(event.position().toPoint()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            offset = self._offset_at(event.pos())
            QToolTip.showText(event.globalPos(), self._byte_text(offset) if offset >= 0 else "", self)
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_at(-1)

    def _hover_at(self, offset: int) -> None:
        if offset != self._hover:
            self._hover = offset
            self.hovered.emit(offset)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._data and self._current_span == (0, 0):
            self._move_to(self._current)

    def _byte_text(self, offset: int) -> str:
        if offset in self._hidden:
            text = self.tr("Byte {0} of {1}, a secret").format(offset, len(self._data))
        else:
            text = self.tr("Byte {0} of {1}, {2} hex").format(offset, len(self._data), self._hex(offset))
        meaning = self._meaning(offset)
        return f"{text}, {meaning}" if meaning else text

    def _describe(self) -> None:
        """The accessible name speaks the current byte: Qt announces each change of it."""
        self.setAccessibleName(self._byte_text(self._current) if self._data else self.tr("No bytes"))
