"""Bytes above, their fields below, linked: what is pointed at or current on one side is marked on the other."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cardscope.fields import Field
from cardscope_gui import theme
from cardscope_gui.fields.byte_view import ByteView
from cardscope_gui.fields.field_model import FieldModel
from cardscope_gui.fields.field_tree import FieldTree

_NO_SPAN = (0, 0)
_GAP = 12


class FieldsView(QWidget):
    """Shows any decoded bytes: a :class:`ByteView` and a :class:`FieldTree` of one :class:`Field`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FieldModel(self)
        self.bytes = ByteView(self)
        self.tree = FieldTree(self.model, self)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.set_compact(False)
        layout.addWidget(self.bytes)
        layout.addWidget(self.tree, 1)
        self.setFocusProxy(self.tree)
        self.bytes.hovered.connect(self._byte_hovered)
        self.bytes.current_changed.connect(self._byte_current)
        self.tree.hovered.connect(self._item_hovered)
        self.tree.current_changed.connect(self._item_current)

    def show_fields(self, data: bytes, root: Field | None, hidden: Sequence[tuple[int, int]] = ()) -> None:
        """Shows ``data`` with the fields below ``root``. The bytes within the spans ``hidden`` are secrets: only their
        places are shown; ``root`` is to be without them."""
        self.model.set_root(root)
        self.tree.expandAll()
        self.bytes.show_bytes(data, self.model.leaf_spans(), self._meaning_of, hidden)

    def set_compact(self, compact: bool) -> None:
        """Compact, there is no gap between bytes and fields."""
        self._column.setSpacing(0 if compact else theme.px(_GAP))

    def _meaning_of(self, offset: int) -> str:
        found = self.model.field_of(self.model.index_at(offset))
        if found is None:
            return ""
        return ": ".join(part for part in (found.name, found.meaning, *found.problems) if part)

    def _span_of(self, index: QModelIndex) -> tuple[int, int]:
        found = self.model.field_of(index)
        return _NO_SPAN if found is None else found.span

    def _byte_hovered(self, offset: int) -> None:
        index = self.model.index_at(offset)
        self.tree.mark(index)
        self.bytes.mark_hover(self._span_of(index))

    def _byte_current(self, offset: int) -> None:
        index = self.model.index_at(offset)
        if index != self.tree.currentIndex().siblingAtColumn(0):
            self.tree.setCurrentIndex(index)
        self.bytes.mark_current(self._span_of(index))

    def _item_hovered(self, index: QModelIndex) -> None:
        self.tree.mark(index)
        self.bytes.mark_hover(self._span_of(index))

    def _item_current(self, index: QModelIndex) -> None:
        self.bytes.mark_current(self._span_of(index))
