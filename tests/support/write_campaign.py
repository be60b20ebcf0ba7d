"""Writing with accidents: a random plan on a random tag, one thing that goes wrong, and what must hold all the same.

Every run can be repeated from its seed. What is checked is the silicon: nothing but the approved plan reaches the tag,
nothing at all another one, the journal says of no page what is not so, and once the accident is over the rest can be
written, or it is told why not.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cardscope.errors import CardScopeError
from cardscope.memory.credentials import Credentials
from cardscope.memory.outcome import NotApprovedError, Outcome
from cardscope.memory.page_access import TagAccess
from cardscope.memory.plan import Plan
from cardscope.memory.schedule import exchange_count, is_permanent, unreachable
from cardscope.readers.families import family
from cardscope.virtual.faults import FaultKind, FaultPlan
from support.killed_writes import KILLED, KilledRun
from support.write_checks import Result, check_journal, check_prediction, check_writes, pages_of
from support.write_scene import Scene, known_tag, recover
from support.writing_desk import WritingDesk, writing_desk

KINDS: Final = (*(kind.value for kind in FaultKind), KILLED)


@dataclass
class Summary:
    """What came of many."""

    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter[str])
    kinds: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])

    def add(self, result: Result) -> None:
        self.runs += 1
        self.ends[result.end] += 1
        self.kinds[result.kind] += result.happened
        self.violations += [f"seed {result.seed} ({result.kind}): {text}" for text in result.violations]


def run_campaign(seeds: range, folder: Path) -> Summary:
    """The runs of ``seeds``, one after the other, their files in ``folder``. Not for a process that has threads."""
    summary = Summary()
    for seed in seeds:
        summary.add(run(seed, folder))
    return summary


def run(seed: int, folder: Path) -> Result:
    """One run; a tenth of them in a process of their own that is killed."""
    kind = KINDS[seed % len(KINDS)]
    if kind == KILLED:
        return KilledRun(seed, folder).result()
    return asyncio.run(_Run(seed, FaultKind(kind)).result())


class _Run:
    """One run with an accident of the reader or of the tag."""

    def __init__(self, seed: int, kind: FaultKind) -> None:
        self._scene = Scene(seed)
        self._kind = kind
        self._found = Result(seed, kind.value)

    async def result(self) -> Result:
        scene = self._scene
        async with writing_desk(scene.tag, scene.model, known=known_tag(scene.chip, scene.model)) as desk:
            planned = await scene.plan(desk)
            if planned is None or not planned[0].steps:
                self._found.end = "nothing"
                return self._found
            plan, credentials = planned
            desk.other, desk.twin = scene.other(), scene.twin(plan)
            await self._execute(desk, plan, credentials)
        return self._found

    async def _execute(self, desk: WritingDesk, plan: Plan, credentials: Credentials | None) -> None:
        scene, found = self._scene, self._found
        assert desk.other is not None
        assert desk.twin is not None
        strangers = {"another tag": desk.other, "a twin": desk.twin}
        untouched = {name: tag.image for name, tag in strangers.items()}
        accidents = FaultPlan.random(
            found.seed,
            exchanges=exchange_count(plan, family(scene.model)) + 2,
            writes=len(plan.writes),
            kinds=(self._kind,),
        )
        found.permanent = sum(is_permanent(plan, step) for step in plan.steps)
        outcome: Outcome | None = None
        problem = ""
        try:
            approved = None if scene.approves else "not this plan"
            if scene.just_read:
                outcome = await desk.visit(plan, credentials, accidents, approved)
            else:
                desk.plan_accidents(accidents)
                outcome = await desk.execute(plan, approved=approved)
        except NotApprovedError:
            found.end = "refused"
        except CardScopeError as error:
            found.end = "untouched"
            problem = str(error)
        found.happened = bool(desk.spot.happened)
        if not found.happened and found.end != "refused" and not (outcome is not None and outcome.done):
            exhausted = TagAccess(scene.tag.snapshot()).exhausted  # which nobody can see beforehand
            if not unreachable(plan, family(scene.model)) and not exhausted:
                problem = outcome.problem if outcome is not None else problem
                found.violations.append(f"it ended although nothing went wrong: {problem}")
        for name, tag in strangers.items():
            if tag.image != untouched[name]:
                found.violations.append(f"{name} was written to")
        entries = await desk.journal.unfinished() + (
            [e] if outcome and (e := await desk.journal.get(outcome.entry)) else []
        )
        approved = scene.approves or plan.approve is None
        check_writes(found, scene.tag, scene.before, plan, sent=outcome is not None, approved=approved)
        for entry in entries:
            check_journal(found, entry, scene.before, pages_of(scene.tag), scene.tag)
        if outcome is None:
            if found.end == "refused" and desk.spot.exchanges:
                found.violations.append("a plan that was not approved reached the tag")
            return
        if outcome.done:
            found.end = "done"
            check_prediction(found, plan, pages_of(scene.tag))
            return
        desk.end_accidents()
        await desk.insert()
        await recover(found, desk, plan, credentials)
