"""The file itself: how it is made, upgraded, shared and refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from cardscope.store import database as module
from cardscope.store.database import Database, StoreError, default_path
from cardscope.store.schema import SCHEMA


def count(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT count(*) FROM card").fetchone()[0]


def add(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO card (uid, first_seen, last_seen) VALUES (x'04', 0, 0)")


async def test_a_new_file_has_all_tables_and_its_folders_are_made(tmp_path: Path) -> None:
    database = await Database(tmp_path / "a" / "b" / "cardscope.db").open()
    assert await database.call(count) == 0
    assert await database.call(lambda c: c.execute("PRAGMA user_version").fetchone()[0]) == len(SCHEMA)
    assert await database.call(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    assert await database.call(lambda c: c.execute("PRAGMA synchronous").fetchone()[0]) == 2
    await database.close()
    await database.close()


async def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    for expected in (0, 1):
        database = await Database(tmp_path / "cardscope.db").open()
        assert await database.call(count) == expected
        if not expected:
            await database.call(add)
        await database.close()


async def test_a_call_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    database = await Database(tmp_path / "cardscope.db").open()

    def half(connection: sqlite3.Connection) -> None:
        add(connection)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        await database.call(half)
    assert await database.call(count) == 0
    with pytest.raises(StoreError, match="no such table"):
        await database.call(lambda c: c.execute("SELECT * FROM absent"))
    await database.close()


async def test_two_windows_may_start_and_write_together(tmp_path: Path) -> None:
    path = tmp_path / "cardscope.db"
    first, second = await asyncio.gather(Database(path).open(), Database(path).open())
    await first.call(add)
    assert await second.call(count) == 1
    await second.call(lambda c: c.execute("DELETE FROM card"))
    assert await first.call(count) == 0
    await asyncio.gather(first.close(), second.close())


async def test_an_older_file_is_upgraded_and_keeps_its_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cardscope.db"
    database = await Database(path).open()
    await database.call(add)
    await database.close()
    monkeypatch.setattr(module, "SCHEMA", (*SCHEMA, ("CREATE TABLE later (x INTEGER)",)))
    database = await Database(path).open()
    assert await database.call(count) == 1
    assert await database.call(lambda c: c.execute("SELECT count(*) FROM later").fetchone()[0]) == 0
    await database.close()


async def test_a_file_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cardscope.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(SCHEMA) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer CardScope") as caught:
        await Database(path).open()
    assert caught.value.remedy
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    connection.close()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cardscope.db"
    path.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(StoreError, match="not a database"):
        await Database(path).open()
    assert path.read_bytes() == b"nothing of the kind" * 100


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cardscope\.db could not be opened"):
        await Database(tmp_path / "file" / "cardscope.db").open()


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "cardscope.db")
    with pytest.raises(StoreError, match="not open"):
        await database.call(count)
    await database.open()
    await database.close()
    with pytest.raises(StoreError, match="not open"):
        await database.call(count)


def test_it_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path().name == "cardscope.db"
    assert default_path().parent.name == "cardscope"
