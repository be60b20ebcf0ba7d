"""What a tag is left with when it is taken away at the worst moment of a step.

Facts: NXP data sheets name lock bytes, page 3 and counters as protected against tearing, on NTAG21x, Ultralight EV1 and
Ultralight C; nothing else is.
"""

from cardscope.memory.page_access import TagAccess
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.plan import Plan
from cardscope.memory.plan_parts import Step, StepKind
from cardscope.memory.wording import hex_of, pages_text, sentence

_TEAR_PROOF = ("NTAG21x", "NTAG21xF", "MIFARE Ultralight EV1", "MIFARE Ultralight C")
_ONE_WAY = (Area.STATIC_LOCK, Area.DYNAMIC_LOCK, Area.CAPABILITY_CONTAINER)


def interruption(plan: Plan, index: int) -> str:
    """What a removal at the worst moment of step ``index`` leaves behind, in a few sentences."""
    step = plan.steps[index]
    parts = [_torn(plan, step) if step.kind is StepKind.WRITE else "Nothing is being written."]
    if done := _pages(plan.steps[:index], step):
        parts.append(f"{sentence(pages_text(done))} already hold{_s(done)} the new content.")
    if left := _pages(plan.steps[index + 1 :], step) - done:
        parts.append(f"{sentence(pages_text(left))} still hold{_s(left)} the old one.")
    if step.kind is not StepKind.WRITE and index and any(one.kind is StepKind.WRITE for one in plan.steps[:index]):
        parts.append("Nothing depends on the new password yet." if _is_open(plan) else "The old password is gone.")
    return " ".join(parts)


def _torn(plan: Plan, step: Step) -> str:
    chip = plan.base.chip
    area, name = page_area(chip, step.page), f"Page {step.page}"
    if area in _ONE_WAY:
        either = f"its old or its new content ({_hex(step.old)} or {hex_of(step.result)})"
        if chip.family in _TEAR_PROOF:
            return f"{name} is protected against tearing and holds {either}, never a part of it."
        return f"{name} holds {either}, or, as its data sheet promises nothing, a part of the new bits."
    match area:
        case Area.CONFIGURATION if step.page == chip.cfg0 and "AUTH0" in chip.fields:
            return f"{name} may hold garbage, and with it any AUTH0: {_any_page(plan)}."
        case Area.CONFIGURATION if "CFGLCK" in chip.fields and step.page == chip.cfg1:
            return f"{name} may hold garbage, and with it CFGLCK: CFG0 and CFG1 could be frozen as they are by then."
        case Area.PASSWORD | Area.KEY:
            secret = "password" if area is Area.PASSWORD else "key"
            closed = "nothing needs it now" if _is_open(plan) else "what is protected could not be opened any more"
            return f"{name} may hold garbage: a {secret} that nobody knows; {closed}."
        case Area.PACK:
            return f"{name} may hold garbage: the tag would answer the password with another PACK."
        case Area.REGISTER:
            return f"{name} may hold garbage, which is in force from the next power-up on."
        case _:
            return f"{name} may hold garbage."


def _any_page(plan: Plan) -> str:
    secret = "key" if plan.base.chip.key_pages is not None else "password"
    known = "which was tested" if plan.authenticates else "which was not tested"
    return f"pages that were open could need the {secret}, {known}"


def _is_open(plan: Plan) -> bool:
    return not TagAccess(plan.base).protected


def _pages(steps: tuple[Step, ...], now: Step) -> frozenset[int]:
    return frozenset(
        step.page
        for step in steps
        if step.kind is StepKind.WRITE and (now.kind is not StepKind.WRITE or step.page != now.page)
    )


def _s(pages: frozenset[int]) -> str:
    return "s" if len(pages) == 1 else ""


def _hex(data: bytes | None) -> str:
    return "unknown" if data is None else hex_of(data)
