"""What the app costs while nothing happens, with two readers and one card."""

import asyncio
import time

from . import processor_time
from .results import Number
from .stage import PATIENCE, Stage

_LIMIT = 0.05
_SECONDS = 30
_QUIET = 1.0
"""The app has settled when it used less than 1 ms in this many seconds."""


async def measure(stage: Stage) -> list[Number]:
    """The app has its own virtual reader besides the two."""
    seconds = 10 if stage.quick else _SECONDS
    async with stage.card(), stage.app() as process:
        async with asyncio.timeout(PATIENCE):
            await stage.screen.next_window()
            settling = await settled(process.pid)
        before, start = processor_time.used_by(process.pid), time.monotonic()
        await asyncio.sleep(seconds)
        used, lasted = processor_time.used_by(process.pid) - before, time.monotonic() - start
    note = f"{used * 1000:.2f} ms in {lasted:.1f} s; {settling:.1f} s after the window the app had settled"
    return [Number(f"processor time in {_SECONDS} s", used * _SECONDS / lasted, "s", _LIMIT, note=note)]


async def settled(pid: int) -> float:
    """Waits until the process has nothing left to do; returns how long (s) it took."""
    start = time.monotonic()
    before = processor_time.used_by(pid)
    while True:
        await asyncio.sleep(_QUIET)
        now = processor_time.used_by(pid)
        if now - before < 0.001:
            return time.monotonic() - start
        before = now
