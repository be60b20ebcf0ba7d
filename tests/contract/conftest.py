"""Runs every test here over the PC/SC reader (through pcscd) and over the virtual reader."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cardscope.service import CardService
from support.events import Recorder
from support.rigs import PcscRig, Rig, VirtualRig


@pytest_asyncio.fixture(params=["pcsc", "virtual"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    rig: Rig = PcscRig(request.getfixturevalue("pcscd")) if request.param == "pcsc" else VirtualRig()
    yield rig
    await rig.close()


@pytest_asyncio.fixture
async def service(rig: Rig) -> AsyncIterator[CardService]:
    """A service on the rig's reader; closed before the rig."""
    service = CardService([rig.source])
    yield service
    await service.close()


@pytest_asyncio.fixture
async def recorder(service: CardService, rig: Rig) -> Recorder:
    """Everything the service says from now on; it has been started and knows the reader, which is empty."""
    recorder = Recorder(service)
    await recorder.begin(rig.reader)
    return recorder
