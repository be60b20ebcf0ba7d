"""ACS ACR122U: a PN532 behind PC/SC, with the reader's own light, buzzer and settings.

Sources: ACS ACR122U API 2.04 (FF 00 …), NXP UM0701-02, the PN532 user manual (D4 …), and logs of real readers in the
issues of libnfc, nfcpy and nfc-pcsc. That the reader fails every command after a refusal until the card is reset or
listed anew follows from the PN532, which does nothing by itself; no log shows it.
"""

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.virtual.reader_models import pn532
from cardscope.virtual.reader_models.link import HistoricalBytes, Link
from cardscope.virtual.reader_models.pseudo_apdu import FAILED, SUCCESS, WRONG_LENGTH

FIRMWARE = b"ACR122U215"
INS = 0x00
GREEN = 0b10
"""With a card. Bit 0 is the red light, bit 1 the green one."""
PICC_PARAMETERS = 0xFF
"""As delivered: automatic polling, ATS on, 250 ms, all kinds of card."""
BLINKING_AND_BUZZER = 4
SYNTAX_ERROR = bytes.fromhex("637F")
"""The PN532 answered with its error frame, 7F. A choice: the manual names no code for it."""


class Acr122uCommands:
    """``FF 00``: direct transmit (P1 00), LED and buzzer (40), time-out (41), firmware (48, answered without a status
    word), PICC parameters (50, 51), buzzer at detection (52)."""

    selects_again = False
    historical = HistoricalBytes.IN_ATS

    def __init__(self) -> None:
        self._led = GREEN
        self._picc_parameters = PICC_PARAMETERS

    def reset(self) -> None:
        """Light, buzzer and settings are the reader's and stay."""

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        if apdu.ins != INS:
            return None
        match apdu.p1:
            case 0x00:
                return self._direct_transmit(apdu, link)
            case 0x40:
                return self._light(apdu)
            case 0x41 | 0x48 | 0x50 | 0x51 | 0x52:
                return WRONG_LENGTH if apdu.data else self._setting(apdu.p1, apdu.p2)
            case _:
                return None

    def _setting(self, kind: int, value: int) -> bytes:
        match kind:
            case 0x41:
                return SUCCESS
            case 0x48:
                return FIRMWARE
            case 0x52:
                return SUCCESS if value in (0x00, 0xFF) else FAILED
            case 0x51:
                self._picc_parameters = value
            case _:
                pass
        return bytes((0x90, self._picc_parameters))

    def _direct_transmit(self, apdu: CommandApdu, link: Link) -> bytes:
        """The PN532's answer and 9000, whatever its status says; 637F for what it does not understand."""
        if not apdu.data:
            return WRONG_LENGTH
        if apdu.p2 != 0 or apdu.data[0] != pn532.FROM_HOST:
            return FAILED
        answer = pn532.answer(apdu.data, link)
        return SYNTAX_ERROR if answer is None else answer + SUCCESS

    def _light(self, apdu: CommandApdu) -> bytes:
        """P2: bits 0 and 1 the final state, 2 and 3 whether it changes, 4 to 7 the same for blinking. 90 and state."""
        if len(apdu.data) != BLINKING_AND_BUZZER:
            return WRONG_LENGTH
        changed = apdu.p2 >> 2 & 0b11
        self._led = self._led & ~changed | apdu.p2 & changed
        return bytes((0x90, self._led))
