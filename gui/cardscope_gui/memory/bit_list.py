"""The bits of one byte: check boxes, choices and values, with what cannot be undone looking like it."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cardscope.memory.page_bits import Bit
from cardscope_gui import icons, theme
from cardscope_gui.memory.bit_model import BitModel, effect, spoken, value_text
from cardscope_gui.memory.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex
_ROW = 24
_BOX = 16
_TEXT = 24
_NAME = 46
"""What the name of a bit takes at least, so that the words after it stand in a column."""
_GAP = 8
_STATE = 18
_WRAP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class BitList(QListView):
    """As high as its rows: the panel around it scrolls. Up and down leave it at its ends."""

    left = Signal(int)
    """The keyboard goes on, to the list before (-1) or after (1)."""
    moved = Signal(object)
    """The keyboard is on the row in this rectangle."""
    refused = Signal(str)
    """Why nothing was changed, a sentence."""

    def __init__(self, model: BitModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bits = model
        self.compact = True
        """One line a bit."""
        self.setModel(model)
        self.setItemDelegate(_BitDelegate(self))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        theme.notifier().changed.connect(self.viewport().update)
        model.modelReset.connect(self.fit)
        model.dataChanged.connect(self.fit)

    def fit(self) -> None:
        """Takes the height of its rows."""
        height = sum(self.sizeHintForIndex(self._bits.index(row)).height() for row in range(self._bits.rowCount()))
        self.setFixedHeight(max(height, 1))
        self.doItemsLayout()

    def enter(self, step: int) -> None:
        """The keyboard comes from the list before (1) or after (-1)."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self._go(0 if step > 0 else self._bits.rowCount() - 1)

    def act(self, index: QModelIndex) -> None:
        """What Space does: turn the bit over, offer the choices, or begin to type a value."""
        bit: Bit = index.data(BitModel.BitRole)
        if bit.why_not:
            self.refused.emit(f"{bit.name}: {bit.why_not}")
        elif bit.is_flag:
            self._bits.setData(index, int(not bit.wanted), Qt.ItemDataRole.EditRole)
        elif bit.choices:
            self._offer(index, bit)
        else:
            self.edit(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._bits.rowCount():
            self.setCurrentIndex(self._bits.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        down = key == Qt.Key.Key_Down
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = index.row() + (1 if down else -1)
            if 0 <= row < self._bits.rowCount():
                self._go(row)
            else:
                self.left.emit(1 if down else -1)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and index.isValid():
            self.act(index)
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and index == self.currentIndex():
            self.act(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click of two quick ones counts like any other."""
        self.mousePressEvent(event)

    def _offer(self, index: QModelIndex, bit: Bit) -> None:
        menu = QMenu(self)
        for value, meaning in bit.choices:
            action = menu.addAction(f"{value:0{bit.place.high - bit.place.low + 1}b}  {meaning}")
            action.setCheckable(True)
            action.setChecked(value == bit.wanted)
            action.triggered.connect(partial(self._take, index, value))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(0, 2)))

    def _go(self, row: int) -> None:
        index = self._bits.index(row)
        self.setCurrentIndex(index)
        self.moved.emit(self.visualRect(index))

    def _take(self, index: QModelIndex, value: int) -> None:
        self._bits.setData(index, value, Qt.ItemDataRole.EditRole)


class _BitDelegate(QStyledItemDelegate):
    def __init__(self, view: BitList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        width = self._view.viewport().width()
        height = theme.px(_ROW)
        if not self._view.compact:
            bit: Bit = index.data(BitModel.BitRole)
            if words := _words(bit):
                room = QRect(0, 0, width - theme.px(_TEXT), 1 << 14)
                height += QFontMetrics(theme.ui_font(12)).boundingRect(room, _WRAP, words).height() + theme.px(4)
        return QSize(width, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        bit: Bit = index.data(BitModel.BitRole)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        changed = bit.wanted != bit.now
        ink, ground = ("warn", "warn_bg") if bit.one_way else ("pend", "pend_bg")
        frame = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        if changed:
            painter.setPen(QPen(theme.color(ink), 1))
            painter.setBrush(theme.color(ground))
            painter.drawRoundedRect(frame, 4, 4)
        elif state & QStyle.StateFlag.State_MouseOver and bit.editable:
            painter.fillRect(rect, theme.color("hover"))
        line = QRect(rect.left(), rect.top(), rect.width(), theme.px(_ROW))
        if bit.is_flag:
            self._paint_box(painter, bit, line, changed=changed)
        text = "text" if bit.editable or changed else "text2"
        if bit.name == "RFUI":
            text = "text3"
        self._paint_words(painter, bit, line, text)
        self._paint_state(painter, bit, line, changed=changed)
        if not self._view.compact and (words := _words(bit)):
            below = rect.adjusted(theme.px(_TEXT), theme.px(_ROW) - theme.px(2), 0, 0)
            painter.setFont(theme.ui_font(12))
            painter.setPen(theme.color("text2" if bit.editable else "text3"))
            painter.drawText(below, _WRAP, words)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        bit: Bit = index.data(BitModel.BitRole)
        editor.setFont(theme.mono_font(13))
        editor.setAccessibleName(spoken(bit))
        editor.setPlaceholderText(tr("Decimal, or hex with 0x"))
        return editor

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        bit: Bit = index.data(BitModel.BitRole)
        if isinstance(editor, QLineEdit):
            editor.setText(f"0x{bit.wanted or 0:02X}")
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: AnyIndex) -> None:
        if not isinstance(editor, QLineEdit):
            return
        bit: Bit = index.data(BitModel.BitRole)
        value = read_number(editor.text())
        most = bit.place.mask >> bit.place.low
        if value is None or not 0 <= value <= most:
            self._view.refused.emit(tr("{0} takes 0 to {1}, or 0x00 to 0x{1:02X}.").format(bit.name, most))
        elif value != bit.wanted:
            model.setData(index, value, Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:  # noqa: ARG002
        rect: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(rect.right() - theme.px(110), rect.top(), theme.px(110), theme.px(_ROW))

    def eventFilter(self, editor: Any, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key()
            in (
                Qt.Key.Key_Return,
                Qt.Key.Key_Enter,
            )
        ):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            self._view.setFocus()
            return True
        return super().eventFilter(editor, event)

    def _paint_box(self, painter: QPainter, bit: Bit, line: QRect, *, changed: bool) -> None:
        side = theme.px(_BOX)
        box = QRectF(line.left() + 4, line.top() + (line.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        on = bool(bit.wanted)
        filled = ("warn" if bit.one_way else "pend") if changed else "fill" if bit.editable else "control"
        outline = QPen(theme.color(filled if on else "control"), 1.4)
        if not bit.editable and not on:
            outline.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(outline)
        painter.setBrush(theme.color(filled) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if on:
            tick = icons.pixmap(
                "check", "onfill" if filled == "fill" else "window", 12, painter.device().devicePixelRatioF()
            )
            painter.drawPixmap(box.center().toPoint() - QPoint(theme.px(6), theme.px(6)), tick)

    def _paint_words(self, painter: QPainter, bit: Bit, line: QRect, ink: str) -> None:
        left = line.left() + theme.px(_TEXT + 2 if bit.is_flag or self._view.compact else 4)
        mono = theme.mono_font(12)
        metrics = QFontMetrics(mono)
        painter.setFont(mono)
        painter.setPen(theme.color(ink))
        painter.drawText(line.adjusted(left - line.left(), 0, 0, 0), _LEFT, bit.name)
        width = metrics.horizontalAdvance(bit.name)
        if self._view.compact and bit.pages:
            at = left + max(width + theme.px(_GAP), theme.px(_NAME))
            small, words = theme.ui_font(12), effect(bit)
            state = 0 if bit.editable and bit.wanted == bit.now else theme.px(_STATE)
            # Where they do not fit, the tool tip tells it.
            if at + QFontMetrics(small).horizontalAdvance(words) <= line.right() - state:
                painter.setFont(small)
                painter.setPen(theme.color("text2" if bit.editable or ink == "text" else "text3"))
                painter.drawText(line.adjusted(at - line.left(), 0, 0, 0), _LEFT, words)
        if not bit.is_flag:
            painter.setFont(mono)
            painter.setPen(theme.color(ink))
            arrow = f"{value_text(bit.now)} → " if bit.wanted != bit.now else ""
            painter.drawText(line.adjusted(0, 0, -theme.px(22), 0), _RIGHT, arrow + value_text(bit.wanted))

    def _paint_state(self, painter: QPainter, bit: Bit, line: QRect, *, changed: bool) -> None:
        name = ""
        if changed:
            name, token = ("one-way", "warn") if bit.one_way else ("pencil", "pend")
        elif bit.one_way and bit.set_now and not bit.editable:
            name, token = "lock", "text2"
        elif bit.frozen:
            name, token = "stop", "text3"
        elif bit.one_way and not self._view.compact and bit.editable:
            name, token = "one-way", "text3"
        elif bit.editable and not bit.is_flag:
            name, token = ("chevron-down" if bit.choices else "pencil"), "text3"
        else:
            return
        side = theme.px(14)
        at = QPoint(line.right() - side - 3, line.top() + (line.height() - side) // 2)
        painter.drawPixmap(at, icons.pixmap(name, token, 14, painter.device().devicePixelRatioF()))


def read_number(text: str) -> int | None:
    """A number in decimal, or in hex with ``0x`` before or ``h`` after it; ``None`` for anything else."""
    text = text.strip().lower()
    try:
        if text.endswith("h"):
            return int(text[:-1], 16)
        return int(text, 0 if text.startswith("0x") else 10)
    except ValueError:
        return None


def _words(bit: Bit) -> str:
    """The sentences under a bit's name."""
    why = "" if bit.name == "RFUI" else bit.why_not
    return " ".join(part for part in (bit.meaning, why) if part)
