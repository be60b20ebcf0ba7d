"""The way to the window of scripts, and the question about unsaved text before the whole program closes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from cardscope_gui.scripts.window import ScriptWindow


class ScriptOpener(QObject):
    """Makes the window when it is first wanted. ``main`` does not close while a script is unsaved, but asks."""

    def __init__(self, bridge: Bridge, shown: "Callable[[], str | None]", main: QWidget) -> None:
        """``shown`` gives the name of the reader that ``main`` shows."""
        super().__init__(main)
        self._bridge = bridge
        self._shown = shown
        self._main = main
        self.window: ScriptWindow | None = None
        main.installEventFilter(self)

    def open(self) -> None:
        """Shows the window."""
        if self.window is None:
            from cardscope_gui.scripts.window import ScriptWindow  # noqa: PLC0415 not needed for the first window

            self.window = ScriptWindow(self._bridge, self._shown, self._main)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._main and event.type() == QEvent.Type.Close:
            if self.window is not None and self.window.document.unsaved:
                event.ignore()
                self.open()
                self.window.document.then(self._close)
                return True
            if self.window is not None:
                self.window.close()
        return super().eventFilter(watched, event)

    def _close(self) -> None:
        if self.window is not None:
            self.window.editor.document().setModified(False)
        self._main.close()
