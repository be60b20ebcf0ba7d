"""Which exchanges of the transcript are shown: those of the user, those that hold what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from cardscope.decode.secrets import MaskedCommand, secret_answer_spans
from cardscope.store.history_query import HistoryQuery
from cardscope.tags.catalogue import Chip
from cardscope_gui.console.transcript_rows import TranscriptRows

NOTHING_TYPED: Final = HistoryQuery("", None)


@dataclass(frozen=True, slots=True)
class TranscriptFilter:
    """Bytes, words of the command, of the status or of an error, text within the data, or a reader's name."""

    query: HistoryQuery = NOTHING_TYPED
    mine: bool = False
    """Without the application's own commands."""
    secrets: bool = False
    """Whether secret bytes can be found; not while they are hidden."""

    @classmethod
    def of(cls, typed: str, *, mine: bool, secrets: bool) -> Self:
        """Reads ``typed`` as the search of the history does."""
        return cls(HistoryQuery.of(typed), mine, secrets)

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.mine and not self.query.text

    def narrows(self, other: "TranscriptFilter") -> bool:
        """Whether whatever this one shows, ``other`` shows too."""
        before = other.query
        return (
            self.query.text.startswith(before.text)
            # What becomes hex only now, as “,FF” does after “,”, is looked for in other ways too.
            and (self.query.hex is None or before.hex is not None or not before.text)
            and (self.mine or not other.mine)
            and self.secrets == other.secrets
        )


class Matcher:
    """Applies ``wanted`` to ``rows``. ``chip_of`` gives the chip of a reader's insertion, where it is known."""

    def __init__(
        self, wanted: TranscriptFilter, rows: TranscriptRows, chip_of: Callable[[str, int], Chip | None]
    ) -> None:
        self.wanted = wanted
        self._rows = rows
        self._chip_of = chip_of
        self._verdicts: dict[int, bool] = {}
        text = wanted.query.text
        # Case folding leaves ASCII letters lower-case; other characters are in no answer's text.
        self._text = text.encode() if text.isascii() else None

    def matches(self, number: int) -> bool:
        """Whether the exchange of that number is shown."""
        reader, insertion, by_application, command, response, *_ = self._rows.row(number)
        wanted, query = self.wanted, self.wanted.query
        if wanted.mine and by_application:
            return False
        if not query.text or self._has_words(self._rows.words(number)):
            return True
        # Most hold nothing of the kind: where their secrets are needs no look then.
        if self._may_hold(command) and self._holds(self._command(command, self._chip_of(reader, insertion))):
            return True
        return response is not None and self._may_hold(response) and self._holds(self._response(command, response))

    def _has_words(self, words: int) -> bool:
        verdict = self._verdicts.get(words)
        if verdict is None:
            verdict = self._verdicts[words] = self.wanted.query.text in self._rows.table[words]
        return verdict

    def _may_hold(self, data: bytes) -> bool:
        in_hex = self.wanted.query.hex is not None and self.wanted.query.hex.whole in data
        return in_hex or (self._text is not None and self._text in data.lower())

    def _holds(self, data: MaskedCommand) -> bool:
        if self.wanted.query.hex is not None and self.wanted.query.hex.matches(data):
            return True
        return self._text is not None and self._text in data.known.lower()

    def _command(self, command: bytes, chip: Chip | None) -> MaskedCommand:
        return MaskedCommand(command, ()) if self.wanted.secrets else MaskedCommand.of(command, chip)

    def _response(self, command: bytes, response: bytes) -> MaskedCommand:
        spans = () if self.wanted.secrets else secret_answer_spans(command, response)
        known = bytearray(response)
        for start, end in spans:
            known[start:end] = bytes(end - start)
        return MaskedCommand(bytes(known), spans)
