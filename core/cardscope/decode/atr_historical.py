"""The historical bytes of an ATR (ISO/IEC 7816-4:2005 §8.1.1, PC/SC Part 3 §3.1.3.2.3)."""

from dataclasses import dataclass

from cardscope.decode.atr_tables import bit_field, hexed, table
from cardscope.decode.status_words import status_word
from cardscope.fields import Field

_PCSC_RID = bytes.fromhex("A000000306")
"""The RID of the PC/SC Workgroup."""


@dataclass(frozen=True, slots=True)
class StorageCard:
    """What PC/SC Part 3 says of a memory card that has no ATR of its own."""

    standard: str
    """For example ``ISO 14443 A part 3``."""
    card: str
    """The card's name; for a number without one, that number."""
    nn: int
    """The number of the card name, 0000 to FFFF."""
    note: str = ""
    """What else the name can stand for."""


def storage_card(historical: bytes) -> StorageCard | None:
    """The storage card that ``historical`` names, or ``None``."""
    if historical[:2] != b"\x80\x4f" or historical[3:8] != _PCSC_RID or len(historical) < 11:
        return None
    standard, name = historical[8], hexed(historical[9:11])
    return StorageCard(
        table("standards").get(f"{standard:02X}", f"standard {standard:02X}, not in PC/SC Part 3"),
        _card_name(name),
        int(name, 16),
        table("card_notes").get(name, ""),
    )


def _card_name(name: str) -> str:
    known: str | None = table("cards").get(name)
    if known is None and name.startswith("FF"):
        return f"type A card with SAK {name[2:]} (as ACS readers name it)"
    return known or f"card name {name}, not in PC/SC Part 3"


def historical_bytes(data: bytes, offset: int, *, contactless: bool, problems: tuple[str, ...]) -> Field:
    """The field of the historical bytes ``data`` (at least one) at ``offset`` in the ATR."""
    end = offset + len(data)
    if storage_card(data):
        children, meaning = _storage_fields(data, offset), "A storage card, described by the reader (PC/SC Part 3)."
    elif contactless and _looks_like_type_b(data):
        children, meaning = _type_b_fields(data, offset), "Probably of an ISO 14443 type B card: parts of its ATQB."
    else:
        children, meaning = _by_category(data, offset)
    return Field("Historical bytes", (offset, end), hexed(data), meaning, problems, children)


def _part(name: str, start: int, data: bytes, meaning: str = "", problems: tuple[str, ...] = ()) -> Field:
    return Field(name, (start, start + len(data)), hexed(data), meaning, problems)


def _storage_fields(data: bytes, offset: int) -> tuple[Field, ...]:
    standard, card = data[8:9], data[9:11]
    known = storage_card(data)
    assert known is not None
    length = data[2]
    expected = len(data) - 3
    problems = (f"The length says {length}; {expected} bytes follow.",) if length != expected else ()
    note = f" ({known.note})" if known.note else ""
    fields = [
        _part("T1", offset, data[:1], "Category 80: data objects follow."),
        _part("Tag", offset + 1, data[1:2], "An application identifier (BER-TLV tag 4F)."),
        _part("Length", offset + 2, data[2:3], f"{length} bytes.", problems),
        _part("RID", offset + 3, data[3:8], "The PC/SC Workgroup."),
        _part("SS", offset + 8, standard, f"Standard: {known.standard}."),
        _part("NN", offset + 9, card, f"Card name: {known.card}{note}."),
    ]
    if rest := data[11:]:
        meaning = (
            "Reserved by PC/SC and normally zero; this reader put data of its own here." if any(rest) else "Reserved."
        )
        fields.append(_part("RFU", offset + 11, rest, meaning))
    return tuple(fields)


def _looks_like_type_b(data: bytes) -> bool:
    """PC/SC Part 3 gives a type B card 8 bytes: application data, protocol info, MBLI. Nothing marks them as such, so
    this asks what ISO/IEC 14443-3 §7.9.4 demands of protocol info: ISO 14443-4 supported, a known frame size, and
    what PC/SC demands of the last byte.
    """
    return len(data) == 8 and data[5] & 0x09 == 0x01 and data[5] >> 4 <= 8 and not data[4] & 0x08 and not data[7] & 0x0F


