"""The button at a virtual reader's row: puts a virtual card in, or takes it out."""

from functools import cache

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QWidget

from cardscope_gui import theme
from cardscope_gui.readers.insert_menu import InsertMenu
from cardscope_gui.widgets.buttons import MenuButton


def _words(occupied: bool) -> str:
    translate = QCoreApplication.translate
    return translate("SlotButton", "Remove") if occupied else translate("SlotButton", "Insert card")


@cache
def _text_width(words: str, font: str) -> int:
    wanted = QFont()
    wanted.fromString(font)
    return QFontMetrics(wanted).horizontalAdvance(words)


class SlotButton(MenuButton):
    """Says "Insert card" and has a menu of ready cards while the slot is empty, "Remove" while it is not."""

    insert_chosen = Signal(str)
    remove_chosen = Signal()

    def __init__(self, reader: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setProperty("compact", True)
        self._reader = reader
        self._occupied: bool | None = None
        self._menu: InsertMenu | None = None
        self.clicked.connect(self._act)
        self.set_occupied(False)

    @staticmethod
    def width_for(occupied: bool) -> int:
        """The width in pixels that the button takes, for whoever paints beside it."""
        font = theme.ui_font(12, QFont.Weight.Medium).toString()
        return _text_width(_words(occupied), font) + theme.px(20 if occupied else 40)

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(bool(self._occupied)), theme.px(24))

    def set_occupied(self, occupied: bool) -> None:
        if occupied != self._occupied:
            self._occupied = occupied
            self._show()

    def open_menu(self) -> None:
        """Opens the menu of ready cards under the button."""
        if self._menu is None:
            self._menu = InsertMenu("", self)
            self._menu.setLayoutDirection(QGuiApplication.layoutDirection())
            self._menu.chosen.connect(self.insert_chosen)
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _act(self) -> None:
        if self._occupied:
            self.remove_chosen.emit()
        else:
            self.open_menu()

    def _show(self) -> None:
        occupied = bool(self._occupied)
        self.setText(_words(occupied))
        self.show_arrow(not occupied)
        spoken = self.tr("Remove card from {reader}") if occupied else self.tr("Insert card into {reader}")
        self.setAccessibleName(spoken.format(reader=self._reader))
