"""The engine on a real PC/SC service: its death and return, other programs, stuck cards, and nothing left behind."""

import asyncio
import json
import os
import sys
import threading
from pathlib import Path

import pytest
from smartcard import scard

from cardscope.errors import CardScopeError, ReaderBusyError, Sent, ServiceStoppedError
from cardscope.events import (
    CardInserted,
    CardRemoved,
    Exchanged,
    ReaderAdded,
    ReaderChanged,
    ReaderRemoved,
    ServiceChanged,
    ServiceState,
    UidRead,
)
from cardscope.readers.pcsc_source import PcscSource
from cardscope.readers.protocol import ReaderState
from cardscope.service import CardService
from cardscope.virtual.ready_cards import ready_card
from support.cards import CONTACT_ATR, Do, RawCard
from support.events import TIMEOUT, Recorder
from support.pcscd import READERS, PrivatePcscd
from support.rigs import PcscRig

READ = bytes.fromhex("00B0000000")


def is_stopped(event: ServiceChanged) -> bool:
    return event.state is ServiceState.STOPPED


def is_running(event: ServiceChanged) -> bool:
    return event.state is ServiceState.RUNNING


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the listing itself holds one, always the same one


async def test_readers_are_known_as_soon_as_the_service_is_settled(pcscd: PrivatePcscd) -> None:
    async with CardService([PcscSource()]) as service, asyncio.timeout(TIMEOUT):
        await service.settled()
        assert service.service_state is ServiceState.RUNNING
        assert [reader.name for reader in service.readers] == list(READERS)


async def test_a_start_without_the_service_says_so_and_waits_for_it(
    no_pcscd: PrivatePcscd, service: CardService
) -> None:
    recorder = Recorder(service)
    await service.__aenter__()
    stopped = await recorder.wait_for(ServiceChanged, is_stopped)
    assert stopped.detail == "The PC/SC service is not running."
    assert service.readers == ()
    await asyncio.to_thread(no_pcscd.start)
    await recorder.wait_for(ServiceChanged, is_running)
    await recorder.wait_for(ReaderAdded, lambda event: event.reader.name == READERS[1])


async def test_the_service_dies_and_returns_ten_times_with_a_call_in_flight_each_time(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    threads = threading.active_count()
    files = 0
    for attempt in range(10):
        start = len(recorder.events)
        card = RawCard(lambda command: b"\x90\x00" if command[:2] == b"\xff\xca" else Do.HANG)
        serving = asyncio.ensure_future(card.serve(pcscd.port))
        await recorder.wait_for(UidRead, after=start)
        session = service.session(READERS[0])
        assert session is not None
        card.got_command.clear()
        sending = asyncio.ensure_future(session.send(READ))
        await card.got_command.wait()
        await asyncio.to_thread(pcscd.kill)
        with pytest.raises(ServiceStoppedError) as caught:
            async with asyncio.timeout(TIMEOUT):
                await sending
        assert caught.value.sent is Sent.UNKNOWN
        await recorder.wait_for(ServiceChanged, is_stopped, after=start)
        await recorder.wait_for(CardRemoved, after=start)
        assert [event.name for event in recorder.all(ReaderRemoved)][-2:] == list(READERS)
        assert service.readers == ()
        assert recorder.all(Exchanged)[-1].error
        await serving
        await asyncio.to_thread(pcscd.start)
        await recorder.wait_for(ServiceChanged, is_running, after=start)
        await recorder.wait_for(ReaderAdded, lambda event: event.reader.name == READERS[1], after=start)
        if attempt == 4:
            files = open_files()
    assert open_files() <= files, "each return of the service leaves files open"
    # One worker a reader and the watch, as before; to_thread's own threads come and go with the pool.
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("cardscope")]
    assert len(ours) == 3, ours
    assert threading.active_count() <= threads + 3


