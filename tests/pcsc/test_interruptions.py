"""Calls that are cancelled, services that die and programs that come in between, at the worst moment."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from smartcard import scard

from cardscope.errors import ReaderBusyError, ReaderError, Sent
from cardscope.events import CardInserted, CardRemoved, ReaderChanged, ReaderRemoved, UidRead
from cardscope.readers import pcsc
from cardscope.readers.pcsc_source import PcscReader
from cardscope.readers.protocol import ReaderState
from cardscope.service import CardService
from cardscope.session import CardSession
from support.cards import CONTACT_ATR, Do, RawCard
from support.events import Recorder
from support.pcscd import READERS, PrivatePcscd

READ = bytes.fromhex("00B0000000")


@asynccontextmanager
async def contact_card(pcscd: PrivatePcscd, service: CardService, recorder: Recorder, answer: Any = b"\x90\x00"):
    """A card with contacts in the first reader: nothing is sent to it unasked."""
    card = RawCard(lambda _command: answer, CONTACT_ATR)
    serving = asyncio.ensure_future(card.serve(pcscd.port))
    await recorder.wait_for(CardInserted)
    session = service.session(READERS[0])
    assert session is not None
    yield session
    serving.cancel()


def pcsc_reader(service: CardService) -> PcscReader:
    reader = service._readers[READERS[0]].reader
    assert isinstance(reader, PcscReader)
    return reader


class OtherProgram:
    """Another program's connection to the first reader; its blocking calls are made on a thread."""

    def __init__(self) -> None:
        _, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)

    async def connect(self, share_mode: int) -> int:
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        connect = scard.SCardConnect
        result, self._handle, _ = await asyncio.to_thread(connect, self._context, READERS[0], share_mode, protocols)
        return result

    async def begin_transaction(self) -> int:
        async with asyncio.timeout(5):
            return await asyncio.to_thread(scard.SCardBeginTransaction, self._handle)

    async def let_go(self) -> None:
        await asyncio.to_thread(scard.SCardDisconnect, self._handle, scard.SCARD_LEAVE_CARD)

    async def end(self) -> None:
        # It may reset the card, which answers on the event loop of this test.
        await asyncio.to_thread(scard.SCardReleaseContext, self._context)


@pytest.fixture
def stopped_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[type, str], tuple[asyncio.Event, threading.Event]]:
    """Makes a PC/SC call wait: the first event says that it is being made, setting the second lets it go on."""

    def stop_in(owner: type, name: str) -> tuple[asyncio.Event, threading.Event]:
        loop, entered, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
        real = getattr(owner, name)

        def slow(*arguments: Any) -> Any:
            loop.call_soon_threadsafe(entered.set)
            go_on.wait(5)
            return real(*arguments)

        monkeypatch.setattr(owner, name, slow)
        return entered, go_on

    return stop_in


async def cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_connect_that_was_cancelled_leaves_no_connection(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder, stopped_in: Any
) -> None:
    async with contact_card(pcscd, service, recorder) as session:
        entered, go_on = stopped_in(pcsc.Context, "connect")
        sending = asyncio.create_task(session.send(READ))
        await entered.wait()
        await cancelled(sending)
        go_on.set()
        await pcsc_reader(service).call(lambda: None)  # behind the connect
        await pcsc_reader(service).call(lambda: None)  # behind its undoing
        other = OtherProgram()
        assert await other.connect(scard.SCARD_SHARE_EXCLUSIVE) == scard.SCARD_S_SUCCESS
        await other.end()


async def test_a_transaction_that_was_cancelled_at_its_begin_locks_nobody_out(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder, stopped_in: Any
) -> None:
    async with contact_card(pcscd, service, recorder):
        channel = await pcsc_reader(service).connect()
        entered, go_on = stopped_in(pcsc.Card, "begin_transaction")

        async def transact() -> None:
            async with channel.transaction():
                pytest.fail("entered after the cancel")

        transacting = asyncio.create_task(transact())
        await entered.wait()
        await cancelled(transacting)
        go_on.set()
        other = OtherProgram()
        assert await other.connect(scard.SCARD_SHARE_SHARED) == scard.SCARD_S_SUCCESS
        assert await other.begin_transaction() == scard.SCARD_S_SUCCESS
        await other.end()
        await channel.disconnect()


async def test_leaving_a_transaction_does_not_hide_what_went_wrong_in_it(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    async with contact_card(pcscd, service, recorder, Do.VANISH):
        channel = await pcsc_reader(service).connect()

        async def transact() -> None:
            async with channel.transaction():
                try:
                    await channel.transmit(READ)
                finally:
                    await recorder.wait_for(CardRemoved)

        with pytest.raises(ReaderError) as caught:
            await transact()
        assert caught.value.sent is Sent.UNKNOWN


async def test_a_connection_may_end_inside_its_transaction(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    async with contact_card(pcscd, service, recorder):
        channel = await pcsc_reader(service).connect()
        async with channel.transaction():
            await channel.disconnect()


async def test_a_reader_that_is_gone_does_not_come_back_with_its_last_channel(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    """The slot was IN_USE by our own connection when the service died."""
    async with contact_card(pcscd, service, recorder) as session:
        assert isinstance(session, CardSession)
        await session.send(READ)
        while pcsc_reader(service)._slot.state is not ReaderState.IN_USE:
            await service.refresh()
        start = len(recorder.events)
        await asyncio.to_thread(pcscd.kill)
        await recorder.wait_for(ReaderRemoved, lambda event: event.name == READERS[0], after=start)
        await asyncio.gather(*service._tasks)
        late = [event for event in recorder.events[start:] if isinstance(event, ReaderChanged)]
        assert late == []


async def test_the_automatic_uid_leaves_the_card_to_programs_that_want_it_alone(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    card = RawCard(lambda _command: bytes.fromhex("041122334455669000"))
    serving = asyncio.ensure_future(card.serve(pcscd.port))
    await recorder.wait_for(UidRead)
    await asyncio.gather(*service._tasks)
    await pcsc_reader(service).call(lambda: None)  # behind the disconnect
    other = OtherProgram()
    assert await other.connect(scard.SCARD_SHARE_EXCLUSIVE) == scard.SCARD_S_SUCCESS
    await other.end()
    serving.cancel()


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.3, 0.6])
async def test_a_card_freed_at_any_moment_is_seen_to_be_free(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder, delay: float
) -> None:
    """pcscd looks at its readers every 0.4 s, and reports a card as freed only to those who saw it held."""
    async with contact_card(pcscd, service, recorder) as session:
        other = OtherProgram()
        assert await other.connect(scard.SCARD_SHARE_EXCLUSIVE) == scard.SCARD_S_SUCCESS
        with pytest.raises(ReaderBusyError):
            await session.send(READ)
        await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.EXCLUSIVE)
        start = len(recorder.events)
        await asyncio.sleep(delay)  # the moment is what the test is about
        await other.let_go()
        await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.PRESENT, after=start)
        await other.end()
