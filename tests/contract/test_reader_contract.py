"""What every reader must do, whatever it is made of."""

import asyncio

import pytest

from cardscope.errors import CardError, CardRemovedError, NoCardError, Sent
from cardscope.events import CardInserted, CardRemoved, Exchanged, Origin, ReaderChanged, UidRead
from cardscope.guard import GuardRefusal
from cardscope.readers.protocol import CardProtocol, Channel, ReaderState
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.virtual.ready_cards import ready_card
from support.cards import TYPE2_ATR, Echo
from support.events import TIMEOUT, Recorder
from support.rigs import Rig

GET_UID = bytes.fromhex("FFCA000000")


async def inserted(rig: Rig, service: CardService, recorder: Recorder, card: Echo) -> CardSession:
    await rig.insert(card)
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    return session


async def test_a_reader_without_a_card_is_empty(rig: Rig, service: CardService, recorder: Recorder) -> None:
    status = service.find_reader(rig.reader)
    assert (status.state, status.atr) == (ReaderState.EMPTY, None)
    assert service.session(rig.reader) is None


async def test_a_card_is_announced_with_atr_and_uid(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await rig.insert(ready_card("ntag216").make())
    card = await recorder.wait_for(CardInserted)
    assert (card.reader, card.atr) == (rig.reader, TYPE2_ATR)
    assert (await recorder.wait_for(UidRead)).uid == bytes.fromhex("04216216C01680")
    status = service.find_reader(rig.reader)
    assert (status.state, status.atr) == (ReaderState.PRESENT, TYPE2_ATR)


async def test_a_removed_card_takes_its_session_along(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    await rig.remove()
    removed = await recorder.wait_for(CardRemoved)
    assert (removed.reader, removed.insertion) == (rig.reader, session.insertion)
    assert service.session(rig.reader) is None
    with pytest.raises(CardRemovedError) as caught:
        await session.send(GET_UID)
    assert caught.value.sent is Sent.NO


async def test_each_insertion_has_a_number_of_its_own(rig: Rig, service: CardService, recorder: Recorder) -> None:
    first = await inserted(rig, service, recorder, Echo())
    await rig.remove()
    await recorder.wait_for(CardRemoved)
    await rig.insert(Echo())
    second = await recorder.wait_for(CardInserted, lambda event: event.insertion != first.insertion)
    assert second.insertion > first.insertion


@pytest.mark.parametrize(
    "answer",
    [bytes.fromhex("9000"), bytes.fromhex("0A"), bytes(range(256)) + b"\x90\x00", bytes(4000) + b"\x6c\x10"],
    ids=["status only", "one byte, no status word", "256 bytes", "extended length"],
)
async def test_answers_come_as_they_are(rig: Rig, service: CardService, recorder: Recorder, answer: bytes) -> None:
    command = bytes.fromhex("00B0000000")
    session = await inserted(rig, service, recorder, Echo(answers={command: answer}))
    assert (await session.send(command)).response == answer


@pytest.mark.parametrize("length", [5, 261, 5000], ids=["case 2", "case 4, 255 bytes", "extended"])
async def test_commands_go_as_they_are_and_alone(
    rig: Rig, service: CardService, recorder: Recorder, length: int
) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    before = len(card.commands)
    data = bytes(i % 251 for i in range(length))
    command = {
        5: bytes.fromhex("00B0000010"),
        261: bytes.fromhex("00CB3FFFFF") + data[:255] + b"\x00",
        5000: bytes.fromhex("00CB3FFF00") + (4000).to_bytes(2, "big") + data[:4000],
    }[length]
    exchanged = await session.send(command)
    assert card.commands[before:] == [command]
    assert exchanged.response == command + b"\x90\x00"
    assert exchanged.origin is Origin.USER
    assert recorder.all(Exchanged)[-1] == exchanged


async def test_every_exchange_is_published_the_programs_own_too(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    card = Echo()
    await inserted(rig, service, recorder, card)
    published = recorder.all(Exchanged)
    assert [event.command for event in published] == card.commands == [GET_UID]
    assert published[0].origin is Origin.APPLICATION


async def test_a_card_pulled_in_mid_command_says_so(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await rig.insert_card_that_is_pulled_at_a_command()
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    with pytest.raises(CardRemovedError) as caught:
        await session.send(bytes.fromhex("00B0000000"))
    assert caught.value.sent is Sent.UNKNOWN
    assert caught.value.remedy
    failed = await recorder.wait_for(Exchanged, lambda event: event.response is None)
    assert failed.error == str(caught.value)
    await recorder.wait_for(CardRemoved)


async def test_connecting_to_an_empty_reader_says_that_there_is_no_card(rig: Rig, recorder: Recorder) -> None:
    with pytest.raises(NoCardError):
        await rig.other_program()


async def test_a_mute_card_is_shown_and_is_no_insertion(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await rig.insert(Echo(atr=b""))
    await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.MUTE)
    assert recorder.all(CardInserted) == []
    await rig.remove()
    await recorder.wait_for(ReaderChanged, lambda event: event.reader.state is ReaderState.EMPTY)


async def test_a_reset_powers_the_card_up_anew(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    before = card.power_ups
    assert await session.reset() == TYPE2_ATR
    assert card.power_ups > before
    assert (await session.send(GET_UID)).response == GET_UID + b"\x90\x00"


async def test_a_contactless_card_speaks_t1(rig: Rig, service: CardService, recorder: Recorder) -> None:
    session = await inserted(rig, service, recorder, Echo())
    await session.send(GET_UID)
    assert session.protocol is CardProtocol.T1
    await session.release()
    assert session.protocol is None
    await session.send(GET_UID)
    assert session.protocol is CardProtocol.T1


async def test_a_card_that_only_the_application_talked_to_is_left_to_others(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    session = await inserted(rig, service, recorder, Echo())
    assert session.protocol is None
    await session.send(GET_UID)
    await session.read_uid()
    assert session.protocol is CardProtocol.T1, "what the user selected or unlocked must last"


LOCK_PAGE_3 = bytes.fromhex("FFD600020400000800")
LOCK_PAGE_4 = bytes.fromhex("FFD600020400001000")


async def refused(session: CardSession, command: bytes, approval: str | None = None) -> GuardRefusal:
    with pytest.raises(GuardRefusal) as caught:
        await session.send(command, approval=approval)
    return caught.value


async def test_a_permanent_command_passes_only_with_the_approval_of_exactly_it_on_exactly_this_card(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    uid = bytes.fromhex("04112233445566")
    card = Echo(answers={GET_UID: uid + b"\x90\x00", LOCK_PAGE_3: b"\x90\x00"})
    session = await inserted(rig, service, recorder, card)
    digest = (await refused(session, LOCK_PAGE_3)).digest
    of_another_command = (await refused(session, LOCK_PAGE_4)).digest
    session.uid = bytes.fromhex("04112233445577")
    of_another_card = (await refused(session, LOCK_PAGE_3)).digest
    session.uid = uid
    for wrong in ("", "0" * 16, of_another_command, of_another_card, digest.lower()):
        await refused(session, LOCK_PAGE_3, wrong)
    assert LOCK_PAGE_3 not in card.commands
    assert (await session.send(LOCK_PAGE_3, approval=digest)).response == b"\x90\x00"
    assert card.commands[-2:] == [GET_UID, LOCK_PAGE_3], "the card is checked right before"
    assert [event.command for event in recorder.all(Exchanged)] == card.commands, "nothing is hidden"


async def test_an_approved_command_does_not_reach_a_card_put_in_its_place(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    """The swap that nobody noticed: same reader, same kind of card, no news of a removal."""
    answers = {GET_UID: bytes.fromhex("041122334455669000")}
    card = Echo(answers=answers)
    session = await inserted(rig, service, recorder, card)
    digest = (await refused(session, LOCK_PAGE_3)).digest
    answers[GET_UID] = bytes.fromhex("04AABBCCDDEEFF9000")
    with pytest.raises(CardRemovedError) as caught:
        await session.send(LOCK_PAGE_3, approval=digest)
    assert caught.value.sent is Sent.NO
    assert LOCK_PAGE_3 not in card.commands


async def test_a_cancelled_command_leaves_its_trace(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    session = await inserted(rig, service, recorder, card)
    sending = asyncio.ensure_future(session.send(bytes.fromhex("00B0000000")))
    card.on_command = sending.cancel
    with pytest.raises(asyncio.CancelledError):
        await sending
    last = recorder.all(Exchanged)[-1]
    assert last.response is None
    assert last.error


async def test_two_channels_of_one_reader_take_turns(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await inserted(rig, service, recorder, Echo())
    reader = service._readers[rig.reader].reader
    first, second = await reader.connect(), await reader.connect()
    order: list[int] = []

    async def interrupt() -> None:
        async with second.transaction():
            order.append(2)

    async with asyncio.timeout(TIMEOUT):
        async with first.transaction():
            interruption = asyncio.ensure_future(interrupt())
            await first.transmit(GET_UID)
            await first.transmit(GET_UID)
            order.append(1)
        await interruption
    assert order == [1, 2]
    await first.disconnect()
    await second.disconnect()


async def test_an_error_in_a_transaction_is_not_hidden_by_its_end(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    await rig.insert_card_that_is_pulled_at_a_command()
    await recorder.wait_for(UidRead)
    channel = await rig.other_program()
    with pytest.raises(CardError) as caught:
        async with channel.transaction():
            await channel.transmit(bytes.fromhex("00B0000000"))
    assert caught.value.sent is Sent.UNKNOWN


async def test_a_transaction_keeps_other_programs_out(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = Echo()
    await inserted(rig, service, recorder, card)
    mine: Channel = await rig.other_program()
    other: Channel = await rig.other_program()
    order: list[bytes] = []

    async def interrupt() -> None:
        order.append((await other.transmit(b"\x00\xb0\x00\x02\x00"))[:5])

    async with mine.transaction():
        order.append((await mine.transmit(b"\x00\xb0\x00\x00\x00"))[:5])
        interruption = asyncio.ensure_future(interrupt())
        order += [(await mine.transmit(b"\x00\xb0\x00\x01\x00"))[:5] for _ in range(20)]
    await interruption
    assert [command[3] for command in order] == [0, *[1] * 20, 2]
    await mine.disconnect()
    await other.disconnect()
    await other.disconnect()  # harmless