async def test_the_service_dies_and_returns_ten_times_when_idle(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    for _ in range(10):
        start = len(recorder.events)
        await asyncio.to_thread(pcscd.kill)
        await recorder.wait_for(ServiceChanged, is_stopped, after=start)
        await asyncio.to_thread(pcscd.start)
        await recorder.wait_for(ServiceChanged, is_running, after=start)
        await recorder.wait_for(ReaderAdded, lambda event: event.reader.name == READERS[1], after=start)


async def test_a_card_that_another_program_holds_is_named_and_freed(
    pcscd: PrivatePcscd, rig: PcscRig, service: CardService, recorder: Recorder
) -> None:
    """A contact card, which CardScope does not touch by itself: the other program gets it first."""
    card = RawCard(lambda _command: b"\x90\x00", CONTACT_ATR)
    serving = asyncio.ensure_future(card.serve(pcscd.port))
    await recorder.wait_for(CardInserted)
    session = service.session(READERS[0])
    assert session is not None
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    result, handle, _ = scard.SCardConnect(
        context, READERS[0], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    )
    assert result == scard.SCARD_S_SUCCESS
    with pytest.raises(ReaderBusyError) as caught:
        await session.send(READ)
    assert "Another program" in str(caught.value)
    assert caught.value.sent is Sent.NO
    await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.EXCLUSIVE)
    start = len(recorder.events)
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.PRESENT, after=start)
    assert (await session.send(READ)).response == b"\x90\x00"
    assert card.commands == [READ], "nothing but what was asked for goes to a card with contacts"
    scard.SCardReleaseContext(context)
    serving.cancel()


async def test_a_card_that_another_program_shares_is_shown_as_in_use(pcscd: PrivatePcscd, service: CardService) -> None:
    card = RawCard(lambda _command: b"\x90\x00", CONTACT_ATR)
    serving = asyncio.ensure_future(card.serve(pcscd.port))
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    waiting = [(READERS[0], scard.SCARD_STATE_EMPTY)]
    await asyncio.to_thread(scard.SCardGetStatusChange, context, 10_000, waiting)
    result, handle, _ = await asyncio.to_thread(
        scard.SCardConnect, context, READERS[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0
    )
    assert result == scard.SCARD_S_SUCCESS
    recorder = Recorder(service)
    await service.__aenter__()
    # pcscd passes the use of a card on with its next look at the reader, up to 0.4 s later.
    await recorder.wait_for(ReaderAdded)
    while service.find_reader(READERS[0]).state is not ReaderState.IN_USE:
        await service.refresh()
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    await recorder.wait_for(
        ReaderChanged, lambda event: event.reader.name == READERS[0] and event.reader.state is ReaderState.PRESENT
    )
    scard.SCardReleaseContext(context)
    serving.cancel()


async def test_closing_does_not_wait_for_a_stuck_card(
    pcscd: PrivatePcscd, service: CardService, recorder: Recorder
) -> None:
    card = RawCard(lambda command: b"\x90\x00" if command[:2] == b"\xff\xca" else Do.HANG)
    serving = asyncio.ensure_future(card.serve(pcscd.port))
    await recorder.wait_for(UidRead)
    session = service.session(READERS[0])
    assert session is not None
    card.got_command.clear()
    sending = asyncio.ensure_future(session.send(READ))
    await card.got_command.wait()
    async with asyncio.timeout(2):  # far more than it takes; the bench has the figure
        await service.close()
    assert not sending.done()
    serving.cancel()  # which ends the stuck call, and with it the thread that was left behind
    with pytest.raises(CardScopeError):
        await sending


async def test_the_introductions_walk_with_plain_pyscard(pcscd: PrivatePcscd, rig: PcscRig, recorder: Recorder) -> None:
    await rig.insert(ready_card("ntag216").make())
    await recorder.wait_for(UidRead)
    walk = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("guide_walk.py")), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await walk.communicate()
    assert walk.returncode == 0
    assert json.loads(output) == {
        "readers": list(READERS),
        "uid": "04 21 62 16 C0 16 80",
        "status": "90 00",
        "atr": "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68",
        "uid_after_waiting": "04 21 62 16 C0 16 80",
        "status_after_waiting": "90 00",
        "empty_reader_timed_out": True,
    }
