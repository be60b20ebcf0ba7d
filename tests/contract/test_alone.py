"""A session that has its card alone for a while: nobody else's command comes in between, and then all can go on."""

import asyncio

import pytest

from cardscope.errors import CardRemovedError, ReaderError
from cardscope.events import CardRemoved, Origin, UidRead
from cardscope.readers.protocol import CardProtocol
from cardscope.service import CardService
from cardscope.session import CardSession
from support.cards import TYPE2_ATR, Echo
from support.events import TIMEOUT, Recorder
from support.rigs import Rig

MINE = bytes.fromhex("00B0000000")
OTHERS = bytes.fromhex("00B0000100")


async def inserted(rig: Rig, service: CardService, recorder: Recorder, card: Echo) -> CardSession:
    await rig.insert(card)
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    return session


async def test_another_tasks_command_waits(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    before = len(card.commands)
    async with asyncio.timeout(TIMEOUT):
        async with session.alone():
            other = asyncio.ensure_future(session.send(OTHERS))
            for _ in range(5):
                await session.send(MINE)
        await other
    assert card.commands[before:] == [MINE] * 5 + [OTHERS]


@pytest.mark.parametrize("reset", [False, True])
async def test_another_programs_command_waits_even_after_a_reset(
    rig: Rig, service: CardService, recorder: Recorder, *, reset: bool
) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    program = await rig.other_program()
    before = len(card.commands)

    async def interrupt() -> int:
        """How many of ours had gone before."""
        try:
            await program.transmit(OTHERS)
        except ReaderError:
            assert reset, "only a reset makes it fail"
        return card.commands[before:].count(MINE)

    async with asyncio.timeout(TIMEOUT):
        async with session.alone():
            await session.send(MINE)
            other = asyncio.ensure_future(interrupt())
            if reset:
                assert await session.reset() == TYPE2_ATR
            for _ in range(10):
                await session.send(MINE)
        assert await other == 11
    await program.disconnect()


async def test_two_tasks_have_it_alone_one_after_the_other(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    before = len(card.commands)

    async def three_of(command: bytes) -> None:
        async with session.alone():
            for _ in range(3):
                await session.send(command)

    async with asyncio.timeout(TIMEOUT):
        await asyncio.gather(three_of(MINE), three_of(OTHERS))
    assert card.commands[before:] in ([MINE] * 3 + [OTHERS] * 3, [OTHERS] * 3 + [MINE] * 3)


async def test_it_is_left_to_other_programs_afterwards(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    async with session.alone():
        await session.send(MINE, origin=Origin.APPLICATION)
        await session.read_uid()
        assert session.protocol is CardProtocol.T1, "one connection for all of it"
    assert session.protocol is None


async def test_what_the_user_selected_lasts(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    await session.send(MINE)
    async with session.alone():
        await session.send(OTHERS, origin=Origin.APPLICATION)
    assert session.protocol is CardProtocol.T1


async def test_an_error_within_ends_it(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    with pytest.raises(ZeroDivisionError):
        async with session.alone():
            raise ZeroDivisionError
    assert session.protocol is None
    async with asyncio.timeout(TIMEOUT):
        await session.send(MINE)


async def test_a_card_that_is_pulled_within(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    card.on_command = rig.pull

    async def send_two() -> None:
        async with session.alone():
            await session.send(MINE)
            await session.send(MINE)

    async with asyncio.timeout(TIMEOUT):
        with pytest.raises(CardRemovedError):
            await send_two()
        await recorder.wait_for(CardRemoved)
        for _ in range(2):
            with pytest.raises(CardRemovedError):
                await send_two()


async def test_cancelled_within(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    entered = asyncio.Event()

    async def forever() -> None:
        async with session.alone():
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(forever())
    async with asyncio.timeout(TIMEOUT):
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await session.send(MINE)
