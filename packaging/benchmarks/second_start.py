"""What `dev.py run` adds to the start of an app that is installed already."""

import sys
import time
from pathlib import Path

from environment import Environment

from .results import NotMeasured, Number, median
from .stage import Stage

_LIMIT = 500
_ROOT = Path(__file__).parents[2]
_PYTHON = str(Path(sys.executable).resolve())
"""Not the environment's own interpreter, but the one that it was made with, as a user starts dev.py."""


async def measure(stage: Stage) -> list[Number]:
    """Both print the app's version, in turns."""
    environment = Environment(_ROOT)
    if environment.stamp() not in [environment.wanted(tests=tests) for tests in (True, False)]:
        raise NotMeasured("there is no .venv that dev.py made and that is up to date")
    through = (_PYTHON, str(_ROOT / "packaging" / "dev.py"), "run", "--", "--version")
    direct = (str(environment.program("cardscope")), "--version")
    added: list[float] = []
    for _ in range(5 if stage.quick else 20):
        through_took = await _run(stage, *through)
        added.append((through_took - await _run(stage, *direct)) * 1000)
    return [median("dev.py run beyond the app's own start", added, "ms", _LIMIT)]


async def _run(stage: Stage, *command: str) -> float:
    start = time.monotonic()
    async with stage.program(*command) as process:
        status = await process.wait()
    if status:
        raise RuntimeError(f"{command[0]} ended with status {status}")
    return time.monotonic() - start
