"""The cards that were on a reader, with the names that the user gave them."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from cardscope.store.database import Database

RANDOM_UID: Final = 0x08
"""ISO/IEC 14443-3: a 4-byte UID that begins with this is made up anew at every power-up."""

_COLUMNS: Final = "uid, chip, virtual, first_seen, last_seen, nickname, notes"


@dataclass(frozen=True, slots=True)
class RecentCard:
    """One card. Times are seconds since 1970 (UTC)."""

    uid: bytes
    chip: str
    """What the card was identified as, or empty."""
    virtual: bool
    """Whether it was last seen on CardScope's own reader."""
    first_seen: float
    last_seen: float
    nickname: str
    notes: str


def has_lasting_uid(uid: bytes) -> bool:
    """Whether ``uid`` will be the same next time: passports and phones make theirs up anew."""
    return bool(uid) and not (len(uid) == 4 and uid[0] == RANDOM_UID)


class RecentCards:
    """The table of cards in ``database``. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, uid: bytes, at: float, *, virtual: bool, chip: str = "") -> None:
        """Notes that the card was there at ``at``. What it was identified as before stays when ``chip`` is empty. A
        UID that will not come again is not kept."""
        if not has_lasting_uid(uid):
            return
        await self._write(
            """
            INSERT INTO card (uid, chip, virtual, first_seen, last_seen) VALUES (:uid, :chip, :virtual, :at, :at)
            ON CONFLICT (uid) DO UPDATE SET
                chip = CASE WHEN :chip = '' THEN chip ELSE :chip END,
                virtual = :virtual,
                last_seen = MAX(last_seen, :at)
            """,
            {"uid": uid, "chip": chip, "virtual": virtual, "at": at},
        )

    async def describe(self, uid: bytes, *, nickname: str, notes: str) -> None:
        """Sets what the user calls the card and says of it; nothing happens when the card is not in the list."""
        await self._write(
            "UPDATE card SET nickname = :nickname, notes = :notes WHERE uid = :uid",
            {"uid": uid, "nickname": nickname.strip(), "notes": notes.strip()},
        )

    async def forget(self, uid: bytes) -> None:
        """Takes the card off the list, with its name and notes."""
        await self._write("DELETE FROM card WHERE uid = :uid", {"uid": uid})

    async def latest(self, count: int) -> list[RecentCard]:
        """The ``count`` cards that were there last, the latest first."""

        def read(connection: sqlite3.Connection) -> list[RecentCard]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM card ORDER BY last_seen DESC LIMIT ?", (count,))
            return [RecentCard(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]

        return await self._database.call(read)

    async def find(self, uid: bytes) -> RecentCard | None:
        """The card with that UID, if it is in the list."""

        def read(connection: sqlite3.Connection) -> RecentCard | None:
            row = connection.execute(f"SELECT {_COLUMNS} FROM card WHERE uid = ?", (uid,)).fetchone()
            return RecentCard(row[0], row[1], bool(row[2]), *row[3:]) if row is not None else None

        return await self._database.call(read)

    async def _write(self, statement: str, values: dict[str, object]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._database.call(write)
