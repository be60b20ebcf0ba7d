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
    # 3: backups of tags, and what plans have done to them, step by step. Secrets (PWD, PACK, keys) are in neither, nor
    # anything that they could be found out from.
    (
        """
    CREATE TABLE backup (
        id INTEGER PRIMARY KEY,
        uid BLOB NOT NULL,
        added REAL NOT NULL,
        reason TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        snapshot TEXT NOT NULL
    )
    """,
        "CREATE INDEX backup_by_uid ON backup (uid, added)",
        """
    CREATE TABLE journal_plan (
        id INTEGER PRIMARY KEY,
        uid BLOB NOT NULL,
        backup INTEGER NOT NULL REFERENCES backup (id),
        reader TEXT NOT NULL,
        begun REAL NOT NULL,
        ended REAL,
        ending TEXT NOT NULL DEFAULT ''
    )
    """,
        "CREATE INDEX unfinished_plan ON journal_plan (uid) WHERE ended IS NULL",
        """
    CREATE TABLE journal_step (
        plan INTEGER NOT NULL REFERENCES journal_plan (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        page INTEGER NOT NULL,
        old BLOB,
        new BLOB,
        result BLOB,
        permanent INTEGER NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (plan, number)
    ) WITHOUT ROWID
    """,
    ),
    # 4: what was begun and not finished: staged changes of tags, and script text that is in no file. Bytes of PWD, PACK
    # and keys are in neither. `wanted` is hex with ".." for a byte that is not typed yet, NULL for a secret.
    (
        """
    CREATE TABLE memory_draft (
        uid BLOB NOT NULL,
        chip TEXT NOT NULL,
        changed REAL NOT NULL,
        PRIMARY KEY (uid, chip)
    ) WITHOUT ROWID
    """,
        """
    CREATE TABLE memory_draft_page (
        uid BLOB NOT NULL,
        chip TEXT NOT NULL,
        page INTEGER NOT NULL,
        was BLOB,
        wanted TEXT,
        PRIMARY KEY (uid, chip, page),
        FOREIGN KEY (uid, chip) REFERENCES memory_draft (uid, chip) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
        """
    CREATE TABLE script_draft (
        owner TEXT PRIMARY KEY,
        changed REAL NOT NULL,
        path TEXT NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    ),
)
