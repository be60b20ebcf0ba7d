"""The two kinds of contactless card as PC/SC shows them, whatever the reader: storage card and ISO-DEP card."""

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.tags.image import PAGE_SIZE
from cardscope.virtual.answers import ACK, Answer
from cardscope.virtual.picc import IsoDepPicc, Picc
from cardscope.virtual.reader_models.link import HistoricalBytes, OwnCommands
from cardscope.virtual.reader_models.pseudo_apdu import (
    FAILED,
    NOT_SUPPORTED,
    READER_CLASS,
    SUCCESS,
    UNKNOWN_CLA,
    UNKNOWN_INS,
    WRONG_LENGTH,
    get_data,
    parse_short,
)

ULTRALIGHT_ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""PC/SC part 3: ISO 14443 A part 3, Ultralight. Readers go by the SAK (ACR122U API §3.1.1, and published firmware),
so they say so of every Type 2 tag: NTAG 21x, NTAG I²C, and Ultralight C although the list has 003A for that."""

READ_SIZE = 4 * PAGE_SIZE

ATS_INTERFACE = bytes.fromhex("78807702")
"""T0, TA(1), TB(1), TC(1) of virtual cards: frames of 256 bytes, 106 kbit/s, FWI 7, SFGI 7, CID. Made up, since an
:class:`~cardscope.virtual.picc.IsoDepPicc` has only the historical bytes."""


class NoOwnCommands:
    """A reader that knows the storage-card commands and nothing else. It finds a tag that it lost by itself."""

    selects_again = True
    historical = HistoricalBytes.ALONE

    def reset(self) -> None:
        """There is nothing to forget."""

    def answer(self, apdu: CommandApdu, link: object) -> bytes | None:  # noqa: ARG002 - the shape of OwnCommands
        return None


class StorageCardReader:
    """A Type 2 tag behind a reader, as PC/SC part 3 §3.2.2 has it.

    ``FF CA 00 00 Le`` tells the UID, ``FF B0 00 page Le`` reads up to 16 bytes (Le 00: all 16), ``FF D6 00 page 04``
    and 4 bytes write a page; 6300 says that the tag refused or stayed silent. ``own`` are the commands beyond these.
    ``picc`` may be replaced while the power is off.
    """

    sak = 0x00
    ats = b""

    def __init__(self, picc: Picc, own: OwnCommands | None = None) -> None:
        self.picc = picc
        self._own = own or NoOwnCommands()
        self._uid = b""
        self._lost = True

    @property
    def atr(self) -> bytes:
        return ULTRALIGHT_ATR

    @property
    def uid(self) -> bytes:
        return self._uid

    def power_on(self) -> bytes:
        """Empty when the tag does not answer, which PC/SC calls mute."""
        self.power_off()
        self.field_on()
        return ULTRALIGHT_ATR if self.select() else b""

    def power_off(self) -> None:
        self._own.reset()
        self.field_off()
        self._uid = b""

    def transmit(self, command: bytes) -> bytes:
        if len(command) < 4:
            return WRONG_LENGTH
        if command[0] != READER_CLASS:
            return UNKNOWN_CLA
        apdu = parse_short(command)
        if apdu is None:
            return WRONG_LENGTH
        match apdu.ins:
            case 0xCA:
                return self._get_data(apdu)
            case 0xB0:
                return self._read_binary(apdu)
            case 0xD6:
                return self._update_binary(apdu)
            case _:
                answer = self._own.answer(apdu, self)
                return UNKNOWN_INS if answer is None else answer

    def exchange(self, frame: bytes) -> Answer:
        answer = self.picc.exchange(frame)
        if not isinstance(answer, bytes) and answer != ACK:
            self._lost = True
        return answer

    def transmit_apdu(self, command: bytes) -> bytes | None:  # noqa: ARG002 - the shape of Link
        return None

    def select(self) -> bool:
        uid = self.picc.select()
        self._lost = uid is None
        if uid is not None:
            self._uid = uid
        return uid is not None

    def field_on(self) -> None:
        self.picc.power_up()

    def field_off(self) -> None:
        self.picc.power_down()
        self._lost = True

    def _get_data(self, apdu: CommandApdu) -> bytes:
        if (apdu.p1, apdu.p2) != (0, 0):  # P1 01 asks for the ATS, which no Type 2 tag has
            return NOT_SUPPORTED
        return get_data(self._uid, apdu) if self._uid else FAILED

    def _read_binary(self, apdu: CommandApdu) -> bytes:
        if apdu.p1 != 0:
            return NOT_SUPPORTED
        size = READ_SIZE if apdu.le == 256 else apdu.le
        if apdu.data or size is None or size > READ_SIZE:
            return WRONG_LENGTH
        answer = self._command(bytes((0x30, apdu.p2)))
        return answer[:size] + SUCCESS if isinstance(answer, bytes) else FAILED

    def _update_binary(self, apdu: CommandApdu) -> bytes:
        if apdu.p1 != 0:
            return NOT_SUPPORTED
        if len(apdu.data) != PAGE_SIZE or apdu.le is not None:
            return WRONG_LENGTH
        return SUCCESS if self._command(bytes((0xA2, apdu.p2)) + apdu.data) == ACK else FAILED

    def _command(self, frame: bytes) -> Answer:
        if self._lost and self._own.selects_again:
            self.select()
        return self.exchange(frame)


class EmptyReader:
    """A reader without a card, as far as it takes commands to itself: those of ``own``. Whatever goes to a card finds
    none."""

    uid = b""
    atr = b""
    sak = 0x00
    ats = b""

    def __init__(self, own: OwnCommands) -> None:
        self._own = own

    def power_on(self) -> bytes:
        return b""

    def power_off(self) -> None:
        """There is no card to take it from."""

    def transmit(self, command: bytes) -> bytes:
        if command[:1] != bytes((READER_CLASS,)):
            return UNKNOWN_CLA
        apdu = parse_short(command)
        if apdu is None:
            return WRONG_LENGTH
        answer = self._own.answer(apdu, self)
        return UNKNOWN_INS if answer is None else answer

    def exchange(self, frame: bytes) -> Answer:  # noqa: ARG002 - the shape of Link
        return None

    def transmit_apdu(self, command: bytes) -> bytes | None:  # noqa: ARG002 - the shape of Link
        return None

    def select(self) -> bool:
        return False

    def field_on(self) -> None:
        """Nothing is in the field."""

    def field_off(self) -> None:
        """Nothing is in the field."""


class IsoDepReader:
    """An ISO-DEP card behind a reader: APDUs of any class but FF go to the card as they are.

    ``FF CA 00 00 Le`` tells the UID, ``FF CA 01 00 Le`` the historical bytes of the ATS, or what the family answers
    instead. Frames below ISO-DEP's blocks are not simulated: the card does not answer them. ``picc`` may be replaced
    while the power is off.
    """

    sak = 0x20

    def __init__(self, picc: IsoDepPicc, own: OwnCommands | None = None) -> None:
        self.picc = picc
        self._own = own or NoOwnCommands()
        self._powered = False

    @property
    def atr(self) -> bytes:
        """PC/SC part 3 §3.1.3.2.3.1: ``3B 8N 80 01``, the N historical bytes, TCK."""
        historical = self.picc.historical
        atr = bytes((0x3B, 0x80 | len(historical), 0x80, 0x01)) + historical
        check = 0
        for byte in atr[1:]:
            check ^= byte
        return atr + bytes((check,))

    @property
    def uid(self) -> bytes:
        return self.picc.uid if self._powered else b""

    @property
    def ats(self) -> bytes:
        content = ATS_INTERFACE + self.picc.historical
        return bytes((1 + len(content),)) + content

    def power_on(self) -> bytes:
        self.power_off()
        self.field_on()
        return self.atr

    def power_off(self) -> None:
        self._own.reset()
        self.field_off()

    def transmit(self, command: bytes) -> bytes:
        if not command:
            return WRONG_LENGTH
        if command[0] != READER_CLASS:
            return self.picc.transmit(command)
        apdu = parse_short(command)
        if apdu is None:
            return WRONG_LENGTH
        match apdu.ins:
            case 0xCA:
                return self._get_data(apdu)
            case 0xB0 | 0xD6:
                return NOT_SUPPORTED
            case _:
                answer = self._own.answer(apdu, self)
                return UNKNOWN_INS if answer is None else answer

    def exchange(self, frame: bytes) -> Answer:  # noqa: ARG002 - the shape of Link
        return None

    def transmit_apdu(self, command: bytes) -> bytes | None:
        return self.picc.transmit(command) if self._powered else None

    def select(self) -> bool:
        """RATS starts the card anew, as a power cycle does."""
        if self._powered:
            self.field_off()
            self.field_on()
        return self._powered

    def field_on(self) -> None:
        self.picc.power_up()
        self._powered = True

    def field_off(self) -> None:
        self.picc.power_down()
        self._powered = False

    def _get_data(self, apdu: CommandApdu) -> bytes:
        if not self._powered:
            return FAILED
        match (apdu.p1, apdu.p2, self._own.historical):
            case (0, 0, _):
                return get_data(self.uid, apdu)
            case (1, 0, HistoricalBytes.ALONE):
                return get_data(self.picc.historical, apdu)
            case (1, 0, HistoricalBytes.IN_ATS):
                return get_data(self.ats, apdu)
            case _:
                return NOT_SUPPORTED
