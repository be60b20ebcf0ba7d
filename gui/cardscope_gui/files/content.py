"""What a document would hold if all that is staged in it were done."""

from dataclasses import replace

from cardscope.memory.draft import Draft
from cardscope.tags.snapshot import TagSnapshot


def wanted_content(draft: Draft) -> TagSnapshot:
    """The tag of ``draft`` with its changes. Of the rest everything stays as it was read."""
    if not draft.changes:
        return draft.base
    base = draft.base
    counters = {address: count for address, count in base.counters.items() if address not in draft.changes}
    unreadable = {page: why for page, why in base.unreadable.items() if page not in draft.changes}
    return replace(base, pages={**base.pages, **draft.changes}, counters=counters, unreadable=unreadable)
