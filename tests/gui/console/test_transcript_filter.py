"""What the transcript shows of many exchanges, what it hides in them, and how it takes one apart."""

import gc
import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from cardscope.events import Exchanged, Origin
from cardscope.tags.catalogue import chips
from cardscope_gui import theme
from cardscope_gui.console.transcript_filter import TranscriptFilter
from cardscope_gui.console.transcript_model import TranscriptModel
from cardscope_gui.console.transcript_pane import TranscriptPane
from cardscope_gui.console.transcript_rows import TranscriptRows
from cardscope_gui.fields.fields_view import FieldsView

VERIFY = "00 20 00 01 04 31 32 33 34"
PWD_AUTH = "FF 00 00 00 07 D4 42 1B 44 33 22 11"


def exchanged(
    command: str = "FFCA000000",
    response: str | None = "04A1B2C3D4E5F69000",
    origin: Origin = Origin.USER,
    *,
    error: str = "",
    insertion: int = 1,
    reader: str = "R",
) -> Exchanged:
    answer = bytes.fromhex(response) if response is not None else None
    return Exchanged(reader, insertion, origin, bytes.fromhex(command), answer, 12.0, 100.0, error)


@pytest.fixture
def model(qtbot: QtBot) -> TranscriptModel:
    return TranscriptModel()


