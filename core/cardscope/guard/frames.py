"""What the frames do that a pseudo-APDU sends to the card: native commands, APDUs, ISO-DEP blocks, or parts of them.

Which of these a frame is the reader and the card decide. What has the exact form of a native command is judged as that.
Sources: ISO/IEC 14443-3 and -4, PC/SC Part 3 §3.3, PN532 user manual §7.3.8.
"""

from cardscope.decode.apdu_names import READER_CLASS
from cardscope.decode.apdu_structure import ApduError, CommandApdu, parse_command
from cardscope.decode.atr import StorageCard
from cardscope.decode.native import Carried, Frame
from cardscope.guard.card import judge_card
from cardscope.guard.classic import BLOCK, CLASSIC, judge_blocks
from cardscope.guard.knowledge import WITHOUT_SENT_CRC, Begun, Knowledge, Part, begun_by, without_crc
from cardscope.guard.type2 import is_data, judge_native
from cardscope.guard.verdict import Verdict, changing, combined, harmless, unknown
from cardscope.tags.catalogue import Chip, Command

# Transmission flags, PC/SC Part 3 §3.3.
_WITHOUT_RECEIVED_CRC = 0x02
_WITHOUT_PROLOGUE = 0x10
_FRAMES_STAY_WHOLE = WITHOUT_SENT_CRC | _WITHOUT_RECEIVED_CRC | _WITHOUT_PROLOGUE

_SHORT_FRAMES = (0x26, 0x52)
"""REQA and WUPA, 7 bits."""
_SHORT_FRAME_BITS = 7
_CASCADE_LEVELS = (0x93, 0x95, 0x97)
_ANTICOLLISION, _SELECT, _SELECT_SIZE = 0x20, 0x70, 7
_RATS = 0xE0
_MOST_FSDI, _MOST_CID = 8, 14
_INFORMATION_BLOCKS = {0x02: 1, 0x03: 1, 0x0A: 2, 0x0B: 2}
"""First bytes of whole I-blocks of ISO-DEP, without and with a CID, and how long their prologue is."""

_CLASSIC_KEYS = (0x60, 0x61)
_CLASSIC_AUTHENTICATION = 12
"""Command, block, key and UID."""
_USUAL_CLASSES = (range(0x20), range(0x80, 0x91))
"""Interindustry on channels 0 to 3, GlobalPlatform on these, and DESFire in its wrapping."""


def judge_frames(
    carried: Carried, data: bytes, chip: Chip | None, card: StorageCard | None, known: Knowledge | None
) -> Verdict:
    """What the frames of ``carried``, which lie in ``data``, do to the card one after the other."""
    verdicts: list[Verdict] = []
    flags = carried.flags if carried.flags is not None else known.flags if known else 0
    if known is not None and known.framing_changed:
        verdicts.append(unknown("framing", "The reader's chip was told to send otherwise: frames may differ."))
    if flags & ~_FRAMES_STAY_WHOLE or (known is None and carried.flags and flags != _WITHOUT_RECEIVED_CRC):
        text = "Changes how bytes become frames, so that CardScope cannot tell what reaches the card."
        verdicts.append(unknown("framing", text))
    begun = known.begun if known else None
    stateless = known is None
    for frame in carried.frames:
        native = without_crc(data[slice(*frame.span)], flags)
        if not native:
            verdicts.append(unknown("malformed", "A frame of a CRC alone."))
            continue
        if frame.bits:
            verdicts.append(_judge_bits(native, frame))
            continue
        as_apdu = frame.as_apdu and not flags & _WITHOUT_PROLOGUE
        begun_before = begun
        begun = begun_by(native, part=frame.part)
        if frame.part:
            verdicts.append(unknown("split", "A part of a longer command; CardScope cannot tell what the whole does."))
        else:
            verdicts.append(_judge_frame(native, chip, card, known, begun_before, as_apdu=as_apdu, stateless=stateless))
        stateless = False
    if not verdicts:
        if not flags:
            return harmless("Waits for what the card sends.")
        return changing("Sets how the transparent session sends and receives, until it ends.")
    return combined(verdicts)


