"""The ways on from a page without a card, as option cards."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel

_MOST = 368


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
        self.setMaximumWidth(theme.px(_MOST))
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
