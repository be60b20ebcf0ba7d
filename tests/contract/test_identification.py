"""Identification as the service does it, over every kind of reader."""

import asyncio

import pytest
from smartcard import scard

from cardscope.errors import UsageError
from cardscope.events import CardInserted, CardRemoved, Exchanged, Identified, Origin, UidRead
from cardscope.readers.families import families
from cardscope.service import CardService, Identifying
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.tag_recipe import card_from_image
from support.cards import CONTACT_ATR, Echo
from support.events import TIMEOUT, Recorder
from support.inserted import Wiretap
from support.pcscd import READERS, PrivatePcscd
from support.rigs import Rig

UID = bytes.fromhex("04216216C01680")
"""Of the ready card ntag216."""
NATIVE = ["generic", *families()]


def ntag216(model: str = "acr122u") -> Wiretap:
    return Wiretap(ready_card("ntag216").make(reader_model(model)))


async def ended(recorder: Recorder) -> Identified:
    return await recorder.wait_for(
        Identified, lambda event: event.identification.complete or bool(event.identification.interrupted)
    )


@pytest.mark.parametrize("model", NATIVE)
async def test_a_card_is_identified_as_it_comes(rig: Rig, service: CardService, recorder: Recorder, model: str) -> None:
    service.identifying = Identifying(families={} if model == "acr122u" else {rig.reader: model})
    card = ntag216(model)
    await rig.insert(card)
    found = (await ended(recorder)).identification
    assert found.complete
    assert found.chip is not None
    assert found.chip.name == "NTAG216"
    assert found.uid == UID
    assert found.state is not None
    assert found.state.config is not None
    assert service.identification(rig.reader) is found
    session = service.session(rig.reader)
    assert session is not None
    assert session.protocol is None, "other programs can have it"
    exchanged = recorder.all(Exchanged)
    assert [event.command for event in exchanged] == card.commands, "nothing is hidden"
    assert {event.origin for event in exchanged} == {Origin.APPLICATION}
    if model == "acr122u":
        assert len(card.commands) == 8


async def test_stages_come_in_their_order(rig: Rig, service: CardService, recorder: Recorder) -> None:
    service.identifying = Identifying()
    await rig.insert(ntag216())
    await ended(recorder)
    kinds = [type(event) for event in recorder.events if isinstance(event, CardInserted | UidRead | Identified)]
    assert kinds == [CardInserted, UidRead, Identified, Identified, Identified]
    uid, chip, state = (event.identification for event in recorder.all(Identified))
    assert (uid.uid, uid.chip) == (UID, None)
    assert chip.chip is not None
    assert (chip.state, chip.complete) == (None, False)
    assert state.complete


async def test_a_card_that_is_pulled_half_way_leaves_what_was_learned(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    service.identifying = Identifying()
    card = ntag216()
    card.at[5] = rig.pull
    await rig.insert(card)
    event = await ended(recorder)
    found = event.identification
    assert not found.complete
    assert "was taken" in found.interrupted
    assert found.summary[0].startswith("Not all could be read.")
    assert found.uid == UID
    assert found.chip is not None
    assert found.chip.name == "NTAG216"
    assert event.insertion == (await recorder.wait_for(CardRemoved)).insertion
    assert service.identification(rig.reader) is None


async def test_the_next_card_is_not_taken_for_the_last(rig: Rig, service: CardService, recorder: Recorder) -> None:
    service.identifying = Identifying()
    first = ntag216()
    first.at[5] = rig.pull
    await rig.insert(first)
    gone = await recorder.wait_for(CardRemoved)
    second = Wiretap(ready_card("ntag213").make(reader_model("acr122u")))
    await rig.insert(second)
    found = await recorder.wait_for(Identified, lambda event: event.identification.complete)
    assert found.insertion > gone.insertion
    assert found.identification.chip is not None
    assert found.identification.chip.name == "NTAG213"
    assert service.identification(rig.reader) is found.identification
    after = recorder.events[recorder.events.index(gone) :]
    stale = [event for event in after if isinstance(event, Identified) and event.insertion == gone.insertion]
    assert all(event.identification.interrupted for event in stale)


async def test_stages_of_a_card_that_is_gone_are_dropped(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await rig.insert(ntag216())
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    await rig.remove()
    await recorder.wait_for(CardRemoved)
    found = await service.identify(session)
    assert found.interrupted
    assert found.uid == UID
    assert [event.identification for event in recorder.all(Identified)] == [found]


async def test_a_card_with_contacts_is_left_alone_unless_applications_are_asked_for(
    rig: Rig, service: CardService, recorder: Recorder
) -> None:
    service.identifying = Identifying()
    card = Echo(CONTACT_ATR)
    await rig.insert(card)
    assert (await ended(recorder)).identification.complete
    assert card.commands == []
    session = service.session(rig.reader)
    assert session is not None
    found = await service.identify(session, probe_applications=True)
    assert found.applications_probed
    assert card.commands


async def test_a_command_of_the_user_waits_for_its_end(rig: Rig, service: CardService, recorder: Recorder) -> None:
    card = ntag216()
    await rig.insert(card)
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    read = bytes.fromhex("FFB0000410")
    sending: list[asyncio.Task[Exchanged]] = []

    def typed() -> None:
        sending.append(asyncio.get_running_loop().create_task(session.send(read)))

    card.at[4] = typed
    found = await service.identify(session)
    async with asyncio.timeout(TIMEOUT):
        await sending[0]
    assert found.complete
    assert card.commands[-1] == read
    assert card.commands.count(read) == 1


@pytest.mark.parametrize("may_count", [False, True])
async def test_a_tag_that_counts_is_read_only_when_that_is_allowed(
    rig: Rig, service: CardService, recorder: Recorder, *, may_count: bool
) -> None:
    plain = ready_card("ntag216").make_tag()
    image = bytearray(plain.image)
    image[4 * 0xE4] |= 0x10  # NFC_CNT_EN
    silicon = card_from_image(plain.chip, bytes(image))
    service.identifying = Identifying()
    await rig.insert(reader_model("acr122u").front(silicon))
    found = (await ended(recorder)).identification
    assert found.withheld
    assert silicon.counters[2] == 0
    session = service.session(rig.reader)
    assert session is not None
    again = await service.identify(session, may_count=may_count)
    assert bool(again.withheld) is not may_count
    assert silicon.counters[2] == may_count


async def test_the_users_family_must_exist(rig: Rig, service: CardService, recorder: Recorder) -> None:
    await rig.insert(ntag216())
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    with pytest.raises(UsageError):
        await service.identify(session, family="nonsense")
    assert session.protocol is None


@pytest.mark.parametrize("rig", ["pcsc"], indirect=True)
async def test_a_card_that_another_program_holds_says_so(
    rig: Rig, service: CardService, recorder: Recorder, pcscd: PrivatePcscd
) -> None:
    await rig.insert(ntag216())
    await recorder.wait_for(UidRead)
    session = service.session(rig.reader)
    assert session is not None
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    result, handle, _ = await asyncio.to_thread(
        scard.SCardConnect, context, READERS[0], scard.SCARD_SHARE_EXCLUSIVE, protocols
    )
    assert result == scard.SCARD_S_SUCCESS
    found = await service.identify(session)
    assert found.interrupted
    assert found.summary[0].startswith("The card could not be reached.")
    assert found.uid == UID
    await asyncio.to_thread(scard.SCardDisconnect, handle, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    assert (await service.identify(session)).complete
