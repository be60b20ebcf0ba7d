"""NDEF messages: record headers (NFC Forum NDEF 1.0 §3), with the place of every part, as far as a message goes."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

_MB, _ME, _CF, _SR, _IL, _TNF = 0x80, 0x40, 0x20, 0x10, 0x08, 0x07
_LONGEST: Final = 1 << 20
"""Payloads of more bytes than this are refused, as ndeflib does; no tag holds them."""


class Tnf(IntEnum):
    """What kind of type a record has (NDEF 1.0 §3.2.6)."""

    EMPTY = 0
    WELL_KNOWN = 1
    MEDIA = 2
    ABSOLUTE_URI = 3
    EXTERNAL = 4
    UNKNOWN = 5
    UNCHANGED = 6
    RESERVED = 7


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record, or one chunk of one, as it stands in a message. Positions count the message's bytes."""

    start: int
    flags: int
    """The first byte."""
    type: bytes
    id: bytes
    payload: bytes
    length_start: int
    """The position of the type length; payload length and ID length follow."""
    type_start: int
    id_start: int
    payload_start: int
    end: int
    announced: int
    """The payload length that the header announces; more than ``len(payload)`` where the message is cut off."""
    problems: tuple[str, ...] = ()

    @property
    def tnf(self) -> Tnf:
        return Tnf(self.flags & _TNF)

    @property
    def message_begin(self) -> bool:
        return bool(self.flags & _MB)

    @property
    def message_end(self) -> bool:
        return bool(self.flags & _ME)

    @property
    def chunked(self) -> bool:
        """Whether the payload goes on in the next record."""
        return bool(self.flags & _CF)

    @property
    def short(self) -> bool:
        return bool(self.flags & _SR)

    @property
    def has_id(self) -> bool:
        return bool(self.flags & _IL)


@dataclass(frozen=True, slots=True)
class NdefRecord:
    """One record, its chunks put together."""

    tnf: Tnf
    type: bytes
    id: bytes
    payload: bytes
    chunks: tuple[RawRecord, ...]
    """Where it came from; one for a record that is not chunked, none for one that is still to be written."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NdefMessage:
    """A message as far as it could be followed."""

    records: tuple[NdefRecord, ...]
    problems: tuple[str, ...] = ()
    """What is wrong with the message as a whole. See those of its records too."""
    end: int = 0
    """The position behind the last byte that was understood."""


def parse_message(message: bytes) -> NdefMessage:
    """The records of ``message``. Never raises: a damaged message is given as far as it goes, with what is wrong."""
    raw: list[RawRecord] = []
    problems: list[str] = []
    at = 0
    while at < len(message):
        one = _record(message, at)
        if isinstance(one, str):
            problems.append(one)
            break
        raw.append(one)
        at = one.end
        if one.announced > len(one.payload) or one.message_end:
            break
    if raw and not problems:
        last = raw[-1]
        if last.announced > len(last.payload):
            problems.append(
                f"The last record announces {last.announced} bytes of payload, and {len(last.payload)} are there."
            )
        elif not last.message_end:
            problems.append("No record says that it is the last one (ME).")
        elif at < len(message):
            problems.append(f"{len(message) - at} bytes follow the last record; readers do not look at them.")
    if raw and not raw[0].message_begin:
        problems.append("The first record does not say that it begins the message (MB).")
    return NdefMessage(tuple(_joined(raw)), tuple(problems), at)


def _record(message: bytes, start: int) -> RawRecord | str:
    """The record at ``start``, or why there is none."""
    flags = message[start]
    header = 2 + (1 if flags & _SR else 4) + (1 if flags & _IL else 0)
    if start + header > len(message):
        return f"The message ends within the header of a record, at byte {start}."
    if flags & _TNF == Tnf.RESERVED:
        return f"The record at byte {start} has type name format 7, which is reserved: what follows cannot be read."
    type_length = message[start + 1]
    sizes = start + 2
    payload_start_of_length = sizes
    payload_length = int.from_bytes(message[sizes : sizes + (1 if flags & _SR else 4)])
    id_length = message[start + header - 1] if flags & _IL else 0
    type_start = start + header
    id_start = type_start + type_length
    payload_start = id_start + id_length
    if payload_start > len(message):
        return f"The message ends within the type or the ID of the record at byte {start}."
    if payload_length > _LONGEST:
        return f"The record at byte {start} announces {payload_length} bytes of payload, which no tag can hold."
    end = min(payload_start + payload_length, len(message))
    record = RawRecord(
        start,
        flags,
        message[type_start:id_start],
        message[id_start:payload_start],
        message[payload_start:end],
        payload_start_of_length - 1,
        type_start,
        id_start,
        payload_start,
        end,
        payload_length,
    )
    return replace(record, problems=tuple(_problems(record, first=start == 0)))


def _problems(record: RawRecord, *, first: bool) -> list[str]:
    problems: list[str] = []
    if record.message_begin and not first:
        problems.append("It says that it begins the message (MB), and is not the first.")
    match record.tnf:
        case Tnf.EMPTY if record.type or record.id or record.announced:
            problems.append("An empty record has neither type, ID nor payload, and this one does.")
        case Tnf.UNKNOWN | Tnf.UNCHANGED if record.type:
            problems.append("A record of this type name format has no type, and this one does.")
        case Tnf.WELL_KNOWN | Tnf.MEDIA | Tnf.ABSOLUTE_URI | Tnf.EXTERNAL if not record.type:
            problems.append("Its type is missing.")
        case _:
            pass
    if record.chunked and record.message_end:
        problems.append("It says that its payload goes on (CF), and is the last record.")
    return problems


def _joined(raw: list[RawRecord]) -> list[NdefRecord]:
    records: list[NdefRecord] = []
    open_chunks: list[RawRecord] = []
    for one in raw:
        if open_chunks and one.tnf is not Tnf.UNCHANGED:
            why = "Its payload should go on in the next record (CF), and that one has a type of its own."
            records.append(_record_of(open_chunks, why))
            open_chunks = []
        if not open_chunks and one.tnf is Tnf.UNCHANGED:
            records.append(_record_of([one], "It is the continuation of a record that is not there."))
            continue
        open_chunks.append(one)
        if not one.chunked:
            records.append(_record_of(open_chunks))
            open_chunks = []
    if open_chunks:
        records.append(_record_of(open_chunks, "Its payload should go on (CF), and nothing follows."))
    return records


def _record_of(chunks: list[RawRecord], *problems: str) -> NdefRecord:
    first = chunks[0]
    return NdefRecord(
        first.tnf,
        first.type,
        first.id,
        b"".join(chunk.payload for chunk in chunks),
        tuple(chunks),
        (*(problem for chunk in chunks for problem in chunk.problems), *problems),
    )


def encode_message(records: tuple[NdefRecord, ...]) -> bytes:
    """The message of these ``records``, none of them chunked; an empty message where there are none.

    Raises ValueError for a type or ID of more than 255 bytes.
    """
    out = bytearray()
    for index, record in enumerate(records):
        flags = record.tnf | (_MB if index == 0 else 0) | (_ME if index == len(records) - 1 else 0)
        if len(record.type) > 0xFF or len(record.id) > 0xFF:
            raise ValueError("a record's type and ID have at most 255 bytes")
        short = len(record.payload) <= 0xFF
        flags |= (_SR if short else 0) | (_IL if record.id else 0)
        out += bytes((flags, len(record.type)))
        out += len(record.payload).to_bytes(1 if short else 4)
        if record.id:
            out.append(len(record.id))
        out += record.type + record.id + record.payload
    return bytes(out)
