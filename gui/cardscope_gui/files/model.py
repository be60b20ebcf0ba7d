"""The open files as a Qt list, in the order in which they were opened."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope_gui.files.open_file import OpenFile
from cardscope_gui.files.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex
FileRole = Qt.ItemDataRole.UserRole


class FileModel(QAbstractListModel):
    """A row a file."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[OpenFile] = []

    @property
    def files(self) -> list[OpenFile]:
        """All of them."""
        return list(self._files)

    def add(self, file: OpenFile) -> None:
        """Puts ``file`` at the end."""
        self.beginInsertRows(QModelIndex(), len(self._files), len(self._files))
        self._files.append(file)
        self.endInsertRows()
        file.changed.connect(self._changed)

    def remove(self, file: OpenFile) -> None:
        """Takes ``file`` off the list."""
        row = self._files.index(file)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._files[row]
        self.endRemoveRows()
        file.changed.disconnect(self._changed)

    def file_at(self, index: AnyIndex) -> OpenFile | None:
        return self._files[index.row()] if index.isValid() and index.row() < len(self._files) else None

    def index_of(self, file: OpenFile | None) -> QModelIndex:
        """The index of the file's row; invalid when it is not open."""
        return self.index(self._files.index(file)) if file is not None and file in self._files else QModelIndex()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._files)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        file = self.file_at(index)
        if file is None:
            return None
        if role == FileRole:
            return file
        if role == Qt.ItemDataRole.DisplayRole:
            return file.name
        unsaved = tr("not saved") if file.unsaved else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(line for line in (str(file.path), file.words, unsaved) if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (file.name, file.words, unsaved) if part)
        return None

    def _changed(self) -> None:
        file = self.sender()
        if isinstance(file, OpenFile):
            index = self.index_of(file)
            self.dataChanged.emit(index, index)
