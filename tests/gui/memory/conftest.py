"""Tags as they were read, and the Memory tab on a service of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from cardscope.events import CardRemoved, Identified, UidRead
from cardscope.identify.identification import Identification
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.editor import PageEditor
from cardscope_gui.memory.model import PageModel
from cardscope_gui.memory.tab import MemoryTab
from cardscope_gui.memory.table import PageTable
from support.events import Recorder

UID = bytes.fromhex("04A1B2C3D4E5F6")


def tag(
    chip: str = "ntag213", pages: Mapping[int, str] | None = None, unreadable: Mapping[int, str] | None = None
) -> TagSnapshot:
    """A factory-fresh tag as reading shows it, with other contents in some pages."""
    kind = chips()[chip]
    hidden = {page for area in kind.unreadable for page in area}
    held = {page: content for page, content in factory_pages(kind, UID).items() if page not in hidden}
    held |= {page: bytes.fromhex(content) for page, content in (pages or {}).items()}
    for page in unreadable or {}:
        del held[page]
    return TagSnapshot(kind, held, version=kind.version, unreadable=unreadable or {})


class Edited:
    """A table on a document."""

    def __init__(self, snapshot: TagSnapshot) -> None:
        self.document = MemoryDocument(snapshot)
        self.model = PageModel()
        self.table = PageTable(self.model)
        self.editor = PageEditor(self.table, self.model)
        self.model.set_document(self.document)
        self.refused: list[str] = []
        self.too_long: list[tuple[bytes, int]] = []
        self.editor.refused.connect(self.refused.append)
        self.editor.too_long.connect(lambda data, fits: self.too_long.append((data, fits)))

    def at(self, page: int, offset: int = 0) -> None:
        place = self.document.place(page)
        assert place is not None
        self.table.go_to(4 * place + offset)

    @property
    def here(self) -> tuple[int, int]:
        position = self.table.here.start
        return self.document.pages[position // 4], position % 4

    def wanted(self, page: int) -> str:
        return " ".join("··" if byte is None else f"{byte:02X}" for byte in self.document.wanted(page))


@pytest.fixture
def edited(qtbot: QtBot) -> Callable[..., Edited]:
    def make(*arguments: Any, **named: Any) -> Edited:
        made = Edited(tag(*arguments, **named))
        qtbot.addWidget(made.table)
        made.table.resize(840, 480)
        made.table.show()
        qtbot.waitExposed(made.table)
        made.table.activateWindow()
        made.table.setFocus()
        qtbot.waitUntil(made.table.hasFocus)
        return made

    return make


class Bridge(QObject):
    """Runs a coroutine to its end at once, on a service's own loop."""

    published = Signal(object)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self.later = False
        """Keeps coroutines for :meth:`run`."""
        self._kept: list[Coroutine[Any, Any, Any]] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._kept.append(coroutine)
        if not self.later:
            self.run()

    def run(self) -> None:
        while self._kept:
            self.loop.run_until_complete(self._kept.pop(0))


class Bench:
    """The tab, and a virtual reader whose cards it shows."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.bridge = Bridge(loop)
        self.reader = VirtualReader()
        self.service = CardService([VirtualSource(self.reader)])
        self.recorder = Recorder(self.service)
        self._run = loop.run_until_complete
        self._run(self.recorder.begin(self.reader.name))
        self.actions = MemoryActions(None)  # type: ignore[arg-type]
        self.documents = Documents()
        self.tab = MemoryTab(self.bridge, self.actions, self.documents)  # type: ignore[arg-type]

    def card(self, name: str, model: str = "acr122u") -> VirtualCard:
        return ready_card(name).make(reader_model(model))

    def insert(self, card: VirtualCard) -> tuple[CardSession, Identification]:
        """Puts it on and tells the tab, once it is identified."""

        async def identified() -> tuple[CardSession, Identification]:
            before = len(self.recorder.events)
            self.reader.insert(card)
            await self.recorder.wait_for(UidRead, after=before)
            session = self.service.session(self.reader.name)
            assert session is not None
            await self.service.identify(session)
            known = self.recorder.all(Identified)[-1].identification
            return session, known

        session, known = self._run(identified())
        self.tab.show_card(session, known)
        return session, known

    def remove(self) -> None:
        before = len(self.recorder.events)
        self.reader.remove()
        self._run(self.recorder.wait_for(CardRemoved, after=before))
        self.tab.show_gone()

    def close(self) -> None:
        self._run(self.service.close())


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    made = Bench(loop)
    qtbot.addWidget(made.tab)
    made.tab.resize(1180, 600)
    made.tab.show()
    qtbot.waitExposed(made.tab)
    yield made
    made.close()
    loop.close()