def _judge_bits(native: bytes, frame: Frame) -> Verdict:
    if frame.bits == _SHORT_FRAME_BITS and len(native) == 1 and native[0] in _SHORT_FRAMES:
        return harmless("Wakes the card.")
    return unknown("framing", "Sends a part of a byte: CardScope cannot tell what the card makes of it.")


def _judge_frame(
    native: bytes,
    chip: Chip | None,
    card: StorageCard | None,
    known: Knowledge | None,
    begun: Begun | None,
    *,
    as_apdu: bool,
    stateless: bool,
) -> Verdict:
    if begun is not None and begun.part is Part.CHAIN:
        return judge_native(native, chip, begun)
    if begun is not None and begun.part is Part.COMPAT_WRITE and is_data(native):
        second = judge_native(native, chip, begun)
        if chip is not None or card is not None:
            return second
        # No memory card for certain: one that ignored the first part takes this for a command.
        alone = _judge_frame(native, chip, card, known, None, as_apdu=as_apdu, stateless=False)
        return combined((second, alone))
    if _activates(native):
        return harmless("Selects the card.")
    if as_apdu and (classic := _judge_classic(native, chip, card)) is not None:
        return classic
    verdict = judge_native(native, chip, begun, authlim=known.authlim if known else None)
    if stateless and is_data(native):
        text = "16 bytes may be the second part of a COMPAT_WRITE; what came before CardScope does not know."
        return combined((unknown("split", text), verdict))
    if not any(hazard.code == "not_understood" for hazard in verdict.hazards):
        return verdict
    apdu = _as_apdu(native, as_apdu=as_apdu)
    # Other classes are more often DESFire's own commands (5F ChangeFileSettings, DA DeleteApplication) or VCSL (4B).
    if apdu is not None and any(apdu[0].cla in classes for classes in _USUAL_CLASSES):
        return judge_card(*apdu, known)
    return verdict


def _as_apdu(native: bytes, *, as_apdu: bool) -> tuple[CommandApdu, bytes] | None:
    """The APDU that ``native`` is, or that it carries as an ISO-DEP block; ``None``: it is none."""
    prologue = 0 if as_apdu else _INFORMATION_BLOCKS.get(native[0])
    if prologue is None:
        return None
    try:
        apdu = parse_command(native[prologue:])
    except ApduError:
        return None
    return None if apdu.cla == READER_CLASS else (apdu, native[prologue:])


def _activates(frame: bytes) -> bool:
    """Whether ``frame`` only selects the card or switches it to ISO-DEP (ISO/IEC 14443-3 §6.5, 14443-4 §5.1)."""
    if len(frame) < 2:
        return False
    if frame[0] in _CASCADE_LEVELS:
        return frame[1:] == bytes((_ANTICOLLISION,)) or (frame[1] == _SELECT and len(frame) == _SELECT_SIZE)
    return frame[0] == _RATS and len(frame) == 2 and frame[1] >> 4 <= _MOST_FSDI and frame[1] & 0x0F <= _MOST_CID


def _judge_classic(native: bytes, chip: Chip | None, card: StorageCard | None) -> Verdict | None:
    """A command that the reader translates for a MIFARE Classic; ``None``: it is none, or no Classic is there."""
    if chip is not None or (card is not None and card.nn not in CLASSIC):
        return None
    if native[0] in _CLASSIC_KEYS and len(native) == _CLASSIC_AUTHENTICATION:
        return changing("Authenticates to a MIFARE Classic, which counts no tries.")
    if native[0] != Command.COMPAT_WRITE or len(native) != 2 + BLOCK:
        return None
    blocks = judge_blocks(native[1], native[2:], card)
    return combined(blocks) if card is not None else combined((judge_native(native, chip), *blocks))
