"""The records of a message as a Qt list: each with what it is, what it says, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.ndef.contents import URI, Content, Uri
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import NdefRecord, Tnf
from cardscope_gui.ndef.forms.form import Form
from cardscope_gui.ndef.words import counted, gist, icon_of, kind_name, no_link, technical, tr

AnyIndex = QModelIndex | QPersistentModelIndex
EntryRole: Final = int(Qt.ItemDataRole.UserRole)
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Entry:
    """One record; or one that is still being filled in, which has none."""

    kind: str
    icon: str
    gist: str
    technical: str = ""
    record: NdefRecord | None = None
    content: Content | None = None
    problems: tuple[str, ...] = ()
    form: Form | None = None
    """That of one that is still being filled in."""

    @classmethod
    def of(cls, record: NdefRecord) -> "Entry":
        """What there is to say of ``record``."""
        content, problems = _decoded(record.tnf, record.type, record.payload)
        type_ = technical(record)
        if len(record.chunks) > 1:
            type_ = f"{type_} · {tr('in {0} chunks').format(len(record.chunks))}"
        problems = (*record.problems, *problems)
        if isinstance(content, Uri) and not URI.fullmatch(content.uri):
            problems = (*problems, no_link())
        if record.chunks and record.chunks[-1].announced > len(record.chunks[-1].payload):
            cut = tr("It is cut off: {0} of {1} bytes are there.")
            problems = (*problems, cut.format(len(record.chunks[-1].payload), record.chunks[-1].announced))
        return cls(kind_name(content), icon_of(content), gist(content), type_, record, content, problems)

    @property
    def spoken(self) -> str:
        """All of it for a screen reader."""
        wrong = counted(len(self.problems), tr("{0} problem"), tr("{0} problems")) if self.problems else ""
        return ", ".join(part for part in (self.kind, self.gist, self.technical, wrong) if part)


@lru_cache(maxsize=512)
def _decoded(tnf: Tnf, type_: bytes, payload: bytes) -> tuple[Content, tuple[str, ...]]:
    """While somebody types into one record, the others need not be decoded again."""
    return content_of(NdefRecord(tnf, type_, b"", payload, ()))


class EntryModel(QAbstractListModel):
    """Rows change in place, so that a view keeps its current row while somebody types."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Shows ``entries`` in place of those before."""
        before, after = len(self._entries), len(entries)
        common = min(before, after)
        differing = [row for row in range(common) if entries[row] != self._entries[row]]
        self._entries[:common] = entries[:common]
        if after > before:
            self.beginInsertRows(_ROOT, before, after - 1)
            self._entries.extend(entries[before:])
            self.endInsertRows()
        elif after < before:
            self.beginRemoveRows(_ROOT, after, before - 1)
            del self._entries[after:]
            self.endRemoveRows()
        if differing:
            self.dataChanged.emit(self.index(differing[0]), self.index(differing[-1]))

    def entry(self, row: int) -> Entry | None:
        """The entry of ``row``; ``None`` without one."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return entry.spoken
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(entry.problems) or None
            case _ if role == EntryRole:
                return entry
            case _:
                return None
