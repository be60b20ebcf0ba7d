"""What phones do with a message when they are held to the tag, in sentences.

Android goes by the first record alone, and by application records wherever they stand (Android developers' guide, NFC
basics). iPhones take the first URI record (well-known type U), with a link or one of few schemes, and nothing else
unless an app asks for it (Apple, background tag reading).
"""

from collections.abc import Sequence
from typing import NamedTuple

from cardscope.ndef.contents import (
    AbsoluteUri,
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
from cardscope_gui.ndef.words import scheme_of, tr

_LONGEST = 60
"""Characters of an address that a sentence shows."""
_WEB = ("http", "https")
_ON_IPHONES = (*_WEB, "mailto", "sms", "tel", "facetime", "facetime-audio", "shortcuts")


class Expectation(NamedTuple):
    """A sentence or two each."""

    android: str
    iphone: str


def expectation(contents: Sequence[Content]) -> Expectation:
    """What phones do with the records that say ``contents``, in their order."""
    return Expectation(_android(contents), _iphone(contents))


def _android(contents: Sequence[Content]) -> str:
    if not contents:
        return tr("Finds an empty message and does nothing.")
    first = contents[0]
    package = next((one.package for one in contents if isinstance(one, AndroidApplication)), None)
    if package is None:
        others = tr(" It goes by the first record alone.") if len(contents) > 1 else ""
        return _by_first(first) + others
    if isinstance(first, AndroidApplication):
        return tr("Opens the application {0}, or its page in the store.").format(package)
    return tr("Hands the message to the application {0}, or opens its page in the store.").format(package)


def _by_first(content: Content) -> str:
    match content:
        case Uri(uri=uri) | SmartPoster(uri=uri) | AbsoluteUri(uri=uri):
            return _opened(uri)
        case Text():
            return tr("Shows the text, where an application for tags is installed; many phones do nothing.")
        case Wifi(ssid=ssid):
            return tr("Offers to join the network {0}.").format(_short(ssid))
        case Contact(name=name):
            return tr("Offers to add {0} to the contacts.").format(_short(name) or tr("the person"))
        case Bluetooth(low_energy=True):
            return tr("Does nothing by itself on most phones: the device's own application has to ask for it.")
        case Bluetooth(name=name, address=address):
            return tr("Offers to pair with {0}.").format(_short(name or address))
        case Media(media_type=media_type) if media_type:
            return tr("Opens an application that takes {0}, if there is one.").format(media_type)
        case External(name=name):
            return tr("Opens an application that takes {0}, if there is one.").format(name)
        case _:
            return tr("Does nothing by itself.")


def _opened(uri: str) -> str:
    scheme, rest = scheme_of(uri), uri.partition(":")[2]
    match scheme:
        case "http" | "https":
            return tr("Opens {0} in the browser.").format(_short(uri))
        case "tel":
            return tr("Opens the dialler with {0}.").format(_short(rest))
        case "sms" | "smsto":
            return tr("Begins a text message to {0}.").format(_short(rest.partition("?")[0]))
        case "mailto":
            return tr("Begins an e-mail to {0}.").format(_short(rest.partition("?")[0]))
        case "geo":
            return tr("Shows the place on a map.")
        case "":
            return tr("Does nothing: the address has no scheme, such as https.")
        case _:
            return tr("Opens an application for “{0}:” addresses, if there is one.").format(scheme)


def _iphone(contents: Sequence[Content]) -> str:
    uri = next((one.uri for one in contents if isinstance(one, Uri)), None)
    if uri is None:
        if contents and isinstance(contents[0], SmartPoster):
            return tr("Does nothing by itself: it looks for a plain link. Use Link to reach iPhones too.")
        return tr("Does nothing by itself: without an app it looks for links only.")
    scheme = scheme_of(uri)
    if scheme not in _ON_IPHONES:
        return tr("Does nothing with “{0}:” addresses by itself.").format(scheme or uri)
    asked = tr("A notification; a tap on it does the rest.")
    return f"{_opened_on_iphone(uri, scheme)} {asked}"


def _opened_on_iphone(uri: str, scheme: str) -> str:
    rest = uri.partition(":")[2]
    match scheme:
        case "http" | "https":
            return tr("Offers to open {0}.").format(_short(uri))
        case "tel":
            return tr("Offers to call {0}.").format(_short(rest))
        case "sms":
            return tr("Offers a text message to {0}.").format(_short(rest.partition("?")[0]))
        case "mailto":
            return tr("Offers an e-mail to {0}.").format(_short(rest.partition("?")[0]))
        case _:
            return tr("Offers to open {0}.").format(_short(uri))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
