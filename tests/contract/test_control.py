"""Commands to the reader itself: what takes them, who refuses them, and that they are seen."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from cardscope.errors import EscapeRefusedError, ReaderNotFoundError
from cardscope.events import CardInserted, CardRemoved, Exchanged, Origin, UidRead
from cardscope.guard import GuardRefusal
from cardscope.readers.escape import escape_code, escape_remedy
from cardscope.service import CardService
from cardscope.session import GET_UID
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model, reader_models
from support.cards import Echo
from support.events import Recorder
from support.rigs import Rig, VirtualRig

FIRMWARE = bytes.fromhex("FF00480000")
WRITE_PAGE_2 = bytes.fromhex("FF00000008D442A20200000F00")


async def test_a_reader_that_takes_no_commands_for_itself_says_what_to_do(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    with pytest.raises(EscapeRefusedError) as caught:
        await service.control(rig.reader, FIRMWARE)
    assert rig.reader in str(caught.value)
    assert caught.value.reader == rig.reader
    assert caught.value.remedy == escape_remedy() or isinstance(rig, VirtualRig)
    assert caught.value.remedy
    (told,) = recorder.all(Exchanged)
    assert (told.reader, told.insertion, told.origin, told.command) == (rig.reader, 0, Origin.USER, FIRMWARE)
    assert (told.response, told.error) == (None, str(caught.value))


async def test_nothing_is_asked_of_the_driver_before_the_guard(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    with pytest.raises(GuardRefusal) as caught:
        await service.control(rig.reader, WRITE_PAGE_2)
    assert any(hazard.permanent for hazard in caught.value.hazards)
    assert recorder.all(Exchanged) == []
    with pytest.raises(GuardRefusal):
        await service.control(rig.reader, WRITE_PAGE_2, approval="0" * 16)
    with pytest.raises(EscapeRefusedError):
        await service.control(rig.reader, WRITE_PAGE_2, approval=caught.value.digest)


async def test_an_approval_is_for_the_card_that_is_on_the_reader(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    with pytest.raises(GuardRefusal) as without_card:
        await service.control(rig.reader, WRITE_PAGE_2)
    await rig.insert(Echo())
    await recorder.wait_for(UidRead)
    with pytest.raises(GuardRefusal):
        await service.control(rig.reader, WRITE_PAGE_2, approval=without_card.value.digest)


async def test_a_command_to_the_reader_leaves_its_card_and_the_connection_alone(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    card = Echo()
    await rig.insert(card)
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    await session.send(bytes.fromhex("00B0000000"))
    before = list(card.commands)
    with pytest.raises(EscapeRefusedError):
        await service.control(rig.reader, FIRMWARE)
    assert card.commands == before
    assert session.protocol is not None
    assert (await session.send(bytes.fromhex("00B0000001"))).response is not None


async def test_a_reader_that_is_not_there(service: CardService, recorder: Recorder) -> None:
    with pytest.raises(ReaderNotFoundError):
        await service.control("No such reader", FIRMWARE)


@asynccontextmanager
async def virtual(
    model: str, *, read_uids: bool = True
) -> AsyncGenerator[tuple[CardService, VirtualReader, Recorder], None]:
    reader = VirtualReader()
    electronics = reader_model(model).without_card()
    reader.electronics = lambda: electronics
    service = CardService([VirtualSource(reader)], read_uids=read_uids)
    recorder = Recorder(service)
    await recorder.begin(reader.name)
    try:
        yield service, reader, recorder
    finally:
        await service.close()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("FF 00 48 00 00", b"ACR122U215".hex()),  # without a status word (ACR122U API §6.5)
        ("FF 00 40 0D 04 01 01 01 01", "9001"),
        ("FF 00 52 00 00", "9000"),
        ("FF 00 50 00 00", "90FF"),
        ("FF 00 00 00 02 D4 02", "D503320106079000"),  # GetFirmwareVersion of the PN532
        ("FF 00 00 00 03 D4 42 60", "D543019000"),  # nobody in the field: time-out
        ("FF CA 00 00 00", "6D00"),
    ],
)
async def test_an_acr122u_takes_its_own_commands_without_a_card(command: str, answer: str) -> None:
    async with virtual("acr122u") as (service, reader, recorder):
        exchanged = await service.control(reader.name, bytes.fromhex(command))
        assert exchanged.response == bytes.fromhex(answer)
        assert exchanged.insertion == 0
        assert recorder.all(Exchanged) == [exchanged]


async def test_only_models_that_are_known_to_take_them_do() -> None:
    assert [key for key, model in reader_models().items() if model.without_card() is not None] == ["acr122u"]


async def test_what_goes_to_the_reader_may_begin_something_on_the_card() -> None:
    """The first part by control, the second through the card's connection: the guard knows of both."""
    async with virtual("acr122u") as (service, reader, recorder):
        reader.insert(Echo())
        await recorder.wait_for(UidRead)
        session = service.session(reader.name)
        assert session is not None
        part = bytes.fromhex("FF00000004D442A002")
        with pytest.raises(GuardRefusal) as caught:
            await service.control(reader.name, part)
        await service.control(reader.name, part, approval=caught.value.digest)
        with pytest.raises(GuardRefusal) as second:
            await session.send(bytes.fromhex("FF00000012D442") + bytes.fromhex("00000F00") + bytes(12))
        assert second.value.hazards[0].permanent


async def test_an_approval_is_for_that_very_card_and_not_for_all_of_its_kind() -> None:
    """Also where nobody has asked for the UID yet."""
    digests: set[str] = set()
    for uid in ("04A1A2A3A4A5A6", "04B1B2B3B4B5B6"):
        async with virtual("acr122u", read_uids=False) as (service, reader, recorder):
            reader.insert(Echo(answers={GET_UID: bytes.fromhex(uid) + b"\x90\x00"}))
            await recorder.wait_for(CardInserted)
            with pytest.raises(GuardRefusal) as caught:
                await service.control(reader.name, WRITE_PAGE_2)
            digests.add(caught.value.digest)
            await service.control(reader.name, WRITE_PAGE_2, approval=caught.value.digest)
    assert len(digests) == 2


async def test_what_a_reader_was_told_holds_for_its_next_card() -> None:
    read, write_register = bytes.fromhex("FF00000004D4423004"), bytes.fromhex("FF00000005D408633D07")
    async with virtual("acr122u") as (service, reader, recorder):
        with pytest.raises(GuardRefusal) as caught:
            await service.control(reader.name, write_register)
        await service.control(reader.name, write_register, approval=caught.value.digest)
        for insertion in (1, 2):
            reader.insert(Echo())
            await recorder.wait_for(UidRead, lambda read, insertion=insertion: read.insertion == insertion)
            session = service.session(reader.name)
            assert session is not None
            with pytest.raises(GuardRefusal):
                await session.send(read)
            reader.remove()
            await recorder.wait_for(CardRemoved, lambda gone, insertion=insertion: gone.insertion == insertion)


@pytest.mark.parametrize(
    ("platform", "code", "words"),
    [
        ("linux", 0x42000001, ("ifdDriverOptions", "/etc/libccid_Info.plist", "pcscd")),
        ("darwin", 0x42000001, ("ifdDriverOptions", "/usr/local/libexec/SmartCardServices/drivers")),
        ("win32", 0x003136B0, ("EscapeCommandEnable", "HKEY_LOCAL_MACHINE")),
    ],
)
def test_each_platform_has_its_code_and_its_remedy(platform: str, code: int, words: tuple[str, ...]) -> None:
    assert escape_code(platform) == code
    assert all(word in escape_remedy(platform) for word in words)
