"""The Type 2 commands that take two frames: what the second frame means shows only from the first and its answer."""

from typing import Final

from cardscope.tags.catalogue import Command
from cardscope.virtual.answers import Answer, Nibble

_TWO_PART: Final = frozenset({Command.COMPAT_WRITE, Command.SECTOR_SELECT})
# FAST_WRITE fills the SRAM of an NTAG I²C plus, and needs no programming time.
_WRITES_IN_ONE: Final = frozenset({Command.WRITE, Command.INCR_CNT})


def starts_programming(frame: bytes, second_part_of: Command | None) -> bool:
    """Whether the tag, if it accepts ``frame``, programs its EEPROM: WRITE, INCR_CNT, the data of COMPAT_WRITE.

    ``second_part_of``: the command whose second part ``frame`` is; ``None`` when it begins one. Not counted are what
    a tag writes by itself: its NFC counter and its count of failed authentications.
    """
    if second_part_of is not None:
        return second_part_of is Command.COMPAT_WRITE
    return bool(frame) and frame[0] in _WRITES_IN_ONE


def opened_command(frame: bytes, second_part_of: Command | None, answer: Answer) -> Command | None:
    """The command whose second part the frame after ``frame`` will be, ``None`` if it begins a new one."""
    accepted = isinstance(answer, Nibble) and answer.is_ack
    if second_part_of is None and accepted and frame and frame[0] in _TWO_PART:
        return Command(frame[0])
    return None
