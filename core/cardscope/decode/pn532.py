"""The answers of the PN532, the chip inside ACR122U and its relatives, to commands that a pseudo-APDU handed to it.

Source: NXP PN532 user manual (UM0701) §7.1 (errors), §7.2 and §7.3 (answers).
"""

from typing import Final

from cardscope.decode.native import PN532, PN532_NAMES
from cardscope.decode.tag_parts import octet, shifted
from cardscope.decode.tag_uid import decode_uid
from cardscope.fields import Field

PN532_ANSWER: Final = 0xD5
"""The PN532's frame identifier for chip to host; the byte behind it is that of the command plus one."""
IN_DATA_EXCHANGE: Final = 0x40
IN_COMMUNICATE_THRU: Final = 0x42
_GET_FIRMWARE_VERSION: Final = 0x02
_IN_LIST_PASSIVE_TARGET: Final = 0x4A

_ERROR: Final = 0x3F
"""The bits of the status byte that hold the error; the two above tell of NAD and of more to come."""
_ERRORS: Final = {
    0x01: "the card stayed silent",
    0x02: "the answer's CRC is wrong, as is that of every bare ACK or NAK, which have none",
    0x03: "the answer's parity is wrong",
    0x04: "wrong number of bits during anticollision",
    0x05: "framing error",
    0x06: "collision of bits",
    0x07: "the communication buffer is too small",
    0x09: "the radio buffer overflowed",
    0x0A: "the field was not switched on in time",
    0x0B: "the card broke the protocol",
    0x0D: "the chip is too hot",
    0x0E: "an internal buffer overflowed",
    0x10: "a parameter is out of range",
    0x13: "the data does not have the right format",
    0x14: "authentication failed",
    0x23: "a check byte of the UID is wrong",
    0x25: "the command does not fit the state",
    0x26: "not allowed in this configuration",
    0x27: "not acceptable in this state of the target",
    0x29: "the target was released",
    0x2A: "another card is there now",
    0x2B: "the card is gone",
    0x2D: "too much current",
}
_SHORT: Final = {0x01: "no answer", 0x02: "ACK, NAK or bad CRC", 0x14: "refused", 0x29: "released", 0x2B: "gone"}


def tag_silence(command: bytes, answer: bytes) -> str:
    """In two or three words, what the PN532 says of a card that did not answer ``command`` with data, and the number
    of its error; empty where the card answered, or where ``answer`` does not tell. Both begin as for
    :func:`decode_pn532_answer`.
    """
    code = command[1] if len(command) > 1 else 0
    if code not in (IN_DATA_EXCHANGE, IN_COMMUNICATE_THRU) or answer[:2] != bytes((PN532_ANSWER, code + 1)):
        return ""
    error = answer[2] & _ERROR if len(answer) > 2 else 0
    if not error:
        return ""
    return f"{_SHORT.get(error, 'error')} ({error:02X})"


def decode_pn532_answer(command: bytes, answer: bytes) -> tuple[tuple[Field, ...], int]:
    """What stands before the card's own bytes in ``answer``, the data of the reader's answer, and where those begin.

    ``command`` is the PN532's, from D4 on. Without bytes of a card the second is the length of ``answer``. An answer
    that does not belong to ``command`` is one field with a problem.
    """
    code = command[1] if len(command) > 1 else 0
    wanted = bytes((PN532_ANSWER, (code + 1) & 0xFF))
    if command[:1] != bytes((PN532,)) or answer[:2] != wanted:
        problem = f"The PN532's answer begins with {wanted.hex(' ').upper()}."
        return (octet("Answer", 0, answer, problems=(problem,)),), len(answer)
    name = PN532_NAMES.get(code, f"command {code:02X}")
    head = octet("PN532 answer", 0, answer[:2], f"The reader's PN532 answers {name}.")
    rest = answer[2:]
    if code in (IN_DATA_EXCHANGE, IN_COMMUNICATE_THRU) and rest:
        return (head, _status(rest[0])), 3
    if code == _GET_FIRMWARE_VERSION and len(rest) == 4:
        return (head, *_firmware(rest)), len(answer)
    if code == _IN_LIST_PASSIVE_TARGET and rest:
        return (head, *_targets(rest)), len(answer)
    return ((head, octet("Data", 2, rest)) if rest else (head,)), len(answer)


def _status(status: int) -> Field:
    error = status & _ERROR
    if not error:
        return octet("PN532 status", 2, bytes((status,)), "The card answered.")
    meaning = _ERRORS.get(error, "an error that the manual does not name")
    problem = f"No answer of the card: {meaning}. The reader's status word does not tell."
    return octet("PN532 status", 2, bytes((status,)), problems=(problem,))


def _firmware(rest: bytes) -> tuple[Field, ...]:
    kinds = ("ISO/IEC 14443 A", "ISO/IEC 14443 B", "ISO/IEC 18092")
    supported = ", ".join(kind for place, kind in enumerate(kinds) if rest[3] >> place & 1)
    return (
        octet("IC", 2, rest[:1], "PN532." if rest[0] == 0x32 else ""),
        octet("Firmware", 3, rest[1:3], f"Version {rest[1]}.{rest[2]}."),
        octet("Support", 5, rest[3:], f"{supported}." if supported else ""),
    )


def _targets(rest: bytes) -> tuple[Field, ...]:
    """NbTg, then of the first type A target: Tg, SENS_RES (2), SEL_RES, the UID with its length, and an ATS."""
    found = octet("Targets", 2, rest[:1], f"{rest[0]} found." if rest[0] else "No card found.")
    if len(rest) < 7 or len(rest) < 6 + rest[5]:
        return (found, octet("Data", 3, rest[1:])) if len(rest) > 1 else (found,)
    end = 6 + rest[5]
    parts = [
        found,
        octet("Target", 3, rest[1:2], "Its number in InDataExchange."),
        octet("SENS_RES", 4, rest[2:4], "ATQA."),
        octet("SEL_RES", 6, rest[4:5], "SAK."),
        octet("UID length", 7, rest[5:6]),
        shifted(decode_uid(rest[6:end]), 8),
    ]
    if len(rest) > end:
        parts.append(octet("Data", 2 + end, rest[end:]))
    return tuple(parts)
