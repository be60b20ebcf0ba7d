"""Where the keyboard is within a row of the page table."""

from enum import Enum, auto


class Column(Enum):
    """Where keys go."""

    HEX = auto()
    TEXT = auto()
