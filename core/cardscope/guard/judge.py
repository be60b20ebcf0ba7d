"""What a command APDU would do, seen through every reader family's wrapping.

An allowlist decides what is harmless: whatever is not understood needs approval. Facts: ISO/IEC 7816-4, -8 and -9,
PC/SC Part 3, ACR122U API manual, PN532 user manual, GlobalPlatform Card Specification, MIFARE DESFire commands.
"""

from cardscope.decode.apdu import ApduError, CommandApdu, parse_command, summary
from cardscope.decode.apdu_names import READER_CLASS, scope_of
from cardscope.decode.atr import StorageCard
from cardscope.decode.native import PN532, native_span, session_objects
from cardscope.guard.type2 import judge_native, judge_pages
from cardscope.guard.verdict import Verdict, changing, combined, harmless, permanent, unknown
from cardscope.tags.catalogue import Chip

_READING = frozenset((0x70, 0x84, 0xA0, 0xA1, 0xA2, 0xA4, 0xA5, 0xB0, 0xB1, 0xB2, 0xB3, 0xC0, 0xCA, 0xCB))
_REWRITING = frozenset((0xD6, 0xD7, 0xDC, 0xDD))
_ERASING = frozenset((0x0C, 0x0E, 0x0F))
_COUNTING = frozenset((0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x82, 0x86, 0x87))
_TERMINATING = frozenset((0xE4, 0xE6, 0xE8, 0xFE))
_VERIFY = (0x20, 0x21)
_GENERATE_KEY_PAIR = (0x46, 0x47)
_READ_PUBLIC_KEY = 0x81
_MANAGE_SECURITY_ENVIRONMENT = 0x22

_PROPRIETARY_READING = frozenset((0xC0, 0xCA, 0xCB, 0xF2))
_CARD_CONTENT = frozenset((0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0))

_DESFIRE_READING = frozenset((0x45, 0x51, 0x5A, 0x60, 0x64, 0x6A, 0x6C, 0x6D, 0x6E, 0x6F, 0xA7, 0xBB, 0xBD, 0xF5))
_DESFIRE_REWRITING = frozenset((0x3D,))
_DESFIRE_PERMANENT = frozenset((0x54, 0x5C, 0x5F, 0xC4, 0xDA, 0xDF, 0xFC))
_DESFIRE_MORE = 0xAF

_SIM_READING = frozenset((0xA4, 0xB0, 0xB2, 0xC0, 0xF2))

_PN532_READING = frozenset((0x02, 0x04, 0x06, 0x44, 0x4A, 0x52, 0x54))
_PN532_SETTING = frozenset((0x12, 0x32))
_IN_DATA_EXCHANGE = 0x40

_SESSION_OBJECTS = frozenset((0x80, 0x81, 0x82, 0x83, 0x84, 0x5F46))
_SWITCH_PROTOCOL = 0x8F
_OMNIKEY_SESSION = (bytes.fromhex("010001"), bytes.fromhex("010002"))
_MIFARE_KEYS = (0x60, 0x61)
_KNOWN_LAYOUTS = frozenset((0x0001, 0x0002, 0x0003, 0x0026, *range(0x0036, 0x003B), 0x003D))
"""Card names (PC/SC Part 3) of MIFARE Classic, Plus and Ultralight: the guard knows their special pages and blocks."""


def judge(command: bytes, chip: Chip | None, card: StorageCard | None = None) -> Verdict:
    """What ``command`` would do to a card whose chip is ``chip`` (``None``: not known). Pure; refuses no bytes.

    ``card`` is what the ATR calls the card, where it names one.
    """
    try:
        apdu = parse_command(command)
    except ApduError as error:
        return unknown(
            "malformed", f"Not a well-formed command, so CardScope cannot tell what a reader makes of it. {error}"
        )
    if apdu.cla == READER_CLASS:
        return _judge_reader(apdu, command, chip, card)
    return _judge_card(apdu, command)


