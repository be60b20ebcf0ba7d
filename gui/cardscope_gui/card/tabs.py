"""The tabs over the page of a card, and beside them what can be done in the one in front."""

from enum import Enum
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTabBar, QWidget

from cardscope_gui import theme

_HEIGHT = 40


class Tab(Enum):
    """In the order of the bar."""

    MEMORY = "memory"
    NDEF = "ndef"
    IDENTITY = "identity"


class CardTabs(QFrame):
    """Memory is there for tags whose memory is known, NDEF for them and for cards that speak APDUs; Identity & ATR
    always."""

    changed = Signal(object)
    """Another :class:`Tab` is in front."""
    chosen = Signal(object)
    """The user chose this :class:`Tab`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = Tab.IDENTITY
        self._front = Tab.IDENTITY
        self._tools: dict[Tab, list[QWidget]] = {tab: [] for tab in Tab}
        self.setProperty("edge", "bottom")
        self.setFixedHeight(theme.px(_HEIGHT))
        self.bar = QTabBar(self)
        self.bar.setDrawBase(False)
        self.bar.setUsesScrollButtons(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._speaks_apdus = False
        self.bar.addTab(self.tr("Memory"))
        self.bar.addTab(self.tr("NDEF"))
        self.bar.addTab(self.tr("Identity && ATR"))
        self.bar.setAccessibleName(self.tr("Views of the card"))
        self.bar.setTabVisible(0, False)
        self.bar.setTabVisible(1, False)
        self.bar.setCurrentIndex(2)
        for number, (tab, keys) in enumerate(zip(Tab, ("Ctrl+1", "Ctrl+2", "Ctrl+3"), strict=True)):
            QShortcut(QKeySequence(keys), self, partial(self.choose, tab))
            self.bar.setTabToolTip(number, QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        self._row.setSpacing(theme.px(4))
        self._row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignBottom)
        self._row.addStretch(1)
        self.bar.currentChanged.connect(self._changed)

    @property
    def front(self) -> Tab:
        """The tab in front."""
        return self._front

    @property
    def has_memory(self) -> bool:
        """Whether the card has memory that can be shown."""
        return self.bar.isTabVisible(0)

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one tab."""
        return self._is_there(Tab.NDEF)

    def add_tool(self, tab: Tab, widget: QWidget) -> None:
        """Puts ``widget`` at the right, for the time that ``tab`` is in front."""
        self._tools[tab].append(widget)
        self._row.addWidget(widget)
        widget.setVisible(tab is self._front)

    def prefer(self, tab: Tab) -> None:
        """Which tab comes to the front where it is there."""
        self._wanted = tab
        self._settle()

    def choose(self, tab: Tab) -> None:
        """The same by the user, who is remembered to have chosen it."""
        if not self._is_there(tab):
            return
        self.prefer(tab)
        self.chosen.emit(tab)

    def set_has_memory(self, there: bool) -> None:
        """Whether the card has memory that can be shown."""
        self._set_there(memory=there, ndef=there or self._speaks_apdus)

    def set_speaks_apdus(self, speaks: bool) -> None:
        """Whether the card is one that can be asked for an NDEF application."""
        self._speaks_apdus = speaks
        self._set_there(memory=self.has_memory, ndef=self.has_memory or speaks)

    def _is_there(self, tab: Tab) -> bool:
        return self.bar.isTabVisible(list(Tab).index(tab))

    def _set_there(self, *, memory: bool, ndef: bool) -> None:
        if (memory, ndef) == (self.has_memory, self.has_choice):
            return
        self.bar.blockSignals(True)
        self.bar.setTabVisible(0, memory)
        self.bar.setTabVisible(1, ndef)
        self.bar.blockSignals(False)
        self.bar.updateGeometry()
        self._settle()

    def _settle(self) -> None:
        wanted = self._wanted if self._is_there(self._wanted) else Tab.IDENTITY
        self.bar.blockSignals(True)
        self.bar.setCurrentIndex(list(Tab).index(wanted))
        self.bar.blockSignals(False)
        self._bring(wanted)

    def _changed(self, number: int) -> None:
        self.choose(list(Tab)[number])

    def _bring(self, tab: Tab) -> None:
        if tab is self._front:
            return
        self._front = tab
        for each, widgets in self._tools.items():
            for widget in widgets:
                widget.setVisible(each is tab)
        self.changed.emit(tab)
