"""Native Type 2 tag commands, and the reader pseudo-APDUs that carry them.

Each reader family has its own envelope for a native command. This is the only place that knows how to open them.
Sources: NXP NTAG213/215/216 and MF0ULx1 data sheets (commands); ACR122U API manual and PN532 user manual, PC/SC
Part 3 §3.3 (transparent session), and public software for the HID OMNIKEY and Identiv envelopes.
"""

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
_IN_DATA_EXCHANGE = 0x40
_IN_COMMUNICATE_THRU = 0x42
# InDataExchange's target byte: with this bit the rest of the command comes in the next frame.
_MORE_INFORMATION = 0x40

# Python 3.11 cannot ask an enumeration whether it holds a plain number.
_COMMANDS = frozenset(map(int, Command))
_OMNIKEY_HEADER = bytes.fromhex("0100F30000")

_TRANSMIT_OBJECTS = (0x93, 0x95)
# Flags and bit framing (90, 91) change what the given bytes are on air, unless they are zero.
_FRAMING_OBJECTS = (0x90, 0x91)
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


def native_span(apdu: CommandApdu) -> tuple[int, int] | None:
    """Where in the data of ``apdu`` the native command of :func:`unwrap` lies."""
    if apdu.cla != 0xFF or not apdu.data:
        return None
    data = apdu.data
    start: int | None = None
    if (apdu.ins, apdu.p1) == (0x00, 0x00):
        start = _after_pn532(data)
    elif (apdu.ins, apdu.p1, apdu.p2) == (0xC2, 0x00, 0x01):
        return _transmitted(data)
    elif (apdu.ins, apdu.p1, apdu.p2) == (0xA0, 0x00, 0x05) and data.startswith(_OMNIKEY_HEADER):
        start = len(_OMNIKEY_HEADER) + 1
    elif apdu.ins == 0xEF and apdu.p1 in (0x00, 0x01) and apdu.p2 == 0x00:
        start = 0
    return (start, len(data)) if start is not None and start < len(data) else None


def _after_pn532(data: bytes) -> int | None:
    """Readers with a PN532 want its frame; those without (ACR1252U) take the native command itself."""
    if data[0] != PN532:
        return 0
    if data[1:2] == bytes([_IN_COMMUNICATE_THRU]):
        return 2
    if data[1:2] == bytes([_IN_DATA_EXCHANGE]) and len(data) > 3 and not data[2] & _MORE_INFORMATION:
        return 3
    return None


def session_objects(data: bytes) -> list[tuple[int, int, int]] | None:
    """The BER-TLV data objects of a transparent session's command, each as tag, start and end of its value.

    ``None`` when they do not fill ``data`` exactly.
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
            size = int.from_bytes(data[position : position + count])
            position += count
        objects.append((tag, position, position + size))
        position += size
    return objects if position == len(data) else None


def _transmitted(data: bytes) -> tuple[int, int] | None:
    """The value of the only transmit or transceive object of a transparent exchange."""
    found: tuple[int, int] | None = None
    for tag, start, end in session_objects(data) or ():
        if tag in _TRANSMIT_OBJECTS:
            if found or start == end:
                return None
            found = (start, end)
        elif tag in _FRAMING_OBJECTS:
            if any(data[start:end]):
                return None
        elif tag not in (*_RECEIVE_OBJECTS, _TIMER):
            return None
    return found


def native_summary(native: bytes) -> str:
    """A few words for a native command, for example ``WRITE page 4``."""
    if not native:
        return "nothing"
    if native[0] not in _COMMANDS:
        return counted(len(native))
    name = Command(native[0]).name
    match native[0], len(native):
        case ((0x30 | 0xA2 | 0xA0), size) if size >= 2:
            return f"{name} page {native[1]}"
        case Command.FAST_READ, 3:
            return f"{name} pages {native[1]} to {native[2]}"
        case ((0x39 | 0xA5), size) if size >= 2:
            return f"{name} {native[1]}"
        case _:
            return name
