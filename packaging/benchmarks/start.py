"""From starting the process to the first window, against a bare PySide6 window with an empty table."""

import asyncio
import time

from . import processor_time
from .results import Number, ratio
from .stage import APP, PATIENCE, Stage, child

_LIMIT = 1.8


async def measure(stage: Stage) -> list[Number]:
    """App and bare window take turns; the first pair, which fills the disk's cache, does not count."""
    runs = 5 if stage.quick else 20
    app, bare = _Times(), _Times()
    for run in range(runs + 1):
        for command, times in (((APP,), app), (child("bare_window"), bare)):
            window, frame, processor = await _start(stage, command)
            if run:
                times.window.append(window * 1000)
                times.frame.append(frame * 1000)
                times.processor.append(processor * 1000)
    return [
        ratio("first window mapped, app against bare", ("app", app.window), ("bare", bare.window), _LIMIT),
        ratio("first frame that is not blank", ("app", app.frame), ("bare", bare.frame)),
        ratio("processor time until the first window", ("app", app.processor), ("bare", bare.processor)),
    ]


class _Times:
    """Milliseconds of each run."""

    def __init__(self) -> None:
        self.window: list[float] = []
        self.frame: list[float] = []
        self.processor: list[float] = []


async def _start(stage: Stage, command: tuple[str, ...]) -> tuple[float, float, float]:
    """Seconds to the first window, seconds to its first frame, seconds of processor time to the first window."""
    screen, environment = stage.screen, stage.environment(platform="xcb")
    screen.forget()
    start = time.monotonic()
    async with stage.program(*command, environment=environment) as process, asyncio.timeout(PATIENCE):
        window, mapped = await screen.next_window()
        processor = processor_time.used_by(process.pid)
        painted = await screen.painted(window)
        return mapped - start, painted - start, processor
