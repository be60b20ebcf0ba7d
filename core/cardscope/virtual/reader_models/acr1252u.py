"""ACS ACR1252U and its relatives: ``FF 00 00 00 Lc`` carries a native command as it is; the transparent session too.

Sources: ACS ACR1252U API 1.09 for the transparent session (§5.4), and public software for FF 00 00 00, which the API
does not describe. Known are only the answers that succeed (data and 9000), and that one program goes on after a
failure by waiting 150 ms, without a reset: so the reader finds a lost tag again by itself. That a refusal, a silence or
a wrong CRC gives 6300, and that an ACK arrives as the byte 0A, are choices. That program also avoids reading page 3
first after a failure; why is not known, and nothing here stands for it.
"""

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.virtual.answers import Damaged, Nibble
from cardscope.virtual.reader_models.link import HistoricalBytes, Link
from cardscope.virtual.reader_models.pseudo_apdu import (
    FAILED,
    NOT_SUPPORTED,
    SUCCESS,
    WRONG_LENGTH,
    as_bytes,
)
from cardscope.virtual.reader_models.transparent import TransparentSession

INS = 0x00


class Acr1252uCommands:
    """The reader's escape commands (class E0) do not come through SCardTransmit, so they have no place here."""

    historical = HistoricalBytes.IN_ATS

    def __init__(self) -> None:
        self._session = TransparentSession()

    @property
    def selects_again(self) -> bool:
        return self._session.selects_again

    def reset(self) -> None:
        self._session.reset()

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        if apdu.ins != INS:
            return self._session.answer(apdu, link)
        if (apdu.p1, apdu.p2) != (0, 0):
            return NOT_SUPPORTED
        if not apdu.data:
            return WRONG_LENGTH
        answer = link.exchange(apdu.data)
        if answer is None or isinstance(answer, Damaged) or (isinstance(answer, Nibble) and not answer.is_ack):
            return FAILED
        return as_bytes(answer) + SUCCESS
