"""The composition root: settings, service, bridge and window, put together and taken apart."""

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from cardscope import __version__
from cardscope.errors import CardScopeError
from cardscope_gui.bridge import Bridge
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    from cardscope.virtual.ready_cards import ReadyCard


def main(*, virtual_card: str | None = None) -> int:
    """Opens the window and returns the exit code once it is closed.

    ``virtual_card`` names a practice card to put into the virtual reader at once.
    Raises :class:`~cardscope.errors.UsageError` when there is no such card, and CardScopeError without a display.
    """
    card = _practice_card(virtual_card) if virtual_card is not None else None
    _require_display()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("cardscope")
    application.setApplicationDisplayName("CardScope")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("cardscope")
    application.setQuitOnLastWindowClosed(False)
    bridge = Bridge()
    window = MainWindow(bridge, Settings())
    window.show()
    # The first picture does not wait for asyncio and the readers. Input does: slots may start coroutines.
    application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    from cardscope_gui.event_loop import run  # noqa: PLC0415

    return run(_serve(bridge, window, card))


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


async def _serve(bridge: Bridge, window: MainWindow, card: "ReadyCard | None") -> int:
    """Keeps the readers and the window together until the window is closed."""
    import asyncio  # noqa: PLC0415 - this and the rest: the first picture does not wait for them

    from cardscope.readers.pcsc_source import PcscSource  # noqa: PLC0415
    from cardscope.service import CardService  # noqa: PLC0415
    from cardscope.virtual.reader import VirtualReader, VirtualSource  # noqa: PLC0415
    from cardscope_gui.event_loop import TerminationSignals  # noqa: PLC0415

    hook = sys.excepthook

    def report(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        """Qt calls slots outside any coroutine; what they raise ends here."""
        bridge.report(error)

    sys.excepthook = report
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: bridge.report(context.get("exception") or RuntimeError(context["message"]))
    )
    virtual_reader = VirtualReader()
    if card is not None:
        virtual_reader.insert(card.make())
    service = CardService([VirtualSource(virtual_reader), PcscSource()])
    bridge.connect_service(service, virtual_reader)
    signals = TerminationSignals(bridge)
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    signals.received.connect(window.close)
    try:
        async with service:
            await closed.wait()
            await bridge.close()
    finally:
        signals.close()
        sys.excepthook = hook
    return 0
