"""The composition root: settings, service, bridge and window, put together and taken apart."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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


_QUIET = 0.5
"""Seconds after the start in which nothing is done that nobody has asked for."""


def main(*, virtual_card: str | None = None, model: str | None = None) -> int:
    """Opens the window and returns the exit code once it is closed.

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


def _model_key(name: str) -> str:
    from cardscope.virtual.reader_models import reader_model  # noqa: PLC0415 - most starts need none

    return reader_model(name).key


def _load_the_rest() -> None:
    """Loads aside what the first card and the first menu of virtual cards need: in the window's own thread it would
    hold the window up for 150 ms."""
    from threading import Thread  # noqa: PLC0415

    def load() -> None:
        import cardscope.identify.identify  # noqa: PLC0415
        import cardscope.virtual.iso7816  # noqa: PLC0415
        from cardscope.tags.originality import originality_keys  # noqa: PLC0415
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415

        assert cardscope.identify.identify
        assert cardscope.virtual.iso7816
        originality_keys()
        ready_cards()

    Thread(target=load, name="CardScope loader", daemon=True).start()


@asynccontextmanager
async def _store(bridge: Bridge, window: MainWindow) -> AsyncGenerator[None, None]:
    """Keeps the recent cards and the commands sent. Without its file everything else works, and they last as long as
    the window."""
    from cardscope.store.database import Database, StoreError, default_path  # noqa: PLC0415
    from cardscope.store.recent_cards import RecentCards  # noqa: PLC0415
    from cardscope_gui.recent.keeper import RecentKeeper  # noqa: PLC0415

    database = Database(default_path())
    keeper: RecentKeeper | None = None

    async def begin() -> None:
        nonlocal keeper
        try:
            await database.open()
            window.keep_history_in(database)
            keeper = RecentKeeper(bridge, RecentCards(database), window.recent, window.sidebar.recent.cards, window)
            keeper.reader_wanted.connect(window.show_reader)
            keeper.failed.connect(window.notice.say)
            await keeper.begin()
        except StoreError as error:
            window.notice.say(f"{error} {error.remedy}")

    bridge.spawn(begin())
    try:
        yield
    finally:
        if keeper is not None:
            keeper.end()
        await database.close()


async def _serve(bridge: Bridge, window: MainWindow, card: "ReadyCard | None") -> int:
    """Keeps the readers and the window together until the window is closed."""
    import asyncio  # noqa: PLC0415 - this and the rest: the first picture does not wait for them

    from cardscope.readers.pcsc_source import PcscSource  # noqa: PLC0415
    from cardscope.service import CardService, Identifying  # noqa: PLC0415
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
    identifying = Identifying(window.settings.reader_families(), window.settings.probe_applications)
    service = CardService([VirtualSource(virtual_reader), PcscSource()], identifying=identifying)
    bridge.connect_service(service, virtual_reader)
    if card is not None:
        window.slot.insert_ready(card)
    signals = TerminationSignals(bridge)
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    signals.received.connect(window.close)
    try:
        async with service, _store(bridge, window):
            later = asyncio.get_running_loop().call_later(_QUIET, _load_the_rest)
            await closed.wait()
            later.cancel()
            await bridge.close()
    finally:
        signals.close()
        sys.excepthook = hook
    return 0
