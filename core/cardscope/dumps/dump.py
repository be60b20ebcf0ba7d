"""What a dump file gives and takes, and what a format of dump files is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cardscope.errors import CardScopeError, UsageError
from cardscope.tags.catalogue import Chip
from cardscope.tags.snapshot import TagSnapshot

MAX_SIZE: Final = 0x40000
"""Bytes; more than the longest dump of any chip in any of the formats, and not all there is in a file without end."""


class DumpFormatError(CardScopeError):
    """A file that is no dump of a Type 2 tag in the format that it seems to be, or that the user says it is.

    ``line`` (from 1) or ``offset`` (bytes, from 0) is the place, ``None`` where the whole file is meant; ``reason`` is
    the sentence without it.
    """

    def __init__(self, reason: str, *, line: int | None = None, offset: int | None = None, remedy: str = "") -> None:
        place = f"Line {line}: " if line is not None else f"Byte {offset}: " if offset is not None else ""
        super().__init__(place + reason, remedy=remedy)
        self.reason = reason
        self.line = line
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the things that a file can be."""

    format: str
    """The key of the format."""
    chip: Chip
    text: str
    """Both, for people."""


class AmbiguousDumpError(UsageError):
    """A file that can be several things, ``candidates``, of which the user has to choose one."""

    def __init__(self, candidates: tuple[Candidate, ...]) -> None:
        *others, last = [candidate.text for candidate in candidates]
        super().__init__(
            f"The file can be {', '.join(others)} or {last}.",
            remedy="Say which chip or which format it is: chips "
            f"{', '.join(dict.fromkeys(one.chip.key for one in candidates))}; formats "
            f"{', '.join(dict.fromkeys(one.format for one in candidates))}.",
        )
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Dump:
    """What a file holds."""

    snapshot: TagSnapshot
    format: str
    """The key of the file's format."""
    notes: tuple[str, ...] = ()
    """What had to be assumed or left out, a sentence each."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file's content, and what of the tag it does not hold, a sentence each."""

    data: bytes
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DumpFormat:
    """One format of dump files."""

    key: str
    """What the command line calls it."""
    name: str
    """What people call it."""
    suffixes: tuple[str, ...]
    """What the names of such files end with, the usual one first."""
    looks_like: Callable[[bytes], bool]
    """Whether the content can be meant to be of this format."""
    read: Callable[[bytes, Chip | None], Dump]
    """What the content says, of the chip that the user says it is of, or else of the one that it says itself. Raises
    DumpFormatError, and AmbiguousDumpError where it can be of several chips."""
    write: Callable[[TagSnapshot], bytes]
    """The content of a file for a snapshot."""


def candidates(format: str, name: str, chips: tuple[Chip, ...]) -> tuple[Candidate, ...]:  # noqa: A002 - its own word
    """One candidate of a format, by its key and its name for people, for each of ``chips``."""
    return tuple(Candidate(format, chip, f"{chip.name} ({name})") for chip in chips)
