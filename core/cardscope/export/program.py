"""Exchanges as the commands of a program, with a blank to be filled in for each secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from cardscope.decode.apdu_structure import counted
from cardscope.decode.hex import format_hex
from cardscope.export.exchange import ExportedExchange, ExportError, label


@dataclass(frozen=True, slots=True)
class Blank:
    """A secret that the user of the program fills in, as hex. Each has a name of its own, so that the names do not tell
    which secrets are the same."""

    name: str
    size: int
    """In bytes."""
    label: str
    """What the command does."""

    @property
    def request(self) -> str:
        """What to fill in, in words."""
        return f"{counted(self.size)} as hex, for: {self.label}"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a program."""

    label: str
    parts: tuple[str | Blank, ...]
    """Hex with spaces, and blanks in between."""
    command: bytes
    """With 00 in place of what is left out."""
    status: int | None
    """The status word that the card gave; ``None`` where it gave none."""


@dataclass(frozen=True, slots=True)
class Program:
    """What every language's export is written from."""

    reader: str
    """That of the first exchange."""
    steps: tuple[Step, ...]
    blanks: tuple[Blank, ...]
    notes: tuple[str, ...]
    """What the reader of the program ought to know, a sentence each."""


def program(exchanges: Sequence[ExportedExchange], *, include_secrets: bool) -> Program:
    """The commands of ``exchanges`` to a card, in their order. Raises ExportError when there are none."""
    left_out = sum(each.to_reader for each in exchanges)
    exchanges = [each for each in exchanges if not each.to_reader]
    if not exchanges:
        raise ExportError("There is no command to a card here: select one or more rows of the transcript.")
    blanks: list[Blank] = []
    steps = tuple(_step(each, blanks, include_secrets=include_secrets) for each in exchanges)
    notes: list[str] = []
    if left_out:
        notes.append(f"{counted(left_out, 'command')} to the reader itself, without a card, left out.")
    readers = list(dict.fromkeys(each.reader for each in exchanges))
    if len(readers) > 1:
        notes.append(f"These commands went to {len(readers)} readers; here all go to one.")
    if len({(each.reader, each.insertion) for each in exchanges}) > len(readers):
        notes.append("Cards were changed between these commands; here all go to one card.")
    return Program(readers[0], steps, tuple(blanks), tuple(notes))


def _step(exchange: ExportedExchange, blanks: list[Blank], *, include_secrets: bool) -> Step:
    shown = exchange.shown(include_secrets=include_secrets)
    words = label(shown)
    parts: list[str | Blank] = []
    position = 0
    for start, end in shown.secrets:
        if start > position:
            parts.append(format_hex(shown.known[position:start], " "))
        blank = Blank(f"SECRET_{len(blanks) + 1}", end - start, words)
        blanks.append(blank)
        parts.append(blank)
        position = end
    if position < len(shown.known):
        parts.append(format_hex(shown.known[position:], " "))
    answer = exchange.answer(include_secrets=include_secrets) if exchange.response is not None else None
    status = answer.status.code if answer is not None and answer.status is not None else None
    return Step(words, tuple(parts), shown.known, status)
