"""The ways on from a page without a card: option cards, and the choice of ready virtual cards."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QStyle, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button, pressed_by
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel


def _link_edge() -> int:
    """From a link's edge to its words, as the style sheet has it."""
    return theme.px(8) + 1


class OptionCard(QFrame):
    """A drawing, a title, a few words and what to press."""

    def __init__(
        self, icon: str, title: str, words: str, *, primary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card-primary" if primary else "card")
        self.setFixedWidth(theme.px(368))
        tile = QFrame()
        tile.setProperty("surface", "tile" if primary else "tile-quiet")
        tile.setFixedSize(theme.px(40), theme.px(40))
        inside = QHBoxLayout(tile)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(IconLabel(icon, "accent" if primary else "text2", 20), 0, Qt.AlignmentFlag.AlignCenter)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.px(8))
        self._actions.addStretch(1)
        edge = theme.px(20)
        text = QVBoxLayout()
        text.setContentsMargins(_link_edge(), 0, _link_edge(), 0)
        text.setSpacing(0)
        text.addWidget(tile)
        text.addSpacing(theme.px(14))
        text.addWidget(label(title, "title"))
        text.addSpacing(theme.px(6))
        text.addWidget(paragraph(words, "secondary"))
        column = QVBoxLayout(self)
        column.setContentsMargins(edge - _link_edge(), edge, edge - _link_edge(), edge)
        column.setSpacing(0)
        column.addLayout(text)
        column.addStretch(1)
        column.addSpacing(theme.px(16))
        column.addLayout(self._actions)

    def add_action(self, button: Button) -> None:
        """Puts ``button`` behind those that are there. The words of a link, not its edge, stand under the text."""
        button.setProperty("tall", True)
        if self._actions.count() == 1:
            inset = 0 if button.property("kind") == "link" else _link_edge()
            self._actions.setContentsMargins(inset, 0, inset, 0)
        self._actions.insertWidget(self._actions.count() - 1, button)


class ReadyCardButton(QPushButton):
    """One ready card: its title, and under it what it is for."""

    def __init__(self, title: str, description: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._description = title, description
        self.setProperty("kind", "choice")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self.setAccessibleDescription(description)
        self.setToolTip(description)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(372), theme.px(72))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_by(self, event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        area = self.rect().adjusted(theme.px(12), theme.px(8), -theme.px(12), -theme.px(8))
        leading = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.setFont(theme.ui_font(13, QFont.Weight.Medium))
        painter.setPen(theme.color("text"))
        painter.drawText(area, int(leading | Qt.AlignmentFlag.AlignTop), self._title)
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("text2"))
        area.setTop(area.top() + theme.px(20))
        painter.drawText(area, int(leading | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), self._description)
        painter.end()


class ReadyCardPicker(QWidget):
    """All ready cards, two in a row; ``first`` has the primary button."""

    chosen = Signal(str)

    def __init__(self, first: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415 not needed for the first window

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(20))
        cards = ready_cards()
        if (card := cards.get(first)) is not None:
            insert = Button(self.tr("Insert {card}").format(card=card.title), "primary")
            insert.setToolTip(card.description)
            insert.clicked.connect(lambda: self.chosen.emit(first))
            column.addWidget(insert, 0, Qt.AlignmentFlag.AlignHCenter)
        grid = QGridLayout()
        grid.setSpacing(theme.px(8))
        others = [(name, card) for name, card in cards.items() if name != first]
        for number, (name, card) in enumerate(others):
            button = ReadyCardButton(card.title, card.description)
            button.clicked.connect(lambda _checked=False, name=name: self.chosen.emit(name))
            grid.addWidget(button, number // 2, number % 2)
        column.addLayout(grid)
