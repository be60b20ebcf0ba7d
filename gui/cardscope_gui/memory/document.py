"""One tag's memory while it is edited: what was read, what is staged, and how to take it back."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from cardscope.memory.draft import Draft
from cardscope.memory.page_area import page_area
from cardscope.tags.image import PAGE_SIZE, image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.edit_rules import EditRules

Partial = tuple[int | None, ...]
"""A page whose content is not known, as far as it has been typed: 4 bytes or ``None``."""


class Edits(NamedTuple):
    """What is staged: whole pages, and pages that wait for the rest of their bytes."""

    pages: Mapping[int, bytes]
    partial: Mapping[int, Partial]


_NONE = Edits(MappingProxyType({}), MappingProxyType({}))


class MemoryDocument(QObject):
    """Bytes are addressed by their position: 4 · place of the page in :attr:`pages` + offset in the page."""

    changed = Signal(object)
    """The pages whose wanted content is another now, as a frozenset of page numbers."""
    rebased = Signal()
    """Another reading of the tag lies beneath."""

    def __init__(self, base: TagSnapshot, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pages = image_pages(base.chip)
        self._place = {page: place for place, page in enumerate(self.pages)}
        self.stack = QUndoStack(self)
        self._base = base
        self.rules = EditRules(base)
        self._edits = _NONE
        self._draft = Draft(base, {})

    @property
    def base(self) -> TagSnapshot:
        """The tag as it was read last."""
        return self._base

    @property
    def draft(self) -> Draft:
        """The tag as it is wanted, without what is not typed to its end."""
        return self._draft

    @property
    def edits(self) -> Edits:
        """What is staged."""
        return self._edits

    @property
    def staged(self) -> frozenset[int]:
        """The pages with staged changes, unfinished ones included."""
        return frozenset(self._edits.pages) | frozenset(self._edits.partial)

    @property
    def size(self) -> int:
        """How many positions there are."""
        return PAGE_SIZE * len(self.pages)

    def place(self, page: int) -> int | None:
        """Where ``page`` stands in :attr:`pages`; ``None`` when the chip does not have it."""
        return self._place.get(page)

    def wanted(self, page: int) -> Partial:
        """The 4 bytes of ``page`` as staged, else as read; ``None`` where neither is known."""
        if (partial := self._edits.partial.get(page)) is not None:
            return partial
        content = self._draft.page(page)
        return tuple(content) if content is not None else (None,) * PAGE_SIZE

    def value(self, position: int) -> int | None:
        """The byte as staged, else as read; ``None``: not known."""
        return self.wanted(self.pages[position // PAGE_SIZE])[position % PAGE_SIZE]

    def values(self, positions: range) -> list[int | None]:
        """The bytes at ``positions`` (a range in steps of 1)."""
        if not positions:
            return []
        first = positions.start // PAGE_SIZE
        pages = self.pages[first : (positions.stop - 1) // PAGE_SIZE + 1]
        everything = [value for page in pages for value in self.wanted(page)]
        return everything[positions.start - first * PAGE_SIZE :][: len(positions)]

    def base_value(self, position: int) -> int | None:
        """The byte as it was read; ``None``: not known."""
        content = self._base.pages.get(self.pages[position // PAGE_SIZE])
        return None if content is None else content[position % PAGE_SIZE]

    def is_changed(self, position: int) -> bool:
        """Whether the byte is staged with another value than was read."""
        page = self.pages[position // PAGE_SIZE]
        if page not in self._edits.pages and page not in self._edits.partial:
            return False
        return self.value(position) != self.base_value(position)

    def why_not(self, position: int) -> str:
        """Why the byte cannot be edited, a sentence; empty when it can."""
        return self.rules.why_not(self.pages[position // PAGE_SIZE], position % PAGE_SIZE)

    def refusal(self, values: Mapping[int, int]) -> str:
        """Why ``values`` cannot be staged, a sentence; empty when they can."""
        for position in values:
            if reason := self.why_not(position):
                return reason
        for page, offsets in self._by_page(values).items():
            content = [0 if value is None else value for value in self.wanted(page)]
            for offset, value in offsets:
                content[offset] = value
            if reason := self.rules.unreachable(page, bytes(content)):
                return reason
        return ""

    def room(self, position: int) -> range:
        """The positions from ``position`` on that can be edited one after the other without leaving its area."""
        end = position
        area = self._area(position) if position < self.size else None
        while end < self.size and self._area(end) is area and not self.why_not(end):
            end += 1
        return range(position, end)

    def write(self, values: Mapping[int, int], text: str, *, typed: int | None = None) -> None:
        """Stages ``values`` by position as one step to undo, called ``text``. Steps in a row with the same number
        ``typed`` become one: the digits of one byte."""
        edits = self._with(values)
        if edits != self._edits:
            self.stack.push(_Change(self, self._edits, edits, text, typed))

    def write_page(self, page: int, content: bytes, text: str) -> None:
        """The same for a whole page."""
        start = PAGE_SIZE * self._place[page]
        self.write({start + offset: value for offset, value in enumerate(content)}, text)

    def revert(self, positions: Collection[int], text: str) -> bool:
        """Takes the bytes at ``positions`` back to what was read, as one step to undo; false when none was staged."""
        before = self._edits
        pages, partial = dict(before.pages), dict(before.partial)
        for position in positions:
            page, offset = self.pages[position // PAGE_SIZE], position % PAGE_SIZE
            base = self._base.pages.get(page)
            if page in partial or (base is None and page in pages):
                kept = list(partial.pop(page, None) or tuple(pages.pop(page)))
                kept[offset] = None
                if any(value is not None for value in _typed(self._base, page, kept)):
                    partial[page] = tuple(kept)
            elif page in pages and base is not None:
                content = bytearray(pages[page])
                content[offset] = base[offset]
                pages[page] = bytes(content)
        after = self._settled(pages, partial)
        if after == before:
            return False
        self.stack.push(_Change(self, before, after, text, None))
        return True

    def discard(self, text: str) -> None:
        """Takes everything back, as one step to undo."""
        if self._edits != _NONE:
            self.stack.push(_Change(self, self._edits, _NONE, text, None))

    def rebase(self, base: TagSnapshot, *, written: Collection[int] = ()) -> None:
        """Puts a newer reading of the same tag beneath the staged changes. Those that are on the tag by now are done;
        so are the pages ``written``, which tells of pages that cannot be read back (PWD, PACK)."""
        self._base = base
        self.rules = EditRules(base)
        pages = {page: content for page, content in self._edits.pages.items() if page not in written}
        self._take(self._settled(pages, self._edits.partial))
        if written or self._edits == _NONE:
            # Steps from before a write would stage again what has just been written.
            self.stack.clear()
        self.rebased.emit()

    def set_edits(self, edits: Edits) -> None:
        """Stages ``edits`` in place of everything staged; for the undo steps."""
        before = self._edits
        self._take(self._settled(dict(edits.pages), dict(edits.partial)))
        touched = frozenset(
            page
            for page in self.staged.union(before.pages, before.partial)
            if before.pages.get(page) != self._edits.pages.get(page)
            or before.partial.get(page) != self._edits.partial.get(page)
        )
        if touched:
            self.changed.emit(touched)

    def _take(self, edits: Edits) -> None:
        self._edits = edits
        self._draft = Draft(self._base, edits.pages)

    def _area(self, position: int) -> object:
        return page_area(self._base.chip, self.pages[position // PAGE_SIZE])

    def _with(self, values: Mapping[int, int]) -> Edits:
        pages, partial = dict(self._edits.pages), dict(self._edits.partial)
        for page, offsets in self._by_page(values).items():
            content = list(self.wanted(page))
            for offset, value in offsets:
                content[offset] = value
            content = _typed(self._base, page, content, complete=True)
            known = [value for value in content if value is not None]
            if len(known) == PAGE_SIZE:
                partial.pop(page, None)
                pages[page] = bytes(known)
            else:
                partial[page] = tuple(content)
        return self._settled(pages, partial)

    def _by_page(self, values: Mapping[int, int]) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for position, value in values.items():
            found.setdefault(self.pages[position // PAGE_SIZE], []).append((position % PAGE_SIZE, value))
        return found

    def _settled(self, pages: Mapping[int, bytes], partial: Mapping[int, Partial]) -> Edits:
        differing = Draft(self._base, pages).changes
        unknown = {page: content for page, content in sorted(partial.items()) if page not in self._base.pages}
        return Edits(differing, MappingProxyType(unknown))


def _typed(base: TagSnapshot, page: int, content: Sequence[int | None], *, complete: bool = False) -> list[int | None]:
    """``content`` of a page that cannot be read, with the bytes that nobody types: PACK has two, and the two after them
    are reserved and written as 00 (DS21x 8.5.7). ``complete`` fills those in, else they are left out."""
    if page != base.chip.pack or page in base.pages:
        return list(content)
    return [*content[:2], *((0, 0) if complete else (None, None))]


class _Change(QUndoCommand):
    def __init__(self, document: MemoryDocument, before: Edits, after: Edits, text: str, typed: int | None) -> None:
        super().__init__(text)
        self._document = document
        self.before, self.after = before, after
        self.typed = typed

    def id(self) -> int:
        return -1 if self.typed is None else self.typed

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.typed != self.typed:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        self._document.set_edits(self.after)

    def undo(self) -> None:
        self._document.set_edits(self.before)
