"""The compact TLV data objects among the historical bytes (ISO/IEC 7816-4:2005 §8.1.1.2)."""

from collections.abc import Callable
from functools import lru_cache

from cardscope.decode.atr_tables import bit_field, byte_field, count, part, text_in
from cardscope.decode.status_words import status_word
from cardscope.fields import Field

_Inside = tuple[str, tuple[str, ...], tuple[Field, ...]]
"""What the value of an object comes to: a sentence, problems, children."""

_OBJECTS = {
    0x1: ("Country code", "Country and data of its own (ISO 3166-1 number)."),
    0x2: ("Issuer identification number", "Who issued the card (ISO/IEC 7812-1)."),
    0x3: ("Card service data", "How applications are selected and where data objects are."),
    0x4: ("Initial access data", "What to send to read the first data string."),
    0x5: ("Card issuer's data", "Defined by the card issuer."),
    0x6: ("Pre-issuing data", "Maker, chip and mask; defined by the maker."),
    0x7: ("Card capabilities", "What the card can do."),
    0x8: ("Status indicator", "Life cycle and status of the card."),
    0xF: ("Application identifier", "The AID of an application."),
}


def data_objects(data: bytes, start: int) -> list[Field]:
    """The objects that ``data``, at ``start`` in the ATR, holds; one that is cut short is the last."""
    fields: list[Field] = []
    position = 0
    while position < len(data):
        end = position + 1 + (data[position] & 0x0F)
        fields.append(_data_object(data[position:end], start + position))
        position = end
    return fields


@lru_cache(maxsize=4096)
def _data_object(data: bytes, at: int) -> Field:
    tag, length = data[0] >> 4, data[0] & 0x0F
    value = data[1:]
    if not data[0]:
        return part("Filler", at, data, "A zero byte, no data object.")
    name, meaning = _OBJECTS.get(tag, (f"Object {tag:X}", "ISO/IEC 7816-4 defines no such object here."))
    header = byte_field(
        "Header",
        at,
        data[0],
        "Tag and length of a compact TLV object.",
        children=(
            bit_field("Tag", at, (7, 4), f"{tag:X}", f"{name}."),
            bit_field("Length", at, (3, 0), str(length), f"{count(length)}."),
        ),
    )
    if len(value) < length:
        problem = f"This object has {count(length)} by its header; {len(value)} follow."
        rest = (part("Value", at + 1, value),) if value else ()
        return part(name, at, data, meaning, problems=(problem,), children=(header, *rest))
    decoder = _DECODERS.get(tag)
    more, problems, inside = decoder(value, at + 1) if decoder else ("", (), ())
    if value and not inside:
        text = text_in(value)
        inside = (part("Value", at + 1, value, more or (f'As text "{text}".' if text else "")),)
    return part(name, at, data, meaning, problems=problems, children=(header, *inside))


def application_identifier(value: bytes, start: int) -> _Inside:
    """What the first half byte of an AID says of it (ISO/IEC 7816-4 §8.2.1.2), as RID and PIX."""
    if len(value) < 5:
        return "An AID has 5 to 16 bytes.", (f"An AID has at least 5 bytes; {len(value)} here.",), ()
    kind = {0xA: "International registration", 0xD: "National registration", 0xF: "Proprietary, unregistered"}.get(
        value[0] >> 4
    )
    if kind is None:
        return "An AID of an older or reserved form.", (), ()
    if value[0] >> 4 == 0xF:
        return f"{kind}.", (), (part("AID", start, value, f"{kind}."),)
    fields = [part("RID", start, value[:5], f"{kind}: the application provider.")]
    if value[5:]:
        fields.append(part("PIX", start + 5, value[5:], "The provider's own number for the application."))
    return f"{kind}.", (), tuple(fields)


def _country(value: bytes, _start: int) -> _Inside:
    digits = value.hex().upper()
    if len(digits) < 4:
        return "", (f"A country code takes at least 2 bytes; {len(value)} here.",), ()
    if digits[:3].isdecimal():
        return f"ISO 3166-1 country {digits[:3]}, national data {digits[3:]}.", (), ()
    return f"{digits[:3]} is no ISO 3166-1 number, which has three decimal digits.", (), ()


def _issuer(value: bytes, _start: int) -> _Inside:
    digits = value.hex().upper().rstrip("F")
    return (f"Issuer {digits}." if digits.isdecimal() else ""), (), ()


def _initial_access(value: bytes, _start: int) -> _Inside:
    """The command that a length stands for (ISO/IEC 7816-4:2005 §8.1.2)."""
    if len(value) == 1:
        command = f"00B00000{value[0]:02X}, READ BINARY"
    elif len(value) == 2 and value[0] & 0x80:
        command = f"00B0{value[0]:02X}00{value[1]:02X}, READ BINARY of short EF {value[0] & 0x1F}"
    elif len(value) == 2:
        command = f"00B201{value[0] << 3 & 0xFF | 6:02X}{value[1]:02X}, READ RECORD of short EF {value[0] & 0x1F}"
    elif len(value) >= 5:
        command = value.hex().upper()
    else:
        return "", (f"Initial access data has 1, 2, or 5 and more bytes; {len(value)} here.",), ()
    return f"The command to send first: {command}.", (), ()


def _service(value: bytes, start: int) -> _Inside:
    if len(value) != 1:
        return "", (f"Card service data is 1 byte; {len(value)} here.",), ()
    return "", (), (_card_service(value[0], start),)


