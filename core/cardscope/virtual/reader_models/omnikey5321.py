"""HID OMNIKEY 5321 and 6321: native commands in HID's generic session.

``FF A0 00 07 03 01 00 01`` opens the session (01 00 02 closes it), ``FF A0 00 05 Lc 01 00 F3 00 00 64`` and a native
command exchanges; the answer is ``00 00``, the data and 9000. Sources: LibLogicalAccess (Omnikey xx21) for session and
envelope; for the answers, the log of an Ultralight C on a 5321 in question 59217039 on Stack Overflow. HID's developer
guide 5321-903 was not at hand. That an ACK comes as 00 00 0A is a choice.
"""

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.virtual.answers import ACK, Damaged
from cardscope.virtual.reader_models.link import HistoricalBytes, Link
from cardscope.virtual.reader_models.pseudo_apdu import NOT_SATISFIED, NOT_SUPPORTED, SUCCESS, WRONG_LENGTH, as_bytes

INS = 0xA0
OPEN = bytes.fromhex("010001")
CLOSE = bytes.fromhex("010002")
HEADER = bytes.fromhex("0100F3000064")

NO_ERROR = bytes.fromhex("0000")
REFUSED = bytes.fromhex("0804")
"""Before a nibble that is no ACK: ``08 04 00`` was logged where Ultralight C must refuse with NAK 0."""
SILENCE = bytes.fromhex("0800")
"""After a time-out or a wrong CRC: a choice, no log was found."""


class Omnikey5321Commands:
    """After a refusal the tag is lost until the card is reset, which closes the session as well."""

    selects_again = False
    historical = HistoricalBytes.ALONE

    def __init__(self) -> None:
        self._open = False

    def reset(self) -> None:
        self._open = False

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        if apdu.ins != INS:
            return None
        match (apdu.p1, apdu.p2):
            case (0x00, 0x07):
                return self._session(apdu.data)
            case (0x00, 0x05):
                return self._exchange(apdu.data, link)
            case _:
                return NOT_SUPPORTED

    def _session(self, data: bytes) -> bytes:
        if len(data) != len(OPEN):
            return WRONG_LENGTH
        if data not in (OPEN, CLOSE):
            return NOT_SUPPORTED
        self._open = data == OPEN
        return SUCCESS

    def _exchange(self, data: bytes, link: Link) -> bytes:
        if not self._open:
            return NOT_SATISFIED  # a choice: no log was found
        if len(data) <= len(HEADER):
            return WRONG_LENGTH
        if not data.startswith(HEADER):
            return NOT_SUPPORTED
        answer = link.exchange(data[len(HEADER) :])
        if answer is None or isinstance(answer, Damaged):
            return SILENCE + SUCCESS
        accepted = isinstance(answer, bytes) or answer == ACK
        return (NO_ERROR if accepted else REFUSED) + as_bytes(answer) + SUCCESS
