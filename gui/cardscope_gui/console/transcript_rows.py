"""The exchanges of a transcript, stored so that a hundred thousand of them weigh little."""

from array import array
from collections.abc import Sequence
from typing import Final

from cardscope.decode.apdu import summary
from cardscope.decode.response import answer_status
from cardscope.events import Exchanged, Origin

Row = tuple[str, int, bool, bytes, bytes | None, float, float, str]
"""Reader, insertion, whether the application sent it, command, response, ms, t, error."""

_BLOCK: Final = 1024


class TranscriptRows:
    """A sequence of :class:`Exchanged`.

    Plain tuples of plain values, and tuples of those: Python's garbage collector looks at such objects once and then
    lets them be. Objects with a class of their own, or in a list, it would look at again and again, which with a
    hundred thousand takes longer than a screen's frame.
    """

    def __init__(self) -> None:
        self._full: list[tuple[Row, ...]] = []
        self._rest: list[Row] = []
        self._words = array("L")
        self._numbers: dict[str, int] = {}
        self.table: list[str] = []
        """Different words (case folded) of commands, statuses, readers and errors. Many rows share them."""

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, number: int) -> Exchanged:
        reader, insertion, by_application, command, response, ms, t, error = self.row(number)
        origin = Origin.APPLICATION if by_application else Origin.USER
        return Exchanged(reader, insertion, origin, command, response, ms, t, error)

    def row(self, number: int) -> Row:
        """The same as it is stored."""
        block, place = divmod(number, _BLOCK)
        return self._full[block][place] if block < len(self._full) else self._rest[place]

    def words(self, number: int) -> int:
        """Where in :attr:`table` the words of an exchange are."""
        return self._words[number]

    def append(self, exchange: Exchanged) -> None:
        """Adds one behind the last."""
        by_application = exchange.origin is Origin.APPLICATION
        self._rest.append(
            (
                *(exchange.reader, exchange.insertion, by_application, exchange.command, exchange.response),
                *(exchange.ms, exchange.t, exchange.error),
            )
        )
        if len(self._rest) == _BLOCK:
            self._full.append(tuple(self._rest))
            self._rest.clear()
        words = _words(exchange)
        number = self._numbers.setdefault(words, len(self.table))
        if number == len(self.table):
            self.table.append(words)
        self._words.append(number)

    def copy(self) -> "TranscriptRows":
        """What is there now, without the words: blocks are shared, so that it takes next to no time."""
        other = TranscriptRows()
        other._full, other._rest, other._words = self._full.copy(), self._rest.copy(), self._words[:]
        return other

    def clear(self) -> None:
        """Forgets all."""
        self._full.clear()
        self._rest.clear()
        self._words = array("L")
        self._numbers.clear()
        self.table.clear()


class PickedExchanges:
    """The exchanges of ``rows`` with these numbers, in their order; they stay whatever becomes of the transcript. Each
    is made when it is asked for: a hundred thousand at once take a fifth of a second."""

    def __init__(self, rows: TranscriptRows, numbers: Sequence[int]) -> None:
        self._rows = rows.copy()
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def part(self, start: int, size: int) -> list[Exchanged]:
        """Up to ``size`` of them, from the one at ``start`` on."""
        return [self._rows[number] for number in self._numbers[start : start + size]]


def _words(exchange: Exchanged) -> str:
    status = answer_status(exchange.command, exchange.response or b"")
    meaning = status.meaning if status is not None else ""
    return "\n".join((summary(exchange.command), meaning, exchange.reader, exchange.error)).casefold()
