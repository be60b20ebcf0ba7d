"""The SQLite file, and the thread that talks to it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self, TypeVar

from platformdirs import user_data_path

from cardscope.errors import CardScopeError
from cardscope.store.schema import SCHEMA
from cardscope.worker import Worker

T = TypeVar("T")

_BUSY_TIMEOUT: Final = 5.0
"""How long (s) a call waits while another CardScope writes."""
_CLOSE_TIMEOUT: Final = 0.2
"""How long (s) :meth:`Database.close` waits for a call under way."""


class StoreError(CardScopeError):
    """The file cannot be read or written."""


def default_path() -> Path:
    """``cardscope.db`` in the folder where this system keeps a user's data."""
    return user_data_path("cardscope", appauthor=False) / "cardscope.db"


class Database:
    """The file at ``path``; nothing is opened before :meth:`open`, and nothing blocks the caller's thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._worker: Worker | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> Self:
        """Opens the file, making or upgrading it. Raises StoreError, and then leaves the file as it was."""
        self._worker = Worker("CardScope database")
        try:
            await self._worker.call(self._open)
        except StoreError:
            self._worker.stop()
            raise
        return self

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of ``work``, which runs in a transaction of its own: all of it happens, or nothing.

        Raises StoreError when SQLite fails, and what ``work`` raises.
        """
        worker, connection = self._worker, self._connection
        if worker is None or connection is None or worker.stopping:
            raise StoreError("The database is not open.")

        def transaction() -> T:
            try:
                with connection:
                    return work(connection)
            except sqlite3.Error as error:
                raise self._failure("used", error) from error

        return await worker.call(transaction)

    async def close(self) -> None:
        """Closes the file after the calls already made. Harmless when it is not open."""
        worker = self._worker
        if worker is None or worker.stopping:
            return
        closed = worker.call(self._close)
        worker.stop()
        await closed
        worker.join(_CLOSE_TIMEOUT)

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT)
        except (OSError, sqlite3.Error) as error:
            raise self._failure("opened", error) from error
        try:
            _prepare(connection, self.path)
        except sqlite3.Error as error:
            connection.close()
            raise self._failure("opened", error) from error
        except StoreError:
            connection.close()
            raise
        self._connection = connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _failure(self, what: str, error: Exception) -> StoreError:
        return StoreError(
            f"{self.path} could not be {what}: {error}.",
            remedy="CardScope goes on without it. Check the folder's permissions, or move the file away to begin anew.",
        )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # WAL lets a second window read while this one writes; FULL has every commit on the disk before it counts.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # two windows that start together must not both make the tables
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMA):
            raise StoreError(
                f"{path} was written by a newer CardScope.", remedy="Use that one, or move the file away to begin anew."
            )
        for statements in SCHEMA[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(SCHEMA)}")
