"""Records to contents: by ndeflib where it knows the type, and here where it does not."""

import re
import struct
from typing import Any, Final

import ndef

from cardscope.ndef.contents import (
    ANDROID_PACKAGE,
    PACKAGE_NAME,
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

_VCARD_TYPES: Final = (b"text/vcard", b"text/x-vcard")
_OF_DAMAGED_PAYLOADS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AssertionError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    struct.error,
)
"""What ndeflib raises besides its own error when a payload is damaged."""
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")


def content_of(record: NdefRecord) -> tuple[Content, tuple[str, ...]]:
    """What ``record`` says, and what is wrong with its payload, a sentence each. Never raises: a payload that its type
    does not allow is given as bytes."""
    tnf, name = record.tnf, record.type.decode("latin-1")
    if tnf is Tnf.EMPTY:
        return Empty(), ()
    if tnf in (Tnf.UNKNOWN, Tnf.UNCHANGED, Tnf.RESERVED):
        return Unknown(record.payload), ()
    if tnf is Tnf.ABSOLUTE_URI:
        return AbsoluteUri(name, record.payload), ()
    if tnf is Tnf.EXTERNAL:
        # RTD §3.3: external type names are compared without regard to case.
        if record.type.lower() == ANDROID_PACKAGE:
            return _android(record)
        return External(name, record.payload), ()
    if tnf is Tnf.MEDIA and record.type.lower() in _VCARD_TYPES:
        return _contact(record.payload, name), ()
    return _by_ndeflib(record, name)


def _by_ndeflib(record: NdefRecord, name: str) -> tuple[Content, tuple[str, ...]]:
    plain = WellKnown(name, record.payload) if record.tnf is Tnf.WELL_KNOWN else Media(name, record.payload)
    if not record.type:
        return plain, ()
    try:
        (decoded,) = ndef.message_decoder(_single(record))
        return _known(decoded, plain), ()
    except (ndef.DecodeError, *_OF_DAMAGED_PAYLOADS):
        return plain, ("The payload does not have the form of its type, and is shown as bytes.",)


def _single(record: NdefRecord) -> bytes:
    size = len(record.payload)
    return bytes((0xC0 | record.tnf, len(record.type))) + size.to_bytes(4) + record.type + record.payload


def _known(decoded: ndef.Record, plain: "WellKnown | Media") -> Content:
    match decoded:
        case ndef.UriRecord():
            return Uri(decoded.iri)
        case ndef.TextRecord():
            return Text(decoded.text, decoded.language, decoded.encoding != "UTF-8")
        case ndef.SmartposterRecord():
            return _smart_poster(decoded)
        case ndef.WifiSimpleConfigRecord():
            return _wifi(decoded) or plain
        case ndef.BluetoothEasyPairingRecord():
            return Bluetooth(decoded.device_address.addr, decoded.device_name or "")
        case ndef.BluetoothLowEnergyRecord():
            address = decoded.device_address
            return Bluetooth(address.addr if address is not None else "", decoded.device_name or "", low_energy=True)
        case _ if isinstance(plain, WellKnown) and type(decoded) is not ndef.Record:
            return WellKnown(plain.name, plain.data, str(decoded))
        case _:
            return plain


def _smart_poster(decoded: ndef.SmartposterRecord) -> Content:
    icon_type, icon = next(iter(decoded.icons.items()), ("", b""))
    return SmartPoster(
        decoded.resource.iri if decoded.resource is not None else "",
        tuple(decoded.titles.items()),
        decoded.action,
        icon_type,
        bytes(icon),
        decoded.resource_size,
        decoded.resource_type or "",
    )


def _wifi(decoded: ndef.WifiSimpleConfigRecord) -> Wifi | None:
    """The first credential; ``None`` where there is none, as in a password token."""
    credential: Any = decoded.get_attribute("credential")
    if credential is None:
        return None
    ssid: Any = credential.get_attribute("ssid")
    key: Any = credential.get_attribute("network-key")
    authentication: Any = credential.get_attribute("authentication-type")
    encryption: Any = credential.get_attribute("encryption-type")
    return Wifi(
        _words(ssid.value if ssid is not None else b""),
        _words(key.value if key is not None else b""),
        _flags(authentication, _AUTHENTICATIONS),
        _flags(encryption, _ENCRYPTIONS),
    )


_AUTHENTICATIONS: Final = {0x0022: "WPA/WPA2-Personal"}
_ENCRYPTIONS: Final = {0x000C: "AES/TKIP"}


def _flags(attribute: Any, mixed: dict[int, str]) -> str:
    if attribute is None:
        return ""
    number, *names = attribute.value
    return mixed.get(number) or "/".join(names) or f"{number:04X}"


def _words(data: bytes) -> str:
    return bytes(data).rstrip(b"\0").decode("utf-8", "replace")


def _android(record: NdefRecord) -> tuple[Content, tuple[str, ...]]:
    try:
        package = record.payload.decode("ascii")
    except UnicodeDecodeError:
        return External("android.com:pkg", record.payload), ("The name of an application is plain ASCII.",)
    problems = () if PACKAGE_NAME.fullmatch(package) else ("This is no name that an Android application can have.",)
    return AndroidApplication(package), problems


def _contact(payload: bytes, media_type: str) -> Contact:
    text = payload.decode("utf-8", "replace")
    # RFC 6350 §3.2: a line that begins with white space continues the one before.
    unfolded = re.sub(r"(\r\n|\n|\r)[ \t]", "", text)
    found: dict[str, list[str]] = {}
    for line in _LINE_BREAK.split(unfolded):
        head, colon, value = line.partition(":")
        if colon:
            name = head.split(";")[0].rsplit(".", 1)[-1].upper()  # parameters behind, a group before
            found.setdefault(name, []).append(_plain(value))
    names = found.get("FN") or [
        " ".join(p for p in reversed(value.split(";")[:2]) if p) for value in found.get("N", [])
    ]
    return Contact(
        text,
        _first(names),
        tuple(value.removeprefix("tel:") for value in found.get("TEL", ())),
        tuple(found.get("EMAIL", ())),
        _first(found.get("ORG", [])),
        _first(found.get("URL", [])),
        media_type,
    )


def _first(values: list[str]) -> str:
    return values[0] if values else ""


def _plain(value: str) -> str:
    return re.sub(r"\\([\\,;:])", r"\1", re.sub(r"\\[nN]", "\n", value))
