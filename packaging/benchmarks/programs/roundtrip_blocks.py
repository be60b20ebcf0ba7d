"""Sends the same command in turns through the service and through bare PC/SC, in one process and on one card.

    roundtrip_blocks.py asyncio|qasync BLOCKS SIZE

Prints, as JSON, the median in milliseconds of each block of SIZE exchanges.
"""

import asyncio
import json
import statistics
import sys
import time

from smartcard import scard

from cardscope.events import Event, UidRead
from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from cardscope.session import GET_UID, CardSession


async def main(blocks: int, size: int) -> int:
    service = CardService([PcscSource()])
    read: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def listen(event: Event) -> None:
        if isinstance(event, UidRead) and not read.done():
            read.set_result(event.reader)

    service.subscribe(listen)
    async with service:
        async with asyncio.timeout(15):
            reader = await read
        session = service.session(reader)
        assert session is not None
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, protocols)
        assert result == 0, scard.SCardGetErrorMessage(result)
        medians: dict[str, list[float]] = {"bare": [], "service": []}
        for block in range(blocks + 1):
            bare = _bare(card, protocol, size)
            ours = await _through_service(session, size)
            if block:  # the first warms up
                medians["bare"].append(bare)
                medians["service"].append(ours)
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
    print(json.dumps(medians), flush=True)
    return 0


def _bare(card: int, protocol: int, size: int) -> float:
    command = list(GET_UID)
    times: list[float] = []
    for _ in range(size):
        start = time.perf_counter()
        result, answer = scard.SCardTransmit(card, protocol, command)
        times.append(time.perf_counter() - start)
        assert result == 0, scard.SCardGetErrorMessage(result)
        assert answer[-2:] == [0x90, 0x00]
    return statistics.median(times) * 1000


async def _through_service(session: CardSession, size: int) -> float:
    times: list[float] = []
    for _ in range(size):
        start = time.perf_counter()
        exchanged = await session.send(GET_UID)
        times.append(time.perf_counter() - start)
        assert exchanged.response is not None
        assert exchanged.response[-2:] == b"\x90\x00"
    return statistics.median(times) * 1000


if __name__ == "__main__":
    if sys.argv[1] == "qasync":
        from PySide6.QtWidgets import QApplication

        from cardscope_gui import event_loop

        application = QApplication([])
        sys.exit(event_loop.run(main(*map(int, sys.argv[2:]))))
    sys.exit(asyncio.run(main(*map(int, sys.argv[2:]))))
