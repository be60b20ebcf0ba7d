"""Identiv (formerly Identive, SCM) Cloud 4700 F and 4710 F: ``FF EF P1 00 Lc`` carries a native command; the
transparent session too.

P1 01 takes the CRC off the answer, P1 00 leaves it on. The answer is what the tag sent and nothing more, without a
status word: an ACK is the single byte 0A, and the PACK of a password looks like a status word. Sources: Identive
Cloud 47x0 F reference manual 1.0 (§6.2.9, transparent session), its sister's for FF CA 01 (uTrust 3720 F §6.1.2: 6A81
with any card of 13.56 MHz), and public software for FF EF. That a NAK arrives as its byte too, and that silence and a
wrong CRC (with P1 00 as well) give 6401, the manual's code for no answer from the card, are choices.
"""

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.virtual.answers import Damaged
from cardscope.virtual.reader_models.crc import crc_a
from cardscope.virtual.reader_models.link import HistoricalBytes, Link
from cardscope.virtual.reader_models.pseudo_apdu import NO_ANSWER, NOT_SUPPORTED, WRONG_LENGTH, as_bytes
from cardscope.virtual.reader_models.transparent import TransparentSession

INS = 0xEF
WITH_CRC = 0x00
WITHOUT_CRC = 0x01


class Identiv4700Commands:
    """After a refusal the tag is lost until the card is reset, or selected anew in a transparent session."""

    selects_again = False
    historical = HistoricalBytes.NOT_TOLD

    def __init__(self) -> None:
        self._session = TransparentSession()

    def reset(self) -> None:
        self._session.reset()

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        if apdu.ins != INS:
            return self._session.answer(apdu, link)
        if apdu.p1 not in (WITH_CRC, WITHOUT_CRC) or apdu.p2 != 0:
            return NOT_SUPPORTED
        if not apdu.data:
            return WRONG_LENGTH
        answer = link.exchange(apdu.data)
        if answer is None or isinstance(answer, Damaged):
            return NO_ANSWER
        if apdu.p1 == WITH_CRC and isinstance(answer, bytes):
            return answer + crc_a(answer)
        return as_bytes(answer)
