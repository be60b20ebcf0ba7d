"""Carries a script out for the window: one step after the other, with the window's own work in between."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.scripts import Script, ScriptRun, Summary, Waiting
from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from cardscope.scripts import Progress


class ScriptRunner(QObject):
    """At most one run at a time. Everything is told by signals, on the window's own thread."""

    changed = Signal()
    """Another step is next, or something began or ended."""
    progressed = Signal(object)
    """A :class:`~cardscope.scripts.StepResult`."""
    ended = Signal(object)
    """A :class:`~cardscope.scripts.Summary`."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._run: ScriptRun | None = None
        self.busy = False
        """Whether a step is under way, or one will follow without being asked for."""
        self.waiting: Waiting | None = None
        """What the script waits for."""

    @property
    def active(self) -> bool:
        """Whether a run has begun and not ended."""
        return self._run is not None and self._run.ended is None

    @property
    def line(self) -> int | None:
        """The line whose turn it is."""
        if self.waiting is not None:
            return self.waiting.line
        return self._run.next_line if self._run is not None else None

    def begin(self, script: Script, reader: str | None, approvals: Collection[str]) -> bool:
        """Makes ready for a run of ``script`` on ``reader`` (``None``: the first that has a card). Nothing is sent yet.
        ``False`` while readers are not there yet."""
        from cardscope.service import CardService  # noqa: PLC0415 loaded by now, or there are no readers

        if self.active or not isinstance(service := self._bridge.service, CardService):
            return False
        self._run = ScriptRun(service, script, reader=reader, approvals=approvals, listener=self._listen)
        return True

    def run(self) -> None:
        """Carries out all that is left."""
        self._go(to_the_end=True)

    def step(self) -> None:
        """Carries out the next step."""
        self._go(to_the_end=False)

    def stop(self) -> None:
        """Ends the run before its next command."""
        if self._run is not None and self.active:
            self._run.stop()
            if not self.busy:
                self.step()  # which then ends it

    def go_on(self) -> None:
        """The user has seen the pause."""
        if self._run is not None:
            self._run.go_on()

    def _go(self, *, to_the_end: bool) -> None:
        if self._run is not None and self.active and not self.busy:
            self.busy = True
            self.changed.emit()
            self._bridge.spawn(self._drive(self._run, to_the_end=to_the_end))

    async def _drive(self, run: ScriptRun, *, to_the_end: bool) -> None:
        from asyncio import sleep  # noqa: PLC0415 as everywhere in the window

        try:
            while await run.step() is not None and run.ended is None and to_the_end:  # noqa: ASYNC110
                # A virtual card answers at once: without this, ten thousand steps would be one turn of the loop.
                await sleep(0)
        finally:
            self.busy = False
            self.waiting = None
            if run.ended is not None:
                summary: Summary = run.summary
                self.ended.emit(summary)
            self.changed.emit()

    def _listen(self, progress: "Progress") -> None:
        if isinstance(progress, Waiting):
            self.waiting = progress
        else:
            self.waiting = None
            self.progressed.emit(progress)
        self.changed.emit()
