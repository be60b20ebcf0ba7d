"""The app's service, bridge and window, put together as the app does, with a note of when each card event comes.

Prints "ready", then "in TOLD HANDLED" and "out TOLD HANDLED": the `time.monotonic()` at which the service published
the event, and at which the window had dealt with it.
"""

import asyncio
import sys
import time

from PySide6.QtWidgets import QApplication

from cardscope.events import CardInserted, CardRemoved, Event, ServiceChanged
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope_gui.bridge import Bridge
from cardscope_gui.event_loop import run
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings


async def main() -> int:
    virtual_reader = VirtualReader()
    service = CardService([VirtualSource(virtual_reader), PcscSource()])
    told = 0.0

    def note(_event: Event) -> None:
        nonlocal told
        told = time.monotonic()

    def handled(event: Event) -> None:
        match event:
            case CardInserted():
                print("in", told, time.monotonic(), flush=True)
            case CardRemoved():
                print("out", told, time.monotonic(), flush=True)
            case ServiceChanged():
                print("ready", flush=True)
            case _:
                pass

    service.subscribe(note)  # listeners are called in order: this one before the bridge
    signals = Bridge()
    signals.connect_service(service, virtual_reader)
    window = MainWindow(signals, Settings())
    signals.published.connect(handled)  # and this one after the window
    window.show()
    async with service:
        await asyncio.Event().wait()
    return 0


application = QApplication([])
sys.exit(run(main()))
