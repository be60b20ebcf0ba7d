"""Planning: how long the plan of a whole tag takes, and 100,000 random staged edits that are planned, rehearsed and
carried out on the silicon itself, on every chip."""

import time
from random import Random

from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.plan import plan_writes
from cardscope.memory.rehearsal import rehearse
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from support.plan_properties import check_plan
from support.random_tags import UID

from .results import Number, median
from .stage import Stage

_EDITS = 100_000
_LIMIT = 20.0
"""Milliseconds."""


async def measure(stage: Stage) -> list[Number]:
    """The edits are of an NTAG216: all 231 pages are asked for, of which the two of the serial number, page 3 and lock
    bytes get what they can be."""
    runs = 10 if stage.quick else 50
    draft = _whole_tag()
    edits = len(draft.changes)
    return [
        median(f"planning {edits} staged edits, hazards included", [_plan(draft) for _ in range(runs)], "ms", _LIMIT),
        median(
            f"rehearsing {edits} staged edits, through the ACR122U model", [_rehearse(draft) for _ in range(runs)], "ms"
        ),
        _random_edits(_EDITS // 20 if stage.quick else _EDITS),
    ]


def _whole_tag() -> Draft:
    """Every page of an NTAG216 that can change, changed."""
    chip = chips()["ntag216"]
    hidden = {page for area in chip.unreadable for page in area}
    pages = {page: content for page, content in factory_pages(chip, UID).items() if page not in hidden}
    special = {
        2: "0000F0FF",
        3: "E1106D0F",
        0xE2: "FF3F0000",
        0xE3: "04000004",
        0xE4: "C7050000",
        0xE5: "41424344",
        0xE6: "58590000",
    }
    changes = dict.fromkeys(range(4, 0xE2), b"\xa5\x5a\xc3\x3c")
    base = TagSnapshot(chip, pages, version=chip.version)
    return Draft(base, changes | {page: bytes.fromhex(text) for page, text in special.items()})


def _plan(draft: Draft) -> float:
    start = time.perf_counter()
    plan_writes(draft, password=Credentials(b"\xff\xff\xff\xff"))
    return 1000 * (time.perf_counter() - start)


def _rehearse(draft: Draft) -> float:
    plan = plan_writes(draft)
    start = time.perf_counter()
    rehearse(plan, model="acr122u")
    return 1000 * (time.perf_counter() - start)


def _random_edits(count: int) -> Number:
    """In how many plans the silicon became something else than foreseen, or something for ever that was not named; it
    stops at the first."""
    staged = planned = plans = 0
    start, violation = time.perf_counter(), ""
    while staged < count and not violation:
        try:
            edits, possible = check_plan(Random(plans))
        except AssertionError as failure:
            violation = f"; seed {plans}: {failure}"
        else:
            staged, planned = staged + edits, planned + possible
            plans += 1
    took = time.perf_counter() - start
    note = f"{plans:,} plans, {planned:,} edits of them possible, in {took:.0f} s, each step checked{violation}"
    return Number(f"violations in {staged:,} random staged edits", 1.0 if violation else 0.0, "", 0, note=note)
