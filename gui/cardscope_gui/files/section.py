"""The sidebar's part with the open files: a heading and a list, there only while there are any."""

from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cardscope_gui import icons, theme
from cardscope_gui.files.model import AnyIndex, FileModel, FileRole
from cardscope_gui.files.open_file import FileState, OpenFile
from cardscope_gui.files.words import tr
from cardscope_gui.widgets.labels import label

_INSET, _SIDE, _TEXT_LEFT, _ROW, _MARK = 8, 16, 48, 48, 12
_MOST_ROWS = 5


class _Delegate(QStyledItemDelegate):
    """A drawing, the name, and what the file is; a pencil where it has changes. ``rail`` leaves the drawing."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self.rail = False
        self.ring_shown = False
        """Whether the row with the focus wears a ring: true for those who came by keyboard."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(theme.px(56), theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        file: OpenFile = index.data(FileRole)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = area.adjusted(theme.px(_INSET), 1, -theme.px(_INSET), -1)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("soft" if selected else "hover"))
            painter.drawRoundedRect(ground, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and self.ring_shown:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 5, 5)
        side = theme.px(20)
        left = (area.width() - side) // 2 if self.rail else theme.px(_SIDE)
        place = QRect(area.left() + left, area.center().y() - side // 2 + 1, side, side)
        self._draw(painter, area, place, self._drawing(file), "accent" if selected else "text2")
        if self.rail and file.unsaved:
            corner = QRect(place.right() - theme.px(4), place.bottom() - theme.px(6), theme.px(_MARK), theme.px(_MARK))
            self._draw(painter, area, corner, "pencil", "pend")
        if not self.rail:
            self._words(painter, area, file, selected=selected)
        painter.restore()

    @staticmethod
    def _drawing(file: OpenFile) -> str:
        return "caution" if file.state is FileState.FAILED else "file"

    def _words(self, painter: QPainter, area: QRect, file: OpenFile, *, selected: bool) -> None:
        left, right = theme.px(_TEXT_LEFT), theme.px(_SIDE)
        width = area.width() - left - right
        first = QRect(area.left() + left, area.top() + theme.px(4), width, theme.px(20))
        second = first.translated(0, theme.px(20))
        if file.unsaved:
            mark = theme.px(_MARK)
            at = QRect(first.right() - mark + 1, first.center().y() - mark // 2, mark, mark)
            self._draw(painter, area, at, "pencil", "pend")
            first.setWidth(width - mark - theme.px(6))
        self._line(painter, area, first, file.name, (theme.ui_font(13, QFont.Weight.Medium), "text"))
        self._line(painter, area, second, file.words, (theme.ui_font(12), "text2" if selected else "text3"))

    def _line(self, painter: QPainter, area: QRect, place: QRect, text: str, look: tuple[QFont, str]) -> None:
        """``look`` is the font and the colour's token."""
        font, token = look
        painter.setFont(font)
        painter.setPen(theme.color(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
        leading = QStyle.visualAlignment(self._view.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        where = QStyle.visualRect(self._view.layoutDirection(), area, place)
        painter.drawText(where, int(leading | Qt.AlignmentFlag.AlignVCenter), shown)

    def _draw(self, painter: QPainter, area: QRect, place: QRect, name: str, token: str) -> None:
        size = place.width() / theme.notifier().scale
        drawn = icons.pixmap(name, token, size, painter.device().devicePixelRatioF())
        painter.drawPixmap(QStyle.visualRect(self._view.layoutDirection(), area, place), drawn)


class FileList(QListView):
    """The arrow keys show a file, Enter goes to its page, Delete closes it, and the Menu key offers all of it."""

    chosen = Signal(object)
    """The user moved to this :class:`OpenFile`."""
    opened = Signal(object)
    """The user pressed Enter on it, or double-clicked it."""
    close_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    """What can be done with the file is asked for; the place is on the screen."""

    def __init__(self, model: FileModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = model
        self._quiet = False
        self._delegate = _Delegate(self)
        self.setAccessibleName(tr("Files"))
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.doubleClicked.connect(self._open)
        model.rowsInserted.connect(self.updateGeometry)
        model.rowsRemoved.connect(self.updateGeometry)
        theme.notifier().changed.connect(self._theme_changed)

    def set_rail(self, rail: bool) -> None:
        self._delegate.rail = rail
        self.scheduleDelayedItemsLayout()

    def select(self, file: OpenFile | None) -> None:
        """Marks the row of ``file`` without telling anyone; nothing is marked for ``None``."""
        index = self._files.index_of(file)
        self._quiet = True
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            self.selectionModel().clear()
        self._quiet = False

    def sizeHint(self) -> QSize:
        """What the rows need; more of them scroll."""
        return QSize(super().sizeHint().width(), theme.px(_ROW) * min(self._files.rowCount(), _MOST_ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.px(_ROW))

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        file = self._files.file_at(current)
        if not self._quiet and file is not None:
            self.chosen.emit(file)

    def rowsAboutToBeRemoved(self, parent: AnyIndex, start: int, end: int) -> None:
        # The view moves on from a row that goes. The user has not moved.
        self._quiet = True
        super().rowsAboutToBeRemoved(parent, start, end)
        self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        file = self._files.file_at(self.currentIndex())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and file is not None:
            self.close_wanted.emit(file)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        if event.button() == Qt.MouseButton.RightButton:
            return  # a menu for a file does not show it
        super().mousePressEvent(event)
        # A file that was current already, while a reader was shown.
        file = self._files.file_at(self.indexAt(event.position().toPoint()))
        if file is not None:
            self.chosen.emit(file)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_ring(event.reason() is not Qt.FocusReason.MouseFocusReason)
        # Without a current row the base class makes the first one current: a place to start from, no choice yet.
        self._quiet = True
        super().focusInEvent(event)
        self._quiet = False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        file = self._files.file_at(index)
        if file is not None:
            place = self.visualRect(index).center() if by_key else event.pos()
            self.menu_wanted.emit(file, self.viewport().mapToGlobal(place))

    def _open(self, index: AnyIndex) -> None:
        if (file := self._files.file_at(index)) is not None:
            self.opened.emit(file)

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()

    def _theme_changed(self) -> None:
        self.viewport().update()


class FileSection(QWidget):
    """A heading and the list."""

    def __init__(self, model: FileModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.list = FileList(model, self)
        self._heading = label(tr("Files"), "group")
        self._heading.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        self._heading.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._heading)
        column.addWidget(self.list)
        model.rowsInserted.connect(self._settle)
        model.rowsRemoved.connect(self._settle)
        self._settle()

    def set_rail(self, rail: bool) -> None:
        """A rail has room for the drawings alone."""
        self.list.set_rail(rail)
        self._heading.setVisible(not rail)

    def _settle(self) -> None:
        self.setVisible(self._model.rowCount() > 0)
        self.updateGeometry()
