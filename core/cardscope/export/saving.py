"""Transcripts as files."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from cardscope.export.exchange import ExportedExchange, ExportError
from cardscope.export.html_page import HtmlWriter
from cardscope.export.json_document import JsonWriter
from cardscope.export.pcapng import PcapngWriter
from cardscope.export.text import TextWriter
from cardscope.export.writer import TranscriptWriter


class _MakesWriter(Protocol):
    def __call__(self, *, include_secrets: bool) -> TranscriptWriter: ...


@dataclass(frozen=True, slots=True)
class SaveFormat:
    """A form of file."""

    key: str
    suffix: str
    """Of the file's name, without the dot."""
    writer: _MakesWriter


SAVE_FORMATS: Final = (
    SaveFormat("text", "txt", TextWriter),
    SaveFormat("html", "html", HtmlWriter),
    SaveFormat("json", "json", JsonWriter),
    SaveFormat("pcapng", "pcapng", PcapngWriter),
)


class TranscriptFile:
    """A transcript that is being written beside its place, which it takes when it is whole.

    Every method blocks while it writes, and raises ExportError with a sentence where the file system refuses; what was
    written so far is gone then, and whatever had the file's name is as it was.
    """

    def __init__(self, path: Path, form: SaveFormat, *, include_secrets: bool = False) -> None:
        self.path = path
        self._writer = form.writer(include_secrets=include_secrets)
        self._target = path
        self._part: Path | None = None
        self._file: BinaryIO | None = None

    def begin(self) -> None:
        """Opens the file."""
        with self._all_or_nothing():
            self._target = self.path.resolve()  # what a link leads to is replaced, not the link
            part = self._target.with_name(f"{self._target.name}.{os.getpid()}.part")
            self._file = part.open("xb")
            self._part = part
            self._file.write(self._writer.begin())

    def add(self, exchanges: Iterable[ExportedExchange]) -> None:
        """Writes these exchanges."""
        with self._all_or_nothing():
            assert self._file is not None, "not begun"
            self._file.write(b"".join(map(self._writer.add, exchanges)))

    def finish(self) -> tuple[str, ...]:
        """Puts the file into its place; returns what the user ought to know of it, a sentence each.

        Raises ExportError also where nothing of the transcript has a place in this form.
        """
        with self._all_or_nothing():
            assert self._file is not None, "not begun"
            assert self._part is not None
            self._file.write(self._writer.end())
            self._file.close()
            self._part.replace(self._target)
            self._part = None
        return self._writer.notes

    def abandon(self) -> None:
        """Removes what was written so far; nothing is left to be removed after :meth:`finish`, or before the begin."""
        if self._file is not None:
            with suppress(OSError):  # what is still to be written may not fit
                self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    @contextmanager
    def _all_or_nothing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            self.abandon()
            raise ExportError(f"{self.path} could not be written: {error.strerror or error}.") from error
        except BaseException:
            self.abandon()
            raise
