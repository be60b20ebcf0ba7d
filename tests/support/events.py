"""Awaiting the service's events."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from cardscope.events import Event, ReaderAdded
from cardscope.service import CardService

E = TypeVar("E", bound=Event)

TIMEOUT = 10.0
"""How long (s) anything awaited may take before the test counts as hanging."""


class Recorder:
    """Every event of a service from its start, and a way to wait for one."""

    def __init__(self, service: CardService) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Condition()
        self._service = service
        self._tasks: set[asyncio.Task[None]] = set()
        service.subscribe(self._record)

    def _record(self, event: Event) -> None:
        self.events.append(event)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._more:
            self._more.notify_all()

    async def begin(self, reader: str) -> None:
        """Starts the service and waits until ``reader`` is there. What came before is forgotten."""
        await self._service.__aenter__()
        await self.wait_for(ReaderAdded, lambda event: event.reader.name == reader)
        self.events.clear()

    def all(self, kind: type[E]) -> list[E]:
        """The events of that kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _event: True, *, after: int = 0) -> E:
        """The first event of that kind that fits, counting from the ``after``-th event on; waits until it comes."""

        def found() -> E | None:
            return next((e for e in self.events[after:] if isinstance(e, kind) and fits(e)), None)

        async with asyncio.timeout(TIMEOUT), self._more:
            await self._more.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event
