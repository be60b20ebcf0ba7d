"""What was typed or pasted as a command: its bytes, what they are, and what is wrong, with what would mend it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cardscope.decode.apdu_structure import lay_out
from cardscope.decode.command_problems import command_problems
from cardscope.decode.native_fields import is_native
from cardscope.decode.notation import Fix, Problem, Reading, Weight
from cardscope.decode.spelling import read_bytes

__all__ = ["Fix", "Kind", "Pasted", "Problem", "Weight", "first_command", "read_pasted"]


class Kind(StrEnum):
    """What bytes are as a command."""

    NOTHING = "nothing"
    """There are no bytes."""
    APDU = "apdu"
    """A well-formed APDU."""
    NATIVE = "native"
    """A Type 2 tag's own command, which a reader carries in a wrapping."""
    EITHER = "either"
    """Well-formed as both: PWD_AUTH with its five bytes is also an APDU of case 2, for example."""
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Pasted:
    """The reading of a text."""

    reading: Reading
    kind: Kind
    """Of ``data``, which is not all when the text has a problem."""
    problems: tuple[Problem, ...]
    """Of the text; where that is clear, of the command that it spells."""

    @property
    def text(self) -> str:
        return self.reading.text

    @property
    def data(self) -> bytes:
        """What was understood: all bytes, or those before the first problem of the text."""
        return self.reading.data

    @property
    def complete(self) -> bool:
        """Whether the whole text was understood, and there is at least one byte."""
        return bool(self.reading.data) and not self.reading.problems

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Those of the first problem that has any."""
        return next((problem.fixes for problem in self.problems if problem.fixes), ())

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Where in the text the bytes ``first`` to ``end`` (half open, at least one) stand."""
        return self.reading.span(first, end)


_LONGEST_NATIVE: Final = 67


def kind_of(data: bytes) -> Kind:
    """What ``data`` is as a command."""
    if not data:
        return Kind.NOTHING
    native = len(data) <= _LONGEST_NATIVE and is_native(data)
    if lay_out(data).case:
        return Kind.EITHER if native else Kind.APDU
    return Kind.NATIVE if native else Kind.MALFORMED


def read_pasted(text: str) -> Pasted:
    """Reads ``text``, as :func:`~cardscope.decode.spelling.read_bytes` does, as one command. Never raises."""
    reading = read_bytes(text)
    kind = kind_of(reading.data)
    problems = reading.problems
    if reading.data and not problems and kind in (Kind.APDU, Kind.MALFORMED):
        problems = command_problems(reading)
    return Pasted(reading, kind, problems)


def first_command(text: str) -> tuple[str, int]:
    """The command that a pasted text of several lines stands for, and how many lines after it were left out.

    One that is wrapped over lines is joined to one; of several commands, the first is taken.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = " ".join(lines)
    if len(lines) < 2:
        return joined, 0
    well_formed = [_well_formed(line) for line in lines[:_LOOKED_AT]]
    if well_formed[0] and (all(well_formed) or not _well_formed(joined)):
        return lines[0], len(lines) - 1
    return joined, 0


_LOOKED_AT: Final = 50


def _well_formed(text: str) -> bool:
    pasted = read_pasted(text)
    return pasted.complete and pasted.kind is not Kind.MALFORMED