def _capabilities(value: bytes, start: int) -> _Inside:
    if not 1 <= len(value) <= 3:
        return "", (f"Card capabilities are 1 to 3 bytes; {len(value)} here.",), ()
    decoders = (_selection_methods, _data_coding, _chaining_and_channels)
    return (
        "",
        (),
        tuple(decoder(byte, start + i) for i, (decoder, byte) in enumerate(zip(decoders, value, strict=False))),
    )


def _status(value: bytes, start: int) -> _Inside:
    if not 1 <= len(value) <= 3:
        return "", (f"A status indicator is 1 to 3 bytes; {len(value)} here.",), ()
    return "", (), status_fields(value, start)


_DECODERS: dict[int, Callable[[bytes, int], _Inside]] = {
    0x1: _country,
    0x2: _issuer,
    0x3: _service,
    0x4: _initial_access,
    0x7: _capabilities,
    0x8: _status,
    0xF: application_identifier,
}


def _flags(byte: int, offset: int, names: dict[int, str]) -> tuple[Field, ...]:
    """One yes/no field a bit, ``names`` by bit number with 7 the most significant."""
    said = (("no", "The card does not say that it can do this."), ("yes", "The card can do this."))
    return tuple(bit_field(name, offset, (bit, bit), *said[byte >> bit & 1]) for bit, name in names.items())


@lru_cache(maxsize=1024)
def _card_service(byte: int, offset: int) -> Field:
    access = {0b100: "READ BINARY", 0b000: "READ RECORD", 0b010: "GET DATA"}.get(byte >> 1 & 7)
    problems = () if access else (f"Access services {byte >> 1 & 7:03b} are reserved by ISO/IEC 7816-4.",)
    names = {
        7: "Selection by full DF name",
        6: "Selection by partial DF name",
        5: "Data objects in EF.DIR",
        4: "Data objects in EF.ATR",
    }
    children = (
        *_flags(byte, offset, names),
        bit_field(
            "Access to EF.DIR and EF.ATR",
            offset,
            (3, 1),
            access or "RFU",
            "The command that reads them.",
            problems=problems,
        ),
        bit_field("Master file", offset, (0, 0), "no" if byte & 1 else "yes", "Whether the card has an MF."),
    )
    return byte_field("Card service", offset, byte, "How to find the card's applications.", children=children)


@lru_cache(maxsize=1024)
def _selection_methods(byte: int, offset: int) -> Field:
    names = {
        7: "DF by full name",
        6: "DF by partial name",
        5: "DF by path",
        4: "DF by file identifier",
        3: "Implicit DF",
        2: "Short EF identifier",
        1: "Record number",
        0: "Record identifier",
    }
    meaning = "How files and records can be selected."
    return byte_field("Selection methods", offset, byte, meaning, children=_flags(byte, offset, names))


@lru_cache(maxsize=1024)
def _data_coding(byte: int, offset: int) -> Field:
    write = ("one-time write", "proprietary", "write OR", "write AND")[byte >> 5 & 3]
    unit = count(2 ** (byte & 0x0F), "half byte")
    children = (
        *_flags(byte, offset, {7: "EFs of TLV structure"}),
        bit_field("Write behaviour", offset, (6, 5), write, "What the write functions do to stored bits."),
        bit_field("FF as first byte of a tag", offset, (4, 4), "valid" if byte & 0x10 else "invalid", "For BER-TLV."),
        bit_field("Data unit", offset, (3, 0), unit, "The unit that offsets count."),
    )
    return byte_field("Data coding", offset, byte, "How data is written and counted.", children=children)


@lru_cache(maxsize=1024)
def _chaining_and_channels(byte: int, offset: int) -> Field:
    assignment = ("none", "by the interface device", "by the card", "by both")[byte >> 3 & 3]
    most = "8 or more" if byte & 7 == 7 else str((byte & 7) + 1)
    children = (
        *_flags(byte, offset, {7: "Command chaining", 6: "Extended Lc and Le", 5: "Extended length in EF.ATR"}),
        bit_field("Channel numbers assigned", offset, (4, 3), assignment, "Who numbers logical channels."),
        bit_field("Logical channels", offset, (2, 0), most, "At most open at once."),
    )
    meaning = "What commands may look like."
    return byte_field("Command chaining, lengths, channels", offset, byte, meaning, children=children)


@lru_cache(maxsize=4096)
def status_fields(value: bytes, start: int) -> tuple[Field, ...]:
    """LCS (1 byte), SW1 SW2 (2 bytes), or both (3 bytes)."""
    fields: list[Field] = []
    if len(value) != 2:
        state = _life_cycle(value[0])
        problems = () if state else (f"Life cycle status {value[0]:02X} is reserved by ISO/IEC 7816-4.",)
        fields.append(part("LCS", start, value[:1], f"Life cycle status: {state or 'reserved'}.", problems=problems))
    if len(value) > 1:
        sw = value[-2:]
        word = status_word(int.from_bytes(sw))
        meaning = "No status given." if sw == b"\0\0" else f"{word.meaning}: {word.explanation}"
        fields.append(part("SW1-SW2", start + len(value) - 2, sw, meaning))
    return tuple(fields)


def _life_cycle(byte: int) -> str:
    """The state (ISO/IEC 7816-4:2005 table 13); empty where it is reserved."""
    if byte > 0x0F:
        return "proprietary"
    if byte >= 0x0C:
        return "terminated"
    names = {0: "none given", 1: "creation", 3: "initialisation", 4: "deactivated", 6: "deactivated"}
    return names.get(byte, "activated" if byte in (5, 7) else "")
