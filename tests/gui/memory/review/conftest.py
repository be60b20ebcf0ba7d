"""The Memory tab with everything behind it: a tag on a reader, accidents if wanted, the journal, and the review."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cardscope.events import CardRemoved, Event
from cardscope.store.backups import Backups
from cardscope.store.journal import Journal
from cardscope.store.transient import TransientStore
from cardscope.tags.catalogue import chips
from cardscope.virtual.faults import FaultPlan
from cardscope.virtual.type2 import Type2Tag
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.review.desk import WritingDesk
from cardscope_gui.memory.review.dialog import ReviewDialog
from cardscope_gui.memory.tab import MemoryTab
from support.events import TIMEOUT
from support.writing_desk import WritingDesk as TagDesk
from support.writing_desk import page_of, tag_of

DYNAMIC_LOCK = 0x28
CFG0, CFG1, PWD, PACK = 0x29, 0x2A, 0x2B, 0x2C


class Bridge(QObject):
    """Runs a coroutine to its end at once; one that is started meanwhile runs beside it."""

    published = Signal(object)
    virtual_reader = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self.service: Any = None
        self._tasks: list[asyncio.Task[Any]] = []

    def spawn(self, coroutine: Any) -> None:
        self._tasks.append(self.loop.create_task(coroutine))

    def settle(self) -> None:
        """Until nothing runs any more."""
        while self._tasks:
            self.loop.run_until_complete(self._tasks.pop(0))
        self.loop.run_until_complete(asyncio.sleep(0))


class Slot:
    """The app's own virtual reader, elsewhere."""

    def __init__(self) -> None:
        self.reader: Any = None
        self.inserted: list[Any] = []

    def insert_loose(self, card: Any, before: Callable[[], object]) -> None:
        before()
        self.inserted.append(card)


class Bench:
    """``tag`` lies on an ACR122U, and the tab has read it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tag: Type2Tag, store: TransientStore, *, front: bool, **more: Any
    ) -> None:
        self.bridge = Bridge(loop)
        self.store = store
        self.desk = TagDesk(tag, store=store, **more)
        self.bridge.service = self.desk.service
        self._gone = asyncio.Event()
        self.desk.service.subscribe(self.desk.listen)
        self.desk.service.subscribe(self._pass_on)
        self.actions = MemoryActions(None)  # type: ignore[arg-type]
        self.documents = Documents()
        self.tab = MemoryTab(self.bridge, self.actions, self.documents)  # type: ignore[arg-type]
        self.slot = Slot()
        self.writing = WritingDesk(self.bridge, self.tab, self.documents, self.slot)  # type: ignore[arg-type]
        self.writing.keep_in(store)
        self.tab.resize(1180, 600)
        self.tab.show()
        self.tab.set_front(front)
        self.wanted = 0
        """How often the Memory tab was wanted in front."""
        self.writing.unfinished.connect(self._count)
        self.run(self.desk.service.__aenter__())
        self.insert()

    @property
    def dialog(self) -> ReviewDialog:
        assert self.writing.dialog is not None
        return self.writing.dialog

    @property
    def journal(self) -> Journal:
        return Journal(self.store)

    @property
    def backups(self) -> Backups:
        return Backups(self.store)

    def run(self, coroutine: Any) -> Any:
        return self.bridge.loop.run_until_complete(coroutine)

    def settle(self) -> None:
        self.bridge.settle()

    def insert(self, tag: Type2Tag | None = None) -> None:
        """Puts the tag on, or another, and tells the tab once it is identified."""
        self.desk.spot.place(tag or self.desk.tag)
        self.run(self.desk.insert())
        self.tab.show_card(self.desk.session, self.desk.known)
        self.settle()

    def remove(self) -> None:
        self._gone.clear()
        self.desk.reader.remove()
        self.run(asyncio.wait_for(self._gone.wait(), TIMEOUT))
        self.tab.show_gone()

    def stage(self, pages: Mapping[int, str]) -> None:
        document = self.tab.document
        assert document is not None
        for page, content in pages.items():
            document.write_page(page, bytes.fromhex(content), "typing")

    def review(self) -> ReviewDialog:
        """Opens the review, as the button does, and waits for the plan."""
        QTest.qWait(1)  # the bar assesses what is staged in a turn of its own
        self.tab.bar.review.click()
        self.settle()
        return self.dialog

    def accidents(self, plan: FaultPlan) -> None:
        self.desk.plan_accidents(plan)

    def page(self, page: int) -> str:
        return page_of(self.desk.tag, page).hex().upper()

    def _count(self) -> None:
        self.wanted += 1

    def _pass_on(self, event: Event) -> None:
        self.bridge.published.emit(event)
        if isinstance(event, CardRemoved):
            self._gone.set()

    def close(self) -> None:
        self.tab.close()
        self.run(self.desk.service.close())


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Callable[..., Bench]]:
    loop = asyncio.new_event_loop()
    made: list[Bench] = []

    def make(changes: Mapping[int, str] | None = None, store: TransientStore | None = None, **more: Any) -> Bench:
        tag = more.pop("tag", None) or tag_of(chips()["ntag213"], changes)
        one = Bench(loop, tag, store or TransientStore(), front=more.pop("front", True), **more)
        qtbot.addWidget(one.tab)
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()
    loop.close()
