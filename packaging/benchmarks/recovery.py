"""The PC/SC service dies and returns twenty times, ten of them in the middle of a command."""

import asyncio
import gc
import os
import socket
import threading
import time
from contextlib import suppress

from cardscope.errors import CardScopeError, Sent, ServiceStoppedError
from cardscope.events import ReaderAdded, ServiceChanged, ServiceState, UidRead
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from support.cards import Do, RawCard
from support.events import TIMEOUT, Recorder
from support.pcscd import READERS, PrivatePcscd

from .results import Number, median
from .stage import Stage, meanwhile

_READ = bytes.fromhex("00B0000000")


async def measure(stage: Stage) -> list[Number]:
    times = 6 if stage.quick else 20
    pcscd = stage.pcscd
    service = CardService([PcscSource()])
    recorder = Recorder(service)
    recovered: list[float] = []
    unreported = 0
    try:
        await recorder.begin(READERS[0])
        # The first round makes what then stays: asyncio's helper thread, the modules of the error path.
        await _die(pcscd, recorder)
        await _return(pcscd, recorder)
        threads, files = _threads(), _files()
        for turn in range(times):
            if turn % 2:
                unreported += not await _die_in_a_call(pcscd, service, recorder)
            else:
                await _die(pcscd, recorder)
            with suppress(TimeoutError):
                recovered.append(await _return(pcscd, recorder))
        gc.collect()
        left_threads, left_files = _threads() - threads, _files() - files
    finally:
        await service.close()
    return [
        Number("deaths of the service without a recovery", times - len(recovered), "", 0, note=f"{times} deaths"),
        Number("calls in flight not reported as failed", unreported, "", 0, note=f"{times // 2} calls"),
        Number("threads left over", left_threads, "", 0),
        Number("files left open", left_files, "", 0),
        median("service listening again to both readers listed", [one * 1000 for one in recovered], "ms"),
    ]


async def _die(pcscd: PrivatePcscd, recorder: Recorder) -> None:
    start = len(recorder.events)
    pcscd.kill()
    await recorder.wait_for(ServiceChanged, _is_stopped, after=start)


async def _die_in_a_call(pcscd: PrivatePcscd, service: CardService, recorder: Recorder) -> bool:
    """Kills the service while a card is thinking; whether the caller was told."""
    start = len(recorder.events)
    card = RawCard(lambda command: b"\x90\x00" if command[:2] == b"\xff\xca" else Do.HANG)
    async with meanwhile(card.serve(pcscd.port)):
        await recorder.wait_for(UidRead, after=start)
        session = service.session(READERS[0])
        assert session is not None
        card.got_command.clear()
        sending = asyncio.create_task(session.send(_READ))
        await card.got_command.wait()
        await _die(pcscd, recorder)
        try:
            async with asyncio.timeout(TIMEOUT):
                await sending
        except ServiceStoppedError as error:
            return error.sent is Sent.UNKNOWN
        except (CardScopeError, TimeoutError):
            pass
        return False


async def _return(pcscd: PrivatePcscd, recorder: Recorder) -> float:
    """Seconds from the moment that the service listens again until both readers are listed."""
    start = len(recorder.events)
    starting = asyncio.create_task(asyncio.to_thread(pcscd.start))
    listening = await asyncio.to_thread(_wait_until_listening, str(pcscd.socket))
    for reader in READERS:
        await recorder.wait_for(ReaderAdded, lambda event, name=reader: event.reader.name == name, after=start)
    listed = time.monotonic()
    await starting
    return listed - listening


def _is_stopped(event: ServiceChanged) -> bool:
    return event.state is ServiceState.STOPPED


def _wait_until_listening(path: str) -> float:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                return time.monotonic()
        time.sleep(0.001)
    raise TimeoutError("the PC/SC service does not listen again")


def _threads() -> int:
    # asyncio's own helpers come and go with its pool.
    return sum(thread.name.startswith("cardscope") for thread in threading.enumerate())


def _files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the listing itself holds one, always the same one
