"""The kinds of records that can be written, and the form of each."""

from collections.abc import Callable
from dataclasses import dataclass

from cardscope.ndef.contents import (
    AndroidApplication,
    Bluetooth,
    Contact,
    Content,
    External,
    Media,
    SmartPoster,
    Text,
    Uri,
    Wifi,
)
from cardscope_gui.ndef.forms.contact_form import ContactForm
from cardscope_gui.ndef.forms.data_form import DataForm
from cardscope_gui.ndef.forms.form import Form
from cardscope_gui.ndef.forms.short_forms import ApplicationForm, BluetoothForm, LinkForm, SmartPosterForm, TextForm
from cardscope_gui.ndef.forms.wifi_form import WifiForm
from cardscope_gui.ndef.words import tr


@dataclass(frozen=True)
class Kind:
    """A kind of record that can be added."""

    words: str
    icon: str
    form: Callable[[], Form]


def kinds() -> list[Kind]:
    """In the order of the menu."""
    return [
        Kind(tr("Link"), "link", LinkForm),
        Kind(tr("Text"), "text", TextForm),
        Kind(tr("Contact"), "person", ContactForm),
        Kind(tr("Wi-Fi network"), "wifi", WifiForm),
        Kind(tr("Bluetooth device"), "bluetooth", BluetoothForm),
        Kind(tr("Android application"), "apps", ApplicationForm),
        Kind(tr("Smart poster"), "poster", SmartPosterForm),
        Kind(tr("Data or file"), "file", DataForm),
    ]


def form_for(content: Content) -> type[Form] | None:
    """The form that ``content`` is edited in; ``None``: it can only be looked at."""
    match content:
        case Uri():
            return LinkForm
        case Text():
            return TextForm
        case Contact():
            return ContactForm
        case Wifi():
            return WifiForm
        case Bluetooth():
            return BluetoothForm
        case AndroidApplication():
            return ApplicationForm
        case SmartPoster():
            return SmartPosterForm
        case Media() | External():
            return DataForm
        case _:
            return None
