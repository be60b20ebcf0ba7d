"""The app's virtual card on the real PC/SC service and back, with its memory."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from cardscope.errors import CardScopeError, NoCardError
from cardscope.events import CardInserted, CardRemoved, ReaderAdded
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from cardscope.virtual.lending import lend
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.ready_cards import ready_card
from support.events import Recorder
from support.pcscd import READERS, PrivatePcscd

READ_PAGE_8 = bytes.fromhex("FFB0000804")
UID = bytes.fromhex("04216216C01680")


def write_page_8(data: str) -> bytes:
    return bytes.fromhex("FFD6000804") + bytes.fromhex(data)


@asynccontextmanager
async def lent_card(reader: VirtualReader, port: int) -> AsyncGenerator[list[str]]:
    log: list[str] = []
    task = asyncio.ensure_future(lend(reader, port=port, lent=lambda: log.append("lent")))
    try:
        yield log
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def service_of(reader: VirtualReader) -> AsyncGenerator[tuple[CardService, Recorder]]:
    async with CardService([VirtualSource(reader), PcscSource()]) as service:
        recorder = Recorder(service)
        await service.settled()
        yield service, recorder


async def test_there_and_back_it_is_one_card(pcscd: PrivatePcscd) -> None:
    reader = VirtualReader()
    card = ready_card("ntag216").make()
    reader.insert(card)
    async with service_of(reader) as (service, recorder):
        home = service.session(reader.name)
        assert home is not None
        await home.send(write_page_8("CAFEBABE"))
        async with lent_card(reader, pcscd.port) as log:
            await recorder.wait_for(CardRemoved, lambda event: event.reader == reader.name)
            assert log == ["lent"]
            assert reader.card is None
            await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0])
            away = service.session(READERS[0])
            assert away is not None
            assert (await away.read_uid()).uid == UID
            assert (await away.send(READ_PAGE_8)).response == bytes.fromhex("CAFEBABE9000")
            await away.send(write_page_8("0BADF00D"))
            seen = len(recorder.events)
        await recorder.wait_for(CardInserted, lambda event: event.reader == reader.name, after=seen)
        await recorder.wait_for(CardRemoved, lambda event: event.reader == READERS[0])
        assert reader.card is card
        again = service.session(reader.name)
        assert again is not None
        assert (await again.send(READ_PAGE_8)).response == bytes.fromhex("0BADF00D9000")


async def test_it_waits_for_a_service_that_restarts(pcscd: PrivatePcscd) -> None:
    reader = VirtualReader()
    reader.insert(ready_card("ntag216").make())
    async with service_of(reader) as (_, recorder), lent_card(reader, pcscd.port):
        await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0])
        await asyncio.to_thread(pcscd.kill)
        await recorder.wait_for(CardRemoved, lambda event: event.reader == READERS[0])
        seen = len(recorder.events)
        assert reader.card is None
        await asyncio.to_thread(pcscd.start)
        await recorder.wait_for(ReaderAdded, lambda event: event.reader.name == READERS[0], after=seen)
        await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0], after=seen)


async def test_a_port_that_another_card_has_is_named_and_nothing_moves(
    pcscd: PrivatePcscd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cardscope.virtual.vpcd.FIRST_MESSAGE_TIMEOUT", 0.5)
    first, second = VirtualReader("First"), VirtualReader("Second")
    first.insert(ready_card("ntag216").make())
    second.insert(ready_card("ntag213").make())
    before = second.status
    async with service_of(first) as (_, recorder), lent_card(first, pcscd.port):
        await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0])
        with pytest.raises(CardScopeError, match=str(pcscd.port)) as caught:
            await lend(second, port=pcscd.port, lent=lambda: pytest.fail("it is not"))
        assert "Another virtual card" in caught.value.remedy
    assert second.status == before


async def test_a_port_where_nobody_listens_is_named_and_nothing_moves() -> None:
    reader = VirtualReader()
    reader.insert(ready_card("ntag216").make())
    before = reader.status
    with socket.socket() as bound:  # not listening, and nobody else can
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(CardScopeError, match=f"127.0.0.1:{port}") as caught:
            await lend(reader, port=port, lent=lambda: pytest.fail("it is not"))
    assert "vsmartcard" in caught.value.remedy
    assert reader.status == before


async def test_an_empty_reader_has_nothing_to_lend() -> None:
    with pytest.raises(NoCardError):
        await lend(VirtualReader(), lent=lambda: None)


async def test_a_card_that_was_put_in_meanwhile_stays(pcscd: PrivatePcscd) -> None:
    reader = VirtualReader()
    reader.insert(ready_card("ntag216").make())
    newcomer = ready_card("ntag213").make()
    async with service_of(reader) as (_, recorder):
        async with lent_card(reader, pcscd.port):
            await recorder.wait_for(CardInserted, lambda event: event.reader == READERS[0])
            reader.insert(newcomer)
        assert reader.card is newcomer
