"""What it takes to find out what an NTAG216 is: commands, and time from the card event on.

The card is CardScope's virtual one behind its model of an ACR122U, which does not simulate the time on the air: what is
measured is what CardScope, and the PC/SC service where there is one, add to that.
"""

import asyncio
import json
from collections import defaultdict

from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.vpcd import serve_vpcd

from .results import Number, median
from .stage import PATIENCE, Stage, child, line_of, meanwhile

_EXCHANGES, _UID, _COMPLETE, _TURN = 8, 30, 100, 16
_PROGRAM = "identification_watch"

Times = dict[str, list[float]]


async def measure(stage: Stage) -> list[Number]:
    """The first card of a process is told apart: with it the code that identifies is loaded."""
    times = 5 if stage.quick else 30
    through_pcsc = await _through_pcsc(stage, times + 1)
    virtual = await _on_virtual_reader(stage, times + 1)
    return [
        Number(
            "commands to an NTAG216 through an ACR122U, from insertion to complete",
            max(*through_pcsc["exchanges"], *virtual["exchanges"]),
            "",
            _EXCHANGES,
            note="UID, reader family by asking, version, signature, counter, selection again, and two reads",
        ),
        *_numbers("PC/SC service", through_pcsc),
        *_numbers("virtual reader", virtual),
        *await _on_the_screen(stage, times + 1),
    ]


async def _on_the_screen(stage: Stage, count: int) -> list[Number]:
    """The same in the window: until the picture is there."""
    async with stage.program(*child("identified_window"), read=True) as window:
        await line_of(window)
        seen = [tuple(map(float, (await line_of(window)).split())) for _ in range(count)]
    uid, complete, turn = zip(*seen[1:], strict=True)
    return [
        median("window: card event to the picture with the UID", list(uid), "ms", _UID),
        median("window: card event to the picture with the complete state", list(complete), "ms", _COMPLETE),
        median("window: the longest turn of the event loop meanwhile", list(turn), "ms", _TURN),
    ]


def _numbers(where: str, times: Times) -> list[Number]:
    return [
        median(f"{where}: card event to the UID", times["uid"][1:], "ms", _UID),
        median(f"{where}: card event to the complete state", times["complete"][1:], "ms", _COMPLETE),
        Number(f"{where}: the same for the first card after the start", times["complete"][0], "ms"),
    ]


async def _through_pcsc(stage: Stage, count: int) -> Times:
    """The card is served by this process, which has nothing else to do meanwhile."""
    times: Times = defaultdict(list)
    port = stage.pcscd.port
    async with stage.program(*child(_PROGRAM), "pcsc", read=True) as watch:
        await line_of(watch)
        for _ in range(count):
            card = ready_card("ntag216").make(reader_model("acr122u"))
            async with meanwhile(serve_vpcd(card, port=port, connected=lambda: None)):
                _note(times, await line_of(watch))
            await asyncio.to_thread(stage.clear)
    return times


async def _on_virtual_reader(stage: Stage, count: int) -> Times:
    times: Times = defaultdict(list)
    process = await asyncio.create_subprocess_exec(
        *child(_PROGRAM),
        "virtual",
        env=stage.environment(platform="offscreen"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate(b"\n" * count)
    for line in out.decode().splitlines():
        _note(times, line)
    return times


def _note(times: Times, line: str) -> None:
    for name, value in json.loads(line).items():
        times[name].append(value)
