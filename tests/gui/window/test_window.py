"""The window, driven by the service's events and by keys."""

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QPushButton, QScrollArea, QWidget

from cardscope.doctor import Finding
from cardscope.events import ServiceState
from cardscope.guard import Effect, GuardRefusal, Hazard, Verdict, judge
from cardscope.readers.protocol import CardProtocol, ReaderKind, ReaderState
from cardscope.virtual.ready_cards import ready_cards
from cardscope_gui.empty.page import Page
from cardscope_gui.main_window import MainWindow
from cardscope_gui.settings import Settings, SizeClass

ACR = "ACS ACR122U PICC Interface 00 00"
UID = bytes.fromhex("04A1B2C3D4E5F6")


def button(parent: QWidget, words: str) -> QPushButton:
    found = [each for each in parent.findChildren(QPushButton) if words in (each.text(), each.accessibleName())]
    assert found, f"no button {words!r}"
    return found[-1]


def resized(qtbot, window: MainWindow, width: int, height: int) -> MainWindow:
    window.resize(width, height)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (width, height))
    return window


def test_from_no_reader_to_a_card(window, bridge, settings):
    assert window.page is window.empty.page is Page.NO_READER
    bridge.plug(ACR)
    assert window.page is Page.NO_CARD
    assert window.header.isHidden()
    session = bridge.card_in(ACR)
    assert window.page is Page.CARD
    assert window.header.isVisible()
    assert window.header.atr.value.text() == session.atr.hex(" ").upper()
    assert window.header.uid.value.text() == "Reading…"
    bridge.uid_read(ACR, UID)
    assert window.header.uid.value.text() == "04 A1 B2 C3 D4 E5 F6"
    bridge.card_out(ACR)
    assert window.page is Page.NO_CARD
    assert window.header.isHidden()


def test_a_uid_that_cannot_be_had_says_why(window, bridge):
    bridge.plug(ACR)
    bridge.card_in(ACR)
    bridge.uid_read(ACR, None, "The reader does not tell the UID.")
    assert window.header.uid.value.text() == "The reader does not tell the UID."
    assert window.header.uid.copy_button.isHidden()
    assert not window.actions_.copy_uid.isEnabled()


def test_the_reason_of_an_earlier_card_is_not_told_of_the_next(window, bridge):
    bridge.plug(ACR)
    bridge.card_in(ACR)
    bridge.uid_read(ACR, None, "The reader does not tell the UID.")
    bridge.card_out(ACR)
    bridge.card_in(ACR)
    assert window.header.uid.value.text() == "Reading…"


def test_copying_by_key(qtbot, window, bridge):
    bridge.plug(ACR)
    session = bridge.card_in(ACR)
    bridge.uid_read(ACR, UID)
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == "04 A1 B2 C3 D4 E5 F6"
    assert window.header.uid.copy_button.accessibleName() == "Copied"
    qtbot.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == session.atr.hex(" ").upper()


def test_one_click_puts_an_ntag216_with_an_address_in(qtbot, window, virtual_reader):
    qtbot.mouseClick(button(window.empty, "Insert a virtual NTAG216"), Qt.MouseButton.LeftButton)
    assert virtual_reader.card is not None
    assert window.actions_.remove_virtual.isEnabled() is False, "enabled by the service's event, not by the click"


def test_the_slot_button_follows_the_slot(qtbot, window, bridge, virtual_reader):
    sidebar = window.sidebar.readers
    slot = sidebar.slot_button(window.model.index_of(virtual_reader.name))
    assert slot.accessibleName() == "Insert card into Virtual reader"
    window.slot.insert("ntag213")
    bridge.card_in(virtual_reader.name)
    assert slot.accessibleName() == "Remove card from Virtual reader"
    assert window.page is Page.CARD
    qtbot.mouseClick(slot, Qt.MouseButton.LeftButton)
    assert virtual_reader.card is None


