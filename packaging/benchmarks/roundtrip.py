"""A command to a card and back, through the service and its worker against a bare loop of SCardTransmit."""

import json
import statistics
import time

from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.vpcd import serve_vpcd

from .results import Number, ratio
from .stage import Stage, child, line_of, meanwhile

_LIMIT = 1.15
_SLOW = 0.005
"""Seconds that a contactless reader on USB takes for one exchange, roughly."""


async def measure(stage: Stage) -> list[Number]:
    """The limit is for the first number; the others tell what it is worth."""
    blocks, size = (20, 50) if stage.quick else (100, 100)
    async with stage.card():
        plain = await _run(stage, "asyncio", blocks, size)
        qasync = await _run(stage, "qasync", blocks, size)
    stage.clear()
    async with meanwhile(serve_vpcd(_SlowCard(), port=stage.pcscd.port, connected=lambda: None)):
        like_real = await _run(stage, "asyncio", blocks // 10, size)
    return [
        _number("asyncio, virtual NTAG216 (the figure)", plain, _LIMIT),
        _number("qasync, virtual NTAG216", qasync),
        _number("asyncio, a card that takes 5 ms as real ones do", like_real),
    ]


def _number(what: str, blocks: dict[str, list[float]], limit: float | None = None) -> Number:
    added = statistics.median(blocks["service"]) - statistics.median(blocks["bare"])
    note = f"the service adds {added:.3f} ms, which is {_LIMIT} × where bare PC/SC takes {added / (_LIMIT - 1):.2f} ms"
    return ratio(what, ("service", blocks["service"]), ("bare", blocks["bare"]), limit, note)


class _SlowCard:
    """A virtual NTAG216 that takes its time; this process has nothing else to do meanwhile."""

    def __init__(self) -> None:
        self._card = ready_card("ntag216").make()

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def power_on(self) -> bytes:
        return self._card.power_on()

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        time.sleep(_SLOW)
        return self._card.transmit(command)


async def _run(stage: Stage, loop: str, blocks: int, size: int) -> dict[str, list[float]]:
    """The median of each block, in milliseconds."""
    async with stage.program(*child("roundtrip_blocks"), loop, str(blocks), str(size), read=True) as process:
        return json.loads(await line_of(process))
