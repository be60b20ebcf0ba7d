"""An index of the bytes of all commands in the history and of the words of their summaries, so that a million are
searched as one types.

Two full-text tables (SQLite's FTS5) whose terms are bytes that follow each other: two of a command, three of a summary.
FTS5's own trigrams would not do for bytes in hex: they begin in the middle of one and are common to most commands. What
is found is looked at again, so the tables keep neither the places of terms nor the texts. An SQLite without FTS5 has no
index, and its user waits: everything is looked at.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from cardscope.decode.secrets import MaskedCommand
from cardscope.store.history_query import HexQuery

TABLES: Final = (
    # The prefixes find what is shorter than a term: a lone digit, a byte, a byte and a half; one letter, two letters.
    "CREATE VIRTUAL TABLE IF NOT EXISTS command_index"
    " USING fts5(terms, content='', detail=none, columnsize=0, prefix='1 2 3', tokenize='ascii')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS summary_index"
    " USING fts5(terms, content='', detail=none, columnsize=0, prefix='2 4', tokenize='ascii')",
)
_COMMAND_TERM, _SUMMARY_TERM = 4, 6
"""How many hex digits a term has."""
_MOST_TERMS: Final = 32
"""More is looked for by its first terms."""


def open_index(connection: sqlite3.Connection) -> bool:
    """Makes the index where there is none, or where changes passed it by; false without FTS5."""
    connection.execute("BEGIN IMMEDIATE")  # two windows must not both make it
    try:
        for statement in TABLES:
            connection.execute(statement)
    except sqlite3.OperationalError as error:
        if "no such module" in str(error):
            return False
        raise
    changes, indexed = connection.execute("SELECT changes, indexed FROM history_state").fetchone()
    if changes != indexed:
        remove_all(connection)
        for turn, known, secrets in connection.execute("SELECT turn, known, secrets FROM command ORDER BY turn"):
            add_command(connection, turn, stored_command(known, secrets))
        for turn, words in connection.execute("SELECT latest_turn, words FROM command_summary ORDER BY latest_turn"):
            add_summary(connection, turn, words)
        connection.execute("UPDATE history_state SET indexed = changes")
    return True


def add_command(connection: sqlite3.Connection, turn: int, command: MaskedCommand) -> None:
    """Adds the command of that turn."""
    connection.execute("INSERT INTO command_index (rowid, terms) VALUES (?, ?)", (turn, _command_terms(command)))


def remove_command(connection: sqlite3.Connection, turn: int, command: MaskedCommand) -> None:
    """Takes out what :func:`add_command` added."""
    statement = "INSERT INTO command_index (command_index, rowid, terms) VALUES ('delete', ?, ?)"
    connection.execute(statement, (turn, _command_terms(command)))


def add_summary(connection: sqlite3.Connection, latest_turn: int, words: str) -> None:
    """Adds the summary whose latest turn that is."""
    connection.execute("INSERT INTO summary_index (rowid, terms) VALUES (?, ?)", (latest_turn, _summary_terms(words)))


def remove_summary(connection: sqlite3.Connection, latest_turn: int, words: str) -> None:
    """Takes out what :func:`add_summary` added."""
    statement = "INSERT INTO summary_index (summary_index, rowid, terms) VALUES ('delete', ?, ?)"
    connection.execute(statement, (latest_turn, _summary_terms(words)))


def remove_all(connection: sqlite3.Connection) -> None:
    """Empties the index."""
    connection.execute("INSERT INTO command_index (command_index) VALUES ('delete-all')")
    connection.execute("INSERT INTO summary_index (summary_index) VALUES ('delete-all')")


def find_commands(connection: sqlite3.Connection, query: HexQuery) -> Iterator[tuple[int, bytes, str]]:
    """Turn, bytes and secrets of the commands that may match, the latest first."""
    return connection.execute(
        """
        SELECT turn, known, secrets FROM command_index JOIN command ON turn = command_index.rowid
        WHERE command_index MATCH ? ORDER BY command_index.rowid DESC
        """,
        (_expression(query.digits, _COMMAND_TERM),),
    )


def find_summaries(connection: sqlite3.Connection, text: str) -> Iterator[tuple[int, int, str]]:
    """Id, latest turn and words of the summaries that may hold ``text`` (lower-case, not empty), the latest first."""
    return connection.execute(
        """
        SELECT id, latest_turn, words FROM summary_index JOIN command_summary ON latest_turn = summary_index.rowid
        WHERE summary_index MATCH ? ORDER BY summary_index.rowid DESC
        """,
        (_expression(text.encode().hex(), _SUMMARY_TERM),),
    )


def stored_command(known: bytes, secrets: str) -> MaskedCommand:
    """The command of a row; the counterpart of :func:`stored_secrets`."""
    spans = (each.split("-") for each in secrets.split(",")) if secrets else ()
    return MaskedCommand(known, tuple((int(start), int(end)) for start, end in spans))


def stored_secrets(command: MaskedCommand) -> str:
    """Where the secrets of ``command`` were, as the table keeps it: ``5-9,12-14``."""
    return ",".join(f"{start}-{end}" for start, end in command.secrets)


def _command_terms(command: MaskedCommand) -> str:
    runs: list[str] = []
    start = 0
    for stop, after in (*command.secrets, (len(command.known), 0)):
        runs.append(command.known[start:stop].hex())
        start = after
    return _terms(runs, _COMMAND_TERM)


def _summary_terms(words: str) -> str:
    return _terms((words.casefold().encode().hex(),), _SUMMARY_TERM)


def _terms(runs: Iterable[str], size: int) -> str:
    """Those that begin at each byte of each of ``runs``; the last of a run are shorter."""
    return " ".join({run[at : at + size]: None for run in runs for at in range(0, len(run), 2)})


def _expression(digits: str, size: int) -> str:
    if len(digits) < size:
        return f'"{digits}"*'
    terms = dict.fromkeys(digits[at : at + size] for at in range(0, len(digits) - size + 1, 2))
    wanted = [f'"{term}"' for term in list(terms)[:_MOST_TERMS]]
    # The first half of a last byte.
    return " ".join([*wanted, f'"{digits[1 - size :]}"*'] if len(digits) % 2 else wanted)
