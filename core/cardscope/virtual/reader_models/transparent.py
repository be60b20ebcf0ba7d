"""PC/SC part 3's transparent session, by which newer readers (ACR1552U, Sony RC-S300, HID, Identiv) pass frames.

``FF C2 00 P2 Lc`` carries data objects: P2 00 manages the session, 01 exchanges, 02 switches the protocol. They are
carried out in order until one fails. The answer is always ``C0 03 nn SW1 SW2``, the results, and 9000: nn is 00, or
counts up to the object that failed. Sources: PC/SC part 3 supplement 2.02 (2010) §3.3; ACS ACM1252U-Y3 reference
manual 1.03 §5.2.3 (objects and codes); for whole answers, measurements of a Sony RC-S300 (EspUsbHost, example
EspUsbHostCcidFelicaIdm) and a published firmware with a PN512 (``PcscIfdCmdDispatch``), which agree.
"""

from collections.abc import Callable

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.decode.native import session_objects
from cardscope.virtual.answers import Answer, Damaged, Nibble
from cardscope.virtual.reader_models.crc import crc_a
from cardscope.virtual.reader_models.link import HistoricalBytes, Link
from cardscope.virtual.reader_models.pseudo_apdu import NO_ANSWER, NOT_SUPPORTED, SUCCESS, WRONG_LENGTH, as_bytes

INS = 0xC2

EXECUTION_STOPPED = bytes.fromhex("6301")
"""Of what needs a session outside of one: measured for RF on."""
WRONG_VALUE = bytes.fromhex("6A80")

VERSION = bytes.fromhex("8003020200")
"""The version object: 2.02.00, the revision of the supplement."""

# Transmission flags (DO 90), first byte; the second is RFU.
WITHOUT_SENT_CRC = 0x01
"""The frame brings its own CRC."""
WITHOUT_RECEIVED_CRC = 0x02
"""The CRC of the answer is neither checked nor taken off."""
PARITY_OFF = 0x0C
"""Not simulated."""
WITHOUT_PROLOGUE = 0x10
"""The frame brings the protocol bytes of ISO-DEP itself; otherwise the reader adds them to an APDU."""

CRC_ERROR = 0x01
"""Response status (DO 96), first byte: the only error that a virtual link can have."""
NIBBLE_BITS = 4

LAYER_3 = 0x03
LAYER_4 = 0x04
ISO_14443_A = 0x00


class _ObjectError(Exception):
    def __init__(self, status: bytes) -> None:
        super().__init__(status.hex())
        self.status = status


