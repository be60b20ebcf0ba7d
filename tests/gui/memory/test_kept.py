"""Staged changes are there at the next start: as a bench with a tab of its own each, over one store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cardscope.store.database import Database
from cardscope.store.drafts import MemoryDrafts
from cardscope.store.transient import TransientStore
from cardscope_gui.memory.documents import Documents
from cardscope_gui.memory.keeping import ChangesKeeper
from cardscope_gui.memory.kept_strip import KeptStrip
from gui.memory.conftest import UID, Bench, tag

PWD, PACK = 0x2B, 0x2C


class Start:
    """The program from one start to its end, without a reader: tags are read by hand."""

    def __init__(self, bench: Bench, store: TransientStore | None) -> None:
        self.bench = bench
        self.documents = Documents()
        self.keeper = ChangesKeeper(bench.bridge, self.documents)  # type: ignore[arg-type]
        bench.tab._documents = self.documents
        self.strip = KeptStrip(bench.bridge, bench.tab, self.documents, self.keeper)  # type: ignore[arg-type]
        self.wanted: list[bool] = []
        self.strip.wanted.connect(lambda: self.wanted.append(True))
        if store is not None:
            self.keeper.keep_in(store)

    def read(self, *arguments, **named):
        """The tag is read, and shown in the tab."""
        self.bench.tab.reading.finished.emit(tag(*arguments, **named))
        document = self.bench.tab.document
        assert document is not None
        return document

    def end(self) -> None:
        self.bench.bridge.spawn(self.keeper.finish())
        self.bench.tab._set_document(None)
        self.strip.deleteLater()

    @property
    def said(self) -> str:
        return "" if self.strip.isHidden() else self.strip.accessibleName()


@pytest.fixture
def start(bench: Bench) -> Iterator[Callable[..., Start]]:
    kept, begun = TransientStore(), list[Start]()

    def make(store: TransientStore | None = kept) -> Start:
        begun.append(Start(bench, store))
        return begun[-1]

    yield make
    for each in begun:
        each.keeper._soon.stop()  # the loop that it would need is gone


def stage(document, page: int, text: str) -> None:
    document.write_page(page, bytes.fromhex(text), "typing")


def test_they_come_back_and_it_is_said(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    stage(document, 9, "FFFFFFFF")
    assert not first.said
    assert first.keeper.lost(document) == frozenset()
    first.end()
    second = start()
    document = second.read()
    assert document.draft.changes == {6: bytes.fromhex("01020000"), 9: bytes.fromhex("FFFFFFFF")}
    assert "were kept: 6 bytes on 2 pages" in second.said
    assert second.strip.leave_out.isHidden()
    document.stack.undo()
    assert not document.staged
    assert not second.said
    second.end()
    assert not start().read().staged, "what was taken back stays so"


def test_it_is_kept_soon_after_the_change_without_an_end(start, qtbot: QtBot):
    first = start()
    document = first.read()
    with qtbot.waitSignal(first.keeper._soon.timeout):
        stage(document, 6, "01020000")
    first.bench.tab._set_document(None)
    assert start().read().staged == {6}


def test_discard_is_one_step_to_undo_and_leaves_what_was_typed_since(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    stage(document, 7, "01020000")
    first.end()
    second = start()
    document = second.read()
    stage(document, 8, "55555555")
    second.strip.discard.click()
    assert document.staged == {8}
    assert not second.said
    document.stack.undo()
    assert document.staged == {6, 7, 8}


def test_dismissed_they_stay(start):
    first = start()
    stage(first.read(), 6, "01020000")
    first.end()
    second = start()
    document = second.read()
    second.strip.dismiss.click()
    assert not second.said
    assert document.staged == {6}
    second.end()
    assert start().read().staged == {6}


def test_what_the_tag_holds_by_now_is_done(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    stage(document, 7, "01020000")
    first.end()
    assert start().read(pages={6: "01020000"}).staged == {7}


def test_a_page_that_the_tag_changed_meanwhile_is_told_and_can_be_left_out(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    stage(document, 7, "01020000")
    first.end()
    second = start()
    document = second.read(pages={6: "00000099"})
    assert "has changed in page 6" in second.said
    assert document.draft.page(6) == bytes.fromhex("01020000"), "not mixed with what the tag holds"
    second.strip.leave_out.click()
    assert document.staged == {7}
    assert "has changed" not in second.said
    assert "on 1 page" in second.said


def test_it_is_told_too_while_the_program_runs(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    assert first.read(pages={6: "00000099"}) is document
    assert "has changed in page 6" in first.said
    first.end()
    second = start()
    second.read(pages={6: "00000099"})
    assert "has changed in page 6" in second.said
    second.strip.dismiss.click()
    assert not second.said


def test_a_counter_in_the_mirror_is_no_change(start):
    # CFG0 29h: MIRROR_CONF 10b (counter), MIRROR_BYTE 0, page 6 (NTAG21x data sheet, 8.5.7).
    mirror = {0x29: "840006FF"}
    first = start()
    document = first.read(pages={**mirror, 6: "30303030", 7: "30310000"})
    stage(document, 7, "30314142")
    first.end()
    second = start()
    document = second.read(pages={**mirror, 6: "30303030", 7: "30390000"})
    assert "has changed" not in second.said
    assert document.staged == {7}


def test_passwords_are_to_be_typed_again(start):
    first = start()
    document = first.read()
    stage(document, PWD, "DEADBEEF")
    stage(document, 6, "01020000")
    assert first.keeper.lost(document) == {PWD}
    first.end()
    second = start()
    document = second.read()
    assert document.staged == {6}
    assert "type page 43 again" in second.said
    second.end()
    third = start()
    document = third.read()
    assert "type page 43 again" in third.said, "it is told until it is done, or the user knows"
    stage(document, PWD, "DEADBEEF")
    assert "again" not in third.said


def test_half_typed_pages_come_back_half_typed(start):
    hidden = {"unreadable": {0x10: "protected"}}
    first = start()
    document = first.read(**hidden)
    place = document.place(0x10)
    document.write({4 * place + 1: 0xAB}, "typing")
    first.end()
    assert start().read(**hidden).wanted(0x10) == (None, 0xAB, None, None)


def test_what_is_typed_before_the_store_answers_wins(start):
    first = start()
    document = first.read()
    stage(document, 6, "01020000")
    stage(document, 7, "01020000")
    first.end()
    second = start()
    second.bench.bridge.later = True
    document = second.read()
    stage(document, 6, "55555555")
    second.bench.bridge.run()
    second.bench.bridge.later = False
    assert document.draft.changes == {6: bytes.fromhex("55555555"), 7: bytes.fromhex("01020000")}


def test_a_twin_is_not_kept(start, bench):
    first = start()
    first.read()
    twin = tag()
    first.documents.practise(bench.tab.document.draft, "")
    practice = first.documents.get(twin.uid, "")
    stage(practice, 6, "01020000")
    first.end()
    assert not start().read().staged


def test_without_a_store_all_would_be_lost(start):
    first = start(None)
    document = first.read()
    stage(document, 6, "01020000")
    assert first.keeper.lost(document) == {6}


def test_a_store_that_fails_is_told_and_all_would_be_lost(start, bench, tmp_path: Path):
    closed = Database(tmp_path / "cardscope.db")
    first = start(closed)
    said = []
    first.keeper.failed.connect(said.append)
    document = first.read()
    stage(document, 6, "01020000")
    first.bench.bridge.spawn(first.keeper.finish())
    assert first.keeper.lost(document) == {6}
    assert len(said) == 1
    assert "no longer than the window" in said[0]


def test_a_tag_that_comes_has_its_memory_wanted_in_front(bench, start):
    store = TransientStore()
    first = start(store)
    card = bench.card("ntag216")
    bench.tab.set_front(True)
    bench.bridge.later = True
    bench.insert(card)
    bench.bridge.run()
    bench.bridge.later = False
    stage(bench.tab.document, 6, "01020000")
    first.end()
    bench.remove()
    bench.tab.set_front(False)
    second = start(store)
    session, _ = bench.insert(card)
    assert second.wanted == [True]
    assert session.uid is not None
    drafts = MemoryDrafts(store)
    assert bench._run(drafts.has(session.uid))
    assert not bench._run(drafts.has(UID))
