"""Contents to records: by ndeflib where it knows the type, and here where it does not."""

import re
from collections.abc import Callable
from typing import Any, Final

import ndef

from cardscope.ndef.contents import (
    ANDROID_PACKAGE,
    PACKAGE_NAME,
    URI,
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

_ACTIONS: Final = ("exec", "save", "edit")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]{1,63}")
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")


class ContentError(ValueError):
    """What was given cannot be written into such a record. ``str(error)`` is a sentence for a person."""


def _escaped(value: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", value).replace("\r\n", "\n").replace("\n", "\\n")


def contact(
    name: str, *, phones: tuple[str, ...] = (), mails: tuple[str, ...] = (), organisation: str = "", link: str = ""
) -> Contact:
    """A contact with a vCard 3.0 text, which phones of every age read. Raises ContentError without a name."""
    if not name.strip():
        raise ContentError("A contact needs a name.")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_escaped(name)};;;;", f"FN:{_escaped(name)}"]
    lines += [f"TEL:{_escaped(phone)}" for phone in phones]
    lines += [f"EMAIL:{_escaped(mail)}" for mail in mails]
    lines += [f"ORG:{_escaped(organisation)}"] if organisation else []
    lines += [f"URL:{_escaped(link)}"] if link else []
    text = "\r\n".join((*lines, "END:VCARD", ""))
    return Contact(text, name, phones, mails, organisation, link)


def record_of(content: Content, id_: bytes = b"") -> NdefRecord:
    """The record that says ``content``. Raises ContentError, with the reason, for what such a record cannot say."""
    try:
        tnf, type_, payload = _ENCODERS[type(content)](content)
    except UnicodeEncodeError as error:  # half of a surrogate pair, as a command line has for what is no UTF-8
        raise ContentError("It holds something that is no text.") from error
    return NdefRecord(tnf, type_, id_, payload, ())


def _encoded(record: ndef.Record) -> tuple[Tnf, bytes, bytes]:
    name = record.type
    well_known = name.startswith("urn:nfc:wkt:")
    return (
        Tnf.WELL_KNOWN if well_known else Tnf.MEDIA,
        name.removeprefix("urn:nfc:wkt:").encode("ascii"),
        bytes(record.data),
    )


def _encode_uri(content: Uri) -> tuple[Tnf, bytes, bytes]:
    _check_uri(content.uri)
    return _encoded(ndef.UriRecord(content.uri))


def _check_uri(uri: str) -> None:
    if not uri:
        raise ContentError("The address is empty.")
    if not URI.fullmatch(uri):
        raise ContentError("A link begins with a scheme, such as https:// or tel:, and has no blanks.")


def _encode_text(content: Text) -> tuple[Tnf, bytes, bytes]:
    _check_language(content.language)
    return _encoded(ndef.TextRecord(content.text, content.language, "UTF-16" if content.utf16 else "UTF-8"))


def _check_language(language: str) -> None:
    if not _LANGUAGE.fullmatch(language):
        raise ContentError(f"{language!r} is no language code, such as en, de or zh-Hant.")


def _encode_smart_poster(content: SmartPoster) -> tuple[Tnf, bytes, bytes]:
    _check_uri(content.uri)
    for language, _ in content.titles:
        _check_language(language)
    if content.action is not None and content.action not in _ACTIONS:
        raise ContentError(f"A smart poster's action is one of {', '.join(_ACTIONS)}.")
    return _encoded(
        ndef.SmartposterRecord(
            content.uri,
            dict(content.titles) or None,
            content.action,
            {content.icon_type: content.icon} if content.icon else None,
            content.size,
            content.media_type or None,
        )
    )


_AUTHENTICATION_BITS: Final = {
    "Open": 0x0001,
    "WPA-Personal": 0x0002,
    "Shared": 0x0004,
    "WPA-Enterprise": 0x0008,
    "WPA2-Enterprise": 0x0010,
    "WPA2-Personal": 0x0020,
    "WPA/WPA2-Personal": 0x0022,
}
_ENCRYPTION_BITS: Final = {"None": 0x0001, "WEP": 0x0002, "TKIP": 0x0004, "AES": 0x0008, "AES/TKIP": 0x000C}


