"""What a reader's pseudo-APDU does: to the card that it passes something on to, or to the reader.

Sources: PC/SC Part 3, ACR122U API, PN532 user manual, ACR1252U API, public software for HID OMNIKEY.
"""

from cardscope.decode.apdu import summary
from cardscope.decode.apdu_names import READER_CLASS
from cardscope.decode.apdu_structure import ApduError, CommandApdu, parse_command
from cardscope.decode.atr import StorageCard
from cardscope.decode.native import PN532, carried_frames, session_objects
from cardscope.guard.card import not_understood
from cardscope.guard.classic import BLOCK, CLASSIC, judge_blocks, judge_value
from cardscope.guard.frames import judge_frames
from cardscope.guard.knowledge import Knowledge, changes_framing
from cardscope.guard.pages import judge_pages
from cardscope.guard.rules import rule
from cardscope.guard.verdict import Verdict, changing, combined, harmless, unknown
from cardscope.tags.catalogue import Chip

_READ_BINARY = 0xB0
_SESSION_OBJECTS = frozenset((0x80, 0x81, 0x82, 0x83, 0x84, 0x5F46))
_SWITCH_PROTOCOL = frozenset((0x8F, 0x5F46))
_OMNIKEY_SESSION = (bytes.fromhex("010001"), bytes.fromhex("010002"))
_MIFARE_KEYS = (0x60, 0x61)
_KEPT_WITHOUT_POWER = 0x20
_OLD_AUTHENTICATE_SIZE = 6
_ESCAPE = bytes.fromhex("E00000")
_KNOWN_LAYOUTS = CLASSIC | {0x0003, 0x003A, 0x003D}
"""Card names (PC/SC Part 3) of MIFARE Classic, Plus and Ultralight: the guard knows their special pages and blocks."""


def judge_reader(
    apdu: CommandApdu, command: bytes, chip: Chip | None, card: StorageCard | None, known: Knowledge | None
) -> Verdict:
    """What ``apdu`` (``command`` as bytes), a pseudo-APDU of class FF, does."""
    if apdu.ins == _READ_BINARY and not apdu.data:
        return harmless("Reads; changes nothing.")  # no more words: every read of a tag comes this way
    carried = carried_frames(apdu)
    if carried is not None:
        verdict = judge_frames(carried, apdu.data, chip, card, known)
        if apdu.ins == 0x00 and apdu.p2:
            return combined((verdict, unknown("malformed", "P2 of a direct transmit is 00; a reader may ignore it.")))
        return verdict
    match apdu.ins:
        case 0xD6:
            return _judge_update(apdu, chip, card)
        case 0xD7 if apdu.data:
            return _elsewhere(judge_value(apdu.p2, apdu.data), apdu, card, CLASSIC)
        case 0x82:
            return _judge_key(apdu)
        case 0x86:
            # Byte 3 of the data is the kind of key. MIFARE Classic counts no tries; crypto memories do.
            return _judge_authentication(apdu.data[3] if len(apdu.data) == 5 else None)
        case 0xC2 if (apdu.p1, apdu.p2) in ((0x00, 0x00), (0x00, 0x02)):
            return _judge_session(apdu, command)
        case 0xA0 if (apdu.p1, apdu.p2) == (0x00, 0x07) and apdu.data in _OMNIKEY_SESSION:
            return harmless("Opens or closes the reader's direct route to the card.")
        case 0x00 if (apdu.p1, apdu.p2) == (0x00, 0x00) and len(apdu.data) >= 2 and apdu.data[0] == PN532:
            if changes_framing(apdu.data):
                text = "Changes how the reader frames what it sends, so that commands no longer mean what they say."
                return unknown("framing", text)
            found = rule("pn532", apdu.data[1], apdu)
        case _:
            found = rule("reader", apdu.ins, apdu)
    return found.verdict(summary(command)) if found else not_understood(command)


