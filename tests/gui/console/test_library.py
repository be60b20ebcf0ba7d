"""The library in the console: found, filled in, put into the composer, and sent only from there."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from cardscope.events import Exchanged, Origin
from cardscope.guard import GuardRefusal, Knowledge, Verdict, approval_digest, judge
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.identification import Identification
from cardscope.library import Entry, built_in, own_library_path
from cardscope.readers.families import family
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope.tags.catalogue import Chip, chips
from cardscope_gui.console.library_window import LibraryWindow
from cardscope_gui.console.panel import ConsolePanel

from .conftest import READER, ScriptedSession

ULTRALIGHT = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""reference §2"""
YUBIKEY = bytes.fromhex("3BFD1300008131FE158073C021C057597562694B657940")


@dataclass
class Service:
    known: Identification | None = None
    readers: tuple[ReaderStatus, ...] = ()
    controlled: list[bytes] = field(default_factory=list)

    def identification(self, _reader: str) -> Identification | None:
        return self.known

    async def control(self, reader: str, command: bytes, **_options: Any) -> Exchanged:
        self.controlled.append(command)
        return Exchanged(reader, 0, Origin.USER, command, b"\x90\x00", 1.0, 0.0)


class LoopBridge(QObject):
    """Runs each coroutine to its end, with those that it starts, on a loop of its own."""

    published = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.service = Service()

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        async def to_the_end() -> None:
            await coroutine
            while begun := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.gather(*begun)

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(to_the_end())
        else:
            self._begun = loop.create_task(coroutine)


@dataclass
class GuardedSession(ScriptedSession):
    """Asks the guard as the real one does."""

    atr: bytes = ULTRALIGHT
    chip: Chip | None = None
    known: Knowledge = field(default_factory=Knowledge)
    uid: bytes | None = bytes(7)

    async def send(self, command: bytes, *, approval: str | None = None, **options: Any) -> Exchanged:
        verdict: Verdict = judge(command, self.chip, None, self.known)
        digest = approval_digest(command, verdict, bytes(7))
        if verdict.needs_approval and approval != digest:
            raise GuardRefusal(verdict, digest)
        return await super().send(command, approval=approval, **options)


@pytest.fixture
def bridge() -> LoopBridge:
    return LoopBridge()


@pytest.fixture
def session(bridge: LoopBridge) -> GuardedSession:
    return GuardedSession(bridge)


@pytest.fixture
def panel(qtbot: QtBot, bridge: LoopBridge, session: GuardedSession) -> ConsolePanel:
    ntag = chips()["ntag216"]
    session.chip = ntag
    identity = ChipIdentity("NTAG216", "NXP", Certainty.CERTAIN, (), chip=ntag)
    bridge.service.known = Identification(
        READER, 1, ULTRALIGHT, bytes(7), family=family("acr122u"), chip=identity, complete=True
    )
    shown = ConsolePanel(bridge)
    qtbot.addWidget(shown)
    shown.resize(1100, 300)
    shown.show_session(session, READER)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


@pytest.fixture
def window(panel: ConsolePanel, qtbot: QtBot) -> LibraryWindow:
    panel.library.open()
    assert panel.library.window is not None
    qtbot.waitExposed(panel.library.window)
    return panel.library.window


def shown(window: LibraryWindow) -> list[str]:
    return [window.model.index(row).data() for row in range(window.model.rowCount())]


def choose(window: LibraryWindow, group: str, name: str) -> Entry:
    (found,) = [one for one in built_in() if one.group.startswith(group) and one.name == name]
    window.list.show_entry(found)
    assert window.list.entry == found
    return found


def test_opened_by_the_button_and_from_the_empty_transcript(panel, qtbot):
    assert panel.invitation.button.isVisible()
    qtbot.mouseClick(panel.invitation.button, Qt.MouseButton.LeftButton)
    assert panel.library.window.isVisible()
    panel.library.window.close()
    qtbot.mouseClick(panel.library.button, Qt.MouseButton.LeftButton)
    assert panel.library.window.isVisible()


def test_the_invitation_goes_with_the_first_command(panel, qtbot):
    qtbot.keyClicks(panel.composer.edit, "FFCA000000")
    qtbot.keyClick(panel.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not panel.invitation.button.isVisible())


def test_what_fits_comes_first_and_the_rest_with_its_reason(window, qtmodeltester):
    QAbstractItemModelTester(window.model)
    rows = shown(window)
    border = rows.index("Does not fit this reader and card")
    assert {"Get UID", "GET_VERSION", "Firmware version"} <= set(rows[:border])
    assert {"SELECT by name", "INCR_CNT"} <= set(rows[border:])
    choose(window, "Type 2", "INCR_CNT")
    assert window.details.misfit.words.accessibleName() == "NTAG216 has no INCR_CNT."
    assert window.details.misfit.isVisible()
    choose(window, "Type 2", "GET_VERSION")
    assert not window.details.misfit.isVisible()


def test_another_card_brings_other_commands(panel, window, bridge, session):
    bridge.service.known = None
    panel.show_session(GuardedSession(bridge, atr=YUBIKEY), READER)
    rows = shown(window)
    border = rows.index("Does not fit this reader and card")
    assert {"SELECT PIV", "VERIFY"} <= set(rows[:border])
    assert "GET_VERSION" in rows[border:]
    panel.show_session(None, None)
    assert not window.send_button.isEnabled()
    assert window.put_button.isEnabled()


