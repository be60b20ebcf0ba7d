"""The Protection menu."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.words import tr


class ProtectionActions(QObject):
    """Made before the Memory tab, which says what there is to be offered whenever the menu opens."""

    wanted = Signal(Flow)
    """The user wants to do this."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.menu = QMenu(tr("P&rotection"), window)
        self.menu.setToolTipsVisible(True)
        self.menu.setEnabled(False)
        self.actions = {flow: self._action(flow) for flow in Flow}
        self.menu.insertSeparator(self.actions[Flow.SET])
        self.menu.insertSeparator(self.actions[Flow.LOCK_PAGES])

    def show_offers(self, offers: "dict[Flow, tuple[str, str]]") -> None:
        """``offers``: what there is, with its words and why it is impossible now, if it is."""
        for flow, action in self.actions.items():
            action.setVisible(flow in offers)
            words, why = offers.get(flow, ("", ""))
            # Behind the tab, where other entries have their keys.
            action.setText(f"{words}\t{why}" if why else words)
            action.setToolTip(why)
            action.setEnabled(not why)

    def _action(self, flow: Flow) -> QAction:
        action = self.menu.addAction("")
        action.setVisible(False)
        action.triggered.connect(lambda: self.wanted.emit(flow))
        return action
