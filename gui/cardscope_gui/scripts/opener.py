"""The way to the window of scripts, and the question before its text would be lost with the whole program."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtWidgets import QWidget

from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from cardscope.store.history import Store
    from cardscope_gui.scripts.window import ScriptWindow


class ScriptOpener(QObject):
    """Makes the window when it is first wanted. It closes with ``main``, and what runs in it is stopped."""

    def __init__(
        self, bridge: Bridge, shown: "Callable[[], str | None]", main: QWidget, closing: SignalInstance
    ) -> None:
        """``shown`` gives the name of the reader that ``main`` shows; ``closing`` tells that it closes."""
        super().__init__(main)
        self._bridge = bridge
        self._shown = shown
        self._main = main
        self._store: Store | None = None
        self.window: ScriptWindow | None = None
        closing.connect(self._close)

    def open(self) -> None:
        """Shows the window."""
        if self.window is None:
            from cardscope_gui.scripts.window import ScriptWindow  # noqa: PLC0415 not needed for the first window

            self.window = ScriptWindow(self._bridge, self._shown, self._main)
            if self._store is not None:
                self.window.keeper.keep_in(self._store)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def keep_in(self, store: "Store") -> None:
        """Where unsaved text is kept for the next start."""
        self._store = store
        if self.window is not None:
            self.window.keeper.keep_in(store)

    async def finish(self) -> None:
        """Keeps unsaved text, before the program ends."""
        if self.window is not None:
            await self.window.keeper.finish()

    def asks_before_leaving(self, leave: Callable[[], object]) -> bool:
        """Asks, where something of the text is neither saved nor kept, what becomes of it; ``leave`` is called with
        the answer."""
        window = self.window
        if window is None or not window.keeper.loses:
            return False
        self.open()
        window.document.then(lambda: self._give_up(leave))
        return True

    def _close(self) -> None:
        if self.window is not None:
            self.window.close()

    def _give_up(self, leave: Callable[[], object]) -> None:
        if self.window is not None:
            self.window.editor.document().setModified(False)
        leave()
