"""10,000 random plans on random tags, each with one accident: what reaches which tag, and what is left to do."""

import asyncio
import json
import os
import sys
from collections import Counter
from itertools import pairwise
from typing import Any

from .results import NotMeasured, Number
from .stage import Stage, child

_RUNS = 10_000
_PROGRAM = "write_campaign"


async def measure(stage: Stage) -> list[Number]:
    """The runs are shared out among the processors."""
    if sys.platform == "win32":
        raise NotMeasured("a process cannot be killed as on other systems")
    runs = _RUNS // 20 if stage.quick else _RUNS
    parts = os.cpu_count() or 1
    bounds = [runs * part // parts for part in range(parts + 1)]
    found = await asyncio.gather(*(_part(*pair) for pair in pairwise(bounds)))
    ends, kinds = Counter[str](), Counter[str]()
    violations: list[str] = []
    for one in found:
        ends.update(one["ends"])
        kinds.update(one["kinds"])
        violations += one["violations"]
    happened = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()))
    ended = ", ".join(f"{end} {count:,}" for end, count in sorted(ends.items()))
    settled = sum(count for end, count in ends.items() if end)
    return [
        Number(
            f"violations in {sum(one['runs'] for one in found):,} runs",
            len(violations),
            "",
            0,
            note=f"{'; '.join(violations[:3]) + '; ' if violations else ''}accidents that happened: {happened}",
        ),
        Number("runs that are neither resumable nor reported", runs - settled, "", 0, note=f"ended: {ended}"),
    ]


async def _part(first: int, last: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *child(_PROGRAM), str(first), str(last), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"the campaign ended with status {process.returncode}")
    return json.loads(out)
