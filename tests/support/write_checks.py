"""What must hold of a tag and of its journal, whatever went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardscope.memory.mirror import mirrored
from cardscope.memory.plan import Plan
from cardscope.memory.schedule import secret_pages
from cardscope.store.journal import JournalEntry, StepState
from cardscope.tags.image import image_pages
from cardscope.virtual.type2 import Type2Tag


@dataclass
class Result:
    """What came of one run."""

    seed: int
    kind: str
    end: str = ""
    """``refused``: not approved, and nothing sent; ``nothing``: nothing to write; ``untouched``: ended before the first
    write; ``done``; ``resumed``: the rest was written afterwards; ``reported``: it is told why that cannot be."""
    happened: bool = False
    permanent: int = 0
    violations: list[str] = field(default_factory=list[str])


def pages_of(tag: Type2Tag) -> dict[int, bytes]:
    """What the silicon holds."""
    image = tag.image
    return {page: image[4 * at : 4 * at + 4] for at, page in enumerate(image_pages(tag.chip))}


def check_writes(
    found: Result, tag: Type2Tag, before: Mapping[int, bytes], plan: Plan, *, sent: bool, approved: bool
) -> None:
    """Every bit of the tag is as before, or as a step of the plan was to make it."""
    allowed = dict.fromkeys(before, 0)
    if sent:
        for step in plan.writes:
            allowed[step.page] |= int.from_bytes(before[step.page]) ^ int.from_bytes(step.result)
    for page, content in pages_of(tag).items():
        changed = int.from_bytes(content) ^ int.from_bytes(before[page])
        if changed & ~allowed[page]:
            found.violations.append(f"page {page} was changed by no step")
        if changed and not approved:
            found.violations.append(f"page {page} was changed without approval")


def check_journal(
    found: Result, entry: JournalEntry, before: Mapping[int, bytes], now: Mapping[int, bytes], tag: Type2Tag
) -> None:
    """What the journal says of a page is so. Bytes under the mirror cannot be seen, so nothing is said of them."""
    covered = mirrored(entry.base)
    claims: dict[int, bytes | None] = {}
    secret = secret_pages(tag.chip)
    for step in entry.steps:
        if step.kind != "write" or step.page in secret:
            continue
        claim = claims.get(step.page, before[step.page])
        match step.state:
            case StepState.VERIFIED:
                claim = step.result
            case StepState.PLANNED | StepState.NOT_WRITTEN:
                pass
            case _:
                claim = None
        claims[step.page] = claim
    for page, claim in claims.items():
        hidden = covered.get(page, frozenset[int]())
        if claim is not None and any(claim[at] != now[page][at] for at in range(4) if at not in hidden):
            found.violations.append(f"the journal says {claim.hex()} of page {page}, which holds {now[page].hex()}")


def check_prediction(found: Result, plan: Plan, now: Mapping[int, bytes]) -> None:
    """What is called done is done."""
    covered = mirrored(plan.predicted)
    for page in {step.page for step in plan.writes}:
        wanted, hidden = plan.predicted.pages[page], covered.get(page, frozenset[int]())
        if any(wanted[at] != now[page][at] for at in range(4) if at not in hidden):
            found.violations.append(f"page {page} holds {now[page].hex()} and not {wanted.hex()}, called done")


def check_untouched(found: Result, plan: Plan, now: Mapping[int, bytes]) -> None:
    """A plan that left nothing to finish has changed nothing."""
    for step in plan.writes:
        if step.old is not None and step.page not in mirrored(plan.base) and now[step.page] != step.old:
            found.violations.append(f"page {step.page} was changed, and the journal has forgotten it")