def _encode_wifi(content: Wifi) -> tuple[Tnf, bytes, bytes]:
    ssid, key = content.ssid.encode(), content.key.encode()
    if not 1 <= len(ssid) <= 32:
        raise ContentError("The name of a network (SSID) has 1 to 32 bytes.")
    if content.authentication not in _AUTHENTICATION_BITS or content.encryption not in _ENCRYPTION_BITS:
        raise ContentError("There is no such authentication or encryption.")
    if content.authentication == "Open" and key:
        raise ContentError("An open network has no password.")
    if content.authentication.endswith("-Personal") and not 8 <= len(key) <= 64:
        raise ContentError("The password of such a network has 8 to 63 characters, or is a key of 64 hex digits.")
    credential = ndef.wifi.Credential()
    credential.set_attribute("network-index", 1)
    credential.set_attribute("ssid", ssid)
    credential.set_attribute("authentication-type", _AUTHENTICATION_BITS[content.authentication])
    credential.set_attribute("encryption-type", _ENCRYPTION_BITS[content.encryption])
    credential.set_attribute("network-key", key)
    # WSC 2.0.6 §8.1.4: the address of a credential for any device of the network is FF six times.
    credential.set_attribute("mac-address", b"\xff" * 6)
    record = ndef.WifiSimpleConfigRecord()
    record.add_attribute("credential", credential)
    return _encoded(record)


def _encode_contact(content: Contact) -> tuple[Tnf, bytes, bytes]:
    return Tnf.MEDIA, _ascii(content.media_type), content.card.encode()


def _encode_bluetooth(content: Bluetooth) -> tuple[Tnf, bytes, bytes]:
    if not _ADDRESS.fullmatch(content.address):
        raise ContentError("A Bluetooth address has six bytes in hex, such as 00:1A:7D:DA:71:13.")
    if content.low_energy:
        # Bluetooth Core Supplement, part A: device address (public), LE role peripheral only.
        address = bytes.fromhex(content.address.replace(":", "").replace("-", ""))[::-1]
        low_energy = ndef.BluetoothLowEnergyRecord((0x1B, address + b"\0"), (0x1C, b"\0"))
        if content.name:
            low_energy.device_name = content.name
        return _encoded(low_energy)
    record = ndef.BluetoothEasyPairingRecord(content.address)
    if content.name:
        record.device_name = content.name
    return _encoded(record)


def _encode_android(content: AndroidApplication) -> tuple[Tnf, bytes, bytes]:
    if not PACKAGE_NAME.fullmatch(content.package):
        raise ContentError("The name of an application looks like org.example.app.")
    return Tnf.EXTERNAL, ANDROID_PACKAGE, content.package.encode("ascii")


def _encode_media(content: Media) -> tuple[Tnf, bytes, bytes]:
    if "/" not in content.media_type:
        raise ContentError("A media type looks like text/plain.")
    return Tnf.MEDIA, _ascii(content.media_type), content.data


def _encode_external(content: External) -> tuple[Tnf, bytes, bytes]:
    if ":" not in content.name:
        raise ContentError("An external type looks like example.org:type.")
    return Tnf.EXTERNAL, _ascii(content.name), content.data


def _ascii(name: str) -> bytes:
    try:
        type_ = name.encode("ascii")
    except UnicodeEncodeError as error:
        raise ContentError("A type is plain ASCII.") from error
    if not 1 <= len(type_) <= 0xFF:
        raise ContentError("A type has 1 to 255 characters.")
    return type_


_ENCODERS: Final[dict[type[Any], Callable[[Any], tuple[Tnf, bytes, bytes]]]] = {
    Uri: _encode_uri,
    Text: _encode_text,
    SmartPoster: _encode_smart_poster,
    Wifi: _encode_wifi,
    Contact: _encode_contact,
    Bluetooth: _encode_bluetooth,
    AndroidApplication: _encode_android,
    Media: _encode_media,
    AbsoluteUri: lambda content: (Tnf.ABSOLUTE_URI, _ascii(content.uri), content.data),
    External: _encode_external,
    WellKnown: lambda content: (Tnf.WELL_KNOWN, _ascii(content.name), content.data),
    Empty: lambda _: (Tnf.EMPTY, b"", b""),
    Unknown: lambda content: (Tnf.UNKNOWN, b"", content.data),
}
