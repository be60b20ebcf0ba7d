"""A transcript of a hundred thousand exchanges that arrive two thousand a second: how long the window stops for it."""

import asyncio
import json
from typing import Any

from .results import Number
from .stage import Stage, child

_ROWS = 100_000
_FIRST = 500
_AT_A_TIME = 16.0
"""Milliseconds: a screen's frame."""
_A_ROW = 500.0
"""Bytes of memory beyond the command and the answer themselves."""
_PATIENCE = 120.0


async def measure(stage: Stage) -> list[Number]:
    """A stall is the longest time in which the event loop did nothing else, as the clock has it. What the thread used
    of a processor meanwhile is beside it: where that is much less, other programs had the machine."""
    # The first of all load the tables of words, which is another figure's business.
    coming = _ROWS // 10 if stage.quick else _ROWS - _FIRST
    environment = stage.environment(platform="xcb")
    command = (*child("transcript_load"), str(_ROWS - coming), str(coming))
    async with stage.program(*command, environment=environment, read=True) as program:
        assert program.stdout is not None
        async with asyncio.timeout(_PATIENCE):
            line = await program.stdout.readline()
    if not line:
        raise RuntimeError("the program ended without a result")
    found: dict[str, Any] = json.loads(line)
    filters = {name: one for name, one in found.items() if name.startswith(("filter ", "all after", "mine"))}
    return [
        _stall(f"{coming:,} rows appended, 2,000 a second", found["append"]),
        Number("memory of a row beyond its bytes", found["bytes"], "bytes", _A_ROW),
        _stall("filtering as one types", max(filters.values(), key=lambda one: one["stall"])),
        Number(
            "a filter's text typed at once, until its rows are shown",
            max(one["took"] for one in filters.values()),
            "ms",
            series={"each": [one["took"] for one in filters.values()]},
        ),
        _stall("scrolling through all in 100 steps", found["scroll"]),
        _stall("another width", found["resize"]),
    ]


def _stall(what: str, found: dict[str, float]) -> Number:
    return Number(
        f"longest stall: {what}", found["stall"], "ms", _AT_A_TIME, note=f"{found['own']:.1f} ms of it the window's own"
    )
