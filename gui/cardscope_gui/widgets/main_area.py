"""The page above, the console below, and the rules by which the console folds."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QWidget

from cardscope_gui import theme
from cardscope_gui.settings import Settings, SizeClass
from cardscope_gui.widgets.labels import label

if TYPE_CHECKING:
    from cardscope_gui.console.panel import ConsolePanel

_CONSOLE_HEIGHT = 236
_FOLDED_HEIGHT = 36


class MainArea(QSplitter):
    """``make_console`` is called once: after the window's first picture, or earlier when the console is needed."""

    console_built = Signal()
    console_folded = Signal(bool)

    def __init__(
        self,
        pages: QStackedWidget,
        make_console: "Callable[[], ConsolePanel]",
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._make_console = make_console
        self._settings = settings
        self._console: ConsolePanel | None = None
        self._size_class: SizeClass | None = None
        self._card_shown = False
        self._folding = False
        self._placeholder = _ConsoleToCome(self._build)
        self.addWidget(pages)
        self.addWidget(self._placeholder)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.splitterMoved.connect(self._remember_height)

    @property
    def console(self) -> "ConsolePanel":
        return self._console or self._build()

    @property
    def folded(self) -> bool:
        return self._console is None or self._console.folded

    @property
    def has_console(self) -> bool:
        """Whether the console has been built."""
        return self._console is not None

    def toggle_console(self) -> None:
        """The user's fold or unfold, remembered for windows of this size."""
        self.console.set_folded(not self.console.folded)

    def set_size_class(self, size_class: SizeClass) -> None:
        self._size_class = size_class
        self._apply()
        self._share_out()

    def set_card_shown(self, shown: bool) -> None:
        """Whether there is a card to talk to."""
        self._card_shown = shown
        if shown:
            self._build()
        self._apply()

    def _build(self) -> "ConsolePanel":
        if self._console is None:
            self._console = self._make_console()
            self._folding = True
            self._console.set_folded(True)
            self._folding = False
            self.replaceWidget(1, self._console)
            self._console.show()
            self._placeholder.deleteLater()
            self._console.folded_changed.connect(self._fold_changed)
            self._console.refusal.appeared.connect(self._share_out)
            self._console.refusal.disappeared.connect(self._share_out)
            self._apply()
            self._share_out()
            self.console_built.emit()
        return self._console

    def _apply(self) -> None:
        """Folds or opens the console as the user left it in windows of this size, else as room and card suggest."""
        if self._size_class is None or self._console is None:
            return
        chosen = self._settings.console_folded(self._size_class)
        folded = chosen if chosen is not None else self._size_class.low or not self._card_shown
        if folded and self._console.refusal.isVisible():
            return  # an open question about permanent effects does not vanish because the window got smaller
        if folded != self._console.folded:
            self._folding = True
            self._console.set_folded(folded)
            self._folding = False

    def _fold_changed(self, folded: bool) -> None:
        if self._size_class is not None and not self._folding:
            self._settings.set_console_folded(self._size_class, folded)
        self._share_out()
        self.console_folded.emit(folded)

    def _share_out(self) -> None:
        wanted = self._settings.console_height(self._size_class) if self._size_class is not None else None
        height = theme.px(_FOLDED_HEIGHT) if self.folded else wanted or theme.px(_CONSOLE_HEIGHT)
        if self._console is not None and self._console.refusal.isVisible():
            # A question about permanent effects has to be readable as a whole.
            height = max(height, self._needed_by(self._console))
        self.setSizes([max(1, self.height() - height), height])
        self.handle(1).setEnabled(not self.folded)

    @staticmethod
    def _needed_by(console: "ConsolePanel") -> int:
        layout = console.layout()
        return layout.totalMinimumHeightForWidth(console.width()) if layout is not None else 0

    def _remember_height(self) -> None:
        if self._size_class is not None and self._console is not None and not self._console.folded:
            self._settings.set_console_height(self._size_class, self._console.height())


class _ConsoleToCome(QFrame):
    """Looks like the folded console, and asks for the real one once it has been painted."""

    def __init__(self, build: Callable[[], object]) -> None:
        super().__init__()
        self._build = build
        self._asked = False
        self.setProperty("surface", "sunken")
        self.setFixedHeight(theme.px(_FOLDED_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.addWidget(label(self.tr("APDU console"), "heading"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._asked:
            self._asked = True
            QTimer.singleShot(0, self, self._build)
