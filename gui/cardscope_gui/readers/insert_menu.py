"""The menu of virtual cards that can be inserted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget


class InsertMenu(QMenu):
    """Lists the ready cards by title. The catalogue is read when the menu opens for the first time."""

    chosen = Signal(str)
    """The ready card's name."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        if self.actions():
            return
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415 not needed for the first window

        for name, card in ready_cards().items():
            action = self.addAction(card.title)
            action.setToolTip(card.description)
            action.setStatusTip(card.description)
            action.triggered.connect(lambda _checked=False, name=name: self.chosen.emit(name))
