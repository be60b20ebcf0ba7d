"""A Type 2 tag behind a PC/SC part 3 transparent session, from the program's side.

What a test sends and what it makes of the answers, written from the standard and independent of the reader model.
"""

from collections.abc import Sequence

from cardscope.virtual.answers import Answer, Nibble
from support.type2_cases import Link, Request

_START = bytes.fromhex("FFC20000 02 8100")
_FIELD_OFF_AND_ON = bytes.fromhex("FFC20000 04 8300 8400")
_TO_ISO_14443_3A = bytes.fromhex("FFC20002 04 8F020003")
_GET_UID = bytes.fromhex("FFCA000000")
_TIMEOUT = bytes.fromhex("6401")


def open_session() -> list[bytes]:
    """The commands before all others."""
    return [_START]


def requests(request: Request) -> list[bytes]:
    """The command APDUs for a request."""
    match request:
        case Link.WAKE:
            return [_FIELD_OFF_AND_ON, _TO_ISO_14443_3A, _GET_UID]
        case Link.SELECT:
            return [_TO_ISO_14443_3A, _GET_UID]
        case frame:
            transceive = b"\x95" + bytes((len(frame),)) + frame
            return [b"\xff\xc2\x00\x01" + bytes((len(transceive),)) + transceive]


def answer(request: Request, responses: Sequence[bytes]) -> Answer:
    """What the tag said, from the response APDUs to :func:`requests`. Fails on anything unexpected."""
    if isinstance(request, Link):
        *before, uid = responses
        objects = [_objects(response) for response in before]
        if any(results[0xC0][1:] != b"\x90\x00" for results in objects):
            assert objects[-1][0xC0][1:] == _TIMEOUT
            return None
        assert uid[-2:] == b"\x90\x00"
        return uid[:-2]
    results = _objects(responses[0])
    if results[0xC0][1:] == _TIMEOUT:
        return None
    assert results[0xC0] == b"\x00\x90\x00"
    data, (bits,) = results[0x97], results[0x92]
    if bits == 0:
        return data
    assert bits == 4
    assert len(data) == 1
    return Nibble(data[0])


def _objects(response: bytes) -> dict[int, bytes]:
    assert response[-2:] == b"\x90\x00"
    objects: dict[int, bytes] = {}
    rest = response[:-2]
    while rest:
        tag, length, rest = rest[0], rest[1], rest[2:]
        if length & 0x80:
            octets = length & 0x7F
            length, rest = int.from_bytes(rest[:octets], "big"), rest[octets:]
        objects[tag], rest = rest[:length], rest[length:]
    return objects
