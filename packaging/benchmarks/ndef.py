"""NDEF: any tag image at all through the reader of messages."""

import asyncio
import os
import sys
import time

from .results import Number
from .stage import Stage, child, line_of

_IMAGES = 1_000_000
_BOUND = 10.0
"""Milliseconds for one image."""
_REPORT_EVERY = 100_000


async def measure(stage: Stage) -> list[Number]:
    """Reads the images, shared out to a process for each processor."""
    count = _IMAGES // 100 if stage.quick else _IMAGES
    processes = os.cpu_count() or 1
    share = -(-count // processes)
    done, slowest = [0] * processes, [0.0] * processes
    failed: list[str] = []
    start = time.perf_counter()

    async def run(number: int) -> None:
        command = (*child("ndef_fuzz"), str(share), str(number))
        async with stage.program(*command, environment=dict(os.environ), read=True) as program:
            while not (line := await line_of(program)).startswith("ok "):
                if not line.isdecimal():
                    failed.append(line)
                    return
                before, done[number] = sum(done), int(line)
                if before // _REPORT_EVERY < sum(done) // _REPORT_EVERY:
                    print(f"ndef: {sum(done):,} of {count:,} images", file=sys.stderr, flush=True)
            slowest[number] = float(line.removeprefix("ok "))

    await asyncio.gather(*(run(number) for number in range(processes)))
    each = (time.perf_counter() - start) / share * 1_000_000
    what = f"failures among {share * processes:,} tag images: raised, read outside the area, or a span out of place"
    return [
        Number(what, len(failed), "", 0, note="; ".join(failed)),
        Number("the slowest of them, in processor time", max(slowest), "ms", _BOUND),
        Number("making, reading and checking one of them, on one processor", each, "µs"),
    ]
