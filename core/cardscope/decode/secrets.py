"""Which bytes of a command are a secret: PINs, passwords, keys, and what is computed from them to authenticate.

A command is judged by its own bytes, through every reader's wrapping. Where they leave it open (an unknown chip,
lengths that do not fit), what may be a secret counts as one. What no single command tells, such as the later parts of a
secret that was cut up, is not found, except where such a part can be recognised, as the 16 bytes that follow a
COMPAT_WRITE can.

Sources: ISO/IEC 7816-4 §7.5, GlobalPlatform Card Specification §11, NXP data sheets of NTAG21x, MF0ULx1, MF0ICU2, PN532
user manual §7.3.8, PC/SC Part 3 §3.2.2, OpenPGP card specification §7.2.8, public software for DESFire and PIV.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from cardscope.decode.apdu_names import READER_CLASS, instruction, scope_of
from cardscope.decode.apdu_structure import HEADER, ApduError, lay_out, parse_command
from cardscope.decode.native import PN532, native_span, session_objects
from cardscope.tags.catalogue import SECTOR, Chip, Command, chips

Span = tuple[int, int]
"""Start and end (half open)."""

MASK: Final = "••"
"""Stands for one secret byte."""

_PAGE: Final = 4
_BLOCK: Final = 16
_PWD_AUTH_MOST: Final = 7
"""Bytes of PWD_AUTH with its CRC."""

_PIN_OR_PROOF: Final = frozenset((0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D, 0x82, 0x83, 0x86, 0x87))
"""VERIFY, CHANGE REFERENCE DATA, DISABLE and ENABLE VERIFICATION REQUIREMENT, RESET RETRY COUNTER, EXTERNAL and GENERAL
AUTHENTICATE. Applications of proprietary classes use the same codes."""
_GENERAL_AUTHENTICATE: Final = (0x86, 0x87)
_DYNAMIC_AUTHENTICATION: Final = 0x7C
_ENVELOPE: Final = (0xC2, 0xC3)
_PUT_DATA, _PUT_DATA_ODD = 0xDA, 0xDB
_SECRET_OBJECTS: Final = frozenset((0x00D1, 0x00D2, 0x00D3, 0x00D5, 0x00F4))
"""OpenPGP: keys of secure messaging, the resetting code, the AES key."""
_CURRENT_FILE: Final = 0x3FFF
_TAG_LIST: Final = 0x5C
"""Begins PIV's PUT DATA. OpenPGP imports a private key with 4D, and the later parts of a chain begin with anything."""
_PIV_KEYS: Final = (0xFE, 0xFF)
"""IMPORT ASYMMETRIC KEY and SET MANAGEMENT KEY, as YubiKeys have them."""
_PUT_KEY: Final = 0xD8
_STORE_DATA, _ENCRYPTED = 0xE2, 0x60

_DEFAULT_KEY: Final = 0x01
_CRYPTOGRAMS: Final = (8, 16, 24, 32)
"""How many bytes the second part of a DESFire or Ultralight C authentication has after AF."""
_LEAST_KEY: Final = 16

_CLASSIC_AUTH_SIZE: Final = 12
_IN_DATA_EXCHANGE: Final = bytes((PN532, 0x40))
_TRANSMIT_OBJECTS: Final = (0x93, 0x95)
_PACK: Final = 2
IDENTIV_REFUSALS: Final = frozenset((0x6300, 0x6401, 0x6700, 0x6981, 0x6982, 0x6A81, 0x6D00, 0x6E00))
"""The status words of an Identiv reader, whose DIRECT TRANSMIT answers without one when the tag answered."""
_RECEIVED: Final = 0x97


def secret_spans(command: bytes, chip: Chip | None = None) -> tuple[Span, ...]:
    """Where the secret bytes of ``command`` lie, in order and apart from each other.

    ``command`` is an APDU, malformed or not, or a bare native command of a tag. With ``chip`` unknown, a page that
    holds a password or key on any chip of the catalogue counts as such.
    """
    carried = _carried(command)
    if carried is None:
        return tuple(_merged(_reader(command, chip)))
    return tuple(_merged(_shifted(span, carried[0]) for span in _card(command[slice(*carried)], chip)))


