"""The commands that a search of the history found, as a Qt list."""

import time
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from cardscope.store.history import HistoryEntry
from cardscope_gui.recent.words import when_words

AnyIndex = QModelIndex | QPersistentModelIndex
EntryRole: Final = int(Qt.ItemDataRole.UserRole)
WhenRole: Final = EntryRole + 1
_ROOT = QModelIndex()


class HistoryModel(QAbstractListModel):
    """Shows :class:`HistoryEntry`, the latest first. Editing a row gives its command a name."""

    rename_wanted = Signal(object, str)
    """A :class:`HistoryEntry` is to be called so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[HistoryEntry] = []

    def show_entries(self, entries: Sequence[HistoryEntry]) -> None:
        """Takes ``entries`` in place of those that were shown. Rows of the same command stay rows, so a selection
        stays."""
        same = [entry.id for entry in entries] == [entry.id for entry in self._entries]
        if not same:
            self.beginResetModel()
        self._entries = list(entries)
        if not same:
            self.endResetModel()
        elif entries:
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))

    def entry_at(self, index: AnyIndex) -> HistoryEntry | None:
        return self._entries[index.row()] if index.isValid() and index.row() < len(self._entries) else None

    def row_of(self, entry_id: int) -> QModelIndex:
        """The index of the command's row; invalid when it is not listed."""
        found = (self.index(row) for row, entry in enumerate(self._entries) if entry.id == entry_id)
        return next(found, QModelIndex())

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry_at(index)
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.name or entry.summary
            case Qt.ItemDataRole.EditRole:
                return entry.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(entry)
            case Qt.ItemDataRole.ToolTipRole:
                lines = (entry.name, entry.summary, self._secrets(entry), entry.reader)
                return "\n".join(line for line in lines if line)
            case _ if role == EntryRole:
                return entry
            case _ if role == WhenRole:
                return when_words(entry.sent, time.time())
            case _:
                return None

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entry_at(index)
        if entry is None or role != Qt.ItemDataRole.EditRole or str(value).strip() == entry.name:
            return False
        self.rename_wanted.emit(entry, str(value))
        return True

    def _spoken(self, entry: HistoryEntry) -> str:
        parts = [
            entry.name,
            self.tr("favourite") if entry.favourite else "",
            entry.summary,
            " ".join(f"{byte:02X}" for byte in _visible(entry)),
            self._secrets(entry),
            when_words(entry.sent, time.time()),
        ]
        return ", ".join(part for part in parts if part)

    def _secrets(self, entry: HistoryEntry) -> str:
        count = sum(end - start for start, end in entry.command.secrets)
        if count == 1:
            return self.tr("1 secret byte not kept")
        return self.tr("{0} secret bytes not kept").format(count) if count else ""


def _visible(entry: HistoryEntry) -> list[int]:
    hidden = {place for start, end in entry.command.secrets for place in range(start, end)}
    return [byte for place, byte in enumerate(entry.command.known) if place not in hidden]
