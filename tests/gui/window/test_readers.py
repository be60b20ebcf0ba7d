"""The list of readers, what it says, and which reader the window shows."""

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from cardscope.events import ServiceState
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope_gui.empty.page import Page, choose_page
from cardscope_gui.readers.loan import Loan
from cardscope_gui.readers.model import ReaderModel
from cardscope_gui.readers.panel import FULL_WIDTH
from cardscope_gui.readers.reader_list import ReaderList
from cardscope_gui.readers.shown_reader import ShownReader
from cardscope_gui.readers.slot_button import SlotButton, SlotUse
from cardscope_gui.readers.state import reader_icon, reader_mark, reader_words


def status(name, state=ReaderState.EMPTY, kind=ReaderKind.PCSC, atr=None):
    return ReaderStatus(name, kind, state, atr)


def texts(model):
    return [model.index(row).data() for row in range(model.rowCount())]


@pytest.fixture
def model(qtbot):
    made = ReaderModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def test_without_readers_a_row_says_where_they_will_appear(model):
    assert texts(model) == ["Readers", "No PC/SC reader"]
    assert not any(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsSelectable for row in range(2))
    assert "Plug one in" in model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)


def test_virtual_readers_have_their_own_section(model):
    model.put(status("Virtual reader", kind=ReaderKind.VIRTUAL))
    model.put(status("B"))
    model.put(status("A"))
    assert texts(model) == ["Readers", "B", "A", "Virtual readers", "Virtual reader"]
    model.remove("B")
    model.remove("A")
    assert texts(model) == ["Readers", "No PC/SC reader", "Virtual readers", "Virtual reader"]


def test_a_change_of_state_touches_its_row_alone(model):
    for name in "ABC":
        model.put(status(name))
    changed, inserted, removed = (
        QSignalSpy(signal) for signal in (model.dataChanged, model.rowsInserted, model.rowsRemoved)
    )
    model.put(status("B", ReaderState.MUTE))
    assert (changed.count(), inserted.count(), removed.count()) == (1, 0, 0)
    assert changed.at(0)[0].row() == 2
    assert model.status("B").state is ReaderState.MUTE


def test_selection_stays_when_another_reader_comes_or_goes(qtbot, model):
    model.put(status("A"))
    model.put(status("C"))
    view = ReaderList(model)
    qtbot.addWidget(view)
    view.select("C")
    model.put(status("B"))
    model.remove("A")
    assert view.currentIndex().data() == "C"
    assert view.selectionModel().isSelected(view.currentIndex())


def test_arrow_keys_skip_headings(qtbot, model):
    model.put(status("A"))
    model.put(status("V", kind=ReaderKind.VIRTUAL))
    view = ReaderList(model)
    qtbot.addWidget(view)
    view.show()
    view.selectionModel().setCurrentIndex(model.index_of("A"), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    with qtbot.waitSignal(view.selected) as moved:
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert moved.args == ["V"]


def test_each_state_has_words_of_its_own_and_a_shape():
    words = {state: reader_words(status("R", state)) for state in ReaderState}
    assert len(set(words.values())) == len(ReaderState)
    assert words[ReaderState.EXCLUSIVE] == "In use by another program"
    assert words[ReaderState.IN_USE] == "Shared with another program"
    shapes = {reader_mark(state) for state in ReaderState}
    assert len(shapes) == len(ReaderState) - 1
    assert reader_mark(ReaderState.IN_USE) is reader_mark(ReaderState.EXCLUSIVE), "the mock-ups' ring with a bar"


@pytest.mark.parametrize(
    ("name", "icon"),
    [
        ("ACS ACR122U PICC Interface 00 00", "reader-contactless"),
        ("Yubico YubiKey OTP+FIDO+CCID 00 00", "reader-key"),
        ("Identiv uTrust 2700 R Smart Card Reader 00 00", "reader-contact"),
    ],
)
def test_the_drawing_follows_the_drivers_name(name, icon):
    assert reader_icon(status(name)) == icon


@pytest.mark.parametrize(
    ("atr", "icon"),
    [
        # PC/SC Part 3: MIFARE Ultralight, and ISO 14443-4 without historical bytes. The last one has contacts.
        ("3B8F8001804F0CA0000003060300030000000068", "reader-contactless"),
        ("3B80800101", "reader-contactless"),
        ("3B9F958131FE9F006646530523002571DF000003900096", "reader-contact"),
    ],
)
def test_the_drawing_follows_the_card_where_the_name_tells_nothing(atr, icon):
    name, held = "Virtual PCD 00 00", bytes.fromhex(atr)
    assert reader_icon(status(name, ReaderState.PRESENT, atr=held)) == icon
    assert reader_icon(status(name, ReaderState.EXCLUSIVE, atr=held)) == icon
    assert reader_icon(status(name, ReaderState.PRESENT, ReaderKind.VIRTUAL, held)) == "reader-virtual"
    assert reader_icon(status(name)) == "reader-contact"


def test_a_card_never_takes_the_view_from_another_card(model):
    shown = ShownReader(model)
    model.put(status("A", ReaderState.PRESENT))
    model.put(status("B"))
    shown.settle()
    assert shown.name == "A"
    model.put(status("B", ReaderState.PRESENT))
    shown.card_inserted("B")
    assert shown.name == "A"
    model.put(status("A"))
    shown.card_inserted("B")
    assert shown.name == "B"


def test_a_card_that_another_program_holds_does_not_draw_the_view(model):
    shown = ShownReader(model)
    model.put(status("A"))
    shown.settle()
    model.put(status("B", ReaderState.EXCLUSIVE))
    shown.card_inserted("B")
    assert shown.name == "A"


def test_when_the_shown_reader_goes_a_card_is_next_then_a_reader_then_nothing(model):
    shown = ShownReader(model)
    for each in (status("A"), status("B"), status("C", ReaderState.PRESENT), status("V", kind=ReaderKind.VIRTUAL)):
        model.put(each)
    shown.choose("A")
    model.remove("A")
    shown.settle()
    assert shown.name == "C"
    model.remove("C")
    shown.settle()
    assert shown.name == "B"
    model.remove("B")
    shown.settle()
    assert shown.name is None


@pytest.mark.parametrize(
    ("shown", "has_session", "service", "page"),
    [
        (None, False, ServiceState.STARTING, Page.SERVICE_STARTING),
        (None, False, ServiceState.STOPPED, Page.SERVICE_STOPPED),
        (None, False, ServiceState.RUNNING, Page.NO_READER),
        (status("A"), False, ServiceState.RUNNING, Page.NO_CARD),
        (status("V", kind=ReaderKind.VIRTUAL), False, ServiceState.STOPPED, Page.VIRTUAL_EMPTY),
        (status("A", ReaderState.MUTE), False, ServiceState.RUNNING, Page.CARD_MUTE),
        (status("A", ReaderState.UNAVAILABLE), False, ServiceState.RUNNING, Page.READER_UNAVAILABLE),
        (status("A", ReaderState.EXCLUSIVE), True, ServiceState.RUNNING, Page.CARD_HELD),
        (status("A", ReaderState.IN_USE), True, ServiceState.RUNNING, Page.CARD),
        (status("V", ReaderState.PRESENT, ReaderKind.VIRTUAL), True, ServiceState.STOPPED, Page.CARD),
    ],
)
def test_the_page_says_what_is_the_case(shown, has_session, service, page):
    assert choose_page(shown, has_session=has_session, service=service) is page


def test_a_lent_card_has_a_page_words_and_a_mark_of_its_own(model):
    empty = status("V", kind=ReaderKind.VIRTUAL)
    assert choose_page(empty, has_session=False, service=ServiceState.STOPPED, lent=True) is Page.LENT
    assert choose_page(status("A"), has_session=False, service=ServiceState.RUNNING, lent=True) is Page.NO_CARD
    model.put(empty)
    model.put(status("A"))
    model.set_loan(Loan.LENT)
    assert "Lent to PC/SC" in model.data(model.index_of("V"), Qt.ItemDataRole.AccessibleTextRole)
    assert "Lent" not in model.data(model.index_of("A"), Qt.ItemDataRole.AccessibleTextRole)
    assert reader_mark(ReaderState.EMPTY, Loan.LENT) is not reader_mark(ReaderState.EMPTY)
    assert len({reader_words(empty, loan) for loan in Loan}) == len(Loan)


def test_the_row_without_readers_says_what_is_missing():
    model = ReaderModel()
    assert "Plug one in" in model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    model.set_service_stopped(True)
    assert "PC/SC service" in model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)


