"""The button at a virtual reader's row: puts a virtual card in, takes it out, or back from the PC/SC service."""

from enum import Enum, auto
from functools import cache

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QWidget

from cardscope_gui import theme
from cardscope_gui.readers.insert_menu import InsertMenu
from cardscope_gui.readers.loan import Loan
from cardscope_gui.widgets.buttons import MenuButton


class SlotUse(Enum):
    """What the slot can do next."""

    EMPTY = auto()
    CARD = auto()
    LENT = auto()

    @classmethod
    def of(cls, occupied: bool, loan: Loan) -> "SlotUse":
        if loan is not Loan.HOME:
            return cls.LENT
        return cls.CARD if occupied else cls.EMPTY


def _words(use: SlotUse) -> str:
    translate = QCoreApplication.translate
    match use:
        case SlotUse.EMPTY:
            return translate("SlotButton", "Insert card")
        case SlotUse.CARD:
            return translate("SlotButton", "Remove")
        case SlotUse.LENT:
            return translate("SlotButton", "Take back")


@cache
def _text_width(words: str, font: str) -> int:
    wanted = QFont()
    wanted.fromString(font)
    return QFontMetrics(wanted).horizontalAdvance(words)


class SlotButton(MenuButton):
    """Says "Insert card" and has a menu of ready cards while the slot is empty, "Remove" while it is not, "Take back"
    while the PC/SC service has the card."""

    insert_chosen = Signal(str)
    image_wanted = Signal()
    remove_chosen = Signal()
    take_back_chosen = Signal()

    def __init__(self, reader: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setProperty("compact", True)
        self._reader = reader
        self._use: SlotUse | None = None
        self._menu: InsertMenu | None = None
        self.clicked.connect(self._act)
        self.set_use(SlotUse.EMPTY)

    @staticmethod
    def width_for(use: SlotUse) -> int:
        """The width in pixels that the button takes, for whoever paints beside it."""
        font = theme.ui_font(12, QFont.Weight.Medium).toString()
        return _text_width(_words(use), font) + theme.px(40 if use is SlotUse.EMPTY else 20)

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(self._use or SlotUse.EMPTY), theme.px(24))

    def set_use(self, use: SlotUse) -> None:
        if use is not self._use:
            self._use = use
            self._show(use)

    def open_menu(self) -> None:
        """Opens the menu of ready cards under the button."""
        if self._menu is None:
            self._menu = InsertMenu("", self)
            self._menu.setLayoutDirection(QGuiApplication.layoutDirection())
            self._menu.chosen.connect(self.insert_chosen)
            self._menu.image_wanted.connect(self.image_wanted)
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _act(self) -> None:
        match self._use:
            case SlotUse.CARD:
                self.remove_chosen.emit()
            case SlotUse.LENT:
                self.take_back_chosen.emit()
            case _:
                self.open_menu()

    def _show(self, use: SlotUse) -> None:
        self.setText(_words(use))
        self.show_arrow(use is SlotUse.EMPTY)
        spoken = {
            SlotUse.EMPTY: self.tr("Insert card into {reader}"),
            SlotUse.CARD: self.tr("Remove card from {reader}"),
            SlotUse.LENT: self.tr("Take the card of {reader} back from the PC/SC service"),
        }
        self.setAccessibleName(spoken[use].format(reader=self._reader))