def _type_b_fields(data: bytes, offset: int) -> tuple[Field, ...]:
    return (
        _part(
            "Application data",
            offset,
            data[:4],
            "From ATQB: application family, CRC of the AID, number of applications.",
        ),
        _part("Protocol info", offset + 4, data[4:7], "From ATQB: bit rates, frame size, waiting time."),
        _part("MBLI", offset + 7, data[7:], "From the answer to ATTRIB: buffer size, in the high nibble."),
    )


def _by_category(data: bytes, offset: int) -> tuple[tuple[Field, ...], str]:
    category, body, start = data[0], data[1:], offset + 1
    first = data[:1]
    if category == 0x00:
        if len(body) < 3:
            problem = f"Category 00 ends with 3 status bytes; {len(body)} follow."
            fields = [_part("T1", offset, first, "Category 00: data objects, then the status.", (problem,))]
            return (*fields, *([_part("Data", start, body)] if body else [])), "Data objects and status."
        split = len(body) - 3
        return (
            _part("T1", offset, first, "Category 00: data objects, then the status."),
            *_compact_tlv(body[:split], start),
            *_status(body[split:], start + split),
        ), "Data objects in compact TLV, then the card's status."
    if category == 0x10:
        problems = () if body else ("Category 10 wants a DIR data reference; nothing follows.",)
        fields = [_part("T1", offset, first, "Category 10: a DIR data reference follows.", problems)]
        if body:
            fields.append(_part("DIR data reference", start, body[:1]))
        if body[1:]:
            fields.append(_part("Data", start + 1, body[1:], "No meaning defined."))
        return tuple(fields), "A reference into the directory of applications."
    if category == 0x80:
        return (
            _part("T1", offset, first, "Category 80: data objects follow."),
            *(_ber_aid(body, start) or _compact_tlv(body, start)),
        ), "Data objects in compact TLV."
    text = _text(data) or _text(body)
    meaning = f'Proprietary; as text "{text}".' if text else "Proprietary: only the card's maker knows their meaning."
    if 0x81 <= category <= 0x8F:
        return (
            _part("T1", offset, first, "Category 81 to 8F: reserved.", ("Category 81 to 8F is reserved.",)),
        ), meaning
    return (_part("T1", offset, first, "Neither 00, 10 nor 80 to 8F: the bytes are proprietary."),), meaning


def _text(data: bytes) -> str:
    stripped = data.rstrip(b"\0")
    return stripped.decode("ascii") if len(stripped) >= 3 and all(0x20 <= b < 0x7F for b in stripped) else ""


def _ber_aid(body: bytes, start: int) -> tuple[Field, ...]:
    """``4F`` with a length byte that fits exactly is BER-TLV, as PC/SC writes it; as compact TLV it would overrun."""
    if len(body) < 3 or body[0] != 0x4F or body[1] != len(body) - 2:
        return ()
    return (
        _part("Tag", start, body[:1], "An application identifier (BER-TLV tag 4F)."),
        _part("Length", start + 1, body[1:2], f"{body[1]} bytes."),
        _part("AID", start + 2, body[2:]),
    )


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


def _compact_tlv(data: bytes, start: int) -> list[Field]:
    fields: list[Field] = []
    position = 0
    while position < len(data):
        tag, length = data[position] >> 4, data[position] & 0x0F
        value = data[position + 1 : position + 1 + length]
        name, meaning = _OBJECTS.get(tag, (f"Object {tag:X}", "ISO/IEC 7816-4 defines no such object here."))
        if tag == 0 and length == 0:
            name, meaning = "Filler", "A zero byte, no data object."
        problems: tuple[str, ...] = ()
        if len(value) < length:
            problems = (f"This object has {length} bytes by its header; {len(value)} follow.",)
        at = start + position
        header = Field(
            "Header",
            (at, at + 1),
            f"{data[position]:02X}",
            "Tag and length of a compact TLV object.",
            children=(
                bit_field("Tag", at, (7, 4), f"{tag:X}", f"{name}."),
                bit_field("Length", at, (3, 0), str(length), f"{length} byte{'' if length == 1 else 's'}."),
            ),
        )
        inside = () if problems else _object(tag, value, at + 1)
        if value and not inside:
            text = _text(value)
            inside = (_part("Value", at + 1, value, f'As text "{text}".' if text else ""),)
        end = at + 1 + len(value)
        whole = hexed(data[position : position + 1 + len(value)])
        fields.append(Field(name, (at, end), whole, meaning, problems, (header, *inside)))
        position += 1 + length
    return fields


