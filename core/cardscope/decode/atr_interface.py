"""The interface bytes of an ATR as fields, each in its context (ISO/IEC 7816-3:2006 §8.3, §10.2, §11.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cardscope.decode.atr_parameters import (
    CLOCK_HZ,
    DEFAULT_FI,
    DEFAULT_TA1,
    block_waiting_time,
    character_waiting_time,
    guard_time,
    rate,
    work_waiting_time,
)
from cardscope.decode.atr_structure import (
    CLOCK,
    IFSC,
    REDUNDANCY,
    REPEATED,
    SPARE,
    WAITING,
    WORK_WAITING,
    InterfaceByte,
    Structure,
)
from cardscope.decode.atr_tables import bit_field, byte_field, count, table
from cardscope.fields import Field

_RESERVED = "{0} is reserved by ISO/IEC 7816-3{1}."
_VPP_NOTE = "Programming voltage; deprecated since 2006 and ignored."


@dataclass(frozen=True, slots=True)
class _Context:
    """What the meaning of one byte depends on beside itself."""

    ta1: int
    protocols: tuple[int, ...]
    """All T values named, 15 too, or T=0 alone when none is."""


@lru_cache(maxsize=4096)
def interface_fields(structure: Structure) -> tuple[Field, ...]:
    """The fields of T0 and all interface bytes, in their order."""
    fields: list[Field] = []
    protocols = structure.protocols
    context = _Context(structure.values.get("TA1", DEFAULT_TA1), protocols or (0,))
    for byte in structure.bytes:
        if byte.letter == "0":
            fields.append(_t0(byte.value, _if_of(structure.missing, 1)))
        elif byte.letter == "D":
            place = byte.i - 1
            before = protocols[place - 1] if place else None
            fields.append(_td(byte.i, byte.value, byte.offset, before, _if_of(structure.missing, byte.i + 1)))
        else:
            fields.append(_interface_byte(byte, context))
    return tuple(fields)


def _if_of(missing: str, index: int) -> str:
    return missing if missing[2:] == str(index) else ""


@lru_cache(maxsize=512)
def _t0(value: int, missing: str) -> Field:
    low = value & 0x0F
    historical = bit_field("K", 1, (3, 0), str(low), f"{count(low, 'historical byte')}.")
    meaning = "Says which interface bytes and how many historical bytes there are."
    return byte_field(
        "T0", 1, value, meaning, problems=_missing(missing), children=(_announced(1, 1, value), historical)
    )


@lru_cache(maxsize=2048)
def _td(index: int, value: int, offset: int, before: int | None, missing: str) -> Field:
    """``before`` is the T of the TD before, ``None`` for TD1."""
    kind = _protocol_meaning(value & 0x0F)
    protocol = bit_field(
        "T", offset, (3, 0), str(value & 0x0F), kind, problems=_protocol_problems(value & 0x0F, before)
    )
    return byte_field(
        f"TD{index}",
        offset,
        value,
        kind,
        problems=_missing(missing),
        children=(_announced(index + 1, offset, value), protocol),
    )


def _announced(index: int, offset: int, value: int) -> Field:
    names = [f"T{letter}{index}" for bit, letter in enumerate("ABCD") if value >> (4 + bit) & 1]
    verb = "follow" if len(names) > 1 else "follows"
    listed = " and ".join((", ".join(names[:-1]), names[-1]) if len(names) > 1 else names)
    meaning = f"{listed} {verb}." if names else "No interface bytes follow."
    return bit_field(f"Y{index}", offset, (7, 4), f"{value >> 4:04b}", meaning)


def _missing(name: str) -> tuple[str, ...]:
    return (f"{name} is announced here, and the ATR ends before it.",) if name else ()


def _protocol_meaning(protocol: int) -> str:
    known = {
        0: "T=0: the card offers the byte-oriented protocol.",
        1: "T=1: the card offers the block-oriented protocol.",
        14: "T=14: the card offers a protocol that is not standardised.",
        15: "T=15: no protocol; the interface bytes that follow hold for all protocols.",
    }
    return known.get(protocol, f"T={protocol}: reserved.")


def _protocol_problems(protocol: int, before: int | None) -> tuple[str, ...]:
    problems: list[str] = []
    if protocol not in (0, 1, 14, 15):
        problems.append(_RESERVED.format(f"T={protocol}", "; 0, 1, 14 or 15 expected"))
    if protocol == 15 and before is None:
        problems.append("T=15 is not allowed in TD1; the first protocol on offer expected.")
    if before is not None and protocol < before:
        problems.append(f"T={protocol} comes after T={before}; ascending order expected.")
    return tuple(problems)


@lru_cache(maxsize=8192)
def _interface_byte(byte: InterfaceByte, context: _Context) -> Field:
    decoder = _DECODERS.get(byte.role)
    if decoder is not None:
        return decoder(byte.name, byte.value, byte.offset, context)
    if byte.role == REPEATED:
        meaning = f"A repeated byte for T={byte.protocol}: only the first of its kind counts."
    else:
        meaning = f"ISO/IEC 7816-3 gives {byte.name} no meaning for T={byte.protocol}."
    return byte_field(byte.name, byte.offset, byte.value, meaning)


def _ta1(name: str, value: int, offset: int, _context: _Context) -> Field:
    high, low = value >> 4, value & 0x0F
    fi, fmax, di = table("fi")[high], table("fmax")[high], table("di")[low]
    first = (
        bit_field("Fi", offset, (7, 4), str(fi), f"{fi} clock cycles, at most {fmax} MHz.")
        if fi
        else bit_field("Fi", offset, (7, 4), "RFU", "Reserved value.", problems=(_RESERVED.format(f"Fi {high:X}", ""),))
    )
    second = (
        bit_field("Di", offset, (3, 0), str(di), f"Divides Fi by {di}.")
        if di
        else bit_field("Di", offset, (3, 0), "RFU", "Reserved value.", problems=(_RESERVED.format(f"Di {low:X}", ""),))
    )
    if not (fi and di):
        meaning = "The fastest rate cannot be told: a reserved value."
    else:
        at_4mhz, best = CLOCK_HZ * di / fi, fmax * 1_000_000 * di / fi
        meaning = (
            f"Fastest rate: a bit takes {fi}/{di} = {_number(fi / di)} clock cycles, {at_4mhz:,.0f} bit/s at 4 MHz and "
            f"{best:,.0f} bit/s at {fmax} MHz."
        )
    return byte_field(name, offset, value, meaning, children=(first, second))


def _tb1(name: str, value: int, offset: int, _context: _Context) -> Field:
    current = ("25 mA", "50 mA", "100 mA", "RFU")[value >> 5 & 3]
    volts = value & 0x1F
    voltage = "not connected" if not volts else f"{volts} V" if 5 <= volts <= 25 else "RFU"
    children = (
        bit_field("II", offset, (6, 5), current, "Most programming current."),
        bit_field("PI1", offset, (4, 0), voltage, "Programming voltage."),
    )
    return byte_field(name, offset, value, _VPP_NOTE, children=children)


def _tb2(name: str, value: int, offset: int, _context: _Context) -> Field:
    voltage = f"{value / 10:g} V" if 50 <= value <= 250 else "RFU"
    return byte_field(name, offset, value, f"{_VPP_NOTE} PI2: {voltage}.")


def _tc1(name: str, value: int, offset: int, context: _Context) -> Field:
    ta1, everywhere = context.ta1, 15 in context.protocols
    if value == 255:
        meaning = "The least guard time: characters to the card are at least 12 etu apart with T=0, 11 etu with T=1."
    elif not value:
        meaning = "No extra guard time: characters to the card are at least 12 etu apart."
    elif everywhere and (known := rate(ta1)):
        total = _number(guard_time(value, 0, ta1, global_bytes=True))
        meaning = (
            f"Extra guard time {value}: characters to the card are at least 12 etu + {value} × {known[0]}/{known[1]} "
            f"clock cycles apart, {total} etu after a reset (with T=15 it counts in etu of TA1)."
        )
    else:
        meaning = (
            f"Extra guard time {value}: characters to the card are at least 12 etu + {value} etu = {12 + value} etu "
            "apart."
        )
    return byte_field(name, offset, value, meaning)


def _ta2(name: str, value: int, offset: int, _context: _Context) -> Field:
    fixed, implicit, protocol = bool(value & 0x80), bool(value & 0x10), value & 0x0F
    source = "parameters that the card's interface knows by itself" if implicit else "the parameters of TA1"
    meaning = f"Specific mode: the card speaks T={protocol} at once, with {source}, and negotiates nothing."
    change = "The card cannot change to negotiable mode." if fixed else "A reset can bring it to negotiable mode."
    spare = value >> 5 & 3
    problems = ("Bits 7 and 6 are reserved by ISO/IEC 7816-3; zeros expected.",) if spare else ()
    children = (
        bit_field("Mode change", offset, (7, 7), "no" if fixed else "yes", change),
        bit_field("RFU", offset, (6, 5), f"{spare:02b}", "Reserved, normally zero.", problems=problems),
        bit_field("Parameters", offset, (4, 4), "implicit" if implicit else "TA1", f"The card uses {source}."),
        bit_field("T", offset, (3, 0), str(protocol), f"The protocol that is used: T={protocol}."),
    )
    return byte_field(name, offset, value, meaning, children=children)


def _tc2(name: str, value: int, offset: int, context: _Context) -> Field:
    if not value:
        problem = _RESERVED.format("WI 0", "; 1 to 255 expected")
        return byte_field(name, offset, value, "Waiting time integer of T=0.", problems=(problem,))
    known = rate(context.ta1)
    fi = known[0] if known else DEFAULT_FI
    wait = _duration(work_waiting_time(value, fi))
    meaning = f"WI {value}: the card answers within {value} × 960 × {fi} clock cycles, {wait} at 4 MHz."
    return byte_field(name, offset, value, meaning)


def _ifsc(name: str, value: int, offset: int, _context: _Context) -> Field:
    if value in (0x00, 0xFF):
        problem = _RESERVED.format(f"IFSC {value:02X}", "; 01 to FE expected")
        return byte_field(name, offset, value, "Information field size for the card.", problems=(problem,))
    return byte_field(name, offset, value, f"IFSC: the card takes blocks with up to {count(value)} of information.")


def _waiting_times(name: str, value: int, offset: int, _context: _Context) -> Field:
    bwi, cwi = value >> 4, value & 0x0F
    problems = (_RESERVED.format(f"BWI {bwi}", "; 0 to 9 expected"),) if bwi > 9 else ()
    block = (
        "Reserved value."
        if problems
        else f"Block waiting time: the card begins its answer within 11 etu + 2^{bwi} × 960 × 372 clock cycles, "
        f"{_duration(block_waiting_time(bwi))} at 4 MHz."
    )
    character = (
        f"Character waiting time: at most 11 + 2^{cwi} = {character_waiting_time(cwi):,} etu between characters of a "
        "block."
    )
    children = (
        bit_field("BWI", offset, (7, 4), str(bwi), block, problems=problems),
        bit_field("CWI", offset, (3, 0), str(cwi), character),
    )
    return byte_field(name, offset, value, "Waiting times of T=1.", children=children)


def _redundancy(name: str, value: int, offset: int, _context: _Context) -> Field:
    problems = ("Bits 8 to 2 are reserved by ISO/IEC 7816-3; zeros expected.",) if value & 0xFE else ()
    code, size = ("CRC", "2 bytes") if value & 1 else ("LRC", "1 byte")
    children = (
        bit_field("RFU", offset, (7, 1), f"{value >> 1:07b}", "Reserved, always zero.", problems=problems),
        bit_field("Checksum", offset, (0, 0), code, f"Each block ends with {size} of checksum."),
    )
    meaning = f"Blocks of T=1 end with a checksum of the kind {code} ({size})."
    return byte_field(name, offset, value, meaning, children=children)


def _clock_and_class(name: str, value: int, offset: int, _context: _Context) -> Field:
    stop: str = table("clock_stop")[value >> 6]
    number = value & 0x3F
    operating: str | None = table("class").get(str(number))
    problems = () if operating else (_RESERVED.format(f"Class indicator {number:02X}", ""),)
    works = f"Works with supply class {operating}." if operating else "Reserved value."
    children = (
        bit_field("X", offset, (7, 6), f"{value >> 6:02b}", f"Clock stop: {stop}."),
        bit_field("Y", offset, (5, 0), operating or "RFU", works, problems=problems),
    )
    return byte_field(name, offset, value, "Clock stop and supply voltage, for all protocols.", children=children)


def _spare_contact(name: str, value: int, offset: int, _context: _Context) -> Field:
    if not value:
        return byte_field(name, offset, value, "The card does not use contact C6 (SPU).")
    use = "in a proprietary way" if value & 0x80 else "as a standard says"
    return byte_field(name, offset, value, f"The card uses contact C6 (SPU) {use}.")


_DECODERS: dict[str, Callable[[str, int, int, _Context], Field]] = {
    "TA1": _ta1,
    "TB1": _tb1,
    "TC1": _tc1,
    "TA2": _ta2,
    "TB2": _tb2,
    WORK_WAITING: _tc2,
    IFSC: _ifsc,
    WAITING: _waiting_times,
    REDUNDANCY: _redundancy,
    CLOCK: _clock_and_class,
    SPARE: _spare_contact,
}


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.2f} s"
