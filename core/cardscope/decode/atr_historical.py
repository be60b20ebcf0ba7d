"""The historical bytes of an ATR (ISO/IEC 7816-4:2005 §8.1.1, PC/SC Part 3 §3.1.3.2.3)."""

from dataclasses import dataclass

from cardscope.decode.atr_objects import application_identifier, data_objects, status_fields
from cardscope.decode.atr_tables import count, part, table, text_in
from cardscope.decode.atr_type_b import looks_like_type_b, type_b_fields
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
    standard, name = historical[8], historical[9:11].hex().upper()
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


def historical_bytes(
    data: bytes, offset: int, storage: StorageCard | None, *, contactless: bool, problems: tuple[str, ...]
) -> Field:
    """The field of the historical bytes ``data`` (at least one) at ``offset`` in the ATR.

    ``storage`` is what :func:`storage_card` says of them; ``contactless`` whether the ATR has the form of PC/SC Part 3.
    """
    if storage:
        children = _storage_fields(data, offset, storage)
        meaning = "A storage card, described by the reader (PC/SC Part 3)."
    elif contactless and looks_like_type_b(data):
        children, meaning = type_b_fields(data, offset), "Probably of an ISO 14443 type B card: parts of its ATQB."
    else:
        children, meaning = _by_category(data, offset)
        if contactless:
            meaning = f"As in the card's answer to select (ATS of ISO 14443-4 type A). {meaning}"
    return part("Historical bytes", offset, data, meaning, problems=problems, children=children)


def _storage_fields(data: bytes, offset: int, storage: StorageCard) -> tuple[Field, ...]:
    length, following = data[2], len(data) - 3
    problems = (f"The length says {length}; {following} bytes follow.",) if length != following else ()
    note = f" ({storage.note})" if storage.note else ""
    fields = [
        part("T1", offset, data[:1], "Category 80: data objects follow."),
        part("Tag", offset + 1, data[1:2], "An application identifier (BER-TLV tag 4F)."),
        part("Length", offset + 2, data[2:3], f"{count(length)}.", problems=problems),
        part("RID", offset + 3, data[3:8], "The PC/SC Workgroup."),
        part("SS", offset + 8, data[8:9], f"Standard: {storage.standard}."),
        part("NN", offset + 9, data[9:11], f"Card name: {storage.card}{note}."),
    ]
    if rest := data[11:]:
        meaning = (
            "Reserved by PC/SC and normally zero; this reader put data of its own here." if any(rest) else "Reserved."
        )
        fields.append(part("RFU", offset + 11, rest, meaning))
    return tuple(fields)


def _by_category(data: bytes, offset: int) -> tuple[tuple[Field, ...], str]:
    category, first, body, start = data[0], data[:1], data[1:], offset + 1
    if category == 0x00:
        return _status_at_the_end(first, body, offset)
    if category == 0x10:
        problems = () if body else ("Category 10 wants a DIR data reference; nothing follows.",)
        fields = [part("T1", offset, first, "Category 10: a DIR data reference follows.", problems=problems)]
        if body:
            fields.append(part("DIR data reference", start, body[:1], "Its meaning is left to the card's application."))
        if body[1:]:
            fields.append(part("Data", start + 1, body[1:], "No meaning defined."))
        return tuple(fields), "A reference into the directory of applications."
    if category == 0x80:
        t1 = part("T1", offset, first, "Category 80: data objects follow.")
        return (t1, *(_ber_aid(body, start) or data_objects(body, start))), "Data objects in compact TLV."
    text = text_in(data)
    words = "" if text else text_in(body)
    rest = (part("Data", start, body, f'As text "{words}".' if words else ""),) if body else ()
    if 0x81 <= category <= 0x8F:
        t1 = part("T1", offset, first, "Category 81 to 8F: reserved.", problems=("Category 81 to 8F is reserved.",))
        return (t1, *rest), "Reserved: no meaning is defined yet."
    t1 = part("T1", offset, first, "Neither 00, 10 nor 80 to 8F: the bytes are proprietary.")
    known = text or words
    meaning = f'Proprietary; as text "{known}".' if known else "Proprietary: only the card's maker knows their meaning."
    return (t1, *rest), meaning


def _status_at_the_end(first: bytes, body: bytes, offset: int) -> tuple[tuple[Field, ...], str]:
    """Category 00: the last 3 bytes are the status, without a header (ISO/IEC 7816-4 §8.1.1.3)."""
    meaning, start = "Category 00: data objects, then the status.", offset + 1
    if len(body) < 3:
        problem = f"Category 00 ends with 3 status bytes; {len(body)} follow."
        fields = [part("T1", offset, first, meaning, problems=(problem,))]
        if body:
            fields.append(part("Data", start, body))
        return tuple(fields), "Data objects and status."
    split = len(body) - 3
    return (
        part("T1", offset, first, meaning),
        *data_objects(body[:split], start),
        *status_fields(body[split:], start + split),
    ), "Data objects in compact TLV, then the card's status."


def _ber_aid(body: bytes, start: int) -> tuple[Field, ...]:
    """``4F`` with a length byte that fits exactly is BER-TLV, as PC/SC writes it; as compact TLV it would overrun."""
    if len(body) < 3 or body[0] != 0x4F or body[1] != len(body) - 2:
        return ()
    meaning, problems, children = application_identifier(body[2:], start + 2)
    return (
        part("Tag", start, body[:1], "An application identifier (BER-TLV tag 4F)."),
        part("Length", start + 1, body[1:2], f"{count(body[1])}."),
        part("AID", start + 2, body[2:], meaning, problems=problems, children=children),
    )
