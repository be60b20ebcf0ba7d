"""Reader models: what stands between APDUs and the radio frames of a tag.

Each model is a :class:`~cardscope.virtual.card.VirtualCard`, so it can be put into the app's own reader or on the
link to the PC/SC service.
"""

from cardscope.virtual.type2 import ACK, Nibble, Type2Tag
from cardscope.virtual.type2.answers import Answer

ULTRALIGHT_ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""PC/SC part 3: ISO 14443 A part 3, Ultralight, which is also what readers say of every NTAG21x."""

SUCCESS = bytes.fromhex("9000")
END_OF_DATA = bytes.fromhex("6282")
FAILED = bytes.fromhex("6300")
WRONG_LENGTH = bytes.fromhex("6700")
NOT_SUPPORTED = bytes.fromhex("6A81")
UNKNOWN_INS = bytes.fromhex("6D00")
UNKNOWN_CLA = bytes.fromhex("6E00")

READ_SIZE = 16
PAGE_SIZE = 4


class StorageCardReader:
    """A reader with nothing but the storage-card commands of PC/SC part 3.

    ``FF CA 00 00 Le`` tells the UID, ``FF B0 00 page Le`` reads up to 16 bytes (Le 00: all 16), ``FF D6 00 page 04``
    and 4 bytes write a page; 6300 says that the tag refused or stayed silent. After a refusal, which leaves a tag
    IDLE, this reader selects it again by itself before the next command.
    """

    def __init__(self, tag: Type2Tag) -> None:
        self.tag = tag
        self._uid = b""
        self._lost = True

    @property
    def atr(self) -> bytes:
        return ULTRALIGHT_ATR

    def power_on(self) -> bytes:
        self.tag.power_down()
        self.tag.power_up()
        self._uid = self.tag.select() or b""
        self._lost = False
        return ULTRALIGHT_ATR

    def power_off(self) -> None:
        self.tag.power_down()
        self._uid = b""
        self._lost = True

    def transmit(self, command: bytes) -> bytes:
        if len(command) < 4:
            return WRONG_LENGTH
        if command[0] != 0xFF:
            return UNKNOWN_CLA
        match command[1]:
            case 0xCA:
                return self._get_data(command)
            case 0xB0:
                return self._read_binary(command)
            case 0xD6:
                return self._update_binary(command)
            case _:
                return self._other(command)

    def _get_data(self, command: bytes) -> bytes:
        if command[2:4] != b"\x00\x00":  # P1 01 asks for the historical bytes of an ATS, which no Type 2 tag has
            return NOT_SUPPORTED
        if len(command) != 5:
            return WRONG_LENGTH
        if not self._uid:
            return FAILED
        expected = command[4]
        if expected in (0, len(self._uid)):
            return self._uid + SUCCESS
        if expected < len(self._uid):
            return bytes((0x6C, len(self._uid)))
        return self._uid + END_OF_DATA

    def _read_binary(self, command: bytes) -> bytes:
        if command[2] != 0:
            return NOT_SUPPORTED
        if len(command) != 5 or command[4] > READ_SIZE:
            return WRONG_LENGTH
        answer = self._exchange(bytes((0x30, command[3])))
        if not isinstance(answer, bytes):
            return FAILED
        return answer[: command[4] or READ_SIZE] + SUCCESS

    def _update_binary(self, command: bytes) -> bytes:
        if command[2] != 0:
            return NOT_SUPPORTED
        if len(command) != 5 + PAGE_SIZE or command[4] != PAGE_SIZE:
            return WRONG_LENGTH
        answer = self._exchange(bytes((0xA2, command[3])) + command[5:])
        return SUCCESS if answer == ACK else FAILED

    def _other(self, command: bytes) -> bytes:  # noqa: ARG002 - models with commands of their own look at it
        return UNKNOWN_INS

    def _exchange(self, frame: bytes) -> Answer:
        if self._lost:
            self._lost = not self._find_again()
        answer = self.tag.exchange(frame)
        if answer is None or (isinstance(answer, Nibble) and not answer.is_ack):
            self._lost = True
        return answer

    def _find_again(self) -> bool:
        return self.tag.select() is not None


class Acr122u(StorageCardReader):
    """ACS ACR122U, a reader with a PN532 inside: native commands go through ``FF 00 00 00 Lc D4 42 …``.

    The answer is ``D5 43``, the status of the PN532 and the data, with 9000 even when the status is an error. After
    an error the tag stays lost until the card is reset.
    """

    FIRMWARE = b"ACR122U215"

    STATUS_OK = 0x00
    STATUS_TIMEOUT = 0x01
    STATUS_CRC = 0x02
    """A bare nibble has no CRC, so the PN532 reports even an ACK as this."""

    def _other(self, command: bytes) -> bytes:
        if command == bytes.fromhex("FF00480000"):
            return self.FIRMWARE  # without a status word, as the real one
        if command[1:4] != b"\x00\x00\x00":
            return UNKNOWN_INS
        if len(command) < 7 or len(command) != 5 + command[4]:
            return WRONG_LENGTH
        if command[5:7] != b"\xd4\x42":
            return FAILED
        answer = self._exchange(command[7:])
        if isinstance(answer, bytes):
            return bytes((0xD5, 0x43, self.STATUS_OK)) + answer + SUCCESS
        status = self.STATUS_TIMEOUT if answer is None else self.STATUS_CRC
        return bytes((0xD5, 0x43, status)) + SUCCESS

    def _find_again(self) -> bool:
        return False
