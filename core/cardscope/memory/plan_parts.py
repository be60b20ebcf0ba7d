"""What plans are made of: steps, hazards, and reasons to refuse."""

from dataclasses import dataclass, field
from enum import StrEnum

from cardscope.errors import RefusedError
from cardscope.memory.credentials import Credentials


class StepKind(StrEnum):
    """What a step does."""

    WRITE = "write"
    AUTHENTICATE = "authenticate"
    """PWD_AUTH, or AUTHENTICATE of the Ultralight C. Where it fails, the plan ends."""
    POWER_CYCLE = "power_cycle"
    """The field goes off and comes back, so that what was written is in force."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    For a WRITE: ``old`` is what READ showed of ``page`` before the plan (``None``: it could not be read), ``new`` the
    4 bytes that WRITE carries and ``result`` what the page holds afterwards, which for lock bytes and page 3 is the OR
    of both. An AUTHENTICATE has the ``credentials`` to use and stands at the page of PWD or of the key; for it and
    for a POWER_CYCLE, the bytes are empty.
    """

    page: int
    old: bytes | None
    new: bytes = field(repr=False)  # which may be a password
    why: str
    kind: StepKind = StepKind.WRITE
    result: bytes = field(default=b"", repr=False)
    credentials: Credentials | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlanHazard:
    """One effect to think about before it happens.

    ``code`` is that of the list of hazards (H1 to H25), or CHIP for an effect on another chip that the tag may be.
    ``page`` is the page whose write has the effect, ``pages`` are those that it is about. ``permanent``: nothing takes
    it back, or what would is not in the user's power. ``undo`` says what would.
    """

    code: str
    text: str
    permanent: bool
    pages: tuple[int, ...]
    undo: str
    page: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page cannot be what was asked for."""

    page: int
    code: str
    """H1 to H25, or a word where the list of hazards has none."""
    text: str


class PlanRefusal(RefusedError):  # noqa: N818 - refusing is what a planner is for
    """A draft that cannot be reached, or must not be. ``reasons`` has at least one."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        first, more = reasons[0], len(reasons) - 1
        also = f" {more} more page{'s' if more > 1 else ''} cannot be changed either." if more else ""
        super().__init__(f"Page {first.page}: {first.text}{also}", remedy="Take these changes back and plan again.")
        self.reasons = reasons
