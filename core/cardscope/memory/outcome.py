"""What came of a plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cardscope.errors import CardError, RefusedError
from cardscope.memory.plan import Plan, StepKind
from cardscope.store.journal import StepState
from cardscope.tags.snapshot import TagSnapshot


class PageOutcome(StrEnum):
    """What is known of a page that a plan was to write."""

    VERIFIED = "verified"
    """Read back, and as it was meant to be; PWD, PACK and keys: the tag has taken the new ones."""
    NOT_WRITTEN = "not_written"
    """As it was before."""
    MISMATCH = "mismatch"
    """Neither as before nor as it was meant to be."""
    UNKNOWN = "unknown"
    """It may have been written, and could not be read back."""


@dataclass(frozen=True)
class Outcome:
    """What came of carrying a plan out."""

    entry: int
    """The number in the journal."""
    pages: Mapping[int, PageOutcome]
    """For each page that the plan writes."""
    snapshot: TagSnapshot | None
    """The tag afterwards; ``None`` where it could not be read, or was not surely the same tag."""
    problem: str = ""
    """Why it ended early, a sentence; empty: it did not."""
    stopped: bool = False
    """The user stopped it."""
    exchanges: int = 0

    @property
    def done(self) -> bool:
        """Whether every page is as it was meant to be, as far as it can be read back at all."""
        return not self.problem and not self.stopped


class NotApprovedError(RefusedError):
    """A plan was not carried out, because what was approved is not this plan."""

    def __init__(self, plan: Plan, approved: str | None) -> None:
        hazards = " ".join(hazard.text for hazard in plan.hazards if hazard.permanent)
        text = (
            f"Nothing was written. {hazards}"
            if approved is None
            else "Nothing was written: this is not the plan that was approved."
        )
        super().__init__(
            text.strip(), remedy=f"If that is what you want, approve exactly this plan with {plan.digest}."
        )
        self.plan = plan


class StaleError(CardError):
    """The tag is not what the plan was made for: another one, or changed since. Nothing was written."""

    def __init__(self, text: str, reader: str, pages: Iterable[int] = ()) -> None:
        super().__init__(
            f"Nothing was written. {text}", reader=reader, remedy="Read the tag again and make a new plan."
        )
        self.pages = tuple(sorted(pages))
        """The pages that differ."""


_OF_STATE: Final = {
    StepState.PLANNED: PageOutcome.NOT_WRITTEN,
    StepState.BEGUN: PageOutcome.UNKNOWN,
    StepState.ACCEPTED: PageOutcome.UNKNOWN,
    StepState.VERIFIED: PageOutcome.VERIFIED,
    StepState.NOT_WRITTEN: PageOutcome.NOT_WRITTEN,
    StepState.MISMATCH: PageOutcome.MISMATCH,
    StepState.UNKNOWN: PageOutcome.UNKNOWN,
}


def page_outcomes(plan: Plan, states: Mapping[int, StepState]) -> dict[int, PageOutcome]:
    """The outcome by page, from the states of the steps by number."""
    found: dict[int, PageOutcome] = {}
    for number, step in enumerate(plan.steps):
        if step.kind is not StepKind.WRITE:
            continue
        outcome = _OF_STATE[states[number]]
        # A page that takes two writes and got the first alone holds neither the old nor the wanted content.
        half = outcome is PageOutcome.NOT_WRITTEN and found.get(step.page) is PageOutcome.VERIFIED
        found[step.page] = PageOutcome.MISMATCH if half else outcome
    return found
