"""The same reader for every test of the contract: through a real PC/SC service, or in this process."""

import asyncio
from contextlib import suppress
from typing import Protocol

from cardscope.readers.pcsc_source import PcscSource
from cardscope.readers.protocol import Channel, ReaderAppeared, ReaderSource, SourceReport
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.vpcd import VpcdStage, serve_vpcd
from support.cards import TYPE2_ATR, Do, RawCard
from support.pcscd import READERS, PrivatePcscd


class Rig(Protocol):
    """A reader under test."""

    reader: str
    source: ReaderSource

    async def insert(self, card: VirtualCard) -> None: ...
    async def remove(self) -> None: ...
    def pull(self) -> None:
        """Takes the card off from within one of its commands: that one, or the next, is not answered."""
        ...

    async def insert_card_that_is_pulled_at_a_command(self) -> None:
        """It answers the question for its UID with 9000 alone, and is gone at any other command."""
        ...

    async def other_program(self) -> Channel:
        """A connection to the same card as another program has it."""
        ...

    async def close(self) -> None: ...


class VirtualRig:
    def __init__(self) -> None:
        self._reader = VirtualReader()
        self.reader = self._reader.name
        self.source = VirtualSource(self._reader)

    async def insert(self, card: VirtualCard) -> None:
        self._reader.insert(card)

    async def remove(self) -> None:
        self._reader.remove()

    def pull(self) -> None:
        self._reader.remove()

    async def insert_card_that_is_pulled_at_a_command(self) -> None:
        self._reader.insert(_PulledCard(self._reader))

    async def other_program(self) -> Channel:
        return await self._reader.connect()

    async def close(self) -> None:
        pass


class _PulledCard:
    atr = TYPE2_ATR

    def __init__(self, reader: VirtualReader) -> None:
        self._reader = reader

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        if command[:2] != b"\xff\xca":
            self._reader.remove()
        return b"\x90\x00"


class PcscRig:
    def __init__(self, pcscd: PrivatePcscd) -> None:
        self._port = pcscd.port
        self.reader = READERS[0]
        self.source = PcscSource()
        self._card: asyncio.Task[None] | None = None
        self._others: list[PcscSource] = []

    async def insert(self, card: VirtualCard, stage: VpcdStage | None = None) -> None:
        await self.remove()
        self._card = asyncio.ensure_future(serve_vpcd(card, port=self._port, connected=lambda: None, stage=stage))

    async def insert_card_that_is_pulled_at_a_command(self) -> None:
        card = RawCard(lambda command: b"\x90\x00" if command[:2] == b"\xff\xca" else Do.VANISH)
        self._card = asyncio.ensure_future(card.serve(self._port))

    def pull(self) -> None:
        if self._card is not None:
            self._card.cancel()

    async def remove(self) -> None:
        if self._card is not None:
            self._card.cancel()
            with suppress(asyncio.CancelledError):
                await self._card
            self._card = None

    async def other_program(self) -> Channel:
        found: asyncio.Future[ReaderAppeared] = asyncio.get_running_loop().create_future()

        def report(report: SourceReport) -> None:
            if isinstance(report, ReaderAppeared) and report.status.name == self.reader:
                found.set_result(report)

        source = PcscSource()
        self._others.append(source)
        source.start(report)
        return await (await found).reader.connect()

    async def close(self) -> None:
        await self.remove()
        for source in self._others:
            await source.close()
