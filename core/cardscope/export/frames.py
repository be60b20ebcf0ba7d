"""The ISO 14443 frames that an exchange stands for.

A PC/SC reader passes on no frames, so these are made from what it does pass on: the blocks of ISO-DEP around an APDU
(ISO/IEC 14443-4 §7.5), and the native command that a pseudo-APDU carries to a tag. What is not known is left out: how
the card was selected, block numbers that another program used up, waiting time extensions, repeated blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from cardscope.decode.apdu_names import READER_CLASS
from cardscope.decode.apdu_structure import ApduError, counted, parse_command
from cardscope.decode.atr import decode_atr
from cardscope.decode.atr_type_b import looks_like_type_b
from cardscope.decode.native import PN532, native_summary, unwrap
from cardscope.readers.families import ACK, Family, NativeFailure, families
from cardscope.tags.catalogue import Command

_INF: Final = 253
"""The most bytes of an APDU in one block: the frame of 256 bytes that most cards and readers agree on, less PCB and CRC
(ISO/IEC 14443-4 §5.1)."""
_I_BLOCK: Final = 0x02
_CHAINING: Final = 0x10
_ACKNOWLEDGE: Final = 0xA2
_TYPE_A: Final = "ISO 14443 A"
_CLASSIC: Final = frozenset((0x0001, 0x0002, 0x0026, *range(0x0036, 0x003A)))
"""MIFARE Classic and Plus in PC/SC Part 3's list of card names: their frames are encrypted on air."""
_READ_BYTES: Final = 16
_PAGE: Final = 4
_GET_DATA, _READ_BINARY, _UPDATE_BINARY = 0xCA, 0xB0, 0xD6


class Medium(Enum):
    """What a card's ATR says of the way to it."""

    ISO_DEP = auto()
    """Blocks of ISO/IEC 14443-4."""
    TYPE2 = auto()
    """Native commands of a tag of ISO/IEC 14443-3 type A."""
    OTHER = auto()
    """Another contactless technology, or frames that are encrypted."""
    CONTACTS = auto()
    READER = auto()
    """No card at all."""
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame on air."""

    data: bytes
    """Without its CRC."""
    from_card: bool
    crc: bytes
    """As it goes over air; empty where it is not known."""
    comment: str


@lru_cache(maxsize=64)
def medium(atr: bytes | None) -> Medium:
    """The way to the card of that ATR."""
    if atr is None:
        return Medium.UNKNOWN
    decoded = decode_atr(atr)
    if not decoded.contactless:
        return Medium.CONTACTS
    if decoded.storage is None:
        return Medium.ISO_DEP
    plain = decoded.storage.standard.startswith(_TYPE_A) and decoded.storage.nn not in _CLASSIC
    return Medium.TYPE2 if plain else Medium.OTHER


class BlockNumbers:
    """Makes the ISO-DEP blocks of one card; both sides count on with each block that is answered."""

    def __init__(self, atr: bytes) -> None:
        self._number = 0
        self._crc = crc_b if looks_like_type_b(decode_atr(atr).historical) else crc_a

    def frames(self, command: bytes, response: bytes | None, what: str) -> Iterator[Frame]:
        """The blocks that carry ``command`` and ``response``; a card's ``None`` leaves its last block unanswered."""
        yield from self._chain(command, what, from_card=False)
        if response is None:
            return
        yield from self._chain(response, f"Answer to {what}", from_card=True)
        self._number ^= 1

    def _chain(self, data: bytes, what: str, *, from_card: bool) -> Iterator[Frame]:
        pieces = [data[at : at + _INF] for at in range(0, len(data), _INF)] or [b""]
        for index, piece in enumerate(pieces):
            more = index < len(pieces) - 1
            part = f", part {index + 1} of {len(pieces)}" if len(pieces) > 1 else ""
            pcb = _I_BLOCK | self._number | (_CHAINING if more else 0)
            yield Frame(bytes((pcb,)) + piece, from_card, b"", f"{what}{part} (block made from the APDU)")
            if not more:
                return
            # The PCD counts on with each block that it gets, before it acknowledges one; the PICC acknowledges with
            # the number of the block itself (ISO/IEC 14443-4 §7.5.4).
            if from_card:
                self._number ^= 1
            acknowledgement = bytes((_ACKNOWLEDGE | self._number,))
            # With its CRC, since a single byte would be a short frame, REQA or WUPA.
            yield Frame(acknowledgement, not from_card, self._crc(acknowledgement), "Asks for the next part")
            if not from_card:
                self._number ^= 1


