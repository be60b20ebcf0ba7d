"""Commands for transparent files (ISO/IEC 7816-4 §7.2)."""

from cardscope.virtual.iso7816.ber_tlv import decode, encode
from cardscope.virtual.iso7816.files import Ef, Fault, TransparentEf
from cardscope.virtual.iso7816.messages import Answer, Command, StatusError, part_of
from cardscope.virtual.iso7816.state import Channel, require_in_service

_DISCRETIONARY = 0x53
ERASED = 0x00
"""The logical erased state, which WRITE BINARY can set bits in."""


def read_binary(channel: Channel, command: Command) -> Answer:
    """READ BINARY (B0)."""
    command.require_no_data()
    command.require_ne()
    ef, offset = _target(channel, command)
    channel.require(ef.read)
    answer = part_of(command, _from(ef, offset))
    _make_current(channel, ef)
    return _with_fault(ef, answer)


def read_binary_with_offset(channel: Channel, command: Command) -> Answer:
    """READ BINARY (B1): offset data object 54 in, discretionary data object 53 out, as much as Le has room for."""
    ef = _named(channel, command)
    match _objects(command.require_data()):
        case [(0x54, position)]:
            offset = int.from_bytes(position)
        case _:
            raise StatusError(0x6A80)
    channel.require(ef.read)
    data = _from(ef, offset)
    room = command.ne
    while room is not None and data and len(encode(_DISCRETIONARY, data)) > room:
        data = data[: len(data) - max(1, len(encode(_DISCRETIONARY, data)) - room)]
    _make_current(channel, ef)
    return _with_fault(ef, Answer(encode(_DISCRETIONARY, data)))


def write_binary(channel: Channel, command: Command) -> Answer:
    """WRITE BINARY (D0): a logical OR, as the capabilities in the historical bytes say."""
    ef, offset = _target(channel, command)
    data = command.require_data()
    old = ef.content[offset : offset + len(data)]
    return _store(channel, ef, offset, data, bytes(a | b for a, b in zip(old, data, strict=False)))


def update_binary(channel: Channel, command: Command) -> Answer:
    """UPDATE BINARY (D6)."""
    ef, offset = _target(channel, command)
    data = command.require_data()
    return _store(channel, ef, offset, data, data)


def update_binary_with_offset(channel: Channel, command: Command) -> Answer:
    """UPDATE BINARY (D7): data objects 54 (offset) and 53 (data)."""
    ef = _named(channel, command)
    match _objects(command.require_data()):
        case [(0x54, position), (0x53, data)] if data:
            offset = int.from_bytes(position)
        case _:
            raise StatusError(0x6A80)
    _require_inside(ef, offset)
    return _store(channel, ef, offset, data, data)


def erase_binary(channel: Channel, command: Command) -> Answer:
    """ERASE BINARY (0E): from the offset in P1-P2 up to the one in the data field, or to the end."""
    ef, offset = _target(channel, command)
    end = len(ef.content)
    if command.data:
        if len(command.data) != 2:
            raise StatusError(0x6700)
        end = int.from_bytes(command.data)
        if not offset < end <= len(ef.content):
            raise StatusError(0x6A80)
    erased = bytes((ERASED,)) * (end - offset)
    return _store(channel, ef, offset, erased, erased)


def _target(channel: Channel, command: Command) -> tuple[TransparentEf, int]:
    """The file and the offset that P1-P2 name: with bit 8 of P1 a short EF identifier, else 15 bits of offset."""
    if command.p1 & 0x80:
        sfi = command.p1 & 0x1F
        if command.p1 & 0x60 or sfi in (0, 31):
            raise StatusError(0x6A86)
        ef, offset = _transparent(channel.require_ef(sfi)), command.p2
    else:
        ef, offset = _transparent(channel.require_ef()), command.p1p2
    _require_inside(ef, offset)
    return ef, offset


def _named(channel: Channel, command: Command) -> TransparentEf:
    """The file that P1-P2 of an odd INS name: 0000 the current EF, 0001 to 001E a short EF identifier, else a file
    identifier in the current DF."""
    number = command.p1p2
    if number < 0x1F:
        return _transparent(channel.require_ef(number))
    ef = channel.df.child(number)
    if not isinstance(ef, Ef):
        raise StatusError(0x6A82)
    require_in_service(ef)
    return _transparent(ef)


def _transparent(ef: Ef) -> TransparentEf:
    if not isinstance(ef, TransparentEf):
        raise StatusError(0x6981)
    return ef


def _require_inside(ef: TransparentEf, offset: int) -> None:
    if offset >= len(ef.content):
        raise StatusError(0x6B00)


def _from(ef: TransparentEf, offset: int) -> bytes:
    _require_inside(ef, offset)
    return bytes(ef.content[offset:])


def _objects(data: bytes) -> list[tuple[int, bytes]]:
    try:
        return list(decode(data))
    except ValueError:
        raise StatusError(0x6A80) from None


def _store(channel: Channel, ef: TransparentEf, offset: int, data: bytes, new: bytes) -> Answer:
    channel.require(ef.update)
    if offset + len(data) > len(ef.content):
        raise StatusError(0x6A84)
    if ef.fault is Fault.WORN_OUT:
        raise StatusError(0x6581)
    ef.content[offset : offset + len(data)] = new
    _make_current(channel, ef)
    return Answer()


def _make_current(channel: Channel, ef: TransparentEf) -> None:
    """A short EF identifier makes its file current once the command succeeds (ISO/IEC 7816-4 §7.2.2)."""
    if channel.ef is not ef:
        channel.open_ef(ef)


def _with_fault(ef: TransparentEf, answer: Answer) -> Answer:
    return Answer(answer.data, 0x6281) if ef.fault is Fault.WORN_OUT else answer
