"""Commands for files of records (ISO/IEC 7816-4 §7.3). Records have numbers; record identifiers are not supported."""

from cardscope.virtual.iso7816.files import Ef, RecordEf, Structure
from cardscope.virtual.iso7816.messages import Answer, Command, StatusError, part_of
from cardscope.virtual.iso7816.state import Channel

_FIRST, _LAST, _NEXT, _PREVIOUS, _NUMBER, _FROM, _BACK_TO = range(7)
"""P2, bits 3 to 1."""


def read_record(channel: Channel, command: Command) -> Answer:
    """READ RECORD(S) (B2)."""
    command.require_no_data()
    command.require_ne()
    ef = _target(channel, command)
    channel.require(ef.read)
    mode = command.p2 & 0x07
    if mode in (_FROM, _BACK_TO):
        number = _existing(ef, command.p1 or _pointer(channel, ef, command))
        records = ef.records[number - 1 :]
        # P2 = x6 reads from the last record down to the one that P1 names.
        data = b"".join(records if mode == _FROM else reversed(records))
        answer = part_of(command, data)
        _make_current(channel, ef, command)
        return answer
    number = _addressed(channel, ef, command)
    answer = part_of(command, ef.records[number - 1])
    _settle(channel, ef, command, number)
    return answer


def write_record(channel: Channel, command: Command) -> Answer:
    """WRITE RECORD (D2): a logical OR onto a record of the same length."""
    ef, number = _to_change(channel, command)
    old = ef.records[number - 1]
    if len(command.require_data()) != len(old):
        raise StatusError(0x6700)
    ef.records[number - 1] = bytes(a | b for a, b in zip(old, command.data, strict=True))
    _settle(channel, ef, command, number)
    return Answer()


def update_record(channel: Channel, command: Command) -> Answer:
    """UPDATE RECORD (DC). In a cyclic file, "previous" overwrites the oldest record, which becomes number 1."""
    if command.p2 & 0x07 == _PREVIOUS and command.p1 == 0:
        ef = _target(channel, command)
        if ef.structure is Structure.CYCLIC:
            channel.require(ef.update)
            _require_fitting(ef, command.require_data())
            _rotate(ef, command.data)
            _settle(channel, ef, command, 1)
            return Answer()
    ef, number = _to_change(channel, command)
    _require_fitting(ef, command.require_data())
    ef.records[number - 1] = command.data
    _settle(channel, ef, command, number)
    return Answer()


def append_record(channel: Channel, command: Command) -> Answer:
    """APPEND RECORD (E2). 6381 for the record that fills a linear file, 6A84 for the next one."""
    if command.p1 or command.p2 & 0x07:
        raise StatusError(0x6A86)
    ef = _target(channel, command)
    channel.require(ef.update)
    _require_fitting(ef, command.require_data())
    if ef.structure is Structure.CYCLIC:
        _rotate(ef, command.data)
        _make_current(channel, ef, command)
        channel.record = 1
        return Answer()
    if ef.is_full:
        raise StatusError(0x6A84)
    ef.records.append(command.data)
    _make_current(channel, ef, command)
    channel.record = len(ef.records)
    return Answer(sw=0x6381) if ef.is_full else Answer()


def search_record(channel: Channel, command: Command) -> Answer:
    """SEARCH RECORD (A2), simple: the numbers of the records that contain the data field, forward (P2 = x4) or backward
    (x5) from the record in P1. The first of them becomes current. 6282 when there is none."""
    mode = command.p2 & 0x07
    if mode not in (_NUMBER, _FROM):
        raise StatusError(0x6A86 if mode == 0x07 else 0x6A81)
    wanted = command.require_data()
    ef = _target(channel, command)
    channel.require(ef.read)
    start = _existing(ef, command.p1 or _pointer(channel, ef, command))
    numbers = range(start, len(ef.records) + 1) if mode == _NUMBER else range(start, 0, -1)
    found = bytes(number for number in numbers if wanted in ef.records[number - 1])
    if not found:
        return Answer(sw=0x6282)
    _make_current(channel, ef, command)
    channel.record = found[0]
    return Answer(found)


def _target(channel: Channel, command: Command) -> RecordEf:
    """The file that bits 8 to 4 of P2 name: a short EF identifier, or 0 for the current EF."""
    sfi = command.p2 >> 3
    if sfi == 31:
        raise StatusError(0x6A86)
    ef: Ef = channel.require_ef(sfi)
    if not isinstance(ef, RecordEf):
        raise StatusError(0x6981)
    return ef


def _to_change(channel: Channel, command: Command) -> tuple[RecordEf, int]:
    if command.p2 & 0x07 > _NUMBER:
        raise StatusError(0x6A86)
    ef = _target(channel, command)
    channel.require(ef.update)
    return ef, _addressed(channel, ef, command)


def _addressed(channel: Channel, ef: RecordEf, command: Command) -> int:
    """The number of the one record that P1 and bits 3 to 1 of P2 name."""
    mode = command.p2 & 0x07
    if mode > _NUMBER:
        raise StatusError(0x6A86)
    if mode == _NUMBER:
        return _existing(ef, command.p1 or _pointer(channel, ef, command))
    if command.p1:
        raise StatusError(0x6A81)  # a record identifier
    current = _pointer(channel, ef, command)
    if mode in (_FIRST, _LAST) or not current:
        # Without a current record, "next" is the first one and "previous" the last one.
        return _existing(ef, 1 if mode in (_FIRST, _NEXT) else len(ef.records))
    return _existing(ef, current + (1 if mode == _NEXT else -1))


def _pointer(channel: Channel, ef: RecordEf, command: Command) -> int:
    """The current record of ``ef``; 0 when there is none. A short EF identifier resets it (ISO/IEC 7816-4 §7.3.2)."""
    by_sfi = command.p2 >> 3
    return (channel.record or 0) if channel.ef is ef and not by_sfi else 0


def _existing(ef: RecordEf, number: int) -> int:
    if number == 0xFF:
        raise StatusError(0x6A86)
    if not 1 <= number <= len(ef.records):
        raise StatusError(0x6A83)
    return number


def _require_fitting(ef: RecordEf, data: bytes) -> None:
    if ef.structure is Structure.LINEAR_VARIABLE:
        if len(data) > ef.record_size:
            raise StatusError(0x6A84)
    elif len(data) != ef.record_size:
        raise StatusError(0x6700)


def _rotate(ef: RecordEf, data: bytes) -> None:
    ef.records.insert(0, data)
    del ef.records[ef.limit :]


def _settle(channel: Channel, ef: RecordEf, command: Command, number: int) -> None:
    """After success: the file is current, and the record too unless it was named by its number (annex C of the 1995
    edition)."""
    _make_current(channel, ef, command)
    if command.p2 & 0x07 != _NUMBER:
        channel.record = number


def _make_current(channel: Channel, ef: RecordEf, command: Command) -> None:
    if channel.ef is not ef or command.p2 >> 3:
        channel.open_ef(ef)
