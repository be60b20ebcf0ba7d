"""What is read when while a plan is carried out, and how many exchanges all of it takes.

Everything that was written is read back before the next permanent step, together with the look at the tag's own number
and at the page concerned that each permanent step has: a run of pages is one exchange where the reader and the tag can
do that. Before the first write all of the tag is compared with the plan's base, or, where that would take more than the
promised number of exchanges, the pages that the plan writes and those that decide over them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cardscope.guard.pages import special_role
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import TagAccess
from cardscope.memory.page_reader import READ_PAGES, windows
from cardscope.memory.plan import Plan, Step, StepKind
from cardscope.readers.families import Family
from cardscope.tags.catalogue import SECTOR, Chip, Command
from cardscope.tags.snapshot import TagSnapshot

UID_PAGES: Final = frozenset((0, 1))
_HEAD: Final = frozenset((0, 1, 2, 3))
"""UID, static lock bytes and capability container."""
_PAGES_AN_EXCHANGE: Final = 60
_OTHERS: Final = 6
"""Writing n pages takes n writes and at most n / 60 (rounded up) and so many more exchanges."""
_SECTOR_SELECT: Final = 2
_AUTHENTICATE_BY_KEY: Final = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is looked at before a step, or after the last."""

    pages: frozenset[int] = frozenset()
    asks_reader: bool = False
    """The UID is asked of the reader, because the pages that hold it cannot be read then."""


def is_permanent(plan: Plan, step: Step) -> bool:
    """Whether ``step`` has an effect that the user had to approve."""
    return step.kind is StepKind.WRITE and any(h.permanent and h.page == step.page for h in plan.hazards)


def secret_pages(chip: Chip) -> frozenset[int]:
    """PWD, PACK and keys: the pages that no READ shows."""
    return frozenset(page for area in chip.unreadable for page in area)


def checkpoints(plan: Plan) -> tuple[Checkpoint, ...]:
    """One for each step, before it, and one at the end."""
    secret = secret_pages(plan.base.chip)
    unread: frozenset[int] = frozenset()
    found: list[Checkpoint] = []
    before: StepKind | None = None
    for step in (*plan.steps, None):
        pages: frozenset[int] = frozenset()
        asks_reader = False
        if before is StepKind.POWER_CYCLE:
            # The password of before is needed again, and only a tag that takes the new one is the same for certain.
            pages = UID_PAGES - _closed(plan)
            asks_reader = pages != UID_PAGES
        if step is None:
            pages |= unread | _changed_view(plan)
        elif step.kind is StepKind.POWER_CYCLE:
            pages |= unread  # afterwards it may be another tag
        elif is_permanent(plan, step):
            pages |= unread | UID_PAGES | {step.page}
        found.append(Checkpoint(pages, asks_reader))
        unread -= pages
        if step is not None:
            before = step.kind
            if step.kind is StepKind.WRITE and step.page not in secret:
                unread |= {step.page}
    return tuple(found)


