"""The main area without a card: a drawing, what is the matter in a sentence, and the ways on."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.empty.drawing import Drawing
from cardscope_gui.empty.options import OptionCard
from cardscope_gui.empty.page import Page
from cardscope_gui.empty.words import page_sentence, page_title
from cardscope_gui.readers.insert_menu import InsertMenu
from cardscope_gui.widgets.buttons import Button, MenuButton
from cardscope_gui.widgets.command_block import CommandBlock
from cardscope_gui.widgets.labels import label, paragraph

if TYPE_CHECKING:
    from cardscope.doctor import Finding

FIRST_CARD = "ntag216-url"
"""The ready card behind the one-click offer."""

_PATIENCE_MS = 400


class EmptyPanel(QScrollArea):
    """Shows one :class:`Page` other than the card's. It is built anew at each change."""

    insert_wanted = Signal(str)
    """A ready card's name."""
    image_wanted = Signal()
    """A card from an image file."""
    file_wanted = Signal()
    """A dump file, to be looked at as a tag."""
    take_back_wanted = Signal()
    doctor_wanted = Signal()
    cause_wanted = Signal()
    """The page would like :meth:`show_findings` to be called."""

    def __init__(self, models: QMenu, parent: QWidget | None = None) -> None:
        """``models`` is the menu of reader models for the virtual reader."""
        super().__init__(parent)
        self._models = models
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground = QWidget()  # one of our own: asking for the built-in one costs 8 ms before the first picture
        self.setViewport(ground)
        ground.setAutoFillBackground(False)
        self._shown: tuple[Page, str, str] | None = None
        self._cause: QVBoxLayout | None = None
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._build(Page.SERVICE_STARTING, ""))

    @property
    def page(self) -> Page | None:
        return self._shown[0] if self._shown is not None else None

    def show_page(self, page: Page, reader: str, detail: str) -> None:
        """``reader`` is the name of the reader that the page is about, ``detail`` what PC/SC said, or empty."""
        if self._shown == (page, reader, detail):
            return
        waiting = page is Page.SERVICE_STARTING and self._shown is None
        self._shown = (page, reader, detail)
        self._cause = None
        if waiting:
            # PC/SC mostly answers at once: a page that is gone before it is read would only flicker.
            self._patience.start()
        else:
            self._build(page, reader)

    def _build(self, page: Page, reader: str) -> None:
        self._patience.stop()
        content = QFrame()
        content.setProperty("surface", "surface")
        column = QVBoxLayout(content)
        # The tiles need the room themselves, down to the edge.
        roomy = page is not Page.VIRTUAL_EMPTY
        column.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24 if roomy else 0))
        column.setSpacing(0)
        if roomy:
            column.addStretch(4)
            column.addWidget(Drawing(page), 0, Qt.AlignmentFlag.AlignHCenter)
            column.addSpacing(theme.px(24))
        title = label(page_title(page, reader), "display")
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.px(6))
        sentence = paragraph(page_sentence(page), "secondary")
        sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        sentence.setFixedWidth(theme.px(560))
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(sentence)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(theme.px(28 if roomy else 16))
        self._add_ways_on(page, column)
        if roomy:
            column.addStretch(5)
        self.setWidget(content)
        if page is Page.SERVICE_STOPPED:
            self.cause_wanted.emit()

    def show_findings(self, findings: "list[Finding]") -> None:
        """The first problem that the doctor found, with its cure, where the page has a place for it; what PC/SC said
        when the doctor found none."""
        if self._cause is None or self._shown is None:
            return
        place = self._cause
        problem = next((finding for finding in findings if finding.level == "problem"), None)
        while (item := place.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if problem is None:
            _page, _reader, detail = self._shown
            place.addWidget(paragraph(detail, "strong"))
            return
        place.addWidget(paragraph(problem.title, "strong"))
        lead, note = self.tr("Run this in a terminal:"), problem.cure_note
        if problem.code == "socket-redirected":
            # Says where to run it, as the line above the command does: one sentence is enough.
            lead = self.tr("Run this in the terminal from which you start CardScope, then start it again:")
            note = ""
        if problem.cure:
            place.addWidget(paragraph(lead, "secondary-small"))
            place.addWidget(CommandBlock(problem.cure))
        if note:
            place.addWidget(paragraph(note, "tertiary"))

    def _add_ways_on(self, page: Page, column: QVBoxLayout) -> None:
        match page:
            case Page.NO_READER | Page.SERVICE_STARTING:
                options = QHBoxLayout()
                options.setSpacing(theme.px(16))
                options.addStretch(1)
                for option in (self._connect_option(), self._virtual_option(), self._file_option()):
                    options.addWidget(option, 1000)
                options.addStretch(1)
                column.addLayout(options)
            case Page.SERVICE_STOPPED:
                cause = QWidget()
                cause.setFixedWidth(theme.px(520))
                self._cause = QVBoxLayout(cause)
                self._cause.setContentsMargins(0, 0, 0, 0)
                self._cause.setSpacing(theme.px(8))
                column.addWidget(cause, 0, Qt.AlignmentFlag.AlignHCenter)
                column.addSpacing(theme.px(20))
                self._add_row(
                    column,
                    self._doctor_button("primary"),
                    self._insert_menu_button(self.tr("Insert a virtual card")),
                    self._file_button(),
                )
            case Page.VIRTUAL_EMPTY:
                from cardscope_gui.empty.picker import ReadyCardPicker  # noqa: PLC0415 not for the first picture

                picker = ReadyCardPicker(self._models)
                picker.chosen.connect(self.insert_wanted)
                picker.image_wanted.connect(self.image_wanted)
                middle = QHBoxLayout()
                middle.addStretch(1)
                middle.addWidget(picker, 1000)
                middle.addStretch(1)
                column.addLayout(middle, 1)
            case Page.LENT:
                back = Button(self.tr("Take the card back"), "primary")
                back.clicked.connect(self.take_back_wanted)
                self._add_row(column, back)
            case Page.NO_CARD:
                insert = self._insert_menu_button(self.tr("Insert a virtual card"))
                self._add_row(column, insert, self._file_button())
            case Page.CARD_HELD:
                block = CommandBlock("gpgconf --kill scdaemon")
                block.setFixedWidth(theme.px(360))
                hint = label(self.tr("If it is GnuPG, this makes it let go:"), "secondary-small")
                column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
                column.addSpacing(theme.px(6))
                column.addWidget(block, 0, Qt.AlignmentFlag.AlignHCenter)
            case _:
                self._add_row(column, self._doctor_button(""))

    def _connect_option(self) -> OptionCard:
        option = OptionCard(
            "plug",
            self.tr("Connect a reader"),
            self.tr(
                "Any PC/SC reader shows up here the moment it is plugged in. Not detected? The doctor finds out why."
            ),
        )
        option.add_action(self._doctor_button("link"))
        return option

    def _file_option(self) -> OptionCard:
        option = OptionCard(
            "folder",
            self.tr("Open a dump file"),
            self.tr("Look at a saved tag, compare it or change it without a reader: .nfc, .json, .bin, .eml and more."),
        )
        option.add_action(self._file_button())
        return option

    def _file_button(self) -> Button:
        button = Button(self.tr("Open file…"))
        button.clicked.connect(self.file_wanted)
        return button

    def _virtual_option(self) -> OptionCard:
        option = OptionCard(
            "reader-virtual",
            self.tr("Use a virtual card"),
            self.tr("An NTAG216 with a web address on it, true to the silicon. No hardware, and nothing to damage."),
            primary=True,
        )
        insert = Button(self.tr("Insert a virtual NTAG216"), "primary")
        insert.clicked.connect(lambda: self.insert_wanted.emit(FIRST_CARD))
        option.add_action(insert)
        other = self._insert_menu_button(self.tr("Other card"))
        option.add_action(other)
        return option

    def _doctor_button(self, kind: str) -> Button:
        button = Button(self.tr("Run the doctor"), kind, "doctor")
        button.clicked.connect(self.doctor_wanted)
        return button

    def _insert_menu_button(self, words: str) -> MenuButton:
        menu = InsertMenu("", self)
        menu.chosen.connect(self.insert_wanted)
        menu.image_wanted.connect(self.image_wanted)
        button = MenuButton(words, menu)
        button.destroyed.connect(menu.deleteLater)
        return button

    def _add_row(self, column: QVBoxLayout, *buttons: Button) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        for button in buttons:
            button.setProperty("tall", True)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
