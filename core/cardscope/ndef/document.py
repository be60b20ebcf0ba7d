"""Records as the objects that scripts get."""

from dataclasses import asdict
from typing import Any, Final

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
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import NdefMessage, NdefRecord

_KINDS: Final[dict[type[Content], str]] = {
    Uri: "uri",
    Text: "text",
    SmartPoster: "smart_poster",
    Wifi: "wifi",
    Contact: "contact",
    Bluetooth: "bluetooth",
    AndroidApplication: "android_application",
    Media: "media",
    AbsoluteUri: "absolute_uri",
    External: "external",
    WellKnown: "well_known",
    Unknown: "unknown",
    Empty: "empty",
}


def records_json(message: NdefMessage) -> list[dict[str, Any]]:
    """An object for each record: ``kind, tnf, type, id, payload, content{}, problems[]``; bytes are hex, ``type`` and
    ``id`` text (Latin-1). The keys of ``content`` are the fields of its class in ``contents``."""
    return [_record_json(record) for record in message.records]


def _record_json(record: NdefRecord) -> dict[str, Any]:
    content, problems = content_of(record)
    return {
        "kind": _KINDS[type(content)],
        "tnf": int(record.tnf),
        "type": record.type.decode("latin-1"),
        "id": record.id.decode("latin-1"),
        "payload": record.payload.hex().upper(),
        "content": {name: _plain(value) for name, value in asdict(content).items()},
        "problems": [*record.problems, *problems],
    }


def _plain(value: object) -> object:
    return value.hex().upper() if isinstance(value, bytes) else value
