"""What every reader model shares of ISO/IEC 7816-4 and of PC/SC part 3: lengths and status words."""

from cardscope.decode.apdu_structure import ApduError, CommandApdu, parse_command
from cardscope.virtual.answers import Nibble

SUCCESS = bytes.fromhex("9000")
END_OF_DATA = bytes.fromhex("6282")
FAILED = bytes.fromhex("6300")
NO_ANSWER = bytes.fromhex("6401")
"""No response from the card (PC/SC part 3, and the manuals of readers)."""
WRONG_LENGTH = bytes.fromhex("6700")
NOT_SATISFIED = bytes.fromhex("6985")
NOT_SUPPORTED = bytes.fromhex("6A81")
UNKNOWN_INS = bytes.fromhex("6D00")
UNKNOWN_CLA = bytes.fromhex("6E00")

READER_CLASS = 0xFF
"""PC/SC part 3: the class byte of what is meant for the reader and not for the card."""


def parse_short(command: bytes) -> CommandApdu | None:
    """``command`` as a short APDU; ``None`` for lengths that fit no case, and for extended ones, which readers do not
    take in their own commands."""
    try:
        apdu = parse_command(command)
    except ApduError:
        return None
    return None if apdu.case.endswith("E") else apdu


def get_data(data: bytes, apdu: CommandApdu) -> bytes:
    """The answer of GET DATA (PC/SC part 3 §3.2.2.1.3): all of ``data``, or what is wrong with Le.

    Le 00 asks for everything. A smaller Le than there is gives 6Cxx with the right one, a greater one a warning.
    """
    if apdu.data or apdu.le is None:
        return WRONG_LENGTH
    if apdu.le in (256, len(data)):
        return data + SUCCESS
    if apdu.le < len(data):
        return bytes((0x6C, len(data)))
    return data + END_OF_DATA


def as_bytes(answer: bytes | Nibble) -> bytes:
    """A nibble as the byte 0x, which is how readers without a notion of bits hand it on."""
    return bytes((answer.value,)) if isinstance(answer, Nibble) else answer
