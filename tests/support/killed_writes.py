"""Writing in a process that is killed in the middle of it, with a tag that outlives it."""

import asyncio
import mmap
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

from cardscope.errors import CardScopeError
from cardscope.memory.credentials import Credentials
from cardscope.memory.plan import Plan
from cardscope.memory.schedule import exchange_count
from cardscope.readers.families import family
from cardscope.store.database import Database
from cardscope.store.history import Store
from cardscope.store.journal import Journal
from cardscope.virtual.answers import Answer
from cardscope.virtual.type2 import Type2Tag
from support.write_checks import Result, check_journal, check_writes, pages_of
from support.write_scene import Scene, known_tag, recover
from support.writing_desk import writing_desk

KILLED: Final = "process_killed"
_STATE_SIZE: Final = 16_384


class _Killer:
    """Kills this process at the event of that number: around each exchange, and around each commit of the journal."""

    def __init__(self, at: int) -> None:
        self._left = at

    def event(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class _LastingTag:
    """A tag whose memory outlives the process: it lies in ``shared`` after each exchange."""

    def __init__(self, tag: Type2Tag, shared: mmap.mmap, killer: _Killer) -> None:
        self.tag = tag
        self._shared = shared
        self._killer = killer
        self._keep()

    @property
    def uid(self) -> bytes:
        return self.tag.uid

    def power_up(self) -> None:
        self.tag.power_up()

    def power_down(self) -> None:
        self.tag.power_down()

    def select(self) -> bytes | None:
        return self.tag.select()

    def exchange(self, frame: bytes) -> Answer:
        self._killer.event()
        answer = self.tag.exchange(frame)
        self._keep()
        self._killer.event()
        return answer

    def tear(self, frame: bytes, chance: Random, /) -> None:
        raise NotImplementedError

    def _keep(self) -> None:
        state = pickle.dumps((self.tag.image, dict(self.tag.counters), self.tag.auth_failures))
        self._shared.seek(0)
        self._shared.write(len(state).to_bytes(4) + state)


class _KilledStore:
    """The database, with the end of the process around each of its commits."""

    def __init__(self, database: Database, killer: _Killer) -> None:
        self._database = database
        self._killer = killer

    async def call(self, work: Callable[[Any], Any]) -> Any:
        self._killer.event()
        result = await self._database.call(work)
        self._killer.event()
        return result


class KilledRun:
    """The child writes and is killed; this process looks at what it left."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed = seed
        self._path = folder / f"{seed}.db"
        self._found = Result(seed, KILLED)

    def result(self) -> Result:
        shared = mmap.mmap(-1, _STATE_SIZE)
        plan, credentials = asyncio.run(self._planned())
        if plan is None:
            self._found.end = "nothing"
            return self._found
        child = os.fork()
        if child == 0:
            status = 1
            try:
                asyncio.run(self._write(shared, plan))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        self._found.happened = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if status and not self._found.happened:
            self._found.violations.append(f"the writing process ended with {status}")
        shared.seek(0)
        image, counters, failures = pickle.loads(shared.read(int.from_bytes(shared.read(4))))
        asyncio.run(self._look(plan, credentials, image, counters, failures))
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.unlink()
        return self._found

    async def _planned(self) -> tuple[Plan | None, Credentials | None]:
        scene = Scene(self._seed)
        async with writing_desk(scene.tag, scene.model, known=known_tag(scene.chip, scene.model)) as desk:
            planned = await scene.plan(desk)
        return planned if planned is not None and planned[0].steps else (None, None)

    async def _write(self, shared: mmap.mmap, plan: Plan) -> None:
        scene = Scene(self._seed)
        events = 2 * exchange_count(plan, family(scene.model)) + 4 * len(plan.steps) + 6
        killer = _Killer(Random(f"kill {self._seed}").randint(1, events))
        database = await Database(self._path).open()
        tag: Any = _LastingTag(scene.tag, shared, _Killer(0))
        store: Any = _KilledStore(database, killer)
        async with writing_desk(tag, scene.model, known=known_tag(scene.chip, scene.model), store=store) as desk:
            # As the parent has read it: this is the same tag, and the reading has left nothing behind but a count.
            await scene.plan(desk)
            tag._killer = killer
            with suppress(CardScopeError):
                await desk.execute(plan, approved=None if scene.approves else "not this plan")
        await database.close()

    async def _look(
        self, plan: Plan, credentials: Credentials | None, image: bytes, counters: dict[int, int], failures: int
    ) -> None:
        scene, found = Scene(self._seed), self._found
        scene.tag = Type2Tag(scene.chip, image, counters=counters, auth_failures=failures)
        database = await Database(self._path).open()
        try:
            journal = Journal(database)
            entry = await journal.get(1)
            approved = scene.approves or plan.approve is None
            check_writes(found, scene.tag, scene.before, plan, sent=entry is not None, approved=approved)
            if entry is None:
                found.end = "untouched"
                return
            check_journal(found, entry, scene.before, pages_of(scene.tag), scene.tag)
            if entry.ended is not None:
                found.end = "done"
                return
            await self._recover(scene, plan, credentials, database)
        finally:
            await database.close()

    async def _recover(self, scene: Scene, plan: Plan, credentials: Credentials | None, store: Store) -> None:
        known = known_tag(scene.chip, scene.model)
        async with writing_desk(scene.tag, scene.model, known=known, store=store) as desk:
            await recover(self._found, desk, plan, credentials)