def test_a_reader_without_a_card_takes_its_own_commands(panel, window, bridge):
    bridge.service.known = None
    bridge.service.readers = (ReaderStatus(READER, ReaderKind.PCSC, ReaderState.EMPTY),)
    panel.show_session(None, READER)
    choose(window, "Contactless", "Get UID")
    assert not window.send_button.isEnabled()
    choose(window, "ACS", "Firmware version")
    window.send()
    assert bridge.service.controlled == [bytes.fromhex("FF00480000")]


def test_words_and_bytes_are_found_and_the_arrow_keys_choose(window, qtbot):
    qtbot.keyClicks(window.search, "beep")
    assert shown(window) == ["ACS ACR122U", "Beep when a card comes: off", "Beep when a card comes: on"]
    assert window.details.rendered.command == bytes.fromhex("FF00520000")
    qtbot.keyClick(window.search, Qt.Key.Key_Down)
    assert window.details.rendered.command == bytes.fromhex("FF0052FF00")
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    assert window.search.text() == ""
    assert window.list.entry.name == "Beep when a card comes: on"
    qtbot.keyClicks(window.search, "nothing is like this")
    assert shown(window) == ["No command is like that."]
    assert not window.put_button.isEnabled()


def test_parameters_become_bytes_while_one_types(window):
    choose(window, "Type 2", "FAST_READ")
    last = window.details.form.fields["last"]
    last.setText("0x2C")
    assert window.details.command.toPlainText() == "FF 00 00 00 05 D4 42 3A 04 2C"
    assert "as ACS ACR122U carries it" in window.details.route.accessibleName()
    last.setText("300")
    assert window.details.command.toPlainText() == ""
    assert "not from 0 to 255" in window.details.form.hints["last"].text()
    assert last.accessibleDescription() == window.details.form.hints["last"].text()
    assert not window.put_button.isEnabled()
    assert not window.send_button.isEnabled()


def test_a_choice_is_a_list(window):
    choose(window, "ACS", "Light and buzzer")
    box = window.details.form.fields["state"]
    assert isinstance(box, QComboBox)
    box.setCurrentText("Both on")
    assert window.details.rendered.command[3] == 0x0F
    assert box.accessibleName() == "Lights"


def test_what_was_filled_in_is_there_again(window):
    choose(window, "Type 2", "READ")
    window.details.form.fields["page"].setText("9")
    choose(window, "Type 2", "GET_VERSION")
    choose(window, "Type 2", "READ")
    assert window.details.form.fields["page"].text() == "9"


def test_put_into_the_composer_sends_nothing(panel, window, session, qtbot):
    choose(window, "Storage", "Read pages")
    qtbot.keyClick(window.list, Qt.Key.Key_Return)
    assert not window.isVisible()
    assert panel.composer.edit.toPlainText() == "FF B0 00 04 10"
    assert session.sent == []


def test_send_goes_through_the_composer(panel, window, session, qtbot):
    choose(window, "Contactless", "Get UID")
    qtbot.mouseClick(window.send_button, Qt.MouseButton.LeftButton)
    assert panel.composer.edit.toPlainText() == "FF CA 00 00 00"
    assert session.sent == [(bytes.fromhex("FFCA000000"), None)]


def test_the_guard_holds_back_what_comes_from_the_library(panel, window, session, qtbot):
    choose(window, "Type 2", "WRITE")
    window.details.form.fields["page"].setText("2")
    window.details.form.fields["data"].setText("00 00 0F 00")
    assert "CardScope asks before it is sent." in window.details.effect.words.accessibleName()
    window.send()
    assert session.sent == []
    assert panel.refusal.isVisible()
    assert panel.refusal.ticks


def test_a_route_that_is_not_known(panel, window, bridge):
    bridge.service.known = None
    panel.show_session(GuardedSession(bridge, reader="A reader"), "A reader")
    choose(window, "Type 2", "GET_VERSION")
    assert window.details.command.toPlainText() == "60"
    assert window.put_button.isEnabled()
    assert not window.send_button.isEnabled()


def test_the_users_own_commands_and_what_is_wrong_with_them(panel, window):
    window.close()
    path = own_library_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    good = '[[entry]]\nname = "Door"\ncommand = "80 CA 01 00 00"\n'
    path.write_text(good + '[[entry]]\nname = "Bad"\ncommand = "80 C"\n', "utf-8")
    panel.library.open()
    assert "Door" in shown(window)
    assert "Line 6" in window.faults.accessibleName()
    assert window.faults.isVisible()
    path.write_text(good, "utf-8")
    panel.library.open()
    assert not window.faults.isVisible()


def test_the_users_own_file_is_made_with_an_example(panel, window, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("cardscope_gui.console.library_window.open_file", opened.append)
    window.own_button.click()
    assert opened == [str(own_library_path())]
    text = own_library_path().read_text("utf-8")
    # Without its "#", the example is a file without faults.
    own_library_path().write_text("\n".join(line.removeprefix("# ") for line in text.split("\n")[1:]), "utf-8")
    panel.library.open()
    assert not window.faults.isVisible(), window.faults.accessibleName()
    assert "Read a door's record" in shown(window)
    Path(opened[0]).unlink()


def test_every_part_has_a_name_for_screen_readers(window):
    choose(window, "Storage", "Read pages")
    parts = [window.search, window.list, window.details.command, *window.details.form.fields.values()]
    assert all(part.accessibleName() for part in parts)
    first = window.list._entries.index(1)
    assert "Contactless readers" in first.data(Qt.ItemDataRole.AccessibleTextRole)
