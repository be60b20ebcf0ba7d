"""Setting and changing a password or a key."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cardscope.memory.credentials import KEY_SIZE, PACK_SIZE
from cardscope.memory.draft import Draft
from cardscope.memory.guided import set_key, set_password
from cardscope.memory.page_access import TagAccess
from cardscope.tags.image import PAGE_SIZE, factory_pages
from cardscope_gui.memory.protection.dialog import PlanDialog
from cardscope_gui.memory.protection.rows import TickRow, named
from cardscope_gui.memory.protection.secret_field import SecretField
from cardscope_gui.memory.protection.words import has_key, tr


class SecretFields:
    """The fields for a new password with its PACK, or for a new key, in ``dialog``."""

    def __init__(self, dialog: PlanDialog) -> None:
        self._chip = dialog.draft.chip
        key = has_key(self._chip)
        if key:
            name, hint = tr("New key, as stored in pages 44 to 47"), ""
        else:
            name, hint = tr("New password"), tr("No tag shows it again: write it down.")
        self.secret = SecretField(name, KEY_SIZE if key else PAGE_SIZE, hint, dialog)
        self._fields = [(name, self.secret)]
        self.pack: SecretField | None = None
        if not key:
            words = tr("PACK, what the tag answers to it")
            self.pack = SecretField(
                words, PACK_SIZE, tr("At delivery it is 0000. With one of your own you know your tag by it."), dialog
            )
            self.pack.put(bytes(PACK_SIZE))
            self._fields.append((words, self.pack))
        for _, field in self._fields:
            field.changed.connect(dialog.update_form)

    def add_to(self, column: QVBoxLayout) -> None:
        """Adds them to ``column``, under their names."""
        for name, field in self._fields:
            column.addLayout(named(name, field))

    def put_into(self, draft: Draft) -> Draft | None:
        """``draft`` with them; ``None`` while something is missing."""
        if self.secret.value is None:
            return None
        if self.pack is None:
            return set_key(draft, self.secret.value)
        return None if self.pack.value is None else set_password(draft, self.secret.value, self.pack.value)

    def caution(self) -> str:
        """What is wrong with what was typed, a sentence or nothing."""
        value = self.secret.value
        if value is None:
            return ""
        pages = self._chip.key_pages if self._chip.key_pages is not None else (self._chip.pwd or 0,)
        delivered = factory_pages(self._chip, bytes(7))
        if value == b"".join(delivered[page] for page in pages):
            return tr("This is the one of delivery: everybody knows it.")
        if not any(value):
            return tr("Zeros are what every tag shows in place of it, so they are the first to be guessed.")
        return ""


class PasswordDialog(PlanDialog):
    """``change``: the tag is protected with another one already. ``opened``: that one is known in this session."""

    def __init__(self, draft: Draft, parent: QWidget | None = None, *, change: bool, opened: bool) -> None:
        key = has_key(draft.chip)
        if key:
            title = tr("Change the key") if change else tr("Set a key")
        else:
            title = tr("Change the password") if change else tr("Set a password")
        explained = _explained(key=key)
        if change and not opened:
            explained += " " + tr("The tag was not unlocked, so the review asks for the present one where it must.")
        super().__init__(draft, title, explained, parent)
        chip, access = draft.chip, TagAccess(draft.base)
        self._page = chip.key_pages[0] if chip.key_pages is not None else chip.pwd or 0
        self.new = SecretFields(self)
        self.new.add_to(self.form)
        itself = tr("Protect the key itself (recommended)") if key else tr("Protect the password itself (recommended)")
        pages = tr(
            "AUTH0 becomes {0}h, as the data sheet recommends: writing from page {1} on needs it. The settings before "
            "stay open, and with them a way to take it off again; “Protect pages…” closes those too."
        )
        self.itself = TickRow(itself, pages.format(f"{self._page:02X}", self._page), self)
        auth0 = chip.fields["AUTH0"]
        covered = access.protected is not None and self._page in access.protected
        self.itself.setVisible(not covered and access.closed(auth0.page) is None)
        self.itself.tick()
        self.itself.toggled.connect(self.update_form)
        self.form.addWidget(self.itself)
        self._limit = access.authlim
        self.new.secret.setFocus()
        self.update_form()

    def wanted(self) -> Draft | None:
        draft = self.new.put_into(self.draft)
        if draft is not None and self.itself.on:
            draft = draft.with_field(draft.chip.fields["AUTH0"], self._page)
        return draft

    def caution(self) -> str:
        said = [self.new.caution()]
        if not self.itself.isHidden() and not self.itself.on:
            said.append(tr("Without that, anybody can write another one over it."))
        if self._limit:
            said.append(
                tr("AUTHLIM is {0}: as many wrong tries, by anyone, lock what is protected for ever.").format(
                    self._limit
                )
            )
        return " ".join(filter(None, said))


def _explained(*, key: bool) -> str:
    if key:
        return tr(
            "The key is written and proven before anything depends on it. With it everything can be changed back; "
            "without it nobody can, and no command shows it."
        )
    return tr(
        "Password and PACK are written, then the password is tested, and only then anything depends on it. With it "
        "everything can be changed back; without it nobody can, and no command shows it."
    )
