"""The transcript as a Qt list model, one row an exchange."""

import time
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from cardscope.decode import status_words
from cardscope.decode.secrets import masked, masked_hex, secret_answer_spans
from cardscope.events import Exchanged, Origin
from cardscope_gui.console.segments import segment

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
# Exchanges carry a monotonic time; the clock on the wall is what a person compares notes with.
_WALL_CLOCK = time.time() - time.monotonic()


def clock(t: float) -> str:
    """The local time of day, to the millisecond, of the monotonic time ``t``."""
    return datetime.fromtimestamp(_WALL_CLOCK + t).strftime("%H:%M:%S.%f")[:-3]


def sent_at(exchange: Exchanged) -> float:
    """The monotonic time at which the command was handed over; ``t`` is when the answer was there."""
    return exchange.t - exchange.ms / 1000


def command_text(exchange: Exchanged) -> str:
    """The command as hex that may be passed on: its secrets are left out."""
    return masked(exchange.command)


def answer_text(exchange: Exchanged) -> str:
    """The answer as hex that may be passed on, or the error."""
    if exchange.response is None:
        return exchange.error
    return masked_hex(exchange.response, secret_answer_spans(exchange.command, exchange.response))


def as_text(exchange: Exchanged) -> str:
    """An exchange as two lines of hex for the clipboard, without its secrets."""
    return f"> {command_text(exchange)}\n< {answer_text(exchange)}"


def spoken(exchange: Exchanged) -> str:
    """An exchange as a sentence for a screen reader, which may be overheard: without its secrets."""
    command = _tr("Command {0}, {1}, sent to {2} at {3}.").format(
        command_text(exchange), segment(exchange.command).summary, exchange.reader, clock(sent_at(exchange))
    )
    if exchange.origin is Origin.APPLICATION:
        command = _tr("Sent by the application. {0}").format(command)
    if exchange.response is None:
        return _tr("{0} Failed: {1}").format(command, exchange.error)
    data, sw = status_words.split_response(exchange.response)
    secret = secret_answer_spans(exchange.command, exchange.response)
    if any(end > len(data) for _, end in secret):
        data, sw = exchange.response, None  # a PACK that came without a status word is none itself
    said = masked_hex(data, secret) or _tr("no data")
    if sw is None:
        return _tr("{0} Answer {1}, no status word, {2} ms.").format(command, said, round(exchange.ms))
    meaning = status_words.status_word(sw, exchange.command).meaning
    return _tr("{0} Answer {1}, status {2} {3}, {4} ms.").format(
        command, said, f"{sw:04X}", meaning, round(exchange.ms)
    )


class TranscriptModel(QAbstractListModel):
    """Exchanges in the order of their arrival. A row costs one reference to its :class:`Exchanged`, nothing else."""

    ExchangeRole = int(Qt.ItemDataRole.UserRole)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exchanges: list[Exchanged] = []

    def append(self, exchange: Exchanged) -> None:
        """Adds an exchange below the last one."""
        row = len(self._exchanges)
        self.beginInsertRows(_ROOT, row, row)
        self._exchanges.append(exchange)
        self.endInsertRows()

    def clear(self) -> None:
        """Forgets every exchange."""
        self.beginResetModel()
        self._exchanges.clear()
        self.endResetModel()

    def exchange(self, row: int) -> Exchanged:
        """The exchange in ``row``. Raises IndexError."""
        return self._exchanges[row]

    @property
    def last(self) -> Exchanged | None:
        """The newest exchange."""
        return self._exchanges[-1] if self._exchanges else None

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._exchanges)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        exchange = self._exchanges[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return as_text(exchange)
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(exchange)
            case self.ExchangeRole:
                return exchange
            case _:
                return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("TranscriptModel", text)
