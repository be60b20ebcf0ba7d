"""The transcript as a Qt list model, one row an exchange."""

import time
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from cardscope.decode.response import answer_status, split_answer
from cardscope.decode.secrets import Span, masked_hex, secret_answer_spans, secret_spans
from cardscope.events import Exchanged, Origin
from cardscope.tags.catalogue import Chip
from cardscope_gui.console.segments import segment
from cardscope_gui.console.transcript_filter import Matcher, TranscriptFilter
from cardscope_gui.console.transcript_rows import PickedExchanges, TranscriptRows

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
# Exchanges carry a monotonic time; the clock on the wall is what a person compares notes with.
_WALL_CLOCK = time.time() - time.monotonic()
_FRAME: Final = 16
"""Milliseconds: exchanges that come faster than a screen can show them are inserted together."""
_AT_ONCE: Final = 8
"""How many are inserted as they come, until a frame brings none: what a person sends, with all that follows from it."""
_SLICE: Final = 0.004
"""How long (s) a filter looks at rows before everything else has its turn."""
_STEP: Final = 32
"""Rows between two looks at the clock."""


def clock(t: float) -> str:
    """The local time of day, to the millisecond, of the monotonic time ``t``."""
    return datetime.fromtimestamp(_WALL_CLOCK + t).strftime("%H:%M:%S.%f")[:-3]


def sent_at(exchange: Exchanged) -> float:
    """The monotonic time at which the command was handed over; ``t`` is when the answer was there."""
    return exchange.t - exchange.ms / 1000


def answer_spans(exchange: Exchanged) -> tuple[Span, ...]:
    """Where the secrets of the answer lie, status word included."""
    return secret_answer_spans(exchange.command, exchange.response) if exchange.response is not None else ()


def command_text(exchange: Exchanged, chip: Chip | None = None) -> str:
    """The command as hex that may be passed on: its secrets are left out."""
    return masked_hex(exchange.command, secret_spans(exchange.command, chip))


def answer_text(exchange: Exchanged) -> str:
    """The answer as hex that may be passed on, or the error."""
    if exchange.response is None:
        return exchange.error
    return masked_hex(exchange.response, answer_spans(exchange))


def as_text(exchange: Exchanged, chip: Chip | None = None) -> str:
    """An exchange as two lines of hex for the clipboard, without its secrets."""
    return f"> {command_text(exchange, chip)}\n< {answer_text(exchange)}"


def spoken(exchange: Exchanged, chip: Chip | None = None) -> str:
    """An exchange as a sentence for a screen reader, which may be overheard: without its secrets."""
    command = _tr("Command {0}, {1}, sent to {2} at {3}.").format(
        command_text(exchange, chip), segment(exchange.command).summary, exchange.reader, clock(sent_at(exchange))
    )
    if exchange.insertion == 0:
        command = _tr("To the reader. {0}").format(command)
    if exchange.origin is Origin.APPLICATION:
        command = _tr("Sent by the application. {0}").format(command)
    if exchange.response is None:
        return _tr("{0} Failed: {1}").format(command, exchange.error)
    data, _ = split_answer(exchange.command, exchange.response)
    said = masked_hex(data, answer_spans(exchange)) or _tr("no data")
    status = answer_status(exchange.command, exchange.response)
    if status is None:
        return _tr("{0} Answer {1}, no status word, {2} ms.").format(command, said, round(exchange.ms))
    return _tr("{0} Answer {1}, status {2} {3}, {4} ms.").format(
        command, said, f"{status.code:04X}", status.meaning, round(exchange.ms)
    )


