"""A PIN, a password or a key that is sent from the console leaves no trace on the disk, in the log or in a row."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cardscope.events import Identified, UidRead
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.identification import Identification
from cardscope.service import CardService
from cardscope.store.database import Database
from cardscope.store.history import HistoryEntry
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.panel import ConsolePanel

from .conftest import READER, SteppedBridge

PIN, NEW_PIN, PASSWORD, WRITTEN, NATIVE, PACK = (f"5EC2E7{number:02X}" for number in range(6))
KEY, PROOF = "5EC2E7F0F1F2", "5EC2E7E05EC2E7E15EC2E7E25EC2E7E3"
COMMANDS = (
    f"00 20 00 01 04 {PIN}",
    f"00 24 00 01 08 {PIN} {NEW_PIN}",
    f"FF 00 00 00 07 D4 42 1B {PASSWORD}",
    f"FF D6 00 E5 04 {WRITTEN}",
    f"FF D6 00 E6 04 {PACK}",
    f"FF 00 00 00 08 D4 42 A2 E5 {NATIVE}",
    f"FF 00 00 00 13 D4 42 AF {PROOF}",
    f"FF 82 00 00 06 {KEY}",
)
"""VERIFY, CHANGE REFERENCE DATA, PWD_AUTH, writes to PWD and PACK in both ways, 3DES authentication, LOAD KEYS."""


def spellings() -> Iterator[bytes]:
    """Any four bytes in a row of each secret: as they are, and as hex of either case with and without spaces."""
    for secret in (PIN, NEW_PIN, PASSWORD, WRITTEN, NATIVE, PACK, KEY, PROOF):
        data = bytes.fromhex(secret)
        for piece in (data[at : at + 4] for at in range(len(data) - 3)):
            spelled = (piece.hex(), piece.hex().upper(), piece.hex(" "), piece.hex(" ").upper())
            yield from (piece, *(each.encode() for each in spelled))


async def quiet(panel: ConsolePanel) -> None:
    """Waits until the command under way is done, or held back."""
    async with asyncio.timeout(10):
        while panel.composer.busy:
            await asyncio.sleep(0)
            QApplication.processEvents()


async def test_no_secret_is_kept_in_clear(qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "kept"
    database = await Database(folder / "cardscope.db").open()
    bridge, reader = Bridge(), VirtualReader()
    service = CardService([VirtualSource(reader)])
    bridge.connect_service(service, reader)
    panel = ConsolePanel(bridge)
    qtbot.addWidget(panel)
    panel.history.keep_in(database)
    known, changed = asyncio.Event(), asyncio.Event()
    service.subscribe(lambda event: known.set() if isinstance(event, UidRead) else None)
    panel.history.changed.connect(changed.set)
    failures: list[str] = []
    panel.history.failed.connect(failures.append)
    bridge.failed.connect(failures.append)
    async with service:
        reader.insert(ready_card("ntag216").make(reader_model("acr122u")))
        async with asyncio.timeout(10):
            await known.wait()
        session = service.session(reader.name)
        assert session is not None
        panel.show_session(session, reader.name)
        for command in COMMANDS:
            changed.clear()
            panel.composer.edit.set_text(command)
            panel.composer.submit()
            await quiet(panel)
            if not panel.refusal.isHidden():
                for tick in panel.refusal.ticks:
                    tick.setChecked(True)
                panel.refusal.send_button.click()
                await quiet(panel)
            async with asyncio.timeout(10):
                await changed.wait()
        answers: asyncio.Queue[list[HistoryEntry]] = asyncio.Queue()
        panel.history.found.connect(answers.put_nowait)
        panel.open_history()
        assert panel.history_window is not None
        async with asyncio.timeout(10):
            entries = await answers.get()
            panel.history_window.search.setText("5EC2E7")
            assert await answers.get() == [], "a secret is not to be found either"
        panel.transcript.insert_waiting()
        sent = [panel.transcript.exchange(row).command for row in range(panel.transcript.rowCount())]
        assert [command for command in COMMANDS if bytes.fromhex(command) not in sent] == []
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        model = panel.transcript
        rows = [model.index(row).data(role) for row in range(model.rowCount()) for role in roles]
        while_open = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        await bridge.close()
    await database.close()
    assert failures == []
    assert len(entries) == len(COMMANDS)
    assert "cardscope.db-wal" in while_open
    closed = {f"{path.name}, closed": path.read_bytes() for path in sorted(folder.iterdir())}
    texts = {"rows": "\n".join(rows).encode(), "log": caplog.text.encode()}
    for name, content in {**while_open, **closed, **texts}.items():
        assert [spelling for spelling in spellings() if spelling in content] == [], name


@pytest.mark.parametrize(
    ("certainty", "kept", "row"),
    [
        (Certainty.CERTAIN, "FF D6 00 2B 04 01 02 03 04", "FF D6 00 2B 04 01 02 03 04"),
        (Certainty.LIKELY, "FF D6 00 2B 04 •• •• •• ••", "FF D6 00 2B 04 01 02 03 04"),
        (Certainty.GUESS, "FF D6 00 2B 04 •• •• •• ••", "FF D6 00 2B 04 •• •• •• ••"),
    ],
)
def test_a_chip_that_is_not_certain_keeps_its_passwords(
    panel: ConsolePanel, bridge: SteppedBridge, certainty: Certainty, kept: str, row: str
) -> None:
    """Page 2B is user memory of an NTAG216 and the password of an NTAG213: the disk gets what is certain."""
    identity = ChipIdentity("NTAG216", "NXP", certainty, (), chip=chips()["ntag216"])
    known = Identification(READER, 1, b"", None, chip=identity)
    bridge.service.known = known
    bridge.published.emit(Identified(READER, 1, known, 0.0))
    answers: list[HistoryEntry] = []
    panel.history.found.connect(answers.extend)
    panel.composer.edit.set_text("FF D6 00 2B 04 01 02 03 04")
    panel.composer.submit()
    panel.history.search("", uid=None, favourites=False)
    assert [entry.command.text for entry in answers] == [kept]
    assert panel.transcript.index(0).data().startswith(f"> {row}")
    panel.set_folded(True)
    assert panel.line.text().startswith(row)
