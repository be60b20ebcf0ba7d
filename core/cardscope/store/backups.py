"""What tags held before they were written to, and whatever else the user wanted kept."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any, Final

from cardscope.store.history import Store
from cardscope.tags.snapshot import TagSnapshot

_COLUMNS: Final = "id, uid, added, reason, note, snapshot"


@dataclass(frozen=True, slots=True)
class Backup:
    """One tag at one moment. ``added`` is in seconds since 1970 (UTC)."""

    id: int
    uid: bytes
    added: float
    reason: str
    """Why it was made, a few words."""
    note: str
    """What the user says of it."""
    snapshot: TagSnapshot
    """Never with PWD, PACK or a key."""


class Backups:
    """The backups in ``store``. Every method raises StoreError when the store fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, snapshot: TagSnapshot, reason: str) -> int:
        """Keeps ``snapshot``; its number. It is on the disk when this returns."""
        return await self._store.call(lambda connection: add_backup(connection, snapshot, reason))

    async def list(self, uid: bytes | None = None) -> list[Backup]:
        """The backups of the tag of ``uid``, or of all tags, the latest first."""
        where, values = ("WHERE uid = ?", (uid,)) if uid is not None else ("", ())

        def read(connection: sqlite3.Connection) -> list[Backup]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM backup {where} ORDER BY added DESC, id DESC", values)
            return [_backup(row) for row in rows]

        return await self._store.call(read)

    async def get(self, number: int) -> Backup | None:
        """The backup of that number, if there is one."""
        return await self._store.call(lambda connection: get_backup(connection, number))

    async def note(self, number: int, text: str) -> None:
        """Sets what the user says of a backup; nothing happens when there is none of that number."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE backup SET note = ? WHERE id = ?", (text.strip(), number))

        await self._store.call(write)

    async def forget(self, number: int) -> bool:
        """Deletes a backup, unless the journal still needs it to bring an unfinished plan to an end; whether it is
        gone."""

        def write(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            open_plans = "SELECT 1 FROM journal_plan WHERE backup = ? AND ended IS NULL"
            if connection.execute(open_plans, (number,)).fetchone() is not None:
                return False
            connection.execute("DELETE FROM journal_plan WHERE backup = ?", (number,))
            connection.execute("DELETE FROM backup WHERE id = ?", (number,))
            return True

        return await self._store.call(write)


def add_backup(connection: sqlite3.Connection, snapshot: TagSnapshot, reason: str) -> int:
    """:meth:`Backups.add` within a transaction."""
    kept = without_secrets(snapshot)
    cursor = connection.execute(
        "INSERT INTO backup (uid, added, reason, snapshot) VALUES (?, ?, ?, ?)",
        (kept.uid, time.time(), reason, kept.to_json()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get_backup(connection: sqlite3.Connection, number: int) -> Backup | None:
    """:meth:`Backups.get` within a transaction."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM backup WHERE id = ?", (number,)).fetchone()
    return _backup(row) if row is not None else None


def without_secrets(snapshot: TagSnapshot) -> TagSnapshot:
    """``snapshot`` without PWD, PACK and keys, which a rehearsal's end state holds."""
    secret = {page for area in snapshot.chip.unreadable for page in area}
    return TagSnapshot(
        snapshot.chip,
        {page: content for page, content in snapshot.pages.items() if page not in secret},
        snapshot.signature,
        snapshot.counters,
        snapshot.auth_failures,
        snapshot.version,
        snapshot.unreadable,
        snapshot.reader,
        snapshot.taken,
    )


def _backup(row: tuple[Any, ...]) -> Backup:
    number, uid, added, reason, note, snapshot = row
    return Backup(number, uid, added, reason, note, TagSnapshot.from_json(snapshot))
