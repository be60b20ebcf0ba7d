"""A service on the private PC/SC service's readers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from cardscope.readers.pcsc_source import PcscSource
from cardscope.service import CardService
from support.events import Recorder
from support.pcscd import READERS, PrivatePcscd
from support.rigs import PcscRig


@pytest_asyncio.fixture
async def rig(pcscd: PrivatePcscd) -> AsyncIterator[PcscRig]:
    rig = PcscRig(pcscd)
    yield rig
    await rig.close()


@pytest_asyncio.fixture
async def service() -> AsyncIterator[CardService]:
    service = CardService([PcscSource()])
    yield service
    await service.close()


@pytest_asyncio.fixture
async def recorder(pcscd: PrivatePcscd, service: CardService) -> Recorder:
    """Everything the service says from now on; it has been started and knows both readers, which are empty."""
    recorder = Recorder(service)
    await recorder.begin(READERS[0])
    return recorder
