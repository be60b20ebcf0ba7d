"""What each form of a saved transcript is written by."""

from typing import Protocol

from cardscope.export.exchange import ExportedExchange


class TranscriptWriter(Protocol):
    """Writes one transcript, exchange by exchange, so that none has to be in memory as a whole."""

    def begin(self) -> bytes:
        """What stands before the first exchange."""
        ...

    def add(self, exchange: ExportedExchange) -> bytes:
        """The next exchange."""
        ...

    def end(self) -> bytes:
        """What stands after the last. Raises ExportError when nothing of the transcript has a place in this form."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user ought to know of what was written, a sentence each."""
        ...
