"""What records say, by their type.

Sources: NFC Forum RTDs (URI, Text, Smart Poster), Wi-Fi Simple Configuration, Bluetooth Secure Simple Pairing using
NFC, Android's application record (``android.com:pkg``), RFC 6350 (vCard).
"""

import re
from dataclasses import dataclass
from typing import Final

ANDROID_PACKAGE: Final = b"android.com:pkg"
PACKAGE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
"""What an Android application can be called."""
URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*")
"""A scheme (RFC 3986 §3.1), a colon, and no blanks behind; characters beyond ASCII may be there, as in an IRI."""


@dataclass(frozen=True, slots=True)
class Uri:
    """A link, phone number, mail address or other URI (well-known type U)."""

    uri: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a language (well-known type T)."""

    text: str
    language: str = "en"
    """IANA language code, 1 to 63 characters."""
    utf16: bool = False


@dataclass(frozen=True, slots=True)
class SmartPoster:
    """A URI with titles and what to do with it (well-known type Sp)."""

    uri: str
    titles: tuple[tuple[str, str], ...] = ()
    """Language code and title."""
    action: str | None = None
    """``exec``, ``save``, ``edit`` or ``None``."""
    icon_type: str = ""
    icon: bytes = b""
    size: int | None = None
    """Of what the URI leads to, in bytes."""
    media_type: str = ""
    """Of what the URI leads to."""


@dataclass(frozen=True, slots=True)
class Wifi:
    """The key to a Wi-Fi network (media type application/vnd.wfa.wsc)."""

    ssid: str
    key: str = ""
    """The password; empty for an open network."""
    authentication: str = "WPA2-Personal"
    """``Open``, ``WPA-Personal``, ``WPA2-Personal``, ``WPA/WPA2-Personal`` or another name of the specification."""
    encryption: str = "AES"
    """``None``, ``WEP``, ``TKIP``, ``AES`` or ``AES/TKIP``."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A vCard. The named parts are its first ones of their kind; ``card`` is the whole text."""

    card: str
    name: str = ""
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    organisation: str = ""
    link: str = ""
    media_type: str = "text/vcard"


@dataclass(frozen=True, slots=True)
class Bluetooth:
    """A device to pair with (media types application/vnd.bluetooth.ep.oob and .le.oob)."""

    address: str
    """Six bytes in hex, colons between; empty where the record names none."""
    name: str = ""
    low_energy: bool = False


@dataclass(frozen=True, slots=True)
class AndroidApplication:
    """Android opens this application, or its page in the store (external type android.com:pkg)."""

    package: str


@dataclass(frozen=True, slots=True)
class Media:
    """Any other media type (MIME)."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class AbsoluteUri:
    """A record whose type is a URI (type name format 3)."""

    uri: str
    data: bytes


@dataclass(frozen=True, slots=True)
class External:
    """A type of somebody's own, ``domain:type``."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class WellKnown:
    """A well-known type that has no form of its own here. ``words`` is what ndeflib says of it, or empty."""

    name: str
    data: bytes
    words: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """A record without anything."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Data without a type."""

    data: bytes


Content = (
    Uri
    | Text
    | SmartPoster
    | Wifi
    | Contact
    | Bluetooth
    | AndroidApplication
    | Media
    | AbsoluteUri
    | External
    | WellKnown
    | Empty
    | Unknown
)
