"""The library's entries as a Qt list: under their groups, what fits first, and what does not with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.library import Context, Entry, why_not

AnyIndex = QModelIndex | QPersistentModelIndex
RowRole: Final = int(Qt.ItemDataRole.UserRole)
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """An entry, and why it does not fit; or a heading, which has no entry. ``section``: that of all that do not fit."""

    text: str
    entry: Entry | None = None
    reason: str = ""
    section: bool = False


class LibraryModel(QAbstractListModel):
    """Shows entries for a :class:`~cardscope.library.Context`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LibraryRow] = []

    def show_entries(self, entries: Sequence[Entry], context: Context) -> None:
        """Shows ``entries``, those that fit ``context`` first."""
        judged = [(entry, why_not(entry, context)) for entry in entries]
        fitting = [LibraryRow(entry.name, entry) for entry, reason in judged if not reason]
        others = [LibraryRow(entry.name, entry, reason) for entry, reason in judged if reason]
        rows = _under_groups(fitting)
        if others:
            words = self.tr("Does not fit this reader and card") if fitting else self.tr("Nothing of this fits here")
            rows = [*rows, LibraryRow(words, section=True), *_under_groups(others)]
        if not rows:
            rows = [LibraryRow(self.tr("No command is like that."))]
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row_at(self, index: AnyIndex) -> LibraryRow | None:
        """The row of ``index``; ``None`` without one."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, entry: Entry | None) -> QModelIndex:
        """The row of ``entry``, by its group and name: a file that was read anew has other objects; else the first
        entry's. Invalid where no entry is shown."""
        wanted = (entry.group, entry.name) if entry is not None else None
        first = QModelIndex()
        for number, row in enumerate(self._rows):
            if row.entry is None:
                continue
            if (row.entry.group, row.entry.name) == wanted:
                return self.index(number)
            if not first.isValid():
                first = self.index(number)
        return first

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        row = self.row_at(index)
        if row is None or row.entry is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Qt.ItemDataRole.AccessibleTextRole if row.entry is not None:
                return ", ".join(filter(None, (row.text, row.entry.group, row.reason)))
            case Qt.ItemDataRole.ToolTipRole:
                return row.reason or None
            case _ if role == RowRole:
                return row
            case _:
                return None


def _under_groups(rows: list[LibraryRow]) -> list[LibraryRow]:
    shown: list[LibraryRow] = []
    group = ""
    for row in rows:
        if row.entry is not None and row.entry.group != group:
            group = row.entry.group
            shown.append(LibraryRow(group))
        shown.append(row)
    return shown
