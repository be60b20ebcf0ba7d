"""The commands that were sent, each once, the latest first. A secret in one never gets here: only its place does."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, merge
from typing import Final, Protocol, TypeVar

from cardscope.decode.apdu import summary
from cardscope.decode.apdu_names import instruction
from cardscope.decode.native import native_summary
from cardscope.decode.native_fields import is_native
from cardscope.decode.secrets import MaskedCommand
from cardscope.store import history_index
from cardscope.store.history_index import stored_command, stored_secrets
from cardscope.store.history_query import HexQuery, HistoryQuery
from cardscope.store.recent_cards import has_lasting_uid

T = TypeVar("T")

_FEW: Final = 10_000
"""So many commands of one card are looked at one by one; of a card with more, what is found is looked up."""

_SELECT: Final = """
    SELECT command.id, known, secrets, words, command.turn, command.sent, reader, favourite, name
    FROM command JOIN command_summary ON command_summary.id = summary
"""


class Store(Protocol):
    """Where the tables are: a :class:`~cardscope.store.database.Database`."""

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class SentCommand:
    """A command to be kept. ``sent`` is in seconds since 1970 (UTC)."""

    command: MaskedCommand
    sent: float
    reader: str
    uid: bytes | None = None
    """The card's, where it is known."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A command of the history."""

    id: int
    command: MaskedCommand
    summary: str
    """A few words, made from what is not secret."""
    turn: int
    """Grows from each command sent to the next: that of the last time."""
    sent: float
    """When it was last sent, in seconds since 1970 (UTC)."""
    reader: str
    """The reader of the last time."""
    favourite: bool
    name: str
    """What the user calls it, or empty."""


