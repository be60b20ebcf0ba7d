"""Paints the rows of the sidebar, full or as a rail of drawings, and places the slot button of virtual readers."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope.readers.protocol import ReaderKind, ReaderStatus
from cardscope_gui import icons, theme
from cardscope_gui.readers.model import Row, RowKind, RowRole
from cardscope_gui.readers.slot_button import SlotButton, SlotUse
from cardscope_gui.readers.state import reader_icon, reader_mark
from cardscope_gui.widgets.marks import paint_mark

_INSET = 8
_TEXT_LEFT = 48


def _use(row: Row) -> SlotUse:
    return SlotUse.of(row.status is not None and row.status.state.has_card, row.loan)


class ReaderDelegate(QStyledItemDelegate):
    """One row: drawing, name, state mark and words. ``rail`` leaves the drawing with the mark at its corner."""

    insert_chosen = Signal(str)
    """The ready card's name."""
    image_wanted = Signal()
    remove_chosen = Signal()
    take_back_chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rail = False
        self.ring_shown = False
        """Whether the row with the focus wears a ring: true for those who came by keyboard."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        row: Row = index.data(RowRole)
        if row.kind is not RowKind.HEADING:
            return QSize(theme.px(56), theme.px(48))
        if self.rail:
            return QSize(theme.px(56), theme.px(8 if index.row() == 0 else 17))
        return QSize(theme.px(56), theme.px(40 if index.row() == 0 else 44))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        if row.kind is RowKind.HEADING:
            self._paint_heading(painter, area, row, first=index.row() == 0)
        else:
            state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
            self._paint_ground(painter, area, state)
            self._paint_row(painter, area, row, bool(state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        row: Row = index.data(RowRole)
        button = SlotButton(row.text, parent)
        button.set_use(_use(row))
        button.insert_chosen.connect(self.insert_chosen)
        button.image_wanted.connect(self.image_wanted)
        button.remove_chosen.connect(self.remove_chosen)
        button.take_back_chosen.connect(self.take_back_chosen)
        return button

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        row: Row = index.data(RowRole)
        if isinstance(editor, SlotButton):
            editor.set_use(_use(row))

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        size = editor.sizeHint()
        place = QRect(
            area.right() + 1 - theme.px(16) - size.width(),
            area.center().y() - size.height() // 2 + 1,
            size.width(),
            size.height(),
        )
        editor.setGeometry(self._mirrored(area, place))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: ARG002
        # The base class would take Tab, Enter and Esc for the end of an edit; the slot button is no editor.
        return False

    def _paint_heading(self, painter: QPainter, area: QRect, row: Row, *, first: bool) -> None:
        if self.rail:
            if not first:
                painter.setPen(theme.color("border"))
                y = area.center().y()
                painter.drawLine(area.left() + theme.px(16), y, area.right() - theme.px(16), y)
            return
        painter.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        painter.setPen(theme.color("text2"))
        left = theme.px(16)
        place = QRect(area.left() + left, area.bottom() - theme.px(26), area.width() - 2 * left, theme.px(20))
        painter.drawText(self._mirrored(area, place), int(self._leading()), row.text)

    def _paint_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        inset = theme.px(_INSET)
        ground = area.adjusted(inset, 1, -inset, -1)
        token = ""
        if state & QStyle.StateFlag.State_Selected:
            token = "soft"
        elif state & QStyle.StateFlag.State_MouseOver and state & QStyle.StateFlag.State_Enabled:
            token = "hover"
        if token:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(token))
            painter.drawRoundedRect(ground, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self.ring_shown:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 5, 5)

    def _paint_row(self, painter: QPainter, area: QRect, row: Row, selected: bool) -> None:
        status = row.status
        name = reader_icon(status) if status else "reader-contactless"
        token = "accent" if selected else "text2" if status else "text3"
        side = theme.px(20)
        left = (area.width() - side) // 2 if self.rail else theme.px(16)
        place = self._mirrored(area, QRect(area.left() + left, area.center().y() - side // 2 + 1, side, side))
        painter.drawPixmap(place, icons.pixmap(name, token, 20, painter.device().devicePixelRatio()))
        if self.rail:
            if status is not None:
                self._paint_corner_mark(painter, QPointF(place.bottomRight()), row, status, selected)
            return
        self._paint_words(painter, area, row, selected)

    def _paint_corner_mark(
        self, painter: QPainter, corner: QPointF, row: Row, status: ReaderStatus, selected: bool
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("soft" if selected else "panel"))
        painter.drawEllipse(corner, theme.px(6.5), theme.px(6.5))
        paint_mark(painter, reader_mark(status.state, row.loan), corner, 9)

    def _paint_words(self, painter: QPainter, area: QRect, row: Row, selected: bool) -> None:
        status = row.status
        left, right = theme.px(_TEXT_LEFT), theme.px(16)
        if status is not None and status.kind is ReaderKind.VIRTUAL:
            right += SlotButton.width_for(_use(row)) + theme.px(8)
        width = area.width() - left - right
        top = area.top() + theme.px(4)
        name_font = theme.ui_font(13, QFont.Weight.Medium)
        painter.setFont(name_font)
        painter.setPen(theme.color("text" if status else "text2"))
        name = QFontMetrics(name_font).elidedText(row.text, Qt.TextElideMode.ElideRight, width)
        place = QRect(area.left() + left, top, width, theme.px(20))
        painter.drawText(self._mirrored(area, place), int(self._leading()), name)

        words_font = theme.ui_font(12)
        words = row.words
        second = QRect(area.left() + left, top + theme.px(20), width, theme.px(18))
        if status is not None:
            centre = QPointF(second.left() + theme.px(4), second.center().y() + 1)
            mirrored = self._mirrored(area, QRect(int(centre.x()) - 4, int(centre.y()) - 4, 8, 8))
            mark = reader_mark(status.state, row.loan)
            token = "text2" if selected and mark.token == "text3" else None
            paint_mark(painter, mark, QPointF(mirrored.left() + 4, centre.y()), 8, token)
            second.setLeft(second.left() + theme.px(14))
        painter.setFont(words_font)
        painter.setPen(theme.color("text2" if selected or status else "text3"))
        words = QFontMetrics(words_font).elidedText(words, Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(self._mirrored(area, second), int(self._leading()), words)

    def _direction(self) -> Qt.LayoutDirection:
        view = self.parent()
        return view.layoutDirection() if isinstance(view, QWidget) else Qt.LayoutDirection.LeftToRight

    def _mirrored(self, area: QRect, place: QRect) -> QRect:
        return QStyle.visualRect(self._direction(), area, place)

    def _leading(self) -> Qt.AlignmentFlag:
        leading = QStyle.visualAlignment(self._direction(), Qt.AlignmentFlag.AlignLeft)
        return leading | Qt.AlignmentFlag.AlignVCenter
