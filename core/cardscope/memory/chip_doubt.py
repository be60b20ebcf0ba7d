"""What writing means while it is not certain which chip a tag is.

Only the full answer to GET_VERSION names a chip. A reader that does not pass it on leaves a conclusion from memory, and
on another chip the same page may be lock bytes or configuration. Pages 2 and 3 mean the same on every Type 2 chip.
"""

from collections.abc import Iterable, Iterator

from cardscope.guard.pages import special_role
from cardscope.memory.page_area import CC_PAGE
from cardscope.memory.plan_parts import PlanHazard, Reason, Step, StepKind
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.snapshot import TagSnapshot

CODE = "CHIP"
"""The code of the hazard: the list H1 to H25 takes the chip for granted."""


def is_confirmed(base: TagSnapshot) -> bool:
    """Whether the chip is more than a conclusion: it answered GET_VERSION, or is one that has no such command."""
    return base.chip.version is None or base.version is not None


def doubt_refusal(base: TagSnapshot, page: int) -> Reason | None:
    """Why ``page``, which a WRITE could reach, is left alone as long as the chip is not confirmed."""
    if is_confirmed(base) or not (role := special_role(base.chip, page)):
        return None
    text = (
        f"Page {page} is the {role} of the {base.chip.name}, but the tag gave no answer to GET_VERSION, so it may be "
        "another chip. A reader that passes native commands on can ask it."
    )
    return Reason(page, "chip", text)


def doubt_hazards(base: TagSnapshot, steps: Iterable[Step]) -> Iterator[PlanHazard]:
    """What the pages that ``steps`` write are on the other chips that the tag of ``base`` may be, where they are not
    user memory there too."""
    if is_confirmed(base):
        return
    others = [chip for chip in chips().values() if chip is not base.chip and _may_be(base, chip)]
    for page in sorted({step.page for step in steps if step.kind is StepKind.WRITE}):
        names: dict[str, list[str]] = {}
        for chip in others:
            if role := special_role(chip, page):
                names.setdefault(role, []).append(chip.name)
        if names:
            listed = ", and ".join(f"the {role} on {' or '.join(found)}" for role, found in names.items())
            text = f"Whether this is an {base.chip.name} is not certain: page {page} would be {listed}."
            yield PlanHazard(CODE, text, True, (page,), "Perhaps nothing: that depends on the chip.", page)


def _may_be(base: TagSnapshot, chip: Chip) -> bool:
    """Whether what was read of the tag of ``base`` can come from ``chip``: its number stands in the same place, no bit
    of page 3 that leaves the factory as 1 is 0, and, where READ never shows pages that there are not, all are there."""
    page3 = base.pages.get(CC_PAGE)
    return (
        chip.bcc == base.chip.bcc
        and (page3 is None or not any(b & ~a for a, b in zip(page3, chip.cc, strict=True)))
        and (chip.roll_over is None or all(any(page in area for area in chip.areas) for page in base.pages))
    )
