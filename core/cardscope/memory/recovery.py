"""What can be done about a plan that did not come to its end: carry on, go back, or leave the tag as it is.

All of it is found out from the journal and a fresh reading of the tag, and both ways out are drafts: they go through
the planner, the guard and the user's approval like any other change.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cardscope.memory.draft import Draft, untaken_bytes
from cardscope.memory.mirror import mirrored
from cardscope.memory.outcome import PageOutcome
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.plan_parts import StepKind
from cardscope.memory.schedule import secret_pages
from cardscope.store.journal import Ending, Journal, JournalEntry, JournalStep, StepState
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

_ONE_WAY = (Area.STATIC_LOCK, Area.DYNAMIC_LOCK, Area.CAPABILITY_CONTAINER)


@dataclass(frozen=True)
class Recovery:
    """What an unfinished plan has left behind, and the ways out. Leaving the tag as it is is always one."""

    entry: JournalEntry
    pages: Mapping[int, PageOutcome]
    """What the fresh reading says of each page that the plan was to write."""
    resume: Draft | None
    """What is left to do; ``None``: nothing, or it cannot be offered."""
    roll_back: Draft | None
    """What takes back whatever can be taken back; ``None``: nothing, or it cannot be offered."""
    secret: tuple[int, ...]
    """Pages of a password or key that the plan was to write. The journal does not know these: to resume, ask for them
    again and add them to the draft."""
    lasting: Mapping[int, str]
    """Pages that cannot be taken back, with a sentence each."""
    strange: tuple[int, ...]
    """Pages that are neither as before the plan nor as it can have left them: the tag was changed since, or is another
    one with the same number. Then no way out is offered but leaving it, and making a new plan."""


def examine(entry: JournalEntry, now: TagSnapshot) -> Recovery:
    """The ways out of ``entry`` for the tag that was just read as ``now``. Raises ValueError for another tag."""
    base = entry.base
    if now.uid != base.uid or now.chip is not base.chip:
        raise ValueError("this is another tag than the one in the journal")
    hidden = secret_pages(now.chip)
    writes = {n: step for n, step in enumerate(entry.steps) if step.kind == StepKind.WRITE}
    by_page: dict[int, list[JournalStep]] = {}
    for step in writes.values():
        by_page.setdefault(step.page, []).append(step)
    pages = {page: _outcome(page, steps, base, now) for page, steps in by_page.items()}
    strange = tuple(sorted(_strange(by_page, base, now, hidden)))
    secret = tuple(page for page in by_page if page in hidden)
    lasting: dict[int, str] = {}
    wanted: dict[int, bytes] = {}
    before: dict[int, bytes] = {}
    for page, steps in by_page.items():
        result, old = steps[-1].result, base.pages.get(page)
        if page in hidden:
            if any(step.state is not StepState.PLANNED for step in steps):
                lasting[page] = "What it held before cannot be read, so it cannot be brought back."
        elif page not in now.pages:
            lasting[page] = now.unreadable.get(page, "It cannot be read now.")
        else:
            if result:
                wanted[page] = result
            if old is not None and (why := _lasting(now, page, old)):
                lasting[page] = why
            elif old is not None:
                before[page] = old
    return Recovery(
        entry,
        pages,
        None if strange else _draft(now, wanted, even_empty=bool(secret)),
        None if strange else _draft(now, before),
        secret,
        lasting,
        strange,
    )


async def close_entry(journal: Journal, recovery: Recovery, ending: Ending) -> None:
    """Writes down what the fresh reading has shown of each step, and that the plan is not unfinished any more: another
    has taken over (``RESUMED``, ``ROLLED_BACK``), or the user leaves the tag as it is (``LEFT``)."""
    states = {
        number: StepState(recovery.pages[step.page])
        for number, step in enumerate(recovery.entry.steps)
        if step.kind == StepKind.WRITE and step.state is StepState.BEGUN and not recovery.strange
    }
    if states:
        await journal.note(recovery.entry.id, states)
    await journal.end(recovery.entry.id, ending)


async def close_settled(journal: Journal, now: TagSnapshot) -> None:
    """Closes the unfinished plans for the tag of ``now`` of which nothing is left to do: whatever they were to write is
    there by now, or none of it is."""
    for entry in await journal.unfinished(now.uid):
        if entry.base.chip is not now.chip:
            continue
        recovery = examine(entry, now)
        found = set(recovery.pages.values())
        if not recovery.strange and found <= {PageOutcome.VERIFIED}:
            await close_entry(journal, recovery, Ending.RESUMED)
        elif recovery.pages.keys() >= set(recovery.strange) and found <= {PageOutcome.NOT_WRITTEN}:
            await close_entry(journal, recovery, Ending.ROLLED_BACK)


def _draft(now: TagSnapshot, pages: Mapping[int, bytes], *, even_empty: bool = False) -> Draft | None:
    draft = Draft(now, pages)
    return draft if draft.changes or even_empty else None


def _outcome(page: int, steps: list[JournalStep], base: TagSnapshot, now: TagSnapshot) -> PageOutcome:
    content = now.pages.get(page)
    if page in secret_pages(now.chip) or content is None:
        states = {step.state for step in steps}
        if states <= {StepState.PLANNED, StepState.NOT_WRITTEN}:
            return PageOutcome.NOT_WRITTEN
        return PageOutcome.VERIFIED if states == {StepState.VERIFIED} else PageOutcome.UNKNOWN
    if _same(now, page, content, steps[-1].result):
        return PageOutcome.VERIFIED
    return PageOutcome.NOT_WRITTEN if _same(now, page, content, base.pages.get(page)) else PageOutcome.MISMATCH


def _strange(
    by_page: Mapping[int, list[JournalStep]], base: TagSnapshot, now: TagSnapshot, hidden: frozenset[int]
) -> set[int]:
    """The pages whose content contradicts the journal."""
    found: set[int] = set()
    for page, content in now.pages.items():
        if page in hidden or page not in base.pages or page == now.chip.counter_page:
            continue
        steps = by_page.get(page, [])
        if any(step.state in _OPEN for step in steps):
            continue  # torn, or not even sent: anything may be there
        if page in mirrored(base) or page in mirrored(now):
            continue
        done = [step.result for step in steps if step.state is StepState.VERIFIED]
        # What was not sent by this plan may have been written by the one that took over.
        fitting = [done[-1]] if done else [base.pages[page], *(step.result for step in steps)]
        if not any(_same(now, page, content, one) for one in fitting):
            found.add(page)
    return found


_OPEN = (StepState.BEGUN, StepState.ACCEPTED, StepState.UNKNOWN, StepState.MISMATCH)


def _lasting(now: TagSnapshot, page: int, old: bytes) -> str:
    """Why ``page`` cannot hold ``old`` again; empty: it can, or does."""
    if page_area(now.chip, page) not in _ONE_WAY:
        return ""
    untaken = untaken_bytes(now.chip, page)
    content = now.pages[page]
    if any(content[at] & ~old[at] for at in range(PAGE_SIZE) if at not in untaken):
        return "Bits that were set there can never be cleared again."
    return ""


def _same(now: TagSnapshot, page: int, one: bytes, other: bytes | None) -> bool:
    covered = mirrored(now).get(page, frozenset[int]())
    return other is not None and all(one[at] == other[at] for at in range(PAGE_SIZE) if at not in covered)
