"""The text of a script: its lines as they count, and where in the file each character of them stands."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from cardscope.errors import UsageError

_LINE_END = re.compile(r"\r\n|\r|\n")
_BEFORE_COMMENT = re.compile(r'(?:[^"#]+|"[^"]*(?:"|$))*')
"""Within quotes, # is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A character of the script; both count from 1."""

    line: int
    column: int


class ScriptError(UsageError):
    """A script makes no sense at ``line`` and ``column``, where ``found`` stands (“…” or a few words) and ``expected``
    would have been right."""

    def __init__(self, place: Place, found: str, expected: str, *, shown: str = "") -> None:
        caret = f"{shown}\n{' ' * (place.column - 1)}^" if shown else ""
        super().__init__(f"Line {place.line}, column {place.column}: {found}, expected {expected}.", remedy=caret)
        self.line = place.line
        self.column = place.column
        self.found = found
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its comment, together with those in which it goes on."""

    text: str
    pieces: tuple[tuple[int, int, str], ...]
    """Of each line of the file that is in it: where in ``text`` it begins, its number, and the line as it stands."""

    @property
    def number(self) -> int:
        """The number of its first line in the file, from 1 on."""
        return self.pieces[0][1]

    def place(self, position: int) -> Place:
        """Where the character at ``position`` of ``text`` stands in the file."""
        start, number, _ = self._piece(position)
        return Place(number, position - start + 1)

    def error(self, position: int, found: str, expected: str) -> ScriptError:
        """The error of what stands at ``position``."""
        return ScriptError(self.place(position), found, expected, shown=self._piece(position)[2])

    def _piece(self, position: int) -> tuple[int, int, str]:
        return self.pieces[bisect_right(self.pieces, position, key=lambda piece: piece[0]) - 1]


def lines(text: str) -> Iterator[Line]:
    """The lines of a script that say something. Raises :class:`ScriptError` when the last one is to go on."""
    parts: list[str] = []
    pieces: list[tuple[int, int, str]] = []
    length = 0
    for number, raw in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), 1):
        content = _saying(raw).rstrip()
        if not content:
            continue  # scriptor, too, skips these in the middle of a command that goes on
        goes_on = content.endswith("\\")
        # A byte does not reach over the end of a line: with the blank, half a byte is found to be one.
        content = content[:-1] + " " if goes_on else content
        pieces.append((length, number, raw))
        parts.append(content)
        length += len(content)
        if not goes_on:
            yield Line("".join(parts), tuple(pieces))
            parts, pieces, length = [], [], 0
    if pieces:
        line = Line("".join(parts), tuple(pieces))
        raise line.error(len(line.text) - 1, "the script ends after “\\”", "the rest of the command in the next line")


def _saying(raw: str) -> str:
    """A line without its comment."""
    found = _BEFORE_COMMENT.match(raw)
    return found[0] if found is not None else ""


class Scanner:
    """Reads a line from left to right. What is not there raises :class:`ScriptError`."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.position = 0

    def skip(self, more: str = "") -> None:
        """Goes past white space and the characters of ``more``."""
        text = self.line.text
        while self.position < len(text) and (text[self.position].isspace() or text[self.position] in more):
            self.position += 1

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.line.text)

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.line.text[self.position : self.position + 1]

    def match(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        """What ``pattern`` finds right here, after which the scanner goes on."""
        found = pattern.match(self.line.text, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def word(self) -> str:
        """The next word, as far as the next white space, in lower case; empty at the end."""
        self.skip()
        found = self.match(_WORD)
        return found[0].casefold() if found is not None else ""

    def take(self, wanted: str) -> bool:
        """Goes past the word ``wanted`` if it is the next one; whether it was."""
        before = self.position
        if self.word() == wanted:
            return True
        self.position = before
        return False

    def need(self, *words: str, expected: str = "") -> None:
        """Goes past ``words``."""
        for word in words:
            if not self.take(word):
                self.skip()
                raise self.error(expected or f"“{' '.join(words)}”")

    def number(self, lowest: int, highest: int, what: str) -> int:
        """A decimal number within its bounds."""
        self.skip()
        start = self.position
        found = self.match(_NUMBER)
        if found is None or not lowest <= int(found[0]) <= highest:
            self.position = start
            raise self.error(f"{what}, a number from {lowest:,} to {highest:,}")
        return int(found[0])

    def end(self) -> None:
        """Raises unless nothing more follows."""
        self.skip()
        if not self.at_end:
            raise self.error("the end of the line")

    def error(self, expected: str, position: int | None = None) -> ScriptError:
        """The error of what stands here, or at ``position``."""
        at = self.position if position is None else position
        text = self.line.text
        return self.line.error(at, f"found “{text[at]}”" if at < len(text) else "the line ends", expected)


_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[0-9]{1,6}(?!\S)")
