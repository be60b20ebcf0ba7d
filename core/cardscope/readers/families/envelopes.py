"""How each reader family carries a native command, and how it brings the answer back.

The counterpart that opens these envelopes again, for the guard and the console, is ``decode.native``. A native answer
here is what the tag sent, without its CRC; a bare ACK is the one byte 0A.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cardscope.decode.native import session_objects
from cardscope.readers.families.failure import FailureKind, NativeFailure, reader_refused, refused, silent, unexpected

ACK: Final = b"\x0a"
"""A bare ACK nibble as readers that tell it at all show it."""

_SUCCESS: Final = 0x9000


@dataclass(frozen=True, slots=True)
class Envelope:
    """One way of wrapping. ``open`` and ``close`` are sent before the first and after the last native command."""

    wrap: Callable[[bytes], bytes]
    answer: Callable[[bytes], bytes | NativeFailure]
    """What the reader hands on of the tag's answer, a bare ACK or NAK as one byte."""
    open: tuple[bytes, ...] = ()
    close: tuple[bytes, ...] = ()
    select: bytes = b""
    """Selects the tag anew while the field stays on; empty where only a reset does it."""
    selected: Callable[[bytes], bytes | None] = lambda _response: None
    """The UID in the answer to ``select``; ``None``: no tag was found."""


def _data_and_status(response: bytes) -> tuple[bytes, int] | None:
    return (response[:-2], int.from_bytes(response[-2:])) if len(response) >= 2 else None


# ---- ACR122U: FF 00 00 00 Lc D4 42 ... (ACR122U API §5.1, PN532 user manual §7.1 for the status byte) ----------------

_PN532_TIMEOUT: Final = 0x01
_PN532_CRC: Final = 0x02


def _wrap_pn532(native: bytes) -> bytes:
    return bytes((0xFF, 0x00, 0x00, 0x00, 2 + len(native), 0xD4, 0x42)) + native


def _answer_pn532(response: bytes) -> bytes | NativeFailure:
    parts = _data_and_status(response)
    if parts is None:
        return unexpected(response)
    data, sw = parts
    if sw != _SUCCESS:
        return reader_refused(sw)
    if data[:2] != b"\xd5\x43" or len(data) < 3:
        return unexpected(response)
    match data[2]:
        case 0x00:
            return data[3:]
        case _ if data[2] == _PN532_TIMEOUT:
            return silent()
        case _ if data[2] == _PN532_CRC:
            # A bare nibble has no CRC. Only WRITE is answered by one that is not a NAK, and it does not go this way.
            return refused()
        case status:
            return NativeFailure(FailureKind.ERROR, f"The reader's PN532 reports error {status:02X}.")


_LIST_ONE_TYPE_A: Final = bytes.fromhex("FF00000004D44A0100")
"""InListPassiveTarget: one target, 106 kbit/s type A (PN532 user manual §7.3.5)."""


def _selected_pn532(response: bytes) -> bytes | None:
    """D5 4B, one target, its number, SENS_RES (2 bytes), SEL_RES, the length of the UID, and the UID."""
    data = response[:-2]
    if response[-2:] != b"\x90\x00" or data[:3] != b"\xd5\x4b\x01" or len(data) < 8:
        return None
    uid = data[8 : 8 + data[7]]
    return uid if uid and len(uid) == data[7] else None


# ---- ACR1252U: FF 00 00 00 Lc ... ------------------------------------------------------------------------------------


def _wrap_direct(native: bytes) -> bytes:
    return bytes((0xFF, 0x00, 0x00, 0x00, len(native))) + native


def _answer_direct(response: bytes) -> bytes | NativeFailure:
    parts = _data_and_status(response)
    if parts is None:
        return unexpected(response)
    data, sw = parts
    return data if sw == _SUCCESS and data else reader_refused(sw)


# ---- Transparent session: FF C2 (PC/SC Part 3 rev. 2.02, §3.3) -------------------------------------------------------

_NO_ANSWER_FROM_CARD: Final = 0x6401
_NO_INFORMATION: Final = (0x9000, 0x6282, 0x6300)


def _wrap_transparent(native: bytes) -> bytes:
    return bytes((0xFF, 0xC2, 0x00, 0x01, 2 + len(native), 0x95, len(native))) + native


def _answer_transparent(response: bytes) -> bytes | NativeFailure:
    parts = _data_and_status(response)
    if parts is None:
        return unexpected(response)
    data, sw = parts
    objects = session_objects(data)
    if sw != _SUCCESS or objects is None:
        return reader_refused(sw)
    values = {tag: data[start:end] for tag, start, end in objects}
    error = values.get(0xC0, b"\x00\x90\x00")
    received = values.get(0x97, b"")
    if len(error) != 3:
        return unexpected(response)
    if (status := int.from_bytes(error[1:])) == _NO_ANSWER_FROM_CARD:
        return silent()
    if status not in _NO_INFORMATION:
        return reader_refused(status)
    if not received:
        return silent()
    return received


# ---- OMNIKEY 5321: FF A0 00 05 Lc 01 00 F3 00 00 64 ... --------------------------------------------------------------


def _wrap_omnikey(native: bytes) -> bytes:
    return bytes((0xFF, 0xA0, 0x00, 0x05, 6 + len(native))) + bytes.fromhex("0100F3000064") + native


def _answer_omnikey(response: bytes) -> bytes | NativeFailure:
    parts = _data_and_status(response)
    if parts is None:
        return unexpected(response)
    data, sw = parts
    if sw != _SUCCESS:
        return reader_refused(sw)
    match data[:2]:
        case b"\x00\x00" if len(data) > 2:
            return data[2:]
        case b"\x08\x04":  # logged before a NAK
            return refused(data[2] & 0x0F if len(data) > 2 else None)
        case b"\x08\x00":
            return silent()
        case _:
            return unexpected(response)


# ---- Identiv 47x0: FF EF 01 00 Lc ... (P1 01 takes the CRC off the answer) -------------------------------------------

_READER_ERRORS: Final = (0x6300, 0x6700, 0x6981, 0x6982, 0x6A81, 0x6D00, 0x6E00)


def _wrap_identiv(native: bytes) -> bytes:
    return bytes((0xFF, 0xEF, 0x01, 0x00, len(native))) + native


def _answer_identiv(response: bytes) -> bytes | NativeFailure:
    # The answer is what the tag sent and nothing more, without a status word. So of two bytes, only those that are
    # known as the reader's own are taken for a status word: they may be the PACK of a password.
    if not response:
        return silent()
    if len(response) == 2:
        sw = int.from_bytes(response)
        if sw == _NO_ANSWER_FROM_CARD:
            return silent()
        if sw in _READER_ERRORS:
            return reader_refused(sw)
    return response


ENVELOPES: Final = {
    "pn532": Envelope(_wrap_pn532, _answer_pn532, select=_LIST_ONE_TYPE_A, selected=_selected_pn532),
    "direct": Envelope(_wrap_direct, _answer_direct),
    "transparent": Envelope(
        _wrap_transparent,
        _answer_transparent,
        open=(bytes.fromhex("FFC20000028100"), bytes.fromhex("FFC20002048F020003")),
        close=(bytes.fromhex("FFC20000028200"),),
    ),
    "omnikey": Envelope(
        _wrap_omnikey,
        _answer_omnikey,
        open=(bytes.fromhex("FFA0000703010001"),),
        close=(bytes.fromhex("FFA0000703010002"),),
    ),
    "identiv": Envelope(_wrap_identiv, _answer_identiv),
}
"""By the name that readers.toml gives."""
