"""A virtual card on a virtual reader, with everything written down that goes to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from cardscope.events import UidRead
from cardscope.identify.identification import Identification, IdentificationStage
from cardscope.identify.identify import identify
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.virtual.answers import Answer
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.picc import Picc
from cardscope.virtual.reader import VirtualReader, VirtualSource
from support.events import TIMEOUT


class Wiretap:
    """Passes everything on to ``card``; ``at`` is called before the command of that number (from 1 on)."""

    def __init__(self, card: VirtualCard) -> None:
        self.card = card
        self.commands: list[bytes] = []
        self.at: dict[int, Callable[[], None]] = {}

    @property
    def atr(self) -> bytes:
        return self.card.atr

    def power_on(self) -> bytes:
        return self.card.power_on()

    def power_off(self) -> None:
        self.card.power_off()

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        self.at.get(len(self.commands), lambda: None)()
        return self.card.transmit(command)


class Airtap:
    """Passes every frame on to ``picc``, and keeps it."""

    def __init__(self, picc: Picc) -> None:
        self.picc = picc
        self.frames: list[bytes] = []

    @property
    def uid(self) -> bytes:
        return self.picc.uid

    def power_up(self) -> None:
        self.picc.power_up()

    def power_down(self) -> None:
        self.picc.power_down()

    def select(self) -> bytes | None:
        return self.picc.select()

    def exchange(self, frame: bytes) -> Answer:
        self.frames.append(frame)
        return self.picc.exchange(frame)


class Inserted:
    """A card that has just been put on the reader; its UID has been read."""

    def __init__(self, reader: VirtualReader, session: CardSession, wire: Wiretap) -> None:
        self.reader = reader
        self.session = session
        self.wire = wire
        self.stages: list[IdentificationStage] = []

    async def identify(
        self, family: str | None = None, *, probe_applications: bool = False, may_count: bool = False
    ) -> Identification:
        return await identify(
            self.session,
            family=family,
            probe_applications=probe_applications,
            may_count=may_count,
            publish=self.stages.append,
        )


@asynccontextmanager
async def inserted(card: VirtualCard, name: str = "Virtual reader") -> AsyncGenerator[Inserted]:
    reader = VirtualReader(name)
    wire = Wiretap(card)
    async with CardService([VirtualSource(reader)]) as service:
        known = asyncio.Event()
        service.subscribe(lambda event: known.set() if isinstance(event, UidRead) else None)
        reader.insert(wire)
        async with asyncio.timeout(TIMEOUT):
            await known.wait()
        session = service.session(name)
        assert session is not None
        yield Inserted(reader, session, wire)