def tag_frames(command: bytes, response: bytes | None) -> tuple[Frame, ...]:
    """The native frames that a Type 2 tag got and sent; none where the reader answered by itself, or where the bytes do
    not tell."""
    if command[:1] != bytes((READER_CLASS,)):
        return ()
    native = unwrap(command)
    if native is not None:
        carrier = _carrier(command)
        answer = carrier.answer(native, response) if carrier is not None and response is not None else None
        return _native(native, None if isinstance(answer, NativeFailure) else answer)
    try:
        apdu = parse_command(command)
    except ApduError:
        return ()
    data = response[:-2] if response is not None and response[-2:] == b"\x90\x00" else None
    match apdu.ins:
        case 0xB0 if apdu.p1 == 0 and apdu.le:
            return _reads(apdu.p2, apdu.le, data)
        case 0xD6 if apdu.p1 == 0 and len(apdu.data) == _PAGE:
            note = " (the reader made it from UPDATE BINARY)"
            write = bytes((Command.WRITE, apdu.p2)) + apdu.data
            return (_sent(write, native_summary(write) + _after(data) + note),)
        case _:
            return ()


def _after(answer: bytes | None) -> str:
    """What is said of an ACK: it has 4 bits, which this file format cannot hold."""
    return "" if answer is None else ", acknowledged"


def _native(native: bytes, answer: bytes | None) -> tuple[Frame, ...]:
    words = native_summary(native)
    acknowledged = answer == ACK and native[0] != Command.CHECK_TEARING_EVENT
    sent = _sent(native, words + (_after(answer) if acknowledged else ""))
    if not answer or acknowledged:
        return (sent,)
    return sent, _received(answer, f"Answer to {words}")


def _sent(data: bytes, comment: str) -> Frame:
    return Frame(data, False, crc_a(data), comment)


def _received(data: bytes, comment: str) -> Frame:
    return Frame(data, True, crc_a(data), comment)


def _reads(page: int, wanted: int, data: bytes | None) -> tuple[Frame, ...]:
    """The READ commands that a reader needs for READ BINARY: each brings four pages, of which it may pass on fewer."""
    frames: list[Frame] = []
    for at in range(0, min(wanted, len(data)) if data else 1, _READ_BYTES):
        first = (page + at // _PAGE) & 0xFF
        words = f"READ page {first}"
        read = bytes((Command.READ, first))
        frames.append(_sent(read, f"{words} (the reader made it from READ BINARY)"))
        piece = (data or b"")[at : at + _READ_BYTES]
        if len(piece) == _READ_BYTES:
            frames.append(_received(piece, f"Answer to {words}"))
        elif piece:
            passed = f"Answer to {words}: the reader passed on {counted(len(piece))} of {_READ_BYTES}"
            frames.append(Frame(piece, True, b"", passed))
    return tuple(frames)


def _carrier(command: bytes) -> Family | None:
    """The family whose envelope ``command`` is, which its first bytes tell."""
    known = families()
    match command[1]:
        case 0x00:
            return known["acr122u" if command[5:6] == bytes((PN532,)) else "acr1252u"]
        case 0xA0:
            return known["omnikey5321"]
        case 0xC2:
            return known["transparent"]
        case 0xEF:
            return known["identiv4700"]
        case _:
            return None


def crc_a(data: bytes) -> bytes:
    """CRC_A of ISO/IEC 14443-3 (annex B), as it goes over air: low byte first."""
    return _crc(data, 0x6363).to_bytes(2, "little")


def crc_b(data: bytes) -> bytes:
    """CRC_B of the same."""
    return (_crc(data, 0xFFFF) ^ 0xFFFF).to_bytes(2, "little")


def _crc(data: bytes, register: int) -> int:
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0x8408 if register & 1 else register >> 1
    return register
