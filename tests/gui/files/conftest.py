"""The window on a service of its own, and dump files."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cardscope.dumps import save
from cardscope.events import CardInserted, Identified
from cardscope.service import CardService, Identifying
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope_gui.files.open_file import OpenFile
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings
from support.dump_files import ready_tag
from support.events import Recorder


class Bridge(QObject):
    """Runs a coroutine to its end at once, or, while the loop runs, beside what runs in it."""

    published = Signal(object)
    failed = Signal(str)

    def __init__(self, loop: asyncio.AbstractEventLoop, reader: VirtualReader) -> None:
        super().__init__()
        self.loop = loop
        self.virtual_reader = reader
        self.service = CardService([VirtualSource(reader)], identifying=Identifying({}, probe_applications=False))
        self.service.subscribe(self.published.emit)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.held: list[Coroutine[Any, Any, Any]] | None = None
        """Coroutines, while they are to wait."""

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        if self.loop.is_closed():
            coroutine.close()  # a timer that outlives the test
        elif self.held is not None:
            self.held.append(coroutine)
        elif self.loop.is_running():
            task = self.loop.create_task(coroutine)
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        else:
            self.loop.run_until_complete(coroutine)

    def release(self) -> None:
        """Runs what waits."""
        held, self.held = self.held or [], None
        for coroutine in held:
            self.spawn(coroutine)


class Bench:
    """The window, with the virtual reader and nothing on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: Settings) -> None:
        self.run = loop.run_until_complete
        self.reader = VirtualReader()
        self.bridge = Bridge(loop, self.reader)
        self.recorder = Recorder(self.bridge.service)
        self.window = MainWindow(self.bridge, settings)  # type: ignore[arg-type]
        self.run(self.recorder.begin(self.reader.name))
        self.window.card.build()

    @property
    def desk(self):
        return self.window.files

    def open(self, *paths: Path) -> OpenFile:
        self.desk.open(paths)
        assert self.desk.shown is not None
        return self.desk.shown

    def insert(self, name: str) -> None:
        """A ready card, until it is identified."""

        async def identified() -> None:
            before = len(self.recorder.events)
            self.window.slot.insert(name)
            await self.recorder.wait_for(Identified, lambda event: event.identification.complete, after=before)

        self.run(identified())
        QApplication.processEvents()

    async def inserted(self, after: int) -> CardInserted:
        return await self.recorder.wait_for(CardInserted, after=after)

    def close(self) -> None:
        self.window.close()
        self.run(self.bridge.service.close())


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    made = Bench(loop, Settings(tmp_path / "settings" / "window.ini"))
    qtbot.addWidget(made.window)
    made.window.resize(1440, 900)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.close()
    loop.close()


@pytest.fixture
def dump(tmp_path: Path) -> Callable[..., Path]:
    """Writes a dump of a ready card in a format, and gives its path."""

    def write(file: str, format: str, card: str = "ntag216-url") -> Path:  # noqa: A002
        path = tmp_path / file
        path.write_bytes(save(ready_tag(card), format).data)
        return path

    return write
