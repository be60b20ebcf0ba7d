"""The library in the console: its button and window, and the way from there into the composer."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from cardscope.events import CardRemoved, Exchanged, Identified
from cardscope.session import CardSession
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.composer import Composer
from cardscope_gui.console.transcript_model import TranscriptModel
from cardscope_gui.widgets.buttons import Button, IconButton

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.library import Context, Library
    from cardscope_gui.console.library_window import LibraryWindow

_BELOW = 18
"""How far under the middle of the empty transcript, where its words stand, the button begins."""
_LEAST_HEIGHT = 72
_FRAME = 16
"""Milliseconds: a script's exchanges come faster than a screen can show what follows from them."""

OWN_FILE = """\
# Commands of your own for CardScope's library, beside the built-in ones. Take the "#" away, and change what you like.
#
# [[entry]]
# group = "Door cards"                       # the heading that it stands under
# name = "Read a door's record"
# text = "What it does, in a sentence."
# command = "80 CA {door} 00 [{key}] 00"     # {name}: a parameter; [ ]: its length goes before it
# cards = ["iso-dep", "contact"]             # or type2, classic, storage; left out: any
#
# [[entry.parameter]]
# name = "door"
# label = "Door"
# kind = "number"                            # or hex, text, choice
# least = 1
# most = 99
# default = 1
#
# [[entry.parameter]]
# name = "key"
# kind = "hex"
# least = 2
# most = 8
# example = "AB CD"
"""


class CommandLibrary(QObject):
    """Loads the library when it is wanted, keeps its window in step with reader and card, and fills the composer."""

    filled = Signal()
    """The composer has a command from the library."""

    def __init__(
        self,
        bridge: Bridge,
        composer: Composer,
        shown: "Callable[[], tuple[CardSession | None, str | None]]",
        parent: QWidget,
    ) -> None:
        """``shown`` gives the session and the reader that the console shows."""
        super().__init__(parent)
        self._bridge = bridge
        self._composer = composer
        self._shown = shown
        self._parent = parent
        self.window: LibraryWindow | None = None
        self.button = IconButton("book", self.tr("Command library"), parent=parent)
        self.button.setToolTip(self.tr("Command library (Ctrl+B)"))
        self.button.clicked.connect(self.open)
        self._soon = QTimer(self, singleShot=True, interval=_FRAME)
        self._soon.timeout.connect(self.refresh)
        bridge.published.connect(self._on_event)

    def open(self) -> None:
        """Opens the window, with the user's own file read anew."""
        if self.window is None:
            from cardscope_gui.console.library_window import LibraryWindow  # noqa: PLC0415 not for the first card

            self.window = LibraryWindow(self._parent)
            self.window.put_wanted.connect(self._put)
            self.window.send_wanted.connect(partial(self._put, send=True))
            self.window.own_wanted.connect(self.open_own_file)
        self.refresh()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        self._bridge.spawn(self._load(self.window))

    def refresh(self) -> None:
        """Another reader or card is shown, or more is known of it."""
        if self.window is None:
            return
        from cardscope.decode.atr import decode_atr  # noqa: PLC0415 as above
        from cardscope_gui.console.library_details import GuardView  # noqa: PLC0415

        session, reader = self._shown()
        known = self._bridge.service.identification(reader) if reader is not None else None
        there = any(each.name == reader for each in self._bridge.service.readers)
        guard = GuardView(reader_alone=session is None and there)
        if session is not None:
            guard = GuardView(session.chip, decode_atr(session.atr).storage, session.known)
        can_send = (session is not None or there) and not self._composer.busy
        self.window.show_context(_context(session, reader, known), guard, can_send=can_send)

    def open_own_file(self) -> None:
        """Opens the user's own file in his editor, with an example where there is none yet."""
        from cardscope.library import own_library_path  # noqa: PLC0415
        from cardscope_gui.console.library_window import open_file  # noqa: PLC0415

        path = own_library_path()
        try:
            _make(path)
        except OSError as error:
            if self.window is not None:
                self.window.faults.say(f"{path}: {error.strerror or error}.")
            return
        open_file(str(path))

    def _on_event(self, event: object) -> None:
        if (
            self.window is not None
            and self.window.isVisible()
            and isinstance(event, Identified | CardRemoved | Exchanged)
            and not self._soon.isActive()
        ):
            self._soon.start()

    def _put(self, text: str, *, send: bool = False) -> None:
        self._composer.edit.set_text(text)
        self.filled.emit()
        if send:
            self._composer.submit()

    async def _load(self, window: "LibraryWindow") -> None:
        from cardscope.library import load_library  # noqa: PLC0415
        from cardscope.worker import Worker  # noqa: PLC0415

        worker = Worker("CardScope library")
        try:
            library: Library = await worker.call(load_library)
        finally:
            worker.stop()
        window.show_library(library)


def _context(session: CardSession | None, reader: str | None, known: "Identification | None") -> "Context":
    from cardscope.library import context_of  # noqa: PLC0415
    from cardscope.readers.families import family_of_reader  # noqa: PLC0415

    family = known.family if known is not None else None
    if family is None and reader is not None:
        # Identification finds the family out only where a card needs it.
        family = family_of_reader(reader)
    protocol = str(session.protocol) if session is not None and session.protocol is not None else None
    probed = known is not None and known.applications_probed
    return context_of(
        session.atr if session is not None else None,
        family=family,
        chip=known.chip.chip if known is not None and known.chip is not None else None,
        protocol=protocol if protocol in ("T=0", "T=1") else None,
        applications=[each.aid for each in known.applications] if known is not None and probed else None,
    )


def _make(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OWN_FILE, encoding="utf-8")


class LibraryInvitation(QObject):
    """A button under the words of the empty transcript."""

    def __init__(self, view: QAbstractItemView, model: TranscriptModel) -> None:
        super().__init__(view)
        self._view = view.viewport()
        self._model = model
        self.button = Button(self.tr("Open the command library"), "link", "book", parent=self._view)
        self._view.installEventFilter(self)
        model.rowsInserted.connect(self._place)
        model.modelReset.connect(self._place)
        theme.notifier().changed.connect(self._place)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        area = self._view.rect()
        self.button.adjustSize()
        self.button.move((area.width() - self.button.width()) // 2, area.height() // 2 + theme.px(_BELOW))
        self.button.setVisible(self._model.last is None and area.height() >= theme.px(_LEAST_HEIGHT))
