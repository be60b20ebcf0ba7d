"""The interface bytes TAi, TBi, TCi of an ATR, each in its context (ISO/IEC 7816-3:2006 §8.3, §10.2, §11.4)."""

from dataclasses import dataclass, field

from cardscope.decode.atr_tables import bit_field, table
from cardscope.fields import Field

_CLOCK = 4_000_000
"""Times and rates are given for a 4 MHz clock, the usual one of a reader, in hertz."""

_DEFAULT_FI = 372
_VPP_NOTE = "Programming voltage; deprecated since 2006 and ignored."


@dataclass(slots=True)
class InterfaceContext:
    """What earlier interface bytes said and later ones depend on."""

    fi: int = _DEFAULT_FI
    """The clock rate conversion integer, in clock cycles."""
    seen: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """The protocol-specific bytes met so far, as letter and T: only the first of each counts."""


def interface_byte(
    letter: str, index: int, value: int, offset: int, *, protocol: int, context: InterfaceContext
) -> Field:
    """The field of the byte T, ``letter``, ``index`` at ``offset``.

    ``protocol`` is the T of the TD byte before it, 0 for index 1.
    """
    name = f"T{letter}{index}"
    if index == 1 or (index == 2 and letter in "AB"):
        return _GLOBAL[name](name, value, offset, context)
    specific = _SPECIFIC.get((letter, protocol))
    if index == 2 and protocol != 0:
        # TC2 alone belongs to T=0 whatever TD1 says, and means nothing to a card without T=0.
        specific = None
    elif index > 2 and protocol == 0:
        specific = None
    if specific is None:
        return _whole(name, offset, value, f"ISO/IEC 7816-3 gives {name} no meaning for T={protocol}.")
    if (letter, protocol) in context.seen:
        return _whole(name, offset, value, f"A repeated byte for T={protocol}: only the first of its kind counts.")
    context.seen.add((letter, protocol))
    return specific(name, value, offset, context)


def _whole(name: str, offset: int, value: int, meaning: str, problems: tuple[str, ...] = ()) -> Field:
    return Field(name, (offset, offset + 1), f"{value:02X}", meaning, problems)


def _nibbles(name: str, offset: int, value: int, meaning: str, *children: Field) -> Field:
    return Field(name, (offset, offset + 1), f"{value:02X}", meaning, children=children)


def _ta1(name: str, value: int, offset: int, context: InterfaceContext) -> Field:
    high, low = value >> 4, value & 0x0F
    fi, fmax, di = table("fi")[high], table("fmax")[high], table("di")[low]
    reserved = "{0} {1:X} is reserved by ISO/IEC 7816-3."
    first = (
        bit_field("Fi", offset, (7, 4), str(fi), f"{fi} clock cycles, at most {fmax} MHz.")
        if fi
        else bit_field("Fi", offset, (7, 4), "RFU", "Reserved value.", problems=(reserved.format("Fi", high),))
    )
    second = (
        bit_field("Di", offset, (3, 0), str(di), f"Divides Fi by {di}.")
        if di
        else bit_field("Di", offset, (3, 0), "RFU", "Reserved value.", problems=(reserved.format("Di", low),))
    )
    if not (fi and di):
        return _nibbles(name, offset, value, "The fastest rate cannot be told: a reserved value.", first, second)
    context.fi = fi
    rate, best = _CLOCK * di / fi, fmax * 1_000_000 * di / fi
    meaning = (
        f"Fastest rate: a bit takes {fi}/{di} = {_number(fi / di)} clock cycles, {rate:,.0f} bit/s at 4 MHz and "
        f"{best:,.0f} bit/s at {fmax} MHz."
    )
    return _nibbles(name, offset, value, meaning, first, second)