def _not_understood(command: bytes) -> Verdict:
    return unknown("not_understood", f"{summary(command)}: could change the card; CardScope cannot tell.")


def _judge_reader(apdu: CommandApdu, command: bytes, chip: Chip | None, card: StorageCard | None) -> Verdict:
    span = native_span(apdu)
    if span is not None:
        return _judge_wrapped(apdu, apdu.data[slice(*span)], chip)
    route = (apdu.ins, apdu.p1, apdu.p2)
    match apdu.ins:
        case 0xCA | 0xB0 | 0xC0 if not apdu.data:
            return harmless("Reads; changes nothing.")  # no more words: every read of a tag comes this way
        case 0xD6:
            return _judge_update(apdu, chip, card)
        case 0x00:
            return _judge_reader_control(apdu, command)
        case 0x82:
            return changing("Loads a key into the reader; the card does not take part.")
        case 0x86:
            # Byte 3 of the data is the kind of key. MIFARE Classic counts no tries; crypto memories do.
            if len(apdu.data) == 5 and apdu.data[3] in _MIFARE_KEYS:
                return changing("Authenticates to a MIFARE Classic, which counts no tries.")
            return unknown("counts_try", "Tries a key; some cards count wrong ones and block for ever.")
        case 0xC2 if route[1:] in ((0x00, 0x00), (0x00, 0x02)):
            return _judge_session(apdu, command)
        case 0xA0 if route[1:] == (0x00, 0x07) and apdu.data in _OMNIKEY_SESSION:
            return harmless("Opens or closes the reader's direct route to the card.")
        case _:
            return _not_understood(command)


def _judge_wrapped(apdu: CommandApdu, native: bytes, chip: Chip | None) -> Verdict:
    verdict = judge_native(native, chip)
    if apdu.ins == 0x00 and apdu.p2:
        return combined((verdict, unknown("malformed", "P2 of a direct transmit is 00; a reader may ignore it.")))
    if apdu.data[:2] == bytes([PN532, _IN_DATA_EXCHANGE]):
        # To an ISO 14443-4 card, InDataExchange carries a whole APDU.
        try:
            inner = parse_command(native)
        except ApduError:
            return verdict
        # 40 to 7F are classes too, but more often DESFire's own commands (5F ChangeFileSettings) or VCSL.
        if inner.cla >= 0x40 and not verdict.needs_approval:
            return combined((verdict, _judge_card(inner, native)))
        if (
            (inner.cla < 0x20 or scope_of(inner.cla) == "desfire")
            and verdict.hazards
            and verdict.hazards[0].code == "not_understood"
        ):
            return _judge_card(inner, native)
    return verdict


def _judge_update(apdu: CommandApdu, chip: Chip | None, card: StorageCard | None) -> Verdict:
    if not apdu.data:
        return unknown("malformed", "A write without data; CardScope cannot tell what the reader makes of it.")
    verdict = judge_pages(apdu.p2, apdu.data, chip)
    if card is not None and card.nn not in _KNOWN_LAYOUTS:
        # Other memory cards have one-way counters and OTP where a Type 2 tag has user memory.
        other = unknown("other_card", f"Writes to a card that its reader calls {card.card}: CardScope cannot tell.")
        verdict = combined((verdict, other))
    if not apdu.p1:
        return verdict
    # Readers differ: some take P1 as the high byte of the address, some ignore it.
    return combined((verdict, unknown("address", "P1 is not 00, so the reader may write to another page.")))


