"""A plan run on a virtual twin of the tag, through a model of the reader, on a clock of its own."""

from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from cardscope.errors import CardScopeError
from cardscope.events import Exchanged, Origin
from cardscope.guard import PlanApproval
from cardscope.identify.tag_link import GET_UID, TagLink
from cardscope.memory.authentication import authenticate
from cardscope.memory.credentials import Credentials
from cardscope.memory.interruption import interruption
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import lock_bytes
from cardscope.memory.page_reader import READ_PAGES
from cardscope.memory.plan import Plan
from cardscope.memory.plan_parts import Step, StepKind
from cardscope.memory.reading import has_sectors
from cardscope.memory.schedule import Checkpoint, batch, batches, checkpoints, first_check
from cardscope.readers.families import NativeFailure, family
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.clock import VirtualClock
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.timing import TimedCard, TimedPicc, reader_overhead, rf_timing
from cardscope.virtual.type2 import Type2Tag

_NS_A_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class RehearsedStep:
    """How one step went."""

    step: Step
    ms: float
    """Link time, what is read before it included: radio, EEPROM and the reader's own, in milliseconds of the virtual
    clock."""
    exchanges: int
    problem: str
    """Why the twin, or the reader's route, did not do it, a sentence; empty: done."""
    interruption: str
    """What a removal at the worst moment leaves behind, a few sentences."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a plan went on the twin. It ends with the first step that failed."""

    predicted: TagSnapshot = field(repr=False)
    """The twin afterwards, without what was only assumed of it."""
    steps: tuple[RehearsedStep, ...]
    exchanges: int
    """All APDUs, as the execution sends them: those of the steps, what is read between them, and what the reader needs
    around them."""
    ms: float
    """The link time of all of it, in milliseconds."""
    agrees: bool
    """Every step was done, reading showed what was written, and the twin is what the plan predicts, bit for bit."""

    @property
    def problem(self) -> str:
        """Why it did not come to its end; empty: it did."""
        return next((step.problem for step in self.steps if step.problem), "")


def rehearse(plan: Plan, *, model: str) -> Rehearsal:
    """Runs ``plan`` on a twin made from its base, behind the reader model of the key ``model`` (that of the reader's
    family, or ``generic``). The clock is virtual: it takes milliseconds of real time.

    Raises UsageError for a model that there is not.
    """
    return _at_once(_rehearse(plan, model))


async def _rehearse(plan: Plan, model: str) -> Rehearsal:
    clock = VirtualClock()
    tag = Type2Tag.from_snapshot(_opened(plan))
    front = reader_model(model).front(TimedPicc(tag, clock, rf_timing(tag.chip)))
    session = _TwinSession(TimedCard(front, clock, reader_overhead(model)), tag.uid)
    run = _Run(plan, session, TagLink(session, family(model), sectors=has_sectors(tag.chip)))
    await session.reset()
    started = clock.now
    looks = checkpoints(plan)
    steps: list[RehearsedStep] = []
    late, sent = started, 0
    for index, step in enumerate(plan.steps):
        await run.look_before(index, looks[index])
        problem = await run.do(step)
        ms, exchanges = (clock.now - late) / _NS_A_MS, session.exchanges - sent
        steps.append(RehearsedStep(step, ms, exchanges, problem, interruption(plan, index)))
        late, sent = clock.now, session.exchanges
        if problem:
            break
    done = not any(step.problem for step in steps)
    if done:
        if plan.steps:
            await run.look(looks[-1])
        await run.link.close()
    after = _comparable(tag.snapshot(), plan)
    agrees = done and run.reads_right and _same(after, plan.predicted)
    return Rehearsal(after, tuple(steps), session.exchanges, (clock.now - started) / _NS_A_MS, agrees)


