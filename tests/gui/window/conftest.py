"""The window on a stand-in for the service: events go in by hand, sessions are whatever a test puts in."""

from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from cardscope.events import (
    CardInserted,
    CardRemoved,
    Event,
    Identified,
    ReaderAdded,
    ReaderChanged,
    ReaderRemoved,
    ServiceChanged,
    ServiceState,
    UidRead,
)
from cardscope.identify.identification import Identification
from cardscope.readers.protocol import CardProtocol, ReaderKind, ReaderState, ReaderStatus
from cardscope.virtual.reader import VirtualReader
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings

STORAGE_ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""PC/SC Part 3, 3.1.3.2.3.2: a contactless storage card of the MIFARE Ultralight kind."""
YUBIKEY_ATR = bytes.fromhex("3BFD1300008131FE158073C021C057597562694B657940")


class FakeSession:
    def __init__(self, reader: str, atr: bytes, insertion: int) -> None:
        self.reader, self.atr, self.insertion = reader, atr, insertion
        self.uid: bytes | None = None
        self.protocol: CardProtocol | None = None
        self.ended = False


class FakeService:
    def __init__(self) -> None:
        self.statuses: dict[str, ReaderStatus] = {}
        self.sessions: dict[str, FakeSession] = {}
        self.identifications: dict[str, Identification] = {}
        self.service = ServiceChanged(ServiceState.STARTING, 0.0)

    @property
    def readers(self) -> tuple[ReaderStatus, ...]:
        return tuple(self.statuses.values())

    @property
    def service_state(self) -> ServiceState:
        return self.service.state

    @property
    def service_detail(self) -> str:
        return self.service.detail

    identifying = None

    def session(self, reader: str) -> FakeSession | None:
        return self.sessions.get(reader)

    def identification(self, reader: str) -> Identification | None:
        return self.identifications.get(reader)

    async def identify(self, *_arguments: object, **_options: object) -> None:
        raise AssertionError("a coroutine that the stand-in bridge never runs")


class FakeBridge(QObject):
    """Sends the events that the service would send, in its order."""

    published = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.service = FakeService()
        self.virtual_reader: VirtualReader | None = None
        self.spawned = 0
        self._insertions = 0

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.spawned += 1
        coroutine.close()

    def publish(self, event: Event) -> None:
        self.published.emit(event)

    def service_is(self, state: ServiceState, detail: str = "") -> None:
        self.service.service = ServiceChanged(state, 0.0, detail)
        self.publish(self.service.service)

    def plug(self, name: str, state: ReaderState = ReaderState.EMPTY, kind: ReaderKind = ReaderKind.PCSC) -> None:
        status = ReaderStatus(name, kind, state)
        self.service.statuses[name] = status
        self.publish(ReaderAdded(status, 0.0))

    def unplug(self, name: str) -> None:
        self.card_out(name)
        del self.service.statuses[name]
        self.publish(ReaderRemoved(name, 0.0))

    def becomes(self, name: str, state: ReaderState, atr: bytes | None = None) -> None:
        status = ReaderStatus(name, self.service.statuses[name].kind, state, atr)
        self.service.statuses[name] = status
        self.publish(ReaderChanged(status, 0.0))

    def card_in(self, name: str, atr: bytes = STORAGE_ATR, state: ReaderState = ReaderState.PRESENT) -> FakeSession:
        self.becomes(name, state, atr)
        self._insertions += 1
        session = self.service.sessions[name] = FakeSession(name, atr, self._insertions)
        self.publish(CardInserted(name, atr, self._insertions, 0.0))
        return session

    def card_out(self, name: str) -> None:
        session = self.service.sessions.pop(name, None)
        self.service.identifications.pop(name, None)
        if session is not None:
            self.publish(CardRemoved(name, session.insertion, 0.0))
            self.becomes(name, ReaderState.EMPTY)

    def uid_read(self, name: str, uid: bytes | None, reason: str = "") -> None:
        session = self.service.sessions[name]
        session.uid = uid
        self.publish(UidRead(name, session.insertion, uid, 0.0, reason))

    def identified(self, known: Identification) -> None:
        if known.reader in self.service.sessions:
            self.service.identifications[known.reader] = known
        self.publish(Identified(known.reader, known.insertion, known, 0.0))


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def virtual_reader() -> VirtualReader:
    return VirtualReader()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings" / "window.ini")


@pytest.fixture
def window(qtbot: QtBot, bridge: FakeBridge, virtual_reader: VirtualReader, settings: Settings) -> Iterator[MainWindow]:
    """1440 x 900, shown, with the virtual reader listed and PC/SC running."""
    bridge.virtual_reader = virtual_reader
    made = MainWindow(bridge, settings)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    bridge.plug(virtual_reader.name, kind=ReaderKind.VIRTUAL)
    bridge.service_is(ServiceState.RUNNING)
    yield made
    made.examination.finish()