def _judge_reader_control(apdu: CommandApdu, command: bytes) -> Verdict:
    words = summary(command)
    match apdu.p1, apdu.p2, len(apdu.data):
        case (0x48, 0x00, 0) | (0x50, 0x00, 0) | (0x52, 0x00 | 0xFF, 0) | (0x40, _, 4):
            return harmless(f"{words}: works on the reader alone.")
        case (0x41 | 0x51, _, 0):
            return changing(f"{words}: changes a setting of the reader until it loses power.")
        case (0x00, 0x00, size) if size >= 2 and apdu.data[0] == PN532:
            if apdu.data[1] in _PN532_READING:
                return harmless(f"{words}: changes nothing.")
            if apdu.data[1] in _PN532_SETTING:
                return changing(f"{words}: changes a setting of the reader until it loses power.")
        case _:
            pass
    return _not_understood(command)


def _judge_session(apdu: CommandApdu, command: bytes) -> Verdict:
    objects = session_objects(apdu.data)
    allowed = _SESSION_OBJECTS if apdu.p2 == 0x00 else frozenset((_SWITCH_PROTOCOL,))
    if objects and all(tag in allowed for tag, _, _ in objects):
        return harmless("Manages the transparent session; the card's memory does not take part.")
    return _not_understood(command)


def _judge_card(apdu: CommandApdu, command: bytes) -> Verdict:
    words = summary(command)
    match scope_of(apdu.cla):
        case "iso" if apdu.cla & 0xE0 != 0x20:
            return _judge_interindustry(apdu, command)
        case "proprietary" if apdu.ins in _PROPRIETARY_READING:
            return harmless(f"{words}: changes nothing.")
        case "proprietary" if apdu.ins in _CARD_CONTENT:
            return permanent(
                "card_content", f"{words}: changes what is on the card, and it may not be possible to go back."
            )
        case "desfire":
            return _judge_desfire(apdu, command)
        case "sim" if apdu.ins in _SIM_READING:
            return harmless(f"{words}: changes nothing.")
        case _:
            return _not_understood(command)


def _judge_interindustry(apdu: CommandApdu, command: bytes) -> Verdict:
    words = summary(command)
    if apdu.ins in _READING:
        return harmless(f"{words}: changes nothing.")
    if apdu.ins in _REWRITING:
        return changing(f"{words}: changes data that can be written again.")
    if apdu.ins in _ERASING:
        return unknown("card_content", f"{words}: what is erased may not have been readable, and is lost then.")
    if apdu.ins in _VERIFY and not apdu.data and not apdu.p1:
        return changing(f"{words}: without data it asks how many tries are left, and by the standard counts none.")
    if apdu.ins in _COUNTING:
        return unknown("counts_try", f"{words}: a wrong value uses up a try, and after the last one the card blocks.")
    if apdu.ins in _TERMINATING:
        return permanent("terminate", f"{words}: ends a file, an application or the card for ever.")
    if apdu.ins in _GENERATE_KEY_PAIR:
        if apdu.p1 == _READ_PUBLIC_KEY:
            return harmless(f"{words}: reads the public key.")
        return permanent("key", f"{words}: a new key replaces the old one, which is lost for ever.")
    if apdu.ins == _MANAGE_SECURITY_ENVIRONMENT:
        # ISO/IEC 7816-4 §7.5.11: the low nibble 1 is SET, F3 is RESTORE; both last until the next reset.
        if apdu.p1 & 0x0F == 1 or apdu.p1 == 0xF3:
            return harmless(f"{words}: holds until the next reset.")
        return unknown("key", f"{words}: changes or erases a stored security environment, perhaps for good.")
    return _not_understood(command)


def _judge_desfire(apdu: CommandApdu, command: bytes) -> Verdict:
    words = summary(command)
    if apdu.ins in _DESFIRE_READING or (apdu.ins == _DESFIRE_MORE and not apdu.data):
        return harmless(f"{words}: changes nothing.")
    if apdu.ins in _DESFIRE_REWRITING:
        return changing(f"{words}: changes data that can be written again.")
    if apdu.ins in _DESFIRE_PERMANENT:
        return permanent(
            "card_content", f"{words}: erases, or changes who may do what, and it may not be possible to go back."
        )
    return _not_understood(command)
