"""A console that gets a hundred thousand exchanges, is filtered, scrolled and resized; how long each stopped the loop.

The first argument is how many exchanges are there before the clock runs, the second how many come then. Writes one JSON
object.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cardscope.events import Exchanged, Origin
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.panel import ConsolePanel

_A_SECOND = 2_000
_A_BEAT = 16
_SIZE = (1190, 300)
_TYPED = ("FF D6 00 2", "verify", "not supported", "nothing of the kind")


class Heart(QObject):
    """Beats every millisecond, and remembers how long (s) it could not: by the clock, and by what this thread itself
    used of a processor, which leaves out the time that other programs had."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=1)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._does: Callable[[], None] = lambda: None

    def start(self, does: Callable[[], None] = lambda: None) -> None:
        """Does something with every beat, too."""
        self._does = does
        self.longest = self.longest_own = 0.0
        self._last, self._last_own = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """The longest stretches in milliseconds."""
        self._beat()
        self._timer.stop()
        return {"stall": self.longest * 1000, "own": self.longest_own * 1000}

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.longest_own = max(self.longest_own, own - self._last_own)
        self._last, self._last_own = now, own
        self._does()


def exchanges() -> Iterator[Exchanged]:
    """Every one another: what is sent and answered at a real card, of all lengths."""
    generator = random.Random(7816)
    while True:
        page, four = generator.randrange(4, 0xE2), generator.randbytes(4)
        kind = generator.randrange(20)
        if kind < 8:
            command, response = bytes((0xFF, 0xB0, 0, page, 16)), generator.randbytes(16) + b"\x90\x00"
        elif kind < 12:
            command = bytes.fromhex("FF00000005D4423A") + bytes((page, page + 3))
            response = b"\xd5\x43\x00" + generator.randbytes(16) + b"\x90\x00"
        elif kind < 15:
            command, response = bytes((0xFF, 0xD6, 0, page, 4)) + four, b"\x90\x00"
        elif kind < 17:
            command = bytes.fromhex("0020000104") + four
            response = bytes((0x63, 0xC0 | generator.randrange(4)))
        elif kind < 19:
            command, response = bytes((0x00, 0xB0)) + four[:2] + b"\x00", generator.randbytes(120) + b"\x90\x00"
        else:
            command, response = b"\x00\xa4\x04\x00\x07\xa0\x00\x00" + four, b"\x6a\x81"
        origin = Origin.APPLICATION if page % 3 else Origin.USER
        yield Exchanged("ACS ACR122U PICC Interface", 1, origin, command, response, 4.2, time.monotonic())


def resident() -> int:
    """Bytes of memory that this process has."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def main() -> None:
    """Runs all and writes what came of it."""
    before, coming = int(sys.argv[1]), int(sys.argv[2])
    application = QApplication(sys.argv[:1])
    theme.notifier().install(theme.Appearance.DARK)
    bridge = Bridge()
    panel = ConsolePanel(bridge)
    panel.resize(*_SIZE)
    panel.show_session(None, "ACS ACR122U PICC Interface")
    panel.show()
    application.processEvents()
    model, view, pane = panel.transcript, panel.view, panel.pane
    source = exchanges()
    gc.collect()
    gc.freeze()  # as the app does once all is loaded
    memory = resident()
    payload = 0

    def publish(count: int) -> None:
        nonlocal payload
        for _ in range(count):
            exchange = next(source)
            payload += len(exchange.command) + len(exchange.response or b"")
            bridge.published.emit(exchange)

    publish(before)
    model.insert_waiting()
    application.processEvents()
    heart, loop = Heart(), QEventLoop()
    start, sent = time.perf_counter(), 0

    def feed() -> None:
        nonlocal sent
        # After a time in which other programs had the machine, what was missed does not come in one go.
        due = min(round((time.perf_counter() - start) * _A_SECOND), sent + _A_BEAT, coming)
        publish(due - sent)
        sent = due
        if sent == coming and model.total == before + coming:
            loop.quit()

    heart.start(feed)
    loop.exec()
    result: dict[str, object] = {"append": heart.stop(), "seconds": time.perf_counter() - start}
    gc.collect()
    result["bytes"] = (resident() - memory - payload) / model.total

    def measured(*steps: Callable[[], None], until: Callable[[], bool] = lambda: True) -> dict[str, float]:
        """Each step in an event of its own."""
        left = list(steps)

        def step() -> None:
            if left:
                left.pop(0)()
            elif until():
                loop.quit()

        began = time.perf_counter()
        heart.start(step)
        loop.exec()
        return {**heart.stop(), "took": (time.perf_counter() - began) * 1000}

    pane.open_filter()
    for text in _TYPED:
        keys = [lambda end=end, text=text: pane.search.setText(text[:end]) for end in range(1, len(text) + 1)]
        result[f"filter {text}"] = measured(*keys, until=lambda: not model.filtering)
        result[f"all after {text}"] = measured(pane.search.clear, until=lambda: not model.filtering)
    result["mine"] = measured(pane.mine.toggle, pane.mine.toggle, until=lambda: not model.filtering)
    result["scroll"] = measured(
        *(lambda row=row: view.scrollTo(model.index(row)) for row in range(0, model.total, model.total // 100))
    )
    result["resize"] = measured(*(lambda width=width: panel.resize(width, 300) for width in (900, 1400, 700, 1190)))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