def test_the_menu_key_offers_what_a_virtual_reader_can_do(qtbot, window, virtual_reader):
    sidebar = window.sidebar.readers
    sidebar.select(virtual_reader.name)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(sidebar.viewport(), event)
    menu = QApplication.activePopupWidget()
    slot = window.slot_actions
    assert slot.insert_menu.menuAction() in menu.actions()
    assert {slot.remove, slot.on_service, slot.port, slot.save_image} <= set(menu.actions())
    menu.close()


def test_the_insert_menu_has_every_ready_card_in_its_group(window, virtual_reader):
    menu = window.slot_actions.insert_menu
    menu.aboutToShow.emit()
    submenus = [action.menu() for action in menu.actions() if action.menu() is not None]
    assert [each.title() for each in submenus] == list(dict.fromkeys(card.group for card in ready_cards().values()))[1:]
    leaves = [action for each in (menu, *submenus) for action in each.actions() if action.toolTip() and action.text()]
    assert {card.description for card in ready_cards().values()} <= {action.toolTip() for action in leaves}
    next(action for action in submenus[0].actions() if action.text().startswith("NTAG213\t")).trigger()
    assert window.slot.card.title == "NTAG213, factory-fresh"
    assert virtual_reader.card is not None


def test_the_arrow_keys_keep_the_focus_in_the_list(qtbot, window, bridge, virtual_reader):
    bridge.plug(ACR)
    window.sidebar.readers.setFocus()
    qtbot.keyClick(window.sidebar.readers, Qt.Key.Key_Down)
    assert window.page is Page.VIRTUAL_EMPTY
    assert QApplication.focusWidget() is window.sidebar.readers
    qtbot.keyClick(window.sidebar.readers, Qt.Key.Key_Up)
    assert window.page is Page.NO_CARD


def test_arriving_in_the_list_chooses_nothing(window):
    window.sidebar.readers.setFocus()
    assert window.page is Page.NO_READER


def test_enter_on_a_reader_goes_to_its_page(qtbot, window, bridge):
    bridge.plug(ACR)
    window.sidebar.readers.setFocus()
    window.sidebar.readers.select(ACR)
    qtbot.keyClick(window.sidebar.readers, Qt.Key.Key_Return)
    assert window.empty.isAncestorOf(QApplication.focusWidget())


def test_the_view_stays_with_the_card_and_follows_when_it_leaves(window, bridge, virtual_reader):
    bridge.plug(ACR)
    bridge.card_in(virtual_reader.name)
    assert window.shown_session.reader == virtual_reader.name
    bridge.card_in(ACR)
    assert window.shown_session.reader == virtual_reader.name
    bridge.unplug(ACR)
    assert window.shown_session.reader == virtual_reader.name


