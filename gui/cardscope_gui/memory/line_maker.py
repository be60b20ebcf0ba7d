"""Makes the lines of the page table out of a document, each once until it changes."""

from collections.abc import Sequence
from typing import Final

from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import Access, PageAccess, TagAccess, lock_bytes
from cardscope.memory.page_area import Area, page_area
from cardscope.tags.catalogue import SECTOR
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.assessment import NOTHING, Assessment
from cardscope_gui.memory.bytes_text import character
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.lines import Cell, CellState, FoldLine, Line, PageLine, SectorLine
from cardscope_gui.memory.rows import Row, RowKind
from cardscope_gui.memory.words import AREA_TOKENS, area_name, counted, tr

_NEVER_READABLE: Final = "··"
_NOT_READ: Final = "––"
_ICONS: Final = {
    Access.WRITABLE: "lock-open",
    Access.ONE_WAY: "one-way",
    Access.READ_ONLY: "eye",
    Access.LOCKED: "lock",
    Access.WRITE_ONLY: "key",
    Access.NEEDS_PASSWORD: "key",
    Access.UNKNOWN: "note",
}
_SECRET: Final = (Area.PASSWORD, Area.PACK, Area.KEY)


class LineMaker:
    def __init__(self, document: MemoryDocument) -> None:
        self._document = document
        self._assessment = NOTHING
        self._after: TagAccess | None = None
        self._mirrored = mirrored(document.base)
        chip = document.base.chip
        self._deciding = {lock.page for lock in lock_bytes(chip)} | {field.page for field in chip.fields.values()}
        self._lines: dict[int, PageLine] = {}
        self._folds: dict[Row, FoldLine] = {}

    def forget(self, pages: frozenset[int]) -> None:
        """These pages are other ones now."""
        for row in [row for row in self._folds if not pages.isdisjoint(self._pages(row))]:
            del self._folds[row]
        for page in pages:
            self._lines.pop(page, None)

    def set_assessment(self, assessment: Assessment) -> bool:
        """What the staged changes come to. Returns whether lines are others because of it."""
        before, self._assessment = self._assessment, assessment
        after = self._access_after(assessment.predicted)
        told = (assessment.refused, assessment.permanent_pages)
        if after is None and self._after is None and told == (before.refused, before.permanent_pages):
            return False
        self._after = after
        self._lines.clear()
        self._folds.clear()
        return True

    def _access_after(self, predicted: TagSnapshot | None) -> TagAccess | None:
        """``None`` where no change touches a page that decides over access: while data is typed, nothing has to be
        asked again of every page."""
        base = self._document.base
        if predicted is None or all(base.pages.get(page) == predicted.pages.get(page) for page in self._deciding):
            return None
        return TagAccess(predicted)

    def line(self, row: Row) -> Line:
        """What ``row`` shows."""
        page = self._document.pages[row.first]
        match row.kind:
            case RowKind.SECTOR:
                return SectorLine(tr("Sector {0}").format(page // SECTOR))
            case RowKind.FOLD:
                if (fold := self._folds.get(row)) is None:
                    fold = self._folds[row] = self._fold(row, page)
                return fold
            case RowKind.PAGE:
                if (line := self._lines.get(page)) is None:
                    line = self._lines[page] = self._page(row.first, page)
                return line

    def _page(self, place: int, page: int) -> PageLine:
        document, chip = self._document, self._document.base.chip
        area = page_area(chip, page)
        access, token = self._access(page)
        words = self._access_words(access.access, token)
        staged = page in document.staged
        refused = self._assessment.refused.get(page, "")
        permanent = staged and page in self._assessment.permanent_pages
        unfinished = page in document.edits.partial
        mark, mark_token = "", ""
        if staged:
            mark, mark_token = ("one-way", "warn") if permanent else ("pencil", "pend")
            if refused:
                mark, mark_token = "stop", "bad"
        why = refused or access.why
        if unfinished:
            words, token = tr("Needs all its bytes"), "pend"
            why = tr("What this page holds is not known: type all of it, or take it back with Esc.")
        elif page not in document.base.pages and not staged and (reason := document.base.unreadable.get(page)):
            words, why = (tr("Not read") if access.access is Access.UNKNOWN else words), reason
        pages = document.pages
        return PageLine(
            number=page,
            hex_number=page % SECTOR,
            cells=tuple(
                self._cell(place, offset, area=area, words=words, permanent=permanent, refused=bool(refused))
                for offset in range(PAGE_SIZE)
            ),
            area=area_name(area),
            token=AREA_TOKENS[area],
            starts_area=place == 0 or self._area_ends(pages[place - 1], page),
            ends_area=place == len(pages) - 1 or self._area_ends(page, pages[place + 1]),
            access=tr("Cannot be written") if refused else words,
            access_icon="stop" if refused else "pencil" if unfinished else _ICONS[access.access],
            access_token="bad" if refused else token,
            why=why,
            plain=access.access is Access.WRITABLE and not refused and not unfinished,
            mark=mark,
            mark_token=mark_token,
        )

    def _area_ends(self, page: int, following: int) -> bool:
        chip = self._document.base.chip
        sector = page // SECTOR != following // SECTOR
        return sector or AREA_TOKENS[page_area(chip, page)] != AREA_TOKENS[page_area(chip, following)]

    def _access(self, page: int) -> tuple[PageAccess, str]:
        now = self._document.rules.access.page(page)
        after = self._after.page(page) if self._after is not None else now
        if after.access is not now.access and after.access in (Access.LOCKED, Access.NEEDS_PASSWORD):
            return after, "warn" if after.access is Access.LOCKED else "pend"
        return now, "text3"

    def _access_words(self, access: Access, token: str) -> str:
        if token != "text3":
            return tr("Locked after write") if access is Access.LOCKED else tr("Password after write")
        return {
            Access.WRITABLE: tr("Writable"),
            Access.ONE_WAY: tr("One-way bits"),
            Access.READ_ONLY: tr("Read-only"),
            Access.LOCKED: tr("Locked for ever"),
            Access.WRITE_ONLY: tr("Write-only, reads as 00"),
            Access.NEEDS_PASSWORD: tr("Needs the password"),
            Access.UNKNOWN: tr("Not known"),
        }[access]

    def _cell(self, place: int, offset: int, *, area: Area, words: str, permanent: bool, refused: bool) -> Cell:
        document = self._document
        position = PAGE_SIZE * place + offset
        page, value, base = document.pages[place], document.value(position), document.base_value(position)
        changed = document.is_changed(position)
        shown_mirror = offset in self._mirrored.get(page, ())
        unknown = _NEVER_READABLE if area in _SECRET else _NOT_READ
        text = unknown if value is None else f"{value:02X}"
        spoken = tr("never readable") if area in _SECRET else tr("not read")
        if value is not None:
            spoken = tr("{0} hex").format(text)
        parts = [tr("Page {0}").format(page), tr("byte {0}").format(offset), spoken]
        state = CellState.PLAIN
        if changed:
            was = tr("changed from {0}").format(f"{base:02X}") if base is not None else tr("changed")
            parts.append(was)
            state = CellState.PERMANENT if permanent else CellState.CHANGED
            if refused:
                state = CellState.REFUSED
                parts.append(tr("cannot be written"))
            elif permanent:
                parts.append(tr("permanent"))
        if shown_mirror:
            parts.append(tr("shown by the mirror, not stored"))
        parts.append(words[:1].lower() + words[1:])
        return Cell(
            text=text,
            letter=character(value),
            old=f"{base:02X}" if changed and base is not None else "",
            state=state,
            quiet=value in (None, 0),
            mirrored=shown_mirror and not changed,
            spoken=", ".join(parts),
        )

    def _pages(self, row: Row) -> Sequence[int]:
        return self._document.pages[row.first : row.first + row.count]

    def _fold(self, row: Row, first: int) -> FoldLine:
        document = self._document
        pages = self._pages(row)
        content = document.base.pages.get(first)
        if content is None:
            reason = document.base.unreadable.get(first, "")
            text = tr("{0} pages not read").format(row.count) + (f" · {reason}" if reason else "")
        elif content == bytes(PAGE_SIZE):
            text = tr("{0} free pages, all 00").format(row.count)
        else:
            text = tr("{0} equal pages, all {1}").format(row.count, content.hex(" ").upper())
        changed = len(document.staged.intersection(pages))
        common = {self._access(page) for page in pages}
        (access, token), *others = common
        said = not others and access.access is not Access.WRITABLE
        return FoldLine(
            number=first,
            last=pages[-1],
            text=text,
            open=row.opened,
            access=self._access_words(access.access, token) if said else "",
            access_icon=_ICONS[access.access] if said else "",
            access_token=token,
            changed=counted(changed, tr("{0} changed page"), tr("{0} changed pages")) if changed else "",
        )
