"""What the window does with the app's virtual reader, on the real virtual reader and the real PC/SC service."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest_asyncio

from cardscope.dumps import save
from cardscope.events import CardInserted
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.ready_cards import ready_card
from cardscope_gui.readers.loan import Loan
from cardscope_gui.readers.virtual_slot import VirtualSlot
from cardscope_gui.settings import Settings
from support.events import TIMEOUT, Recorder
from support.pcscd import READERS, PrivatePcscd

GET_UID = bytes.fromhex("FFCA000000")
ACR122U_FIRMWARE = bytes.fromhex("FF00480000")


class LoopBridge:
    """The part of the bridge that the slot uses."""

    def __init__(self) -> None:
        self.virtual_reader: VirtualReader | None = VirtualReader()
        self.tasks: list[asyncio.Task[Any]] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.tasks.append(asyncio.ensure_future(coroutine))

    async def finish(self) -> None:
        """Waits for all that was begun; raises what it raised."""
        async with asyncio.timeout(TIMEOUT):
            for result in await asyncio.gather(*self.tasks, return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                    raise result


class Rig:
    def __init__(self, settings: Settings) -> None:
        self.bridge = LoopBridge()
        self.settings = settings
        self.slot = VirtualSlot(self.bridge, settings)  # type: ignore[arg-type]
        self.said: list[str] = []
        self.loans: list[Loan] = []
        self._changed = asyncio.Event()
        self.slot.failed.connect(self.said.append)
        self.slot.changed.connect(self._note)

    @property
    def reader(self) -> VirtualReader:
        assert self.bridge.virtual_reader is not None
        return self.bridge.virtual_reader

    def _note(self) -> None:
        self.loans.append(self.slot.loan)
        self._changed.set()

    async def until(self, loan: Loan) -> None:
        async with asyncio.timeout(TIMEOUT):
            while self.slot.loan is not loan:
                self._changed.clear()
                await self._changed.wait()

    def send(self, command: bytes) -> bytes:
        assert self.reader.card is not None
        return self.reader.card.transmit(command)


@pytest_asyncio.fixture
async def rig(tmp_path: Path, qapp: object) -> AsyncIterator[Rig]:
    made = Rig(Settings(tmp_path / "window.ini"))
    yield made
    made.slot.take_back()
    await made.bridge.finish()


async def test_a_ready_card_goes_in_and_out(rig: Rig) -> None:
    rig.slot.insert("ntag213")
    assert rig.slot.card is not None
    assert rig.slot.card.title == "NTAG213, factory-fresh"
    rig.slot.remove()
    assert rig.reader.card is None
    assert rig.slot.card is None


async def test_another_model_takes_the_same_card_and_is_remembered(rig: Rig) -> None:
    rig.slot.insert("ntag213")
    assert rig.send(ACR122U_FIRMWARE) == bytes.fromhex("6D00")
    rig.send(bytes.fromhex("FFD6000804CAFEBABE"))
    before = rig.reader.status.card_serial
    rig.slot.choose_model("acr122u")
    assert rig.reader.status.card_serial > before, "out and in again"
    assert rig.send(ACR122U_FIRMWARE).startswith(b"ACR122U")
    assert rig.send(bytes.fromhex("FFB0000804")) == bytes.fromhex("CAFEBABE9000")
    rig.settings.save()
    assert VirtualSlot(rig.bridge, Settings(rig.settings.path)).model_key == "acr122u"  # type: ignore[arg-type]


async def test_a_model_that_is_gone_from_the_list_is_no_obstacle(rig: Rig) -> None:
    rig.slot.model_key = "of-an-older-version"
    rig.slot.insert("ntag213")
    assert rig.send(GET_UID)[-2:] == b"\x90\x00"


async def test_lent_and_taken_back(rig: Rig, pcscd: PrivatePcscd) -> None:
    rig.settings.vpcd_port = pcscd.port
    rig.slot.insert("ntag213")
    card = rig.reader.card
    async with CardService([VirtualSource(rig.reader), PcscSource()]) as service:
        recorder = Recorder(service)
        await service.settled()
        rig.slot.lend()
        await rig.until(Loan.LENT)
        assert rig.reader.card is None
        assert rig.slot.card is not None, "it still is this reader's card"
        await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0])
        rig.slot.take_back()
        await rig.until(Loan.HOME)
        assert rig.reader.card is card
    assert rig.loans == [Loan.ASKING, Loan.LENT, Loan.HOME]
    assert rig.said == []


async def test_inserting_another_card_ends_the_loan(rig: Rig, pcscd: PrivatePcscd) -> None:
    rig.settings.vpcd_port = pcscd.port
    rig.slot.insert("ntag213")
    rig.slot.lend()
    await rig.until(Loan.LENT)
    rig.slot.insert("ntag216")
    await rig.until(Loan.HOME)
    assert rig.slot.card is not None
    assert rig.slot.card.title == "NTAG216, factory-fresh"
    assert rig.send(GET_UID) == bytes.fromhex("04216216C016809000")


async def test_a_port_where_nobody_listens_is_said_with_what_to_do(rig: Rig) -> None:
    rig.settings.vpcd_port = 1
    rig.slot.insert("ntag213")
    before = rig.reader.status
    rig.slot.lend()
    await rig.bridge.finish()
    assert len(rig.said) == 1
    assert "127.0.0.1:1" in rig.said[0]
    assert "vsmartcard-vpcd" in rig.said[0]
    assert rig.slot.loan is Loan.HOME
    assert rig.reader.status == before


async def test_removing_a_card_ends_the_attempt_to_lend_it(rig: Rig) -> None:
    rig.slot.insert("ntag213")
    rig.slot.lend()
    await rig.until(Loan.ASKING)
    rig.slot.remove()
    await rig.bridge.finish()
    assert rig.slot.loan is Loan.HOME
    assert rig.reader.card is None


async def test_an_empty_reader_lends_nothing(rig: Rig) -> None:
    rig.slot.lend()
    assert rig.bridge.tasks == []


async def test_memory_is_saved_and_comes_back(rig: Rig, tmp_path: Path) -> None:
    rig.slot.insert("ntag215-locked")
    assert rig.slot.card is not None
    assert rig.slot.card.tag is not None
    image = rig.slot.card.tag.image
    path = tmp_path / "tag.bin"
    rig.slot.save_image(str(path))
    await rig.bridge.finish()
    assert path.read_bytes() == image
    rig.slot.remove()
    rig.slot.open_image(str(path))
    await rig.bridge.finish()
    assert rig.slot.card is not None
    assert rig.slot.card.tag is not None
    assert rig.slot.card.tag.image == image
    assert "tag.bin" in rig.slot.card.title
    assert rig.said == []


async def test_a_changed_card_makes_way_only_once_that_is_wanted(rig: Rig, tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    rig.slot.replace_wanted.connect(lambda title, replace: asked.append((title, replace)))
    rig.slot.insert("ntag213")
    rig.slot.insert("ntag216")
    assert asked == [], "nothing was written to the first"
    rig.send(bytes.fromhex("FFD6000804CAFEBABE"))
    rig.slot.choose_model("acr122u")
    assert asked == [], "the same card, on another model"
    card = rig.slot.card
    assert card is not None
    assert card.tag is not None
    rig.slot.insert("ntag213")
    rig.slot.insert_snapshot("other.nfc", ready_card("ntag215").make_tag().snapshot())
    began: list[str] = []
    rig.slot.insert_loose(ready_card("ntag213").make_loose(), lambda: began.append("twin"))
    await rig.bridge.finish()
    assert [title for title, _ in asked] == [card.title] * 3
    assert rig.slot.card is card
    assert rig.send(bytes.fromhex("FFB0000804")) == bytes.fromhex("CAFEBABE9000")
    assert began == []
    asked[1][1]()
    assert rig.slot.card is not card
    assert began == ["twin"]


async def test_a_card_that_is_saved_makes_way_without_a_question(rig: Rig, tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    rig.slot.replace_wanted.connect(lambda title, replace: asked.append((title, replace)))
    rig.slot.insert("ntag213")
    rig.send(bytes.fromhex("FFD6000804CAFEBABE"))
    then: list[str] = []
    rig.slot.save_image(str(tmp_path / "no" / "folder.bin"), lambda: then.append("lost"))
    await rig.bridge.finish()
    assert then == [], "it could not be saved"
    rig.slot.save_image(str(tmp_path / "tag.bin"), lambda: then.append("saved"))
    await rig.bridge.finish()
    assert then == ["saved"]
    rig.slot.insert("ntag216")
    assert asked == []
    assert rig.slot.card is not None
    assert rig.slot.card.title == "NTAG216, factory-fresh"


async def test_a_dump_file_of_another_tool_becomes_a_card(rig: Rig, tmp_path: Path) -> None:
    tag = ready_card("ntag216-implant").make_tag().snapshot()
    path = tmp_path / "tag.nfc"
    path.write_bytes(save(tag, "flipper").data)
    rig.slot.open_image(str(path))
    await rig.bridge.finish()
    assert rig.slot.card is not None
    assert rig.slot.card.tag is not None
    again = rig.slot.card.tag.snapshot()
    assert (again.chip, again.uid, again.signature) == (tag.chip, tag.uid, tag.signature)
    assert again.pages[0xE2] == tag.pages[0xE2]


async def test_a_size_of_several_chips_is_asked_about(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "tag.bin"
    path.write_bytes(ready_card("ntag213").make_tag().image)
    asked: list[tuple[str, bytes, list[Any]]] = []
    rig.slot.chip_wanted.connect(lambda *what: asked.append(what))
    rig.slot.open_image(str(path))
    await rig.bridge.finish()
    assert rig.reader.card is None, "not guessed"
    ((name, image, fitting),) = asked
    by_chip = {candidate.chip.key: candidate for candidate in fitting}
    assert set(by_chip) == {"ntag213", "ntag213f"}
    rig.slot.insert_image(name, image, by_chip["ntag213f"])
    await rig.bridge.finish()
    assert rig.slot.card is not None
    assert rig.slot.card.tag is not None
    assert rig.slot.card.tag.chip.key == "ntag213f"


async def test_a_bad_image_leaves_everything_as_it_was(rig: Rig, tmp_path: Path) -> None:
    rig.slot.insert("ntag216")
    before = rig.reader.status
    image = bytearray(ready_card("ntag215").make_tag().image)
    image[3] ^= 1
    for name, content, word in (("size.bin", bytes(541), "541"), ("bcc.bin", bytes(image), "BCC0")):
        path = tmp_path / name
        path.write_bytes(content)
        rig.slot.open_image(str(path))
        await rig.bridge.finish()
        assert name in rig.said[-1]
        assert word in rig.said[-1]
    rig.slot.open_image(str(tmp_path / "missing.bin"))
    rig.slot.save_image(str(tmp_path / "no" / "folder.bin"))
    await rig.bridge.finish()
    assert {"cannot be read" in said or "cannot be written" in said for said in rig.said[2:]} == {True}
    assert rig.reader.status == before


async def test_the_settings_of_the_reader_survive_nonsense(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    path.write_text("[virtual_reader]\nvpcd_port=many\n")
    assert Settings(path).vpcd_port == 35963
    path.write_text("[virtual_reader]\nvpcd_port=70000\n")
    assert Settings(path).vpcd_port == 35963
