"""The records as cards, one below the other."""

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope_gui import icons, theme
from cardscope_gui.ndef.entries import AnyIndex, Entry, EntryModel, EntryRole
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.marks import Mark, paint_mark

_CARD, _GAP, _SIDE, _ICON, _MARK = 56, 6, 12, 20, 14


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ring_shown = True

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(theme.px(200), theme.px(_CARD + _GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        direction: Qt.LayoutDirection = option.direction  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        entry: Entry = index.data(EntryRole)
        card = area.adjusted(0, 0, 0, -theme.px(_GAP))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._paint_card(painter, card, state, selected=selected)
        side = theme.px(_SIDE)
        icon = QRect(card.left() + side, card.top() + (card.height() - theme.px(_ICON)) // 2, theme.px(_ICON), 0)
        icon.setHeight(icon.width())
        drawn = icons.pixmap(entry.icon, "accent" if selected else "text2", _ICON)
        painter.drawPixmap(QRectF(QStyle.visualRect(direction, card, icon)), drawn, QRectF(drawn.rect()))
        words = card.adjusted(2 * side + theme.px(_ICON), theme.px(9), -side, -theme.px(9))
        if entry.problems:
            mark = theme.px(_MARK)
            place = QRect(words.right() - mark, card.top() + (card.height() - mark) // 2, mark, mark)
            paint_mark(painter, Mark.CAUTION, QRectF(QStyle.visualRect(direction, card, place)).center(), _MARK)
            words.adjust(0, 0, -mark - theme.px(8), 0)
        self._paint_words(painter, card, words, entry, direction, quiet="text2" if selected else "text3")
        painter.restore()

    def _paint_card(self, painter: QPainter, card: QRect, state: QStyle.StateFlag, *, selected: bool) -> None:
        ring = bool(state & QStyle.StateFlag.State_HasFocus) and self.ring_shown
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        width = 2 if ring else 1
        painter.setPen(QPen(theme.color("accent" if ring else "soft" if selected else "border"), width))
        painter.setBrush(theme.color("soft" if selected else "hover" if hovered else "panel"))
        half = width / 2
        painter.drawRoundedRect(QRectF(card).adjusted(half, half, -half, -half), 8, 8)

    @staticmethod
    def _paint_words(
        painter: QPainter, card: QRect, words: QRect, entry: Entry, direction: Qt.LayoutDirection, *, quiet: str
    ) -> None:
        name, small, mono = theme.ui_font(13, QFont.Weight.Medium), theme.ui_font(12), theme.mono_font(11)
        kind_width = min(QFontMetrics(name).horizontalAdvance(entry.kind) + 2, words.width())
        half = words.height() // 2
        first = QRect(words.left(), words.top(), kind_width, half)
        gap = theme.px(8)
        beside = QRect(first.right() + gap, first.top(), max(0, words.width() - kind_width - gap), half)
        second = QRect(words.left(), words.top() + half, words.width(), half)
        leading = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        trailing = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignRight)
        for place, text, font, token, side in (
            (first, entry.kind, name, "text", leading),
            (beside, entry.technical, mono, quiet, trailing),
            (second, entry.gist, small, "text2", leading),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(token))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            at = QStyle.visualRect(direction, card, place)
            painter.drawText(at, int(side | Qt.AlignmentFlag.AlignVCenter), shown)


class RecordList(QListView):
    """Shows an :class:`EntryModel`. Up and Down go from record to record, with Alt they move the current one."""

    current_moved = Signal(int)
    """Another row is the current one; -1 for none."""
    opened = Signal()
    """Enter or a double click: to the form."""
    delete_wanted = Signal()
    move_wanted = Signal(int)
    """One up (-1) or down (1)."""
    add_wanted = Signal()

    def __init__(self, model: EntryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate = _Delegate(self)
        self.setAccessibleName(tr("Records"))
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setTabKeyNavigation(False)
        self.empty_words = ""
        theme.notifier().changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def row(self) -> int:
        """The current row, -1 without one."""
        return self.currentIndex().row()

    def set_row(self, row: int) -> None:
        """Makes ``row`` the current one."""
        self.setCurrentIndex(self.model().index(row, 0))

    def set_empty_words(self, words: str) -> None:
        """What stands there while there are no records."""
        self.empty_words = words
        self.viewport().update()

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.scrollTo(self.currentIndex())
        self.current_moved.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        match event.key():
            case Qt.Key.Key_Up if alt:
                self.move_wanted.emit(-1)
            case Qt.Key.Key_Down if alt:
                self.move_wanted.emit(1)
            case Qt.Key.Key_Delete:
                self.delete_wanted.emit()
            case Qt.Key.Key_Insert:
                self.add_wanted.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.opened.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid():
            self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0 and self.empty_words:
            painter = QPainter(self.viewport())
            painter.setFont(theme.ui_font(13))
            painter.setPen(theme.color("text3"))
            room = self.viewport().rect().adjusted(theme.px(24), theme.px(24), -theme.px(24), -theme.px(24))
            flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(room, flags, self.empty_words)
            if self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), 8, 8)
            painter.end()

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()
