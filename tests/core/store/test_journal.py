"""The journal: every word of it is on the disk when a call returns, and no secret ever is."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from cardscope.store.backups import Backups
from cardscope.store.database import Database
from cardscope.store.journal import BEFORE_WRITING, Ending, Journal, JournalStep, StepState
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot

CHIP = chips()["ntag216"]
UID = bytes.fromhex("04216216C01680")
PASSWORD = bytes.fromhex("DEC0DE42")
BASE = TagSnapshot(CHIP, {p: c for p, c in factory_pages(CHIP, UID).items() if p not in (0xE5, 0xE6)})
STEPS = (
    JournalStep("write", 4, bytes(4), b"\1\2\3\4", b"\1\2\3\4", permanent=False),
    JournalStep("write", 0xE5, None, PASSWORD, PASSWORD, permanent=False),
    JournalStep("write", 2, b"\xe7\x48\0\0", b"\xe7\x48\0\1", b"\xe7\x48\0\1", permanent=True),
)


async def test_a_plan_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    database = await Database(tmp_path / "cardscope.db").open()
    journal = Journal(database)
    entry = await journal.begin(BASE, STEPS, "Reader")
    await journal.note(entry, {0: StepState.BEGUN})
    await journal.note(entry, {0: StepState.ACCEPTED, 1: StepState.BEGUN})
    (found,) = await journal.unfinished(UID)
    assert (found.id, found.uid, found.base, found.reader, found.ending) == (entry, UID, BASE, "Reader", None)
    assert [step.state for step in found.steps] == [StepState.ACCEPTED, StepState.BEGUN, StepState.PLANNED]
    assert [step.permanent for step in found.steps] == [False, False, True]
    assert found.steps[0].result == b"\1\2\3\4"
    await journal.note(entry, {0: StepState.VERIFIED, 1: StepState.UNKNOWN})
    await journal.end(entry, Ending.LEFT)
    assert await journal.unfinished() == []
    closed = await journal.get(entry)
    assert closed is not None
    assert closed.ending is Ending.LEFT
    assert [step.state for step in closed.steps] == [StepState.VERIFIED, StepState.UNKNOWN, StepState.PLANNED]
    assert [backup.reason for backup in await Backups(database).list(UID)] == [BEFORE_WRITING]
    await database.close()


async def test_the_latest_plan_comes_first_and_only_of_this_tag(tmp_path: Path) -> None:
    database = await Database(tmp_path / "cardscope.db").open()
    journal = Journal(database)
    other = TagSnapshot(CHIP, factory_pages(CHIP, bytes.fromhex("04216216C01681")))
    entries = [await journal.begin(base, STEPS) for base in (BASE, other, BASE)]
    assert [entry.id for entry in await journal.unfinished(UID)] == [entries[2], entries[0]]
    assert [entry.id for entry in await journal.unfinished()] == entries[::-1]
    assert await journal.get(99) is None
    await database.close()


async def test_no_password_gets_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cardscope.db"
    database = await Database(path).open()
    journal = Journal(database)
    entry = await journal.begin(BASE, STEPS)
    found = await journal.get(entry)
    assert found is not None
    assert (found.steps[1].old, found.steps[1].new, found.steps[1].result) == (None, None, None)
    everything = all_bytes(tmp_path)
    assert BASE.pages[0].hex().upper().encode() in everything
    assert PASSWORD not in everything
    assert PASSWORD.hex().upper().encode() not in everything
    await database.close()


def all_bytes(folder: Path) -> bytes:
    """The database and its log."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def killed(path: Path) -> None:
    journal = Journal(await Database(path).open())
    await journal.note(await journal.begin(BASE, STEPS), {0: StepState.BEGUN})
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_what_was_written_down_outlives_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "cardscope.db"
    code = f"import asyncio, sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_journal as t"
    code += f"; from pathlib import Path; asyncio.run(t.killed(Path({str(path)!r})))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == -signal.SIGKILL
    database = await Database(path).open()
    (found,) = await Journal(database).unfinished(UID)
    assert [step.state for step in found.steps] == [StepState.BEGUN, StepState.PLANNED, StepState.PLANNED]
    await database.close()


async def test_the_file_keeps_what_a_commit_promises(tmp_path: Path) -> None:
    """WAL alone would sync at checkpoints only: FULL syncs at each commit, see SQLite's documentation of the pragma."""
    database = await Database(tmp_path / "cardscope.db").open()
    assert await database.call(lambda c: c.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert await database.call(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    await database.close()
