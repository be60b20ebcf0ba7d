"""A tree view of decoded fields whose meanings wrap, so that a whole sentence can be read in place."""

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from cardscope_gui import icons, theme
from cardscope_gui.fields.field_model import AnyIndex, Column, FieldModel, spaced_value, whole_meaning

_PADDING = 4
_ROW = 26
_ICON = 14
_INDENTATION = 16
_LEAST_NAME = 150
_NAME_SHARE = 30
"""Per cent of the width."""
_LEAST_VALUE = 136
_LEAST_MEANING = 400


class _FieldDelegate(QStyledItemDelegate):
    """Rows as tall as their wrapped meaning.

    It paints and measures straight from the fields: Qt's own way asks the model for ten roles an item, several times
    over, which takes longer than a screen's frame for one ATR.
    """

    def __init__(self, tree: "FieldTree", model: FieldModel) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        self._heights: dict[int, int] = {}
        self.forget_fonts()

    def forget_fonts(self) -> None:
        """Fonts and sizes are others now."""
        self._text = theme.ui_font(13)
        self._mono = theme.mono_font(13)
        self._text_metrics = QFontMetrics(self._text)
        self._mono_metrics = QFontMetrics(self._mono)
        self.row = theme.px(_ROW)
        self._heights.clear()

    def forget_heights(self) -> None:
        """The meanings, or the room that they have, are others now."""
        self._heights.clear()

    def natural_widths(self, index: QModelIndex) -> tuple[int, int, int]:
        """The width in which nothing of an item is cut or wrapped, for each column, indentation left out."""
        shown = self._model.field_of(index)
        if shown is None:
            return 0, 0, 0
        measure = self._text_metrics.horizontalAdvance
        name = measure(shown.name) + (theme.px(_ICON) + _PADDING if shown.problems else 0)
        value = self._mono_metrics.horizontalAdvance(spaced_value(shown))
        return name + 4 * _PADDING, value + 4 * _PADDING, measure(shown.meaning) + 4 * _PADDING

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        if index.column() != Column.MEANING:
            return QSize(0, self.row)
        number = index.internalId()
        if number not in self._heights:
            self._heights[number] = self._wrapped_height(index)
        return QSize(0, self._heights[number])

    def _wrapped_height(self, index: AnyIndex) -> int:
        shown = self._model.field_of(index)
        if shown is None:
            return self.row
        text = whole_meaning(shown)
        width = max(80, self._tree.columnWidth(Column.MEANING) - 2 * _PADDING)
        if not shown.problems and self._text_metrics.horizontalAdvance(text) <= width:
            return self.row
        wrapped = self._text_metrics.boundingRect(QRect(0, 0, width, 1 << 16), Qt.TextFlag.TextWordWrap, text)
        return max(self.row, wrapped.height() + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        shown = self._model.field_of(index)
        if shown is None:
            return
        rect: QRect = option.rect.adjusted(_PADDING, _PADDING, -_PADDING, 0)  # type: ignore[attr-defined]
        painter.setPen(theme.color("text"))
        painter.setFont(self._text)
        right = Qt.TextElideMode.ElideRight
        match index.column():
            case Column.FIELD:
                room = rect.width() - (theme.px(_ICON) + _PADDING if shown.problems else 0)
                name = self._text_metrics.elidedText(shown.name, right, room)
                painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
                if shown.problems:
                    drawn = icons.pixmap("caution", "warn", _ICON, self._tree.devicePixelRatioF())
                    x = rect.left() + self._text_metrics.horizontalAdvance(name) + _PADDING
                    painter.drawPixmap(x, rect.top() + (self._text_metrics.height() - theme.px(_ICON)) // 2, drawn)
            case Column.VALUE:
                # One baseline with the name, although the faces differ.
                rect.translate(0, self._text_metrics.ascent() - self._mono_metrics.ascent())
                painter.setFont(self._mono)
                value = self._mono_metrics.elidedText(spaced_value(shown), right, rect.width())
                painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, value)
            case _:
                painter.setPen(theme.color("warn" if shown.problems else "text2"))
                painter.drawText(rect, Qt.TextFlag.TextWordWrap, whole_meaning(shown))


class FieldTree(QTreeView):
    """The fields of a :class:`FieldModel` in columns Field, Value and Meaning."""

    current_changed = Signal(QModelIndex)
    """The current item, column 0; invalid when there is none."""
    hovered = Signal(QModelIndex)
    """The item under the pointer, column 0; invalid when the pointer left the items."""

    def __init__(self, model: FieldModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._marked = QModelIndex()
        self._delegate = _FieldDelegate(self, model)
        self._natural = (0, 0, 0)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Decoded fields"))
        self.setMouseTracking(True)
        self.setUniformRowHeights(False)
        self.setWordWrap(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setIndentation(_INDENTATION)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)
        header.setStretchLastSection(True)
        header.sectionResized.connect(self._widths_changed)
        self.entered.connect(self._entered)
        model.modelReset.connect(self._measure)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def marked(self) -> QModelIndex:
        """The item that is lightly tinted because the bytes under the pointer belong to it."""
        return self._marked

    def mark(self, index: QModelIndex) -> None:
        """Tints an item lightly; an invalid index tints none."""
        if index != self._marked:
            self._marked = index.siblingAtColumn(0)
            self.viewport().update()

    def _theme_changed(self) -> None:
        colors = theme.tokens()
        self.setStyleSheet(
            f"QHeaderView {{ background: transparent; border: none; }}"
            f"QHeaderView::section {{ background: transparent; color: {colors.text2}; border: none;"
            f" border-bottom: 1px solid {colors.divider}; padding: {theme.px(4)}px; font-size: {theme.px(12)}px; }}"
            f"QTreeView {{ selection-background-color: transparent; selection-color: {colors.text}; }}"
        )
        self._delegate.forget_fonts()
        self._measure()

    def _measure(self) -> None:
        """Measures every field once; the columns are shared out from that."""
        self._delegate.forget_heights()
        name, value, meaning = 0, 0, 0
        for index in self._model.every_index():
            widths = self._delegate.natural_widths(index)
            name = max(name, widths[0] + self._depth(index) * _INDENTATION)
            value, meaning = max(value, widths[1]), max(meaning, widths[2])
        self._natural = (name, value, meaning)
        self._share_out()

    def _depth(self, index: QModelIndex) -> int:
        depth = 1
        while (index := index.parent()).isValid():
            depth += 1
        return depth

    def _share_out(self) -> None:
        """Names take no more than their share; long values take what the meanings can spare, and at least theirs."""
        name, value, meaning = self._natural
        name = min(name, max(theme.px(_LEAST_NAME), self.viewport().width() * _NAME_SHARE // 100))
        spare = self.viewport().width() - name - min(meaning, theme.px(_LEAST_MEANING))
        value = min(value, max(theme.px(_LEAST_VALUE), spare))
        for section, width in ((Column.FIELD, name), (Column.VALUE, value)):
            self.header().resizeSection(section, max(width, self.header().sectionSizeHint(section)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _widths_changed(self, section: int) -> None:
        if section == Column.MEANING:
            self._delegate.forget_heights()
            self.scheduleDelayedItemsLayout()

    def _entered(self, index: QModelIndex) -> None:
        self.hovered.emit(index.siblingAtColumn(0))

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        self.current_changed.emit(current.sibling(current.row(), 0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.hovered.emit(QModelIndex())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(QModelIndex())
        return super().viewportEvent(event)

    def drawBranches(self, painter: QPainter, rect: QRect, index: AnyIndex) -> None:
        # The arrow stands beside the first line, where the name is, however many lines the meaning takes.
        super().drawBranches(painter, QRect(rect.topLeft(), QSize(rect.width(), theme.px(_ROW))), index)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: AnyIndex) -> None:
        tint: QColor | None = None
        first = index.sibling(index.row(), 0)
        if self.selectionModel().isSelected(first):
            tint = theme.color("sel")
        elif self._marked.isValid() and first == self._marked:
            tint = theme.color("soft")
        if tint is not None:
            rect: QRect = options.rect  # type: ignore[attr-defined]
            painter.fillRect(QRect(0, rect.top(), self.viewport().width(), rect.height()), tint)
        super().drawRow(painter, options, index)
