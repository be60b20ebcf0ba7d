"""A random tag, a random wish and a random reader, and how to get over an accident with them."""

from dataclasses import replace
from random import Random
from typing import Final

from cardscope.errors import CardScopeError
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.identification import Identification
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.mirror import mirrored
from cardscope.memory.plan import Plan, PlanRefusal, plan_writes
from cardscope.memory.recovery import Recovery, close_settled, examine
from cardscope.memory.schedule import secret_pages
from cardscope.readers.families import family
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import bcc0, bcc1
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.reader_models import reader_models
from cardscope.virtual.type2 import Type2Tag
from support.plan_properties import PlanCase
from support.write_checks import Result, check_prediction, check_untouched, pages_of
from support.writing_desk import WritingDesk

_UNAPPROVED: Final = 0.1


class Scene:
    """A random tag, a random wish, and a random reader."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"campaign {seed}")
        self.case = PlanCase(self.random)
        self.tag = self.case.tag
        self.chip = self.tag.chip
        self.model = self.random.choice(list(reader_models()))
        route = self.model != "generic"
        self.credentials = self.case.credentials if route and self.case.secrets.opens(self.chip) else None
        self.before = pages_of(self.tag)
        self.approves = self.random.random() >= _UNAPPROVED
        self.just_read = self.random.random() < 0.5
        """Whether the plan is carried out with the link that has just read its base."""

    def other(self) -> Type2Tag:
        """Another tag with the same content."""
        pages = dict(self.before)
        pages[1] = pages[1][:2] + bytes((pages[1][2] ^ 1,)) + pages[1][3:]
        if self.chip.bcc:
            uid = pages[0][:3] + pages[1]
            pages[0] = pages[0][:3] + bytes((bcc0(uid),))
            pages[2] = bytes((bcc1(uid),)) + pages[2][1:]
        return Type2Tag(self.chip, b"".join(pages.values()))

    def twin(self, plan: Plan | None) -> Type2Tag:
        """A tag with the same number, which differs in a byte that can be read."""
        pages = dict(self.before)
        written = {step.page for step in plan.writes} if plan is not None else set[int]()
        covered = mirrored(self.tag.snapshot())
        known = plan.base.pages if plan is not None else pages
        free = [p for area in self.chip.user_areas for p in area if p in known and p not in written | covered.keys()]
        if free:
            page = self.random.choice(free)
            pages[page] = bytes((pages[page][0] ^ 0xFF, *pages[page][1:]))
        return Type2Tag(self.chip, b"".join(pages.values()), counters=self.tag.counters)

    async def plan(self, desk: WritingDesk) -> tuple[Plan, Credentials | None] | None:
        """The plan for what is not refused of the wish, from a fresh reading; ``None``: the tag cannot be read."""
        base, credentials = await read(desk, self.credentials)
        if base is None:
            return None
        draft = Draft(base, self.case.draft.changes)
        while True:
            try:
                return plan_writes(draft, password=credentials), credentials
            except PlanRefusal as refusal:
                for reason in refusal.reasons:
                    draft = draft.without(reason.page)


async def read(desk: WritingDesk, *credentials: Credentials | None) -> tuple[TagSnapshot | None, Credentials | None]:
    """The tag, opened with the first of ``credentials`` that it takes; else as far as it can be read."""
    for each in (*credentials, None):
        try:
            return await desk.read(each), each
        except CardScopeError:
            continue
    return None, None


def known_tag(chip: Chip, model: str) -> Identification:
    """What identification would have found out, and without a native route would have guessed right."""
    route = family(model)
    certainty, version = (Certainty.CERTAIN, chip.version) if route is not None else (Certainty.LIKELY, None)
    identity = ChipIdentity(chip.name, chip.vendor, certainty, (), version, chip)
    return Identification("Virtual reader", 1, b"", None, route, identity)


async def recover(found: Result, desk: WritingDesk, plan: Plan, credentials: Credentials | None) -> None:
    """After the accident: what is left is written, or it is told why that cannot be."""
    tag = desk.spot.tag
    assert isinstance(tag, Type2Tag)
    entries = await desk.journal.unfinished(plan.base.uid)
    if not entries:
        found.end = "untouched"
        check_untouched(found, plan, pages_of(tag))
        return
    (entry,) = entries
    news = [step.credentials for step in plan.steps if step.credentials is not None]
    now, opened_with = await read(desk, *news[::-1], credentials)
    if now is None:
        found.end = "reported"
        return
    recovery = examine(entry, now)
    if recovery.strange:
        found.violations.append(f"the journal does not know its own tag: pages {recovery.strange}")
        return
    found.end = await _resume(found, desk, plan, recovery, opened_with)


async def _resume(
    found: Result, desk: WritingDesk, plan: Plan, recovery: Recovery, credentials: Credentials | None
) -> str:
    if recovery.resume is None:
        await close_settled(desk.journal, recovery_base(recovery, desk))
        return "resumed"
    secrets = {step.page: step.new for step in plan.writes if step.page in secret_pages(plan.base.chip)}
    draft = recovery.resume.with_pages(secrets)
    try:
        again = plan_writes(draft, password=credentials)
    except PlanRefusal:
        return "reported"
    if not again.steps:
        return "resumed"
    try:
        outcome = await desk.execute(again)
    except CardScopeError:
        return "reported"
    if not outcome.done:
        return "reported"
    tag = desk.spot.tag
    assert isinstance(tag, Type2Tag)
    check_prediction(found, again, pages_of(tag))
    # What cannot be read any more is not in the draft, and is told apart.
    return "resumed" if {step.page for step in plan.writes} <= again.base.pages.keys() | secrets.keys() else "reported"


def recovery_base(recovery: Recovery, desk: WritingDesk) -> TagSnapshot:
    tag = desk.spot.tag
    assert isinstance(tag, Type2Tag)
    return replace(recovery.entry.base, pages={page: pages_of(tag)[page] for page in recovery.entry.base.pages})
