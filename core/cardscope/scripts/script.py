"""What a parsed script consists of, and the commands that are known before it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cardscope.scripts.patterns import Pattern, Template, Values
from cardscope.scripts.text import Line

MAX_STEPS: Final = 10_000
"""How many statements a script may carry out, its loops unrolled."""
MAX_KNOWN_BYTES: Final = 16_000_000
"""In all different commands of a script together."""
DATA: Final = "data"
STATUS: Final = "sw"
"""The variables that hold the last answer."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the data of an answer, or its status word, is to be. ``required``: the script ends when it is not."""

    of_status: bool
    pattern: Pattern
    required: bool


@dataclass(frozen=True, slots=True)
class Command:
    """Sends a command. ``capture`` is the variable that keeps the data of its answer."""

    line: Line
    template: Template
    capture: str | None
    expectations: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Reset:
    """Takes the card's power away and gives it back."""

    line: Line


@dataclass(frozen=True, slots=True)
class Pause:
    """Shows ``text`` and waits until the user goes on."""

    line: Line
    text: str


@dataclass(frozen=True, slots=True)
class AwaitCard:
    """Waits until a card is there, or (``removal``) until it is gone; at most ``seconds``."""

    line: Line
    seconds: int
    removal: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """Gives bytes a name."""

    line: Line
    name: str
    template: Template


@dataclass(frozen=True, slots=True)
class Follow:
    """Switches on or off that 61xx, 6Cxx or both are followed up. ``first_bytes`` are the SW1 meant."""

    line: Line
    first_bytes: frozenset[int]
    on: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """Ends the script."""

    line: Line


@dataclass(frozen=True, slots=True)
class Repeat:
    """Carries ``body`` out ``count`` times (at least once). ``counter`` begins with ``first`` and grows by ``step``
    each time; it always fits the bytes that ``first`` has."""

    line: Line
    count: int
    counter: str | None
    first: bytes
    step: int
    body: "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True)
class Count:
    """A turn of a loop begins: its counter has a new value."""

    line: Line
    name: str
    value: bytes


Action = Command | Reset | Pause | AwaitCard
"""What a run shows as a step."""
Turn = Action | Constant | Follow | Exit | Count
Statement = Action | Constant | Follow | Exit | Repeat


def unrolled(body: tuple[Statement, ...]) -> Iterator[Turn]:
    """Everything in its order, loops turn by turn."""
    for statement in body:
        if not isinstance(statement, Repeat):
            yield statement
            continue
        for turn in range(statement.count):
            if statement.counter is not None:
                value = int.from_bytes(statement.first) + turn * statement.step
                yield Count(statement.line, statement.counter, value.to_bytes(len(statement.first)))
            yield from unrolled(statement.body)


def resolve_command(command: Command, values: Values) -> bytes | None:
    """The bytes to send, ``None`` while some are not known. Raises :class:`ScriptError` when there are none, and as
    :meth:`Template.resolve`."""
    resolved = command.template.resolve(values)
    if resolved == b"":
        raise command.line.error(0, "a command without a single byte", "at least one")
    return resolved


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """A command whose bytes do not depend on answers; ``times`` is how often its line sends it."""

    line: int
    command: bytes
    times: int


@dataclass(frozen=True, slots=True)
class Script:
    """A script that makes sense."""

    statements: tuple[Statement, ...]
    known: tuple[KnownCommand, ...]
    """In the order in which they would be sent first."""

    @property
    def begins_without_card(self) -> bool:
        """Whether it waits for a card before it wants anything of one."""
        wants = (turn for turn in unrolled(self.statements) if isinstance(turn, Command | Reset | AwaitCard))
        first = next(wants, None)
        return isinstance(first, AwaitCard) and not first.removal

    @property
    def pauses(self) -> bool:
        """Whether it waits for the user somewhere."""
        return any(isinstance(turn, Pause) for turn in unrolled(self.statements))


def known_commands(statements: tuple[Statement, ...]) -> tuple[KnownCommand, ...]:
    """Runs through the script without a card. Raises as :func:`resolve_command`."""
    values: dict[str, bytes | None] = {}
    times: dict[tuple[int, bytes], int] = {}
    size = 0
    for turn in unrolled(statements):
        match turn:
            case Count(_, name, value):
                values[name] = value
            case Constant(_, name, template):
                values[name] = template.resolve(values)
            case Command(line, _, capture):
                command = resolve_command(turn, values)
                if command is not None:
                    before = times.get((line.number, command), 0)
                    times[line.number, command] = before + 1
                    size += 0 if before else len(command)
                    if size > MAX_KNOWN_BYTES:
                        raise line.error(0, f"more than {MAX_KNOWN_BYTES:,} bytes to send", "fewer in a script")
                values |= dict.fromkeys((DATA, STATUS, *([capture] if capture else ())))
            case Exit():
                break
            case _:
                pass
    return tuple(KnownCommand(line, command, count) for (line, command), count in times.items())
