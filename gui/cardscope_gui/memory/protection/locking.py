"""Locking pages, and freezing what decides over them: nothing of it can be taken back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.memory.draft import Draft
from cardscope.memory.guided import freeze_configuration, freeze_locks, lock_pages
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import TagAccess
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.wording import pages_text, sentence
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.protection.dialog import PlanDialog
from cardscope_gui.memory.protection.offers import lock_groups
from cardscope_gui.memory.protection.rows import TickRow
from cardscope_gui.memory.protection.words import tr
from cardscope_gui.memory.words import area_name, counted
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import paragraph, set_paragraph

_LIST_HEIGHT = 216
_OTHERS = 400
"""What the form has beside the list, and some room around it."""
_COLUMNS = 2


class LockDialog(PlanDialog):
    """A tick for each lock bit, by the chip's own map, with the pages that it locks."""

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        explained = tr(
            "Locked pages can be read and never be written again, by anyone and with any password: nothing undoes it. "
            "The chip locks them in these groups."
        )
        super().__init__(draft, tr("Lock pages"), explained, parent)
        self.groups: list[tuple[range, TickRow]] = []
        self._user = Button(tr("Tick all user memory"), "link", parent=self)
        self._user.clicked.connect(self._tick_user)
        self.form.addWidget(self._build_list())
        self.form.addWidget(self._user, 0, Qt.AlignmentFlag.AlignLeft)
        self.effect = paragraph("", "strong", self)
        self.form.addWidget(self.effect)
        next((row for _, row in self.groups if row.isEnabled()), self.no).setFocus()
        self.update_form()

    @property
    def chosen(self) -> list[int]:
        """The pages that are ticked."""
        return [page for pages, row in self.groups if row.on for page in pages]

    def wanted(self) -> Draft | None:
        pages = self.chosen
        size = counted(PAGE_SIZE * len(pages), tr("{0} byte"), tr("{0} bytes"))
        words = tr("Read-only for ever: {0}, {1}.").format(pages_text(pages), size)
        set_paragraph(self.effect, words if pages else tr("Nothing is ticked."))
        return lock_pages(self.draft, pages) if pages else None

    def caution(self) -> str:
        areas = {page_area(self.draft.chip, page) for page in self.chosen}
        if Area.KEY in areas or Area.CONFIGURATION in areas:
            return tr("With the key or its settings locked, the protection stays as it is for ever.")
        if Area.CAPABILITY_CONTAINER in areas:
            return tr("Page 3 tells phones what the tag is. Locked, that can never be changed.")
        return ""

    def _build_list(self) -> QWidget:
        inside = QFrame(self)
        inside.setProperty("surface", "sunken")
        grid = QGridLayout(inside)
        grid.setContentsMargins(theme.px(12), theme.px(10), theme.px(12), theme.px(10))
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        groups = lock_groups(self.draft)
        height = -(-len(groups) // _COLUMNS)
        for number, group in enumerate(groups):
            pages = group.pages
            area = area_name(page_area(self.draft.chip, pages[0]))
            size = counted(PAGE_SIZE * len(pages), tr("{0} byte"), tr("{0} bytes"))
            row = TickRow(sentence(pages_text(pages)), group.why_not or f"{area}, {size}", inside, permanent=True)
            row.setEnabled(not group.why_not)
            row.toggled.connect(self.update_form)
            self.groups.append((pages, row))
            grid.addWidget(row, number % height, number // height)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(tr("Pages"))
        scroll.setWidget(inside)
        parent = self.parentWidget()
        room = parent.window().height() - theme.px(_OTHERS) if parent is not None else 0
        scroll.setFixedHeight(min(inside.sizeHint().height(), max(theme.px(_LIST_HEIGHT), room)))
        return scroll

    def _tick_user(self) -> None:
        for pages, row in self.groups:
            if row.isEnabled() and page_area(self.draft.chip, pages[0]) is Area.USER:
                row.tick()


class FreezeLocksDialog(PlanDialog):
    """Which pages will be locked for ever, and which never."""

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        explained = tr(
            "All lock bits stay as they are, for ever: nobody can lock another page afterwards, neither you nor a "
            "stranger. Passwords and settings are not touched. Nothing undoes it."
        )
        super().__init__(draft, tr("Freeze the locks"), explained, parent)
        groups = lock_groups(draft)
        locked = [page for group in groups if group.locked for page in group.pages]
        free = [page for group in groups if not group.locked for page in group.pages]
        words = tr("Locked for ever: {0}.").format(pages_text(locked) or tr("nothing"))
        self.form.addWidget(paragraph(words, "body", self))
        self.form.addWidget(paragraph(tr("Never lockable again: {0}.").format(pages_text(free)), "body", self))
        self.no.setFocus()
        self.update_form()

    def wanted(self) -> Draft | None:
        return freeze_locks(self.draft)


class FreezeConfigurationDialog(PlanDialog):
    """The settings as they will be frozen."""

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        explained = tr(
            "From the next time the tag is put on a reader, its settings stay as they are, for ever. The password "
            "itself can still be changed by whoever may write it. Nothing undoes it, and hardly anyone needs it."
        )
        super().__init__(draft, tr("Freeze the configuration"), explained, parent)
        grid = QVBoxLayout()
        grid.setSpacing(theme.px(4))
        for text in _settings(draft):
            grid.addWidget(paragraph(text, "body", self))
        self.form.addLayout(grid)
        self.no.setFocus()
        self.update_form()

    def wanted(self) -> Draft | None:
        return freeze_configuration(self.draft)

    def caution(self) -> str:
        chip, access = self.draft.chip, TagAccess(self.draft.base)
        value = _value(self.draft, "AUTH0")
        if chip.pwd is not None and value is not None and value > chip.pwd:
            text = tr("AUTH0 is {0}h: pages can never be protected then, and everyone can set the password for ever.")
            return text.format(f"{value:02X}")
        if access.authlim:
            return tr("AUTHLIM {0} is frozen too: as many wrong tries, by anyone, and nothing helps any more.").format(
                access.authlim
            )
        return ""


def _settings(draft: Draft) -> list[str]:
    first, prot, limit = (_value(draft, name) for name in ("AUTH0", "PROT", "AUTHLIM"))
    if first is None or first >= draft.chip.auth0_end:
        protected = tr("AUTH0 {0}h: nothing is protected.").format(f"{first or 0:02X}")
    else:
        protected = tr("AUTH0 {0}h: protected from page {1} on.").format(f"{first:02X}", first)
    reading = (
        tr("PROT 1: what is protected can neither be read nor written without the password.")
        if prot
        else tr("PROT 0: what is protected can be read without the password.")
    )
    tries = (
        tr("AUTHLIM {0}: wrong passwords are counted.").format(limit)
        if limit
        else tr("AUTHLIM 0: wrong passwords are not counted.")
    )
    said = [protected, reading, tries]
    if "MIRROR_PAGE" in draft.chip.fields:
        pages = pages_text(mirrored(draft.base))
        said.append(tr("The mirror stays on: {0}.").format(pages) if pages else tr("The mirror stays off."))
    return said


def _value(draft: Draft, name: str) -> int | None:
    field = draft.chip.fields.get(name)
    page = draft.page(field.page) if field is not None else None
    return None if field is None or page is None else field.value(page)