def _tb1(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    current = ("25 mA", "50 mA", "100 mA", "RFU")[value >> 5 & 3]
    volts = value & 0x1F
    voltage = "not connected" if not volts else f"{volts} V" if 5 <= volts <= 25 else "RFU"
    return _nibbles(
        name,
        offset,
        value,
        _VPP_NOTE,
        bit_field("II", offset, (6, 5), current, "Most programming current."),
        bit_field("PI1", offset, (4, 0), voltage, "Programming voltage."),
    )


def _tb2(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    voltage = f"{value / 10:g} V" if 50 <= value <= 250 else "RFU"
    return Field(name, (offset, offset + 1), f"{value:02X}", f"{_VPP_NOTE} PI2: {voltage}.")


def _tc1(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    if value == 255:
        meaning = "Least guard time: characters to the card 12 etu apart with T=0, 11 etu with T=1."
    elif value:
        meaning = (
            f"Extra guard time: characters to the card are at least 12 etu + {value} etu of the fastest rate apart."
        )
    else:
        meaning = "No extra guard time: characters to the card are at least 12 etu apart."
    return _whole(name, offset, value, meaning)


def _ta2(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    fixed, implicit, protocol = bool(value & 0x80), bool(value & 0x10), value & 0x0F
    parameters = "parameters that the card's interface knows by itself" if implicit else "the parameters of TA1"
    meaning = f"Specific mode: the card speaks T={protocol} at once, with {parameters}, and negotiates nothing."
    return _nibbles(
        name,
        offset,
        value,
        meaning,
        bit_field(
            "Mode change", offset, (7, 7), "no" if fixed else "yes", "Whether the card can change to negotiable mode."
        ),
        bit_field("RFU", offset, (6, 5), f"{value >> 5 & 3:02b}", "Reserved, normally zero."),
        bit_field("Parameters", offset, (4, 4), "implicit" if implicit else "TA1", f"The card uses {parameters}."),
        bit_field("T", offset, (3, 0), str(protocol), f"The protocol that is used: T={protocol}."),
    )


def _tc2(name: str, value: int, offset: int, context: InterfaceContext) -> Field:
    if not value:
        problem = "WI 0 is reserved by ISO/IEC 7816-3; 1 to 255 expected."
        return _whole(name, offset, value, "Waiting time integer of T=0.", (problem,))
    seconds = value * 960 * context.fi / _CLOCK
    meaning = (
        f"WI {value}: the card answers within {value} × 960 × {context.fi} clock cycles, {_duration(seconds)} at 4 MHz."
    )
    return _whole(name, offset, value, meaning)


def _ifsc(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    if value in (0x00, 0xFF):
        problem = f"IFSC {value:02X} is reserved by ISO/IEC 7816-3; 01 to FE expected."
        return _whole(name, offset, value, "Information field size for the card.", (problem,))
    return _whole(name, offset, value, f"IFSC: the card takes blocks with up to {value} bytes of information.")


def _waiting_times(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    bwi, cwi = value >> 4, value & 0x0F
    problems = (f"BWI {bwi} is reserved by ISO/IEC 7816-3; 0 to 9 expected.",) if bwi > 9 else ()
    block = "" if problems else f"11 etu + {_duration(2**bwi * 960 * _DEFAULT_FI / _CLOCK)} at 4 MHz"
    block_meaning = f"Block waiting time: the card begins its answer within {block}." if block else "Reserved value."
    return _nibbles(
        name,
        offset,
        value,
        "Waiting times of T=1.",
        bit_field("BWI", offset, (7, 4), str(bwi), block_meaning, problems=problems),
        bit_field(
            "CWI",
            offset,
            (3, 0),
            str(cwi),
            f"Character waiting time: at most {11 + 2**cwi:,} etu between characters of a block.",
        ),
    )


def _redundancy(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    problems = ("Bits 8 to 2 are reserved by ISO/IEC 7816-3; zeros expected.",) if value & 0xFE else ()
    code = "CRC" if value & 1 else "LRC"
    size = "2 bytes" if value & 1 else "1 byte"
    return _nibbles(
        name,
        offset,
        value,
        f"Blocks of T=1 end with a checksum of the kind {code} ({size}).",
        bit_field("RFU", offset, (7, 1), f"{value >> 1:07b}", "Reserved, always zero.", problems=problems),
        bit_field("Checksum", offset, (0, 0), code, f"Each block ends with {size} of checksum."),
    )


def _clock_and_class(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    stop: str = table("clock_stop")[value >> 6]
    number = value & 0x3F
    operating: str | None = table("class").get(str(number))
    problems = () if operating else (f"Class indicator {number:02X} is reserved by ISO/IEC 7816-3.",)
    return _nibbles(
        name,
        offset,
        value,
        "Clock stop and supply voltage, for all protocols.",
        bit_field("X", offset, (7, 6), f"{value >> 6:02b}", f"Clock stop: {stop}."),
        bit_field(
            "Y",
            offset,
            (5, 0),
            operating or "RFU",
            f"Works with supply class {operating}." if operating else "Reserved value.",
            problems=problems,
        ),
    )


def _spare_contact(name: str, value: int, offset: int, _context: InterfaceContext) -> Field:
    if not value:
        return _whole(name, offset, value, "The card does not use contact C6 (SPU).")
    use = "in a proprietary way" if value & 0x80 else "as a standard says"
    return _whole(name, offset, value, f"The card uses contact C6 (SPU) {use}.")


_GLOBAL = {"TA1": _ta1, "TB1": _tb1, "TC1": _tc1, "TA2": _ta2, "TB2": _tb2}
_SPECIFIC = {
    ("C", 0): _tc2,
    ("A", 1): _ifsc,
    ("B", 1): _waiting_times,
    ("C", 1): _redundancy,
    ("A", 15): _clock_and_class,
    ("B", 15): _spare_contact,
}


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.2f} s"
