"""Reading the memory of the card that is shown, once at a time and to be cancelled."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.errors import CardScopeError
from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from asyncio import Task

    from cardscope.identify.identification import Identification
    from cardscope.memory.credentials import Credentials
    from cardscope.session import CardSession


class MemoryReading(QObject):
    """What ends last is told once: a reading that was cancelled, or that another took the place of, tells nothing."""

    changed = Signal()
    """It began, went on, or ended."""
    finished = Signal(object)
    """The :class:`~cardscope.tags.snapshot.TagSnapshot` that was read."""
    failed = Signal()
    """It failed: ``failure`` says why."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._task: Task[object] | None = None
        self._number = 0
        self.running = False
        self.done, self.total = 0, 0
        """Pages, while it runs."""
        self.failure = ""
        """Why the last reading failed, sentences; empty when it did not."""

    def start(
        self,
        session: "CardSession",
        known: "Identification",
        *,
        may_count: bool = False,
        credentials: "Credentials | None" = None,
    ) -> None:
        """Reads the tag of ``session``; a reading under way ends. ``may_count`` lets an NFC counter count that, and
        ``credentials`` have opened the tag before."""
        self.cancel()
        self._number += 1
        self.running, self.failure = True, ""
        self.done = self.total = 0
        self.changed.emit()
        self._bridge.spawn(self._read(session, known, self._number, may_count=may_count, credentials=credentials))

    def cancel(self) -> None:
        """Ends a reading under way after its present exchange."""
        if self.running:
            self._number += 1
            self.running = False
            if self._task is not None:
                self._task.cancel()
                self._task = None
            self.changed.emit()

    async def _read(
        self,
        session: "CardSession",
        known: "Identification",
        number: int,
        *,
        may_count: bool,
        credentials: "Credentials | None",
    ) -> None:
        import asyncio  # noqa: PLC0415 not needed for the first picture

        from cardscope.memory.reading import read_memory  # noqa: PLC0415

        def progress(done: int, total: int) -> None:
            if number == self._number:
                self.done, self.total = done, total
                self.changed.emit()

        if number != self._number:
            return
        self._task = asyncio.current_task()
        try:
            snapshot = await read_memory(
                session, known, may_count=may_count, credentials=credentials, progress=progress
            )
        except CardScopeError as error:
            if number == self._number:
                self.running, self.failure, self._task = False, f"{error} {error.remedy}".rstrip(), None
                self.failed.emit()
                self.changed.emit()
            return
        if number == self._number:
            self.running, self._task = False, None
            self.finished.emit(snapshot)
            self.changed.emit()
