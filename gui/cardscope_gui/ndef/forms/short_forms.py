"""Forms of a few fields: link, text, application, Bluetooth device, smart poster."""

import re
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QWidget

from cardscope.ndef.contents import URI, AndroidApplication, Bluetooth, Content, SmartPoster, Text, Uri
from cardscope.ndef.encoding import ContentError
from cardscope_gui.ndef.forms.form import FieldError, Form
from cardscope_gui.ndef.words import no_link, scheme_of, tr

_PREFIXES: Final = {"tel": "tel:", "mailto": "mailto:", "sms": "sms:"}
_STORE_ID: Final = re.compile(r"[?&]id=([A-Za-z0-9_.]+)")


def full_address(kind: str, typed: str) -> str:
    """The URI that ``typed`` stands for. ``kind`` is ``web``, ``tel``, ``mailto``, ``sms`` or ``other``. Raises
    FieldError, with the reason, where it is none."""
    typed = typed.strip()
    if not typed:
        words = tr("Give an address.") if kind in ("web", "mailto", "other") else tr("Give a number.")
        raise FieldError("address", words)
    match kind:
        case "tel" | "sms":
            number, _, rest = typed.partition("?")
            number = re.sub(r"[\s()/.-]", "", number)
            if not re.fullmatch(r"\+?[0-9*#]+", number):
                raise FieldError("address", tr("A phone number has digits only, and perhaps a + before them."))
            return _PREFIXES[kind] + number + (f"?{rest}" if rest else "")
        case "mailto":
            name, at, host = typed.partition("?")[0].partition("@")
            if not (name and at and host) or " " in typed:
                raise FieldError("address", tr("An e-mail address looks like name@example.org."))
            return _PREFIXES[kind] + typed
        case "web":
            uri = typed if "://" in typed else f"https://{typed}"
            check_web(uri)
            return uri
        case _:
            if not URI.fullmatch(typed):
                raise FieldError("address", no_link())
            return typed


def check_web(uri: str) -> None:
    """Raises FieldError where ``uri`` is no address that a browser opens."""
    host = uri.partition("://")[2].split("/")[0].split("?")[0].split("#")[0]
    if not host:
        raise FieldError("address", tr("The address ends before the name of the site."))
    if re.search(r"\s", uri):
        raise FieldError("address", tr("An address has no spaces; write %20 in place of each."))


class LinkForm(Form):
    """A URI, by what people use it for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = self._choice(
            "kind",
            tr("What it is"),
            {
                "web": tr("Web address"),
                "tel": tr("Phone number"),
                "mailto": tr("E-mail address"),
                "sms": tr("Text message to"),
                "other": tr("Other URI"),
            },
        )
        self._address = self._line("address", tr("Address"))
        self._address.setPlaceholderText("https://example.org")
        self._kind.currentIndexChanged.connect(self._kind_changed)

    def content(self) -> Uri:
        return Uri(full_address(self._kind.currentData(), self._address.text()))

    def blamed(self, error: ContentError) -> str:
        return error.field if isinstance(error, FieldError) else "address"

    def focus(self) -> None:
        self._address.setFocus()
        self._address.selectAll()

    def _fill(self, content: Content | None) -> None:
        uri = content.uri if isinstance(content, Uri) else ""
        scheme = scheme_of(uri)
        kind = "web" if not uri or scheme in ("http", "https") else scheme if scheme in _PREFIXES else "other"
        self._kind.setCurrentIndex(self._kind.findData(kind))
        self._address.setText(uri.removeprefix(_PREFIXES.get(kind, "")))
        self._kind_changed()

    def _kind_changed(self) -> None:
        examples = {"web": "https://example.org", "tel": "+49 89 123456", "sms": "+49 89 123456"}
        examples |= {"mailto": "name@example.org", "other": "geo:48.137,11.575"}
        self._address.setPlaceholderText(examples[self._kind.currentData()])


class TextForm(Form):
    """A text and its language."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._utf16 = False
        self._words = self._text("text", tr("Text"))
        self._language = self._line("language", tr("Language"), tr("A code such as en, de or zh-Hant."))

    def content(self) -> Text:
        text = self._words.toPlainText()
        if not text:
            raise FieldError("text", tr("Give a text."))
        return Text(text, self._language.text().strip(), self._utf16)

    def blamed(self, error: ContentError) -> str:
        return error.field if isinstance(error, FieldError) else "language"

    def _fill(self, content: Content | None) -> None:
        text = content if isinstance(content, Text) else Text("")
        self._utf16 = text.utf16
        self._words.setPlainText(text.text)
        self._language.setText(text.language)


class ApplicationForm(Form):
    """The name of an Android application."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        hint = tr("As in the address of its page in the store, behind “id=”; the whole address will do.")
        self._package = self._line("package", tr("Application"), hint, mono=True)
        self._package.setPlaceholderText("org.example.app")

    def content(self) -> AndroidApplication:
        typed = self._package.text().strip()
        if not typed:
            raise FieldError("package", tr("Give the application's name, such as org.example.app."))
        found = _STORE_ID.search(typed)
        return AndroidApplication(found.group(1) if found is not None else typed)

    def _fill(self, content: Content | None) -> None:
        self._package.setText(content.package if isinstance(content, AndroidApplication) else "")


class BluetoothForm(Form):
    """A device to pair with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = self._line(
            "address", tr("Address"), tr("Printed on the device, or in its settings."), mono=True
        )
        self._address.setPlaceholderText("00:1A:7D:DA:71:13")
        self._name = self._line("name", tr("Name"), tr("Phones show it when they ask; it may be empty."))
        self._low_energy = self._check("low_energy", tr("Kind"), tr("Bluetooth Low Energy only"))

    def content(self) -> Bluetooth:
        address = self._address.text().strip().upper().replace("-", ":")
        return Bluetooth(address, self._name.text(), self._low_energy.isChecked())

    def _fill(self, content: Content | None) -> None:
        device = content if isinstance(content, Bluetooth) else Bluetooth("")
        self._address.setText(device.address)
        self._name.setText(device.name)
        self._low_energy.setChecked(device.low_energy)


class SmartPosterForm(Form):
    """A link with a title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = SmartPoster("")
        self._address = self._line("address", tr("Address"))
        self._address.setPlaceholderText("https://example.org")
        self._title = self._line("title", tr("Title"))
        self._language = self._line("language", tr("Language"), tr("Of the title: a code such as en or de."))
        self._action = self._choice(
            "action",
            tr("Phones should"),
            {
                "": tr("Do as they like"),
                "exec": tr("Open it"),
                "save": tr("Keep it for later"),
                "edit": tr("Open it for editing"),
            },
            tr("Few phones follow this."),
        )

    def content(self) -> SmartPoster:
        typed = self._address.text().strip()
        web = "://" in typed or ":" not in typed
        uri = full_address("web" if web else "other", typed)
        title = self._title.text()
        titles = ((self._language.text().strip(), title),) if title else ()
        others = tuple(one for one in self._before.titles[1:] if one[0] not in {lang for lang, _ in titles})
        return replace(self._before, uri=uri, titles=(*titles, *others), action=self._action.currentData() or None)

    def blamed(self, error: ContentError) -> str:
        return error.field if isinstance(error, FieldError) else "language"

    def _fill(self, content: Content | None) -> None:
        poster = content if isinstance(content, SmartPoster) else SmartPoster("")
        self._before = poster
        language, title = next(iter(poster.titles), ("en", ""))
        self._address.setText(poster.uri)
        self._title.setText(title)
        self._language.setText(language)
        self._action.setCurrentIndex(max(0, self._action.findData(poster.action or "")))
