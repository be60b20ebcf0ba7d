"""Carries a plan out: on the tag that it was made for and no other, step by step, each written down before and after.

A swapped tag does not answer until it is selected, so an unbroken run of answers comes from one tag. That is what the
checks rely on: after the first command without an answer nothing more is written, whatever the reason was, and all that
is known is what can be read then. Going on from there takes a new plan, see :mod:`cardscope.memory.recovery`.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from cardscope.decode.status_words import split_response
from cardscope.errors import CardError, ReaderError
from cardscope.events import Origin
from cardscope.guard import PlanApproval
from cardscope.identify.tag_link import GET_UID, PAGE_SIZE, TagLink
from cardscope.memory.authentication import authenticate
from cardscope.memory.outcome import NotApprovedError, Outcome, StaleError, page_outcomes
from cardscope.memory.page_reader import READ_PAGES, PageReader, readable_pages
from cardscope.memory.plan import Plan, Step, StepKind
from cardscope.memory.reading import has_sectors
from cardscope.memory.schedule import (
    Checkpoint,
    batch,
    batches,
    checkpoints,
    first_check,
    is_permanent,
    unreachable,
)
from cardscope.memory.step_states import StepStates
from cardscope.readers.families import Family, NativeFailure
from cardscope.session import CardSession
from cardscope.store.journal import Ending, Journal, JournalStep, StepState
from cardscope.tags.image import uid_of
from cardscope.tags.snapshot import TagSnapshot

StepProgress = Callable[[int, int, int], None]
"""Called with the page of a step, how many steps are done, and how many remain."""

_UID_PAGES: Final = (0, 1)


async def execute(
    session: CardSession,
    plan: Plan,
    *,
    family: Family | None,
    approved: str | None,
    journal: Journal,
    progress: StepProgress | None = None,
    stop: asyncio.Event | None = None,
    link: TagLink | None = None,
) -> Outcome:
    """Carries ``plan`` out on the tag of ``session``, with the tag alone, through the route of ``family``.

    ``approved`` is the digest of the plan that the user approved; ``None`` will do for a plan without permanent
    effects. ``stop``, once set, ends it before the next step. What ends it early after the first step is in the
    outcome and not raised; the journal then keeps the plan as unfinished.

    ``link`` is for a caller who has the session alone, and has just read the plan's base through it: as long as its run
    of answers is unbroken, the tag is still what it was and is not read a second time.

    Raises, and nothing was written: NotApprovedError where ``approved`` is not this plan's digest; StaleError for
    another tag, or one that is not as the plan's base any more; CardError where that could not be made sure of or the
    password was refused; ReaderError as :meth:`CardSession.send` does, or where the reader has no way to carry the plan
    out. StoreError where the journal cannot be written, which also ends a plan that has begun.
    """
    if approved not in (plan.digest, plan.approve):
        raise NotApprovedError(plan, approved)
    if why := unreachable(plan, family):
        raise ReaderError(f"Nothing was written. {why}", reader=session.reader, remedy="Use another reader.")
    if session.uid is None:
        await session.read_uid()
    if session.uid != plan.base.uid:
        raise StaleError(f"The tag on “{session.reader}” is another one than the plan is for.", session.reader)
    async with session.alone() if link is None else nullcontext():
        return await _Execution(session, plan, family, journal, progress=progress, stop=stop, link=link).run()


class _Interrupted(Exception):  # noqa: N818 - a turn of events, never seen outside
    """The tag did not answer, or not as it must: nothing more is written."""


class _Execution:
    def __init__(
        self,
        session: CardSession,
        plan: Plan,
        family: Family | None,
        journal: Journal,
        *,
        progress: StepProgress | None,
        stop: asyncio.Event | None,
        link: TagLink | None,
    ) -> None:
        self._session = session
        self._plan = plan
        self._chip = plan.base.chip
        self._family = family
        self._journal = journal
        self._progress = progress
        self._stop = stop
        self._just_read = link is not None and link.unbroken
        self._link = link or TagLink(session, family, sectors=has_sectors(self._chip))
        self._exchanges_before = self._link.exchanges
        # The one place where a plan's approval is made: execute() has compared the digests.
        commands = frozenset(self._link.write_command(step.page, step.new) for step in plan.writes)
        self._link.approval = PlanApproval(plan.base.uid, commands)
        self._states = StepStates(plan)
        self._seen: dict[int, bytes] = {}
        self._entry = 0
        self._stopped = False

    async def run(self) -> Outcome:
        try:
            done = await self._begin()
        except _Interrupted as reason:
            raise CardError(
                f"Nothing was written: the tag could not be checked. {reason}",
                reader=self._session.reader,
                remedy="Read the tag again and try again.",
            ) from None
        snapshot, problem = None, ""
        try:
            await self._carry_out(done)
            await self._link.close()
            snapshot = self._fresh()
        except _Interrupted as reason:
            problem, snapshot = await self._look_again(str(reason))
        except ReaderError as error:
            problem = str(error)
        await self._settle()
        if not problem and not self._stopped:
            problem = self._states.disagreement
        if not problem and not self._stopped:
            await self._journal.end(self._entry, Ending.DONE)
        elif self._states.untouched:
            await self._journal.end(self._entry, Ending.LEFT)
        pages = page_outcomes(self._plan, self._states.all)
        exchanges = self._link.exchanges - self._exchanges_before
        return Outcome(self._entry, pages, snapshot, problem, self._stopped, exchanges)

    # ---- Before the first write --------------------------------------------------------------------------------------

    async def _begin(self) -> int:
        """Makes sure of the tag and opens the journal; how many steps are done by then."""
        steps, done = self._plan.steps, 0
        first = steps[0].kind if steps else None
        if first is StepKind.AUTHENTICATE or self._just_read:
            await self._ask_reader()
        if first is StepKind.AUTHENTICATE:
            await self._authenticate(steps[0])
            done = 1
        if not self._just_read:
            await self._check_base(first_check(self._plan, self._family))
        kept = [
            JournalStep(step.kind, step.page, step.old, step.new, step.result, is_permanent(self._plan, step))
            for step in steps
        ]
        self._entry = await self._journal.begin(self._plan.base, kept, self._session.reader)
        if done:
            self._states[0] = StepState.VERIFIED
        return done

    async def _check_base(self, pages: frozenset[int]) -> None:
        """Raises StaleError where ``pages`` are not as in the plan's base."""
        found = await self._read(pages)
        different = self._different(found, self._plan.base.pages)
        if different:  # asked again, lest a disturbed answer passes for another content
            found |= await self._read(different)
            different = self._different(found, self._plan.base.pages)
        if not different.isdisjoint(_UID_PAGES):
            text = f"Another tag has taken the place of the one on “{self._session.reader}”."
            raise StaleError(text, self._session.reader, different)
        if different:
            listed = ", ".join(str(page) for page in sorted(different)[:8]) + (" …" if len(different) > 8 else "")
            text = f"The tag has changed since it was read: page{'s' * (len(different) > 1)} {listed}."
            raise StaleError(text, self._session.reader, different)

    # ---- Step by step ------------------------------------------------------------------------------------------------

    async def _carry_out(self, done: int) -> None:
        steps = self._plan.steps
        looks = checkpoints(self._plan)
        for number in range(done, len(steps)):
            self._tell(number)
            if self._stop is not None and self._stop.is_set():
                self._stopped = True
                unread = self._states.pages(StepState.ACCEPTED) - self._states.secret
                await self._look(Checkpoint(frozenset(unread)))
                return
            await self._look(looks[number])
            step = steps[number]
            if is_permanent(self._plan, step):
                self._make_sure_before(number)
            await self._do(number, step)
        await self._look(looks[-1])
        self._tell(len(steps))

    async def _do(self, number: int, step: Step) -> None:
        self._states[number] = StepState.BEGUN
        await self._settle()  # on the disk before a byte of it is sent
        match step.kind:
            case StepKind.WRITE:
                failure = await self._link.write(step.page, step.new)
                if failure is not None:
                    raise _Interrupted(f"Page {step.page}: {failure.text}")
            case StepKind.POWER_CYCLE:
                await self._link.power_cycle()
            case StepKind.AUTHENTICATE:
                await self._authenticate(step)
                self._states.prove_secrets(number)
        self._states[number] = StepState.ACCEPTED if step.kind is StepKind.WRITE else StepState.VERIFIED
        await self._settle()

    async def _authenticate(self, step: Step) -> None:
        assert step.credentials is not None
        failure = await authenticate(self._link, step.credentials, self._plan.base.uid)
        if failure is not None:
            secret = "key" if step.credentials.key is not None else "password"
            raise _Interrupted(f"The tag did not take the {secret}. {failure.text}")

    def _make_sure_before(self, number: int) -> None:
        """Before a permanent step: all before it is as it was meant to be, and so is its own page."""
        steps, states = self._plan.steps, self._states
        for earlier, before in enumerate(steps[:number]):
            if states[earlier] is not StepState.VERIFIED and states.can_be_seen(before):
                raise _Interrupted(f"Page {before.page} does not hold what was written, so nothing permanent was done.")
        page = steps[number].page
        if page not in states.secret and not states.is_as_before(number, self._seen.get(page)):
            raise _Interrupted(f"Page {page} has changed meanwhile, so nothing permanent was done.")

    # ---- Looking -----------------------------------------------------------------------------------------------------

    async def _look(self, checkpoint: Checkpoint) -> None:
        """Reads the pages of ``checkpoint`` and settles what is known of the steps that wrote them."""
        if checkpoint.asks_reader:
            await self._ask_reader()
        states, found = self._states, await self._read(checkpoint.pages)
        wrong = {page for page, content in found.items() if not states.same(page, content, states.expected(page))}
        if wrong:
            again = await self._read(wrong)
            # What shows differently each time is not known, unless it is as expected once.
            fickle = {page for page in wrong if again[page] not in (found[page], states.expected(page))}
            found = {page: content for page, content in (found | again).items() if page not in fickle}
        page0, page1 = (found.get(page) for page in _UID_PAGES)
        if page0 is not None and page1 is not None and uid_of(self._chip, page0, page1) != self._plan.base.uid:
            raise _Interrupted("Another tag lies there now.")
        self._seen |= found
        for number, step in enumerate(self._plan.steps):
            if step.kind is StepKind.WRITE and step.page in checkpoint.pages - states.secret:
                states.judge(number, found.get(step.page))
        await self._settle()

    async def _look_again(self, reason: str) -> tuple[str, TagSnapshot | None]:
        """After the run of answers broke: what can be said of the tag all the same. It is believed to be the same one
        only where all of it is as the plan has left it."""
        try:
            reader = PageReader(self._link, self._chip, protected_from=self._first_closed())
            await reader.read(readable_pages(self._chip))
            await self._link.close()
        except ReaderError as error:
            return f"{reason} {error}", None
        states = self._states
        open_pages = states.pages(StepState.BEGUN) | {self._chip.counter_page}
        strange = {
            page
            for page in reader.pages.keys() & self._plan.base.pages.keys() - open_pages
            if not states.same(page, reader.pages[page], states.expected(page))
        }
        if strange:
            listed = ", ".join(map(str, sorted(strange)[:8]))
            return f"{reason} What lies there now is not the tag as it was left: it differs in page {listed}.", None
        for number, step in enumerate(self._plan.steps):
            if step.kind is StepKind.WRITE and step.page in reader.pages:
                states.judge(number, reader.pages[step.page])
        if not set(_UID_PAGES) <= reader.pages.keys():
            return reason, None
        return reason, replace(
            self._plan.base,
            pages=reader.pages,
            unreadable=reader.unreadable,
            reader=self._session.reader,
            taken=datetime.now(UTC),
        )

    def _first_closed(self) -> int | None:
        closed = [page for page in readable_pages(self._chip) if page not in self._plan.base.pages]
        return closed[0] if closed else None

    async def _ask_reader(self) -> None:
        self._link.exchanges += 1
        answer = await self._session.send(GET_UID, origin=Origin.APPLICATION)
        if split_response(answer.response or b"") != (self._plan.base.uid, 0x9000):
            raise _Interrupted("Another tag lies there now.")

    async def _read(self, pages: Iterable[int]) -> dict[int, bytes]:
        """These pages, on the unbroken run of answers."""
        wanted = frozenset(pages)
        found: dict[int, bytes] = {}
        fast = batch(self._chip, self._family) > READ_PAGES
        for first, last in batches(self._plan, self._family, wanted):
            answer = await (self._link.fast_read(first, last) if fast else self._link.read(first))
            if isinstance(answer, NativeFailure):
                raise _Interrupted(answer.text)
            for index, page in enumerate(range(first, last + 1)):
                found[page] = answer[PAGE_SIZE * index : PAGE_SIZE * (index + 1)]
        return {page: content for page, content in found.items() if page in wanted}

    # ---- What is known -----------------------------------------------------------------------------------------------

    def _different(self, found: Mapping[int, bytes], wanted: Mapping[int, bytes]) -> set[int]:
        return {page for page, content in found.items() if not self._states.same(page, content, wanted.get(page))}

    def _fresh(self) -> TagSnapshot:
        """The tag now: what was read in the meantime, over what it was compared with."""
        pages = {page: content for page, content in self._plan.base.pages.items() if page not in self._states.secret}
        counters = {a: n for a, n in self._plan.predicted.counters.items() if a != self._chip.counter_page}
        return replace(
            self._plan.base,
            pages=pages | self._seen,
            counters=counters,
            reader=self._session.reader,
            taken=datetime.now(UTC),
        )

    async def _settle(self) -> None:
        """Writes down what has become known."""
        if news := self._states.news():
            await self._journal.note(self._entry, news)

    def _tell(self, done: int) -> None:
        steps = self._plan.steps
        if self._progress is not None and steps:
            self._progress(steps[min(done, len(steps) - 1)].page, done, len(steps) - done)
