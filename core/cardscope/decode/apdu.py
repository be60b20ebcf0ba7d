"""Command APDUs: their fields with meanings, and a few words for each."""

from cardscope.decode.apdu_data import data_parts, text_of
from cardscope.decode.apdu_names import class_field, instruction, instruction_field, parameter_words, parameters
from cardscope.decode.apdu_structure import (
    ApduError,
    CommandApdu,
    Layout,
    counted,
    expected_length,
    lay_out,
    parse_command,
)
from cardscope.decode.native import PN532, PN532_NAMES, native_span, native_summary
from cardscope.decode.native_fields import native_fields
from cardscope.fields import Field

__all__ = ["ApduError", "CommandApdu", "decode_command", "parse_command", "summary"]

# A name shows this many bytes of text or hex; more does not fit a row.
_SHOWN = 16


def decode_command(data: bytes) -> Field:
    """``data`` as the tree ``Command APDU`` with the children CLA, INS, P1-P2, Lc, Data and Le, as far as they are
    there. Nothing is refused: what is malformed is in ``problems``, with what was expected, and bytes that belong
    nowhere are the field ``Extra bytes``.
    """
    layout = lay_out(data)
    header = _header(data)
    return Field(
        "Command APDU",
        (0, len(data)),
        f"case {layout.case}" if layout.case else "malformed",
        summary(data) + "." if layout.case else "",
        (layout.problem,) if layout.blamed == "root" else (),
        (*header, *_body(data, layout)),
    )


def _header(data: bytes) -> list[Field]:
    fields: list[Field] = []
    if data:
        fields.append(class_field(data[0]))
    if len(data) > 1:
        fields.append(instruction_field(data[0], data[1]))
    if len(data) > 3:
        fields.append(Field("P1-P2", (2, 4), _hex(data[2:4]), parameters(*data[:4]).meaning))
    elif len(data) == 3:
        fields.append(Field("P1-P2", (2, 3), _hex(data[2:3])))
    return fields


def _body(data: bytes, layout: Layout) -> list[Field]:
    fields: list[Field] = []

    def problems(name: str) -> tuple[str, ...]:
        return (layout.problem,) if layout.blamed == name else ()

    if layout.lc:
        meaning = f"{counted(layout.announced)} of data." if layout.announced else ""
        fields.append(Field("Lc", layout.lc, _hex(data[slice(*layout.lc)]), meaning, problems("Lc")))
    if layout.data:
        fields.append(_data_field(data, layout))
    if layout.le:
        le = data[slice(*layout.le)]
        most = " (all there are)" if not any(le) else ""
        fields.append(Field("Le", layout.le, _hex(le), f"Up to {counted(expected_length(le))} expected{most}."))
    if layout.extra:
        fields.append(Field("Extra bytes", layout.extra, _hex(data[slice(*layout.extra)]), "", problems("Extra bytes")))
    return fields


def _data_field(data: bytes, layout: Layout) -> Field:
    start, end = layout.data or (0, 0)
    body = data[start:end]
    children: tuple[Field, ...] = ()
    text = text_of(body)
    meaning = f"Text: “{text}”." if text else ""
    if not layout.case:
        return Field("Data", (start, end), _hex(body), meaning)
    apdu = parse_command(data)
    if span := native_span(apdu):
        first, last = start + span[0], start + span[1]
        native = data[first:last]
        meaning = f"Carries the card's own command {native_summary(native)}."
        parts = [
            Field("Envelope", (start, first), _hex(data[start:first]), _envelope_meaning(body)),
            Field(
                "Native command",
                (first, last),
                _hex(native),
                f"{native_summary(native)}.",
                children=native_fields(native, first) if len(native) > 1 else (),
            ),
            Field("Envelope, rest", (last, end), _hex(data[last:end])),
        ]
        children = tuple(part for part in parts if part.span[0] < part.span[1])
    elif data[0] == 0xFF and _pn532_name(body):
        meaning = f"For the reader's PN532: {_pn532_name(body)}."
    else:
        meaning, children = data_parts(apdu, start)
    return Field("Data", (start, end), _hex(body), meaning, children=children)


def _envelope_meaning(body: bytes) -> str:
    name = _pn532_name(body)
    return f"PN532 {name}: what follows goes to the card." if name else "The reader's own wrapping."


def _pn532_name(body: bytes) -> str:
    return PN532_NAMES.get(body[1], "") if len(body) > 1 and body[0] == PN532 else ""


def summary(command: bytes) -> str:
    """A few words for a command, for example ``Read binary: page 4, 16 bytes``. Never empty, never refuses."""
    try:
        apdu = parse_command(command)
    except ApduError:
        return f"Malformed command, {counted(len(command))}"
    known = instruction(apdu.cla, apdu.ins)
    name = known.name.capitalize() if known else f"CLA {apdu.cla:02X}, INS {apdu.ins:02X}"
    details = _details(apdu)
    return f"{name}: {details}" if details else name


def _details(apdu: CommandApdu) -> str:
    if span := native_span(apdu):
        return native_summary(apdu.data[slice(*span)])
    words = parameter_words(apdu)
    if apdu.cla == 0xFF and apdu.ins == 0x00 and not words:
        return _pn532_name(apdu.data)
    if apdu.cla < 0x80 and apdu.ins == 0xA4 and apdu.data:
        return text_of(apdu.data[:_SHOWN]) or _hex(apdu.data[:_SHOWN])
    sized = apdu.ins in (0xB0, 0xB1, 0xD0, 0xD6, 0xD7)
    if words and sized and (length := len(apdu.data) or apdu.le):
        return f"{words}, {counted(length)}"
    return words


def _hex(data: bytes) -> str:
    return data.hex().upper()
