"""The start: settings, bridge and window, up to the first picture. What comes after it is in ``serving``."""

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from cardscope import __version__
from cardscope.errors import CardScopeError
from cardscope_gui.bridge import Bridge
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cardscope.virtual.ready_cards import ReadyCard


def main(*, virtual_card: str | None = None, model: str | None = None, files: "Sequence[Path]" = ()) -> int:
    """Opens the window, with the dump ``files``, and returns the exit code once it is closed.

    ``virtual_card`` names a practice card to put into the virtual reader at once, ``model`` the model of that reader,
    by default the one that the user chose last. Raises :class:`~cardscope.errors.UsageError` when there is no such card
    or model, and CardScopeError without a display.
    """
    card = _practice_card(virtual_card) if virtual_card is not None else None
    key = _model_key(model) if model is not None else None
    _require_display()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("cardscope")
    application.setApplicationDisplayName("CardScope")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("cardscope")
    application.setQuitOnLastWindowClosed(False)
    bridge = Bridge()
    window = MainWindow(bridge, Settings())
    if key is not None:
        window.slot.model_key = key
    window.show()
    # The first picture does not wait for asyncio and the readers. Input does: slots may start coroutines.
    application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    from cardscope_gui.event_loop import run  # noqa: PLC0415
    from cardscope_gui.serving import serve  # noqa: PLC0415

    return run(serve(bridge, window, card, files))


def _require_display() -> None:
    """Qt aborts the process where it finds no display. Raises CardScopeError instead, for the case that is common."""
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        raise CardScopeError(
            "There is no display to open a window on.",
            remedy="Start CardScope in a desktop session, or use its sub-commands: cardscope --help",
        )


def _practice_card(name: str) -> "ReadyCard":
    from cardscope.virtual.ready_cards import practice_card  # noqa: PLC0415 - most starts need no card

    return practice_card(name)


def _model_key(name: str) -> str:
    from cardscope.virtual.reader_models import reader_model  # noqa: PLC0415 - most starts need none

    return reader_model(name).key
