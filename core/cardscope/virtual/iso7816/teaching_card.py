"""The teaching card as readers meet it: with contacts, speaking T=0 or T=1, or without."""

from enum import StrEnum

from cardscope.errors import UsageError
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.iso7816.card import TeachingCard
from cardscope.virtual.iso7816.personalisation import personalise
from cardscope.virtual.iso7816.state import CardState
from cardscope.virtual.iso7816.transmission import Parse, parse_apdu, parse_t0
from cardscope.virtual.picc import IsoDepPicc

_NO_DIAGNOSIS = b"\x6f\x00"
"""What a reader gets that talks to a card without power; a real one would get nothing at all."""

_SERVICES = "31F8"
"""Card service data: selection by full and by partial DF name, data objects in EF.DIR and EF.ATR, both read with READ
BINARY, with MF."""
_STATUS = "83059000"
"""Activated, no error."""
# Capabilities: all methods of selection but the implicit one, short EF identifiers, record numbers; WRITE is OR, data
# units are bytes; chaining, channels assigned by the card and by the interface device, 8 or more of them. The second
# one adds extended lengths and their limits in EF.ATR.
_HISTORICAL_SHORT = bytes.fromhex("80" + _SERVICES + "73F6419F" + _STATUS)
_HISTORICAL_EXTENDED = bytes.fromhex("80" + _SERVICES + "73F641FF" + _STATUS)
_EXTENDED_LENGTH = bytes.fromhex("7F660A 0203010000 0203010000")
"""The greatest command and response APDU (ISO/IEC 7816-4:2013 §12.7.1): 65,536 bytes."""

UID_LENGTHS = (4, 7, 10)


class Protocol(StrEnum):
    """The transmission protocol of a card with contacts."""

    T0 = "T0"
    T1 = "T1"


def teaching_card_contact(protocol: Protocol) -> VirtualCard:
    """A new teaching card with contacts."""
    if protocol is Protocol.T0:
        return _ContactCard(_atr_t0(), personalise(_HISTORICAL_SHORT, b""), parse_t0)
    return _ContactCard(_atr_t1(), personalise(_HISTORICAL_EXTENDED, _EXTENDED_LENGTH), parse_apdu)


def teaching_card_contactless(uid: bytes) -> IsoDepPicc:
    """A new contactless teaching card. Raises UsageError for a ``uid`` that does not have 4, 7 or 10 bytes."""
    if len(uid) not in UID_LENGTHS:
        raise UsageError(
            f"A UID has 4, 7 or 10 bytes, and {uid.hex().upper() or 'this one'} has {len(uid)}.",
            remedy="Give 8, 14 or 20 hex digits.",
        )
    return _ContactlessCard(uid)


class _ContactCard:
    def __init__(self, atr: bytes, state: CardState, parse: Parse) -> None:
        self._atr = atr
        self._card = TeachingCard(state, parse)
        self._powered = False

    @property
    def atr(self) -> bytes:
        return self._atr

    def power_on(self) -> bytes:
        self._card.reset()
        self._powered = True
        return self._atr

    def power_off(self) -> None:
        self._powered = False

    def transmit(self, command: bytes) -> bytes:
        return self._card.transmit(command) if self._powered else _NO_DIAGNOSIS


class _ContactlessCard:
    def __init__(self, uid: bytes) -> None:
        self._uid = uid
        self._card = TeachingCard(personalise(_HISTORICAL_EXTENDED, _EXTENDED_LENGTH), parse_apdu)
        self._powered = False

    @property
    def uid(self) -> bytes:
        return self._uid

    @property
    def historical(self) -> bytes:
        return _HISTORICAL_EXTENDED

    def power_up(self) -> None:
        if not self._powered:
            self._card.reset()
            self._powered = True

    def power_down(self) -> None:
        self._powered = False

    def transmit(self, command: bytes) -> bytes:
        return self._card.transmit(command) if self._powered else _NO_DIAGNOSIS


def _atr_t0() -> bytes:
    """TA1 = 95 (Fi 512, Di 16), TD1 = 00 (T=0, nothing follows). T=0 alone has no TCK."""
    return bytes((0x3B, 0x90 | len(_HISTORICAL_SHORT), 0x95, 0x00)) + _HISTORICAL_SHORT


def _atr_t1() -> bytes:
    """TA1 = 95, TD1 = 81 and TD2 = 31 (T=1), TA3 = FE (IFSC 254), TB3 = 45 (BWI 4, CWI 5), and TCK."""
    interface = bytes((0x95, 0x81, 0x31, 0xFE, 0x45))
    rest = bytes((0x90 | len(_HISTORICAL_EXTENDED),)) + interface + _HISTORICAL_EXTENDED
    return b"\x3b" + rest + bytes((_check_sum(rest),))


def _check_sum(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check
