"""The bench that scripts are run on."""

from collections.abc import AsyncIterator

import pytest_asyncio

from cardscope.service import CardService
from cardscope.virtual.reader import VirtualSource
from support.events import Recorder
from support.script_bench import Bench


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    source = VirtualSource()
    service = CardService([source], read_uids=False)
    recorder = Recorder(service)
    await recorder.begin(source.readers[0].name)
    yield Bench(service, source, recorder)
    await service.close()
