"""The list of recent cards: Enter names one, the Menu key offers all that can be done."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from cardscope_gui import theme
from cardscope_gui.header.identity import spaced_hex
from cardscope_gui.recent.delegate import RecentDelegate
from cardscope_gui.recent.model import RecentModel

if TYPE_CHECKING:
    from cardscope.store.recent_cards import RecentCard


class RecentList(QListView):
    """Shows a :class:`RecentModel`."""

    chosen = Signal(object)
    """The user clicked a :class:`RecentCard` or moved to it."""
    describe_wanted = Signal(object)
    """The user wants to name a :class:`RecentCard`."""
    forget_wanted = Signal(object)

    def __init__(self, model: RecentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = model
        self._delegate = RecentDelegate(self)
        self.setAccessibleName(self.tr("Recent cards"))
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.activated.connect(self._describe)
        theme.notifier().changed.connect(self._theme_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            # QAbstractItemView leaves Enter to the platform's habits, and on macOS it would edit.
            self._describe(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete:
            self._forget(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_ring(event.reason() is not Qt.FocusReason.MouseFocusReason)
        super().focusInEvent(event)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if (card := self._cards.card_at(current)) is not None and self.hasFocus():
            self.chosen.emit(card)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        card = self._cards.card_at(index)
        if card is not None:
            place = self.visualRect(index).center() if by_key else event.pos()
            self._open_menu(card, self.viewport().mapToGlobal(place))

    def _open_menu(self, card: "RecentCard", place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Name and notes…")).triggered.connect(lambda: self.describe_wanted.emit(card))
        copy = menu.addAction(self.tr("Copy UID"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(spaced_hex(card.uid)))
        menu.addSeparator()
        menu.addAction(self.tr("Forget this card…")).triggered.connect(lambda: self.forget_wanted.emit(card))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _describe(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if (card := self._cards.card_at(index)) is not None:
            self.describe_wanted.emit(card)

    def _forget(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if (card := self._cards.card_at(index)) is not None:
            self.forget_wanted.emit(card)

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()

    def _theme_changed(self) -> None:
        self.viewport().update()
