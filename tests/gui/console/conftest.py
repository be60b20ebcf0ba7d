"""A console on a bridge and a session that need no event loop: coroutines are stepped by hand."""

import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from cardscope.errors import CardScopeError
from cardscope.events import Exchanged, Origin
from cardscope.identify.identification import Identification
from cardscope.readers.protocol import ReaderStatus
from cardscope_gui.console.panel import ConsolePanel

READER = "ACS ACR122U PICC Interface"


class Pause:
    """Awaited, it hands control back to whoever steps the coroutine."""

    def __await__(self):
        yield


@dataclass
class Service:
    """Knows of the card what a test says. Commands to a reader it answers with ``answers`` in turn, as a session."""

    bridge: "SteppedBridge"
    known: Identification | None = None
    readers: tuple[ReaderStatus, ...] = ()
    answers: list[bytes | CardScopeError] = field(default_factory=list)
    controlled: list[tuple[str, bytes, str | None]] = field(default_factory=list)

    async def control(self, reader: str, command: bytes, *, approval: str | None = None) -> Exchanged:
        self.controlled.append((reader, command, approval))
        answer = self.answers.pop(0) if self.answers else b"\x90\x00"
        if isinstance(answer, CardScopeError):
            raise answer
        done = Exchanged(reader, 0, Origin.USER, command, answer, 12.0, time.monotonic())
        self.bridge.published.emit(done)
        return done

    def identification(self, reader: str) -> Identification | None:  # noqa: ARG002
        return self.known


class SteppedBridge(QObject):
    """Runs a coroutine to its first pause at once, and on with :meth:`resume`."""

    published = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.service = Service(self)
        self._paused: list[Coroutine[Any, Any, Any]] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._step(coroutine)

    def resume(self) -> None:
        paused, self._paused = self._paused, []
        for coroutine in paused:
            self._step(coroutine)

    def _step(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        try:
            coroutine.send(None)
        except StopIteration:
            return
        self._paused.append(coroutine)


@dataclass
class ScriptedSession:
    """Answers every command with ``answers`` in turn, or raises what stands there; 9000 when none is left."""

    bridge: SteppedBridge
    reader: str = READER
    uid: bytes | None = None
    insertion: int = 1
    protocol: str | None = "T=1"
    slow: bool = False
    answers: list[bytes | CardScopeError] = field(default_factory=list)
    sent: list[tuple[bytes, str | None]] = field(default_factory=list)

    async def send(self, command: bytes, *, origin: Origin = Origin.USER, approval: str | None = None) -> Exchanged:
        if self.slow:
            await Pause()
        self.sent.append((command, approval))
        answer = self.answers.pop(0) if self.answers else b"\x90\x00"
        if isinstance(answer, CardScopeError):
            raise answer
        done = Exchanged(self.reader, self.insertion, origin, command, answer, 12.0, time.monotonic())
        self.bridge.published.emit(done)
        return done


@pytest.fixture
def bridge() -> SteppedBridge:
    return SteppedBridge()


@pytest.fixture
def session(bridge: SteppedBridge) -> ScriptedSession:
    return ScriptedSession(bridge)


@pytest.fixture
def panel(qtbot: QtBot, bridge: SteppedBridge, session: ScriptedSession) -> ConsolePanel:
    """A shown console on the card of ``session``."""
    shown = ConsolePanel(bridge)
    qtbot.addWidget(shown)
    shown.resize(1100, 300)
    shown.show_session(session, session.reader)
    shown.show()
    qtbot.waitExposed(shown)
    return shown