def judge_old_authentication(command: bytes) -> Verdict | None:
    """FF 88 of PC/SC Part 3 before 2.01: the kind of key and its number follow without an Lc. ``None``: it is not."""
    if command[:2] != bytes((READER_CLASS, 0x88)) or len(command) != _OLD_AUTHENTICATE_SIZE:
        return None
    return _judge_authentication(command[4])


def judge_escape(command: bytes, known: Knowledge | None = None) -> Verdict:
    """What ``command`` would do that goes to the reader itself, by SCardControl, and not to a card.

    ACS readers' E0 00 00 commands are known. A pseudo-APDU is what it is for a card that nobody knows, because a card
    may be in the field; ``known`` is what the commands before tell where there is one.
    """
    try:
        apdu = parse_command(command)
    except ApduError as error:
        return malformed(error)
    if apdu.cla == READER_CLASS:
        return judge_reader(apdu, command, None, None, known)
    found = rule("escape", apdu.p2, apdu) if command.startswith(_ESCAPE) else None
    if found is None:
        return unknown("not_understood", "A command of the reader's own: CardScope cannot tell what it changes.")
    return found.verdict("Reader command")


def malformed(error: ApduError) -> Verdict:
    """The verdict on bytes that are no command."""
    return unknown(
        "malformed", f"Not a well-formed command, so CardScope cannot tell what a reader makes of it. {error}"
    )


def _judge_update(apdu: CommandApdu, chip: Chip | None, card: StorageCard | None) -> Verdict:
    if not apdu.data:
        return unknown("malformed", "A write without data; CardScope cannot tell what the reader makes of it.")
    whole_blocks = len(apdu.data) % BLOCK == 0
    if chip is None and card is not None and card.nn in CLASSIC and whole_blocks:
        verdict = combined(judge_blocks(apdu.p2, apdu.data, card))
    else:
        parts = [judge_pages(apdu.p2, apdu.data, chip)]
        if chip is None and card is None and len(apdu.data) >= BLOCK:
            parts += judge_blocks(apdu.p2, apdu.data, None)
        verdict = combined(parts)
    return _elsewhere(verdict, apdu, card, _KNOWN_LAYOUTS)


def _elsewhere(verdict: Verdict, apdu: CommandApdu, card: StorageCard | None, layouts: frozenset[int]) -> Verdict:
    """``verdict`` on a write, with the doubts whether it goes where it was judged for: to a card of ``layouts``."""
    doubts: list[Verdict] = []
    if card is not None and card.nn not in layouts:
        # Other memory cards have one-way counters and OTP where a Type 2 tag has user memory.
        text = f"Writes to a card that its reader calls {card.card}: CardScope cannot tell."
        doubts.append(unknown("other_card", text))
    if apdu.p1:
        # Readers differ: some take P1 as the high byte of the address, some ignore it.
        doubts.append(unknown("address", "P1 is not 00, so the reader may write to another page."))
    return combined((verdict, *doubts)) if doubts else verdict


def _judge_key(apdu: CommandApdu) -> Verdict:
    if apdu.p1 & _KEPT_WITHOUT_POWER:
        text = "Replaces a key that the reader keeps without power, and that cannot be read back."
        return unknown("reader_memory", text)
    return changing("Loads a key into the reader; the card does not take part.")


def _judge_authentication(kind: int | None) -> Verdict:
    if kind in _MIFARE_KEYS:
        return changing("Authenticates to a MIFARE Classic, which counts no tries.")
    return unknown("counts_try", "Tries a key; some cards count wrong ones and block for ever.")


def _judge_session(apdu: CommandApdu, command: bytes) -> Verdict:
    objects = session_objects(apdu.data)
    allowed = _SESSION_OBJECTS if apdu.p2 == 0x00 else _SWITCH_PROTOCOL
    if objects and all(tag in allowed for tag, _, _ in objects):
        return harmless("Manages the transparent session; the card's memory does not take part.")
    return not_understood(command)
