"""The list of readers: the arrow keys select, Enter opens, the Menu key offers what a virtual reader can do."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QSizePolicy, QWidget

from cardscope.readers.protocol import ReaderKind
from cardscope_gui import theme
from cardscope_gui.readers.delegate import ReaderDelegate
from cardscope_gui.readers.model import ReaderModel
from cardscope_gui.readers.slot_button import SlotButton

"""Qt's QWIDGETSIZE_MAX."""
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""With other reasons, such as a window that becomes the active one, the ring stays as it was."""


class ReaderList(QListView):
    """Shows a :class:`ReaderModel`, full or as a rail."""

    selected = Signal(str)
    """The user moved to this reader."""
    opened = Signal(str)
    """The user pressed Enter on, or double-clicked, this reader."""
    insert_chosen = Signal(str)
    """The ready card's name."""
    image_wanted = Signal()
    """A card from an image file for the virtual reader."""
    remove_chosen = Signal()
    take_back_chosen = Signal()
    slot_menu_wanted = Signal(QPoint)
    """What the virtual reader can do is asked for; the place is on the screen."""

    def __init__(self, model: ReaderModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readers = model
        self._quiet = False
        self._delegate = ReaderDelegate(self)
        self._delegate.insert_chosen.connect(self.insert_chosen)
        self._delegate.image_wanted.connect(self.image_wanted)
        self._delegate.remove_chosen.connect(self.remove_chosen)
        self._delegate.take_back_chosen.connect(self.take_back_chosen)
        self.setAccessibleName(self.tr("Readers"))
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustIgnored)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.activated.connect(self._open)
        model.rowsInserted.connect(self._rows_inserted)
        model.rowsRemoved.connect(self._rows_removed)
        model.dataChanged.connect(self._refresh_slot_button)
        theme.notifier().changed.connect(self._theme_changed)
        self._add_slot_buttons(0, model.rowCount() - 1)
        self.updateGeometry()

    def _theme_changed(self) -> None:
        # Not connected to viewport().update itself: the first call that hands a QWidget to Python costs 8 ms, which
        # the first picture can do without.
        self.viewport().update()

    def set_rail(self, rail: bool) -> None:
        if rail == self._delegate.rail:
            return
        self._delegate.rail = rail
        if rail:
            for row in range(self._readers.rowCount()):
                self.closePersistentEditor(self._readers.index(row))
        else:
            self._add_slot_buttons(0, self._readers.rowCount() - 1)
        self.updateGeometry()
        self.scheduleDelayedItemsLayout()

    def sizeHint(self) -> QSize:
        """What the rows need: recent cards get the rest of the sidebar."""
        rows = sum(self.sizeHintForRow(row) for row in range(self._readers.rowCount()))
        return QSize(super().sizeHint().width(), rows + theme.px(8))

    def select(self, name: str | None) -> None:
        """Marks the reader's row without telling anyone; nothing is marked for ``None``."""
        index = self._readers.index_of(name)
        # The selection model itself stays loud, or the view would not repaint.
        self._quiet = True
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            self.selectionModel().clear()
        self._quiet = False

    def slot_button(self, index: QModelIndex | QPersistentModelIndex) -> SlotButton | None:
        """The button at a virtual reader's row."""
        widget = self.indexWidget(index)
        return widget if isinstance(widget, SlotButton) else None

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        row = self._readers.row_at(current)
        if not self._quiet and row is not None and row.status is not None:
            self.selected.emit(row.status.name)

    def rowsAboutToBeRemoved(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        # View and selection model, each for itself, move on from a current row that goes. The user has not moved.
        self._quiet = True
        super().rowsAboutToBeRemoved(parent, start, end)

    def edit(self, *_: object) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] overloaded in Qt
        """Nothing is edited here. The base class would give the focus to the slot button of the row that is reached."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # QAbstractItemView leaves Enter to the platform's habits, and on macOS it would edit.
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reason = event.reason()
        if reason in _BY_KEYBOARD:
            self._show_ring(True)
        elif reason is Qt.FocusReason.MouseFocusReason:
            self._show_ring(False)
        # Without a current row the base class makes the first one current: a place to start from, no choice yet.
        self._quiet = True
        super().focusInEvent(event)
        self._quiet = False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self._readers.row_at(index)
        if row is None or row.status is None or row.status.kind is not ReaderKind.VIRTUAL:
            return
        place = self.visualRect(index).center() if by_key else event.pos()
        self.slot_menu_wanted.emit(self.viewport().mapToGlobal(place))

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        row = self._readers.row_at(index)
        if row is None or row.status is None:
            return
        self.opened.emit(row.status.name)

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()

    def _rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.updateGeometry()
        self._add_slot_buttons(first, last)

    def _rows_removed(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        self.updateGeometry()
        self._quiet = False

    def _add_slot_buttons(self, first: int, last: int) -> None:
        if self._delegate.rail:
            return
        for number in range(first, last + 1):
            index = self._readers.index(number)
            row = self._readers.row_at(index)
            if row is not None and row.status is not None and row.status.kind is ReaderKind.VIRTUAL:
                self.openPersistentEditor(index)
                if (button := self.slot_button(index)) is not None:
                    QWidget.setTabOrder(self, button)

    def _refresh_slot_button(self, index: QModelIndex, _last: QModelIndex, _roles: list[int]) -> None:
        if (button := self.slot_button(index)) is not None:
            self._delegate.setEditorData(button, index)
            self.updateEditorGeometries()
