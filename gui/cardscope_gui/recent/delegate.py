"""Paints a recent card: its name and when it was there, its UID and chip."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope_gui import theme
from cardscope_gui.header.identity import spaced_hex
from cardscope_gui.recent.model import CardRole, RecentModel, WhenRole

_INSET = 8
_SIDE = 16
_GAP = 8

if TYPE_CHECKING:
    from cardscope.store.recent_cards import RecentCard


class RecentDelegate(QStyledItemDelegate):
    """Two lines a card, 44 px in all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ring_shown = False
        """Whether the row with the focus wears a ring: true for those who came by keyboard."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(theme.px(56), theme.px(44))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, area, state, selected=selected)
        self._paint_words(painter, area, index, quiet="text2" if selected else "text3")
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag, *, selected: bool) -> None:
        ground = area.adjusted(theme.px(_INSET), 0, -theme.px(_INSET), 0)
        hovered = state & QStyle.StateFlag.State_MouseOver
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("soft" if selected else "hover"))
            painter.drawRoundedRect(ground, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self.ring_shown:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 5, 5)

    def _paint_words(
        self, painter: QPainter, area: QRect, index: QModelIndex | QPersistentModelIndex, *, quiet: str
    ) -> None:
        card: RecentCard = index.data(CardRole)
        model = index.model()
        chip = model.kind(card) if isinstance(model, RecentModel) else ""
        inner = area.adjusted(theme.px(_SIDE), theme.px(3), -theme.px(_SIDE), 0)
        first = QRect(inner.left(), inner.top(), inner.width(), theme.px(20))
        second = QRect(inner.left(), first.bottom(), inner.width(), theme.px(18))
        when, name = str(index.data(WhenRole)), str(index.data())
        self._line(painter, area, first, (name, theme.ui_font(13, QFont.Weight.Medium), "text"), (when, quiet))
        self._line(painter, area, second, (spaced_hex(card.uid), theme.mono_font(11), "text2"), (chip, quiet))

    def _line(
        self, painter: QPainter, area: QRect, place: QRect, begin: tuple[str, QFont, str], end: tuple[str, str]
    ) -> None:
        """The end of a line keeps its room, up to half of it; its beginning is cut where they would meet."""
        words, font, token = begin
        aside, aside_token = end
        small = theme.ui_font(11)
        metrics = QFontMetrics(small)
        taken = min(metrics.horizontalAdvance(aside) + 1, place.width() // 2) if aside else 0
        if aside:
            painter.setFont(small)
            painter.setPen(theme.color(aside_token))
            shown = metrics.elidedText(aside, Qt.TextElideMode.ElideRight, taken)
            corner = QRect(place.right() - taken + 1, place.top(), taken, place.height())
            painter.drawText(self._mirrored(area, corner), int(self._aligned(Qt.AlignmentFlag.AlignRight)), shown)
        room = place.width() - taken - (theme.px(_GAP) if taken else 0)
        painter.setFont(font)
        painter.setPen(theme.color(token))
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
        corner = QRect(place.left(), place.top(), room, place.height())
        painter.drawText(self._mirrored(area, corner), int(self._aligned(Qt.AlignmentFlag.AlignLeft)), shown)

    def _direction(self) -> Qt.LayoutDirection:
        view = self.parent()
        return view.layoutDirection() if isinstance(view, QWidget) else Qt.LayoutDirection.LeftToRight

    def _mirrored(self, area: QRect, place: QRect) -> QRect:
        return QStyle.visualRect(self._direction(), area, place)

    def _aligned(self, side: Qt.AlignmentFlag) -> Qt.AlignmentFlag:
        return QStyle.visualAlignment(self._direction(), side) | Qt.AlignmentFlag.AlignVCenter
