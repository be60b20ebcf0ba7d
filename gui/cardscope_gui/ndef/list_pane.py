"""The left half of the tab: the records, what can be done with them, and what a phone makes of them all."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from cardscope_gui import icons, theme
from cardscope_gui.ndef.entries import EntryModel
from cardscope_gui.ndef.forms.kinds import Kind, kinds
from cardscope_gui.ndef.phone_box import PhoneBox
from cardscope_gui.ndef.record_list import RecordList
from cardscope_gui.ndef.room_bar import RoomBar
from cardscope_gui.ndef.source import Offer
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.buttons import IconButton, MenuButton
from cardscope_gui.widgets.labels import paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark, MarkLabel


class ListPane(QFrame):
    """Shows an :class:`EntryModel`; what is wanted is told, and done by others."""

    add_wanted = Signal(object)
    """A :class:`~cardscope_gui.ndef.forms.kinds.Kind`."""
    offer_chosen = Signal(object)
    """An :class:`~cardscope_gui.ndef.source.Offer`."""

    def __init__(self, model: EntryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setProperty("edge", "right")
        self._offers: list[Offer] = []
        self.add_menu = QMenu(self)
        for kind in kinds():
            self.add_menu.addAction(kind.words).triggered.connect(partial(self._add, kind))
        self.add_menu.aboutToShow.connect(self._draw_kinds)
        # A menu of the button's own would open to the other side, over the sidebar.
        self.add = MenuButton(tr("Add"), parent=self)
        self.add.clicked.connect(self._open_add)
        self.add.setToolTip(tr("Add a record (Insert)"))
        self.up = IconButton("up", tr("Move up (Alt+Up)"), parent=self)
        self.down = IconButton("down", tr("Move down (Alt+Down)"), parent=self)
        self.delete = IconButton("trash", tr("Delete record (Delete)"), parent=self)
        self.more_menu = QMenu(self)
        self.more = IconButton("more", tr("Whole message"), parent=self)
        self.more.clicked.connect(self._open_more)
        self.list = RecordList(model, self)
        self.room = RoomBar(self)
        self.phone = PhoneBox(self)
        self._words = paragraph("", "secondary-small", self)
        self._mark = MarkLabel(Mark.NOTE, 14, self)
        self._notice = QWidget(self)
        self._lay_out()
        self.list.add_wanted.connect(self._open_add)

    def add_below(self, widget: QWidget) -> None:
        """Puts ``widget`` below the records."""
        self._column.addWidget(widget)
        widget.show()

    def show_notes(self, fixed: str, problems: Sequence[str]) -> None:
        """Why nothing can be changed, and what is wrong around the records."""
        sentences = [sentence for sentence in (fixed, *problems) if sentence]
        set_paragraphs(self._words, sentences)
        self._mark.set_mark(Mark.CAUTION if problems else Mark.NOTE)
        self._notice.setAccessibleName(" ".join(sentences))
        self._notice.setVisible(bool(sentences))

    def show_tools(self, *, editable: bool, row: int, count: int, offers: list[Offer]) -> None:
        """Which of the buttons are there for the current ``row`` of ``count``; none that could not do anything."""
        self._offers = offers
        for button in (self.add, self.up, self.down, self.delete):
            button.setVisible(editable)
        self.up.setEnabled(0 < row < count)
        self.down.setEnabled(0 <= row < count - 1)
        self.delete.setEnabled(row >= 0)
        self.more.setVisible(bool(offers))

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(theme.px(4))
        tools.addWidget(self.add)
        tools.addSpacing(theme.px(4))
        for button in (self.up, self.down, self.delete):
            tools.addWidget(button)
        tools.addSpacing(theme.px(4))
        tools.addWidget(self.room, 1)
        tools.addSpacing(theme.px(4))
        tools.addWidget(self.more)
        row = QHBoxLayout(self._notice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(12), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(10))
        column.addLayout(tools)
        column.addWidget(self._notice)
        column.addWidget(self.list, 1)
        column.addWidget(self.phone)

    def _add(self, kind: Kind) -> None:
        self.add_wanted.emit(kind)

    def _open_add(self) -> None:
        if self.add.isVisible():
            self.add_menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _open_more(self) -> None:
        self.more_menu.clear()
        self.more_menu.setToolTipsVisible(True)
        for offer in self._offers:
            action = self.more_menu.addAction(offer.words)
            action.setToolTip(offer.tip)
            action.triggered.connect(partial(self._choose, offer))
        self.more_menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _choose(self, offer: Offer) -> None:
        self.offer_chosen.emit(offer)

    def _draw_kinds(self) -> None:
        for action, kind in zip(self.add_menu.actions(), kinds(), strict=True):
            action.setIcon(icons.icon(kind.icon, "text2", 16))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(400), super().sizeHint().height())
