"""The answer to reset (ISO/IEC 7816-3:2006 §8, 7816-4 §8.1.1; PC/SC Part 3 for contactless cards)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cardscope.decode.atr_historical import StorageCard, historical_bytes, storage_card
from cardscope.decode.atr_interface import interface_fields
from cardscope.decode.atr_parameters import Parameters, parameters
from cardscope.decode.atr_structure import Structure, read_structure
from cardscope.decode.atr_tables import byte_field, count, part, text_in
from cardscope.fields import Field

__all__ = ["Atr", "Parameters", "StorageCard", "Tck", "decode_atr"]

_MOST = 33
_CONVENTIONS = {0x3B: "direct", 0x3F: "inverse"}


@dataclass(frozen=True, slots=True)
class Tck:
    """The check byte (ISO/IEC 7816-3:2006 §8.2.5)."""

    present: bool
    expected: int | None
    """What it must be; ``None`` where none belongs, as for a card that offers T=0 alone, or where the ATR is cut short
    so that it cannot be told."""
    correct: bool
    """Whether all is as it should be: one that is due is there and right, and one that is not due is not there."""


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
    parameters: Parameters | None
    """What the interface bytes come to; ``None`` where the ATR ends before them all."""
    storage: StorageCard | None
    contactless: bool
    """The form that PC/SC Part 3 gives contactless cards: ``3B 8n 80 01``."""
    summary: str
    """One sentence of what is known, without the full stop."""

    def to_json(self) -> dict[str, Any]:
        """Everything but the tree: bytes as hex, protocols as ``T=1``, ``None`` for what is not there.

        Keys: ``hex, valid, problems[], convention, protocols[], historical, tck{present, expected, correct},
        parameters{}`` (see :class:`Parameters`; empty when cut short) and ``card{standard, name}``.
        """
        tck, storage = self.tck, self.storage
        return {
            "hex": self.raw.hex().upper(),
            "valid": self.valid,
            "problems": list(self.problems),
            "convention": self.convention or None,
            "protocols": [f"T={protocol}" for protocol in self.protocols],
            "historical": self.historical.hex().upper(),
            "tck": {
                "present": tck.present,
                "expected": None if tck.expected is None else f"{tck.expected:02X}",
                "correct": tck.correct,
            },
            "parameters": self.parameters.to_json() if self.parameters else {},
            "card": {"standard": storage.standard, "name": storage.card} if storage else None,
        }


def decode_atr(atr: bytes) -> Atr:
    """Any bytes as an ATR. Nothing is refused: all faults are in ``problems`` and in the tree where they are."""
    if len(atr) < 2:
        return _too_short(atr)
    convention = _CONVENTIONS.get(atr[0], "")
    structure = read_structure(atr)
    fields = [_ts(atr[0]), *interface_fields(structure)]
    root_problems: list[str] = []
    if len(atr) > _MOST:
        root_problems.append(f"{len(atr)} bytes; an ATR has at most {_MOST}.")
    contactless = atr[0] == 0x3B and atr[1] & 0xF0 == 0x80 and atr[2:4] == b"\x80\x01"
    historical, tck, storage = b"", Tck(False, None, False), None
    if not structure.missing:
        historical = atr[structure.end : structure.end + (atr[1] & 0x0F)]
        storage = storage_card(historical)
        if historical:
            problems = _lack(atr, historical)
            fields.append(
                historical_bytes(historical, structure.end, storage, contactless=contactless, problems=problems)
            )
        else:
            root_problems += _lack(atr, historical)
        tck, problem, tail = _tail(atr, structure, structure.end + len(historical))
        root_problems += problem
        fields += tail
    protocols = structure.offered
    summary = _summary(convention, protocols, historical, storage, contactless=contactless)
    root = part("ATR", 0, atr, f"{summary}.", problems=tuple(root_problems), children=tuple(fields))
    problems = tuple(root.all_problems())
    return Atr(
        atr,
        root,
        not problems,
        problems,
        protocols,
        convention,
        historical,
        tck,
        None if structure.missing else parameters(structure),
        storage,
        contactless,
        summary,
    )


def _too_short(atr: bytes) -> Atr:
    """No TS or no T0: there is next to nothing to say."""
    problem = "T0 is missing; an ATR has at least 2 bytes." if atr else "No bytes: an ATR has 2 to 33."
    convention = _CONVENTIONS.get(atr[0], "") if atr else ""
    summary = "Cut short after its first byte" if convention else _NO_ATR if atr else "No answer to reset"
    root = part("ATR", 0, atr, f"{summary}.", problems=(problem,), children=(_ts(atr[0]),) if atr else ())
    problems = tuple(root.all_problems())
    return Atr(atr, root, False, problems, (), convention, b"", Tck(False, None, False), None, None, False, summary)


@lru_cache(maxsize=256)
def _ts(value: int) -> Field:
    if convention := _CONVENTIONS.get(value):
        order = "low bit first, high level is 1" if convention == "direct" else "high bit first, low level is 1"
        return byte_field("TS", 0, value, f"{convention.capitalize()} convention: {order}.")
    problem = f"TS is {value:02X}; 3B (direct convention) or 3F (inverse convention) expected."
    return byte_field("TS", 0, value, "", problems=(problem,))


def _lack(atr: bytes, historical: bytes) -> tuple[str, ...]:
    wanted = atr[1] & 0x0F
    short = wanted - len(historical)
    return (f"T0 announces {count(wanted, 'historical byte')}; {short} missing.",) if short else ()


def _tail(atr: bytes, structure: Structure, at: int) -> tuple[Tck, tuple[str, ...], list[Field]]:
    """TCK and what is left over, from ``at`` on (ISO/IEC 7816-3 §8.2.4, §8.2.5), with problems of the whole ATR."""
    needed = any(structure.protocols)
    check = _check_sum(atr[1:at])
    expected = check if needed else None
    rest = atr[at:]
    if not rest:
        short = at < structure.end + (atr[1] & 0x0F)
        if not needed:
            return Tck(False, None, True), (), []
        if short:
            return Tck(False, None, False), (), []
        problem = f"TCK is missing; {check:02X} expected, as a protocol other than T=0 is named."
        return Tck(False, check, False), (problem,), []
    # Without T=0 alone there must be a TCK; with it, one surplus byte that checks is a TCK that does not belong.
    if needed or (len(rest) == 1 and rest[0] == check):
        fields = [_tck_field(rest[0], at, check, needed=needed)]
        if len(rest) > 1:
            fields.append(_extra(rest[1:], at + 1, "TCK"))
        return Tck(True, expected, needed and rest[0] == check), (), fields
    after = "the last byte that T0 announces (T=0 alone has no TCK)"
    return Tck(False, None, True), (), [_extra(rest, at, after)]


def _tck_field(value: int, at: int, expected: int, *, needed: bool) -> Field:
    if value != expected:
        problems, meaning = (f"TCK is {value:02X}; {expected:02X} expected.",), "Check byte, wrong."
    elif not needed:
        problems, meaning = ("TCK is superfluous: a card that names T=0 alone sends none.",), "Check byte, correct."
    else:
        problems, meaning = (), "Check byte, correct: T0 to TCK add up to 0 by exclusive or."
    return byte_field("TCK", at, value, meaning, problems=problems)


def _extra(data: bytes, at: int, after: str) -> Field:
    return part(
        "Extra bytes", at, data, "", problems=(f"{count(len(data))} more than there should be, after {after}.",)
    )


def _check_sum(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte
    return total


_NO_ATR = "Not an answer to reset as ISO/IEC 7816-3 defines it"


def _summary(
    convention: str, protocols: tuple[int, ...], historical: bytes, storage: StorageCard | None, *, contactless: bool
) -> str:
    if not convention:
        return _NO_ATR
    if storage:
        note = f" ({storage.note})" if storage.note else ""
        contact = "Storage card" if "contact" in storage.standard else "Contactless storage card"
        return f"{contact}, {storage.standard}: {storage.card}{note}"
    text = text_in(historical.strip(b"\0"))
    words = f', calls itself "{text}"' if text else ""
    if contactless:
        return f"Contactless smart card, ISO 14443-4 (ISO-DEP){words}"
    spoken = f"speaks {_listed([f'T={protocol}' for protocol in protocols])}" if protocols else "protocol unknown"
    return f"Smart card with contacts, {spoken}, {convention} convention{words}"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
