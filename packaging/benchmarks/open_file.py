"""A dump file of a full NTAG216, from when it is wanted until the page of its tag is painted, memory in front."""

import asyncio
import tempfile
from pathlib import Path

from cardscope.dumps import save
from cardscope.virtual.ready_cards import ready_card

from .results import Number, median
from .stage import Stage, child

_LIMIT = 100.0
_PATIENCE = 60.0
_OTHERS = 8
_FORMATS = {"flipper": ".nfc", "proxmark3": ".bin", "cardscope": ".json"}


async def measure(stage: Stage) -> list[Number]:
    """In a window that is up, from the call to open the file on. A file on the command line waits for all that follows
    a start, which nobody promised a time for: it counts from the window's first picture on."""
    runs = 3 if stage.quick else 10
    tag = ready_card("ntag216-url").make_tag().snapshot()
    first: list[float] = []
    running: list[float] = []
    with tempfile.TemporaryDirectory(prefix="cardscope-bench-") as folder:
        files: list[str] = []
        for number in range(_OTHERS + 1):
            key, suffix = list(_FORMATS.items())[number % len(_FORMATS)]
            path = Path(folder) / f"tag-{number}{suffix}"
            path.write_bytes(save(tag, key).data)
            files.append(str(path))
        for run in range(runs + 1):
            found = await _open(stage, files)
            if run:  # the first run fills the disk's cache
                first.append(found[0])
                running += found[1:]
    return [
        median("opened in a window that is up", running, "ms", _LIMIT),
        median("on the command line, from the window's first picture on", first, "ms"),
    ]


async def _open(stage: Stage, files: list[str]) -> list[float]:
    command = (*child("open_files"), *files)
    async with stage.program(*command, environment=stage.environment(platform="xcb"), read=True) as program:
        assert program.stdout is not None
        async with asyncio.timeout(_PATIENCE):
            lines = [await program.stdout.readline() for _ in files]
    if not lines[-1]:
        raise RuntimeError("the program ended before all files were open")
    return [float(line) for line in lines]
