"""The recent cards as a Qt list, the latest first."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope_gui.header.identity import spaced_hex
from cardscope_gui.recent.words import when_words

CardRole = Qt.ItemDataRole.UserRole
WhenRole = Qt.ItemDataRole.UserRole + 1

if TYPE_CHECKING:
    from cardscope.store.recent_cards import RecentCard


class RecentModel(QAbstractListModel):
    """What :class:`~cardscope.store.recent_cards.RecentCards` lists. Cards that are on a reader now say so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[RecentCard] = []
        self._present: frozenset[bytes] = frozenset()

    def show_cards(self, cards: "Sequence[RecentCard]") -> None:
        """Takes ``cards`` in place of those that were shown. Rows of the same card stay rows, so a selection stays."""
        if [card.uid for card in cards] == [card.uid for card in self._cards]:
            self._cards = list(cards)
            self._all_changed()
            return
        self.beginResetModel()
        self._cards = list(cards)
        self.endResetModel()

    def set_present(self, uids: frozenset[bytes]) -> None:
        """Which UIDs are on a reader at this moment."""
        if uids != self._present:
            self._present = uids
            self._all_changed()

    def card_at(self, index: QModelIndex | QPersistentModelIndex) -> "RecentCard | None":
        return self._cards[index.row()] if index.isValid() and index.row() < len(self._cards) else None

    def row_of(self, uid: bytes) -> QModelIndex:
        """The index of the card's row; invalid when it is not listed."""
        return next((self.index(row) for row, card in enumerate(self._cards) if card.uid == uid), QModelIndex())

    def is_present(self, card: "RecentCard") -> bool:
        return card.uid in self._present

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        card = self.card_at(index)
        if card is None:
            return None
        if role == CardRole:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return self._name(card)
        if role == WhenRole:
            return self._when(card)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [self._name(card), spaced_hex(card.uid), self.kind(card), self._when(card), card.notes]
            return "\n".join(line for line in lines if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = [self._name(card), self.kind(card), spaced_hex(card.uid), self._when(card)]
            return ", ".join(part for part in parts if part)
        return None

    def kind(self, card: "RecentCard") -> str:
        """What the name leaves unsaid: the chip where the name is the user's, and that the card is a virtual one."""
        chip = card.chip if card.nickname else ""
        virtual = self.tr("virtual") if card.virtual else ""
        return ", ".join(part for part in (chip, virtual) if part)

    def _name(self, card: "RecentCard") -> str:
        return card.nickname or card.chip or self.tr("Card without a name")

    def _when(self, card: "RecentCard") -> str:
        return self.tr("Now") if self.is_present(card) else when_words(card.last_seen, time.time())

    def _all_changed(self) -> None:
        if self._cards:
            self.dataChanged.emit(self.index(0), self.index(len(self._cards) - 1))
