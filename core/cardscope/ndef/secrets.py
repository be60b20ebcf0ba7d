"""Which bytes of a record are a secret: the key to a Wi-Fi network.

Source: Wi-Fi Alliance, Wi-Fi Simple Configuration Technical Specification §12: attributes of type and length, 2 bytes
each.
"""

from collections.abc import Iterator
from typing import Final

from cardscope.ndef.message import NdefRecord

_WIFI: Final = b"application/vnd.wfa.wsc"
_CREDENTIAL, _NETWORK_KEY = 0x100E, 0x1027
_HEAD: Final = 4


def secret_bytes(record: NdefRecord) -> frozenset[int]:
    """Offsets in the payload of ``record``; of one that is cut off, as far as it goes."""
    if record.type.lower() != _WIFI:
        return frozenset()
    return frozenset(_keys(record.payload, 0, len(record.payload)))


def _keys(payload: bytes, at: int, end: int) -> Iterator[int]:
    while at + _HEAD <= end:
        kind, length = int.from_bytes(payload[at : at + 2]), int.from_bytes(payload[at + 2 : at + _HEAD])
        at += _HEAD
        behind = min(at + length, end)
        if kind == _NETWORK_KEY:
            yield from range(at, behind)
        elif kind == _CREDENTIAL:
            yield from _keys(payload, at, behind)
        at = behind