def test_losing_the_current_reader_is_not_the_users_choice(qtbot, model):
    for each in (status("A"), status("B"), status("V", kind=ReaderKind.VIRTUAL)):
        model.put(each)
    view = ReaderList(model)
    qtbot.addWidget(view)
    view.show()
    chosen = QSignalSpy(view.selected)
    view.select("B")
    model.remove("B")
    view.select("A")
    model.remove("A")
    assert chosen.count() == 0
    view.select("V")
    model.put(status("A"))
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert [chosen.at(0)[0], chosen.count()] == ["A", 1], "the user is heard again"


@pytest.mark.parametrize(
    ("reason", "ring"),
    [
        (Qt.FocusReason.TabFocusReason, True),
        (Qt.FocusReason.BacktabFocusReason, True),
        (Qt.FocusReason.ShortcutFocusReason, True),
        (Qt.FocusReason.ActiveWindowFocusReason, False),
        (Qt.FocusReason.MouseFocusReason, False),
        (Qt.FocusReason.OtherFocusReason, False),
    ],
)
def test_only_the_keyboard_brings_the_ring(qtbot, model, reason, ring):
    model.put(status("A"))
    view = ReaderList(model)
    qtbot.addWidget(view)
    view.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, reason))
    assert view.itemDelegate().ring_shown is ring
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.itemDelegate().ring_shown
    view.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.ActiveWindowFocusReason))
    assert view.itemDelegate().ring_shown, "coming back to the window changes nothing"


@pytest.mark.parametrize(
    ("state", "loan", "use"),
    [
        (ReaderState.EMPTY, Loan.HOME, SlotUse.EMPTY),
        (ReaderState.PRESENT, Loan.HOME, SlotUse.CARD),
        (ReaderState.EMPTY, Loan.LENT, SlotUse.LENT),
        (ReaderState.PRESENT, Loan.ASKING, SlotUse.LENT),
    ],
)
def test_the_slot_button_keeps_to_the_room_that_the_words_leave_it(qtbot, model, state, loan, use):
    model.put(status("V", ReaderState.EMPTY, ReaderKind.VIRTUAL))
    view = ReaderList(model)
    qtbot.addWidget(view)
    view.resize(FULL_WIDTH, 300)
    view.show()
    model.put(status("V", state, ReaderKind.VIRTUAL))
    model.set_loan(loan)
    button = view.slot_button(model.index_of("V"))
    assert button.width() == SlotButton.width_for(use)
    assert button.geometry().right() < view.viewport().width()
    words = button.fontMetrics().horizontalAdvance(button.text())
    around = 18 + (button.iconSize().width() if use is SlotUse.EMPTY else 0)
    assert button.width() >= words + around, "padding and edge of the style sheet, and the arrow"
