"""What the user agrees to: every permanent effect by itself, and the tag once by its number."""

from cardscope.memory.plan import Plan, PlanHazard

MAY_LOSE_CARD = frozenset(("H8", "H14", "H22", "H24"))
"""The permanent effects after which a tag can be of no use any more: configuration frozen, tries that run out, the
radio side shut out, and all of user memory locked."""


class Approval:
    """Belongs to one plan and ends with it. A plan without permanent effects is approved by writing it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.permanent: tuple[PlanHazard, ...] = tuple(hazard for hazard in plan.hazards if hazard.permanent)
        """What has to be ticked, one by one."""
        self.typed = ""
        """What the user has typed of the tag's number."""
        self._ticked: set[int] = set()

    @property
    def pair(self) -> str:
        """What is to be typed: the last byte of the UID, in hex."""
        return f"{self.plan.base.uid[-1]:02X}"

    def tick(self, number: int, on: bool) -> None:
        """The user agrees to the permanent effect of that number, or not any more."""
        (self._ticked.add if on else self._ticked.discard)(number)

    @property
    def ticked(self) -> int:
        """How many effects are agreed to."""
        return len(self._ticked)

    @property
    def typed_right(self) -> bool:
        """Whether the pair is the tag's."""
        return self.typed.strip().upper() == self.pair

    @property
    def mistyped(self) -> bool:
        """Whether a whole pair was typed, and it is not the tag's."""
        return len(self.typed.strip()) == len(self.pair) and not self.typed_right

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.permanent or (self.ticked == len(self.permanent) and self.typed_right)

    @property
    def digest(self) -> str | None:
        """What the execution asks for; ``None`` where it asks for nothing, or while something is missing."""
        return self.plan.approve if self.complete else None
