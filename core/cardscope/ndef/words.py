"""What a content is called, and its gist in one line."""

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

_WELL_KNOWN = {
    "Hs": "Handover select",
    "Hr": "Handover request",
    "Hm": "Handover mediation",
    "Hi": "Handover initiate",
    "Hc": "Handover carrier",
    "Di": "Device information",
    "Sig": "Signature",
}


def kind_of(content: Content) -> str:
    """What such a record is called, for example ``Smart poster``."""
    match content:
        case Uri():
            return "URI"
        case Text():
            return "Text"
        case SmartPoster():
            return "Smart poster"
        case Wifi():
            return "Wi-Fi network"
        case Contact():
            return "Contact"
        case Bluetooth():
            return "Bluetooth device"
        case AndroidApplication():
            return "Android application"
        case Media(media_type=media_type):
            return media_type
        case AbsoluteUri():
            return "Absolute URI"
        case External(name=name):
            return name
        case WellKnown(name=name):
            return _WELL_KNOWN.get(name, f"Well-known type {name}")
        case Empty():
            return "Empty"
        case Unknown():
            return "Data of unknown type"


def gist_of(content: Content) -> str:
    """The content in one line; the key of a network is not in it."""
    match content:
        case Uri(uri=uri) | AbsoluteUri(uri=uri):
            return uri
        case Text(text=text):
            return _one_line(text)
        case SmartPoster(uri=uri, titles=titles):
            return f"{titles[0][1]}: {uri}" if titles else uri
        case Wifi(ssid=ssid, authentication=authentication):
            return f"{ssid} ({authentication})" if authentication else ssid
        case Contact(name=name):
            return name
        case Bluetooth(address=address, name=name):
            return f"{name} ({address})" if name else address
        case AndroidApplication(package=package):
            return package
        case Media(data=data) | External(data=data) | Unknown(data=data):
            return f"{len(data)} bytes"
        case WellKnown(data=data, words=words):
            return words or f"{len(data)} bytes"
        case Empty():
            return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
