"""Backups: kept whole but for what is secret."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cardscope.store.backups import Backups
from cardscope.store.database import Database
from cardscope.store.journal import Ending, Journal, JournalStep
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot

CHIP = chips()["ntag216"]
UID = bytes.fromhex("04216216C01680")
PASSWORD = bytes.fromhex("DEC0DE42")


def snapshot(uid: bytes = UID, **pages: bytes) -> TagSnapshot:
    content = factory_pages(CHIP, uid) | {int(name[1:], 16): data for name, data in pages.items()}
    return TagSnapshot(
        CHIP,
        {page: data for page, data in content.items() if page not in (0xE5, 0xE6)},
        bytes(range(32)),
        {2: 7},
        version=CHIP.version,
        unreadable={0xE1: "It could not be read."},
        reader="Reader",
        taken=datetime(2026, 11, 23, tzinfo=UTC),
    )


async def test_what_comes_back_is_what_was_kept(tmp_path: Path) -> None:
    database = await Database(tmp_path / "cardscope.db").open()
    backups = Backups(database)
    first = await backups.add(snapshot(), "By hand")
    second = await backups.add(snapshot(p04=b"\1\2\3\4"), "Before writing")
    other = await backups.add(snapshot(bytes.fromhex("04216216C01681")), "By hand")
    await backups.note(second, " the good one ")
    assert [backup.id for backup in await backups.list(UID)] == [second, first]
    assert [backup.id for backup in await backups.list()] == [other, second, first]
    found = await backups.get(second)
    assert found is not None
    assert (found.snapshot, found.reason, found.note) == (snapshot(p04=b"\1\2\3\4"), "Before writing", "the good one")
    assert await backups.get(99) is None
    assert await backups.forget(first)
    assert [backup.id for backup in await backups.list(UID)] == [second]
    await database.close()


async def test_no_password_gets_into_the_file(tmp_path: Path) -> None:
    """Nor a PACK or a key, although an end state that was rehearsed holds them."""
    path = tmp_path / "cardscope.db"
    database = await Database(path).open()
    full = replace(snapshot(), pages=factory_pages(CHIP, UID) | {0xE5: PASSWORD, 0xE6: b"\xc0\xdeZZ"})
    await Backups(database).add(full, "By hand")
    await database.close()
    stored = path.read_bytes()
    assert PASSWORD not in stored
    assert PASSWORD.hex().upper().encode() not in stored
    assert b"C0DE5A5A" not in stored


async def test_a_backup_that_an_unfinished_plan_needs_stays(tmp_path: Path) -> None:
    database = await Database(tmp_path / "cardscope.db").open()
    backups, journal = Backups(database), Journal(database)
    entry = await journal.begin(snapshot(), [JournalStep("write", 4, bytes(4), bytes(4), bytes(4), permanent=False)])
    (kept,) = await backups.list(UID)
    assert not await backups.forget(kept.id)
    await journal.end(entry, Ending.LEFT)
    assert await backups.forget(kept.id)
    assert await journal.get(entry) is None
    await database.close()


async def test_a_file_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    from cardscope.store.schema import SCHEMA  # noqa: PLC0415

    path = tmp_path / "cardscope.db"
    old = sqlite3.connect(path)
    for statements in SCHEMA[:2]:
        for statement in statements:
            old.execute(statement)
    old.execute("PRAGMA user_version = 2")
    old.commit()
    old.close()
    database = await Database(path).open()
    assert await Backups(database).list() == []
    assert await database.call(lambda c: c.execute("PRAGMA user_version").fetchone()[0]) >= 3
    await database.close()
