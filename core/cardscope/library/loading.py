"""The built-in library and the user's own file beside it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from platformdirs import user_config_path

from cardscope.library.entry import Entry
from cardscope.library.reading import MAX_CHARACTERS, Fault, read_entries
from cardscope_resources import resource

FILE_NAME: Final = "apdu_library.toml"


@dataclass(frozen=True, slots=True)
class Library:
    """All entries, the built-in ones first, and what is wrong with the user's file at ``path``."""

    entries: tuple[Entry, ...]
    path: Path
    faults: tuple[Fault, ...] = ()

    def find(self, words: str) -> tuple[Entry, ...]:
        """The entries that every word of ``words`` is found in, in any case; spaces in hex do not matter."""
        wanted = words.casefold().split()
        if not wanted:
            return self.entries
        return tuple(one for one in self.entries if _has_all(one, wanted))


def _has_all(entry: Entry, words: list[str]) -> bool:
    said = f"{entry.group} {entry.name} {entry.text} {entry.template.text}".casefold()
    packed = entry.template.text.replace(" ", "").casefold()
    return all(word in said for word in words) or "".join(words) in packed


@cache
def built_in() -> tuple[Entry, ...]:
    """The entries that come with CardScope."""
    entries, faults = read_entries(resource(FILE_NAME).read_text(encoding="utf-8"), own=False)
    assert not faults, faults
    return entries


def own_library_path() -> Path:
    """Where the user's own entries are looked for."""
    return user_config_path("cardscope", appauthor=False) / FILE_NAME


def load_library(path: Path | None = None) -> Library:
    """The built-in entries and those in the file at ``path``, by default :func:`own_library_path`; there need be none.
    What is wrong with it is in the library's faults."""
    path = path or own_library_path()
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS)
    except FileNotFoundError:
        return Library(built_in(), path)
    except OSError as error:
        return Library(built_in(), path, (Fault(0, f"It cannot be read: {error.strerror or error}."),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Library(built_in(), path, (Fault(line, "It is not UTF-8 text."),))
    entries, faults = read_entries(text.replace("\r\n", "\n"), own=True)
    return Library((*built_in(), *entries), path, faults)
