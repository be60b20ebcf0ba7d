"""The list of the library: headings, and an entry a row with its command below its name."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope.library import Entry, Label
from cardscope_gui import theme
from cardscope_gui.console.library_model import LibraryModel, LibraryRow, RowRole
from cardscope_gui.widgets.marks import Mark, paint_mark

_HEADING, _SECTION, _ENTRY = 30, 40, 42
_SIDE, _LINE, _MARK = 8, 18, 14
_MARKS = {Label.UNCLEAR: Mark.CAUTION, Label.PERMANENT: Mark.PERMANENT}

AnyIndex = QModelIndex | QPersistentModelIndex


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ring_shown = True

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        row: LibraryRow = index.data(RowRole)
        return QSize(theme.px(200), theme.px(_ENTRY if row.entry else _SECTION if row.section else _HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        direction: Qt.LayoutDirection = option.direction  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        row: LibraryRow = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        leading = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        words = area.adjusted(theme.px(_SIDE), 0, -theme.px(_SIDE), 0)
        if row.entry is None:
            self._paint_heading(painter, words, row, leading)
        else:
            self._paint_entry(painter, area, row, state, direction)
        painter.restore()

    @staticmethod
    def _paint_heading(painter: QPainter, words: QRect, row: LibraryRow, leading: Qt.AlignmentFlag) -> None:
        font = theme.ui_font(13 if row.section else 12, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("text" if row.section else "text2"))
        if row.section:
            line = QPen(theme.color("border"), 1)
            top = words.top() + theme.px(8)
            painter.setPen(line)
            painter.drawLine(words.left(), top, words.right(), top)
            painter.setPen(theme.color("text"))
        place = words.adjusted(0, 0, 0, -theme.px(5))
        text = QFontMetrics(font).elidedText(row.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(leading | Qt.AlignmentFlag.AlignBottom), text)

    def _paint_entry(
        self, painter: QPainter, area: QRect, row: LibraryRow, state: QStyle.StateFlag, direction: Qt.LayoutDirection
    ) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("soft" if selected else "hover"))
            painter.drawRoundedRect(area, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self.ring_shown:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 5, 5)
        assert row.entry is not None
        inner = area.adjusted(theme.px(_SIDE), theme.px(3), -theme.px(_SIDE), 0)
        first = QRect(inner.left(), inner.top(), inner.width(), theme.px(_LINE))
        second = first.translated(0, theme.px(_LINE))
        leading = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        if (mark := _MARKS.get(row.entry.effect) if row.entry.effect is not None else None) is not None:
            side = theme.px(_MARK)
            place = QRect(first.right() - side, first.top() + (first.height() - side) // 2, side, side)
            paint_mark(painter, mark, QPointF(QRectF(QStyle.visualRect(direction, area, place)).center()), _MARK)
            first = first.adjusted(0, 0, -side - theme.px(4), 0)
        quiet = "text2" if selected else "text3"
        name = (theme.ui_font(13, QFont.Weight.Medium), quiet if row.reason and not selected else "text")
        below = (theme.ui_font(12), quiet) if row.reason else (theme.mono_font(11), quiet)
        under = row.reason or row.entry.template.text
        for place, text, (font, token) in ((first, row.text, name), (second, under, below)):
            painter.setFont(font)
            painter.setPen(theme.color(token))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            at = QStyle.visualRect(direction, area, place)
            painter.drawText(at, int(leading | Qt.AlignmentFlag.AlignVCenter), shown)


class LibraryList(QListView):
    """Shows a :class:`LibraryModel`. The arrow keys go from entry to entry; Enter or a double click chooses one."""

    entry_changed = Signal(object)
    """The current :class:`~cardscope.library.Entry`, or ``None``."""
    chosen = Signal()

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = model
        self._delegate = _Delegate(self)
        self.setAccessibleName(self.tr("Commands of the library"))
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def row(self) -> LibraryRow | None:
        """The current row."""
        return self._entries.row_at(self.currentIndex())

    @property
    def entry(self) -> Entry | None:
        """The current entry."""
        return self.row.entry if self.row is not None else None

    def show_entry(self, entry: Entry | None) -> None:
        """Makes ``entry`` the current one, or the first where it is not shown."""
        index = self._entries.index_of(entry)
        self.setCurrentIndex(index)
        self._bring_into_view(index)
        if not index.isValid():
            self.entry_changed.emit(None)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        self.entry_changed.emit(self.entry)
        self._bring_into_view(current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
            else:
                self.chosen.emit()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid() and self.entry is not None:
            self.chosen.emit()

    def _bring_into_view(self, index: AnyIndex) -> None:
        # With the first entry of a group its heading comes into view too.
        if index.isValid() and index.row() > 0 and (above := self._entries.index(index.row() - 1)).isValid():
            row = self._entries.row_at(above)
            if row is not None and row.entry is None:
                self.scrollTo(above)
            self.scrollTo(self._entries.index(index.row()))

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()

    def _theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