def first_check(plan: Plan, family: Family | None) -> frozenset[int]:
    """The pages that are compared with the plan's base before anything is written."""
    base, chip = plan.base, plan.base.chip
    deciding = {page for page in (chip.cfg0, chip.cfg1) if page is not None}
    if chip.dynamic_lock is not None:
        deciding.add(chip.dynamic_lock.page)
    known = frozenset(base.pages) - secret_pages(chip) - {chip.counter_page}
    if not plan.steps or plan.steps[0].kind is not StepKind.AUTHENTICATE:
        known -= _closed_in(base)  # read with a password that the plan does without
    least = known & (_HEAD | deciding | {step.page for step in plan.writes})
    n = len(plan.writes)
    promised = n + -(-n // _PAGES_AN_EXCHANGE) + _OTHERS
    return known if _exchanges(plan, family, known) <= promised else least


def exchange_count(plan: Plan, family: Family | None, *, just_read: bool = False) -> int:
    """How many APDUs :func:`~cardscope.memory.execution.execute` sends when nothing goes wrong. ``just_read``: with the
    link that has just read the plan's base."""
    return _exchanges(plan, family, frozenset() if just_read else first_check(plan, family), just_read=just_read)


def unreachable(plan: Plan, family: Family | None) -> str:
    """What of ``plan`` no command of this reader can do, a sentence; empty: all can be done."""
    if family is not None:
        return ""
    if any(step.page >= SECTOR for step in plan.writes):
        return "This reader has no way to select another sector."
    if plan.authenticates:
        return "This reader has no way to give the tag a password or a key."
    if plan.base.chip.version is None and any(special_role(plan.base.chip, step.page) for step in plan.writes):
        # Whoever refuses GET_VERSION can still be asked by AUTHENTICATE, but not through this reader.
        return f"Through this reader it cannot be made sure that the tag is an {plan.base.chip.name}."
    return ""


def batch(chip: Chip, family: Family | None) -> int:
    """How many pages one exchange reads."""
    return family.fast_read_pages if family is not None and Command.FAST_READ in chip.commands else READ_PAGES


def batches(plan: Plan, family: Family | None, pages: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The exchanges that read ``pages``, which must be readable: the first and the last page of each."""
    chip = plan.base.chip
    through = plan.base.pages.keys() - secret_pages(chip)
    return windows(chip, pages, batch(chip, family), through=through)


def _closed(plan: Plan) -> frozenset[int]:
    """The pages that cannot be read before the password is given again."""
    return _closed_in(plan.base) | _closed_in(plan.predicted)


def _closed_in(snapshot: TagSnapshot) -> frozenset[int]:
    access = TagAccess(snapshot)
    return (access.protected or frozenset()) if access.prot else frozenset()


def _changed_view(plan: Plan) -> frozenset[int]:
    """The pages that READ shows differently once the mirror is another."""
    before, after = mirrored(plan.base), mirrored(plan.predicted)
    return frozenset() if before == after else frozenset(before.keys() | after.keys())


def _exchanges(plan: Plan, family: Family | None, check: frozenset[int], *, just_read: bool = False) -> int:
    count = _Count(plan, family, is_open=just_read)
    steps = plan.steps
    authenticated = bool(steps) and steps[0].kind is StepKind.AUTHENTICATE
    count.others += authenticated or just_read
    if authenticated:
        count.step(steps[0])
    count.read(check)
    for number, checkpoint in enumerate(checkpoints(plan)):
        count.others += checkpoint.asks_reader
        count.read(checkpoint.pages)
        if authenticated <= number < len(steps):
            count.step(steps[number])
    return count.total()


class _Count:
    def __init__(self, plan: Plan, family: Family | None, *, is_open: bool) -> None:
        self._plan = plan
        self._family = family
        self._sector = max(page // SECTOR for page in plan.base.pages) if is_open else 0
        self._open = is_open
        self.others = 0

    def read(self, pages: Iterable[int]) -> None:
        for first, _ in batches(self._plan, self._family, pages):
            self._native()
            self._enter(first // SECTOR)
            self.others += 1

    def step(self, step: Step) -> None:
        match step.kind:
            case StepKind.WRITE:
                self._native()
                self._enter(step.page // SECTOR)
                self.others += 1
            case StepKind.AUTHENTICATE:
                self._native()
                by_key = step.credentials is not None and step.credentials.key is not None
                self.others += _AUTHENTICATE_BY_KEY if by_key else 1
            case StepKind.POWER_CYCLE:
                self._sector, self._open = 0, False

    def total(self) -> int:
        family = self._family
        if self._sector:
            self.others += 1  # the tag is selected anew, by a reset where the reader has no command for it
            if family is not None and family.select:
                self.others += _SECTOR_SELECT
            else:
                self._open = False
        return self.others + (len(family.closing) if family is not None and self._open else 0)

    def _native(self) -> None:
        if self._family is not None and not self._open:
            self._open = True
            self.others += len(self._family.opening)

    def _enter(self, sector: int) -> None:
        self.others += _SECTOR_SELECT * (sector != self._sector)
        self._sector = sector
