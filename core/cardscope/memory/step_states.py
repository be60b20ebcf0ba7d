"""How far the steps of a plan have come, and what a reading of the tag says of them."""

from collections.abc import Mapping
from typing import Final

from cardscope.memory.mirror import mirrored
from cardscope.memory.plan import Plan, Step, StepKind
from cardscope.memory.schedule import secret_pages
from cardscope.store.journal import StepState
from cardscope.tags.image import PAGE_SIZE

_SENT: Final = frozenset((StepState.ACCEPTED, StepState.VERIFIED, StepState.BEGUN))
_UNSETTLED: Final = (StepState.ACCEPTED, StepState.BEGUN)


class StepStates:
    """The states of the steps of ``plan``, by number; ``news`` are those that the journal does not have yet."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.secret = secret_pages(plan.base.chip)
        """The pages that no READ shows."""
        before, after = mirrored(plan.base), mirrored(plan.predicted)
        self._covered: dict[int, frozenset[int]] = {
            page: before.get(page, frozenset()) | after.get(page, frozenset()) for page in (*before, *after)
        }
        self._states = dict.fromkeys(range(len(plan.steps)), StepState.PLANNED)
        self._noted = dict(self._states)

    def __getitem__(self, number: int) -> StepState:
        return self._states[number]

    def __setitem__(self, number: int, state: StepState) -> None:
        self._states[number] = state

    @property
    def all(self) -> Mapping[int, StepState]:
        """All of them."""
        return self._states

    def news(self) -> dict[int, StepState]:
        """What has become known since the last call."""
        found = {number: state for number, state in self._states.items() if state is not self._noted[number]}
        self._noted |= found
        return found

    def same(self, page: int, one: bytes | None, other: bytes | None) -> bool:
        """Whether two contents of a page are the same, as far as READ shows them: not where the mirror may be."""
        if one is None or other is None:
            return False
        covered = self._covered.get(page, frozenset[int]())
        return all(one[at] == other[at] for at in range(PAGE_SIZE) if at not in covered)

    def expected(self, page: int) -> bytes | None:
        """What ``page`` is to hold by now."""
        done = [
            step.result
            for number, step in enumerate(self._plan.steps)
            if step.page == page and step.kind is StepKind.WRITE and self._states[number] in _SENT
        ]
        return done[-1] if done else self._plan.base.pages.get(page)

    def is_as_before(self, number: int, content: bytes | None) -> bool:
        """Whether ``content`` is what the page of a step held, or is to hold, right before it."""
        step = self._plan.steps[number]
        earlier = [before.result for before in self._plan.steps[:number] if before.page == step.page and before.result]
        return self.same(step.page, content, earlier[-1] if earlier else step.old)

    def can_be_seen(self, step: Step) -> bool:
        """Whether reading shows what ``step`` changes: not PWD, PACK and keys, and not what lies under the mirror."""
        if step.page in self.secret:
            return False
        covered = self._covered.get(step.page, frozenset[int]())
        return not covered or (step.old is not None and all(step.old[at] == step.result[at] for at in covered))

    def judge(self, number: int, content: bytes | None) -> None:
        """Takes note of what READ shows in the page of a step that has been sent; ``None``: always something else."""
        step = self._plan.steps[number]
        if self._states[number] not in _UNSETTLED:
            return
        if content is None:
            self._states[number] = StepState.UNKNOWN
        elif self.same(step.page, content, step.result) or self._is_overwritten(number, content):
            self._states[number] = StepState.VERIFIED if self.can_be_seen(step) else StepState.ACCEPTED
        elif self.is_as_before(number, content):
            self._states[number] = StepState.NOT_WRITTEN
        else:
            self._states[number] = StepState.MISMATCH

    def _is_overwritten(self, number: int, content: bytes) -> bool:
        """Whether ``content`` is what a later step of the same page has made of it: then this one was carried out."""
        step = self._plan.steps[number]
        return any(
            later.page == step.page and self._states[at] in _SENT and self.same(step.page, content, later.result)
            for at, later in enumerate(self._plan.steps[number + 1 :], number + 1)
            if later.kind is StepKind.WRITE
        )

    def prove_secrets(self, number: int) -> None:
        """Takes note that the tag has passed the AUTHENTICATE of that number: so it holds what was written of the
        password and, where the answer was looked at, of PACK, or of the key."""
        credentials, chip = self._plan.steps[number].credentials, self._plan.base.chip
        assert credentials is not None
        unproven = {chip.pack} if credentials.key is None and credentials.pack is None else set[int]()
        for earlier, before in enumerate(self._plan.steps[:number]):
            if before.page in self.secret - unproven and self._states[earlier] is StepState.ACCEPTED:
                self._states[earlier] = StepState.VERIFIED

    def pages(self, state: StepState) -> set[int]:
        """The pages of the steps in that state."""
        return {step.page for number, step in enumerate(self._plan.steps) if self._states[number] is state}

    @property
    def untouched(self) -> bool:
        """Whether no page has been written to."""
        return all(
            step.kind is not StepKind.WRITE or self._states[number] is StepState.PLANNED
            for number, step in enumerate(self._plan.steps)
        )

    @property
    def disagreement(self) -> str:
        """The first page that is not as it was meant to be, a sentence; empty: none is."""
        for number, step in enumerate(self._plan.steps):
            if self._states[number] in (StepState.NOT_WRITTEN, StepState.MISMATCH):
                return f"Page {step.page} does not hold what was written."
            if self._states[number] is StepState.UNKNOWN:
                return f"Page {step.page} could not be read back."
        return ""
