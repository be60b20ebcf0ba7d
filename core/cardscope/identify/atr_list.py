"""The list of known ATRs that pcsc-tools keeps, ``smartcard_list.txt``, read where it lies on this machine.

The list is under the GPL and changes weekly, so none is shipped. It is text: a line with a pattern, then what it says,
each line after a tabulator; ``#`` begins a comment. A pattern is a regular expression for the ATR in hex with spaces
between the bytes. Most are an ATR as it stands, most of the others have only dots, each for any hex digit.
"""

import os
import re
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from cardscope.errors import CardScopeError

FILE_NAME: Final = "smartcard_list.txt"
SOURCE: Final = f"https://pcsc-tools.apdu.fr/{FILE_NAME}"
"""Where pcsc-tools publishes it."""

_DIGITS_AND_DOTS = re.compile(r"(?:[0-9A-F.]{2}(?: |$))+", re.IGNORECASE)


class AtrListError(CardScopeError):
    """There is no list, or it cannot be read. ``remedy`` says how to get one."""


class AtrMatch(NamedTuple):
    """An entry of the list whose pattern an ATR matches."""

    pattern: str
    """As it stands in the list."""
    says: tuple[str, ...]
    """The lines that describe the card."""


class AtrList:
    """A list in memory. It never changes, so any thread may use it."""

    def __init__(self, text: str, path: Path) -> None:
        """Reads ``text``, the content of ``path``. Patterns that are no regular expressions go to :attr:`faults`."""
        self.path = path
        self.faults: list[str] = []
        """The patterns that cannot be used, a sentence each."""
        self._entries: list[tuple[str, list[str]]] = []
        self._literals: dict[bytes, list[int]] = {}
        self._masked: dict[int, list[tuple[int, int, int]]] = {}
        """By the number of bytes: mask, value, entry. A look-up is then a comparison of numbers, no expression."""
        self._expressions: list[tuple[re.Pattern[str], int]] = []
        says: list[str] | None = None
        for line in text.split("\n"):
            if line.startswith("\t"):
                if says is not None and (stripped := line.strip()):
                    says.append(stripped)
            elif line.strip() and not line.startswith("#"):
                says = []
                self._add(line.strip(), says)

    @staticmethod
    def load(path: Path | None = None) -> "AtrList":
        """The list at ``path``, or else the first of :func:`find_lists` that is one. Read once as long as the file
        stays the same.

        Takes some 20 ms for 5,000 patterns the first time. Raises :class:`AtrListError`.
        """
        if path is not None:
            return _read(path)
        # pcsc-tools leaves an empty file in the cache when it could not fetch the list.
        error = AtrListError(
            f"There is no list of known ATRs ({FILE_NAME} of pcsc-tools) on this machine.", remedy=how_to_get()
        )
        for found in find_lists():
            try:
                return _read(found)
            except AtrListError as problem:
                error = problem
        raise error

    def __len__(self) -> int:
        """The number of patterns, those in :attr:`faults` left out."""
        return len(self._entries)

    @property
    def holds_atrs(self) -> bool:
        """Whether some pattern is an ATR as it stands, without which it is no such list at all."""
        return bool(self._literals)

    def matches(self, atr: bytes) -> tuple[AtrMatch, ...]:
        """The entries whose pattern matches the whole of ``atr``, in the order of the list."""
        found = list(self._literals.get(atr, ()))
        if masked := self._masked.get(len(atr)):
            number = int.from_bytes(atr)
            found += [entry for mask, value, entry in masked if number & mask == value]
        if self._expressions:
            text = atr.hex(" ").upper()
            found += [entry for expression, entry in self._expressions if expression.fullmatch(text)]
        found.sort()
        return tuple(AtrMatch(pattern, tuple(says)) for pattern, says in (self._entries[entry] for entry in found))

    def says(self, atr: bytes) -> list[str]:
        """All lines that the matching entries say, each once, in the order of the list."""
        return list(dict.fromkeys(line for match in self.matches(atr) for line in match.says))

    def _add(self, pattern: str, says: list[str]) -> None:
        entry = len(self._entries)
        try:
            self._literals.setdefault(bytes.fromhex(pattern), []).append(entry)
        except ValueError:
            if _DIGITS_AND_DOTS.fullmatch(pattern):
                digits = pattern.replace(" ", "")
                mask = int("".join("0" if digit == "." else "F" for digit in digits), 16)
                value = int(digits.replace(".", "0"), 16)
                self._masked.setdefault(len(digits) // 2, []).append((mask, value, entry))
            else:
                try:
                    expression = re.compile(pattern, re.IGNORECASE)
                except re.error as error:
                    self.faults.append(f"“{pattern}” is no regular expression: {error}.")
                    return
                self._expressions.append((expression, entry))
        self._entries.append((pattern, says))


_lock = threading.Lock()
_kept: dict[Path, tuple[tuple[int, int], AtrList]] = {}
"""Each list that was read, with the time of its last change (ns) and its size."""


def _read(path: Path) -> AtrList:
    try:
        with _lock:
            state = path.stat()
            key, stamp = path.absolute(), (state.st_mtime_ns, state.st_size)
            kept = _kept.get(key)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            # Entries come from all over the world, so one wrong byte must not cost the other thousands.
            known = AtrList(path.read_text("utf-8", errors="replace"), path)
            if known.holds_atrs:
                _kept[key] = (stamp, known)
                return known
    except OSError as error:
        raise AtrListError(
            f"The list of known ATRs at {path} cannot be read: {error.strerror}.", remedy=how_to_get()
        ) from error
    raise AtrListError(f"{path} is no list of ATRs as pcsc-tools keeps it.", remedy=how_to_get())


async def load_atr_list(path: Path | None = None) -> AtrList:
    """As :meth:`AtrList.load`, in a thread of its own."""
    from cardscope.worker import Worker  # noqa: PLC0415 - the command line needs no asyncio

    worker = Worker("ATR list")
    loaded = worker.call(partial(AtrList.load, path))
    worker.stop()
    return await loaded


def find_lists(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> tuple[Path, ...]:
    """The lists on this machine, the preferred one first: what the user has fetched comes before what is installed, as
    with pcsc-tools. ``environment`` and ``platform`` are those of the process."""
    return tuple(path for path in _places(environment, platform) if path.is_file())


def how_to_get(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """What a person can do to have a list."""
    install = {
        "linux": "Install pcsc-tools (Debian and Ubuntu: sudo apt install pcsc-tools; Fedora: sudo dnf install "
        "pcsc-tools; Arch Linux: sudo pacman -S pcsc-tools), or save",
        "darwin": "Install pcsc-tools (Homebrew: brew install pcsc-tools), or save",
    }.get(platform, "Save")
    return f"{install} {SOURCE} as {_places(environment, platform)[0]}."


def _places(environment: Mapping[str, str], platform: str) -> list[Path]:
    home = Path(environment.get("USERPROFILE" if platform == "win32" else "HOME") or Path.home())
    if platform == "win32":
        local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        shared = Path(environment.get("PROGRAMDATA") or "C:/ProgramData")
        return [local / FILE_NAME, home / f".{FILE_NAME}", shared / "pcsc" / FILE_NAME]
    caches = [Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / FILE_NAME]
    prefixes = ["/usr/local", "/usr"]
    if platform == "darwin":
        caches.append(home / "Library" / "Caches" / FILE_NAME)
        prefixes = ["/opt/homebrew", "/usr/local", "/opt/local"]
    installed = [Path(prefix) / "share" / "pcsc" / FILE_NAME for prefix in prefixes]
    return [*caches, home / f".{FILE_NAME}", *installed, Path("/usr/local/pcsc") / FILE_NAME]
