"""The answer to select of an ISO-DEP card of type A (ISO/IEC 14443-4 §5.2)."""

from typing import Final

from cardscope.decode.atr_type_b import FRAME_SIZES, frame_waiting_time
from cardscope.decode.tag_parts import bit, octet, spelled
from cardscope.fields import Field

_RFU_WAITING: Final = 15


def is_ats(data: bytes) -> bool:
    """Whether ``data`` is a whole ATS: its first byte is its length, and the announced bytes fit in."""
    return len(data) > 1 and data[0] == len(data) and 2 + (data[1] >> 4 & 7).bit_count() <= len(data)


def decode_ats(ats: bytes) -> Field:
    """An ATS (one for which :func:`is_ats` holds) as a tree."""
    t0 = ats[1]
    code = t0 & 0x0F
    frames = f"The card takes frames of up to {FRAME_SIZES[code]} bytes." if code < len(FRAME_SIZES) else ""
    problems = () if frames else (f"Frame size {code:X} is reserved by ISO/IEC 14443-4; 0 to C expected.",)
    parts = [
        octet("TL", 0, ats[:1], f"{ats[0]} bytes in all.", value=str(ats[0])),
        octet("T0", 1, ats[1:2], frames, problems=problems),
    ]
    at = 2
    for flag, name in ((0x10, "TA1"), (0x20, "TB1"), (0x40, "TC1")):
        if t0 & flag:
            parts.append(_interface_byte(name, at, ats[at]))
            at += 1
    if at < len(ats):
        parts.append(octet("Historical bytes", at, ats[at:], "The same as in the ATR."))
    return Field("ATS", (0, len(ats)), spelled(ats), "", (), tuple(parts))


def _interface_byte(name: str, at: int, byte: int) -> Field:
    data = bytes((byte,))
    if name == "TA1":
        both = "the same rate in both directions only" if byte & 0x80 else "a rate of its own in each direction"
        rates = [f"{106 << shift}" for shift in range(4) if shift == 0 or byte & 0x11 << (shift - 1)]
        return octet(name, at, data, f"{', '.join(rates)} kbit/s; {both}.")
    if name == "TB1":
        fwi = byte >> 4
        wait = f"The card begins its answers within {frame_waiting_time(fwi) * 1000:,.1f} ms."
        problems = ("FWI 15 is reserved by ISO/IEC 14443-4; 0 to 14 expected.",) if fwi == _RFU_WAITING else ()
        children = (
            bit("FWI", at, (7, 4), byte, "" if problems else wait),
            bit("SFGI", at, (3, 0), byte, "The guard time that the card needs after its ATS."),
        )
        return octet(name, at, data, "Waiting and guard time.", problems=problems, children=children)
    cid = "CID supported" if byte & 2 else "no CID"
    nad = "NAD supported" if byte & 1 else "no NAD"
    return octet(name, at, data, f"{cid}, {nad}.")
