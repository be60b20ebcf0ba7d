"""Names and meanings of CLA, INS and P1-P2. The tables and their sources are in ``iso7816.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.decode.data_names import data_object_name
from cardscope.fields import Field
from cardscope_resources import resource

READER_CLASS = 0xFF
"""ISO/IEC 7816-3 forbids this class on the card interface, so PC/SC gives it to reader pseudo-APDUs."""

_SECURE_MESSAGING = (
    "no secure messaging",
    "proprietary secure messaging",
    "secure messaging, header not authenticated",
    "secure messaging, header authenticated",
)
_SELECT_P1 = {
    0x00: "MF, DF or EF by file identifier",
    0x01: "a DF below the current one",
    0x02: "an EF below the current DF",
    0x03: "the parent DF",
    0x04: "by DF name (AID)",
    0x08: "by path from the MF",
    0x09: "by path from the current DF",
}
_OCCURRENCE = ("first or only occurrence", "last occurrence", "next occurrence", "previous occurrence")
_SELECT_ANSWER = ("answer: FCI", "answer: FCP", "answer: FMD", "no answer wanted")
_BINARY = frozenset((0x0E, 0xA0, 0xB0, 0xD0, 0xD6))
_RECORD = frozenset((0x0C, 0xB2, 0xB3, 0xD2, 0xDC, 0xDD))
_GET_PUT_DATA = frozenset((0xCA, 0xCB, 0xDA, 0xDB))
_CURRENT_OBJECT = 0x3FFF
"""P1-P2 of GET DATA and PUT DATA with an odd INS (ISO/IEC 7816-4 §7.4.1)."""
_REFERENCE_DATA = frozenset((0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C))


@dataclass(frozen=True, slots=True)
class Instruction:
    """The name of an INS in its specification, for example ``READ BINARY``."""

    name: str
    source: str
    answers: bool = False
    """Whether data is to be expected in the answer."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """P1-P2 in a few words for a summary, and in a sentence; either may be empty."""

    words: str = ""
    meaning: str = ""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resource("iso7816.toml").read_text("utf-8"))


@cache
def _parameters(scope: str, ins: str) -> tuple[dict[str, str], ...]:
    return tuple(row for row in _table()["parameters"] if row["scope"] == scope and row["ins"] == ins)


def scope_of(cla: int) -> str:
    """Which specification gives INS its meaning: a section of ``iso7816.toml``, or ``""`` for none known."""
    if cla == READER_CLASS:
        return "reader"
    if cla < 0x80:
        return "iso"
    if cla == 0x90:
        return "desfire"
    if cla == 0xA0:
        return "sim"
    return "proprietary" if cla < 0x90 or 0xC0 <= cla < 0xF0 else ""


def instruction(cla: int, ins: int) -> Instruction | None:
    """The instruction, or ``None`` when its class gives it no name that is known here."""
    table = _table()
    row: dict[str, Any] | None = table.get(scope_of(cla), {}).get(f"{ins:02X}")
    return Instruction(row["name"], table["sources"][row["source"]], row.get("answers", False)) if row else None


def class_field(cla: int) -> Field:
    """CLA with its bits (ISO/IEC 7816-4 §5.1.1)."""
    value = f"{cla:02X}"
    if cla == READER_CLASS:
        return Field(
            "CLA", (0, 1), value, "Reader pseudo-APDU: the reader takes it, the card does not get these bytes."
        )
    if cla & 0x80:
        known = {
            "desfire": "Proprietary class, used for DESFire commands in ISO wrapping.",
            "sim": "Proprietary class, used by SIM cards.",
            "proprietary": "Proprietary class, as GlobalPlatform and EMV use it.",
        }
        meaning = known.get(scope_of(cla), "Proprietary class: the application gives the instruction its meaning.")
        return Field("CLA", (0, 1), value, meaning)
    if cla & 0xE0 == 0x20:
        problem = "Classes 20 to 3F are reserved by ISO/IEC 7816-4; 00 to 1F or 40 to 7F expected."
        return Field("CLA", (0, 1), value, "Reserved class.", (problem,))
    further = bool(cla & 0x40)
    chaining = bool(cla & 0x10)
    secure = (0, 2)[bool(cla & 0x20)] if further else cla >> 2 & 3
    channel = (cla & 0x0F) + 4 if further else cla & 3
    meaning = f"Interindustry class, channel {channel}, {_SECURE_MESSAGING[secure]}"
    children = (
        Field(
            "Class",
            (0, 1),
            "further interindustry" if further else "first interindustry",
            bits=(7, 6 if further else 5),
        ),
        Field(
            "Chaining",
            (0, 1),
            "more parts follow" if chaining else "last or only part",
            bits=(4, 4),
        ),
        Field("Secure messaging", (0, 1), _SECURE_MESSAGING[secure], bits=(5, 5) if further else (3, 2)),
        Field("Channel", (0, 1), str(channel), bits=(3, 0) if further else (1, 0)),
    )
    ordered = tuple(sorted(children, key=lambda child: -(child.bits or (0, 0))[0]))
    return Field("CLA", (0, 1), value, meaning + (", more parts follow." if chaining else "."), children=ordered)


def instruction_field(cla: int, ins: int) -> Field:
    """INS with its name."""
    value = f"{ins:02X}"
    if cla < 0x80 and ins >> 4 in (6, 9):
        problem = "INS 6X and 9X are invalid (ISO/IEC 7816-3): over T=0 they would be taken for status words."
        return Field("INS", (1, 2), value, "Not a valid instruction.", (problem,))
    if (known := instruction(cla, ins)) is not None:
        variant = " with BER-TLV data" if cla < 0x80 and ins & 1 else ""
        return Field("INS", (1, 2), value, f"{known.name}{variant} ({known.source}).")
    if cla != READER_CLASS and (known := instruction(0x00, ins)) is not None:
        return Field("INS", (1, 2), value, f"Proprietary; in an interindustry class it would be {known.name}.")
    return Field("INS", (1, 2), value, "Not known here.")


def parameters(cla: int, ins: int, p1: int, p2: int) -> Parameters:
    """P1-P2 of an instruction; empty where nothing is known."""
    code = f"{p1:02X}{p2:02X}"
    for row in _parameters(scope_of(cla), f"{ins:02X}"):
        if all(pattern in ("x", digit) for pattern, digit in zip(row["code"], code, strict=True)):
            numbers = {"p1": p1, "p2": p2, "p1p2": p1 << 8 | p2}
            return Parameters(row["words"].format(**numbers), row["meaning"].format(**numbers))
    if ins in _GET_PUT_DATA and scope_of(cla) in ("iso", "proprietary"):
        return _data_object(p1 << 8 | p2)
    return _interindustry_parameters(ins, p1, p2) if cla < 0x80 else Parameters()


def _data_object(tag: int) -> Parameters:
    spelled = f"{tag:04X}" if tag > 0xFF else f"{tag:02X}"
    if tag == _CURRENT_OBJECT:
        return Parameters("objects named in the data", "The objects that the data names, of the current DF.")
    name = data_object_name(spelled)
    return Parameters(
        f"object {spelled}",
        f"The data object with tag {spelled}: {name}." if name else f"The data object with tag {spelled}.",
    )


def _interindustry_parameters(ins: int, p1: int, p2: int) -> Parameters:
    if ins == 0xA4:
        how = _SELECT_P1.get(p1)
        if how is None or p2 & 0xF0:
            return Parameters()
        return Parameters(how, f"{how[0].upper()}{how[1:]}; {_OCCURRENCE[p2 & 3]}; {_SELECT_ANSWER[p2 >> 2 & 3]}.")
    if ins in _BINARY:
        if p1 & 0x80:
            return Parameters(
                f"file {p1 & 0x1F}, offset {p2}",
                f"The file with short identifier {p1 & 0x1F}, from offset {p2}.",
            )
        offset = p1 << 8 | p2
        return Parameters(f"offset {offset}", f"The current file, from offset {offset}.")
    if ins in _RECORD:
        file = f"the file with short identifier {p2 >> 3}" if p2 >> 3 else "the current file"
        if p2 & 4:
            return Parameters(f"record {p1}", f"Record number {p1} of {file}.")
        return Parameters(f"record identifier {p1}", f"Records with identifier {p1} of {file}.")
    if ins in _REFERENCE_DATA:
        place = "of the application" if p2 & 0x80 else "of the whole card"
        number = f"number {p2 & 0x1F} {place}" if p2 else "without a number"
        return Parameters(f"reference {p2:02X}", f"The PIN, password or key {number}.")
    return Parameters()


def parameter_words(apdu: CommandApdu) -> str:
    """The words of :func:`parameters` for a parsed command."""
    return parameters(apdu.cla, apdu.ins, apdu.p1, apdu.p2).words
