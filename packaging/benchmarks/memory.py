"""Reading a whole NTAG216 and writing to it: exchanges, and the time on the link, on a virtual clock.

The time is that of the models (radio, EEPROM and reader, see timing.toml). The floor is what the fewest frames that
hold all pages would take if nothing else happened.
"""

from math import ceil
from random import Random

from cardscope.memory.page_reader import readable_pages, windows
from cardscope.readers.families import families
from cardscope.tags.catalogue import Command, chips
from cardscope.virtual.clock import VirtualClock
from cardscope.virtual.faults import FaultPlan
from cardscope.virtual.timing import link_floor, reader_overhead, rf_timing
from support.writing_desk import tag_of, writing_desk

from .results import Number
from .stage import Stage

_CHIP = chips()["ntag216"]
_WHOLE, _WHOLE_SLOWLY, _ABOVE_FLOOR = 5, 58, 1.3
_READER = "acr122u"
_NS_A_MS = 1e6


async def measure(stage: Stage) -> list[Number]:
    """The tag has been identified before."""
    fast, fast_ms = await _read(_READER)
    slow, slow_ms = await _read("generic")
    floor_ms = _floor()
    sizes = (1, 10, 60) if stage.quick else (1, 2, 10, 30, 60, 61, 120, 180, 222)
    return [
        Number("exchanges for all of an NTAG216 through an ACR122U", fast, "", _WHOLE),
        Number("the same without a native route", slow, "", _WHOLE_SLOWLY),
        Number(
            "link time for it through an ACR122U, over its floor",
            fast_ms / floor_ms,
            "×",
            _ABOVE_FLOOR,
            note=f"{fast_ms:.1f} ms, the floor is {floor_ms:.1f} ms; without a native route {slow_ms:.1f} ms",
        ),
        *[await _write(size, apart=apart, just_read=True) for apart in (False, True) for size in sizes],
        *[await _write(size, apart=apart, just_read=False) for apart in (False, True) for size in sizes],
    ]


async def _read(model: str) -> tuple[int, float]:
    """Exchanges, and milliseconds of the virtual clock."""
    clock = VirtualClock()
    async with writing_desk(tag_of(_CHIP), model, clock=clock) as desk:
        start = clock.now
        desk.commands.clear()
        await desk.read()
        return len(desk.commands), (clock.now - start) / _NS_A_MS


def _floor() -> float:
    pages = families()[_READER].fast_read_pages
    frames = [
        (bytes((Command.FAST_READ, first, last)), bytes(4 * (last - first + 1)))
        for first, last in windows(_CHIP, readable_pages(_CHIP), pages)
    ]
    return link_floor(frames, rf_timing(_CHIP), reader_overhead(_READER)) / _NS_A_MS


async def _write(count: int, *, apart: bool, just_read: bool) -> Number:
    """Exchanges beside the writes. Pages that lie ``apart`` are spread over all of user memory. ``just_read``: with the
    link that has just read the tag, as the command line does; else the tag is compared with the plan's base first."""
    pages = Random(count).sample(_CHIP.user_areas[0], count) if apart else _CHIP.user_areas[0][:count]
    async with writing_desk(tag_of(_CHIP), _READER) as desk:
        plan = await desk.plan(dict.fromkeys(pages, "00112233"))
        outcome = await (desk.visit(plan, None, FaultPlan(0), None) if just_read else desk.execute(plan))
    assert outcome.done
    place = "apart" if apart else "together"
    return Number(
        f"exchanges beside the writes, {count} pages {place}{'' if just_read else ', tag compared first'}",
        outcome.exchanges - count,
        "",
        # Pages more than 186 apart take four reads of 62 pages before and four after, however few they are.
        ceil(count / 60) + 6 if just_read or not apart else None,
    )
