"""What runs behind the window: readers, service and store, put together and taken apart. Loaded after the first
picture."""

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService, Identifying
from cardscope.store.database import Database, StoreError, default_path
from cardscope.store.recent_cards import RecentCards
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope_gui.bridge import Bridge
from cardscope_gui.event_loop import TerminationSignals
from cardscope_gui.main_window import MainWindow
from cardscope_gui.recent.keeper import RecentKeeper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cardscope.virtual.ready_cards import ReadyCard

_QUIET = 0.5
"""Seconds after the start in which nothing is done that nobody has asked for."""


async def serve(bridge: Bridge, window: MainWindow, card: "ReadyCard | None", files: "Sequence[Path]" = ()) -> int:
    """Keeps the readers and the window together until the window is closed. Opens ``files`` first."""
    hook = sys.excepthook

    def report(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        """Qt calls slots outside any coroutine; what they raise ends here."""
        bridge.report(error)

    sys.excepthook = report
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: bridge.report(context.get("exception") or RuntimeError(context["message"]))
    )
    virtual_reader = VirtualReader()
    virtual_reader.electronics = window.slot.electronics
    identifying = Identifying(window.settings.reader_families(), window.settings.probe_applications)
    service = CardService([VirtualSource(virtual_reader), PcscSource()], identifying=identifying)
    bridge.connect_service(service, virtual_reader)
    if card is not None:
        window.slot.insert_ready(card)
    window.files.open(files)
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


def _load_the_rest() -> None:
    """Loads aside what the first card, its NDEF tab and the first menu of virtual cards need: in the window's own
    thread it would hold the window up for 200 ms."""
    from threading import Thread  # noqa: PLC0415

    def load() -> None:
        import cardscope.dumps  # noqa: PLC0415
        import cardscope.virtual.iso7816  # noqa: PLC0415
        import cardscope_gui.ndef.tab  # noqa: PLC0415
        from cardscope.decode.apdu import summary  # noqa: PLC0415
        from cardscope.decode.status_words import status_word  # noqa: PLC0415
        from cardscope.guard.rules import rules  # noqa: PLC0415
        from cardscope.identify import from_snapshot, identify  # noqa: PLC0415
        from cardscope.tags.originality import originality_keys  # noqa: PLC0415
        from cardscope.virtual.ready_cards import ready_cards  # noqa: PLC0415

        assert cardscope.dumps
        assert identify
        assert from_snapshot
        assert cardscope.virtual.iso7816
        assert cardscope_gui.ndef.tab
        originality_keys()
        ready_cards()
        # The tables of words of the first exchange, and of the first command that is judged by its instruction.
        summary(bytes(4))
        status_word(0x9000)
        rules()
        # What is loaded by now stays. To look at all of it again in a full collection would hold the window up for
        # longer than a screen's frame.
        gc.freeze()

    Thread(target=load, name="CardScope loader", daemon=True).start()


@asynccontextmanager
async def _store(bridge: Bridge, window: MainWindow) -> AsyncGenerator[None, None]:
    """Keeps the recent cards and the commands sent. Without its file everything else works, and they last as long as
    the window."""
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
        await window.card.finish()
        await window.scripts.finish()
        await database.close()
