"""A bridge whose coroutines are tasks of the test's own loop."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from cardscope.service import CardService
from support.events import TIMEOUT


class TaskBridge(QObject):
    """Runs coroutines as tasks of the test's own loop."""

    published = Signal(object)
    failed = Signal(str)

    def __init__(self, service: CardService | None) -> None:
        super().__init__()
        self.service = service
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)

    async def idle(self) -> None:
        """Waits until everything that was begun has ended."""
        async with asyncio.timeout(TIMEOUT):
            while self._tasks:
                done, self._tasks = self._tasks, set()
                await asyncio.gather(*done)
