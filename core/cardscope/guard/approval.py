"""The user's word for a whole plan of writes, given once."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlanApproval:
    """The approval of one plan: exactly these commands may be sent, to exactly one card, as often as they are needed.

    It looks at the bytes alone, not at the guard's verdict on them: the user has approved the plan, whose hazards were
    found with the card's content known. Only what carries a plan out makes one, after it has compared the plan with
    what the user approved.
    """

    card: bytes
    """The card's UID."""
    commands: frozenset[bytes] = field(repr=False)
    """Whole command APDUs, in this reader's wrapping. Passwords may be in them."""

    def __post_init__(self) -> None:
        """Raises ValueError when ``card`` is empty, because such an approval would hold for any card."""
        if not self.card:
            raise ValueError("an approval must name its card")

    def covers(self, command: bytes, uid: bytes | None) -> bool:
        """Whether ``command`` may be sent to the card of ``uid``."""
        return uid == self.card and command in self.commands
