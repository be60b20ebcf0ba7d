"""The page of the empty virtual reader: which card to put in, found by a word or looked for in the tiles."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.empty.card_list import CardList, CardModel
from cardscope_gui.widgets.buttons import Button, MenuButton

_WIDTH = 800


class ReadyCardPicker(QWidget):
    """All ready cards, the way to a card from a file, and the menu of reader ``models``."""

    chosen = Signal(str)
    """The ready card's name."""
    image_wanted = Signal()

    def __init__(self, models: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumWidth(theme.px(_WIDTH))
        self._model = CardModel(self)
        self.cards = CardList(self._model)
        self.cards.chosen.connect(self.chosen)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a card, for example 216, password or T=0"))
        self.search.setAccessibleName(self.tr("Find a virtual card"))
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self.cards.insert_current)
        self.search.installEventFilter(self)
        image = Button(self.tr("From image file…"))
        image.setProperty("tall", True)
        image.clicked.connect(self.image_wanted)
        model = MenuButton(self.tr("Reader model"), models)
        model.setProperty("tall", True)
        row = QHBoxLayout()
        # The edges of the tiles stand half a gap inside the list.
        row.setContentsMargins(theme.px(4), 0, theme.px(4) + 10, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.search, 1)
        row.addWidget(image)
        row.addWidget(model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(row)
        column.addWidget(self.cards, 1)
        self.cards.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.cards.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _find(self, text: str) -> None:
        self._model.find(text)
        self.cards.start()
