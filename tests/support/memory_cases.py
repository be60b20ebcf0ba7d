"""Tags to plan on."""

from collections.abc import Mapping

from cardscope.memory.draft import Draft
from cardscope.memory.plan import Plan, PlanHazard, PlanRefusal, Reason, plan_writes
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot

UID = bytes.fromhex("04E141124C2880")
"""The UID of the data sheet's examples."""
IMPLANT_UID = bytes.fromhex("0485928AA06181")
IMPLANT = {2: "CA480F00", 3: "E1106D00", 0xE2: "00007FBD", 0xE3: "040000E2", 0xE4: "00050000"}
"""An xNT or flexNExT as its owners show it: page 3 locked, every lock frozen, AUTH0 E2 (Flipper's file-format text)."""


def read_tag(
    key: str,
    pages: Mapping[int, str] | None = None,
    *,
    uid: bytes = UID,
    lost: range = range(0),
    native: bool = True,
) -> TagSnapshot:
    """What a reader knows of a tag: at delivery but for ``pages`` (hex), without PWD, PACK and keys, without the
    pages in ``lost``, and without the answer to GET_VERSION unless it passes ``native`` commands on."""
    chip = chips()[key]
    hidden = {page for area in chip.unreadable for page in area} | set(lost)
    contents = factory_pages(chip, uid) | {page: bytes.fromhex(text) for page, text in (pages or {}).items()}
    known = {page: content for page, content in contents.items() if page not in hidden}
    unreadable = dict.fromkeys(lost, "The tag refused the command.")
    return TagSnapshot(chip, known, version=chip.version if native else None, unreadable=unreadable)


def draft_of(base: TagSnapshot, changes: Mapping[int, str]) -> Draft:
    """A draft with these pages (hex)."""
    return Draft(base, {page: bytes.fromhex(text) for page, text in changes.items()})


def refused(base: TagSnapshot, changes: Mapping[int, str]) -> dict[int, Reason]:
    """Why these pages cannot be written, by page; raises AssertionError where they can."""
    try:
        plan = plan_writes(draft_of(base, changes))
    except PlanRefusal as refusal:
        return {reason.page: reason for reason in refusal.reasons}
    raise AssertionError(f"planned: {plan.steps}")


def codes(plan: Plan) -> list[str]:
    """The codes of the hazards."""
    return [hazard.code for hazard in plan.hazards]


def hazard(plan: Plan, code: str) -> PlanHazard:
    """The one hazard with that code."""
    (found,) = (one for one in plan.hazards if one.code == code)
    return found
