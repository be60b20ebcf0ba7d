"""The menu of virtual cards that can be inserted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget


class InsertMenu(QMenu):
    """Lists the ready cards: the first group at once, the others in menus of their own.

    The catalogue is read when the menu opens for the first time.
    """

    chosen = Signal(str)
    """The ready card's name."""
    image_wanted = Signal()
    """A card from an image file."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        if self.actions():
            return
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415 not needed for the first window

        menus: dict[str, QMenu] = {}
        for name, card in ready_cards().items():
            if card.group not in menus:
                menus[card.group] = self if not menus else self._submenu(card.group, first=len(menus) == 1)
            # What stands behind the tab comes into the column of the keys.
            words = card.title if card.detail == card.description else f"{card.label}\t{card.detail}"
            action = menus[card.group].addAction(words)
            action.setToolTip(card.description)
            action.setStatusTip(card.description)
            action.triggered.connect(lambda _checked=False, name=name: self.chosen.emit(name))
        self.addSeparator()
        self.addAction(self.tr("From image file…")).triggered.connect(self.image_wanted)

    def _submenu(self, title: str, *, first: bool) -> QMenu:
        if first:
            self.addSeparator()
        menu = self.addMenu(title)
        menu.setToolTipsVisible(True)
        menu.setLayoutDirection(self.layoutDirection())
        return menu
