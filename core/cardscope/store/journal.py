"""What plans do to tags, written down before and after each step, so that no crash leaves a tag unaccounted for.

Every method is one transaction of its own, on the disk when it returns (SQLite: WAL, ``synchronous = FULL``).
"""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from cardscope.store.backups import add_backup, get_backup
from cardscope.store.history import Store
from cardscope.tags.snapshot import TagSnapshot

BEFORE_WRITING: Final = "Before writing"
"""The reason of the backup that every plan begins with."""


class StepState(StrEnum):
    """How far a step has come, as far as the journal knows. None of them is ever more than what was seen."""

    PLANNED = "planned"
    """Nothing of it has been sent."""
    BEGUN = "begun"
    """It was about to be sent. Whether the tag has got it, and carried it out, is not known."""
    ACCEPTED = "accepted"
    """Nothing spoke against it; it was not read back yet."""
    VERIFIED = "verified"
    """Read back, and as it was meant to be."""
    NOT_WRITTEN = "not_written"
    """Read back, and as it was before."""
    MISMATCH = "mismatch"
    """Read back, and neither as before nor as it was meant to be."""
    UNKNOWN = "unknown"
    """It was sent and could not be read back."""


class Ending(StrEnum):
    """How a plan came to its end."""

    DONE = "done"
    """Every step is verified, or cannot be read back and was accepted."""
    RESUMED = "resumed"
    """Another plan has taken over what was left."""
    ROLLED_BACK = "rolled_back"
    """Another plan has taken over to undo it."""
    LEFT = "left"
    """The user leaves the tag as it is."""


@dataclass(frozen=True, slots=True)
class JournalStep:
    """One step as the journal keeps it. ``old``, ``new`` and ``result`` (what the page is to hold then) are 4 bytes or
    ``None``: unknown, or a secret, which never gets here."""

    kind: str
    page: int
    old: bytes | None
    new: bytes | None
    result: bytes | None
    permanent: bool
    state: StepState = StepState.PLANNED

    def without_secret(self) -> "JournalStep":
        """The same without its bytes."""
        return replace(self, old=None, new=None, result=None)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One plan as the journal knows it. Times are seconds since 1970 (UTC)."""

    id: int
    uid: bytes
    base: TagSnapshot
    """The tag before it."""
    reader: str
    begun: float
    steps: tuple[JournalStep, ...]
    ended: float | None = None
    ending: Ending | None = None
    """``None``: it has not come to an end."""


class Journal:
    """The journal in ``store``. Every method raises StoreError when the store fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, base: TagSnapshot, steps: Sequence[JournalStep], reader: str = "") -> int:
        """Notes a plan that is about to be carried out on the tag of ``base``, and keeps that as a backup; its number.
        Steps at pages that READ never shows lose their bytes: PWD, PACK and keys are not stored."""
        secret = {page for area in base.chip.unreadable for page in area}

        def write(connection: sqlite3.Connection) -> int:
            backup = add_backup(connection, base, BEFORE_WRITING)
            cursor = connection.execute(
                "INSERT INTO journal_plan (uid, backup, reader, begun) VALUES (?, ?, ?, ?)",
                (base.uid, backup, reader, time.time()),
            )
            assert cursor.lastrowid is not None
            kept = [step.without_secret() if step.page in secret else step for step in steps]
            connection.executemany(
                "INSERT INTO journal_step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (cursor.lastrowid, number, s.kind, s.page, s.old, s.new, s.result, s.permanent, s.state)
                    for number, s in enumerate(kept)
                ],
            )
            return cursor.lastrowid

        return await self._store.call(write)

    async def note(self, entry: int, states: Mapping[int, StepState]) -> None:
        """What is known of the steps of these numbers now."""

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "UPDATE journal_step SET state = ? WHERE plan = ? AND number = ?",
                [(state, entry, number) for number, state in states.items()],
            )

        await self._store.call(write)

    async def end(self, entry: int, ending: Ending) -> None:
        """The plan is not unfinished any more."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE journal_plan SET ended = ?, ending = ? WHERE id = ?", (time.time(), ending, entry)
            )

        await self._store.call(write)

    async def unfinished(self, uid: bytes | None = None) -> list[JournalEntry]:
        """The plans that have not come to an end, of the tag of ``uid`` or of all tags, the latest first."""
        which = "ended IS NULL" if uid is None else "ended IS NULL AND uid = ?"
        return await self._entries(f"WHERE {which} ORDER BY begun DESC, id DESC", () if uid is None else (uid,))

    async def get(self, entry: int) -> JournalEntry | None:
        """The plan of that number, if there is one."""
        found = await self._entries("WHERE id = ?", (entry,))
        return found[0] if found else None

    async def _entries(self, which: str, values: tuple[object, ...]) -> list[JournalEntry]:
        def read(connection: sqlite3.Connection) -> list[JournalEntry]:
            rows = connection.execute(
                f"SELECT id, uid, backup, reader, begun, ended, ending FROM journal_plan {which}", values
            ).fetchall()
            return [_entry(connection, row) for row in rows]

        return await self._store.call(read)


def _entry(connection: sqlite3.Connection, row: tuple[Any, ...]) -> JournalEntry:
    number, uid, backup, reader, begun, ended, ending = row
    base = get_backup(connection, backup)
    assert base is not None  # the plan refers to it
    rows = connection.execute(
        "SELECT kind, page, old, new, result, permanent, state FROM journal_step WHERE plan = ? ORDER BY number",
        (number,),
    )
    steps = tuple(
        JournalStep(kind, page, old, new, result, bool(permanent), StepState(state))
        for kind, page, old, new, result, permanent, state in rows
    )
    return JournalEntry(number, uid, base.snapshot, reader, begun, steps, ended, Ending(ending) if ending else None)
