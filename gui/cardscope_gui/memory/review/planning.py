"""Planning and rehearsing what is staged, beside the window's own thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from cardscope.errors import UsageError
from cardscope.identify.chip_identity import Certainty
from cardscope.identify.identification import Identification
from cardscope.memory.compare import Comparison, compare
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.plan import Plan, plan_writes
from cardscope.memory.rehearsal import Rehearsal, rehearse
from cardscope.readers.families import GENERIC
from cardscope.worker import Worker
from cardscope_gui.memory.words import tr

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what is known of it before it is carried out. ``notes`` are sentences."""

    plan: Plan
    rehearsal: Rehearsal
    comparison: Comparison
    """Today's content beside that of the end."""
    notes: tuple[str, ...]


def plan_and_rehearse(draft: Draft, credentials: Credentials | None, known: Identification) -> Planned:
    """The plan that writes ``draft`` to the tag that is ``known``, run on its twin behind a reader of the same family.
    Raises PlanRefusal. Takes some tens of milliseconds for a whole tag."""
    plan = plan_writes(draft, password=credentials)
    try:
        rehearsal = rehearse(plan, model=known.family.key if known.family is not None else GENERIC)
    except UsageError:  # a reader that nobody has modelled
        rehearsal = rehearse(plan, model=GENERIC)
    return Planned(plan, rehearsal, compare(plan.base, plan.predicted), tuple(_notes(known, rehearsal)))


async def aside(function: Callable[[], T]) -> T:
    """The result of ``function``, which takes longer than a window may stand still, from a thread of its own."""
    worker = Worker("review")
    try:
        return await worker.call(function)
    finally:
        worker.stop()


def _notes(known: Identification, rehearsal: Rehearsal) -> Iterator[str]:
    if rehearsal.problem:
        yield tr("The rehearsal did not come to its end: {0}").format(rehearsal.problem)
    elif not rehearsal.agrees:
        yield tr("The virtual twin did not end as planned, so this plan cannot be written.")
    if known.chip is not None and known.chip.certainty is not Certainty.CERTAIN:
        yield tr("Which chip this is, is not certain. On another chip the same pages mean something else.")
