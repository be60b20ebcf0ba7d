"""A history of a million different commands: how long each keystroke of a search takes, and how large the file is."""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cardscope.decode.secrets import MaskedCommand
from cardscope.readers.families import families
from cardscope.store.database import Database
from cardscope.store.history import History, SentCommand

from .results import Number, median
from .stage import Stage

_ENTRIES = 1_000_000
_BATCH = 20_000
_LIMIT = 50.0
_SHOWN = 100
_FEW = 1_000
_BENCH_CARD, _SEEN_CARD = bytes.fromhex("04E141124C2880"), bytes.fromhex("045869D29C3980")
"""One to which half of all commands went, and one to which the first thousand did."""

_TYPED = (
    "FF D6 00 2B 04",
    "ffb0001410",
    "A2 10 5",
    "00 A4 04 00 07 A0 00",
    "5B 7E 11 C4 99",
    "D4 42 A2 04 00 00",
    "FF C2 00 01 08 95 06 A2 E1",
    "update binary: page 77",
    "verify",
    "select: qz",
    "nothing of the kind",
)
"""What occurs everywhere, what occurs nowhere, and what is rare though each of its bytes is common."""


async def measure(stage: Stage) -> list[Number]:
    """Every command is another one, so none of them is found by being used often."""
    entries = _ENTRIES // 20 if stage.quick else _ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cardscope.db"
        database = await Database(path).open()
        history = History(database)
        adding = await _fill(history, entries)
        numbers = [
            await _search(history, "search as one types, the slowest of each text's keystrokes", None, stage),
            await _search(history, "the same, on the card that got a thousand commands", _SEEN_CARD, stage),
            await _search(history, "the same, on the card that got half of them", _BENCH_CARD, stage),
            await _steps(history),
            await _one_more(history),
        ]
        await database.close()
        size = _size(folder)
    return [
        *numbers,
        Number(f"file of {entries:,} commands", size / 1e6, "MB", note=f"{size / entries:.0f} bytes each"),
        Number("adding one of many", adding * 1e6, "µs"),
    ]


def _size(folder: str) -> int:
    return sum(each.stat().st_size for each in Path(folder).iterdir())


async def _fill(history: History, entries: int) -> float:
    """Returns the seconds that each took."""
    commands = _commands()
    took = 0.0
    for first in range(0, entries, _BATCH):
        batch = [
            SentCommand(MaskedCommand.of(next(commands)), float(number), "ACS ACR122U", _card_of(number))
            for number in range(first, first + _BATCH)
        ]
        start = time.perf_counter()
        await history.add(*batch)
        took += time.perf_counter() - start
        print(f"history: {first + _BATCH:,} of {entries:,} commands", file=sys.stderr, flush=True)
    return took / entries


def _card_of(number: int) -> bytes | None:
    return _SEEN_CARD if number < _FEW else _BENCH_CARD if number % 2 else None


def _commands() -> Iterator[bytes]:
    """Different commands of every kind that people send, each written with data of its own where it has data."""
    generator = random.Random(7816)
    envelopes = list(families().values())
    seen: set[bytes] = set()
    while True:
        page, data = generator.randrange(4, 0xE2), generator.randbytes(4)
        family = generator.choice(envelopes)
        command = generator.choice(
            (
                bytes((0xFF, 0xB0, 0, page, 16)),
                bytes((0xFF, 0xD6, 0, page, 4)) + data,
                family.wrap(bytes((0xA2, page)) + data),
                family.wrap(bytes((0x3A, page, generator.randrange(page, 256)))),
                family.wrap(b"\x1b" + data),
                b"\x00\xa4\x04\x00\x07\xa0\x00\x00" + data,
                bytes((0x00, 0xB0)) + generator.randbytes(2) + b"\x00",
                bytes((0x00, 0xD6))
                + generator.randbytes(2)
                + (size := generator.randrange(1, 33)).to_bytes()
                + generator.randbytes(size),
                bytes.fromhex("0020000104") + data,
                bytes((0x90, 0xBD, 0, 0, 7, generator.randrange(32))) + generator.randbytes(6) + b"\x00",
            )
        )
        if command not in seen and MaskedCommand.of(command).known not in seen:
            seen.add(MaskedCommand.of(command).known)
            yield command


async def _search(history: History, what: str, uid: bytes | None, stage: Stage) -> Number:
    slowest: dict[str, float] = {}
    for text in _TYPED * (1 if stage.quick else 3):
        for end in range(1, len(text) + 1):
            start = time.perf_counter()
            await history.search(text[:end], uid=uid, limit=_SHOWN)
            took = (time.perf_counter() - start) * 1000
            slowest[text] = max(took, slowest.get(text, 0.0))
    worst = max(slowest, key=lambda text: slowest[text])
    return Number(what, slowest[worst], "ms", _LIMIT, {"each": list(slowest.values())}, f"slowest: {worst!r}")


async def _steps(history: History) -> Number:
    """Arrow up, a thousand times."""
    times: list[float] = []
    entry = await history.older(None)
    while entry is not None and len(times) < _FEW:
        start = time.perf_counter()
        entry = await history.older(entry.turn)
        times.append((time.perf_counter() - start) * 1000)
    return median("the command before", times, "ms")


async def _one_more(history: History) -> Number:
    """One command at a time, each on the disk before the next."""
    times: list[float] = []
    for number in range(100):
        command = MaskedCommand.of(bytes.fromhex("FFCA0000") + bytes((number,)))
        start = time.perf_counter()
        await history.add(SentCommand(command, float(_ENTRIES + number), "ACS ACR122U", _BENCH_CARD))
        times.append((time.perf_counter() - start) * 1000)
    return median("adding one more", times, "ms")
