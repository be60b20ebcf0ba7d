"""Two snapshots side by side, whatever they come from: a tag, a backup, a dump file, a prediction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cardscope.fields import Field
from cardscope.memory.draft import Draft, stored_pages
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.page_meaning import page_fields
from cardscope.memory.plan_parts import PlanRefusal, Reason
from cardscope.memory.wording import hex_of
from cardscope.tags.snapshot import TagSnapshot

_SECRET = (Area.PASSWORD, Area.PACK, Area.KEY)


@dataclass(frozen=True, slots=True)
class Difference:
    """A page that two snapshots do not agree about. ``None`` is unknown, or a page that the chip does not have."""

    page: int
    left: bytes | None
    right: bytes | None
    meaning: str
    """What differs, as far as the bytes tell: ``AUTH0 E3 → FF: the password protects nothing``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two snapshots do not agree about. ``notes`` are sentences about more than single pages."""

    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages that both know, and hold otherwise."""
        return tuple(one.page for one in self.differences if one.left is not None and one.right is not None)


def compare(left: TagSnapshot, right: TagSnapshot) -> Comparison:
    """All pages that ``left`` and ``right`` do not agree about, those that only one of them knows among them."""
    differences = tuple(
        Difference(page, old, new, _meaning(left, right, page, old, new))
        for page in sorted(left.pages.keys() | right.pages.keys())
        if (old := left.pages.get(page)) != (new := right.pages.get(page))
    )
    return Comparison(differences, tuple(_notes(left, right)))


def take(left: TagSnapshot, right: TagSnapshot, pages: Iterable[int]) -> Draft:
    """A draft of ``left`` with the content that ``right`` has in ``pages``.

    Raises PlanRefusal, with a reason for each page, for what must not be copied: PWD, PACK and keys, which READ shows
    as 00 (hazard H16), pages that show text of a mirror (H18), pages that ``right`` does not know, and those that are
    for something else on the other chip.
    """
    reasons: list[Reason] = []
    contents: dict[int, bytes] = {}
    text = mirrored(right)
    for page in pages:
        content = right.pages.get(page)
        if (reason := _untakeable(left, right, page, content, text.keys())) is not None:
            reasons.append(reason)
        elif content is not None:
            contents[page] = content
    if reasons:
        raise PlanRefusal(tuple(reasons))
    return Draft(left, contents)


def _untakeable(
    left: TagSnapshot, right: TagSnapshot, page: int, content: bytes | None, text: Iterable[int]
) -> Reason | None:
    if page not in stored_pages(left.chip):
        return Reason(page, "missing", f"The {left.chip.name} stores nothing there.")
    area = page_area(left.chip, page)
    if area in _SECRET:
        why = "READ shows 00 for passwords and keys: what a copy holds there is not what the tag had."
        return Reason(page, "H16", f"{why} Set the password by itself.")
    if content is None:
        return Reason(page, "unknown", "What the other one holds there is unknown.")
    if left.chip is not right.chip and page_area(right.chip, page) is not area:
        return Reason(page, "other_chip", f"On the {right.chip.name} it is for something else.")
    if page in text:
        return Reason(page, "H18", "The other one shows text of its mirror there, not what it stores.")
    return None


def _notes(left: TagSnapshot, right: TagSnapshot) -> Iterator[str]:
    if left.chip is not right.chip:
        yield f"They are of different chips: {left.chip.name} and {right.chip.name}."
    if left.uid != right.uid:
        yield f"They are of different tags: UID {hex_of(left.uid)} and {hex_of(right.uid)}."
    for address in sorted(left.counters.keys() & right.counters.keys()):
        if left.counters[address] != right.counters[address]:
            yield f"Counter {address}: {left.counters[address]} and {right.counters[address]}."
    if None not in (left.signature, right.signature) and left.signature != right.signature:
        yield "Their originality signatures differ."


def _meaning(left: TagSnapshot, right: TagSnapshot, page: int, old: bytes | None, new: bytes | None) -> str:
    if old is None:
        return "Only the right one knows it."
    if new is None:
        return "Only the left one knows it."
    if left.chip is right.chip and page_area(left.chip, page) in _SECRET:
        return "The two hold different secrets, or one of them is what READ shows."
    before, after = _leaves(page_fields(left, page)), _leaves(page_fields(right, page))
    changed = [
        _changed(before[place], field)
        for place, field in after.items()
        if place in before and before[place].value != field.value
    ]
    return "; ".join(changed) or f"{hex_of(old)} → {hex_of(new)}"


def _changed(before: Field, after: Field) -> str:
    meaning = after.meaning.rstrip(".")
    words = f"{after.name} {before.value} → {after.value}"
    return f"{words}: {_clause(meaning)}" if meaning else words


def _clause(sentence: str) -> str:
    """``sentence`` as it goes on after a colon: its first word stays as it is where that is an abbreviation."""
    first = sentence.split(" ", 1)[0]
    abbreviation = not first[1:].islower() and len(first) > 1
    return sentence if abbreviation else sentence[0].lower() + sentence[1:]


def _leaves(field: Field) -> dict[tuple[object, ...], Field]:
    """The fields without parts, by name and place."""
    return {(one.name, one.span, one.bits): one for one in field.walk() if not one.children}