class TranscriptModel(QAbstractListModel):
    """Exchanges in the order of their arrival, or those of them that a filter shows.

    A few exchanges are shown as they
    come; of many, what comes within a screen's frame is inserted in one go.
    """

    ExchangeRole = int(Qt.ItemDataRole.UserRole)

    arrived = Signal()
    """Exchanges were added, shown or not."""
    counted = Signal()
    """Other numbers of exchanges are there, or shown; or a filter has begun or done its work."""
    secrets_changed = Signal()
    """Secrets are to be shown now, or to be hidden."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = TranscriptRows()
        self._waiting: list[Exchanged] = []
        self._at_once = 0
        self._before = 0
        """What :attr:`_at_once` was a frame ago: the same, when nothing has come since."""
        self._chips: dict[tuple[str, int], Chip] = {}
        self._filter = self._matcher(TranscriptFilter())
        self._shown: array[int] | None = None
        """The numbers of those that the filter shows; ``None``: all."""
        self._wanted = self._filter
        """The filter that is being applied; the same as :attr:`_filter` when none is."""
        self._candidates: Sequence[int] | None = None
        self._looked_at = 0
        self._found = array("L")
        self._frame = QTimer(self, singleShot=True, interval=_FRAME)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._next_frame)
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._look_at_slice)

    def append(self, exchange: Exchanged) -> None:
        """Adds an exchange below the last one, at once or with the next frame."""
        self._waiting.append(exchange)
        if self._at_once < _AT_ONCE:
            self._at_once += 1
            self.insert_waiting()
            if not self._frame.isActive():
                self._frame.start()

    def insert_waiting(self) -> None:
        """Shows now what waits for the end of the frame."""
        if self._waiting:
            self._insert()

    def clear(self) -> None:
        """Forgets every exchange; the filter stays."""
        self.beginResetModel()
        self._all.clear()
        self._waiting.clear()
        self._look.stop()
        self._filter = self._wanted = self._matcher(self._wanted.wanted)
        self._shown = None if self._wanted.wanted.everything else array("L")
        self.endResetModel()
        self.counted.emit()

    def exchange(self, row: int) -> Exchanged:
        """The exchange in ``row``. Raises IndexError."""
        return self._all[row if self._shown is None else self._shown[row]]

    def picked(self, rows: Sequence[int] | None = None) -> PickedExchanges:
        """The exchanges in ``rows``, or in all (``None``), as they are now."""
        if rows is None:
            return PickedExchanges(self._all, range(len(self._all)) if self._shown is None else self._shown[:])
        return PickedExchanges(self._all, rows if self._shown is None else [self._shown[row] for row in rows])

    def number(self, row: int) -> int:
        """How many exchanges came before the one in ``row``, shown or not. Raises IndexError."""
        return row if self._shown is None else self._shown[row]

    def row_of(self, number: int) -> int | None:
        """The row of the exchange with that number; ``None`` where it is not shown."""
        if self._shown is None:
            return number if 0 <= number < len(self._all) else None
        row = bisect_left(self._shown, number)
        return row if row < len(self._shown) and self._shown[row] == number else None

    @property
    def last(self) -> Exchanged | None:
        """The newest exchange, shown or not."""
        if self._waiting:
            return self._waiting[-1]
        return self._all[len(self._all) - 1] if len(self._all) else None

    @property
    def total(self) -> int:
        """How many exchanges there are, shown or not."""
        return len(self._all)

    def set_chip(self, reader: str, insertion: int, chip: Chip) -> None:
        """The card of ``insertion`` is known to have this chip: that tells what its pages are, and which are secret."""
        if self._chips.get((reader, insertion)) != chip:
            self._chips[reader, insertion] = chip
            self._all_changed()

    def chip_of(self, exchange: Exchanged) -> Chip | None:
        """The chip of the card that ``exchange`` was with, where it is known."""
        return self._chip_of(exchange.reader, exchange.insertion)

    @property
    def shows_secrets(self) -> bool:
        """Whether PINs, passwords and keys are shown."""
        return self._wanted.wanted.secrets

    def set_filter(self, typed: str, *, mine: bool, secrets: bool) -> None:
        """Shows the exchanges that hold what was ``typed``, and ``mine`` alone where asked; with ``secrets`` these are
        shown, and found. Rows are looked at in slices; those shown so far stay until all have been."""
        wanted = TranscriptFilter.of(typed, mine=mine, secrets=secrets)
        if wanted == self._wanted.wanted:
            return
        secrets_changed = wanted.secrets != self._wanted.wanted.secrets
        # A filter that shows fewer of what is shown already need not look at the others.
        self._candidates = self._shown if wanted.narrows(self._filter.wanted) else None
        self._wanted = self._matcher(wanted)
        self._looked_at, self._found = 0, array("L")
        self._look.stop()
        if wanted.everything:
            self._show(None)
        else:
            self._look_at_slice()
        if secrets_changed:
            self.secrets_changed.emit()
            self._all_changed()

    @property
    def filtering(self) -> bool:
        """Whether a filter is still looking at rows."""
        return self._look.isActive()

    def _look_at_slice(self) -> None:
        until = time.perf_counter() + _SLICE
        candidates: Sequence[int] = range(len(self._all)) if self._candidates is None else self._candidates
        end = len(candidates)
        while self._looked_at < end and time.perf_counter() < until:
            stop = min(self._looked_at + _STEP, end)
            for number in candidates[self._looked_at : stop]:
                if self._wanted.matches(number):
                    self._found.append(number)
            self._looked_at = stop
        if self._looked_at < end:
            self._look.start()
            self.counted.emit()
        else:
            self._show(self._found)

    def _show(self, numbers: "array[int] | None") -> None:
        self._filter = self._wanted
        self._candidates = None
        if numbers is None and self._shown is None:
            return
        self.beginResetModel()
        self._shown = numbers
        self.endResetModel()
        self.counted.emit()

    def _next_frame(self) -> None:
        if self._waiting:
            self._insert()
        elif self._at_once == self._before:
            self._at_once = self._before = 0
            return
        self._before = self._at_once
        self._frame.start()

    def _insert(self) -> None:
        came, self._waiting = self._waiting, []
        first = len(self._all)
        if self._shown is None:
            self.beginInsertRows(_ROOT, first, first + len(came) - 1)
            self._add(came)
            self.endInsertRows()
        else:
            self._add(came)
            matching = [number for number in range(first, len(self._all)) if self._filter.matches(number)]
            if matching:
                row = len(self._shown)
                self.beginInsertRows(_ROOT, row, row + len(matching) - 1)
                self._shown.extend(matching)
                self.endInsertRows()
        self.arrived.emit()
        self.counted.emit()

    def _add(self, exchanges: Sequence[Exchanged]) -> None:
        for exchange in exchanges:
            self._all.append(exchange)

    def _matcher(self, wanted: TranscriptFilter) -> Matcher:
        return Matcher(wanted, self._all, self._chip_of)

    def _chip_of(self, reader: str, insertion: int) -> Chip | None:
        return self._chips.get((reader, insertion))

    def _all_changed(self) -> None:
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(rows - 1))

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        if parent.isValid():
            return 0
        return len(self._all) if self._shown is None else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        exchange = self.exchange(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return as_text(exchange, self.chip_of(exchange))
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(exchange, self.chip_of(exchange))
            case self.ExchangeRole:
                return exchange
            case _:
                return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("TranscriptModel", text)
