"""The historical bytes that a reader makes for an ISO 14443 type B card (PC/SC Part 3 §3.1.3.2.3.2).

They are the ATQB's application data and protocol info (ISO/IEC 14443-3 §7.9), then the buffer length index of the
card's answer to ATTRIB in the high half of the last byte.
"""

from typing import Final

from cardscope.decode.atr_tables import bit_field, byte_field, part
from cardscope.fields import Field

FRAME_SIZES: Final = (16, 24, 32, 40, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096)
"""Bytes by the code in protocol info, and in the T0 of an ATS. The first edition ends with 256."""

_CARRIER_HZ: Final = 13_560_000

_AFI = {
    0x0: "any kind of application",
    0x1: "transport",
    0x2: "payment",
    0x3: "identification",
    0x4: "telecommunication",
    0x5: "medicine",
    0x6: "multimedia",
    0x7: "games",
    0x8: "data storage",
}
"""The application family by the AFI's high half (ISO/IEC 14443-3 table 12)."""


def frame_waiting_time(fwi: int) -> float:
    """How long (s) a card may take to begin its answer, by FWI 0 to 14 (ISO/IEC 14443-3 §7.9.4.3, 14443-4 §7.2)."""
    return 256 * 16 / _CARRIER_HZ * 2**fwi


def looks_like_type_b(data: bytes) -> bool:
    """Whether the historical bytes can be those of a type B card.

    Nothing marks them as such, so this asks what ISO/IEC 14443-3 demands of protocol info (ISO 14443-4 supported,
    reserved bits zero, a known frame size) and what PC/SC demands of the last byte.
    """
    return (
        len(data) == 8
        and data[5] & 0x09 == 0x01
        and data[5] >> 4 < len(FRAME_SIZES)
        and not data[4] & 0x08
        and not data[7] & 0x0F
    )


def type_b_fields(data: bytes, offset: int) -> tuple[Field, ...]:
    """The fields of 8 bytes that :func:`looks_like_type_b`."""
    # ADC: whether the application data follow the standard or the card's maker.
    coded = data[6] >> 2 & 3 == 1
    return (
        part(
            "Application data",
            offset,
            data[:4],
            "From ATQB: which applications the card has." if coded else "From ATQB: proprietary, as ADC says.",
            children=_application_data(data, offset) if coded else (),
        ),
        part(
            "Protocol info",
            offset + 4,
            data[4:7],
            "From ATQB: what the card can do.",
            children=_protocol_info(data, offset + 4),
        ),
        byte_field(
            "MBLI", offset + 7, data[7], "From the answer to ATTRIB.", children=_buffer_length(data, offset + 7)
        ),
    )


def _application_data(data: bytes, offset: int) -> tuple[Field, ...]:
    applications = (
        bit_field("Of this AFI", offset + 3, (7, 4), str(data[3] >> 4), "Applications of that family; 15: or more."),
        bit_field("In total", offset + 3, (3, 0), str(data[3] & 15), "Applications in all; 15: or more."),
    )
    family = _AFI.get(data[0] >> 4, "proprietary or reserved")
    return (
        byte_field("AFI", offset, data[0], f"Application family: {family}."),
        part("CRC_B(AID)", offset + 1, data[1:3], "Checksum of the AID of the application that matches AFI."),
        byte_field("Number of applications", offset + 3, data[3], "", children=applications),
    )


def _protocol_info(data: bytes, offset: int) -> tuple[Field, ...]:
    rates, sizes, times = data[4:7]
    size, fwi = FRAME_SIZES[sizes >> 4], times >> 4
    wait = frame_waiting_time(fwi) * 1000
    fwi_problems = ("FWI 15 is reserved by ISO/IEC 14443-3; 0 to 14 expected.",) if fwi == 15 else ()
    coding = ("proprietary", "as ISO 14443-3 says", "RFU", "RFU")[times >> 2 & 3]
    return (
        byte_field(
            "Bit rates",
            offset,
            rates,
            "106 kbit/s always; more where said.",
            children=(
                bit_field("Same rate both ways", offset, (7, 7), _yes(rates & 0x80), "Required, if yes."),
                bit_field("Card to reader", offset, (6, 4), _faster(rates >> 4 & 7), "Rates beyond 106 kbit/s."),
                bit_field("RFU", offset, (3, 3), "0", "Reserved, always zero."),
                bit_field("Reader to card", offset, (2, 0), _faster(rates & 7), "Rates beyond 106 kbit/s."),
            ),
        ),
        byte_field(
            "Frame size and protocol",
            offset + 1,
            sizes,
            "",
            children=(
                bit_field("Largest frame", offset + 1, (7, 4), f"{size} bytes", "The longest that the card takes."),
                bit_field("Protocol", offset + 1, (3, 0), f"{sizes & 15:04b}", "ISO 14443-4 (ISO-DEP)."),
            ),
        ),
        byte_field(
            "Waiting time and options",
            offset + 2,
            times,
            "",
            children=(
                bit_field(
                    "FWI",
                    offset + 2,
                    (7, 4),
                    str(fwi),
                    "Reserved value." if fwi_problems else f"The card begins its answer within {wait:,.1f} ms.",
                    problems=fwi_problems,
                ),
                bit_field("ADC", offset + 2, (3, 2), f"{times >> 2 & 3:02b}", f"Application data: {coding}."),
                bit_field("NAD", offset + 2, (1, 1), _yes(times & 2), "Whether the card supports a node address."),
                bit_field("CID", offset + 2, (0, 0), _yes(times & 1), "Whether the card supports a card identifier."),
            ),
        ),
    )


def _buffer_length(data: bytes, offset: int) -> tuple[Field, ...]:
    index = data[7] >> 4
    largest = FRAME_SIZES[data[5] >> 4]
    meaning = (
        f"The card's buffer takes {largest * 2 ** (index - 1):,} bytes of chained frames: {largest} × 2^{index - 1}."
        if index
        else "The card does not say how long its buffer is."
    )
    return (
        bit_field("Buffer length index", offset, (7, 4), str(index), meaning),
        bit_field("RFU", offset, (3, 0), "0", "Always zero in an ATR."),
    )


def _yes(flag: int) -> str:
    return "yes" if flag else "no"


def _faster(bits: int) -> str:
    return ", ".join(f"{kbits} kbit/s" for bit, kbits in enumerate((212, 424, 847)) if bits >> bit & 1) or "none"
