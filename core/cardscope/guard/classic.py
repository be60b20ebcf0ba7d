"""What a write does to a MIFARE Classic, or to a card that may be one. Facts: NXP MF1S50YYX_V1 and MF1S70YYX_V1 data
sheets, §8.6 and §8.7."""

from cardscope.decode.atr import StorageCard
from cardscope.guard.verdict import Verdict, changing, combined, permanent, unknown

BLOCK = 16
CLASSIC = frozenset((0x0001, 0x0002, 0x0026, *range(0x0036, 0x003A)))
"""PC/SC Part 3's names of the cards with blocks and sectors: MIFARE Classic, Mini, and Plus in levels 1 and 2."""
_BIG_SECTORS = 128
"""The first block of the sectors that have 16 blocks and not 4 (4K alone)."""
_ACCESS_WRITABLE = frozenset((0b001, 0b011, 0b101))
"""The conditions C1 C2 C3 of a sector trailer that leave its access bits writable."""


def judge_blocks(first: int, data: bytes, card: StorageCard | None) -> list[Verdict]:
    """Writing ``data`` to the blocks from ``first`` on. For a card that is not known (``None``) only what would be
    special on a MIFARE Classic: the list may be empty then."""
    verdicts: list[Verdict] = []
    for index, start in enumerate(range(0, len(data), BLOCK)):
        block, content = first + index, data[start : start + BLOCK]
        if block > 0xFF:
            verdicts.append(unknown("outside_memory", "The data goes past block 255."))
            break
        if _is_trailer(block):
            verdicts.append(_judge_trailer(block, content, certain=card is not None))
        elif card is not None:
            verdicts.append(_judge_block(block))
    return verdicts


def judge_value(block: int, data: bytes) -> Verdict:
    """A value block operation on ``block`` (ACR122U API §5.5): store, increment, decrement; or copy to another."""
    target = data[1] if data[0] == 0x03 and len(data) == 2 else block
    if _is_trailer(target) or target == 0:
        return combined((_judge_block(target), _judge_trailer(target, b"", certain=True)))
    match data[0], len(data):
        case (0x00, 5) | (0x03, 2):
            return changing(f"Writes a value to block {target}, which can be written again.")
        case ((0x01 | 0x02), 5):
            text = f"Changes the value of block {block}; who may add to it may not be who may take from it."
            return unknown("value", text)
        case _:
            return unknown("malformed", "No value operation that CardScope understands.")


def _is_trailer(block: int) -> bool:
    return block % 4 == 3 if block < _BIG_SECTORS else block % 16 == 15


def _judge_block(block: int) -> Verdict:
    if block == 0:
        text = "Writes to block 0, the serial number: refused by a genuine card, fatal to some others."
        return unknown("uid", text)
    return changing(f"Writes to block {block}, data that can be written again.")


def _judge_trailer(block: int, content: bytes, *, certain: bool) -> Verdict:
    place = f"Block {block}" if certain else f"On a MIFARE Classic, block {block}"
    keys = unknown("key", f"{place} holds keys and access bits, which can lock the sector for ever.")
    if not certain or len(content) != BLOCK:
        return keys
    conditions = _trailer_condition(content[6:9])
    if conditions is None:
        text = f"The access bits of block {block} contradict themselves, which blocks its sector for ever."
        return combined((permanent("access_bits", text), keys))
    if conditions not in _ACCESS_WRITABLE:
        text = f"After this the access bits of block {block} can never be changed again."
        return combined((permanent("access_bits", text), keys))
    return keys


def _trailer_condition(access: bytes) -> int | None:
    """C1 C2 C3 of the trailer itself (its bit 3 of each), or ``None`` when the inverted copies do not agree."""
    c1, c2, c3 = access[1] >> 4, access[2] & 0x0F, access[2] >> 4
    inverted = access[0] & 0x0F, access[0] >> 4, access[1] & 0x0F
    if inverted != (c1 ^ 0x0F, c2 ^ 0x0F, c3 ^ 0x0F):
        return None
    return (c1 >> 3) << 2 | (c2 >> 3) << 1 | c3 >> 3
