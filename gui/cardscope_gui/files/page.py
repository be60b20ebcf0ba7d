"""What the window shows while a file is in front: the strip over the page, and the page itself, which is that of a card
as soon as the file is open."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cardscope_gui.card.page import CardPage
from cardscope_gui.files.desk import FileDesk
from cardscope_gui.files.open_file import FileState, OpenFile
from cardscope_gui.header.panel import HeaderPanel
from cardscope_gui.panes import focus_first
from cardscope_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from cardscope_gui.files.problem_page import FileProblem
    from cardscope_gui.files.section import FileSection
    from cardscope_gui.files.strip import FileStrip
    from cardscope_gui.readers.panel import Sidebar


class FilePage(QObject):
    """Builds its widgets when the first file is opened."""

    def __init__(
        self, desk: FileDesk, sidebar: "Sidebar", header: HeaderPanel, pages: QStackedWidget, card: CardPage
    ) -> None:
        super().__init__(pages)
        self._desk = desk
        self._sidebar = sidebar
        self._header = header
        self._pages = pages
        self._card = card
        self.section: FileSection | None = None
        self.strip: FileStrip | None = None
        self.problem: FileProblem | None = None
        desk.model.rowsInserted.connect(self._build_section)

    def show(self, file: OpenFile, column: QVBoxLayout) -> None:
        """Makes ``file`` what the window shows; ``column`` is that of the header and the page."""
        there = file.state is FileState.OPEN and file.known is not None and file.document is not None
        self._header.setVisible(there)
        strip = self._built_strip(column)
        strip.setVisible(there)
        if there and file.known is not None and file.document is not None:
            self._header.show_file(file.known, file.document.base.chip)
            strip.show_file(file)
            self._card.show_file(file.known, file.document)
        else:
            problem = self._built_problem()
            problem.show_file(file)
            self._pages.setCurrentWidget(problem)

    def leave(self) -> None:
        """No file is shown any more."""
        if self.strip is not None:
            self.strip.hide()

    def select(self, file: OpenFile | None) -> None:
        """Marks the file's row in the sidebar."""
        if self.section is not None:
            self.section.list.select(file)

    def panes(self, page: QWidget) -> list[QWidget]:
        """The parts that F6 goes to, before those of ``page``."""
        strip = [self.strip] if self.strip is not None and not self.strip.isHidden() else []
        return [*strip, *self._card.panes(page)]

    def _build_section(self) -> None:
        if self.section is None:
            from cardscope_gui.files.section import FileSection  # noqa: PLC0415 not for the first picture

            self.section = FileSection(self._desk.model, self._sidebar)
            self._sidebar.add_section(self.section)
            files = self.section.list
            files.chosen.connect(self._desk.show)
            files.opened.connect(self._open)
            files.close_wanted.connect(self._desk.close)
            files.menu_wanted.connect(self._desk.open_menu)

    def _open(self, file: OpenFile) -> None:
        """The user goes to the page of ``file``."""
        self._desk.show(file)
        workspace = self._sidebar.parentWidget()
        if isinstance(workspace, Workspace):
            workspace.close_overlay()
        if (page := self._pages.currentWidget()) is not None:
            focus_first(page)

    def _built_strip(self, column: QVBoxLayout) -> "FileStrip":
        if self.strip is None:
            from cardscope_gui.files.strip import FileStrip  # noqa: PLC0415

            self.strip = FileStrip(self._desk.actions, self._header.parentWidget())
            self.strip.notes_dismissed.connect(self._put_notes_away)
            column.insertWidget(column.indexOf(self._header) + 1, self.strip)
        return self.strip

    def _built_problem(self) -> "FileProblem":
        if self.problem is None:
            from cardscope_gui.files.problem_page import FileProblem  # noqa: PLC0415

            self.problem = FileProblem(self._pages)
            self.problem.candidate_chosen.connect(self._desk.choose)
            self.problem.other_wanted.connect(self._desk.ask_to_open)
            self.problem.close_wanted.connect(self._desk.close)
            self._pages.addWidget(self.problem)
        return self.problem

    def _put_notes_away(self) -> None:
        if self._desk.shown is not None and self.strip is not None:
            self._desk.shown.notes_read = True
            self.strip.show_file(self._desk.shown)
