"""What records are called, which drawing stands for them, and how their types are written."""

import json

from PySide6.QtCore import QCoreApplication

from cardscope.ndef.contents import (
    AbsoluteUri,
    AndroidApplication,
    Bluetooth,
    Contact,
    Content,
    Empty,
    External,
    Media,
    SmartPoster,
    Text,
    Unknown,
    Uri,
    WellKnown,
    Wifi,
)
from cardscope.ndef.message import NdefRecord, Tnf
from cardscope.ndef.words import gist_of, kind_of

_URI_ICONS = {"tel": "phone", "sms": "phone", "mailto": "text"}


def tr(text: str) -> str:
    """Translated in this package's context."""
    return QCoreApplication.translate("Ndef", text)


def counted(number: int, one: str, more: str) -> str:
    """``one`` or ``more``, both with ``{0}`` for the number."""
    return (one if number == 1 else more).format(f"{number:,}")


def no_link() -> str:
    """What is wrong with a link that is no URI."""
    return tr("A link begins with https://, tel:, mailto: … and has no spaces; phones would not open this.")


def scheme_of(uri: str) -> str:
    """What stands before the first colon, in lower case; empty without one."""
    scheme, colon, _ = uri.partition(":")
    return scheme.lower() if colon else ""


def kind_name(content: Content) -> str:
    """What such a record is called."""
    match content:
        case Uri(uri=uri):
            return {
                "tel": tr("Phone number"),
                "sms": tr("Text message"),
                "mailto": tr("E-mail address"),
                "geo": tr("Place"),
                "http": tr("Link"),
                "https": tr("Link"),
            }.get(scheme_of(uri), tr("URI"))
        case Text():
            return tr("Text")
        case SmartPoster():
            return tr("Smart poster")
        case Wifi():
            return tr("Wi-Fi network")
        case Contact():
            return tr("Contact")
        case Bluetooth():
            return tr("Bluetooth device")
        case AndroidApplication():
            return tr("Android application")
        case Media(media_type=media_type):
            return tr("Image") if media_type.lower().startswith("image/") else tr("Data")
        case AbsoluteUri():
            return tr("Absolute URI")
        case External():
            return tr("Data of an application")
        case WellKnown():
            return printable(kind_of(content))
        case Empty():
            return tr("Empty record")
        case Unknown():
            return tr("Data of unknown type")


def printable(name: str) -> str:
    """``name`` with what no font has a shape for in hex: a damaged message has types of any bytes."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02X}" for each in name)


def technical(record: NdefRecord) -> str:
    """The type as the specifications write it."""
    name = printable(record.type.decode("latin-1"))
    match record.tnf:
        case Tnf.WELL_KNOWN:
            return f"urn:nfc:wkt:{name}"
        case Tnf.EXTERNAL:
            return f"urn:nfc:ext:{name}"
        case Tnf.MEDIA | Tnf.ABSOLUTE_URI:
            return name
        case _:
            return tr("TNF {0}").format(int(record.tnf))


def icon_of(content: Content) -> str:
    """The name of the drawing."""
    match content:
        case Uri(uri=uri):
            return _URI_ICONS.get(scheme_of(uri), "link")
        case Text():
            return "text"
        case SmartPoster():
            return "poster"
        case Wifi():
            return "wifi"
        case Contact():
            return "person"
        case Bluetooth():
            return "bluetooth"
        case AndroidApplication() | External():
            return "apps"
        case Media(media_type=media_type):
            return "image" if media_type.lower().startswith("image/") else "file"
        case AbsoluteUri():
            return "link"
        case Empty():
            return "empty-record"
        case WellKnown() | Unknown():
            return "file"


def gist(content: Content) -> str:
    """The content in one line, without the key of a network."""
    match content:
        case Uri(uri=uri) if scheme_of(uri) in ("tel", "mailto", "sms"):
            return uri.partition(":")[2]
        case Media(data=data):
            return counted(len(data), tr("{0} byte"), tr("{0} bytes"))
        case External(name=name, data=data):
            return f"{name} · {counted(len(data), tr('{0} byte'), tr('{0} bytes'))}"
        case Empty():
            return tr("Says nothing")
        case _:
            return gist_of(content)


def is_json(media_type: str) -> bool:
    """Whether data of such a type is JSON."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith("+json")


def as_text(media_type: str, data: bytes) -> str | None:
    """``data`` as text where its type says that it is some, or where it can be nothing else; else ``None``."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if media_type.lower().startswith("text/") or is_json(media_type):
        return text
    return text if all(character.isprintable() or character in "\r\n\t" for character in text) else None


def indented(text: str) -> str | None:
    """JSON with a line for each member; ``None`` for what is no JSON."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None
