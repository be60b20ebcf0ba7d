"""Identifications as they are: of virtual cards on a virtual reader."""

import asyncio
from collections.abc import Callable

import pytest

from cardscope.events import Identified, UidRead
from cardscope.identify.identification import Identification
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from support.events import Recorder

Identify = Callable[..., tuple[CardSession, list[Identification]]]


@pytest.fixture
def identified() -> Identify:
    """Puts a ready card on a reader model, and gives its session and everything that was said of it, in order."""

    def identify(card: str, model: str = "acr122u", *, applications: bool = False):
        async def run() -> tuple[CardSession, list[Identification]]:
            reader = VirtualReader()
            service = CardService([VirtualSource(reader)])
            recorder = Recorder(service)
            await recorder.begin(reader.name)
            reader.insert(ready_card(card).make(reader_model(model)))
            await recorder.wait_for(UidRead)
            session = service.session(reader.name)
            assert session is not None
            await service.identify(session, probe_applications=applications)
            await service.close()
            return session, [event.identification for event in recorder.all(Identified)]

        return asyncio.run(run())

    return identify
