"""ATRs: any bytes at all through the decoder, a second's worth through the command, and look-ups in the list."""

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from cardscope.decode.atr import decode_atr
from cardscope.identify.atr_list import AtrList, find_lists

from .results import NotMeasured, Number, median
from .stage import APP, PATIENCE, Stage, child, line_of

_STRINGS = 10_000_000
_A_SECOND = 5_000
_LOAD_LIMIT, _LOOK_UP_LIMIT = 150, 100
_REPORT_EVERY = 1_000_000


async def measure(stage: Stage) -> list[Number]:
    """The list is the one of this machine, as pcsc-tools installs it."""
    lists = find_lists()
    if not lists:
        raise NotMeasured("there is no smartcard_list.txt on this machine; pcsc-tools brings one")
    return [
        *_look_ups(lists[0], 5 if stage.quick else 20),
        await _command(lists[0], 3 if stage.quick else 10),
        *await _any_bytes(stage, _STRINGS // 100 if stage.quick else _STRINGS),
    ]


def _literal_atrs(path: Path) -> list[bytes]:
    found: list[bytes] = []
    for line in path.read_text("utf-8").splitlines():
        if line[:1] not in ("#", "\t", ""):
            try:
                found.append(bytes.fromhex(line))
            except ValueError:  # a pattern
                continue
    return found


def _look_ups(path: Path, runs: int) -> list[Number]:
    loads: list[float] = []
    # The same list again each time, not the one that was kept; the last is looked up in.
    known = AtrList("", path)
    for _ in range(runs):
        start = time.perf_counter()
        known = AtrList(path.read_text("utf-8"), path)
        loads.append((time.perf_counter() - start) * 1000)
    atrs = _literal_atrs(path)
    looks: list[float] = []
    decodes: list[float] = []
    for atr in atrs:
        start = time.perf_counter()
        known.matches(atr)
        between = time.perf_counter()
        decode_atr(atr)
        looks.append((between - start) * 1_000_000)
        decodes.append((time.perf_counter() - between) * 1_000_000)
    return [
        median(f"load a list of {len(known):,} patterns", loads, "ms", _LOAD_LIMIT),
        median("look an ATR up", looks, "µs", _LOOK_UP_LIMIT),
        median("decode an ATR of the list", decodes, "µs"),
    ]


async def _command(path: Path, runs: int) -> Number:
    """The whole process, its start included; half of the ATRs are of the list, half have bytes changed at random."""
    generator = random.Random(7816)
    atrs = generator.choices(_literal_atrs(path), k=_A_SECOND)
    for number in range(0, _A_SECOND, 2):
        changed = bytearray(atrs[number])
        changed[generator.randrange(len(changed))] = generator.randrange(256)
        atrs[number] = bytes(changed)
    times: list[float] = []
    with tempfile.TemporaryFile() as lines:
        lines.write("".join(f"{atr.hex(' ')}\n" for atr in atrs).encode())
        for _ in range(runs):
            lines.seek(0)
            start = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *(APP, "atr", "--json", "--list", str(path), "-"), stdin=lines, stdout=asyncio.subprocess.PIPE
            )
            async with asyncio.timeout(PATIENCE):
                out, _ = await process.communicate()
            times.append(time.perf_counter() - start)
            if process.returncode or len(out.splitlines()) != _A_SECOND:
                raise RuntimeError(f"status {process.returncode} after {len(out.splitlines())} lines")
    return median(f"{_A_SECOND:,} ATRs through cardscope atr -, start and list included", times, "s", 1)


async def _any_bytes(stage: Stage, count: int) -> list[Number]:
    """Decodes ``count`` byte strings, shared out to a process for each processor."""
    processes = os.cpu_count() or 1
    share = -(-count // processes)
    done = [0] * processes
    failed: list[str] = []
    start = time.perf_counter()

    async def run(number: int) -> None:
        command = (*child("atr_fuzz"), str(share), str(number))
        async with stage.program(*command, environment=dict(os.environ), read=True) as program:
            while (line := await line_of(program)) != "ok":
                if not line.isdecimal():
                    failed.append(line)
                    return
                before, done[number] = sum(done), int(line)
                if before // _REPORT_EVERY < sum(done) // _REPORT_EVERY:
                    print(f"atr: {sum(done):,} of {count:,} byte strings", file=sys.stderr, flush=True)

    await asyncio.gather(*(run(number) for number in range(processes)))
    each = (time.perf_counter() - start) / share * 1_000_000
    return [
        Number(
            f"failures among {share * processes:,} byte strings: raised, or a span out of place",
            len(failed),
            "",
            0,
            note="; ".join(failed),
        ),
        Number("making, decoding and checking one of them, on one processor", each, "µs"),
    ]
