"""Trying a plan on a virtual card first: the twin of the tag, in the app's own reader."""

from dataclasses import replace

from cardscope.memory.credentials import PACK_SIZE
from cardscope.memory.plan import Plan
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.loose_card import LooseCard
from cardscope.virtual.type2 import Type2Tag
from cardscope_gui.memory.words import tr


def twin(plan: Plan) -> LooseCard:
    """The tag of ``plan`` as it is today, in software. It takes the password that the plan begins with."""
    return LooseCard.type2(tr("Twin of the {0}").format(plan.base.chip.name), Type2Tag.from_snapshot(_opened(plan)))


def _opened(plan: Plan) -> TagSnapshot:
    chip = plan.base.chip
    first = plan.steps[0].credentials if plan.steps else None
    if first is None:
        return plan.base
    pages = dict(plan.base.pages)
    if chip.key_pages is not None and first.key is not None:
        pages |= {page: first.key[PAGE_SIZE * at :][:PAGE_SIZE] for at, page in enumerate(chip.key_pages)}
    if chip.pwd is not None and first.password is not None:
        pages[chip.pwd] = first.password
    if chip.pack is not None and first.pack is not None:
        pages[chip.pack] = first.pack + bytes(PAGE_SIZE - PACK_SIZE)
    return replace(plan.base, pages=pages)