def secret_answer_spans(command: bytes, response: bytes) -> tuple[Span, ...]:
    """Where the PACK lies in ``response`` (status word included): who knows it can pass for the tag."""
    carried = _carried(command)
    if carried is None or command[carried[0] : carried[0] + 1] != bytes([Command.PWD_AUTH]):
        return ()
    end = len(response) - 2
    if command[:1] != bytes([READER_CLASS]):
        return ((0, len(response)),) if len(response) == _PACK else ()
    match command[1]:
        case 0x00 if command[carried[0] - 2 : carried[0] - 1] == bytes([PN532]):
            return ((3, end),) if end == 3 + _PACK else ()
        case 0xA0:
            return ((2, end),) if end == 2 + _PACK else ()
        case 0xC2:
            objects = session_objects(response[:end]) or []
            return tuple((start, stop) for tag, start, stop in objects if tag == _RECEIVED and stop - start == _PACK)
        case 0xEF:
            # The answer comes without a status word, and with P1 = 00 it has its CRC.
            refused = len(response) == _PACK and int.from_bytes(response) in IDENTIV_REFUSALS
            return ((0, len(response)),) if len(response) in (_PACK, _PACK + 2) and not refused else ()
        case _:
            return ((0, end),) if end == _PACK else ()


def masked_hex(data: bytes, spans: Iterable[Span]) -> str:
    """``data`` as upper-case hex with spaces, :data:`MASK` for the bytes within ``spans``."""
    hidden = {position for start, end in spans for position in range(start, end)}
    return " ".join(MASK if position in hidden else f"{byte:02X}" for position, byte in enumerate(data))


def masked(command: bytes, chip: Chip | None = None) -> str:
    """``command`` as hex without its secrets: ``00 20 00 01 04 •• •• •• ••``."""
    return masked_hex(command, secret_spans(command, chip))


@dataclass(frozen=True, slots=True)
class MaskedCommand:
    """A command without its secrets: they are gone, their places and lengths are not."""

    known: bytes
    """The command, with 00 for each secret byte."""
    secrets: tuple[Span, ...]

    @classmethod
    def of(cls, command: bytes, chip: Chip | None = None) -> Self:
        """``command`` without what :func:`secret_spans` finds in it."""
        known, spans = bytearray(command), secret_spans(command, chip)
        for start, end in spans:
            known[start:end] = bytes(end - start)
        return cls(bytes(known), spans)

    @property
    def text(self) -> str:
        """As :func:`masked` writes it."""
        return masked_hex(self.known, self.secrets)


def _carried(command: bytes) -> Span | None:
    """Where the command to the card lies within ``command``: all of it, or what a reader's pseudo-APDU carries."""
    if command[:1] != bytes([READER_CLASS]):
        return 0, len(command)
    try:
        apdu = parse_command(command)
    except ApduError:
        return None
    span, data = native_span(apdu), _data(command)
    return _shifted(span, data[0]) if span and data else None


def _reader(command: bytes, chip: Chip | None) -> list[Span]:
    """A pseudo-APDU that carries no command to the card, or not as its reader wants it."""
    span = _data(command)
    if span is None:
        return []
    ins, p1, p2 = command[1:4]
    data, fits = command[slice(*span)], span[0] > HEADER
    match ins:
        case 0x82:  # LOAD KEYS
            return [span]
        case 0xD6 if fits:
            return [_shifted(one, span[0]) for one in _pages(p2, data, chip)]
        case 0xD6:
            return [span]
        case 0x00 if p1 == 0:
            # Other PN532 commands keep within the reader; a frame to be continued may be the start of anything.
            return [span] if not fits or data[:2] == _IN_DATA_EXCHANGE else []
        case 0xC2 if (p1, p2) == (0x00, 0x01):
            objects = session_objects(data) if fits else None
            return [span] if objects is None or any(tag in _TRANSMIT_OBJECTS for tag, _, _ in objects) else []
        case 0xA0 if (p1, p2) != (0x00, 0x07):
            return [span]
        case 0xEF:
            return [span]
        case _:
            return []


def _data(command: bytes) -> Span | None:
    """Where the data of ``command`` lies; all after the header where its lengths do not fit, ``None`` without data."""
    layout = lay_out(command)
    if layout.case in ("1", "2S") or len(command) <= HEADER:
        return None
    return layout.data if layout.case and layout.data else (HEADER, len(command))


def _card(command: bytes, chip: Chip | None) -> list[Span]:
    """A command to the card itself: a tag's native one, or an APDU; where its bytes can be both, both."""
    if not command:
        return []
    size = len(command)
    match command[0]:
        case Command.PWD_AUTH if size <= _PWD_AUTH_MOST:
            return [(1, size)] if size > 1 else []
        case Command.WRITE:
            return [(2, size)] if size > 2 and command[1] in _secret_pages(chip) else []
        case Command.COMPAT_WRITE if size == 2 + _BLOCK and not lay_out(command).case:
            return _native(command, chip)
        case _:
            return [*_native(command, chip), *_apdu(command)]


