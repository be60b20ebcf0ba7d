"""What was begun and not finished, kept for the next start: staged changes of tags, and script text that is in no file.

Secrets are not kept. Of a page that holds a password or key it is only known that it was to be changed.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cardscope.decode.secret_text import masked_text
from cardscope.decode.secrets import MASK
from cardscope.store.history import Store
from cardscope.tags.catalogue import Chip

Wanted = tuple[int | None, ...]
"""The 4 bytes of a page, ``None`` for one that is not typed yet."""

_UNTYPED: Final = ".."


class KeptPage(NamedTuple):
    """A page that was to be changed."""

    was: bytes | None
    """What it held when it was edited; ``None``: unknown."""
    wanted: Wanted | None
    """What it was to hold; ``None``: a secret, to be typed again."""


@dataclass(frozen=True, slots=True)
class KeptChanges:
    """The staged changes of one tag. ``changed`` is in seconds since 1970 (UTC)."""

    changed: float
    pages: Mapping[int, KeptPage]


@dataclass(frozen=True, slots=True)
class KeptScript:
    """Script text. ``changed`` is in seconds since 1970 (UTC)."""

    changed: float
    path: str
    """The file that it is a change of; empty: none."""
    title: str
    """What it was called where it is in no file; may be empty."""
    text: str
    """With ``••`` for each byte that is a secret."""


def secret_pages(chip: Chip) -> frozenset[int]:
    """The pages whose bytes are not kept: PWD, PACK and keys."""
    return frozenset(page for area in chip.unreadable for page in area)


class MemoryDrafts:
    """The staged changes of tags in ``store``. Every method raises StoreError when the store fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, uid: bytes, chip: Chip, changed: float, pages: Mapping[int, KeptPage]) -> None:
        """Keeps ``pages`` in place of what was kept of that tag, at the time ``changed``; none of them: nothing any
        more. It is on the disk when this returns."""
        secret = secret_pages(chip)
        rows = [
            (uid, chip.key, page, kept.was, None if page in secret or kept.wanted is None else _text(kept.wanted))
            for page, kept in pages.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM memory_draft WHERE uid = ? AND chip = ?", (uid, chip.key))
            if rows:
                connection.execute("INSERT INTO memory_draft VALUES (?, ?, ?)", (uid, chip.key, changed))
                connection.executemany("INSERT INTO memory_draft_page VALUES (?, ?, ?, ?, ?)", rows)

        await self._store.call(write)

    async def find(self, uid: bytes, chip: Chip) -> KeptChanges | None:
        """What is kept of that tag. Another chip with the same UID is another tag."""

        def read(connection: sqlite3.Connection) -> KeptChanges | None:
            tag = (uid, chip.key)
            row = connection.execute("SELECT changed FROM memory_draft WHERE uid = ? AND chip = ?", tag).fetchone()
            if row is None:
                return None
            pages = connection.execute(
                "SELECT page, was, wanted FROM memory_draft_page WHERE uid = ? AND chip = ? ORDER BY page", tag
            )
            return KeptChanges(row[0], {page: KeptPage(was, _wanted(text)) for page, was, text in pages})

        return await self._store.call(read)

    async def has(self, uid: bytes) -> bool:
        """Whether anything is kept of a tag with that UID."""
        find = "SELECT 1 FROM memory_draft WHERE uid = ?"
        return await self._store.call(lambda connection: connection.execute(find, (uid,)).fetchone() is not None)


class ScriptDrafts:
    """The script texts in ``store``, one an ``owner``: any text that no other running program has. Every method raises
    StoreError when the store fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, owner: str, changed: float, path: str, title: str, text: str) -> KeptScript:
        """Keeps ``text`` in place of what ``owner`` had, and returns it as it was kept: without its secrets. It is on
        the disk when this returns."""

        def write(connection: sqlite3.Connection) -> KeptScript:
            # A lone surrogate, which no file can hold either, must not lose the rest of the text.
            kept = masked_text(text).encode("utf-8", "replace").decode("utf-8")
            row = (owner, changed, path, title, kept)
            connection.execute("INSERT OR REPLACE INTO script_draft VALUES (?, ?, ?, ?, ?)", row)
            return KeptScript(*row[1:])

        return await self._store.call(write)

    async def take(self, owner: str) -> KeptScript | None:
        """The latest text, which ``owner`` has from now on. A program that still runs, and had it, goes on to keep its
        own beside it."""

        def write(connection: sqlite3.Connection) -> KeptScript | None:
            connection.execute("BEGIN IMMEDIATE")
            found = connection.execute(
                "SELECT owner, changed, path, title, text FROM script_draft ORDER BY changed DESC LIMIT 1"
            ).fetchone()
            if found is None:
                return None
            connection.execute("UPDATE script_draft SET owner = ? WHERE owner = ?", (owner, found[0]))
            return KeptScript(*found[1:])

        return await self._store.call(write)

    async def forget(self, owner: str) -> None:
        """Lets go of a text that is saved or given up."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM script_draft WHERE owner = ?", (owner,))

        await self._store.call(write)


def masked_lines(text: str) -> tuple[int, ...]:
    """The lines (from 1 on) of a kept script whose secrets are to be typed again."""
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if MASK in line)


def _text(wanted: Wanted) -> str:
    return "".join(_UNTYPED if byte is None else f"{byte:02X}" for byte in wanted)


def _wanted(text: str | None) -> Wanted | None:
    if text is None:
        return None
    pairs = (text[at : at + 2] for at in range(0, len(text), 2))
    return tuple(None if pair == _UNTYPED else int(pair, 16) for pair in pairs)
