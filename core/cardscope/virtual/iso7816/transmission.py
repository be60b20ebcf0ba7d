"""How the two kinds of transmission understand the bytes of a command."""

from collections.abc import Callable
from enum import IntEnum

from cardscope.decode.apdu_structure import ApduError, parse_command
from cardscope.virtual.iso7816.messages import Command

HEADER = 4

Parse = Callable[[bytes], Command]
"""Understands at least four bytes. Malformed ones give a command that is not ``well_formed``."""


class Ins(IntEnum):
    """The instructions that bring data out and take none in, which T=0 has to know beforehand."""

    MANAGE_CHANNEL = 0x70
    GET_CHALLENGE = 0x84
    READ_BINARY = 0xB0
    READ_RECORD = 0xB2
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCA


_BRINGING_OUT = frozenset(Ins) - {Ins.MANAGE_CHANNEL}


def parse_apdu(raw: bytes) -> Command:
    """T=1 and contactless cards: the command APDU arrives as it was sent, short or extended (ISO/IEC 7816-3 §12.1)."""
    try:
        apdu = parse_command(raw)
    except ApduError:
        cla, ins, p1, p2 = raw[:HEADER]
        return Command(cla, ins, p1, p2, well_formed=False)
    any_length = apdu.le == (65536 if apdu.case.endswith("E") else 256)
    return Command(apdu.cla, apdu.ins, apdu.p1, apdu.p2, apdu.data, apdu.le, any_length)


def parse_t0(raw: bytes) -> Command:
    """T=0: five bytes of header and the data; P3 is Lc or Le as the instruction has it (ISO/IEC 7816-3 §12.2).

    PC/SC hands over APDUs, so this does the reader's part as well: P3 is 00 in case 1, and Le of case 4 is left out.
    Extended lengths would need ENVELOPE, which this card does not have: they are malformed.
    """
    cla, ins, p1, p2 = raw[:HEADER]
    body = raw[HEADER:] or b"\x00"
    p3, data = body[0], body[1:]
    if _brings_out(ins, p1, p2):
        return Command(cla, ins, p1, p2, ne=p3 or 256, any_length=p3 == 0, exact=True, well_formed=not data)
    le = 1 if p3 and len(data) == p3 + 1 else 0
    return Command(cla, ins, p1, p2, data[:p3], exact=True, well_formed=len(data) - le == p3)


def _brings_out(ins: int, p1: int, p2: int) -> bool:
    if ins == Ins.MANAGE_CHANNEL:
        return p1 == p2 == 0  # only then the card tells the number of the channel
    return ins in _BRINGING_OUT
