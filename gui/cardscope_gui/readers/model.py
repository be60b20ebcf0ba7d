"""The readers as a Qt list: a heading and its rows for PC/SC, and the same for virtual readers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.readers.protocol import ReaderKind, ReaderStatus
from cardscope_gui.readers.loan import Loan
from cardscope_gui.readers.state import reader_words

RowRole = Qt.ItemDataRole.UserRole


class RowKind(Enum):
    HEADING = auto()
    READER = auto()
    NONE_YET = auto()
    """Stands where PC/SC readers will appear."""


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    text: str
    status: ReaderStatus | None = None
    hint: str = ""
    """The second line of a row without a reader."""
    loan: Loan = Loan.HOME
    """Where the card of a virtual reader is."""
    card: str = ""
    """What the card was identified as, or empty."""

    @property
    def words(self) -> str:
        """The second line."""
        return reader_words(self.status, self.loan, self.card) if self.status is not None else self.hint

    @property
    def key(self) -> tuple[RowKind, str]:
        """Two rows with one key are one row that changed."""
        return self.kind, self.text


class ReaderModel(QAbstractListModel):
    """PC/SC readers in the order in which they appeared, then the virtual ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers: dict[str, ReaderStatus] = {}
        self._service_stopped = False
        self._loan = Loan.HOME
        self._cards: dict[str, str] = {}
        self._rows: list[Row] = self._laid_out()

    def put(self, status: ReaderStatus) -> None:
        """Adds the reader, or replaces what was known of it."""
        if not status.state.has_card:
            self._cards.pop(status.name, None)
        self._readers[status.name] = status
        self._show(self._laid_out())

    def name_card(self, reader: str, name: str) -> None:
        """What the card in ``reader`` was identified as; it holds until the card is gone."""
        self._cards[reader] = name
        self._show(self._laid_out())

    def remove(self, name: str) -> None:
        self._readers.pop(name, None)
        self._cards.pop(name, None)
        self._show(self._laid_out())

    def replace(self, readers: Iterable[ReaderStatus]) -> None:
        """Forgets all and takes ``readers`` instead."""
        self._readers = {status.name: status for status in readers}
        self._show(self._laid_out())

    def set_service_stopped(self, stopped: bool) -> None:
        """Without the service it would be wrong to ask for a reader to be plugged in."""
        self._service_stopped = stopped
        self._show(self._laid_out())

    def set_loan(self, loan: Loan) -> None:
        """Where the card of the app's virtual reader is."""
        self._loan = loan
        self._show(self._laid_out())

    @property
    def readers(self) -> tuple[ReaderStatus, ...]:
        return tuple(row.status for row in self._rows if row.status is not None)

    def status(self, name: str | None) -> ReaderStatus | None:
        return self._readers.get(name) if name is not None else None

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, name: str | None) -> QModelIndex:
        """The index of the reader's row; invalid when there is no such reader."""
        for number, row in enumerate(self._rows):
            if row.status is not None and row.status.name == name:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        row = self.row_at(index)
        if row is None or row.kind is not RowKind.READER:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        if role == RowRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) and row.status is not None:
            joint = "\n" if role == Qt.ItemDataRole.ToolTipRole else ", "
            return row.text + joint + row.words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}. {row.hint}" if row.hint else row.text
        return None

    def _laid_out(self) -> list[Row]:
        def rows_of(kind: ReaderKind, loan: Loan) -> list[Row]:
            return [
                Row(RowKind.READER, status.name, status, loan=loan, card=self._cards.get(status.name, ""))
                for status in self._readers.values()
                if status.kind is kind
            ]

        real, virtual = rows_of(ReaderKind.PCSC, Loan.HOME), rows_of(ReaderKind.VIRTUAL, self._loan)
        rows = [Row(RowKind.HEADING, self.tr("Readers"))]
        hint = (
            self.tr("They need the PC/SC service") if self._service_stopped else self.tr("Plug one in, it appears here")
        )
        rows += real or [Row(RowKind.NONE_YET, self.tr("No PC/SC reader"), hint=hint)]
        if virtual:
            rows += [Row(RowKind.HEADING, self.tr("Virtual readers")), *virtual]
        return rows

    def _show(self, wanted: list[Row]) -> None:
        """Tells views exactly which rows went, came and changed, so that selection and focus stay where they are."""
        old_keys, new_keys = [row.key for row in self._rows], [row.key for row in wanted]
        head = 0
        while head < min(len(old_keys), len(new_keys)) and old_keys[head] == new_keys[head]:
            head += 1
        tail = 0
        while tail < min(len(old_keys), len(new_keys)) - head and old_keys[-1 - tail] == new_keys[-1 - tail]:
            tail += 1
        nowhere = QModelIndex()
        if len(old_keys) > head + tail:
            self.beginRemoveRows(nowhere, head, len(old_keys) - tail - 1)
            del self._rows[head : len(old_keys) - tail]
            self.endRemoveRows()
        if len(new_keys) > head + tail:
            self.beginInsertRows(nowhere, head, len(new_keys) - tail - 1)
            self._rows[head:head] = wanted[head : len(new_keys) - tail]
            self.endInsertRows()
        for number, (old, new) in enumerate(zip(self._rows, wanted, strict=True)):
            if old != new:
                self._rows[number] = new
                self.dataChanged.emit(self.index(number), self.index(number))
