"""The answer to reset (ISO/IEC 7816-3:2006 §8, 7816-4 §8.1.1; PC/SC Part 3 for contactless cards)."""

from dataclasses import dataclass

from cardscope.decode.atr_historical import StorageCard, historical_bytes, storage_card
from cardscope.decode.atr_interface import InterfaceContext, interface_byte
from cardscope.decode.atr_tables import bit_field, hexed
from cardscope.fields import Field

__all__ = ["Atr", "StorageCard", "Tck", "decode_atr"]

_MOST = 33
_CONVENTIONS = {0x3B: "direct", 0x3F: "inverse"}


@dataclass(frozen=True, slots=True)
class Tck:
    """The check byte: whether it is there, what it must be (also where none belongs), and whether all is as it should
    be, which for an ATR that needs no TCK means that there is none.
    """

    present: bool
    expected: int
    correct: bool


@dataclass(frozen=True, slots=True)
class Atr:
    """An answer to reset in full."""

    raw: bytes
    field: Field
    """The tree, root ``ATR``."""
    valid: bool
    """Whether there are no ``problems``."""
    problems: tuple[str, ...]
    """A sentence each, in the order of the bytes."""
    protocols: tuple[int, ...]
    """The T values offered, 15 (global bytes) left out; the first is the card's preference. Empty: cannot be told."""
    convention: str
    """``direct``, ``inverse``, or empty when TS is neither."""
    historical: bytes
    tck: Tck
    storage: StorageCard | None
    contactless: bool
    """The form that PC/SC Part 3 gives contactless cards: ``3B 8n 80 01``."""
    summary: str
    """One sentence of what is known, without the full stop."""


@dataclass(slots=True)
class _Walk:
    """What the walk along the interface bytes found."""

    fields: list[Field]
    protocols: list[int]
    end: int
    truncated: bool = False


def decode_atr(atr: bytes) -> Atr:
    """Any bytes as an ATR. Nothing is refused: all faults are in ``problems`` and in the tree where they are."""
    if not atr:
        root = Field("ATR", (0, 0), "", "", ("No bytes: an ATR has 2 to 33.",))
        return Atr(atr, root, False, root.problems, (), "", b"", Tck(False, 0, True), None, False, "No answer to reset")
    convention = _CONVENTIONS.get(atr[0], "")
    fields = [_ts(atr[0], convention)]
    root_problems: list[str] = []
    if len(atr) > _MOST:
        root_problems.append(f"{len(atr)} bytes; an ATR has at most {_MOST}.")
    if len(atr) < 2:
        root_problems.append("T0 is missing; an ATR has at least 2 bytes.")
        walk = _Walk([], [], 1, truncated=True)
    else:
        walk = _walk(atr)
    fields += walk.fields
    contactless = atr[:1] == b"\x3b" and len(atr) > 3 and atr[1] & 0xF0 == 0x80 and atr[2:4] == b"\x80\x01"
    historical = b"" if walk.truncated else atr[walk.end : walk.end + (atr[1] & 0x0F)]
    tck = Tck(False, _check_sum(atr[1:]), False)
    if not walk.truncated:
        tail, tck = _tail(atr, walk, historical, contactless=contactless, root_problems=root_problems)
        fields += tail
    protocols = _offered(walk)
    storage = storage_card(historical)
    summary = _summary(convention, protocols, historical, storage, contactless=contactless)
    root = Field("ATR", (0, len(atr)), hexed(atr), f"{summary}.", tuple(root_problems), tuple(fields))
    problems = tuple(root.all_problems())
    return Atr(atr, root, not problems, problems, protocols, convention, historical, tck, storage, contactless, summary)


def _ts(value: int, convention: str) -> Field:
    if convention:
        order = "low bit first, high level is 1" if convention == "direct" else "high bit first, low level is 1"
        return Field("TS", (0, 1), f"{value:02X}", f"{convention.capitalize()} convention: {order}.")
    problem = f"TS is {value:02X}; 3B (direct convention) or 3F (inverse convention) expected."
    return Field("TS", (0, 1), f"{value:02X}", "", (problem,))


def _walk(atr: bytes) -> _Walk:
    """T0 and all interface bytes, as far as they are there."""
    walk = _Walk([], [], 1)
    context = InterfaceContext()
    index, protocol, announcer = 1, 0, "T0"
    flags = atr[1] >> 4
    while True:
        at, name = walk.end, announcer
        own_index = len(walk.fields)
        walk.end += 1
        missing = ""
        next_at: int | None = None
        for bit, letter in enumerate("ABCD"):
            if not flags >> bit & 1:
                continue
            if walk.end >= len(atr):
                missing = f"T{letter}{index}"
                break
            if letter == "D":
                next_at = walk.end
                break
            byte = atr[walk.end]
            walk.fields.append(interface_byte(letter, index, byte, walk.end, protocol=protocol, context=context))
            walk.end += 1
        walk.fields.insert(own_index, _announcer(name, at, atr[at], index, protocols=walk.protocols, missing=missing))
        if missing:
            walk.truncated = True
            return walk
        if next_at is None:
            return walk
        protocol, flags, announcer = atr[next_at] & 0x0F, atr[next_at] >> 4, f"TD{index}"
        walk.protocols.append(protocol)
        index += 1