def _native(command: bytes, chip: Chip | None) -> list[Span]:
    size = len(command)
    match command[0]:
        case Command.COMPAT_WRITE if size == 2 + _BLOCK:
            # The chip takes the first four bytes; a MIFARE Classic, for which it is WRITE, takes all.
            pages = [(0, _PAGE)] if command[1] in _secret_pages(chip) else []
            return [_shifted(one, 2) for one in (*pages, *_trailer(command[1], chip))]
        case 0xAF if size - 1 in _CRYPTOGRAMS:
            return [(1, size)]
        case 0x60 | 0x61 if size == _CLASSIC_AUTH_SIZE:  # as the PN532 takes it: block, key, UID
            return [(2, 8)]
        case 0xC4 if size >= 2 + _LEAST_KEY and command[1] & 0x3F <= 0x0F:
            return [(2, size)]
        case 0xC6 if size >= 3 + _LEAST_KEY and command[1] <= 0x0F and command[2] & 0x3F <= 0x0F:
            return [(3, size)]
        case 0x5C if size >= 2 + _LEAST_KEY and command[1] == _DEFAULT_KEY:
            return [(2, size)]
        case _ if size == _BLOCK and not lay_out(command).case:
            return [(0, size)]  # the second frame of a COMPAT_WRITE, maybe to the page of a password or key
        case _:
            return []


def _apdu(command: bytes) -> list[Span]:
    span = _data(command)
    if span is None:
        return []
    cla, ins, p1, p2 = command[:4]
    data = command[slice(*span)]
    if scope_of(cla) == "desfire":
        return [span] if _is_desfire_secret(ins, data, fits=span[0] > HEADER) else []
    if cla < 0x80 and ins in _ENVELOPE:
        return _in_envelope(span, data)
    secret = ins in _PIN_OR_PROOF and not (ins in _GENERAL_AUTHENTICATE and _asks_only(data))
    if cla < 0x80:
        secret |= ins == _PUT_DATA and p1 << 8 | p2 in _SECRET_OBJECTS
        secret |= ins == _PUT_DATA_ODD and p1 << 8 | p2 == _CURRENT_FILE and data[0] != _TAG_LIST
        secret |= ins in _PIV_KEYS
    else:
        secret |= ins == _PUT_KEY or (ins == _STORE_DATA and bool(p1 & _ENCRYPTED))
    return [span] if secret else []


def _is_desfire_secret(ins: int, data: bytes, *, fits: bool) -> bool:
    match ins:
        case 0xC4 | 0xC6:
            return True
        case 0x5C:
            return data[0] == _DEFAULT_KEY or not fits
        case 0xAF:
            return len(data) in _CRYPTOGRAMS or not fits
        case _:
            return False


def _asks_only(data: bytes) -> bool:
    """Whether a GENERAL AUTHENTICATE holds empty objects only: it asks the card for a challenge or witness."""
    return data[0] == _DYNAMIC_AUTHENTICATION and len(data) % 2 == 0 and not any(data[3::2])


def _in_envelope(span: Span, data: bytes) -> list[Span]:
    """ENVELOPE carries a whole command, or a part of one, which may be a part of a secret."""
    if len(data) >= 4 and lay_out(data).case and instruction(data[0], data[1]) is not None:
        return [_shifted(one, span[0]) for one in _apdu(data)]
    return [span]


def _pages(first: int, data: bytes, chip: Chip | None) -> list[Span]:
    """Writing ``data`` to the pages from ``first`` on. A MIFARE Classic, for which these are blocks, takes 16 bytes to
    each."""
    secret = _secret_pages(chip)
    spans = [
        (start, min(start + _PAGE, len(data)))
        for index, start in enumerate(range(0, len(data), _PAGE))
        if (first + index) % SECTOR in secret
    ]
    for index, start in enumerate(range(0, len(data) - _BLOCK + 1, _BLOCK)):
        spans += [_shifted(one, start) for one in _trailer(first + index, chip)]
    return spans


def _trailer(block: int, chip: Chip | None) -> list[Span]:
    """Both keys of a MIFARE Classic, where ``block`` may be the last of a sector."""
    return [(0, 6), (10, 16)] if chip is None and block % 4 == 3 else []


def _secret_pages(chip: Chip | None) -> frozenset[int]:
    return _secret_pages_of(chip) if chip is not None else _secret_pages_anywhere()


@cache
def _secret_pages_of(chip: Chip) -> frozenset[int]:
    pages = {page % SECTOR for page in (chip.pwd, chip.pack) if page is not None}
    return frozenset(pages.union(chip.key_pages or ()))


@cache
def _secret_pages_anywhere() -> frozenset[int]:
    return frozenset(page for chip in chips().values() for page in _secret_pages_of(chip))


def _shifted(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _merged(spans: Iterable[Span]) -> list[Span]:
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        elif start < end:
            whole.append((start, end))
    return whole
