"""One review: a fresh reading, the plan and its rehearsal, the approval, the writing and what came of it.

No widgets."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QObject, Signal

from cardscope.errors import CardScopeError
from cardscope.events import CardInserted, CardRemoved, Identified, ReaderRemoved
from cardscope.identify.identification import Identification
from cardscope.memory.compare import Comparison
from cardscope.memory.credentials import Credentials
from cardscope.memory.execution import execute
from cardscope.memory.outcome import Outcome, PageOutcome
from cardscope.memory.page_access import TagAccess
from cardscope.memory.plan import Plan, PlanRefusal, Reason
from cardscope.memory.reading import read_memory
from cardscope.memory.recovery import close_settled
from cardscope.memory.rehearsal import Rehearsal
from cardscope.memory.schedule import secret_pages
from cardscope.session import CardSession
from cardscope.store.journal import Ending, Journal, JournalEntry
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.protection.opened import Opened
from cardscope_gui.memory.review.approval import Approval
from cardscope_gui.memory.review.planning import Planned, aside, plan_and_rehearse
from cardscope_gui.memory.words import tr

_WANT_SECRET = ("H10", "H15")
"""The reasons that go away once the password or the key is given."""


class Phase(Enum):
    """How far a review has come."""

    READING = "reading"
    NOTHING = "nothing"
    """The tag holds all of it already."""
    REFUSED = "refused"
    SECRET = "secret"
    """It waits for the password or key."""
    READY = "ready"
    VOID = "void"
    """What was reviewed is not what would be written any more."""
    WRITING = "writing"
    ENDED = "ended"
    """There is an outcome."""
    FAILED = "failed"
    """There is none; ``problem`` says why."""


_OPEN = (Phase.NOTHING, Phase.REFUSED, Phase.SECRET, Phase.READY)


@dataclass(frozen=True, slots=True)
class Card:
    """A tag on a reader."""

    session: CardSession
    known: Identification


@dataclass(frozen=True, slots=True)
class TakingOver:
    """An unfinished plan that this review brings to its end."""

    entry: JournalEntry
    ending: Ending


class Review(QObject):
    """Of what is staged in ``document``. ``find`` gives its tag while that is on a reader and identified. ``caution``
    is a sentence that belongs to every plan, and ``opened`` knows what has opened the tag in this session."""

    changed = Signal()
    """The phase, or what belongs to it, is another."""
    progressed = Signal()
    """A reading or the writing has come further."""
    ended = Signal()
    """Something may have been written, and what is known of it is in the document."""

    def __init__(
        self,
        bridge: Bridge,
        document: MemoryDocument,
        find: Callable[[], Card | None],
        journal: Journal,
        *,
        taking_over: TakingOver | None = None,
        opened: Opened | None = None,
        caution: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.phase = Phase.READING
        self.problem = ""
        """What went wrong, sentences, in the phases VOID and FAILED."""
        self.reasons: tuple[Reason, ...] = ()
        """Why pages cannot be written, or why the password is wanted."""
        self.plan: Plan | None = None
        self.rehearsal: Rehearsal | None = None
        self.comparison: Comparison | None = None
        """Today's content beside that of the end."""
        self.approval: Approval | None = None
        self.outcome: Outcome | None = None
        self.notes: tuple[str, ...] = ()
        """What else there is to know of the plan, a sentence each."""
        self.done, self.total = 0, 0
        """Pages while it reads, steps while it writes."""
        self.page = 0
        """The page that is being written."""
        self._bridge = bridge
        self._find = find
        self._journal = journal
        self._taking_over = taking_over
        self._opened = opened
        self._caution = caution
        self._card: Card | None = None
        self._own = False
        self._number = 0
        self._task: asyncio.Task[object] | None = None
        self._stop = asyncio.Event()
        self._begun = 0.0
        document.changed.connect(self._document_changed)
        document.rebased.connect(self._document_changed)
        bridge.published.connect(self._on_event)

    @property
    def present(self) -> bool:
        """Whether the tag is on a reader."""
        return self._find() is not None

    @property
    def stranger(self) -> bytes | None:
        """The UID of another tag, where the tag was; ``None`` while there is none."""
        session = self._bridge.service.session(self.document.base.reader)
        uid = session.uid if session is not None else None
        return uid if uid != self.document.base.uid else None

    @property
    def stopping(self) -> bool:
        """Whether the writing ends after the step under way, as the user wants it."""
        return self._stop.is_set()

    @property
    def may_write(self) -> bool:
        """Whether nothing is missing but the user's word."""
        approved = self.approval is not None and self.approval.complete
        return self.phase is Phase.READY and approved and self.rehearsal is not None and self.rehearsal.agrees

    @property
    def seconds_left(self) -> float:
        """About how long the writing takes from now on, in seconds: the rehearsal's proportions at the pace so far."""
        if self.rehearsal is None or not self.total:
            return 0.0
        times = [step.ms / 1000 for step in self.rehearsal.steps]
        before, after = sum(times[: self.done]), sum(times[self.done :])
        pace = (time.monotonic() - self._begun) / before if self.done and before else 1.0
        return after * pace

    def start(self, credentials: Credentials | None = None) -> None:
        """Reads the tag anew, plans and rehearses. ``credentials`` open what is protected; they are kept no longer than
        the plan."""
        if self.phase is Phase.WRITING:
            return
        self._cancel()
        self._set(Phase.READING)
        self._bridge.spawn(self._prepare(self._number, credentials))

    def write(self) -> None:
        """Carries the plan out, if it is approved and still the one that was reviewed."""
        plan, approval, card = self.plan, self.approval, self._card
        if not self.may_write or plan is None or approval is None or card is None:
            return
        now = self._find()
        if now is None or now.session is not card.session:
            self._void(tr("The card was taken away, and the approval with it."))
            return
        self._stop = asyncio.Event()
        self._begun = time.monotonic()
        self.done, self.total = 0, len(plan.steps)
        self._set(Phase.WRITING, keep=True)
        self._bridge.spawn(self._write(card, plan, approval.digest))

    def stop(self) -> None:
        """Ends the writing before the next step."""
        if self.phase is Phase.WRITING:
            self._stop.set()
            self.progressed.emit()

    def take_back(self, page: int) -> None:
        """Takes the change of ``page`` back, and begins anew."""
        place = self.document.place(page)
        if place is not None and self.phase in _OPEN:
            self._quietly(
                lambda: self.document.revert(
                    range(PAGE_SIZE * place, PAGE_SIZE * (place + 1)), tr("taking a page back")
                )
            )
            self.start()

    def close(self) -> None:
        """Ends the review; a reading under way is given up."""
        self._cancel()
        self.document.changed.disconnect(self._document_changed)
        self.document.rebased.disconnect(self._document_changed)
        self._bridge.published.disconnect(self._on_event)
        self.plan = self.approval = None

    def _cancel(self) -> None:
        self._number += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _prepare(self, number: int, credentials: Credentials | None) -> None:
        if number != self._number:
            return
        card = self._find()
        if card is None:
            self._fail(tr("The card is not on a reader. Put it back, and check again."))
            return
        self._task = asyncio.current_task()
        if credentials is None and self._opened is not None:
            credentials = self._opened.get(card.session)
        try:
            base = await self._read(card, number, credentials)
            self._quietly(lambda: self.document.rebase(base))
            draft = self.document.draft
            if not draft.changes:
                self._set(Phase.NOTHING)
                return
            planned = await aside(lambda: plan_and_rehearse(draft, credentials, card.known))
        except PlanRefusal as refusal:
            if number == self._number:
                self._refuse(refusal, given=credentials is not None)
        except CardScopeError as error:
            if number == self._number:
                self._fail(f"{error} {error.remedy}".rstrip())
        else:
            if number == self._number:
                self._show_plan(card, planned)

    async def _read(self, card: Card, number: int, credentials: Credentials | None) -> TagSnapshot:
        def progress(done: int, total: int) -> None:
            if number == self._number:
                self.done, self.total = done, total
                self.progressed.emit()

        # A try that is not needed is none: what can be read is read without the password.
        hidden, access = secret_pages(self.document.base.chip), TagAccess(self.document.base)
        closed = any(page not in hidden for page in self.document.base.unreadable)
        closed = closed or bool(access.prot and access.protected)  # it was read with the password
        return await read_memory(
            card.session, card.known, may_count=True, credentials=credentials if closed else None, progress=progress
        )

    def _refuse(self, refusal: PlanRefusal, *, given: bool) -> None:
        never = tuple(reason for reason in refusal.reasons if given or reason.code not in _WANT_SECRET)
        self._set(Phase.REFUSED if never else Phase.SECRET)
        self.reasons = never or refusal.reasons
        self.changed.emit()

    def _show_plan(self, card: Card, planned: Planned) -> None:
        self._task = None
        self._card, self.plan = card, planned.plan
        self.rehearsal, self.comparison = planned.rehearsal, planned.comparison
        self.approval = Approval(planned.plan)
        self.notes = (*planned.notes, *filter(None, (self._caution,)))
        self._set(Phase.READY, keep=True)

    async def _write(self, card: Card, plan: Plan, approved: str | None) -> None:
        try:
            outcome = await execute(
                card.session,
                plan,
                family=card.known.family,
                approved=approved,
                journal=self._journal,
                progress=self._progressed,
                stop=self._stop,
            )
        except CardScopeError as error:
            self._tell_opened(card, plan, None)
            self._fail(f"{error} {error.remedy}".rstrip())
            self.ended.emit()
            return
        self.outcome = outcome
        self._tell_opened(card, plan, outcome)
        self._settle(plan, outcome)
        try:
            await self._close_entries(plan, outcome)
        except CardScopeError as error:
            self.problem = f"{error} {error.remedy}".rstrip()
        self._set(Phase.ENDED, keep=True)
        self.ended.emit()

    def _tell_opened(self, card: Card, plan: Plan, outcome: Outcome | None) -> None:
        if self._opened is not None:
            self._opened.settle(card.session, plan, outcome)

    def _settle(self, plan: Plan, outcome: Outcome) -> None:
        """What was verified is not staged any more; everything else still is."""
        verified = {page for page, found in outcome.pages.items() if found is PageOutcome.VERIFIED}
        snapshot = outcome.snapshot
        if snapshot is None:
            seen = {step.page: step.result for step in plan.writes if step.page in verified}
            hidden = secret_pages(plan.base.chip)
            held = {page: content for page, content in seen.items() if page not in hidden}
            snapshot = replace(plan.base, pages={**plan.base.pages, **held})
        self.document.rebase(snapshot, written=verified)

    async def _close_entries(self, plan: Plan, outcome: Outcome) -> None:
        """The plans that this one has brought to their end are not unfinished any more."""
        if not outcome.done or outcome.snapshot is None:
            return
        await close_settled(self._journal, outcome.snapshot)
        over = self._taking_over
        if over is None:
            return
        for entry in await self._journal.unfinished(plan.base.uid):
            if entry.begun >= over.entry.begun:  # attempts at the same
                await self._journal.end(entry.id, over.ending)

    def _progressed(self, page: int, done: int, left: int) -> None:
        self.page, self.done, self.total = page, done, done + left
        self.progressed.emit()

    def _document_changed(self) -> None:
        if not self._own and self.phase in _OPEN:
            self._void(tr("What is staged, or what was read of the tag, is not what you reviewed any more."))

    def _on_event(self, event: object) -> None:
        if not isinstance(event, (CardInserted, CardRemoved, Identified, ReaderRemoved)):
            return
        now = self._find()
        if self.phase in _OPEN and (now is None or (self._card is not None and now.session is not self._card.session)):
            self._void(tr("The card was taken away. Put it back, and check again."))
        else:
            self.changed.emit()

    def _void(self, why: str) -> None:
        self._cancel()
        self._set(Phase.VOID)
        self.problem = why
        self.changed.emit()

    def _fail(self, why: str) -> None:
        self._set(Phase.FAILED)
        self.problem = why
        self.changed.emit()

    def _set(self, phase: Phase, *, keep: bool = False) -> None:
        """Without ``keep`` nothing of the plan is left."""
        if not keep:
            self.plan = self.rehearsal = self.comparison = self.approval = self.outcome = self._card = None
            self.reasons, self.notes, self.problem = (), (), ""
            self.done = self.total = 0
        self.phase = phase
        self.changed.emit()

    def _quietly(self, does: Callable[[], object]) -> None:
        """Without taking the change of the document for somebody else's."""
        self._own = True
        try:
            does()
        finally:
            self._own = False