class History:
    """The history in ``store``. Every method raises StoreError when the store fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._indexed: bool | None = None

    async def add(self, *commands: SentCommand) -> None:
        """Keeps ``commands``, the latest last. One that is there already becomes the latest. Which card it went to is
        not kept where the card makes up a new UID each time."""

        def write(connection: sqlite3.Connection) -> None:
            for each in commands:
                self._add(connection, each)

        await self._write(write)

    async def search(
        self, typed: str = "", *, uid: bytes | None = None, favourites: bool = False, limit: int = 100
    ) -> list[HistoryEntry]:
        """The latest ``limit`` commands whose bytes, summary or name hold what was ``typed`` (hex with or without
        separators, or words in any case); only those sent to the card ``uid``, and only ``favourites``, where asked.
        """
        query = HistoryQuery.of(typed)

        def read(connection: sqlite3.Connection) -> list[HistoryEntry]:
            found: list[HistoryEntry] = []
            for entry in self._found(connection, query, uid, favourites=favourites):
                found.append(entry)
                if len(found) == limit:
                    break
            return found

        return await self._call(read)

    async def older(self, turn: int | None) -> HistoryEntry | None:
        """The command before the one of that turn, or without a turn the latest; ``None`` where none is left."""

        def read(connection: sqlite3.Connection) -> HistoryEntry | None:
            where = "WHERE command.turn < ?" if turn is not None else ""
            values = (turn,) if turn is not None else ()
            return _first(connection.execute(f"{_SELECT} {where} ORDER BY command.turn DESC LIMIT 1", values))

        return await self._call(read)

    async def newer(self, turn: int) -> HistoryEntry | None:
        """The command after the one of that turn; ``None`` where none is left."""

        def read(connection: sqlite3.Connection) -> HistoryEntry | None:
            return _first(
                connection.execute(f"{_SELECT} WHERE command.turn > ? ORDER BY command.turn LIMIT 1", (turn,))
            )

        return await self._call(read)

    async def set_favourite(self, entry_id: int, favourite: bool) -> None:
        """Marks a command, or takes the mark away; its name stays."""
        await self._write(lambda connection: _execute(connection, "favourite = ?", favourite, entry_id))

    async def rename(self, entry_id: int, name: str) -> None:
        """Gives a command a name, or with an empty one takes it away."""
        await self._write(lambda connection: _execute(connection, "name = ?", name.strip(), entry_id))

    async def forget(self, entry_id: int) -> None:
        """Deletes a command."""

        def write(connection: sqlite3.Connection) -> None:
            row = connection.execute(
                "SELECT turn, known, secrets, summary FROM command WHERE id = ?", (entry_id,)
            ).fetchone()
            if row is None:
                return
            turn, known, secrets, summary_id = row
            self._count_change(connection)
            connection.execute("DELETE FROM command WHERE id = ?", (entry_id,))
            if self._indexed:
                history_index.remove_command(connection, turn, stored_command(known, secrets))
            self._drop_unused(connection, summary_id)

        await self._write(write)

    async def clear(self) -> None:
        """Deletes every command, favourites too."""

        def write(connection: sqlite3.Connection) -> None:
            self._count_change(connection)
            for table in ("command_on_card", "command", "command_summary"):
                connection.execute(f"DELETE FROM {table}")
            if self._indexed:
                history_index.remove_all(connection)

        await self._write(write)

    async def _call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._indexed is None:
            self._indexed = await self._store.call(history_index.open_index)
        return await self._store.call(work)

    async def _write(self, work: Callable[[sqlite3.Connection], None]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            # What is read here first must hold until it is written, whatever another window does.
            connection.execute("BEGIN IMMEDIATE")
            work(connection)

        await self._call(write)

    def _count_change(self, connection: sqlite3.Connection) -> int:
        """Returns the number of the change, which the index, where there is one, is about to follow."""
        indexed = "indexed + 1" if self._indexed else "indexed"
        connection.execute(f"UPDATE history_state SET changes = changes + 1, indexed = {indexed}")
        return connection.execute("SELECT changes FROM history_state").fetchone()[0]

    def _add(self, connection: sqlite3.Connection, each: SentCommand) -> None:
        turn = self._count_change(connection)
        values: dict[str, object] = {
            "known": each.command.known,
            "secrets": stored_secrets(each.command),
            "summary": self._summary(connection, _summary_words(each.command.known), turn),
            "turn": turn,
            "sent": each.sent,
            "reader": each.reader,
            "uid": each.uid,
        }
        row = connection.execute(
            "SELECT turn, summary FROM command WHERE known = :known AND secrets = :secrets", values
        ).fetchone()
        connection.execute(
            """
            INSERT INTO command (known, secrets, summary, turn, sent, reader)
            VALUES (:known, :secrets, :summary, :turn, :sent, :reader)
            ON CONFLICT (known, secrets) DO UPDATE SET summary = :summary, turn = :turn, sent = :sent, reader = :reader
            """,
            values,
        )
        if self._indexed and row is not None:
            history_index.remove_command(connection, row[0], each.command)
        if self._indexed:
            history_index.add_command(connection, turn, each.command)
        if row is not None and row[1] != values["summary"]:
            self._drop_unused(connection, row[1])
        if each.uid is not None and has_lasting_uid(each.uid):
            connection.execute(
                """
                INSERT INTO command_on_card (uid, command, turn, sent)
                VALUES (:uid, (SELECT id FROM command WHERE turn = :turn), :turn, :sent)
                ON CONFLICT (uid, command) DO UPDATE SET turn = :turn, sent = :sent
                """,
                values,
            )

    def _summary(self, connection: sqlite3.Connection, words: str, turn: int) -> int:
        """The id of the summary, of which ``turn`` is the latest now."""
        row = connection.execute("SELECT id, latest_turn FROM command_summary WHERE words = ?", (words,)).fetchone()
        if row is None:
            cursor = connection.execute("INSERT INTO command_summary (words, latest_turn) VALUES (?, ?)", (words, turn))
            number = cursor.lastrowid
            assert number is not None
        else:
            number, latest_turn = row
            connection.execute("UPDATE command_summary SET latest_turn = ? WHERE id = ?", (turn, number))
            if self._indexed:
                history_index.remove_summary(connection, latest_turn, words)
        if self._indexed:
            history_index.add_summary(connection, turn, words)
        return number

    def _drop_unused(self, connection: sqlite3.Connection, summary_id: int) -> None:
        """Deletes a summary that no command has any more."""
        unused = "id = ? AND id NOT IN (SELECT summary FROM command WHERE summary = command_summary.id)"
        row = connection.execute(
            f"SELECT latest_turn, words FROM command_summary WHERE {unused}", (summary_id,)
        ).fetchone()
        if row is not None:
            connection.execute("DELETE FROM command_summary WHERE id = ?", (summary_id,))
            if self._indexed:
                history_index.remove_summary(connection, *row)

    def _found(
        self, connection: sqlite3.Connection, query: HistoryQuery, uid: bytes | None, *, favourites: bool
    ) -> Iterator[HistoryEntry]:
        if favourites:
            every = _entries(connection.execute(f"{_SELECT} WHERE favourite ORDER BY command.turn DESC"))
            matching = (each for each in every if query.matches(each.command, each.summary, each.name))
            return matching if uid is None else _on_card(connection, matching, uid)
        if uid is not None and _is_few(connection, uid):
            return _of_card(connection, query, uid)
        if not query.text:
            found = _entries(connection.execute(f"{_SELECT} ORDER BY command.turn DESC"))
        else:
            found = _at_turns(connection, self._turns(connection, query))
        return found if uid is None else _on_card(connection, found, uid)

    def _turns(self, connection: sqlite3.Connection, query: HistoryQuery) -> Iterator[int]:
        """The turns of what is found, the latest first; one that is found in two ways comes twice in a row."""
        sources = [self._turns_by_summary(connection, query.text), _turns_by_name(connection, query.text)]
        if query.hex is not None:
            sources.append(self._turns_by_bytes(connection, query.hex))
        return merge(*sources, reverse=True)

    def _turns_by_bytes(self, connection: sqlite3.Connection, query: HexQuery) -> Iterator[int]:
        if self._indexed:
            rows = history_index.find_commands(connection, query)
        else:
            rows = connection.execute(
                "SELECT turn, known, secrets FROM command WHERE instr(known, ?) ORDER BY turn DESC", (query.whole,)
            )
        return (turn for turn, known, secrets in rows if query.matches(stored_command(known, secrets)))

    def _turns_by_summary(self, connection: sqlite3.Connection, text: str) -> Iterator[int]:
        """Commands share summaries, so the summaries are looked for, and the commands of those found are merged. A
        summary is opened only when its latest turn comes up: of a thousand found, a few have all that is wanted."""
        if self._indexed:
            rows = history_index.find_summaries(connection, text)
        else:
            rows = connection.execute("SELECT id, latest_turn, words FROM command_summary ORDER BY latest_turn DESC")
        closed = ((number, latest_turn) for number, latest_turn, words in rows if text in words.casefold())
        upcoming = next(closed, None)
        opened: list[tuple[int, sqlite3.Cursor]] = []

        def advance(cursor: sqlite3.Cursor) -> None:
            if (row := cursor.fetchone()) is not None:
                heappush(opened, (-row[0], cursor))

        of_summary = "SELECT turn FROM command WHERE summary = ? ORDER BY turn DESC"
        while upcoming is not None or opened:
            # Where the command of the latest turn was deleted, a summary is opened earlier than it has to be.
            while upcoming is not None and (not opened or upcoming[1] >= -opened[0][0]):
                advance(connection.execute(of_summary, (upcoming[0],)))
                upcoming = next(closed, None)
            if opened:
                negative, cursor = heappop(opened)
                yield -negative
                advance(cursor)


def _summary_words(known: bytes) -> str:
    """What the command is, an APDU or a tag's own; what is both is the one that has a name."""
    if is_native(known) and (len(known) < 4 or instruction(known[0], known[1]) is None):
        return native_summary(known)
    return summary(known)


