"""The order of an ATR's bytes: what each is called, and which role it plays (ISO/IEC 7816-3:2006 §8.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

IFSC: Final = "first TA after T=1"
WAITING: Final = "first TB after T=1"
REDUNDANCY: Final = "first TC after T=1"
CLOCK: Final = "first TA after T=15"
SPARE: Final = "first TB after T=15"
WORK_WAITING: Final = "TC2"
REPEATED: Final = "repeated"
MEANINGLESS: Final = ""

_SPECIFIC: Final = {
    ("A", 1): IFSC,
    ("B", 1): WAITING,
    ("C", 1): REDUNDANCY,
    ("A", 15): CLOCK,
    ("B", 15): SPARE,
}


class InterfaceByte(NamedTuple):
    """T0 or one of TAi, TBi, TCi, TDi."""

    letter: str
    """``A`` to ``D``, or ``0`` for T0."""
    i: int
    """The index of TAi; 0 for T0."""
    offset: int
    value: int
    protocol: int
    """The T of the TD before it; 0 for T0 and the bytes of index 1."""
    role: str
    """Its name where the place gives the meaning, one of the constants here, or empty for T0 and TDi."""

    @property
    def name(self) -> str:
        """For example ``TD1``."""
        return f"T{self.letter}{self.i}" if self.letter != "0" else "T0"


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """T0 and all interface bytes, as far as they are there. Compared as objects: equal bytes are read once and kept."""

    bytes: tuple[InterfaceByte, ...]
    protocols: tuple[int, ...]
    """The T of every TD byte, 15 too, in their order."""
    offered: tuple[int, ...]
    """The protocols on offer, the preferred one first; empty when the bytes end before that can be told."""
    end: int
    """Where the historical bytes begin."""
    missing: str
    """The first byte that is announced and lies beyond the end; empty when all are there."""
    values: Mapping[str, int]
    """The value by role, for those roles that are played."""


def read_structure(atr: bytes) -> Structure:
    """The structure of ``atr``, which has at least 2 bytes. Refuses nothing."""
    at, end = 1, 2
    # Cards share few sets of interface bytes, so it pays to look only for their end here, and to keep the rest.
    while (flags := atr[at] >> 4) and (end := end + flags.bit_count()) <= len(atr) and flags & 8:
        at = end - 1
    return _structure(atr[1:end])


@lru_cache(maxsize=4096)
def _structure(data: bytes) -> Structure:
    """``data`` is T0 and the interface bytes, and no more."""
    flags, protocol, index, end, missing = data[0] >> 4, 0, 1, 1, ""
    found: list[tuple[str, int, int, int, int]] = [("0", 0, 1, data[0], 0)]
    protocols: list[int] = []
    while flags:
        for bit, letter in enumerate("ABCD"):
            if not flags >> bit & 1:
                continue
            if end >= len(data):
                missing = f"T{letter}{index}"
                break
            found.append((letter, index, end + 1, data[end], protocol))
            end += 1
        if missing or not flags & 8:
            break
        protocol, flags = data[end - 1] & 0x0F, data[end - 1] >> 4
        protocols.append(protocol)
        index += 1
    values: dict[str, int] = {}
    placed: list[InterfaceByte] = []
    for letter, number, offset, value, preceding in found:
        role = MEANINGLESS if letter in "0D" else _role(letter, number, preceding, protocols)
        if role in values:
            role = REPEATED
        elif role:
            values[role] = value
        placed.append(InterfaceByte(letter, number, offset, value, preceding, role))
    named = tuple(dict.fromkeys(protocol for protocol in protocols if protocol != 15))
    # Without TD1 the card offers T=0 alone.
    offered = named or (() if protocols or missing else (0,))
    return Structure(tuple(placed), tuple(protocols), offered, end + 1, missing, values)


def _role(letter: str, index: int, preceding: int, protocols: list[int]) -> str:
    if index == 1 or (index == 2 and letter != "C"):
        return f"T{letter}{index}"
    if index == 2:
        # TC2 belongs to T=0 whatever TD1 says, and means nothing to a card without T=0.
        return WORK_WAITING if 0 in protocols else MEANINGLESS
    return _SPECIFIC.get((letter, preceding), MEANINGLESS)
