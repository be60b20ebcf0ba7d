"""From the request to close to the end of the process, idle and with a card that does not answer."""

import asyncio
import signal
import time

from support.cards import Do, RawCard

from .idle import settled
from .results import Number, median
from .stage import PATIENCE, Stage, meanwhile

_LIMIT = 300


async def measure(stage: Stage) -> list[Number]:
    """The request is SIGTERM, which closes the window as its button does."""
    runs = 4 if stage.quick else 12
    idle: list[float] = []
    stuck: list[float] = []
    for _ in range(runs):
        idle.append(await _idle(stage) * 1000)
        stuck.append(await _stuck(stage) * 1000)
    return [
        median("SIGTERM to process end, idle", idle, "ms", _LIMIT),
        median("SIGTERM to process end, a card call stuck", stuck, "ms", _LIMIT),
    ]


async def _idle(stage: Stage) -> float:
    stage.screen.forget()
    async with stage.app() as process, asyncio.timeout(PATIENCE):
        await stage.screen.next_window()
        await settled(process.pid)
        return await _close(process)


async def _stuck(stage: Stage) -> float:
    """The card never answers the app's question for its UID."""
    card = RawCard(lambda _command: Do.HANG)
    async with meanwhile(card.serve(stage.pcscd.port)), stage.app() as process, asyncio.timeout(PATIENCE):
        await card.got_command.wait()
        await settled(process.pid)
        took = await _close(process)
    stage.pcscd.wait_until_empty()
    return took


async def _close(process: asyncio.subprocess.Process) -> float:
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    status = await process.wait()
    took = time.monotonic() - start
    if status != 0:
        raise RuntimeError(f"the app ended with status {status}")
    return took