class _Run:
    """The steps, and what the execution reads between them."""

    def __init__(self, plan: Plan, session: "_TwinSession", link: TagLink) -> None:
        self._plan = plan
        self._session = session
        self.link = link
        known = plan.predicted.pages.keys()
        self._expected = {page: content for page, content in plan.base.pages.items() if page in known}
        before, after = mirrored(plan.base), mirrored(plan.predicted)
        self._unsure = {
            page: before.get(page, frozenset()) | after.get(page, frozenset()) for page in (*before, *after)
        }
        for lock in lock_bytes(plan.base.chip):  # a copy may show other bytes behind them than the silicon of the twin
            self._unsure[lock.page] = frozenset(range(lock.offset + lock.size, PAGE_SIZE))
        self._opens_first = bool(plan.steps) and plan.steps[0].kind is StepKind.AUTHENTICATE
        self.reads_right = True
        """Reading has shown nothing but what was to be expected."""

    async def look_before(self, index: int, checkpoint: Checkpoint) -> None:
        """What is read before step ``index``: all that decides, once, when the tag is open."""
        if index == 0 and self._opens_first:
            await self._session.send(GET_UID)
        if index == int(self._opens_first):
            await self._read(first_check(self._plan, self.link.family))
        await self.look(checkpoint)

    async def look(self, checkpoint: Checkpoint) -> None:
        """What is read at ``checkpoint``."""
        if checkpoint.asks_reader:
            await self._session.send(GET_UID)
        await self._read(checkpoint.pages)

    async def do(self, step: Step) -> str:
        """Does ``step``; why it failed, or empty."""
        match step.kind:
            case StepKind.WRITE:
                failure = await self.link.write(step.page, step.new)
                self._expected[step.page] = step.result
            case StepKind.AUTHENTICATE:
                assert step.credentials is not None
                failure = await authenticate(self.link, step.credentials, self._plan.base.uid)
            case StepKind.POWER_CYCLE:
                await self.link.power_cycle()
                failure = None
        return "" if failure is None else failure.text

    async def _read(self, pages: frozenset[int]) -> None:
        family = self.link.family
        fast = batch(self._plan.base.chip, family) > READ_PAGES
        for first, last in batches(self._plan, family, pages):
            answer = await (self.link.fast_read(first, last) if fast else self.link.read(first))
            for index, page in enumerate(range(first, last + 1)):
                if isinstance(answer, NativeFailure):
                    self.reads_right = False
                elif page in pages and page in self._expected:
                    shown = answer[PAGE_SIZE * index : PAGE_SIZE * (index + 1)]
                    self.reads_right &= self._is_as_expected(page, shown)

    def _is_as_expected(self, page: int, shown: bytes) -> bool:
        unsure = self._unsure.get(page, frozenset[int]())
        return all(shown[at] == self._expected[page][at] for at in range(PAGE_SIZE) if at not in unsure)


def _opened(plan: Plan) -> TagSnapshot:
    """The base of the twin: with the password or key that opens it, and without what lies unseen under a mirror that
    the plan changes."""
    pages = {page: content for page, content in plan.base.pages.items() if page in plan.predicted.pages}
    settled: set[int] = set()  # written already, or known from the step before
    for step in plan.steps:
        if step.kind is StepKind.WRITE:
            settled.add(step.page)
        if step.credentials is not None:
            secret = _secret_pages(plan, step.credentials)
            pages |= {page: content for page, content in secret.items() if page not in settled}
            settled |= secret.keys()
    return replace(plan.base, pages=pages)


def _secret_pages(plan: Plan, credentials: Credentials) -> dict[int, bytes]:
    chip = plan.base.chip
    if chip.key_pages is not None and (key := credentials.key) is not None:
        return {page: key[PAGE_SIZE * at : PAGE_SIZE * (at + 1)] for at, page in enumerate(chip.key_pages)}
    pages: dict[int, bytes] = {}
    if chip.pwd is not None and credentials.password is not None:
        pages[chip.pwd] = credentials.password
    if chip.pack is not None and credentials.pack is not None:
        pages[chip.pack] = credentials.pack + bytes(PAGE_SIZE - len(credentials.pack))
    return pages


def _comparable(twin: TagSnapshot, plan: Plan) -> TagSnapshot:
    """``twin`` without what the prediction leaves out on purpose, and with what is known beside the memory."""
    wanted = plan.predicted
    hidden = {page for area in twin.chip.unreadable for page in area}
    pages = {page: content for page, content in twin.pages.items() if page in wanted.pages or page not in hidden}
    for lock in lock_bytes(twin.chip):  # a copy may show other bytes there than the silicon of the twin
        end = lock.offset + lock.size
        if lock.page in pages and lock.page in wanted.pages:
            pages[lock.page] = pages[lock.page][:end] + wanted.pages[lock.page][end:]
    counters = {address: value for address, value in twin.counters.items() if address in wanted.counters}
    return replace(wanted, pages=pages, counters=counters, auth_failures=twin.auth_failures)


def _same(twin: TagSnapshot, wanted: TagSnapshot) -> bool:
    return (dict(twin.pages), dict(twin.counters)) == (dict(wanted.pages), dict(wanted.counters))


class _TwinSession:
    """What a :class:`TagLink` needs of a session, straight to the twin: nothing waits, and nothing is guarded, as
    there is nothing to harm."""

    reader = "Rehearsal"

    def __init__(self, card: VirtualCard, uid: bytes) -> None:
        self._card = card
        self.uid: bytes | None = uid
        self.exchanges = 0

    async def send(
        self,
        command: bytes,
        *,
        origin: Origin = Origin.APPLICATION,
        approval: str | PlanApproval | None = None,  # noqa: ARG002 - the shape of a session
    ) -> Exchanged:
        self.exchanges += 1
        return Exchanged(self.reader, 0, origin, command, self._card.transmit(command), 0.0, 0.0)

    async def reset(self) -> bytes:
        self._card.power_off()
        return self._card.power_on()


def _at_once(running: Coroutine[Any, Any, Rehearsal]) -> Rehearsal:
    """The result of a coroutine in which nothing waits."""
    try:
        running.send(None)
    except StopIteration as end:
        return end.value
    running.close()
    raise CardScopeError("A rehearsal has waited for something, and there is nothing to wait for.")
