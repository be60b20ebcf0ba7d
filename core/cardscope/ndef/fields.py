"""Data area and NDEF messages as trees of fields."""

from collections.abc import Callable, Sequence
from typing import Final

from cardscope.decode.tag_parts import bit, spelled
from cardscope.fields import Field
from cardscope.ndef.area import DataArea, TlvBlock, TlvTag, reserved_by
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import NdefMessage, RawRecord, Tnf, parse_message
from cardscope.ndef.words import gist_of, kind_of

_NAMES: Final = {
    TlvTag.NULL: "NULL",
    TlvTag.LOCK_CONTROL: "Lock Control",
    TlvTag.MEMORY_CONTROL: "Memory Control",
    TlvTag.NDEF: "NDEF message",
    TlvTag.PROPRIETARY: "Proprietary",
    TlvTag.TERMINATOR: "Terminator",
}
_TNF_MEANINGS: Final = {
    Tnf.EMPTY: "Empty record.",
    Tnf.WELL_KNOWN: "A type that the NFC Forum defines.",
    Tnf.MEDIA: "A media type (MIME).",
    Tnf.ABSOLUTE_URI: "The type is a URI.",
    Tnf.EXTERNAL: "A type of somebody's own.",
    Tnf.UNKNOWN: "Of unknown type.",
    Tnf.UNCHANGED: "Goes on with the record before.",
    Tnf.RESERVED: "Reserved.",
}
_Place = Callable[[int], int]


def decode_data_area(area: DataArea) -> Field:
    """The walk through ``area`` as a tree; spans are positions in :attr:`DataArea.content`."""
    end = len(area.content)
    children = [_block(area, block) for block in area.blocks]
    used = area.blocks[-1].end if area.blocks else 0
    if area.missing is None and used < end:
        rest = area.content[used:]
        children.append(Field("Unused", (used, end), f"{len(rest)} bytes", "Readers do not look at what lies here."))
    meaning = f"{area.size} bytes, from page 4 on."
    if area.missing is not None:
        meaning += f" Page {area.missing} is not known, so it ends here."
    return Field("Data area", (0, end), f"{end} bytes", meaning, area.problems, tuple(children))


def decode_message(message: bytes) -> Field:
    """An NDEF message as a tree; spans are positions in ``message``."""
    parsed = parse_message(message)
    return Field(
        "NDEF message",
        (0, len(message)),
        _counted(len(parsed.records)),
        "",
        parsed.problems,
        _records(parsed, message, lambda position: position),
    )


def _counted(records: int) -> str:
    return "1 record" if records == 1 else f"{records} records"


def _block(area: DataArea, block: TlvBlock) -> Field:
    content = area.content
    name = _NAMES.get(TlvTag(block.tag), "") if block.tag in tuple(TlvTag) else ""
    parts = [Field("Tag", (block.start, block.start + 1), f"{block.tag:02X}", name)]
    value, meaning, problems = "", "", block.problems
    if block.tag not in (TlvTag.NULL, TlvTag.TERMINATOR):
        length_end = min(block.value_start, block.end)
        if length_end > block.start + 1:
            shown = spelled(content[block.start + 1 : length_end])
            parts.append(Field("Length", (block.start + 1, length_end), shown, f"{block.length} bytes."))
        value = f"{block.length} bytes"
    match block.tag:
        case TlvTag.NDEF:
            parsed = parse_message(block.value)
            value = _counted(len(parsed.records)) if block.length else "empty"
            if block.complete:
                problems = (*problems, *parsed.problems)
            parts.extend(_records(parsed, block.value, block.places.__getitem__))
        case TlvTag.LOCK_CONTROL | TlvTag.MEMORY_CONTROL if len(block.value) == 3:
            reserved = reserved_by(block.value, lock=block.tag == TlvTag.LOCK_CONTROL)
            page, byte = divmod(reserved.first, 4)
            what = "dynamic lock bits" if reserved.lock else "bytes that are not for data"
            meaning = f"{reserved.count} bytes from page {page}, byte {byte}, on are {what}."
            parts.append(_value(block, content))
        case TlvTag.TERMINATOR:
            meaning = "Nothing after this is looked at."
        case TlvTag.NULL:
            meaning = "Filling."
        case _ if block.places:
            parts.append(_value(block, content))
        case _:
            pass
    return Field(name or f"Block {block.tag:02X}", (block.start, block.end), value, meaning, problems, tuple(parts))


def _value(block: TlvBlock, content: bytes) -> Field:
    start, end = block.places[0], block.places[-1] + 1
    return Field("Value", (start, end), spelled(content[start:end]))


def _records(parsed: NdefMessage, message: bytes, place: _Place) -> tuple[Field, ...]:
    fields: list[Field] = []
    for number, record in enumerate(parsed.records, 1):
        content, problems = content_of(record)
        all_problems = (*record.problems, *problems)
        name = f"Record {number}: {kind_of(content)}"
        if len(record.chunks) == 1:
            chunk = record.chunks[0]
            parts = _parts(chunk, message, place)
            fields.append(Field(name, _span(place, chunk.start, chunk.end), gist_of(content), "", all_problems, parts))
            continue
        chunks = tuple(
            Field(
                f"Chunk {index}",
                _span(place, chunk.start, chunk.end),
                f"{len(chunk.payload)} bytes",
                "",
                (),
                _parts(chunk, message, place),
            )
            for index, chunk in enumerate(record.chunks, 1)
        )
        span = _span(place, record.chunks[0].start, record.chunks[-1].end)
        meaning = f"In {len(chunks)} chunks."
        fields.append(Field(name, span, gist_of(content), meaning, all_problems, chunks))
    return tuple(fields)


def _parts(record: RawRecord, message: bytes, place: _Place) -> tuple[Field, ...]:
    flags = record.flags
    at = place(record.start)
    header = Field(
        "Header",
        (at, at + 1),
        f"{flags:02X}",
        "",
        (),
        (
            bit("MB", at, (7, 7), flags, "The message begins here." if record.message_begin else ""),
            bit("ME", at, (6, 6), flags, "The last record." if record.message_end else ""),
            bit("CF", at, (5, 5), flags, "The payload goes on in the next record." if record.chunked else ""),
            bit("SR", at, (4, 4), flags, f"The payload length has {'1 byte' if record.short else '4 bytes'}."),
            bit("IL", at, (3, 3), flags, "There is an ID." if record.has_id else "There is no ID."),
            bit("TNF", at, (2, 0), flags, _TNF_MEANINGS[record.tnf]),
        ),
    )
    payload_length = record.length_start + 1
    id_length = payload_length + (1 if record.short else 4)
    pieces: Sequence[tuple[str, int, int, str]] = (
        ("Type length", record.length_start, payload_length, str(len(record.type))),
        ("Payload length", payload_length, id_length, str(record.announced)),
        ("ID length", id_length, record.type_start, str(len(record.id))),
        ("Type", record.type_start, record.id_start, record.type.decode("latin-1")),
        ("ID", record.id_start, record.payload_start, record.id.decode("latin-1")),
        ("Payload", record.payload_start, record.end, spelled(message[record.payload_start : record.end])),
    )
    return (
        header,
        *(Field(name, _span(place, start, end), value) for name, start, end, value in pieces if end > start),
    )


def _span(place: _Place, start: int, end: int) -> tuple[int, int]:
    return (place(start), place(end - 1) + 1) if end > start else (place(start), place(start))