def _execute(connection: sqlite3.Connection, change: str, value: object, entry_id: int) -> None:
    connection.execute(f"UPDATE command SET {change} WHERE id = ?", (value, entry_id))


def _entry(row: tuple[int, bytes, str, str, int, float, str, int, str]) -> HistoryEntry:
    number, known, secrets, words, turn, sent, reader, favourite, name = row
    command = stored_command(known, secrets)
    return HistoryEntry(number, command, words, turn, sent, reader, bool(favourite), name)


def _entries(rows: Iterable[tuple[int, bytes, str, str, int, float, str, int, str]]) -> Iterator[HistoryEntry]:
    return map(_entry, rows)


def _first(cursor: sqlite3.Cursor) -> HistoryEntry | None:
    row = cursor.fetchone()
    return _entry(row) if row is not None else None


def _at_turns(connection: sqlite3.Connection, turns: Iterable[int]) -> Iterator[HistoryEntry]:
    last = None
    for turn in turns:
        if turn != last:
            last = turn
            yield from _entries(connection.execute(f"{_SELECT} WHERE command.turn = ?", (turn,)))


def _is_few(connection: sqlite3.Connection, uid: bytes) -> bool:
    statement = "SELECT count(*) FROM (SELECT 1 FROM command_on_card WHERE uid = ? LIMIT ?)"
    return connection.execute(statement, (uid, _FEW + 1)).fetchone()[0] <= _FEW


def _of_card(connection: sqlite3.Connection, query: HistoryQuery, uid: bytes) -> Iterator[HistoryEntry]:
    """Looks at every command of the card, the last sent to it first."""
    rows = connection.execute(
        """
        SELECT command.id, known, secrets, words, command.turn, command_on_card.sent, reader, favourite, name
        FROM command_on_card
        JOIN command ON command.id = command JOIN command_summary ON command_summary.id = summary
        WHERE uid = :uid AND (
            instr(lower(words), :text) OR name <> '' OR (:whole IS NOT NULL AND instr(known, :whole))
        )
        ORDER BY command_on_card.turn DESC
        """,
        {"uid": uid, "text": query.text, "whole": query.hex.whole if query.hex else None},
    )
    return (entry for entry in _entries(rows) if query.matches(entry.command, entry.summary, entry.name))


def _on_card(connection: sqlite3.Connection, entries: Iterable[HistoryEntry], uid: bytes) -> Iterator[HistoryEntry]:
    """Those of ``entries`` that were sent to the card."""
    statement = "SELECT 1 FROM command_on_card WHERE uid = ? AND command = ?"
    return (each for each in entries if connection.execute(statement, (uid, each.id)).fetchone() is not None)


def _turns_by_name(connection: sqlite3.Connection, text: str) -> Iterator[int]:
    rows = connection.execute("SELECT turn, name FROM command WHERE name <> '' ORDER BY turn DESC")
    return (turn for turn, name in rows if text in name.casefold())
