"""The app with dump files, put together as the app does, with a note of when each is there to be seen.

    open_files.py FILE OTHER...

FILE is opened as by `cardscope FILE`, the others one by one once the window has come to rest. Prints the milliseconds
from when the window was up, or from when the file was wanted, until the page of the tag was painted, memory in front.
"""

import asyncio
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from cardscope_gui.bridge import Bridge
from cardscope_gui.card.tabs import Tab
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings

_REST = 1.5
"""Seconds after which nothing goes on any more that belongs to the start."""

files = [Path(name) for name in sys.argv[1:]]
application = QApplication([])
application.setQuitOnLastWindowClosed(False)
bridge = Bridge()
settings = Settings()
settings.card_tab = Tab.MEMORY
window = MainWindow(bridge, settings)
window.show()
application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
started = time.monotonic()

from cardscope_gui.event_loop import run  # noqa: E402 the app does so, too
from cardscope_gui.files.open_file import FileState  # noqa: E402
from cardscope_gui.serving import serve  # noqa: E402

waiting = files[1:]


def opened() -> None:
    """After all that the window does when a file is there: paints it, and says how long it took."""
    shown = window.files.shown
    if shown is None or shown.state is not FileState.OPEN:
        return
    application.sendPostedEvents()
    window.repaint()
    print((time.monotonic() - started) * 1000, flush=True)
    bridge.spawn(next_file())


async def next_file() -> None:
    global started  # noqa: PLW0603 a program of one page
    await asyncio.sleep(_REST if len(waiting) == len(files) - 1 else 0.1)
    if waiting:
        path = waiting.pop(0)
        started = time.monotonic()
        window.files.open([path])
    else:
        window.close()


window.files.changed.connect(opened)
sys.exit(run(serve(bridge, window, None, files[:1])))
