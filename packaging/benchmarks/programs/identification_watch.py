"""Identifies cards as they come, as the app does but without its window, and notes how long that took.

    identification_watch.py pcsc|virtual

With `pcsc`, on the readers of the PC/SC service: prints "ready". With `virtual`, on a reader of its own, on which it
puts a virtual NTAG216 for each line that it reads. Then, for each card, one line of JSON: the milliseconds from the
card event until the UID was published (`uid`) and until the identification was complete (`complete`), and how many
commands went to the card (`exchanges`).
"""

import asyncio
import json
import sys
import time

from cardscope.events import CardInserted, Event, Exchanged, Identified, UidRead
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService, Identifying
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card


class Watch:
    """Follows one card after the other."""

    def __init__(self) -> None:
        self._inserted = 0.0
        self._uid = 0.0
        self._exchanges = 0
        self.complete = asyncio.Event()

    def note(self, event: Event) -> None:
        """A listener of the service."""
        now = time.monotonic()
        match event:
            case CardInserted(t=t):
                self._inserted, self._exchanges = t, 0
            case UidRead():
                self._uid = now
            case Exchanged():
                self._exchanges += 1
            case Identified(identification=known) if known.complete:
                self._tell(now)
                self.complete.set()
            case Identified(identification=known) if known.interrupted:
                raise RuntimeError(known.interrupted)
            case _:
                pass

    def _tell(self, now: float) -> None:
        times = {"uid": (self._uid - self._inserted) * 1000, "complete": (now - self._inserted) * 1000}
        print(json.dumps(times | {"exchanges": self._exchanges}), flush=True)


async def through_pcsc() -> None:
    watch = Watch()
    service = CardService([PcscSource()], identifying=Identifying())
    service.subscribe(watch.note)
    async with service:
        await service.settled()
        print("ready", flush=True)
        await asyncio.Event().wait()


async def on_virtual_reader() -> None:
    watch = Watch()
    reader = VirtualReader()
    service = CardService([VirtualSource(reader)], identifying=Identifying())
    service.subscribe(watch.note)
    async with service:
        for _ in sys.stdin:
            card = ready_card("ntag216").make(reader_model("acr122u"))
            watch.complete.clear()
            reader.insert(card)
            await watch.complete.wait()


if __name__ == "__main__":
    asyncio.run(through_pcsc() if sys.argv[1] == "pcsc" else on_virtual_reader())
