"""The plan: staged changes as an ordered list of writes, with every hazard named and the end state foretold."""

import hashlib
from dataclasses import dataclass, field, replace

from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.hazards import plan_hazards
from cardscope.memory.mirror import mirrored
from cardscope.memory.order import ordered_steps
from cardscope.memory.page_access import TagAccess
from cardscope.memory.plan_parts import PlanHazard, PlanRefusal, Reason, Step, StepKind
from cardscope.memory.refusals import page_refusals, secret_refusals
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

__all__ = ["Plan", "PlanHazard", "PlanRefusal", "Reason", "Step", "StepKind", "plan_writes"]


@dataclass(frozen=True)
class Plan:
    """What will be done to one tag. ``predicted`` is the tag afterwards, with pages as the silicon holds them; what is
    not known there was unknown before and is not written, or lay under a mirror that the plan changes."""

    base: TagSnapshot
    steps: tuple[Step, ...]
    hazards: tuple[PlanHazard, ...]
    predicted: TagSnapshot = field(repr=False)  # with the password that is written
    digest: str
    """16 upper-case hex digits that bind the UID, the chip, what was read, the steps and the hazards."""

    @property
    def approve(self) -> str | None:
        """The digest where the user has to approve a permanent effect, else ``None``."""
        return self.digest if any(hazard.permanent for hazard in self.hazards) else None

    @property
    def writes(self) -> tuple[Step, ...]:
        """The steps that write."""
        return tuple(step for step in self.steps if step.kind is StepKind.WRITE)

    @property
    def authenticates(self) -> bool:
        """Whether a password or a key is used."""
        return any(step.kind is StepKind.AUTHENTICATE for step in self.steps)


def plan_writes(draft: Draft, *, password: Credentials | None = None) -> Plan:
    """The plan that makes the changes of ``draft``, in the safe order.

    ``password`` opens protected pages, and is tested before anything new is protected with it. A draft without changes
    gives a plan without steps.

    Raises PlanRefusal for what cannot be reached or must never be written; then nothing of the draft is planned.
    """
    before = TagAccess(draft.base)
    refused = {reason.page: reason for reason in page_refusals(draft, before, password)}
    possible = Draft(draft.base, {page: draft.changes[page] for page in draft.changes if page not in refused})
    predicted = _wanted(possible)
    after = TagAccess(predicted)
    refused |= {reason.page: reason for reason in secret_refusals(possible, before, after, password)}
    if refused:
        raise PlanRefusal(tuple(refused[page] for page in sorted(refused)))
    steps = ordered_steps(draft, before, after, password)
    new_mirror = mirrored(predicted)
    hazards = plan_hazards(draft, before, after, steps, new_mirror)
    predicted = _settled(draft, predicted, steps, uncovered=new_mirror != mirrored(draft.base))
    return Plan(draft.base, steps, hazards, predicted, _digest(draft.base, steps, hazards))


def _wanted(draft: Draft) -> TagSnapshot:
    base = draft.base
    unreadable = {page: why for page, why in base.unreadable.items() if page not in draft.changes}
    pages = {**base.pages, **draft.changes}
    return replace(base, pages=pages, unreadable=unreadable, reader="", taken=None)


def _settled(draft: Draft, wanted: TagSnapshot, steps: tuple[Step, ...], *, uncovered: bool) -> TagSnapshot:
    """``wanted`` without what is a guess: the counter that reading counts up, and, where the mirror is changed, the
    pages that it covered."""
    chip = wanted.chip
    pages, counters, failures = dict(wanted.pages), dict(wanted.counters), wanted.auth_failures
    if uncovered:
        for page in mirrored(draft.base):
            if page not in draft.changes:
                pages.pop(page, None)
    counting = chip.fields.get("NFC_CNT_EN")
    if counting is not None and chip.nfc_counter is not None:
        states = (draft.base.pages.get(counting.page), wanted.pages.get(counting.page))
        if any(state is None or counting.value(state) for state in states):
            counters.pop(chip.nfc_counter, None)
    if chip.pwd is not None and any(step.kind is StepKind.AUTHENTICATE for step in steps):
        failures = 0  # a right password sets it back
    return replace(wanted, pages=pages, counters=counters, auth_failures=failures)


def _digest(base: TagSnapshot, steps: tuple[Step, ...], hazards: tuple[PlanHazard, ...]) -> str:
    """Binds what was read but bytes of the mirror, which may show a counter, and pages that no READ shows."""
    chip, text = base.chip, mirrored(base)
    secret = frozenset(page for area in chip.unreadable for page in area)
    digest = hashlib.sha256()

    def bind(*parts: bytes) -> None:
        for part in parts:
            # The length before each part keeps two different lists of parts from becoming the same bytes.
            digest.update(len(part).to_bytes(4) + part)

    bind(base.uid, chip.key.encode())
    for page, content in base.pages.items():
        if page not in secret and page != chip.counter_page:
            covered = text.get(page, frozenset[int]())
            shown = bytes(0 if at in covered else content[at] for at in range(PAGE_SIZE)) if covered else content
            bind(_number(page), shown)
    for step in steps:
        bind(step.kind.value.encode(), _number(step.page), step.old or b"", step.new, step.result)
    for hazard in hazards:
        bind(hazard.code.encode(), hazard.text.encode(), bytes((hazard.permanent,)), _number(hazard.page))
        bind(*map(_number, hazard.pages))
    return digest.hexdigest()[:16].upper()


def _number(page: int) -> bytes:
    return page.to_bytes(2)
