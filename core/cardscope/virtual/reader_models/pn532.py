"""The PN532 as its host sees it: commands ``D4 cc …`` and answers ``D5 cc+1 …`` (NXP UM0701-02 rev. 2, §7).

Registers (WriteRegister), by which some software makes the chip accept bare nibbles, are not simulated.
"""

from collections.abc import Mapping

from cardscope.virtual.answers import Answer, Damaged, Nibble
from cardscope.virtual.reader_models.link import Link

FROM_HOST = 0xD4
TO_HOST = 0xD5

FIRMWARE = bytes.fromhex("32010607")
"""IC PN532, version 1.6, and all of ISO 14443 A and B and ISO 18092."""
SENS_RES: Mapping[int, bytes] = {4: bytes.fromhex("0004"), 7: bytes.fromhex("0044"), 10: bytes.fromhex("0084")}
"""The ATQA by the length of the UID (ISO/IEC 14443-3: bits 7 and 8), as InListPassiveTarget shows it."""

# Status bytes, UM0701-02 §7.1.
OK = 0x00
TIMEOUT = 0x01
CRC_ERROR = 0x02
BUFFER_TOO_SMALL = 0x07
INVALID_FRAME = 0x13
"""In DEP, MIFARE or ISO 14443-4: what came does not fit the protocol, as a NAK where data or an ACK must come."""
AUTHENTICATION_ERROR = 0x14
WRONG_CONTEXT = 0x27
"""Not acceptable as things stand, for instance for a target that is not listed."""

ANSWER_MAX = 251
"""Bytes of data in one answer, so that the host's frame has no more than 254: longer ones did not come through."""
TARGET = 1
READ = 0x30
COMPAT_WRITE = 0xA0
WRITE = 0xA2
AUTHENTICATIONS = (0x60, 0x61)
AUTHENTICATION_SIZE = 12
"""Command, block, 6 bytes of key, 4 bytes of UID. Another size is a syntax error."""


def answer(command: bytes, link: Link) -> bytes | None:
    """The answer, beginning with D5; ``None`` for what the PN532 calls a syntax error. ``command`` begins with D4."""
    code, data = command[1:2], command[2:]
    match code:
        case b"\x02" if not data:
            reply = FIRMWARE
        case b"\x32" if len(data) == 2 and data[0] == 0x01:
            reply = _field(data[1], link)
        case b"\x40" if len(data) > 1 and not (data[1] in AUTHENTICATIONS and len(data) != 1 + AUTHENTICATION_SIZE):
            reply = _data_exchange(data[0], data[1:], link)
        case b"\x42" if data:
            reply = _communicate_through(data, link)
        case b"\x4a" if len(data) > 1 and data[0] in (1, 2):
            reply = _list(data[1], data[2:], link)
        case _:
            return None
    return bytes((TO_HOST, code[0] + 1)) + reply


def _field(setting: int, link: Link) -> bytes:
    """RFConfiguration, item 1: bit 0 switches the field. A tag has to be listed anew afterwards."""
    if setting & 1:
        link.field_on()
    else:
        link.field_off()
    return b""


def _communicate_through(frame: bytes, link: Link) -> bytes:
    """The frame as it is. The CRC is checked, and a bare nibble, even an ACK, has none."""
    heard = link.exchange(frame)
    if heard is None:
        return bytes((TIMEOUT,))
    return _data(heard) if isinstance(heard, bytes) else bytes((CRC_ERROR,))


def _data_exchange(target: int, data: bytes, link: Link) -> bytes:
    """With an ISO-DEP card an APDU. With a bare tag ``data`` are commands as MIFARE has them: 60 and 61 authenticate
    a sector by Crypto-1, which no Type 2 tag can, so that GET_VERSION does not pass; WRITE and its ACK are
    understood, COMPAT_WRITE goes out in its two frames, anything else as it is.
    """
    if target != TARGET:  # also for a target byte that announces more data (bit 6): not simulated
        return bytes((WRONG_CONTEXT,))
    response = link.transmit_apdu(data)
    if response is not None:
        return _data(response)
    if data[0] in AUTHENTICATIONS:
        link.exchange(data[:2])  # the key never goes on air
        return bytes((AUTHENTICATION_ERROR,))
    if data[0] == COMPAT_WRITE:
        heard = link.exchange(data[:2])
        if isinstance(heard, Nibble) and heard.is_ack:
            heard = link.exchange(data[2:])
    else:
        heard = link.exchange(data)
    return _exchanged(heard, acknowledged=data[0] in (WRITE, COMPAT_WRITE))


def _exchanged(heard: Answer, *, acknowledged: bool) -> bytes:
    if heard is None:
        return bytes((TIMEOUT,))
    if isinstance(heard, Damaged):
        return bytes((CRC_ERROR,))
    if isinstance(heard, Nibble):
        return bytes((OK if acknowledged and heard.is_ack else INVALID_FRAME,))
    return _data(heard)


def _data(data: bytes) -> bytes:
    return bytes((OK,)) + data if len(data) <= ANSWER_MAX else bytes((BUFFER_TOO_SMALL,))


def _list(kind: int, uid: bytes, link: Link) -> bytes:
    """InListPassiveTarget: selects a card of type A (``kind`` 00) anew, with ``uid`` if one is given; 00: none."""
    if kind != 0 or not link.select() or (uid and uid != link.uid):
        return bytes((0,))
    found = SENS_RES[len(link.uid)] + bytes((link.sak, len(link.uid))) + link.uid
    return bytes((1, TARGET)) + found + link.ats