def _object(tag: int, value: bytes, start: int) -> tuple[Field, ...]:
    if tag == 0x3 and len(value) == 1:
        return (_card_service(value[0], start),)
    if tag == 0x7 and 1 <= len(value) <= 3:
        decoders = (_selection_methods, _data_coding, _chaining_and_channels)
        return tuple(
            decoder(byte, start + index) for index, (decoder, byte) in enumerate(zip(decoders, value, strict=False))
        )
    if tag == 0x8 and 1 <= len(value) <= 3:
        return _status(value, start)
    return ()


def _flags(byte: int, offset: int, names: dict[int, str]) -> list[Field]:
    """One yes/no field a bit, ``names`` by bit number with 7 the most significant."""
    said = {False: ("no", "The card does not say that it can do this."), True: ("yes", "The card can do this.")}
    return [bit_field(name, offset, (bit, bit), *said[bool(byte >> bit & 1)]) for bit, name in names.items()]


def _byte(name: str, byte: int, offset: int, meaning: str, children: list[Field]) -> Field:
    return Field(name, (offset, offset + 1), f"{byte:02X}", meaning, children=tuple(children))


def _card_service(byte: int, offset: int) -> Field:
    access = {0b100: "READ BINARY", 0b000: "READ RECORD", 0b010: "GET DATA"}.get(byte >> 1 & 7, "RFU")
    names = {
        7: "Selection by full DF name",
        6: "Selection by partial DF name",
        5: "Data objects in EF.DIR",
        4: "Data objects in EF.ATR",
    }
    children = [
        *_flags(byte, offset, names),
        bit_field("Access to EF.DIR and EF.ATR", offset, (3, 1), access, "The command that reads them."),
        bit_field("Master file", offset, (0, 0), "no" if byte & 1 else "yes", "Whether the card has an MF."),
    ]
    return _byte("Card service", byte, offset, "How to find the card's applications.", children)


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
    return _byte(
        "Selection methods", byte, offset, "How files and records can be selected.", _flags(byte, offset, names)
    )


def _data_coding(byte: int, offset: int) -> Field:
    write = ("one-time write", "proprietary", "write OR", "write AND")[byte >> 5 & 3]
    quartets = 2 ** (byte & 0x0F)
    children = [
        *_flags(byte, offset, {7: "EFs of TLV structure"}),
        bit_field("Write behaviour", offset, (6, 5), write, "What the write functions do to stored bits."),
        bit_field("FF as first byte of a tag", offset, (4, 4), "valid" if byte & 0x10 else "invalid", "For BER-TLV."),
        bit_field(
            "Data unit",
            offset,
            (3, 0),
            f"{quartets} half bytes" if quartets > 1 else "1 half byte",
            "The unit that offsets count.",
        ),
    ]
    return _byte("Data coding", byte, offset, "How data is written and counted.", children)


def _chaining_and_channels(byte: int, offset: int) -> Field:
    assignment = ("none", "by the card", "by the interface device", "by both")[byte >> 3 & 3]
    most = byte & 7
    children = [
        *_flags(byte, offset, {7: "Command chaining", 6: "Extended Lc and Le", 5: "Extended length in EF.ATR"}),
        bit_field("Channel numbers assigned", offset, (4, 3), assignment, "Who numbers logical channels."),
        bit_field(
            "Logical channels", offset, (2, 0), "8 or more" if most == 7 else str(most + 1), "At most open at once."
        ),
    ]
    return _byte("Command chaining, lengths, channels", byte, offset, "What commands may look like.", children)


def _status(value: bytes, start: int) -> tuple[Field, ...]:
    """LCS (1 byte), SW1 SW2 (2 bytes), or both (3 bytes)."""
    fields: list[Field] = []
    if len(value) != 2:
        fields.append(_part("LCS", start, value[:1], f"Life cycle status: {_life_cycle(value[0])}."))
    if len(value) > 1:
        sw = value[-2:]
        word = status_word(int.from_bytes(sw))
        meaning = "No status given." if sw == b"\0\0" else f"{word.meaning}: {word.explanation}"
        fields.append(_part("SW1-SW2", start + len(value) - 2, sw, meaning))
    return tuple(fields)


def _life_cycle(byte: int) -> str:
    if byte > 0x0F:
        return "proprietary"
    if byte >= 0x0C:
        return "terminated"
    names = {0: "none given", 1: "creation", 3: "initialisation", 4: "deactivated", 6: "deactivated"}
    return names.get(byte, "activated" if byte in (5, 7) else "reserved")
