"""The sidebar's part with the recent cards; there only while there are any."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.recent.card_list import RecentList
from cardscope_gui.recent.model import RecentModel
from cardscope_gui.widgets.labels import label


class RecentSection(QWidget):
    """A heading and the list."""

    def __init__(self, model: RecentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._rail = False
        self.cards = RecentList(model)
        heading = label(self.tr("Recent cards"), "group")
        heading.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        heading.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(8))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self.cards, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        model.modelReset.connect(self._settle)
        self._settle()

    def set_rail(self, rail: bool) -> None:
        """A rail has no room for cards."""
        self._rail = rail
        self._settle()

    def _settle(self) -> None:
        self.setVisible(not self._rail and self._model.rowCount() > 0)
