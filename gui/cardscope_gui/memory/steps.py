"""Where the cursor of the page table goes by keys: over bytes and folded runs, never onto a heading."""

from PySide6.QtCore import QModelIndex, Qt

from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.memory.model import ASCII, FIRST_BYTE, PageModel
from cardscope_gui.memory.rows import RowKind


class Steps:
    def __init__(self, model: PageModel) -> None:
        self._model = model

    def target(self, index: QModelIndex, key: Qt.Key, in_view: int, *, control: bool) -> QModelIndex | None:
        """Where ``key`` leads from ``index``; ``None`` for a key that does not move. ``in_view`` is how many rows the
        view shows."""
        row, column = index.row(), index.column()
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                return self.by(index, 1 if key is Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                step = 1 if key is Qt.Key.Key_Down else -1
                return self._model.index(self._skip_headings(row + step, step, row), column)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                step = 1 if key is Qt.Key.Key_PageDown else -1
                wanted = min(max(row + step * max(1, in_view - 1), 0), self._model.rowCount() - 1)
                return self._model.index(self._skip_headings(wanted, step, row), column)
            case Qt.Key.Key_Home:
                return self._model.index(self._skip_headings(0, 1, row) if control else row, FIRST_BYTE)
            case Qt.Key.Key_End:
                return self._model.index(self._model.rowCount() - 1 if control else row, FIRST_BYTE + PAGE_SIZE - 1)
            case _:
                return None

    def by(self, index: QModelIndex, step: int) -> QModelIndex:
        """The byte or fold row after ``index`` (``step`` 1) or before it (-1)."""
        row, column = index.row(), index.column() + step
        if self._model.row(row).kind is RowKind.PAGE and FIRST_BYTE <= column < ASCII:
            return self._model.index(row, column)
        following = self._skip_headings(row + step, step, row)
        if following == row:
            return index
        return self._model.index(following, FIRST_BYTE if step > 0 else FIRST_BYTE + PAGE_SIZE - 1)

    def _skip_headings(self, row: int, step: int, here: int) -> int:
        """``row``, or the next one in that direction that can have the cursor; ``here`` where there is none."""
        while 0 <= row < self._model.rowCount():
            if self._model.row(row).kind is not RowKind.SECTOR:
                return row
            row += step
        return here
