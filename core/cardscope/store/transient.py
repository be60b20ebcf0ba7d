"""The same tables in memory, for as long as the file cannot be had."""

import sqlite3
import weakref
from collections.abc import Callable
from typing import TypeVar

from cardscope.store.schema import SCHEMA

T = TypeVar("T")


class TransientStore:
    """Works as a :class:`~cardscope.store.database.Database` does, but at once and in the caller's thread: what one run
    has sent is little."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of ``work``, which runs in a transaction of its own. Raises what it raises."""
        connection = self._open()
        with connection:
            return work(connection)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(":memory:")
            weakref.finalize(self, self._connection.close)
            self._connection.execute("PRAGMA foreign_keys = ON")
            with self._connection:
                for statements in SCHEMA:
                    for statement in statements:
                        self._connection.execute(statement)
        return self._connection
