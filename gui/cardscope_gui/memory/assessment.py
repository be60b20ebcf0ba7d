"""What the staged changes come to, as far as the planner can tell before a review."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardscope.errors import CardScopeError
from cardscope.memory.credentials import KEY_SIZE, Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.plan import PlanHazard, PlanRefusal, plan_writes
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

_WANT_SECRET = ("H10", "H15")
"""The reasons that go away once the password or the key is given."""
_STAND_IN = Credentials(bytes(PAGE_SIZE), key=bytes(KEY_SIZE))
"""For a plan that is only looked at: which secret is given makes no difference to its effects."""


@dataclass(frozen=True)
class Assessment:
    """``refused`` has the reason for each page that cannot be written as staged, ``secret`` that for each that wants
    the password or the key first; hazards and ``predicted`` are those of all but the refused."""

    hazards: tuple[PlanHazard, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict[int, str])
    secret: Mapping[int, str] = field(default_factory=dict[int, str])
    predicted: TagSnapshot | None = None

    @property
    def permanent(self) -> tuple[PlanHazard, ...]:
        """The effects that nothing takes back."""
        return tuple(hazard for hazard in self.hazards if hazard.permanent)

    @property
    def permanent_pages(self) -> frozenset[int]:
        """The pages whose write has them."""
        return frozenset(hazard.page for hazard in self.permanent)


NOTHING = Assessment()


def assess(draft: Draft, opened: Credentials | None = None) -> Assessment:
    """What writing ``draft`` would do, with what has ``opened`` the tag. Takes up to 20 ms for every page of a tag."""
    refused: dict[int, str] = {}
    secret: dict[int, str] = {}
    while draft.changes:
        try:
            plan = plan_writes(draft, password=opened or (_STAND_IN if secret else None))
        except PlanRefusal as refusal:
            wanting = {reason.page: reason.text for reason in refusal.reasons if reason.code in _WANT_SECRET}
            never = {reason.page: reason.text for reason in refusal.reasons if reason.code not in _WANT_SECRET}
            if secret or opened or not wanting:
                never = {**wanting, **never}  # nothing to give would help: it is given
            secret = secret or ({} if opened else wanting)
            refused = {**never, **refused}
            left = {page: content for page, content in draft.changes.items() if page not in never}
            draft = Draft(draft.base, left)
        except CardScopeError as error:
            return Assessment(refused={**dict.fromkeys(draft.changes, str(error)), **refused})
        else:
            return Assessment(plan.hazards, refused, secret, plan.predicted)
    return Assessment(refused=refused)
