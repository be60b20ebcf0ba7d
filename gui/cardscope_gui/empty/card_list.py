"""The ready cards as tiles under their headings: arrow keys move, Enter or a click inserts."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope_gui import theme

RowRole = Qt.ItemDataRole.UserRole
_HEADING, _TILE, _CHIP = 36, 76, 56
_GAP = 8
_TILES, _CHIPS = 2, 4
"""How many of each stand side by side."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A tile, or a heading, which has no ``name``."""

    label: str
    name: str = ""
    detail: str = ""
    description: str = ""

    @property
    def is_chip(self) -> bool:
        """Whether it is a small tile: its detail says less than its description."""
        return bool(self.name) and self.detail != self.description


class CardModel(QAbstractListModel):
    """All ready cards, or those that a word is found in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[CardRow] = []
        self.find("")

    def find(self, text: str) -> None:
        """Shows the cards that every word of ``text`` is found in; the headings go with their cards."""
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415 not needed for the first window

        words = text.casefold().split()
        self.beginResetModel()
        self._rows = []
        group = ""
        for name, card in ready_cards().items():
            said = f"{name} {card.title} {card.description} {card.group}".casefold()
            if not all(word in said for word in words):
                continue
            if card.group != group:
                group = card.group
                self._rows.append(CardRow(group))
            self._rows.append(CardRow(card.label, name, card.detail, card.description))
        if not self._rows:
            self._rows.append(CardRow(self.tr("No card is called that, or is for that.")))
        self.endResetModel()

    def first(self) -> QModelIndex:
        """The first card; invalid when there is none."""
        return self.index(1) if len(self._rows) > 1 else QModelIndex()

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> CardRow:
        return self._rows[index.row()]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or not self.row_at(index).name:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row_at(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.label
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return row.description
            case _ if role == RowRole:
                return row
            case _:
                return None


class CardDelegate(QStyledItemDelegate):
    """Paints headings and tiles. Each takes its share of the width of the view."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        view = self.parent()
        # Room for the scroll bar in any case: whether it is needed depends on the tiles. And one pixel less than there
        # is, or the view would wrap after each tile.
        bar = view.verticalScrollBar().sizeHint().width() if isinstance(view, QListView) else 0
        width = view.width() - bar - 1 if isinstance(view, QListView) else theme.px(600)
        row: CardRow = index.data(RowRole)
        if not row.name:
            return QSize(width, theme.px(_HEADING))
        return QSize(width // _CHIPS, theme.px(_CHIP)) if row.is_chip else QSize(width // _TILES, theme.px(_TILE))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: CardRow = index.data(RowRole)
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        direction: Qt.LayoutDirection = option.direction  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        leading = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        half = theme.px(_GAP) // 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not row.name:
            painter.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
            painter.setPen(theme.color("text2"))
            place = area.adjusted(half, 0, -half, -theme.px(6))
            painter.drawText(place, int(leading | Qt.AlignmentFlag.AlignBottom), row.label)
        else:
            self._paint_tile(painter, area.adjusted(half, half, -half, -half), row, state, leading)
        painter.restore()

    def _paint_tile(
        self, painter: QPainter, tile: QRect, row: CardRow, state: QStyle.StateFlag, leading: Qt.AlignmentFlag
    ) -> None:
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_Active)
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and chosen
        edge = "accent" if focused else "control" if hover else "border"
        width = 2 if focused else 1
        painter.setPen(QPen(theme.color(edge), width))
        painter.setBrush(theme.color("hover" if hover else "panel"))
        painter.drawRoundedRect(tile.toRectF().adjusted(width / 2, width / 2, -width / 2, -width / 2), 6, 6)
        words = tile.adjusted(theme.px(12), theme.px(6), -theme.px(12), -theme.px(6))
        name_font, detail_font = theme.ui_font(13, QFont.Weight.Medium), theme.ui_font(12)
        painter.setFont(name_font)
        painter.setPen(theme.color("text"))
        top = QRect(words.left(), words.top(), words.width(), theme.px(18))
        name = QFontMetrics(name_font).elidedText(row.label, Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, int(leading | Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(detail_font)
        painter.setPen(theme.color("text2"))
        below = words.adjusted(0, theme.px(19), 0, 0)
        flags = leading | Qt.AlignmentFlag.AlignTop
        if row.is_chip:
            detail = QFontMetrics(detail_font).elidedText(row.detail, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, int(flags), detail)
        else:
            painter.drawText(below, int(flags | Qt.TextFlag.TextWordWrap), row.detail)


class CardList(QListView):
    """Shows a :class:`CardModel`. One stop for Tab; the arrow keys go from tile to tile in both directions."""

    chosen = Signal(str)
    """The ready card's name."""

    def __init__(self, model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = model
        self.setAccessibleName(self.tr("Virtual cards"))
        self.setModel(model)
        self.setItemDelegate(CardDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        theme.notifier().changed.connect(self._theme_changed)

    def start(self) -> None:
        """Makes the first card the current one."""
        self.setCurrentIndex(self._cards.first())

    def insert_current(self) -> None:
        """As Enter does."""
        index = self.currentIndex()
        if index.isValid() and self._cards.row_at(index).name:
            self.chosen.emit(self._cards.row_at(index).name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.insert_current()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and index == self.currentIndex():
            self.insert_current()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)

    def _theme_changed(self) -> None:
        self.viewport().update()