class TransparentSession:
    """The state of one reader's session.

    Starting leaves a selected tag selected. In a session the reader does nothing by itself: after a refusal or a
    silence every exchange ends with 6401 until the protocol is switched again (8F 02 00 03), which selects the tag
    anew and loses its authentication; after RF off and on that is needed too. The end of the session gives the field
    back to the reader, which then finds a lost tag by itself; so does a reset. Real readers differ here: one failed
    every later command until it was reset.

    A bare nibble comes as ``92 01 04 96 02 01 00 97 01 0x``: 4 valid bits, and a CRC error unless flag 02 of DO 90
    switched the check off or DO 92 of the command announced 4 bits. Parity off and sending a part of a byte are
    refused (6A81). The timer (5F46) is accepted and unnoticed, because virtual tags answer at once; a real ACS reader
    without one waits 302 µs, which no EEPROM write keeps.
    """

    historical = HistoricalBytes.ALONE

    def __init__(self) -> None:
        self._open = False
        self._field = True
        self._flags = 0
        self._announced_bits = 0
        self._heard: Answer = None

    @property
    def selects_again(self) -> bool:
        return not self._open

    def reset(self) -> None:
        self._open = False
        self._field = True
        self._flags = 0
        self._heard = None

    def answer(self, apdu: CommandApdu, link: Link) -> bytes | None:
        if apdu.ins != INS:
            return None
        handlers = self._handlers(apdu.p2) if apdu.p1 == 0 else None
        if handlers is None:
            return NOT_SUPPORTED
        if not apdu.data:
            return WRONG_LENGTH
        objects = session_objects(apdu.data)
        if objects is None:
            return _status(0, WRONG_LENGTH) + SUCCESS
        self._announced_bits = 0
        results = b""
        for number, (tag, start, end) in enumerate(objects, 1):
            try:
                if tag not in handlers:
                    raise _ObjectError(NOT_SUPPORTED)
                sizes, handler = handlers[tag]
                if end - start not in sizes:
                    raise _ObjectError(WRONG_LENGTH)
                results += handler(apdu.data[start:end], link)
            except _ObjectError as failure:
                return _status(number, failure.status) + results + SUCCESS
        return _status(0, SUCCESS) + results + SUCCESS

    def _handlers(self, p2: int) -> dict[int, tuple[range, Callable[[bytes, Link], bytes]]] | None:
        """By tag: the lengths that the object may have, and what it does."""
        empty, one, two, any_frame = range(1), range(1, 2), range(2, 3), range(1, 256)
        timer = (range(4, 5), self._timer)
        match p2:
            case 0x00:
                return {
                    0x80: (range(4), self._version),
                    0x81: (empty, self._start),
                    0x82: (empty, self._end),
                    0x83: (empty, self._field_off),
                    0x84: (empty, self._field_on),
                    0x5F46: timer,
                }
            case 0x01:
                return {
                    0x90: (two, self._set_flags),
                    0x91: (one, self._bits_to_send),
                    0x92: (one, self._bits_to_receive),
                    0x93: (any_frame, self._transmit),
                    0x94: (empty, self._receive),
                    0x95: (any_frame, self._transceive),
                    0x5F46: timer,
                }
            case 0x02:
                return {0x8F: (two, self._switch), 0x5F46: timer}
            case _:
                return None

    def _need_session(self) -> None:
        if not self._open:
            raise _ObjectError(EXECUTION_STOPPED)

    def _version(self, _value: bytes, _link: Link) -> bytes:
        return VERSION

    def _start(self, _value: bytes, _link: Link) -> bytes:
        self._open = True
        self._flags = 0
        self._heard = None
        return b""

    def _end(self, _value: bytes, link: Link) -> bytes:
        self._open = False
        if not self._field:
            self._field_on_again(link)
        return b""

    def _field_off(self, _value: bytes, link: Link) -> bytes:
        self._need_session()
        self._field = False
        link.field_off()
        return b""

    def _field_on(self, _value: bytes, link: Link) -> bytes:
        self._need_session()
        self._field_on_again(link)
        return b""

    def _field_on_again(self, link: Link) -> None:
        self._field = True
        link.field_on()

    def _timer(self, _value: bytes, _link: Link) -> bytes:
        return b""

    def _set_flags(self, value: bytes, _link: Link) -> bytes:
        self._need_session()
        if value[0] & PARITY_OFF:
            raise _ObjectError(NOT_SUPPORTED)
        self._flags = value[0]
        return b""

    def _bits_to_send(self, value: bytes, _link: Link) -> bytes:
        self._need_session()
        if value[0]:
            raise _ObjectError(NOT_SUPPORTED)
        return b""

    def _bits_to_receive(self, value: bytes, _link: Link) -> bytes:
        self._need_session()
        if value[0] > 7:
            raise _ObjectError(WRONG_VALUE)
        self._announced_bits = value[0]
        return b""

    def _transmit(self, value: bytes, link: Link) -> bytes:
        self._need_session()
        self._heard = self._on_air(value, link)
        return b""

    def _receive(self, _value: bytes, _link: Link) -> bytes:
        self._need_session()
        heard, self._heard = self._heard, None
        return self._received(heard)

    def _transceive(self, value: bytes, link: Link) -> bytes:
        self._need_session()
        return self._received(self._on_air(value, link))

    def _on_air(self, value: bytes, link: Link) -> Answer:
        if not self._flags & WITHOUT_PROLOGUE and (response := link.transmit_apdu(value)) is not None:
            return response
        if not self._flags & WITHOUT_SENT_CRC:
            return link.exchange(value)
        frame, crc = value[:-2], value[-2:]
        return link.exchange(frame) if crc == crc_a(frame) else None

    def _received(self, answer: Answer) -> bytes:
        if answer is None:
            raise _ObjectError(NO_ANSWER)
        damaged = isinstance(answer, Damaged)
        sent = answer.sent if damaged else answer
        unchecked = bool(self._flags & WITHOUT_RECEIVED_CRC)
        if isinstance(sent, Nibble):
            fits = not damaged and (unchecked or self._announced_bits == NIBBLE_BITS)
            return _result(as_bytes(sent), bits=NIBBLE_BITS, status=0 if fits else CRC_ERROR)
        if unchecked:
            return _result(sent + (_inverted(crc_a(sent)) if damaged else crc_a(sent)))
        return _result(sent, status=CRC_ERROR if damaged else 0)

    def _switch(self, value: bytes, link: Link) -> bytes:
        """To ISO 14443 A layer 3, answered by the SAK, or to layer 4, answered by the ATR (DO 5F51)."""
        self._need_session()
        if value[0] != ISO_14443_A or value[1] not in (LAYER_3, LAYER_4):
            raise _ObjectError(NOT_SUPPORTED)
        if not link.select():
            raise _ObjectError(NO_ANSWER)
        if value[1] == LAYER_3:
            return bytes((0x8F, 0x01, link.sak))
        return bytes((0x5F, 0x51, len(link.atr))) + link.atr


def _status(number: int, status: bytes) -> bytes:
    return bytes((0xC0, 0x03, number & 0xFF)) + status


def _result(data: bytes, *, bits: int = 0, status: int = 0) -> bytes:
    """Number of valid bits in the last byte (0: all), response status, and what came."""
    return bytes((0x92, 0x01, bits, 0x96, 0x02, status, 0x00, 0x97)) + _ber_length(len(data)) + data


def _inverted(crc: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in crc)


def _ber_length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size <= 0xFF else bytes((0x82,)) + size.to_bytes(2)
