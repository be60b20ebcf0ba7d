"""Making pages need the password or the key, and opening them again."""

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cardscope.memory.credentials import PACK_SIZE
from cardscope.memory.draft import Draft
from cardscope.memory.guided import protect, set_key, set_password, unprotect
from cardscope.memory.page_access import TagAccess
from cardscope.tags.image import factory_pages
from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.memory.protection.dialog import PlanDialog
from cardscope_gui.memory.protection.password import SecretFields
from cardscope_gui.memory.protection.rows import TickRow
from cardscope_gui.memory.protection.words import has_key, tr

_PAGE_WIDTH = 152
_PAGE = QRegularExpression("[0-9]{1,3}|0[xX][0-9A-Fa-f]{1,2}")


class ProtectDialog(PlanDialog):
    """``opened``: the password is known in this session."""

    def __init__(self, draft: Draft, parent: QWidget | None = None, *, opened: bool) -> None:
        chip = draft.chip
        self._key = has_key(chip)
        explained = (
            tr("Pages from one page on to the last need the key. With the key this can be undone at any time; a key "
               "that is lost nobody gets round.")
            if self._key
            else tr("Pages from one page on to the last need the password. With the password this can be undone at any "
                    "time; a password that is lost nobody gets round.")
        )  # fmt: skip
        if not opened:
            explained += " " + tr("It is proven before anything depends on it: set one here, or the review asks.")
        super().__init__(draft, tr("Protect pages"), explained, parent)
        access = TagAccess(draft.base)
        self._secret_page = chip.key_pages[0] if chip.key_pages is not None else chip.pwd or 0
        self._settings_page = chip.cfg0 or 0
        self._firsts = [chip.user_first, self._settings_page, self._secret_page]
        which = [
            tr("All user memory, the settings and the key: from page {0}")
            if self._key
            else tr("All user memory, the settings and the password: from page {0}"),
            tr("The settings and the key: from page {0}")
            if self._key
            else tr("The settings and the password: from page {0}"),
            tr("The key alone: from page {0}") if self._key else tr("The password alone: from page {0}"),
        ]
        words = [text.format(page) for text, page in zip(which, self._firsts, strict=True)]
        self.range = ChoiceBox([*words, tr("From another page…")], self)
        self.range.setAccessibleName(tr("Protected pages"))
        self.page = QLineEdit(self)
        self.page.setFont(theme.mono_font(13))
        self.page.setAccessibleName(tr("First protected page"))
        self.page.setPlaceholderText(tr("page, or 0x and hex"))
        self.page.setValidator(QRegularExpressionValidator(_PAGE, self.page))
        self.what = ChoiceBox([tr("Writing; everyone may read"), tr("Reading and writing")], self)
        self.what.setAccessibleName(tr("What needs it"))
        self.page.setFixedWidth(theme.px(_PAGE_WIDTH))
        where = QWidget(self)
        row = QHBoxLayout(where)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.range, 1)
        row.addWidget(self.page)
        where.setFocusProxy(self.range)
        self.add_field(tr("Protected pages"), where)
        self.add_field(tr("What needs the key") if self._key else tr("What needs the password"), self.what)
        new = tr("Set a new key with it") if self._key else tr("Set a new password with it")
        self.renew = TickRow(new, parent=self)
        self.form.addWidget(self.renew)
        self.new = SecretFields(self)
        self._fields = QWidget(self)
        column = QVBoxLayout(self._fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self.new.add_to(column)
        self.form.addWidget(self._fields)
        self._limit = access.authlim
        self.renew.tick(not opened and access.protected == frozenset())
        self.what.setCurrentIndex(int(access.prot))
        for signal in (self.range.currentIndexChanged, self.what.currentIndexChanged):
            signal.connect(self.update_form)
        self.page.textChanged.connect(self.update_form)
        self.renew.toggled.connect(self.update_form)
        self.range.setFocus()
        self.update_form()

    @property
    def _first(self) -> int | None:
        at = self.range.currentIndex()
        if at < len(self._firsts):
            return self._firsts[at]
        text = self.page.text()
        if not self.page.hasAcceptableInput():
            return None
        return int(text, 16) if text[:2].lower() == "0x" else int(text)

    def wanted(self) -> Draft | None:
        self.page.setVisible(self.range.currentIndex() == len(self._firsts))
        self._fields.setVisible(self.renew.on)
        draft, first = self.draft, self._first
        if self.renew.on:
            renewed = self.new.put_into(draft)
            if renewed is None:
                return None
            draft = renewed
        return None if first is None else protect(draft, first, reading=self.what.currentIndex() == 1)

    def caution(self) -> str:
        first, said = self._first, [self.new.caution() if self.renew.on else ""]
        if first is not None and first < self.draft.chip.user_first:
            said.append(tr("Below page {0} phones may see no NDEF message.").format(self.draft.chip.user_first))
        if first is not None and self._settings_page < first <= self._secret_page:
            said.append(tr("The settings stay open: whoever changes them can take the protection off."))
        if first is not None and first > self._secret_page:
            said.append(
                tr("The password in page {0} stays open: anybody can write another one over it.").format(
                    self._secret_page
                )
            )
        if self.what.currentIndex() == 1:
            said.append(tr("Programs that do not know it report these pages as unreadable."))
        if self._limit:
            said.append(
                tr("AUTHLIM is {0}: as many wrong tries, by anyone, lock these pages for ever.").format(self._limit)
            )
        return " ".join(filter(None, said))


class RemoveDialog(PlanDialog):
    """``opened``: the password is known in this session."""

    def __init__(self, draft: Draft, parent: QWidget | None = None, *, opened: bool) -> None:
        self._key = has_key(draft.chip)
        explained = tr(
            "Everyone can read and write all pages again that no lock bit closes. Protecting them anew undoes it."
        )
        if not opened:
            explained += " " + tr("The tag was not unlocked, so the review asks for what opens it where it is needed.")
        super().__init__(draft, tr("Remove the protection"), explained, parent)
        self.delivered = TickRow(
            tr("Put the key of delivery back too") if self._key else tr("Put the password of delivery back too"),
            tr("Else the present one stays, and is in force again with the next protection."),
            self,
        )
        self.delivered.tick()
        self.delivered.toggled.connect(self.update_form)
        self.form.addWidget(self.delivered)
        self.delivered.setFocus()
        self.update_form()

    def wanted(self) -> Draft | None:
        draft = unprotect(self.draft)
        if not self.delivered.on:
            return draft
        chip = draft.chip
        pages = factory_pages(chip, draft.base.uid)
        if chip.key_pages is not None:
            return set_key(draft, b"".join(pages[page] for page in chip.key_pages))
        return set_password(draft, pages[chip.pwd or 0], pages[chip.pack or 0][:PACK_SIZE])
