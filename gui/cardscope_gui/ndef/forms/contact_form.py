"""A contact as a form."""

from PySide6.QtWidgets import QWidget

from cardscope.ndef.contents import Contact, Content
from cardscope.ndef.encoding import ContentError, contact
from cardscope_gui.ndef.forms.form import FieldError, Form
from cardscope_gui.ndef.vcard import changed
from cardscope_gui.ndef.words import tr


class ContactForm(Form):
    """The named parts of a vCard; its other lines stay as they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: Contact | None = None
        several = tr("Several: a semicolon between them.")
        self._name = self._line("name", tr("Name"))
        self._phones = self._line("phones", tr("Phone"), several)
        self._mails = self._line("mails", tr("E-mail"))
        self._organisation = self._line("organisation", tr("Company"))
        self._link = self._line("link", tr("Web address"))

    def content(self) -> Contact:
        name = self._name.text()
        if not name.strip():
            raise FieldError("name", tr("A contact needs a name."))
        phones, mails = _several(self._phones.text()), _several(self._mails.text())
        if wrong := next((mail for mail in mails if "@" not in mail), ""):
            raise FieldError("mails", tr("“{0}” is no e-mail address: it has no @.").format(wrong))
        organisation, link = self._organisation.text(), self._link.text()
        return changed(self._before, contact(name, phones=phones, mails=mails, organisation=organisation, link=link))

    def blamed(self, error: ContentError) -> str:
        return error.field if isinstance(error, FieldError) else "name"

    def _fill(self, content: Content | None) -> None:
        card = content if isinstance(content, Contact) else None
        self._before = card
        card = card or Contact("")
        self._name.setText(card.name)
        self._phones.setText("; ".join(card.phones))
        self._mails.setText("; ".join(card.mails))
        self._organisation.setText(card.organisation)
        self._link.setText(card.link)


def _several(typed: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in typed.split(";") if part.strip())
