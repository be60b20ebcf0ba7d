"""The teaching card through a real PC/SC service, with each transmission protocol."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cardscope.readers.pcsc_source import PcscSource
from cardscope.readers.protocol import (
    CardProtocol,
    Reader,
    ReaderAppeared,
    ReaderState,
    SourceReport,
    StatusChanged,
)
from cardscope.virtual.iso7816 import Protocol, teaching_card_contact
from support.events import TIMEOUT
from support.rigs import PcscRig
from support.teaching_card import Case, cases, matches

NAMES = (
    "FCI on T=0, fetched in two parts",
    "T=1: FCI without Le waits for GET RESPONSE",
    "T=0: READ BINARY past the end of the file",
    "T=1: READ BINARY past the end of the file",
    "T=1: extended Le",
    "three wrong PINs block",
    "the counter survives power off, the verification does not",
    "channels have their own current files",
    "command chaining",
    "READ RECORD next goes on, and ends",
    "Type 4: detection and reading, without FCI",
)
CASES = {case.name: case for case in cases(Path(__file__).parents[1] / "core/virtual/iso7816/cases")}
ON_PROTOCOLS = [(CASES[name], protocol) for name in NAMES for protocol in Protocol if protocol in CASES[name].on]


@pytest_asyncio.fixture
async def source() -> AsyncIterator[PcscSource]:
    source = PcscSource()
    yield source
    await source.close()


@pytest.mark.parametrize(
    ("case", "protocol"), ON_PROTOCOLS, ids=[f"{case.name} | {protocol}" for case, protocol in ON_PROTOCOLS]
)
async def test_case(case: Case, protocol: Protocol, rig: PcscRig, source: PcscSource) -> None:
    await rig.insert(teaching_card_contact(protocol))
    async with asyncio.timeout(TIMEOUT):
        reader = await reader_with_a_card(rig, source)
        channel = await reader.connect()
        assert channel.protocol is CardProtocol[protocol]
        for step in case.steps:
            if step is None:
                await channel.reset()
                continue
            command, expected = step
            answer = await channel.transmit(command)
            assert matches(answer, expected), f"{command.hex().upper()} -> {answer.hex().upper()}"
        await channel.disconnect()


async def reader_with_a_card(rig: PcscRig, source: PcscSource) -> Reader:
    """The rig's reader, as soon as the service has powered the card in it."""
    readers: dict[str, Reader] = {}
    found: asyncio.Future[Reader] = asyncio.get_running_loop().create_future()

    def report(report: SourceReport) -> None:
        if isinstance(report, ReaderAppeared):
            readers[report.status.name] = report.reader
        if not isinstance(report, ReaderAppeared | StatusChanged) or found.done():
            return
        if report.status.name == rig.reader and report.status.state is ReaderState.PRESENT:
            found.set_result(readers[rig.reader])

    source.start(report)
    return await found
