"""Unsaved script text survives the program: kept in the store soon after each change, taken up with the window."""

import secrets
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from cardscope.decode.secret_text import masked_text
from cardscope.errors import CardScopeError
from cardscope.store.drafts import ScriptDrafts
from cardscope_gui.bridge import Bridge
from cardscope_gui.scripts.document import ScriptDocument

if TYPE_CHECKING:
    from cardscope.store.history import Store

_SOON: Final = 800
"""Milliseconds from a change to its being kept, with all that came meanwhile."""


class ScriptKeeper(QObject):
    """Keeps the text of ``document`` while it is unsaved."""

    found = Signal(object)
    """The :class:`~cardscope.store.drafts.KeptScript` of an earlier start."""
    failed = Signal(str)
    """The store cannot be used; sentences."""

    def __init__(self, bridge: Bridge, document: ScriptDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._document = document
        self._drafts: ScriptDrafts | None = None
        self._owner = _new_owner()
        self._changed = False
        self._in_store = False
        self._whole = False
        """Whether the text that was kept last has no secrets, so that nothing is missing in it."""
        self._fails = False
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(lambda: bridge.spawn(self._keep()))
        document.edited.connect(self._touched)
        document.renamed.connect(self._touched)

    def keep_in(self, store: "Store") -> None:
        """From now on the text is kept in ``store``; what an earlier start left there is taken up, unless something
        has been written here already."""
        self._drafts = ScriptDrafts(store)
        if not self._document.unsaved:
            self._bridge.spawn(self._take())
        elif self._changed:
            self._later()

    @property
    def loses(self) -> bool:
        """Whether something of the text would not be there at the next start."""
        document = self._document
        if not document.unsaved:
            return False
        if self._drafts is None or self._fails:
            return True
        return masked_text(document.text) != document.text if self._changed else not self._whole

    async def finish(self) -> None:
        """Keeps what has not been kept yet."""
        self._soon.stop()
        await self._keep()

    def _touched(self) -> None:
        self._changed = True
        self._later()

    def _later(self) -> None:
        if self._drafts is not None and not self._soon.isActive():
            self._soon.start()

    async def _take(self) -> None:
        if self._drafts is None:
            return
        try:
            kept = await self._drafts.take(self._owner)
        except CardScopeError as error:
            self._say(error)
            return
        if kept is None:
            return
        if self._document.unsaved:
            self._owner = _new_owner()  # what was written meanwhile is kept beside it
        else:
            self._in_store = True
            self.found.emit(kept)

    async def _keep(self) -> None:
        drafts, document = self._drafts, self._document
        if drafts is None or not self._changed:
            return
        self._changed = False
        text = document.text
        try:
            if document.unsaved:
                self._in_store = True
                path = str(document.path or "")
                kept = await drafts.keep(self._owner, time.time(), path, document.title, text)
                self._whole = kept.text == text
            elif self._in_store:
                await drafts.forget(self._owner)
                self._in_store = False
            self._fails = False
        except CardScopeError as error:
            self._changed = True
            self._say(error)
        except BaseException:  # it was cancelled
            self._changed = True
            raise

    def _say(self, error: CardScopeError) -> None:
        if not self._fails:
            self._fails = True
            self.failed.emit(self.tr("Unsaved text lasts no longer than the window: {0}").format(error))


def _new_owner() -> str:
    return secrets.token_hex(8)
