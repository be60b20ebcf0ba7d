"""The selected page in words, and its bits to be chosen."""

from functools import partial

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.memory.draft import Draft
from cardscope.memory.page_access import Access
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.page_bits import Bit, page_bits
from cardscope.memory.page_meaning import page_fields
from cardscope.tags.catalogue import SECTOR
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.assessment import NOTHING, Assessment
from cardscope_gui.memory.bit_list import BitList
from cardscope_gui.memory.bit_model import BitModel
from cardscope_gui.memory.bytes_text import character
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.lines import FoldLine
from cardscope_gui.memory.words import area_name, tr
from cardscope_gui.widgets.labels import label, paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark, MarkLabel

_LOCKS = (Area.STATIC_LOCK, Area.DYNAMIC_LOCK)


class Inspector(QScrollArea):
    """Follows the table's cursor, and what is staged."""

    refused = Signal(str)
    """Why a bit was not changed, a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: MemoryDocument | None = None
        self._assessment = NOTHING
        self._page: int | None = None
        self._run: FoldLine | None = None
        self._shown: tuple[object, ...] = ()
        self.setProperty("surface", "panel")
        self.setProperty("edge", "left")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Selected page"))
        self._panel = QFrame(self)
        self._panel.setProperty("surface", "panel")
        self.title = label("", "title", self._panel)
        self.words = paragraph("", "secondary", self._panel)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.callout = _Callout(self._panel)
        self.values = label("", "mono", self._panel)
        self.values.setFont(theme.mono_font(12))
        self.lists = [_ByteBits(offset, self._choose, self._panel) for offset in range(PAGE_SIZE)]
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(16))
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(theme.px(16), theme.px(20), theme.px(20), theme.px(16))
        column.setSpacing(theme.px(12))
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addWidget(self.callout)
        column.addWidget(self.values)
        column.addLayout(self._grid)
        column.addStretch(1)
        self.setWidget(self._panel)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._show)
        for number, each in enumerate(self.lists):
            each.list.left.connect(partial(self._leave, number))
            each.list.refused.connect(self.refused)
            each.list.moved.connect(partial(self._follow, each.list))
        theme.notifier().changed.connect(self._dress)

    def set_document(self, document: MemoryDocument | None) -> None:
        """Whose pages are shown."""
        if self._document is not None:
            self._document.changed.disconnect(self._later.start)
            self._document.rebased.disconnect(self._later.start)
        self._document = document
        if document is not None:
            document.changed.connect(self._later.start)
            document.rebased.connect(self._later.start)
        self._later.start()

    def set_assessment(self, assessment: Assessment) -> None:
        """What the staged changes come to."""
        self._assessment = assessment
        self._later.start()

    def show_page(self, page: int | None, run: FoldLine | None = None) -> None:
        """Shows ``page``, a folded ``run`` of pages, or nothing; at the next turn of the event loop, so that a held
        arrow key is not held up."""
        self._page, self._run = page, run
        self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    @property
    def bits(self) -> tuple[Bit, ...]:
        """The bits that are shown."""
        return tuple(bit for each in self.lists for bit in each.model.bits)

    def _show(self) -> None:
        document, page = self._document, self._page
        if not self.isVisible():
            return  # it is shown what is the case then
        self.callout.show_page(page, self._assessment)
        shown = (document, page, self._run, document and (document.draft, document.edits.partial))
        if shown == self._shown:
            return
        self._shown = shown
        self._panel.setVisible(document is not None and (page is not None or self._run is not None))
        if document is None or page is None:
            self._show_run(self._run)
            return
        area = page_area(document.base.chip, page)
        self.title.setText(tr("Page {0} · {1}").format(page, area_name(area)))
        # The page's own change alone: its bits mean the same without the others, and each choice copies the draft.
        own = {page: content} if (content := document.draft.changes.get(page)) is not None else {}
        bits = page_bits(Draft(document.base, own), page)
        sentences = self._sentences(document, page, with_parts=not bits)
        set_paragraphs(self.words, sentences)
        self.words.setVisible(bool(sentences))
        self._show_bits(bits, compact=area in _LOCKS)
        for each in self.lists:
            each.show_value(document.base.pages.get(page), document.draft.page(page))
        self.values.setText("" if bits else self._plain_bytes(document, page))
        self.values.setVisible(not bits)

    def _show_run(self, run: FoldLine | None) -> None:
        self._show_bits((), compact=False)
        self.values.hide()
        if run is not None:
            self.title.setText(tr("Pages {0} to {1}").format(run.number, run.last))
            access = tr("Access: {0}").format(run.access) if run.access else ""
            said = [run.text, access, run.changed, tr("Right shows them one by one, Left folds them.")]
            set_paragraphs(self.words, [each for each in said if each])
            self.words.show()

    def _sentences(self, document: MemoryDocument, page: int, *, with_parts: bool) -> list[str]:
        """``with_parts``: what the parts of the page say too, which no list of bits tells."""
        field = page_fields(document.draft, page)
        parts = [f"{child.name}: {child.meaning}" for child in field.children if child.meaning] if with_parts else []
        locks = page_area(document.base.chip, page) in _LOCKS
        said = [self._lock_words() if locks else field.meaning, *parts, *field.all_problems()]
        if page >= SECTOR:
            said.insert(0, tr("Sector {0}, page {1}h there.").format(page // SECTOR, f"{page % SECTOR:02X}"))
        if page in document.edits.partial:
            said.append(tr("Not all of its bytes are typed yet."))
        access = document.rules.access.page(page)
        if access.access is not Access.ONE_WAY:
            said.append(access.why)
        return list(dict.fromkeys(each for each in said if each))

    def _lock_words(self) -> str:
        return tr(
            "A lock bit (L) makes its pages read-only for ever. A block-lock bit (BL) freezes lock bits as they are."
        )

    def _plain_bytes(self, document: MemoryDocument, page: int) -> str:
        rows: list[str] = []
        for offset, value in enumerate(document.wanted(page)):
            if value is not None:
                binary = f"{value >> 4:04b} {value & 15:04b}"
                rows.append(f"{offset}   {value:02X}   {value:3d}   {binary}   {character(value)}")
        return "\n".join(rows)

    def _show_bits(self, bits: tuple[Bit, ...], *, compact: bool) -> None:
        place = 0
        for each in self.lists:
            own = [bit for bit in bits if bit.byte == each.offset and not (compact and bit.name == "RFUI")]
            each.show_bits(own, compact=compact)
            self._grid.removeWidget(each)
            each.setVisible(bool(own))
            if own:
                row, column = divmod(place, 2) if compact else (place, 0)
                self._grid.addWidget(each, row, column, 1, 1 if compact else 2, Qt.AlignmentFlag.AlignTop)
                place += 1

    def _choose(self, bit: Bit, value: int) -> None:
        document = self._document
        if document is None:
            return
        draft = document.draft.with_field(bit.place, value)
        content = draft.page(bit.place.page)
        if content is None:
            return
        place = document.place(bit.place.page)
        position = PAGE_SIZE * (place or 0) + bit.byte
        if reason := document.refusal({position: content[bit.byte]}):
            self.refused.emit(f"{bit.name}: {reason}")
            return
        document.write({position: content[bit.byte]}, tr("change of {0}").format(bit.name))

    def _leave(self, number: int, step: int) -> None:
        shown = [n for n, each in enumerate(self.lists) if not each.isHidden()]
        following = [n for n in shown if (n - number) * step > 0]
        if following:
            self.lists[following[0] if step > 0 else following[-1]].list.enter(step)

    def _follow(self, bits: BitList, row: QRect) -> None:
        """Scrolls to where the keyboard is."""
        top = bits.mapTo(self._panel, row.topLeft()).y()
        self.ensureVisible(0, top, 0, theme.px(8))
        self.ensureVisible(0, top + row.height(), 0, theme.px(8))

    def _dress(self) -> None:
        self.values.setFont(theme.mono_font(12))


class _ByteBits(QFrame):
    """A byte's bits under a heading with its value."""

    def __init__(self, offset: int, choose: object, parent: QWidget) -> None:
        super().__init__(parent)
        self.offset = offset
        self.model = BitModel(choose, self)  # type: ignore[arg-type]
        self.list = BitList(self.model, self)
        self.heading = label("", "group", self)
        self.value = label("", "tertiary", self)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.heading)
        line.addWidget(self.value)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(line)
        column.addWidget(self.list)

    def show_bits(self, bits: list[Bit], *, compact: bool) -> None:
        self.list.compact = compact
        self.heading.setText(tr("Byte {0}").format(self.offset))
        self.list.setAccessibleName(tr("Bits of byte {0}").format(self.offset))
        self.model.show_bits(bits)
        self.list.fit()

    def show_value(self, now: bytes | None, wanted: bytes | None) -> None:
        """The byte of the page ``now``, and as it is wanted."""
        if now is None or wanted is None:
            self.value.setText("")
            return
        old, new = f"{now[self.offset]:02X}h", f"{wanted[self.offset]:02X}h"
        self.value.setText(old if old == new else f"{old} → {new}")


class _Callout(QFrame):
    """What is permanent or impossible about this page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("surface", "caution")
        self.mark = MarkLabel(Mark.PERMANENT, 16, self)
        self.words = paragraph("", "body", self)
        self._told: tuple[bool, list[str], list[str]] = (False, [], [])
        self.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def show_page(self, page: int | None, assessment: Assessment) -> None:
        about = [hazard for hazard in assessment.hazards if page is not None and page in (hazard.page, *hazard.pages)]
        reason = ""
        if page is not None:
            reason = assessment.refused.get(page, "") or assessment.secret.get(page, "")
        permanent = [hazard.text for hazard in about if hazard.permanent]
        said = [reason] if reason else permanent or [hazard.text for hazard in about]
        refused = page in assessment.refused
        if (refused, permanent, said) == self._told:
            return
        self._told = refused, permanent, said
        self.mark.set_mark(Mark.CROSS if refused else Mark.PERMANENT if permanent else Mark.CAUTION)
        self.setProperty("surface", "refusal" if refused else "caution")
        theme.repolish(self)
        set_paragraphs(self.words, said)
        self.setVisible(bool(said))
