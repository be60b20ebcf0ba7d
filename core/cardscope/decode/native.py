"""Native Type 2 tag commands, and the reader pseudo-APDUs that carry them.

Each reader family has its own envelope for a native command. This is the only place that knows how to open them.
Sources: NXP NTAG213/215/216 and MF0ULx1 data sheets (commands); ACR122U API manual and PN532 user manual, PC/SC
Part 3 §3.3 (transparent session), and public software for the HID OMNIKEY and Identiv envelopes.
"""

from dataclasses import dataclass

from cardscope.decode.apdu_structure import ApduError, CommandApdu, counted, parse_command
from cardscope.tags.catalogue import Command

PN532 = 0xD4
"""The PN532's frame identifier for host to chip."""
PN532_NAMES: dict[int, str] = {
    0x00: "Diagnose",
    0x02: "GetFirmwareVersion",
    0x04: "GetGeneralStatus",
    0x06: "ReadRegister",
    0x08: "WriteRegister",
    0x12: "SetParameters",
    0x32: "RFConfiguration",
    0x40: "InDataExchange",
    0x42: "InCommunicateThru",
    0x44: "InDeselect",
    0x4A: "InListPassiveTarget",
    0x52: "InRelease",
    0x54: "InSelect",
    0x60: "InAutoPoll",
}
# InDataExchange's target byte: with this bit the rest of the command comes in the next frame.
_MORE_INFORMATION = 0x40

# Python 3.11 cannot ask an enumeration whether it holds a plain number.
_COMMANDS = {int(command): command.name for command in Command}
_OMNIKEY_HEADER = bytes.fromhex("0100F30000")

_TRANSMIT_OBJECTS = (0x93, 0x95)
# These two change what the given bytes are on air, unless they are zero.
_FLAGS = 0x90
_BITS_TO_SEND = 0x91
_TIMER = 0x5F46
_RECEIVE_OBJECTS = (0x92, 0x94)


def unwrap(command: bytes) -> bytes | None:
    """The one native command that a reader's pseudo-APDU sends to the card, or ``None``: not such a pseudo-APDU, or
    one whose effect on air these bytes alone do not tell (several commands, bit framing, a part of a command).
    """
    try:
        apdu = parse_command(command)
    except ApduError:
        return None
    span = native_span(apdu)
    return apdu.data[slice(*span)] if span else None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame that a pseudo-APDU sends to the card."""

    span: tuple[int, int]
    """Where it lies in the data of the pseudo-APDU."""
    as_apdu: bool
    """The reader makes ISO-DEP blocks of it for a card that knows them, and a MIFARE command for one that does not."""
    bits: int = 0
    """How many bits of its last byte are sent; 0 for all."""
    part: bool = False
    """The rest of the command comes in a later frame."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a pseudo-APDU sends to the card, in this order."""

    frames: tuple[Frame, ...]
    flags: int | None = None
    """The transmission flags that it sets for itself and what follows in the transparent session (first byte of data
    object 90); ``None``: it sets none."""


def native_span(apdu: CommandApdu) -> tuple[int, int] | None:
    """Where in the data of ``apdu`` the native command of :func:`unwrap` lies."""
    carried = carried_frames(apdu)
    if carried is None or carried.flags or len(carried.frames) != 1:
        return None
    frame = carried.frames[0]
    return None if frame.bits or frame.part else frame.span


def carried_frames(apdu: CommandApdu) -> Carried | None:
    """The frames that ``apdu`` sends to the card, or ``None``: no pseudo-APDU that does so, or not all understood."""
    if apdu.cla != 0xFF or not apdu.data:
        return None
    data = apdu.data
    start: int | None = None
    if (apdu.ins, apdu.p1) == (0x00, 0x00):
        if data[0] == PN532:
            return _after_pn532(data)
        start = 0  # readers without a PN532 (ACR1252U) take the native command itself
    elif (apdu.ins, apdu.p1, apdu.p2) == (0xC2, 0x00, 0x01):
        return _transmitted(data)
    elif (apdu.ins, apdu.p1, apdu.p2) == (0xA0, 0x00, 0x05) and data.startswith(_OMNIKEY_HEADER):
        start = len(_OMNIKEY_HEADER) + 1
    elif apdu.ins == 0xEF and apdu.p1 in (0x00, 0x01) and apdu.p2 == 0x00:
        start = 0
    if start is None or start >= len(data):
        return None
    return Carried((Frame((start, len(data)), as_apdu=False),))


def _after_pn532(data: bytes) -> Carried | None:
    match data[1:2]:
        case b"\x42" if len(data) > 2:
            return Carried((Frame((2, len(data)), as_apdu=False),))
        case b"\x40" if len(data) > 3:
            more = bool(data[2] & _MORE_INFORMATION)
            return Carried((Frame((3, len(data)), as_apdu=True, part=more),))
        case _:
            return None


def session_objects(data: bytes) -> list[tuple[int, int, int]] | None:
    """The BER-TLV data objects of a transparent session's command, each as tag, start and end of its value.

    ``None`` when they do not fill ``data`` exactly, or one does not tell its length.
    """
    objects: list[tuple[int, int, int]] = []
    position = 0
    while position < len(data):
        tag = data[position]
        position += 1
        if tag & 0x1F == 0x1F:
            tag = tag << 8 | int.from_bytes(data[position : position + 1])
            position += 1
        size = int.from_bytes(data[position : position + 1])
        position += 1
        if size & 0x80:
            count = size & 0x7F
            if not count:
                return None  # of indefinite length: where it ends readers may see otherwise
            size = int.from_bytes(data[position : position + count])
            position += count
        objects.append((tag, position, position + size))
        position += size
    return objects if position == len(data) else None


def _transmitted(data: bytes) -> Carried | None:
    """The transmit and transceive objects of a transparent exchange."""
    objects = session_objects(data)
    if objects is None:
        return None
    spans: list[tuple[int, int]] = []
    flags: int | None = None
    bits = 0
    for tag, start, end in objects:
        if tag in _TRANSMIT_OBJECTS and start < end:
            spans.append((start, end))
        elif tag == _FLAGS and end - start == 2 and not data[start + 1]:
            # Readers carry the objects out in order, but which of several holds for a frame is not to be relied on.
            flags = (flags or 0) | data[start]
        elif tag == _BITS_TO_SEND and end - start == 1 and data[start] < 8:
            bits = bits or data[start]
        elif tag not in (*_RECEIVE_OBJECTS, _TIMER):
            return None
    return Carried(tuple(Frame(span, as_apdu=True, bits=bits) for span in spans), flags)


def native_summary(native: bytes) -> str:
    """A few words for a native command, for example ``WRITE page 4``."""
    if not native:
        return "nothing"
    if native[0] not in _COMMANDS:
        return counted(len(native))
    name = _COMMANDS[native[0]]
    match native[0], len(native):
        case ((0x30 | 0xA2 | 0xA0), size) if size >= 2:
            return f"{name} page {native[1]}"
        case Command.FAST_READ, 3:
            return f"{name} pages {native[1]} to {native[2]}"
        case ((0x39 | 0xA5), size) if size >= 2:
            return f"{name} {native[1]}"
        case _:
            return name
