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
    # 2: the commands that were sent, each once, without their secrets. Changes of the history are counted: the turn of
    # a command is the count at the last time that it was sent.
    (
        """
    CREATE TABLE command_summary (
        id INTEGER PRIMARY KEY,
        words TEXT NOT NULL UNIQUE,
        latest_turn INTEGER NOT NULL UNIQUE
    )
    """,
        """
    CREATE TABLE command (
        id INTEGER PRIMARY KEY,
        known BLOB NOT NULL,
        secrets TEXT NOT NULL,
        summary INTEGER NOT NULL REFERENCES command_summary (id),
        turn INTEGER NOT NULL,
        sent REAL NOT NULL,
        reader TEXT NOT NULL,
        favourite INTEGER NOT NULL DEFAULT 0,
        name TEXT NOT NULL DEFAULT '',
        UNIQUE (known, secrets)
    )
    """,
        "CREATE UNIQUE INDEX command_by_turn ON command (turn)",
        "CREATE INDEX command_by_summary ON command (summary, turn)",
        "CREATE INDEX favourite_command ON command (turn) WHERE favourite",
        "CREATE INDEX named_command ON command (turn) WHERE name <> ''",
        """
    CREATE TABLE command_on_card (
        uid BLOB NOT NULL,
        command INTEGER NOT NULL REFERENCES command (id) ON DELETE CASCADE,
        turn INTEGER NOT NULL,
        sent REAL NOT NULL,
        PRIMARY KEY (uid, command)
    ) WITHOUT ROWID
    """,
        "CREATE INDEX command_on_card_by_turn ON command_on_card (uid, turn)",
        "CREATE INDEX command_on_card_by_command ON command_on_card (command)",
        # The index (history_index.py) is made where SQLite has FTS5, and anew where changes passed it by.
        "CREATE TABLE history_state (changes INTEGER NOT NULL, indexed INTEGER NOT NULL)",
        "INSERT INTO history_state VALUES (0, 0)",
    ),
)
