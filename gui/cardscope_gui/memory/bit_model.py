"""The bits of one byte of a page as a list, for view and screen reader."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.memory.page_bits import Bit
from cardscope.memory.wording import pages_text, sentence
from cardscope_gui.memory.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex


class BitModel(QAbstractListModel):
    """``choose`` is called with a bit and the value that the user wants it to have."""

    BitRole = Qt.ItemDataRole.UserRole

    def __init__(self, choose: Callable[[Bit, int], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bits: tuple[Bit, ...] = ()
        self._choose = choose

    @property
    def bits(self) -> tuple[Bit, ...]:
        return self._bits

    def show_bits(self, bits: Sequence[Bit]) -> None:
        """Shows ``bits``; the same ones with other values keep their rows."""
        bits = tuple(bits)
        if [bit.place for bit in bits] != [bit.place for bit in self._bits]:
            self.beginResetModel()
            self._bits = bits
            self.endResetModel()
        elif bits != self._bits:
            self._bits = bits
            self.dataChanged.emit(self.index(0), self.index(len(bits) - 1))

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._bits)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        bit = self._bits[index.row()]
        match role:
            case BitModel.BitRole:
                return bit
            case Qt.ItemDataRole.DisplayRole:
                return f"{bit.name} {subject(bit)}".rstrip()
            case Qt.ItemDataRole.CheckStateRole if bit.is_flag:
                return Qt.CheckState.Checked if bit.wanted else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.EditRole:
                return value_text(bit.wanted)
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(bit)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(part for part in (bit.meaning, bit.why_not) if part)
            case _:
                return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        bit = self._bits[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self._choose(bit, int(Qt.CheckState(value) is Qt.CheckState.Checked))
            return True
        if role == Qt.ItemDataRole.EditRole and isinstance(value, int):
            self._choose(bit, value)
            return True
        return False

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        bit = self._bits[index.row()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if bit.is_flag:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif bit.editable and not bit.choices:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags


def subject(bit: Bit) -> str:
    """What a lock bit is about; empty for others."""
    return sentence(pages_text(bit.pages)) if bit.pages else ""


def effect(bit: Bit) -> str:
    """What a lock bit does, in as many words as a narrow column has room for beside its name."""
    if bit.name.startswith("BL"):
        return tr("freezes")
    return tr("locks") if len(bit.pages) > 1 else subject(bit)


def value_text(value: int | None) -> str:
    """A field's value in hex and decimal."""
    if value is None:
        return tr("not known")
    return f"{value:02X}h" if value < 10 else f"{value:02X}h · {value}"


def spoken(bit: Bit) -> str:
    """The accessible name."""
    value = (tr("set") if bit.wanted else tr("not set")) if bit.is_flag else value_text(bit.wanted)
    parts = [bit.name, subject(bit), value]
    if bit.wanted != bit.now:
        parts.append(tr("permanent change") if bit.one_way else tr("changed from {0}").format(bit.now))
    elif bit.one_way and bit.editable:
        parts.append(tr("one-way"))
    parts += [bit.meaning, bit.why_not]
    return ", ".join(part.rstrip(".") for part in parts if part)