@pytest.fixture
def pane(qtbot: QtBot, model: TranscriptModel) -> TranscriptPane:
    made = TranscriptPane(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(1000, 260)
    made.show()
    qtbot.waitExposed(made)
    return made


def fill(model: TranscriptModel, *exchanges: Exchanged) -> None:
    for exchange in exchanges:
        model.append(exchange)
    model.insert_waiting()


def commands(model: TranscriptModel) -> list[str]:
    return [model.exchange(row).command.hex().upper() for row in range(model.rowCount())]


def values(fields: FieldsView) -> list[str]:
    return [shown.value for index in fields.model.every_index() if (shown := fields.model.field_of(index))]


def settle(qtbot: QtBot, model: TranscriptModel) -> None:
    qtbot.waitUntil(lambda: not model.filtering)


class TestRows:
    def test_what_goes_in_comes_out(self) -> None:
        rows = TranscriptRows()
        kept = [
            exchanged(),
            exchanged(origin=Origin.APPLICATION, insertion=0),
            exchanged(response=None, error="Gone."),
            exchanged("", ""),
        ]
        kept += [exchanged(f"{number:04X}") for number in range(3000)]
        for exchange in kept:
            rows.append(exchange)
        assert [rows[number] for number in range(len(rows))] == kept

    def test_the_garbage_collector_leaves_them_be(self) -> None:
        rows = TranscriptRows()
        for _ in range(3000):
            rows.append(exchanged())
        gc.collect()
        gc.collect()
        assert not any(gc.is_tracked(rows.row(number)) for number in range(3000))
        assert sum(map(len, filter(gc.is_tracked, gc.get_referents(rows._full, rows._rest)))) == 0


class TestArrival:
    def test_a_few_are_shown_at_once_and_many_with_the_next_frame(self, qtbot: QtBot, model: TranscriptModel) -> None:
        tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        inserted: list[int] = []
        model.rowsInserted.connect(lambda _parent, first, last: inserted.append(last - first + 1))
        model.append(exchanged())
        assert model.rowCount() == 1
        for _ in range(999):
            model.append(exchanged())
        assert model.rowCount() < 1000
        last = exchanged("60")
        model.append(last)
        assert model.last == last
        qtbot.waitUntil(lambda: model.rowCount() == 1001)
        assert len(inserted) < 20
        assert tester.model() is model

    def test_nothing_runs_while_nothing_comes(self, qtbot: QtBot, model: TranscriptModel) -> None:
        fill(model, *(exchanged() for _ in range(100)))
        qtbot.waitUntil(lambda: not model._frame.isActive() and not model._look.isActive())

    def test_cleared_while_some_wait(self, model: TranscriptModel) -> None:
        for _ in range(100):
            model.append(exchanged())
        model.clear()
        model.insert_waiting()
        assert (model.rowCount(), model.total, model.last) == (0, 0, None)

    def test_a_chip_is_still_known_when_the_transcript_is_cleared(self, model: TranscriptModel) -> None:
        model.set_chip("R", 1, chips()["ntag216"])
        model.clear()
        fill(model, exchanged("FFD6002B0401020304", "9000"))
        assert "01 02 03 04" in model.index(0).data()


class TestFilter:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("ff ca", ["FFCA000000"]),
            ("FFC", ["FFCA000000"]),
            ("6a82", ["00A4040000"]),
            ("GET data: u", ["FFCA000000"]),
            ("not found", ["00A4040000"]),
            ("gone", ["60"]),
            ("hello", ["00B0000005"]),
            ("acs", ["30"]),
            ("zzz", []),
            ("", ["FFCA000000", "00A4040000", "60", "00B0000005", "30"]),
        ],
    )
    def test_finds_bytes_words_text_and_readers(
        self, qtbot: QtBot, model: TranscriptModel, typed: str, found: list[str]
    ) -> None:
        model.set_filter(typed, mine=False, secrets=False)
        early = exchanged()
        late = [
            exchanged("00A4040000", "6A82"),
            exchanged("60", None, error="The card is gone."),
            exchanged("00B0000005", b"Hello".hex() + "9000"),
            exchanged("30", "0000", reader="ACS"),
        ]
        fill(model, early, *late)
        settle(qtbot, model)
        assert commands(model) == found
        model.set_filter("", mine=False, secrets=False)
        model.set_filter(typed, mine=False, secrets=False)
        settle(qtbot, model)
        assert commands(model) == found

    def test_mine_only(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged("01"), exchanged("02", origin=Origin.APPLICATION), exchanged("03"))
        pane.open_filter()
        pane.mine.click()
        assert commands(model) == ["01", "03"]
        assert pane.count.text() == "2 of 3"
        fill(model, exchanged("04", origin=Origin.APPLICATION), exchanged("05"))
        assert commands(model) == ["01", "03", "05"]
        pane.mine.click()
        assert len(commands(model)) == 5

    def test_typing_on_equals_typing_at_once(self, qtbot: QtBot) -> None:
        """Whatever was shown before, and whatever comes while rows are looked at."""
        generator = random.Random(5)
        words = ("FF D6 0", "ff", "page 4", "p", ",FF", ",", "verify", "v", "", "A2", "a", "read binary: page 1")
        step_by_step, at_once = TranscriptModel(), TranscriptModel()
        sent: list[Exchanged] = []
        for turn in range(60):
            page = generator.randrange(20)
            new = exchanged(f"FF{generator.choice(('B0', 'D6'))}00{page:02X}04", f"{generator.randbytes(3).hex()}9000")
            burst = [new] * generator.randrange(60)
            fill(step_by_step, *burst)
            sent += [*burst, new]
            typed, mine = generator.choice(words), generator.random() < 0.2
            for end in range(len(typed) + 1):
                step_by_step.set_filter(typed[:end], mine=mine, secrets=False)
            fill(step_by_step, new)
            settle(qtbot, step_by_step)
            at_once.clear()
            at_once.set_filter("", mine=False, secrets=False)
            fill(at_once, *sent)
            at_once.set_filter(typed, mine=mine, secrets=False)
            settle(qtbot, at_once)
            assert commands(step_by_step) == commands(at_once), (turn, typed)

    def test_narrowing_is_told_from_widening(self) -> None:
        def of(typed: str, *, mine: bool = False) -> TranscriptFilter:
            return TranscriptFilter.of(typed, mine=mine, secrets=False)

        assert of("FF D6").narrows(of("FF D"))
        assert of("FFx").narrows(of("FF"))
        assert of("FF").narrows(of(""))
        assert of("a", mine=True).narrows(of("a"))
        assert not of("a").narrows(of("a", mine=True))
        assert not of(",FF").narrows(of(","))
        assert not of("b").narrows(of("a"))

    def test_a_filter_over_many_leaves_the_loop_its_turns(self, qtbot: QtBot, model: TranscriptModel) -> None:
        fill(model, *(exchanged(f"00B0{number:04X}04", f"{number:08X}9000") for number in range(20_000)))
        model.set_filter("nothing like it", mine=False, secrets=False)
        assert model.filtering
        assert model.rowCount() == 20_000, "what was shown stays until the others are found"
        settle(qtbot, model)
        assert model.rowCount() == 0

    def test_the_current_row_stays_the_current_one(
        self, qtbot: QtBot, pane: TranscriptPane, model: TranscriptModel
    ) -> None:
        fill(model, *(exchanged(f"00B0{number:04X}04") for number in range(300)))
        pane.view.setCurrentIndex(model.index(150))
        model.set_filter("00 B0 00 9", mine=False, secrets=False)
        settle(qtbot, model)
        assert model.exchange(pane.view.currentIndex().row()).command.hex() == "00b0009604"
        assert pane.view.visualRect(pane.view.currentIndex()).intersects(pane.view.viewport().rect())
        model.set_filter("", mine=False, secrets=False)
        assert pane.view.currentIndex().row() == 150

    def test_keys_open_and_close_it(self, qtbot: QtBot, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged("01"), exchanged("02"))
        pane.activateWindow()
        pane.view.setFocus()
        assert pane.bar.isHidden()
        elsewhere = QShortcut(QKeySequence.StandardKey.Find, pane.window())
        qtbot.keyClick(pane.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert pane.search.hasFocus()
        elsewhere.deleteLater()
        qtbot.keyClicks(pane.search, "02")
        assert commands(model) == ["02"]
        qtbot.keyClick(pane.search, Qt.Key.Key_Down)
        assert pane.view.currentIndex().row() == 0
        qtbot.keyClick(pane.search, Qt.Key.Key_Escape)
        assert pane.bar.isHidden()
        assert len(commands(model)) == 2


class TestSecrets:
    def test_they_are_found_only_while_they_are_shown(self, qtbot: QtBot, model: TranscriptModel) -> None:
        fill(model, exchanged(VERIFY, "9000"), exchanged(PWD_AUTH, "D5430080809000"))
        for typed in ("31 32", "1234", "44 33", "80 80"):
            model.set_filter(typed, mine=False, secrets=False)
            settle(qtbot, model)
            assert commands(model) == [], typed
            model.set_filter(typed, mine=False, secrets=True)
            settle(qtbot, model)
            assert len(commands(model)) == 1, typed

    def test_rows_look_alike_whatever_the_secret_is(self, pane: TranscriptPane) -> None:
        model = pane.view.model()
        assert isinstance(model, TranscriptModel)
        pictures: list[QImage] = []
        for pin in ("31323334", "99887766"):
            model.clear()
            fill(model, exchanged(f"0020000104{pin}", "9000"))
            pictures.append(pane.view.viewport().grab().toImage())
        assert pictures[0] == pictures[1]
        pane.open_filter()
        pane.secrets.click()
        shown = pane.view.viewport().grab().toImage()
        model.clear()
        fill(model, exchanged(VERIFY, "9000"))
        assert pane.view.viewport().grab().toImage() != shown

    def test_the_chip_tells_which_pages_are_secret(self, model: TranscriptModel) -> None:
        written = exchanged("FFD6002B0401020304", "9000")
        fill(model, written)
        assert "••" in model.index(0).data()
        model.set_chip("R", 1, chips()["ntag216"])
        assert "01 02 03 04" in model.index(0).data(), "user memory there, PWD on an NTAG213"
        model.set_chip("R", 1, chips()["ntag213"])
        assert "••" in model.index(0).data()

    def test_a_tip_has_none(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged(VERIFY, "9000"))
        delegate = pane.view._delegate
        metrics = delegate.metrics()
        tips = {delegate.tip(model.exchange(0), metrics.bytes_left + x, 6) for x in range(0, 400, 4)}
        assert not any("31" in tip for tip in tips)
        assert any("secret" in tip for tip in tips)


class TestDetails:
    def test_enter_takes_an_exchange_apart(self, qtbot: QtBot, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged(), exchanged("00A4040000", "6A82"))
        pane.view.setCurrentIndex(model.index(0))
        qtbot.keyClick(pane.view, Qt.Key.Key_Return)
        details = pane.details
        assert details is not None
        assert details.isVisible()
        text = details.text()
        for part in ("Get data: UID", "12 ms", "90 00 Success", "ISO/IEC 7816-4", "CLA: FF", "UID: 04A1B2C3D4E5F6"):
            assert part in text
        assert details.answer.fields.bytes.accessibleName().startswith("Byte 0 of 9, 04 hex")
        details.after.click()
        assert details.exchange == model.exchange(1)
        assert "6A 82" in details.status.text()
        qtbot.keyClick(details, Qt.Key.Key_Escape)
        assert not details.isVisible()

    def test_secrets_are_shown_when_asked_for(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged(PWD_AUTH, "D5430080809000"))
        pane.open_details(model.exchange(0))
        details = pane.details
        assert details is not None
        assert "Password: •• •• •• ••" in details.text()
        assert "PACK: •• ••" in details.text()
        assert "8080" not in details.text()
        assert "••" in "".join(values(details.answer.fields))
        assert "8080" not in values(details.answer.fields)
        masked = details.answer.fields.bytes.grab().toImage()
        pane.open_filter()
        pane.secrets.click()
        assert "44332211" in values(details.command.fields)
        assert "8080" in values(details.answer.fields)
        assert details.answer.fields.bytes.grab().toImage() != masked
        details.copy.copy()
        assert "Password: •• •• •• ••" in QGuiApplication.clipboard().text(), "a copy is for others"

    def test_an_answer_that_never_came(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged(response=None, error="The card was taken away."))
        pane.open_details(model.exchange(0))
        assert pane.details is not None
        assert "taken away" in pane.details.status.text()
        assert pane.details.answer.heading.text() == "Answer · none"

    def test_it_holds_the_longest_answer(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged("00B00000000000", bytes(65_536).hex() + "9000"))
        pane.open_details(model.exchange(0))
        assert pane.details is not None
        assert "the first 1,024 below" in pane.details.answer.heading.text()
        for appearance in (theme.Appearance.DARK, theme.Appearance.LIGHT):
            theme.notifier().set_appearance(appearance)
            assert not pane.details.grab().isNull()

    def test_pages_are_named_by_the_chip(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged("FFB000E210", "000000BD 040000FF 00050000 00000000 9000"))
        model.set_chip("R", 1, chips()["ntag216"])
        pane.open_details(model.exchange(0))
        assert pane.details is not None
        assert "AUTH0: FF" in pane.details.text()

    def test_what_goes_to_the_reader_says_so(self, pane: TranscriptPane, model: TranscriptModel) -> None:
        fill(model, exchanged("FF00480000", b"ACR122U201".hex(), insertion=0))
        pane.open_details(model.exchange(0))
        assert pane.details is not None
        assert "to the reader" in pane.details.about.text()
        assert "To the reader." in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
