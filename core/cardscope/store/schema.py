"""The tables, version by version. A version that was released never changes; the next one adds to it."""

from typing import Final

SCHEMA: Final[tuple[tuple[str, ...], ...]] = (
    # 1: the cards that were on a reader. Times are seconds since 1970 (UTC).
    (
        """
    CREATE TABLE card (
        uid BLOB PRIMARY KEY,
        chip TEXT NOT NULL DEFAULT '',
        virtual INTEGER NOT NULL DEFAULT 0,
        first_seen REAL NOT NULL,
        last_seen REAL NOT NULL,
        nickname TEXT NOT NULL DEFAULT '',
        notes TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID
    """,
        "CREATE INDEX card_by_last_seen ON card (last_seen)",
    ),
)
