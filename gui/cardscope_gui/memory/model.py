"""The page table's model: rows of pages, folded runs and sectors over a document, for view and screen reader."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.memory.assessment import NOTHING, Assessment
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.line_maker import LineMaker
from cardscope_gui.memory.lines import FoldLine, Line, PageLine, SectorLine
from cardscope_gui.memory.rows import Row, RowKind, rows, runs
from cardscope_gui.memory.words import tr

AnyIndex = QModelIndex | QPersistentModelIndex
PAGE, ASCII, AREA, ACCESS = 0, 5, 6, 7
FIRST_BYTE = 1
"""The column of byte 0 of a page."""


class PageModel(QAbstractTableModel):
    """Without a document it is empty."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: MemoryDocument | None = None
        self._maker: LineMaker | None = None
        self._runs: tuple[range, ...] = ()
        self._opened: set[int] = set()
        self._rows: list[Row] = []
        self._row_of: dict[int, int] = {}
        self._assessment = NOTHING

    @property
    def document(self) -> MemoryDocument | None:
        return self._document

    def set_document(self, document: MemoryDocument | None) -> None:
        """Shows ``document``, or nothing."""
        if document is self._document:
            return
        if self._document is not None:
            self._document.changed.disconnect(self._changed)
            self._document.rebased.disconnect(self._rebuild)
        self._document = document
        self._opened.clear()
        if document is not None:
            document.changed.connect(self._changed)
            document.rebased.connect(self._rebuild)
        self._rebuild()

    def set_assessment(self, assessment: Assessment) -> None:
        """What the staged changes come to."""
        if assessment != self._assessment:
            self._assessment = assessment
            if self._maker is not None and self._maker.set_assessment(assessment):
                self._all_changed()

    def row(self, number: int) -> Row:
        return self._rows[number]

    def line(self, number: int) -> Line:
        """What row ``number`` shows."""
        assert self._maker is not None
        return self._maker.line(self._rows[number])

    def row_of(self, place: int) -> int:
        """The row that shows the page at ``place`` of the document's pages: its own, or that of its folded run."""
        return self._row_of[place]

    def positions(self, number: int) -> range:
        """The positions in the document of all bytes that row ``number`` stands for."""
        row = self._rows[number]
        return range(PAGE_SIZE * row.first, PAGE_SIZE * (row.first + (0 if row.opened else row.count)))

    def toggle(self, number: int) -> int | None:
        """Opens or folds the run that the pages of row ``number`` are in, and returns the row where it begins now;
        ``None`` where they are in no run."""
        run = self._run_at(self._rows[number].first)
        if run is None:
            return None
        self._opened ^= {run.start}
        self._arrange(self._made())
        return next(
            at for at, row in enumerate(self._rows) if row.first == run.start and row.kind is not RowKind.SECTOR
        )

    def open_to(self, place: int) -> int:
        """Makes the page at ``place`` visible and returns its row."""
        run = self._run_at(place)
        if run is not None and self._rows[self._row_of[place]].kind is RowKind.FOLD:
            self._opened.add(run.start)
            self._arrange(self._made())
        return self._row_of[place]

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else ACCESS + 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        line, column = self.line(index.row()), index.column()
        match line:
            case SectorLine():
                return line.text
            case FoldLine():
                return line.spoken
            case PageLine():
                return self._page_data(line, column, spoken=role == Qt.ItemDataRole.AccessibleTextRole)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if FIRST_BYTE <= section < ASCII:
            return str(section - FIRST_BYTE)
        return {PAGE: tr("Page"), ASCII: tr("ASCII"), AREA: tr("Area"), ACCESS: tr("Access")}[section]

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

    def _page_data(self, line: PageLine, column: int, *, spoken: bool) -> str:
        if FIRST_BYTE <= column < ASCII:
            cell = line.cells[column - FIRST_BYTE]
            return cell.spoken if spoken else cell.text
        return {
            PAGE: f"{line.number:03d} {line.hex_number:02X}h",
            ASCII: "".join(cell.letter for cell in line.cells),
            AREA: line.area,
            ACCESS: f"{line.access}. {line.why}" if spoken and line.why else line.access,
        }[column]

    def _rebuild(self) -> None:
        document = self._document
        self._maker, self._runs = None, ()
        if document is not None:
            self._maker = LineMaker(document)
            self._maker.set_assessment(self._assessment)
            self._runs = runs(document.base, document.pages)
        self._opened &= {run.start for run in self._runs}
        self._arrange(self._made())

    def _made(self) -> list[Row]:
        """The rows as they have to be now."""
        document = self._document
        if document is None:
            return []
        changed = {place for page in document.staged if (place := document.place(page)) is not None}
        return list(rows(document.pages, self._runs, self._opened, changed))

    def _arrange(self, made: list[Row]) -> None:
        self.beginResetModel()
        self._rows = made
        self._row_of = {}
        for number, row in enumerate(made):
            if row.kind is not RowKind.SECTOR:
                self._row_of.update(dict.fromkeys(range(row.first, row.first + row.count), number))
        self.endResetModel()

    def _run_at(self, place: int) -> range | None:
        return next((run for run in self._runs if place in run), None)

    def _changed(self, pages: frozenset[int]) -> None:
        """A changed page has a row of its own: nothing changes out of sight."""
        assert self._maker is not None
        self._maker.forget(pages)
        if (made := self._made()) != self._rows:
            self._arrange(made)
        else:
            self._all_changed()

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, ACCESS))
