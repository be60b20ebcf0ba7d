"""A :class:`~cardscope.fields.Field` tree as a Qt item model."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from cardscope.decode.hex import format_hex
from cardscope.fields import Field

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Column(IntEnum):
    """The model's columns."""

    FIELD = 0
    VALUE = 1
    MEANING = 2


@dataclass(slots=True)
class _Node:
    shown: Field
    parent: int | None
    row: int
    children: list[int] = field(default_factory=list[int])


def spaced_value(shown: Field) -> str:
    """The value of ``shown``; where it spells the field's bytes in hex, with a space between the bytes."""
    count = shown.span[1] - shown.span[0]
    if shown.bits is not None or count < 2 or len(shown.value) != 2 * count:
        return shown.value
    try:
        return format_hex(bytes.fromhex(shown.value), " ")
    except ValueError:
        return shown.value


def whole_meaning(shown: Field) -> str:
    """What ``shown`` means and what is wrong with it, a line each."""
    return "\n".join(part for part in (shown.meaning, *shown.problems) if part)


class FieldModel(QAbstractItemModel):
    """The fields below a root, which itself is not an item: views show it as their title.

    Items carry their number in depth-first order as ``internalId``, so no Python object hangs on an index.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._nodes: list[_Node] = []
        self._top: list[int] = []

    def set_root(self, root: Field | None) -> None:
        """Shows the children of ``root``; a root without children is shown itself."""
        self.beginResetModel()
        self._nodes = []
        self._top = []
        if root is not None:
            for row, child in enumerate(root.children or (root,)):
                self._top.append(self._add(child, None, row))
        self.endResetModel()

    def _add(self, added: Field, parent: int | None, row: int) -> int:
        number = len(self._nodes)
        self._nodes.append(_Node(added, parent, row))
        for child_row, child in enumerate(added.children):
            self._nodes[number].children.append(self._add(child, number, child_row))
        return number

    def field_of(self, index: AnyIndex) -> Field | None:
        """The field of an item, or ``None`` for an invalid index."""
        return self._nodes[index.internalId()].shown if index.isValid() else None

    def index_at(self, offset: int) -> QModelIndex:
        """The deepest item of whole bytes that holds the byte at ``offset``; invalid where no field holds it.

        Bit fields are left out: a byte stands for all of its bits.
        """
        found: int | None = None
        level = self._top
        while level:
            inside = [
                number
                for number in level
                if self._nodes[number].shown.bits is None
                and self._nodes[number].shown.span[0] <= offset < self._nodes[number].shown.span[1]
            ]
            if not inside:
                break
            found = inside[0]
            level = self._nodes[found].children
        return QModelIndex() if found is None else self._index_of(found)

    def every_index(self) -> list[QModelIndex]:
        """All items, column 0, depth first."""
        return [self._index_of(number) for number in range(len(self._nodes))]

    def leaf_spans(self) -> list[tuple[int, int, bool]]:
        """Start, end and "has a problem" of each innermost field of whole bytes, in the order of the bytes."""
        leaves: list[tuple[int, int, bool]] = []
        for node in self._nodes:
            start, end = node.shown.span
            whole = any(self._nodes[child].shown.bits is None for child in node.children)
            if node.shown.bits is None and not whole and end > start:
                leaves.append((start, end, bool(node.shown.all_problems())))
        return sorted(leaves)

    def _index_of(self, number: int, column: int = 0) -> QModelIndex:
        return self.createIndex(self._nodes[number].row, column, number)

    def _children_of(self, parent: AnyIndex) -> list[int]:
        if not parent.isValid():
            return self._top
        return self._nodes[parent.internalId()].children if parent.column() == 0 else []

    def index(self, row: int, column: int, parent: AnyIndex = _ROOT) -> QModelIndex:
        children = self._children_of(parent)
        if 0 <= row < len(children) and 0 <= column < len(Column):
            return self._index_of(children[row], column)
        return QModelIndex()

    def parent(self, index: AnyIndex) -> QModelIndex:  # type: ignore[override]  # Qt overloads QObject.parent()
        number = self._nodes[index.internalId()].parent if index.isValid() else None
        return QModelIndex() if number is None else self._index_of(number)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return len(self._children_of(parent))

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:  # noqa: ARG002
        return len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Field"), self.tr("Value"), self.tr("Meaning"))[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self.field_of(index)
        if shown is None:
            return None
        match role, index.column():
            case Qt.ItemDataRole.DisplayRole, Column.FIELD:
                return shown.name
            case Qt.ItemDataRole.DisplayRole, Column.VALUE:
                return spaced_value(shown)
            case Qt.ItemDataRole.DisplayRole, Column.MEANING:
                return whole_meaning(shown)
            case Qt.ItemDataRole.ToolTipRole, Column.FIELD:
                return shown.name
            case Qt.ItemDataRole.ToolTipRole, Column.VALUE:
                return spaced_value(shown)
            case Qt.ItemDataRole.AccessibleTextRole, _:
                return self._spoken(shown, index.column())
            case _:
                return None

    def _spoken(self, shown: Field, column: int) -> str:
        if column == Column.FIELD:
            start, end = shown.span
            place = self.tr("byte {0}").format(start) if end - start == 1 else self.tr("bytes {0} to {1}")
            spoken = f"{shown.name}, {place.format(start, end - 1)}"
            return self.tr("{0}, problem").format(spoken) if shown.problems else spoken
        if column == Column.VALUE:
            return shown.value
        problems = (self.tr("problem: {0}").format(problem) for problem in shown.problems)
        return " ".join(part for part in (shown.meaning, *problems) if part)