def _announcer(name: str, at: int, value: int, index: int, *, protocols: list[int], missing: str) -> Field:
    """T0 or a TD byte: which interface bytes follow, and the number of historical bytes or the protocol."""
    announced = [f"T{letter}{index}" for bit, letter in enumerate("ABCD") if value >> (4 + bit) & 1]
    follow = f"{_listed(announced)} follow." if len(announced) > 1 else f"{announced[0]} follows." if announced else ""
    flags = bit_field(f"Y{index}", at, (7, 4), f"{value >> 4:04b}", follow or "No interface bytes follow.")
    low = value & 0x0F
    problems = (f"{missing} is announced here, and the ATR ends before it.",) if missing else ()
    if name == "T0":
        count = bit_field("K", at, (3, 0), str(low), f"{low} historical byte{'' if low == 1 else 's'}.")
        meaning = "Says which interface bytes and how many historical bytes there are."
        return Field(name, (at, at + 1), f"{value:02X}", meaning, problems, (flags, count))
    kind = _protocol_meaning(low)
    protocol = bit_field("T", at, (3, 0), str(low), kind, problems=_protocol_problems(low, protocols))
    return Field(name, (at, at + 1), f"{value:02X}", kind, problems, (flags, protocol))


def _protocol_meaning(protocol: int) -> str:
    known = {
        0: "T=0: the card offers the byte-oriented protocol.",
        1: "T=1: the card offers the block-oriented protocol.",
        14: "T=14: the card offers a protocol that is not standardised.",
        15: "T=15: no protocol; the interface bytes that follow hold for all protocols.",
    }
    return known.get(protocol, f"T={protocol}: reserved.")


def _protocol_problems(protocol: int, protocols: list[int]) -> tuple[str, ...]:
    """``protocols`` are all T values up to this one, which is the last."""
    problems: list[str] = []
    if protocol not in (0, 1, 14, 15):
        problems.append(f"T={protocol} is reserved by ISO/IEC 7816-3; 0, 1, 14 or 15 expected.")
    if protocol == 15 and len(protocols) == 1:
        problems.append("T=15 is not allowed in TD1; the first protocol on offer expected.")
    if len(protocols) > 1 and protocol < protocols[-2]:
        problems.append(f"T={protocol} comes after T={protocols[-2]}; ascending order expected.")
    return tuple(problems)


def _tail(
    atr: bytes, walk: _Walk, historical: bytes, *, contactless: bool, root_problems: list[str]
) -> tuple[list[Field], Tck]:
    """Historical bytes, TCK and what is left over (ISO/IEC 7816-3 §8.2.4, §8.2.5)."""
    fields: list[Field] = []
    wanted = atr[1] & 0x0F
    short = wanted - len(historical)
    lack = f"T0 announces {wanted} historical byte{'' if wanted == 1 else 's'}; {short} missing."
    if historical:
        problems = (lack,) if short else ()
        fields.append(historical_bytes(historical, walk.end, contactless=contactless, problems=problems))
    elif short:
        root_problems.append(lack)
    at = walk.end + len(historical)
    needed = any(walk.protocols)
    expected = _check_sum(atr[1:at])
    rest = atr[at:]
    if not rest:
        if needed and not short:
            root_problems.append(f"TCK is missing; {expected:02X} expected, as a protocol other than T=0 is named.")
        return fields, Tck(False, expected, not needed)
    # Without T=0 alone there must be a TCK; with it, one surplus byte that checks is a TCK that does not belong.
    if needed or (len(rest) == 1 and rest[0] == expected):
        fields.append(_tck_field(rest[0], at, expected, needed=needed))
        if extra := rest[1:]:
            fields.append(_extra(extra, at + 1, "TCK"))
        return fields, Tck(True, expected, needed and rest[0] == expected)
    fields.append(_extra(rest, at, "the last byte that T0 announces (T=0 alone has no TCK)"))
    return fields, Tck(False, expected, True)


def _tck_field(value: int, at: int, expected: int, *, needed: bool) -> Field:
    if value != expected:
        problems, meaning = (f"TCK is {value:02X}; {expected:02X} expected.",), "Check byte, wrong."
    elif not needed:
        problems, meaning = ("TCK is superfluous: a card that names T=0 alone sends none.",), "Check byte, correct."
    else:
        problems, meaning = (), "Check byte, correct: T0 to TCK add up to 0 by exclusive or."
    return Field("TCK", (at, at + 1), f"{value:02X}", meaning, problems)


def _extra(data: bytes, at: int, after: str) -> Field:
    count = f"{len(data)} byte{'' if len(data) == 1 else 's'}"
    return Field(
        "Extra bytes", (at, at + len(data)), hexed(data), "", (f"{count} more than there should be, after {after}.",)
    )


def _check_sum(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte
    return total


def _offered(walk: _Walk) -> tuple[int, ...]:
    offered = tuple(dict.fromkeys(protocol for protocol in walk.protocols if protocol != 15))
    # Without TD1 the card offers T=0 alone, unless the bytes end before that can be told.
    return offered or (() if walk.protocols or walk.truncated else (0,))


def _summary(
    convention: str, protocols: tuple[int, ...], historical: bytes, storage: StorageCard | None, *, contactless: bool
) -> str:
    if not convention:
        return "Not an answer to reset as ISO/IEC 7816-3 defines it"
    if storage:
        note = f" ({storage.note})" if storage.note else ""
        contact = "Storage card" if "contact" in storage.standard else "Contactless storage card"
        return f"{contact}, {storage.standard}: {storage.card}{note}"
    text = historical.strip(b"\0")
    words = f', calls itself "{text.decode("ascii")}"' if _is_text(text) else ""
    if contactless:
        return f"Contactless smart card, ISO 14443-4 (ISO-DEP){words}"
    spoken = f"speaks {_listed([f'T={protocol}' for protocol in protocols])}" if protocols else "protocol unknown"
    return f"Smart card with contacts, {spoken}, {convention} convention{words}"


def _is_text(data: bytes) -> bool:
    return len(data) >= 3 and all(0x20 <= byte < 0x7F for byte in data)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
