"""Paints a command of the history: its bytes and when they were sent; below, its name and what it does."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cardscope.store.history import HistoryEntry
from cardscope_gui import icons, theme
from cardscope_gui.console.history_model import EntryRole, WhenRole

LONGEST_NAME = 60
"""Characters: more would not be seen anywhere."""
_STAR_X, _TEXT_X, _RIGHT = 8, 32, 12
_TOP, _LINE = 4, 20
_MOST_BYTES = 96
"""More never fits a row, and laying out 65,535 takes time."""

AnyIndex = QModelIndex | QPersistentModelIndex


class HistoryDelegate(QStyledItemDelegate):
    """Two lines a command, 48 px in all; a star where it is a favourite."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ring_shown = True
        """Whether the current row wears a ring: not for those who came by mouse."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(theme.px(320), theme.px(2 * (_TOP + _LINE)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("soft" if selected else "hover"))
            painter.drawRoundedRect(area, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self.ring_shown:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 5, 5)
        self._paint_words(painter, area, index, quiet="text2" if selected else "text3")
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setMaxLength(LONGEST_NAME)
        editor.setPlaceholderText(self.tr("Name"))
        editor.setAccessibleName(self.tr("Name of the command"))
        return editor

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: AnyIndex) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())  # pyright: ignore[reportArgumentType] Qt's stubs know one kind of index

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:  # noqa: ARG002
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        height = min(editor.sizeHint().height(), area.height())
        place = QRect(area.left() + theme.px(_TEXT_X), 0, area.width() - theme.px(_TEXT_X + _RIGHT), height)
        place.moveCenter(QRect(place.left(), area.top(), place.width(), area.height()).center())
        editor.setGeometry(QStyle.visualRect(self._direction(), area, place))

    def _paint_words(self, painter: QPainter, area: QRect, index: AnyIndex, *, quiet: str) -> None:
        entry: HistoryEntry = index.data(EntryRole)
        if entry.favourite:
            side = theme.px(14)
            place = QRect(area.left() + theme.px(_STAR_X), area.top() + (area.height() - side) // 2, side, side)
            at = QStyle.visualRect(self._direction(), area, place).topLeft()
            drawn = icons.pixmap("star-filled", "accent", 14, painter.device().devicePixelRatioF())
            painter.drawPixmap(QPointF(at), drawn)
        inner = area.adjusted(theme.px(_TEXT_X), theme.px(_TOP), -theme.px(_RIGHT), 0)
        first = QRect(inner.left(), inner.top(), inner.width(), theme.px(_LINE))
        second = first.translated(0, theme.px(_LINE))
        small, when = theme.ui_font(12), str(index.data(WhenRole))
        taken = QFontMetrics(small).horizontalAdvance(when) + 1
        end = QRect(first.right() - taken + 1, first.top(), taken, first.height())
        self._text(painter, QStyle.visualRect(self._direction(), area, end), when, (small, quiet))
        start = first.adjusted(0, 0, -taken - theme.px(12), 0)
        shown = _shown_bytes(entry)
        self._text(painter, QStyle.visualRect(self._direction(), area, start), shown, (theme.mono_font(13), "text"))
        left = 0
        if entry.name:
            font = theme.ui_font(13, QFont.Weight.Medium)
            self._text(painter, QStyle.visualRect(self._direction(), area, second), entry.name, (font, "text"))
            left = QFontMetrics(font).horizontalAdvance(entry.name) + theme.px(10)
        if left < second.width():
            rest = QStyle.visualRect(self._direction(), area, second.adjusted(left, 0, 0, 0))
            self._text(painter, rest, entry.summary, (small, "text2"))

    def _text(self, painter: QPainter, place: QRect, text: str, look: tuple[QFont, str]) -> None:
        """``look`` is the font and the colour's token. The text stands where reading begins, and is cut at the end."""
        font, token = look
        painter.setFont(font)
        painter.setPen(theme.color(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        side = QStyle.visualAlignment(self._direction(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), shown)

    def _direction(self) -> Qt.LayoutDirection:
        view = self.parent()
        return view.layoutDirection() if isinstance(view, QWidget) else Qt.LayoutDirection.LeftToRight


def _shown_bytes(entry: HistoryEntry) -> str:
    text = entry.command.text
    return text if len(text) <= 3 * _MOST_BYTES else f"{text[: 3 * _MOST_BYTES]}…"
