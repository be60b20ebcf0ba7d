"""From the return of SCardGetStatusChange in a bare loop to the event in the app, side by side."""

import asyncio

from support.cards import RawCard

from .results import Number, median
from .stage import PATIENCE, Stage, child, line_of, meanwhile

_LIMIT = 5
_ANSWER = bytes.fromhex("04AABBCCDDEEFF9000")


async def measure(stage: Stage) -> list[Number]:
    """Bare loop and app are processes of their own; both read one clock, CLOCK_MONOTONIC."""
    times = 8 if stage.quick else 40
    told: dict[str, list[float]] = {"in": [], "out": []}
    handled: list[float] = []
    port = stage.pcscd.port
    async with (
        stage.program(*child("bare_watch"), read=True) as bare,
        stage.program(*child("app_watch"), read=True) as app,
    ):
        for ready in (bare, app):
            await line_of(ready)
        for _ in range(times):
            card = RawCard(lambda _command: _ANSWER)
            async with meanwhile(card.serve(port)):
                await _compare(bare, app, "in", told, handled)
            await _compare(bare, app, "out", told, handled)
    both = [*told["in"], *told["out"]]
    return [
        median("bare loop's return to the service's event, card in and out", both, "ms", _LIMIT),
        median("the same, card in alone", told["in"], "ms"),
        median("the same, card out alone", told["out"], "ms"),
        median("bare loop's return until the window has dealt with the event", handled, "ms"),
    ]


async def _compare(
    bare: asyncio.subprocess.Process,
    app: asyncio.subprocess.Process,
    what: str,
    told: dict[str, list[float]],
    handled: list[float],
) -> None:
    async with asyncio.timeout(PATIENCE):
        bare_line, app_line = await asyncio.gather(line_of(bare), line_of(app))
    said, returned = bare_line.split()
    event, told_at, handled_at = app_line.split()
    if (said, event) != (what, what):
        raise RuntimeError(f"card {what}: the bare loop says {said!r}, the app {event!r}")
    told[what].append((float(told_at) - float(returned)) * 1000)
    handled.append((float(handled_at) - float(returned)) * 1000)
