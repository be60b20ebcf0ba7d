"""The app's service, bridge and window, with an NTAG216 behind the ACR122U model put into the virtual reader again and
again: when its UID and when its state are on the screen.

Prints "ready", then for each insertion "UID COMPLETE STALL": milliseconds from the card event to the picture with the
UID and to that with the complete state, and the longest that one turn of the event loop took meanwhile.
"""

import asyncio
import sys
import time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from cardscope.events import CardInserted, Event, Identified, UidRead
from cardscope.service import CardService, Identifying
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.bridge import Bridge
from cardscope_gui.event_loop import run
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings

PAUSE = 0.3
"""Between two cards, seconds."""


class Painted(QObject):
    """Tells when the next picture is there of a widget that something new was put into."""

    def __init__(self, widget: QObject) -> None:
        super().__init__()
        self.next: asyncio.Future[float] | None = None
        widget.installEventFilter(self)

    def wait(self) -> "asyncio.Future[float]":
        self.next = asyncio.get_running_loop().create_future()
        return self.next

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self.next is not None and not self.next.done():
            self.next.set_result(time.perf_counter())
        return False


async def main() -> int:
    reader = VirtualReader()
    service = CardService([VirtualSource(reader)], identifying=Identifying())
    bridge = Bridge()
    bridge.connect_service(service, reader)
    window = MainWindow(bridge, Settings())
    window.show()
    uid, title = Painted(window.header.uid.value), Painted(window.header.badges)
    inserted = 0.0
    uid_at: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    complete_at: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def watch(event: Event) -> None:
        nonlocal inserted, uid_at, complete_at
        match event:
            case CardInserted():
                inserted = time.perf_counter()
            case UidRead():
                uid_at = uid.wait()
            case Identified(identification=known) if known.complete:
                complete_at = title.wait()
                finished.set()
            case _:
                pass

    finished = asyncio.Event()
    bridge.published.connect(watch)  # after the window
    worst = 0.0

    async def look_for_stalls() -> None:
        nonlocal worst
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            worst = max(worst, now - last)
            last = now

    async with service:
        await asyncio.sleep(PAUSE)
        print("ready", flush=True)
        stalls = asyncio.ensure_future(look_for_stalls())
        while True:
            finished.clear()
            worst = 0.0
            reader.insert(ready_card("ntag216").make(reader_model("acr122u")))
            await finished.wait()
            times = [(await moment - inserted) * 1000 for moment in (uid_at, complete_at)]
            await asyncio.sleep(0.05)
            print(*times, worst * 1000, flush=True)
            reader.remove()
            await asyncio.sleep(PAUSE)
        stalls.cancel()
    return 0


application = QApplication([])
sys.exit(run(main()))
