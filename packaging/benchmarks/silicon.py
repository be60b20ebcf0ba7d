"""The virtual Type 2 silicon: how many exchanges a second, and what 100,000 random command sequences do to it."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardscope.tags.catalogue import chips
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualReader
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.type2 import Type2Tag
from support.type2_properties import check_sequence

from .results import Number, median
from .stage import Stage

_LIMIT = 50.0
"""Microseconds: 20,000 exchanges a second."""
_SEQUENCES = 100_000
_UID = bytes.fromhex("04E141124C2880")

_START = bytes.fromhex("FFC20000028100")
_FRAMES = ("60", "3004", "A20401020304", "3A0407", "1BFFFFFFFF")
"""GET_VERSION, READ, WRITE, FAST_READ of four pages, PWD_AUTH."""


async def measure(stage: Stage) -> list[Number]:
    """Each exchange is a command APDU to the reader model, the frame to the tag, and both answers."""
    blocks, size = (20, 200) if stage.quick else (100, 1000)
    return [
        _rate("an exchange, the reader model's transmit", [_transmit(size) for _ in range(blocks)]),
        _rate("an exchange through the virtual reader's channel", [await _channel(size) for _ in range(blocks)]),
        _sequences(_SEQUENCES // 20 if stage.quick else _SEQUENCES),
    ]


def _rate(what: str, microseconds: list[float]) -> Number:
    number = median(what, microseconds, "µs", _LIMIT)
    return median(
        what, microseconds, "µs", _LIMIT, f"{1e6 / number.value:,.0f} exchanges a second, at least 20,000 asked"
    )


def _card() -> VirtualCard:
    return reader_model("transparent").front(Type2Tag.factory_fresh(chips()["ntag216"], _UID))


def _commands(size: int) -> list[bytes]:
    frames = [bytes.fromhex(frame) for frame in _FRAMES]
    apdus = [bytes((0xFF, 0xC2, 0, 1, 2 + len(frame), 0x95, len(frame))) + frame for frame in frames]
    return [apdus[number % len(apdus)] for number in range(size)]


def _transmit(size: int) -> float:
    card, commands = _card(), _commands(size)
    card.power_on()
    card.transmit(_START)
    start = time.perf_counter()
    for command in commands:
        card.transmit(command)
    return (time.perf_counter() - start) / size * 1e6


async def _channel(size: int) -> float:
    reader, commands = VirtualReader(), _commands(size)
    reader.insert(_card())
    channel = await reader.connect()
    await channel.transmit(_START)
    start = time.perf_counter()
    for command in commands:
        await channel.transmit(command)
    took = time.perf_counter() - start
    await channel.disconnect()
    return took / size * 1e6


def _sequences(count: int) -> Number:
    """How many of hypothesis' sequences did what must not happen; it stops at the first."""
    exchanges = sequences = 0

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(min_size=60, max_size=200))
    def run(program: bytes) -> None:
        nonlocal exchanges, sequences
        exchanges += check_sequence(program)
        sequences += 1

    start, violation = time.perf_counter(), ""
    try:
        run()
    except AssertionError as failure:
        violation = f"; {failure} {' '.join(failure.__notes__)}"
    took = time.perf_counter() - start
    note = f"{exchanges:,} exchanges in {took:.0f} s, each checked{violation}"
    return Number(f"violations in {sequences:,} random command sequences", 1.0 if violation else 0.0, "", 0, note=note)
