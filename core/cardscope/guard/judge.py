"""What a command APDU would do, seen through every reader family's wrapping.

An allowlist decides what is harmless: whatever is not understood needs approval. Facts: ISO/IEC 7816-4, -8 and -9,
PC/SC Part 3, ACR122U API manual, PN532 user manual, GlobalPlatform Card Specification, MIFARE DESFire commands.
"""

from cardscope.decode.apdu_names import READER_CLASS
from cardscope.decode.apdu_structure import ApduError, parse_command
from cardscope.decode.atr import StorageCard
from cardscope.guard.card import judge_card
from cardscope.guard.knowledge import Knowledge
from cardscope.guard.reader import judge_old_authentication, judge_reader, malformed
from cardscope.guard.verdict import Verdict
from cardscope.tags.catalogue import Chip


def judge(
    command: bytes, chip: Chip | None, card: StorageCard | None = None, known: Knowledge | None = None
) -> Verdict:
    """What ``command`` would do to a card whose chip is ``chip`` (``None``: not known). Pure; refuses no bytes.

    ``card`` is what the ATR calls the card, where it names one. ``known`` is what the commands before tell; without it
    whatever could be the second part of something counts as that.
    """
    try:
        apdu = parse_command(command)
    except ApduError as error:
        return judge_old_authentication(command) or malformed(error)
    if apdu.cla == READER_CLASS:
        return judge_reader(apdu, command, chip, card, known)
    return judge_card(apdu, command, known)