@pytest.mark.parametrize(
    ("state", "page", "words"),
    [
        (ReaderState.MUTE, Page.CARD_MUTE, "The card does not answer"),
        (ReaderState.UNAVAILABLE, Page.READER_UNAVAILABLE, "This reader cannot be used right now"),
        (ReaderState.EXCLUSIVE, Page.CARD_HELD, "Another program holds this card"),
    ],
)
def test_trouble_is_named_and_comes_with_a_way_on(window, bridge, state, page, words):
    bridge.plug(ACR)
    bridge.becomes(ACR, state)
    assert window.empty.page is page
    assert words in [label.text() for label in window.empty.findChildren(QLabel)]
    assert [
        each for each in window.empty.widget().findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_a_stopped_service_says_so_and_leaves_virtual_cards(qtbot, window, bridge, virtual_reader):
    with qtbot.waitSignal(window.examination.finished):
        bridge.service_is(ServiceState.STOPPED, "Nothing answers.")
    assert window.empty.page is Page.SERVICE_STOPPED
    assert window.sidebar.service.accessibleName() == "PC/SC service stopped"
    assert window.slot_actions.insert_menu.isEnabled()
    bridge.card_in(virtual_reader.name)
    assert window.page is Page.CARD


def test_actions_are_enabled_only_when_they_can_work(window, bridge, virtual_reader):
    actions = window.actions_
    card_actions = [actions.copy_uid, actions.copy_atr, actions.reset_card, actions.release_card]
    assert not any(action.isEnabled() for action in [*card_actions, actions.remove_virtual])
    bridge.card_in(virtual_reader.name)
    bridge.uid_read(virtual_reader.name, UID)
    assert all(action.isEnabled() for action in [*card_actions, actions.remove_virtual])
    bridge.card_out(virtual_reader.name)
    assert not any(action.isEnabled() for action in [*card_actions, actions.remove_virtual])
    bridge.unplug(virtual_reader.name)
    assert not window.slot_actions.insert_menu.isEnabled()


def test_the_protocol_appears_with_the_connection(window, bridge, virtual_reader):
    session = bridge.card_in(virtual_reader.name)
    session.protocol = CardProtocol.T1
    bridge.uid_read(virtual_reader.name, UID)
    assert window.header._second.text().endswith("Virtual reader · T=1")


def test_an_unforeseen_error_is_shown_once_and_the_window_lives_on(window, bridge):
    bridge.failed.emit("ValueError: 7")
    assert window.notice.isVisible()
    assert "ValueError: 7" in window.notice.accessibleName()


def test_narrow_windows_have_a_rail_and_f9_lays_the_sidebar_over(qtbot, window):
    resized(qtbot, window, 1024, 700)
    assert window.sidebar.rail
    assert window.sidebar.width() == 56
    room = window.empty.width()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert not window.sidebar.rail
    assert window.empty.width() == room
    assert QApplication.focusWidget() is window.sidebar.readers
    qtbot.keyClick(window.sidebar.readers, Qt.Key.Key_Escape)
    assert window.sidebar.rail
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.mouseClick(window.empty.viewport(), Qt.MouseButton.LeftButton)
    assert window.sidebar.rail


def test_wide_windows_remember_the_rail(qtbot, window, settings):
    assert not window.sidebar.rail
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.sidebar.rail
    resized(qtbot, window, 1024, 900)
    resized(qtbot, window, 1440, 900)
    assert window.sidebar.rail
    assert settings.sidebar_rail(SizeClass.WIDE_TALL) is True
    assert settings.sidebar_rail(SizeClass.NARROW_TALL) is None


def test_the_console_opens_with_a_card_and_folds_in_low_windows(qtbot, window, bridge, virtual_reader):
    assert window.console.folded
    bridge.card_in(virtual_reader.name)
    assert not window.console.folded
    assert window.console.height() == 236
    resized(qtbot, window, 1440, 700)
    assert window.console.folded
    assert window.console.height() == 36
    resized(qtbot, window, 1440, 900)
    assert not window.console.folded


def test_the_users_fold_wins_over_the_rule(qtbot, window, bridge, virtual_reader, settings):
    bridge.card_in(virtual_reader.name)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert window.console.folded
    bridge.card_out(virtual_reader.name)
    bridge.card_in(virtual_reader.name)
    assert window.console.folded
    assert settings.console_folded(SizeClass.WIDE_TALL) is True
    assert settings.console_folded(SizeClass.WIDE_LOW) is None


def test_the_window_is_never_smaller_than_the_design(window):
    assert (window.minimumWidth(), window.minimumHeight()) == (1024, 640)


def test_size_and_appearance_come_back(qtbot, window, bridge, virtual_reader, settings):
    resized(qtbot, window, 1024, 700)
    dark = next(each for each in window.actions_.appearance.actions() if each.data() == "dark")
    dark.trigger()
    with qtbot.waitSignal(window.closing):
        window.close()
    again = MainWindow(bridge, Settings(settings.path))
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (1024, 700)
    assert next(each for each in again.actions_.appearance.actions() if each.isChecked()).data() == "dark"


def test_f6_goes_round_all_panes_and_shift_f6_back(qtbot, window, bridge, virtual_reader):
    bridge.card_in(virtual_reader.name)
    bridge.uid_read(virtual_reader.name, UID)
    window.sidebar.readers.setFocus()
    panes = window._panes()

    def pane() -> QWidget:
        focused = QApplication.focusWidget()
        return next(each for each in panes if each is focused or each.isAncestorOf(focused))

    walked = []
    for _ in panes:
        walked.append(pane())
        qtbot.keyClick(window, Qt.Key.Key_F6)
    assert walked[0] is window.sidebar
    assert len(set(map(id, walked))) == len(walked) >= 4
    assert pane() is window.sidebar
    qtbot.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert pane() is walked[-1]


@pytest.mark.parametrize("page", ["no reader", "no card", "virtual", "held", "card", "narrow"])
def test_whatever_takes_the_focus_has_a_name(qtbot, window, bridge, virtual_reader, page):
    if page in ("no card", "held"):
        bridge.plug(ACR)
    if page == "held":
        bridge.becomes(ACR, ReaderState.EXCLUSIVE)
    if page == "virtual":
        window.show_reader(virtual_reader.name)
    if page == "card":
        bridge.card_in(virtual_reader.name)
        bridge.uid_read(virtual_reader.name, UID)
    if page == "narrow":
        resized(qtbot, window, 1024, 640)
    nameless = [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not each.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_no_two_actions_share_their_keys(window):
    keys = Counter(sequence.toString() for action in window.findChildren(QAction) for sequence in action.shortcuts())
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_action_has_words_and_a_way_by_keyboard(window):
    for action in window.actions_.all():
        assert action.text()
        assert "&" in action.text() or not action.shortcut().isEmpty()


def test_library_and_scripts_open_from_the_menu(window):
    tools = next(menu for menu in window.menuBar().findChildren(QMenu) if window.actions_.library in menu.actions())
    assert window.actions_.scripts in tools.actions()
    window.actions_.library.trigger()
    assert window.console.library.window.isVisible()
    window.console.library.window.close()
    window.actions_.scripts.trigger()
    assert window.scripts.window.isVisible()
    window.close()
    assert not window.scripts.window.isVisible()


def test_the_look_changes_while_the_window_is_open(qtbot, window, bridge, virtual_reader):
    bridge.card_in(virtual_reader.name)
    for appearance in window.actions_.appearance.actions():
        appearance.trigger()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not window.grab().isNull()


def test_right_to_left_puts_the_sidebar_on_the_right(qtbot, window):
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    resized(qtbot, window, 1400, 900)
    assert window.sidebar.geometry().right() == window.workspace.width() - 1


def test_help_opens_without_blocking(qtbot, window):
    window.actions_.shortcuts.trigger()
    window.actions_.about.trigger()
    dialogs = [each for each in window.findChildren(QWidget) if each.isWindow() and each.isVisible()]
    assert {each.windowTitle() for each in dialogs} == {"Keyboard shortcuts", "About CardScope"}
    for each in dialogs:
        each.close()


def test_the_shortcuts_scroll_where_the_screen_is_low(window):
    window.actions_.shortcuts.trigger()
    shortcuts = next(each for each in window.findChildren(QDialog) if each.isVisible())
    rows = shortcuts.findChild(QScrollArea)
    assert shortcuts.height() < window.screen().availableGeometry().height()
    assert rows.verticalScrollBar().maximum() > 0
    assert rows.horizontalScrollBar().maximum() == 0
    words = {each.text() for each in shortcuts.findChildren(QLabel)}
    assert {"F2, Tab", "Enter, Right/Left"} <= words
    shortcuts.close()


def test_kinds_are_told_apart_by_a_badge(window, bridge, virtual_reader):
    bridge.plug(ACR)
    bridge.card_in(ACR)
    assert window.header._virtual.isHidden()
    bridge.card_out(ACR)
    bridge.card_in(virtual_reader.name)
    assert window.model.status(virtual_reader.name).kind is ReaderKind.VIRTUAL
    assert window.header._virtual.isVisible()


def test_when_the_service_dies_the_window_says_so_and_offers_no_choice_of_cards(window, bridge):
    bridge.plug(ACR)
    bridge.plug("Yubico YubiKey CCID 00 00")
    assert window.page is Page.NO_CARD
    bridge.unplug(ACR)
    bridge.unplug("Yubico YubiKey CCID 00 00")
    bridge.service_is(ServiceState.STOPPED, "The PC/SC service is not running.")
    assert window.page is window.empty.page is Page.SERVICE_STOPPED


def test_the_page_without_service_says_everything_once(qtbot, window, bridge):
    bridge.service_is(ServiceState.STOPPED, "The PC/SC service is not running.")
    window.examination.finish()

    def said() -> str:
        labels = [each for each in window.empty.findChildren(QLabel) if each.isVisibleTo(window.empty)]
        return " ".join(each.accessibleName() or each.text() for each in labels)

    window.empty.show_findings([Finding("readers", "ok", "All right")])
    qtbot.waitUntil(lambda: said().count("not running") == 1)  # what PC/SC said, for want of anything better
    note = "In the terminal from which you start CardScope; then start it again."
    problem = Finding("socket-redirected", "problem", "Told to talk to nobody", "", "unset IT", note)
    window.empty.show_findings([problem])
    qtbot.waitUntil(lambda: said().count("terminal") == 1)
    assert "not running" not in said()
    assert "unset IT" in said()


def test_buttons_in_a_row_are_of_one_height(qtbot, window, bridge):
    assert len({button(window.empty, words).height() for words in ("Insert a virtual NTAG216", "Other card")}) == 1
    bridge.service_is(ServiceState.STOPPED)
    window.examination.finish()
    qtbot.waitUntil(lambda: button(window.empty, "Insert a virtual card").height() > 0)
    assert len({button(window.empty, words).height() for words in ("Run the doctor", "Insert a virtual card")}) == 1


def test_the_console_grows_for_a_question_and_shrinks_again(qtbot, window, bridge):
    bridge.plug(ACR)
    bridge.card_in(ACR)
    console = window.console
    before = console.height()
    hazards = tuple(Hazard(f"effect_{n}", f"Makes page {n} read-only for ever.", permanent=True) for n in range(4))
    console.refusal.show_refusal(b"\0", GuardRefusal(Verdict(Effect.PERMANENT, hazards, ""), "digest"))
    qtbot.waitUntil(lambda: console.height() > before)
    for tick in console.refusal.ticks:
        assert tick.height() >= tick.sizeHint().height()
    console.refusal.dismiss()
    qtbot.waitUntil(lambda: console.height() == before)


def test_return_presses_what_has_the_focus(qtbot, window, virtual_reader):
    button = next(each for each in window.empty.findChildren(QPushButton) if "NTAG216" in each.text())
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert virtual_reader.card is not None


def test_f10_opens_the_menus(qtbot, window):
    shortcut = next(each for each in window.findChildren(QShortcut) if each.key().toString() == "F10")
    shortcut.activated.emit()
    assert window.menuBar().activeAction() is window.menuBar().actions()[0]
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_an_open_question_stays_when_the_window_gets_low(qtbot, window, bridge, virtual_reader):
    bridge.card_in(virtual_reader.name)
    verdict = judge(bytes.fromhex("FFD600020400000800"), None)
    window.console.refusal.show_refusal(bytes.fromhex("FFD600020400000800"), GuardRefusal(verdict, "0" * 16))
    window.resize(1024, 640)
    assert not window.console.folded
    assert window.console.refusal.isVisible()


def test_going_round_the_panes_leaves_the_menus_alive_when_the_page_goes(qtbot, window, bridge, virtual_reader):
    """PySide once took the menu bar for a child of the page, and gave it up with the page."""
    window.show_reader(virtual_reader.name)
    window.sidebar.readers.setFocus()
    for _ in window._panes():
        qtbot.keyClick(window, Qt.Key.Key_F6)
    bridge.plug(ACR)
    window.show_reader(ACR)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert all(action.text() for action in window.actions_.all())
