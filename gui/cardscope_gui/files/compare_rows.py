"""What a comparison shows, page by page, and what can be taken from one side into the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cardscope.decode.hex import format_hex
from cardscope.memory.compare import compare, take
from cardscope.memory.plan_parts import PlanRefusal
from cardscope.memory.wording import pages_text
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.files.content import wanted_content
from cardscope_gui.files.words import counted, tr
from cardscope_gui.memory.document import MemoryDocument


@dataclass(frozen=True, slots=True)
class CompareSide:
    """A tag, a file or a backup."""

    name: str
    """What people call it."""
    snapshot: TagSnapshot
    document: MemoryDocument | None = None
    """Where pages that are taken from the other side are staged; without one this side is only looked at."""
    of_tag: bool = False
    """Whether the document is a tag's: what is staged is not on the tag."""

    @property
    def content(self) -> TagSnapshot:
        """What is compared: what the tag held when it was read last, or the file with its edits."""
        if self.document is None:
            return self.snapshot
        return self.document.base if self.of_tag else wanted_content(self.document.draft)

    @property
    def staged(self) -> Mapping[int, bytes]:
        """What is to be written to the tag, and not on it yet."""
        return self.document.draft.changes if self.document is not None and self.of_tag else {}


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A page on both sides. ``None`` is unknown, or a page that the chip does not have."""

    page: int
    left: bytes | None
    right: bytes | None
    meaning: str
    """What differs; empty where the two are alike."""
    staged: str = ""
    """What is staged for the page and not written yet, a sentence or two; it is on neither side."""

    @property
    def differs(self) -> bool:
        """Whether the two do not agree about the page."""
        return self.left != self.right

    def differing(self, offset: int) -> bool:
        """Whether the byte at ``offset`` is known on both sides, and another."""
        return self.left is not None and self.right is not None and self.left[offset] != self.right[offset]


def rows_of(left: CompareSide, right: CompareSide) -> tuple[list[CompareRow], tuple[str, ...]]:
    """A row for each page that either knows or has staged, in order, and sentences about more than single pages."""
    old, new = left.content, right.content
    found = compare(old, new)
    meanings = {one.page: one.meaning for one in found.differences}
    rows = [
        CompareRow(page, old.pages.get(page), new.pages.get(page), meanings.get(page, ""), _staged(page, left, right))
        for page in sorted(old.pages.keys() | new.pages.keys() | left.staged.keys() | right.staged.keys())
    ]
    return rows, found.notes


def _staged(page: int, *sides: CompareSide) -> str:
    words = tr("Staged for {0}, not written: {1}.")
    return " ".join(
        words.format(side.name, format_hex(side.staged[page], " ")) for side in sides if page in side.staged
    )


@dataclass(frozen=True, slots=True)
class Taking:
    """What comes of taking pages: the bytes to stage, by their position in the document, and what stays behind."""

    values: Mapping[int, int]
    pages: tuple[int, ...]
    left_out: Mapping[int, str]
    """The reason by page, a sentence."""

    @property
    def text(self) -> str:
        """All of it in a sentence or two."""
        if self.pages:
            said = counted(len(self.pages), tr("{0} page is staged."), tr("{0} pages are staged."))
        else:
            said = tr("Nothing is staged.") if self.left_out else tr("Nothing is staged: these pages are alike.")
        if self.left_out:
            first = min(self.left_out)
            same = [page for page, why in self.left_out.items() if why == self.left_out[first]]
            words = tr("{0} stays as it is: {1}") if len(same) == 1 else tr("{0} stay as they are: {1}")
            pages = pages_text(same)
            said += " " + words.format(pages[:1].upper() + pages[1:], self.left_out[first])
            if rest := len(self.left_out) - len(same):
                said += " " + counted(rest, tr("{0} more cannot be taken."), tr("{0} more cannot be taken."))
        return said


def taking(into: MemoryDocument, source: TagSnapshot, pages: Iterable[int]) -> Taking:
    """What of ``pages`` can be staged in ``into`` with the content that ``source`` has there. PWD, PACK and keys never
    can, nor what is for something else on another chip."""
    left_out: dict[int, str] = {}
    wanted = list(pages)
    try:
        draft = take(into.base, source, wanted)
    except PlanRefusal as refusal:
        left_out = {reason.page: reason.text for reason in refusal.reasons}
        draft = take(into.base, source, [page for page in wanted if page not in left_out])
    values: dict[int, int] = {}
    taken: list[int] = []
    for page in wanted:
        place, content = into.place(page), draft.page(page)
        if page in left_out or place is None or content is None:
            continue
        old = into.wanted(page)
        changed = {PAGE_SIZE * place + at: new for at, new in enumerate(content) if old[at] != new}
        if changed and (why := into.refusal(changed)):
            left_out[page] = why
        elif changed:
            values |= changed
            taken.append(page)
    return Taking(values, tuple(taken), left_out)
