"""A tag on a reader of this process, with accidents if wanted, and everything that writing to it needs."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from typing import TypeVar

from cardscope.events import Event, Exchanged, UidRead
from cardscope.identify.identification import Identification
from cardscope.identify.tag_link import TagLink
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.execution import StepProgress, execute
from cardscope.memory.outcome import Outcome
from cardscope.memory.plan import Plan, plan_writes
from cardscope.memory.reading import link_to, read_memory, read_through
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.store.history import Store
from cardscope.store.journal import Journal
from cardscope.store.schema import SCHEMA
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import factory_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.clock import VirtualClock
from cardscope.virtual.faults import FaultPlan, FaultyPicc, VirtualStage
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import StorageCardReader, reader_model
from cardscope.virtual.timing import TimedCard, TimedPicc, reader_overhead, rf_timing
from cardscope.virtual.type2 import Type2Tag
from cardscope.virtual.type2.choices import SiliconChoices
from support.events import TIMEOUT

T = TypeVar("T")

UID = bytes.fromhex("04216216C01680")
OTHER_UID = bytes.fromhex("04216216C01681")


def tag_of(
    chip: Chip, changes: Mapping[int, str] | None = None, *, uid: bytes = UID, choices: SiliconChoices | None = None
) -> Type2Tag:
    """A tag whose user pages each hold their own number, with ``changes`` (hex) made to it."""
    pages = factory_pages(chip, uid)
    for area in chip.user_areas:
        pages |= {page: bytes((0xA5, page >> 8, page & 0xFF, 0x5A)) for page in area}
    pages |= {page: bytes.fromhex(content) for page, content in (changes or {}).items()}
    return Type2Tag(chip, b"".join(pages[page] for page in image_pages(chip)), choices=choices)


def page_of(tag: Type2Tag, page: int) -> bytes:
    """What the silicon holds."""
    at = 4 * image_pages(tag.chip).index(page)
    return tag.image[at : at + 4]


class MemoryStore:
    """The tables in memory, for tests that need no file."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("PRAGMA foreign_keys = ON")
        for statements in SCHEMA:
            for statement in statements:
                self._connection.execute(statement)
        self._connection.commit()

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._connection:
            return work(self._connection)

    def close(self) -> None:
        self._connection.close()


class WritingDesk:
    """A tag that was put on the reader and identified. ``spot`` counts exchanges and has the accidents."""

    def __init__(
        self,
        tag: Type2Tag,
        model: str = "acr122u",
        *,
        other: Type2Tag | None = None,
        twin: Type2Tag | None = None,
        store: Store,
        known: Identification | None = None,
        clock: VirtualClock | None = None,
    ) -> None:
        self.tag = tag
        self.model = model
        self.reader = VirtualReader()
        self.source = VirtualSource(self.reader)
        self.stage = VirtualStage(self.source, self.reader)
        self.other, self.twin = other, twin
        self.spot = FaultyPicc(tag, FaultPlan(0), self.stage)
        self.service = CardService([self.source])
        self.journal = Journal(store)
        self.commands: list[bytes] = []
        self.known = known
        self._identifies = known is None
        self._clock = clock
        self._uid_read = asyncio.Event()

    @property
    def session(self) -> CardSession:
        session = self.service.session(self.reader.name)
        assert session is not None
        return session

    def listen(self, event: Event) -> None:
        if isinstance(event, Exchanged):
            self.commands.append(event.command)
        if isinstance(event, UidRead):
            self._uid_read.set()

    async def insert(self) -> None:
        """Puts whatever lies at the spot on the reader, and identifies it."""
        self._uid_read.clear()
        self.reader.insert(self._front())
        async with asyncio.timeout(TIMEOUT):
            await self._uid_read.wait()
        if self._identifies:
            self.known = await self.service.identify(self.session, family=self.model, may_count=True)

    def _front(self) -> VirtualCard:
        model = reader_model(self.model)
        if self._clock is None:
            return model.front(self.spot)
        timed = TimedPicc(self.spot, self._clock, rf_timing(self.tag.chip))
        return TimedCard(model.front(timed), self._clock, reader_overhead(self.model))

    def plan_accidents(self, accidents: FaultPlan) -> None:
        """From now on: exchanges and writes count from here."""
        tag = self.spot.tag
        assert isinstance(tag, Type2Tag)
        self.spot = FaultyPicc(tag, accidents, self.stage, other=self.other, twin=self.twin)
        self.spot.power_up()  # the tag has been all the time
        front = self.reader.card
        assert isinstance(front, StorageCardReader)
        front.picc = self.spot

    def end_accidents(self) -> None:
        """Nothing goes wrong any more, and the tag that was meant lies there."""
        self.source.start_service()
        self.source.plug(self.reader)
        self.spot = FaultyPicc(self.tag, FaultPlan(0), self.stage)

    async def read(self, credentials: Credentials | None = None) -> TagSnapshot:
        assert self.known is not None
        return await read_memory(self.session, self.known, may_count=True, credentials=credentials)

    async def plan(self, changes: Mapping[int, str], password: Credentials | None = None) -> Plan:
        """The plan that makes ``changes`` (hex), from a fresh reading."""
        base = await self.read(password)
        return plan_writes(
            Draft(base, {page: bytes.fromhex(content) for page, content in changes.items()}), password=password
        )

    async def execute(
        self,
        plan: Plan,
        *,
        approved: str | None = None,
        progress: StepProgress | None = None,
        stop: asyncio.Event | None = None,
        link: TagLink | None = None,
    ) -> Outcome:
        """Carries ``plan`` out; by default with the approval that it needs."""
        assert self.known is not None
        self.commands.clear()
        return await execute(
            self.session,
            plan,
            family=self.known.family,
            approved=approved or plan.approve,
            journal=self.journal,
            progress=progress,
            stop=stop,
            link=link,
        )

    async def visit(
        self, plan: Plan, credentials: Credentials | None, accidents: FaultPlan, approved: str | None
    ) -> Outcome:
        """Reads the tag as the plan's base once more, and carries ``plan`` out through the same link, as the command
        line does; the accidents begin in between."""
        assert self.known is not None
        async with self.session.alone():
            link = link_to(self.session, self.known)
            again = await read_through(link, self.session, self.known, may_count=True, credentials=credentials)
            assert again.pages.keys() == plan.base.pages.keys()
            self.plan_accidents(accidents)
            return await self.execute(plan, approved=approved, link=link)


@asynccontextmanager
async def writing_desk(
    tag: Type2Tag,
    model: str = "acr122u",
    *,
    other: Type2Tag | None = None,
    twin: Type2Tag | None = None,
    store: Store | None = None,
    known: Identification | None = None,
    clock: VirtualClock | None = None,
) -> AsyncGenerator[WritingDesk]:
    with closing(MemoryStore()) as memory:
        desk = WritingDesk(tag, model, other=other, twin=twin, store=store or memory, known=known, clock=clock)
        async with desk.service:
            desk.service.subscribe(desk.listen)
            await desk.insert()
            yield desk
