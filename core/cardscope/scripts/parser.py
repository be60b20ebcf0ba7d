"""Text to :class:`Script`. The format is described in :mod:`cardscope.scripts`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from cardscope.scripts.patterns import NAME, ByteScanner, Pattern
from cardscope.scripts.script import (
    DATA,
    MAX_STEPS,
    STATUS,
    AwaitCard,
    Command,
    Constant,
    Exit,
    Expectation,
    Follow,
    Pause,
    Repeat,
    Reset,
    Script,
    Statement,
    known_commands,
)
from cardscope.scripts.text import Line, Place, Scanner, ScriptError, lines

MAX_CHARACTERS: Final = 1_000_000
MAX_DEPTH: Final = 8
"""Of loops within loops."""
_COUNTER_SIZE: Final = 4
"""The most bytes of a counter."""
_DEFAULT_WAIT: Final = 60
_LONGEST_WAIT: Final = 86_400
_HEX: Final = re.compile(r"[0-9A-Fa-f]")
_WORD: Final = re.compile(r"\S+")
_BYTES: Final = re.compile(r"[0-9A-Fa-f:,]*(\$.*)?$")
_EQUALS: Final = re.compile(r"\s*=")
_QUOTED: Final = re.compile(r'"([^"]*)"')
_FOLLOWED: Final = {"61": {0x61}, "6c": {0x6C}, "61/6c": {0x61, 0x6C}}
_KEYWORDS: Final = "reset, exit, let, expect, require, repeat, end, pause, wait, remove or follow"


def parse_script(text: str) -> Script:
    """The script that ``text`` spells. Raises :class:`ScriptError` for anything else, and nothing else."""
    if len(text) > MAX_CHARACTERS:
        raise ScriptError(Place(1, 1), f"{len(text):,} characters", f"at most {MAX_CHARACTERS:,}")
    return _Parser().parse(text)


@dataclass(slots=True)
class _Block:
    """The statements between ``repeat`` and ``end``, or those of the whole script."""

    opening: Line | None = None
    count: int = 1
    counter: str | None = None
    first: bytes = b"\x00"
    step: int = 1
    statements: list[Statement] = field(default_factory=list[Statement])
    steps: int = 0


class _Parser:
    def __init__(self) -> None:
        self._blocks = [_Block()]
        self._known: set[str] = set()
        self._keywords: dict[str, Callable[[ByteScanner], None]] = {
            "let": self._let,
            "expect": self._expect,
            "require": self._require,
            "repeat": self._repeat,
            "end": self._end,
            "pause": self._pause,
            "wait": self._wait,
            "remove": self._remove,
            "follow": self._follow,
        }

    def parse(self, text: str) -> Script:
        for line in lines(text):
            self._statement(line)
        if (opening := self._blocks[-1].opening) is not None:
            raise opening.error(0, "the script ends in this “repeat”", "“end” somewhere below")
        statements = tuple(self._blocks[0].statements)
        return Script(statements, known_commands(statements))

    def _statement(self, line: Line) -> None:
        scanner = ByteScanner(line, self._known)
        word = scanner.word()
        if (keyword := self._keywords.get(word)) is not None:
            keyword(scanner)
            return
        scanner.position = 0
        scanner.skip()
        start = scanner.position
        first = (_WORD.match(line.text, start) or [""])[0]
        if _BYTES.match(first):
            self._command(scanner)
            return
        # As scriptor has it: a line that is neither comment nor hex, and has one of these words anywhere in it.
        for wanted, make in (("exit", Exit), ("reset", Reset)):
            if wanted in line.text.casefold():
                if len(line.pieces) > 1:
                    raise line.error(start, f"“{wanted}” in a line that goes on", "it in a line of its own")
                self._add(make(line))
                return
        if _HEX.match(first) and not first.isalpha():
            self._command(scanner)  # which says where it is wrong
            return
        raise line.error(start, f"found “{first[:40]}”", f"hex bytes, “#” before a comment, or {_KEYWORDS}")

    def _add(self, statement: Statement, steps: int = 1) -> None:
        block = self._blocks[-1]
        block.statements.append(statement)
        block.steps += steps
        total = 0
        for each in reversed(self._blocks):
            total = (total + each.steps) * each.count
        if total > MAX_STEPS:
            raise statement.line.error(
                0, f"this makes {total:,} steps with all repetitions", f"at most {MAX_STEPS:,} in a script"
            )

    def _command(self, scanner: ByteScanner, capture: str | None = None) -> None:
        self._add(Command(scanner.line, scanner.template(), capture))
        self._known |= {DATA, STATUS}

    def _let(self, scanner: ByteScanner) -> None:
        name = self._name(scanner)
        if not scanner.match(_EQUALS):
            raise scanner.error("“=”")
        if scanner.take("bytes"):
            self._add(Constant(scanner.line, name, scanner.template()))
        else:
            self._command(scanner, name)
        self._known.add(name)

    def _name(self, scanner: Scanner) -> str:
        scanner.skip()
        start = scanner.position
        found = scanner.match(NAME)
        if found is None:
            raise scanner.error("a name of letters, digits and _, at most 32")
        if found[0] in (DATA, STATUS) or found[0] in (block.counter for block in self._blocks):
            raise scanner.line.error(start, f"“{found[0]}” has its meaning already", "another name")
        return found[0]

    def _expect(self, scanner: ByteScanner, *, required: bool = False) -> None:
        statements = self._blocks[-1].statements
        command = statements[-1] if statements else None
        if not isinstance(command, Command):
            raise scanner.line.error(0, "no command stands right above", "this under the command whose answer it means")
        if scanner.take("no"):
            scanner.need("data")
            expectation = Expectation(of_status=False, pattern=Pattern(((),)), required=required)
        elif scanner.take("data"):
            expectation = Expectation(of_status=False, pattern=scanner.data_pattern(), required=required)
        else:
            expectation = Expectation(of_status=True, pattern=scanner.status_pattern(), required=required)
        scanner.end()
        statements[-1] = replace(command, expectations=(*command.expectations, expectation))

    def _require(self, scanner: ByteScanner) -> None:
        self._expect(scanner, required=True)

    def _repeat(self, scanner: ByteScanner) -> None:
        if len(self._blocks) > MAX_DEPTH:
            raise scanner.line.error(0, f"this is loop {len(self._blocks)} in one another", f"at most {MAX_DEPTH}")
        block = _Block(scanner.line, scanner.number(1, MAX_STEPS, "how often"))
        if scanner.take("as"):
            block.counter = self._name(scanner)
            block.first, block.step = self._range(scanner, block.count)
            self._known.add(block.counter)
        scanner.end()
        self._blocks.append(block)

    def _range(self, scanner: ByteScanner, count: int) -> tuple[bytes, int]:
        """What a counter begins with, and its step."""
        first, step = b"\x00", 1
        if scanner.take("from"):
            first = scanner.some_bytes(_COUNTER_SIZE)
        if scanner.take("step"):
            step = int.from_bytes(scanner.some_bytes(_COUNTER_SIZE))
        last = int.from_bytes(first) + (count - 1) * step
        if last >= 1 << 8 * len(first):
            raise scanner.line.error(
                0, f"the counter would come to {last:X}", f"more bytes behind “from” than the {len(first)} that it has"
            )
        return first, step

    def _end(self, scanner: Scanner) -> None:
        scanner.end()
        block = self._blocks[-1]
        if block.opening is None:
            raise scanner.line.error(0, "found “end”", "“repeat” somewhere above")
        if not block.statements:
            raise scanner.line.error(0, "found “end” right after “repeat”", "something to repeat")
        self._blocks.pop()
        if block.counter is not None:
            self._known.discard(block.counter)
        body = tuple(block.statements)
        repeat = Repeat(block.opening, block.count, block.counter, block.first, block.step, body)
        self._add(repeat, steps=block.steps * block.count)

    def _pause(self, scanner: Scanner) -> None:
        scanner.skip()
        found = scanner.match(_QUOTED)
        if found is None:
            raise scanner.error('a text in quotes, as in pause "Turn the card over"')
        scanner.end()
        self._add(Pause(scanner.line, found[1]))

    def _wait(self, scanner: Scanner) -> None:
        scanner.need("for", "card", expected="“wait for card”")
        self._await(scanner, removal=False)

    def _remove(self, scanner: Scanner) -> None:
        scanner.need("card", expected="“remove card”")
        self._await(scanner, removal=True)

    def _await(self, scanner: Scanner, *, removal: bool) -> None:
        seconds = _DEFAULT_WAIT
        if scanner.take("within"):
            seconds = scanner.number(1, _LONGEST_WAIT, "how many seconds")
            scanner.need("s")
        scanner.end()
        self._add(AwaitCard(scanner.line, seconds, removal))

    def _follow(self, scanner: Scanner) -> None:
        start = scanner.position
        first_bytes = _FOLLOWED.get(scanner.word())
        if first_bytes is None:
            scanner.position = start
            scanner.skip()
            raise scanner.error("61, 6C or 61/6C")
        on = scanner.take("on")
        if not on:
            scanner.need("off", expected="“on” or “off”")
        scanner.end()
        self._add(Follow(scanner.line, frozenset(first_bytes), on))
