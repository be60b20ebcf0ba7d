"""The guard inside a session: it knows the chip and what was sent before, and what passed is what is sent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cardscope.errors import CardRemovedError, CardScopeError, ReaderError
from cardscope.events import Event, Exchanged, UidRead
from cardscope.guard import Effect, GuardRefusal, PlanApproval
from cardscope.scripts import Ended, ScriptRefused, ScriptRun, parse_script
from cardscope.service import CardService
from cardscope.session import GET_UID, CardSession
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from core.guard.corpus import CASES, Case
from support.cards import CONTACT_ATR, TYPE2_ATR, Echo
from support.events import Recorder
from support.inserted import Wiretap

UID = bytes.fromhex("04216216C01680")
"""Of the ready card ntag216."""
OTHER_UID = bytes.fromhex("04A1A2A3A4A5A6")
LOCK_PAGE_3 = bytes.fromhex("FFD600020400000800")
VERIFY = bytes.fromhex("00200081083132333435363738")
ASK = bytes.fromhex("00200081")
BEGIN_PAGE_2 = bytes.fromhex("FF00000004D442A002")
BEGIN_PAGE_5 = bytes.fromhex("FF00000004D442A005")
SELECT_OF_16_BYTES = bytes.fromhex("FF00000013D4400100A404000AF001020304050607080900")
"""Bytes 3 and 4 are a lock byte's when they are COMPAT_WRITE's second part to page 2."""


def apdu(text: str) -> bytes:
    return bytes.fromhex(text)


@dataclass
class Tag:
    """A virtual NTAG216 on a reader, and everything that goes to it."""

    service: CardService
    session: CardSession
    wire: Wiretap

    async def send(self, text: str) -> str:
        return ((await self.session.send(apdu(text))).response or b"").hex().upper()

    async def refused(self, text: str) -> set[str]:
        """The words for the hazards, once nothing but the question for the UID has been sent."""
        before = len(self.wire.commands)
        with pytest.raises(GuardRefusal) as caught:
            await self.session.send(apdu(text))
        assert set(self.wire.commands[before:]) <= {GET_UID}
        return {hazard.code for hazard in caught.value.hazards}


@pytest_asyncio.fixture(params=["acr122u"])
async def tag(request: pytest.FixtureRequest) -> AsyncIterator[Tag]:
    reader = VirtualReader()
    wire = Wiretap(ready_card("ntag216").make(reader_model(request.param)))
    async with CardService([VirtualSource(reader)]) as service:
        recorder = Recorder(service)
        reader.insert(wire)
        await recorder.wait_for(UidRead)
        session = service.session(reader.name)
        assert session is not None
        yield Tag(service, session, wire)


def session_with(card: Echo, published: list[Event] | None = None) -> CardSession:
    reader = VirtualReader()
    reader.insert(card)
    return CardSession(reader, card.atr, 1, (published if published is not None else []).append)


async def digest_of(session: CardSession, command: bytes) -> str:
    with pytest.raises(GuardRefusal) as caught:
        await session.send(command)
    return caught.value.digest


# The chip


async def test_the_chip_counts_once_get_version_has_told_it_and_no_longer_than_that(tag: Tag) -> None:
    assert tag.session.chip is None
    await tag.service.identify(tag.session)
    assert tag.session.chip is chips()["ntag216"]
    await tag.service.identify(tag.session, family="generic")
    assert tag.session.chip is None, "what the pages look like is no proof"


@pytest.mark.parametrize("tag", ["generic"], indirect=True)
async def test_without_get_version_the_chip_is_not_known(tag: Tag) -> None:
    known = await tag.service.identify(tag.session)
    assert known.chip is not None
    assert tag.session.chip is None
    assert await tag.refused("FF D6 00 28 04 01 02 03 04") >= {"dynamic_lock"}


@pytest.mark.parametrize("tag", ["acr122u", "acr1252u", "identiv4700"], indirect=True)
async def test_user_memory_is_written_without_a_question_and_special_pages_are_not(tag: Tag) -> None:
    await tag.refused("FF D6 00 28 04 01 02 03 04")
    await tag.service.identify(tag.session)
    await tag.session.reset()  # what identification left begun or lost is not the matter here
    before = len(tag.wire.commands)
    assert await tag.send("FF D6 00 28 04 01 02 03 04") == "9000"
    assert await tag.send("FF D6 00 E1 04 05 06 07 08") == "9000"
    assert len(tag.wire.commands) == before + 2, "nothing is sent before or after"
    assert await tag.send("FF B0 00 28 04") == "010203049000"
    for page, codes in {
        "00": {"uid"},
        "02": {"static_lock"},
        "03": {"otp"},
        "E2": {"dynamic_lock"},
        "E3": {"configuration"},
        "E5": {"password"},
        "E6": {"password"},
        "E7": {"outside_memory"},
    }.items():
        assert await tag.refused(f"FF D6 00 {page} 04 01 00 08 04") >= codes, page
    assert await tag.refused("FF D6 00 E4 04 40 05 00 00") >= {"configuration", "cfglck"}
    assert await tag.refused("FF D6 00 E4 04 05 05 00 00") >= {"configuration", "authlim"}


async def test_a_wrapped_native_write_is_judged_as_what_it_is(tag: Tag) -> None:
    await tag.service.identify(tag.session)
    await tag.session.reset()
    assert await tag.refused("FF 00 00 00 08 D4 42 A2 02 00 00 08 00") == {"static_lock"}
    assert await tag.refused("FF 00 00 00 09 D4 40 01 A2 E2 01 00 00 00") >= {"dynamic_lock"}
    await tag.send("FF 00 00 00 08 D4 42 A2 28 0A 0B 0C 0D")
    await tag.session.reset()
    assert await tag.send("FF B0 00 28 04") == "0A0B0C0D9000"


async def test_a_two_step_write_is_judged_as_a_whole(tag: Tag) -> None:
    await tag.service.identify(tag.session)
    await tag.session.reset()
    data = "FF 00 00 00 12 D4 42 00 00 08 00" + " 00" * 12
    await tag.session.send(BEGIN_PAGE_5)
    await tag.send(data)  # user memory
    await tag.session.reset()
    assert await tag.send("FF B0 00 05 04") == "000008009000"
    digest = await digest_of(tag.session, BEGIN_PAGE_2)
    await tag.session.send(BEGIN_PAGE_2, approval=digest)
    assert await tag.refused(data) == {"static_lock"}
    await tag.session.reset()
    assert await tag.send("FF B0 00 02 04") != "000008009000", "the lock bits are as they were"


async def test_an_approval_no_longer_holds_when_the_meaning_changed(tag: Tag) -> None:
    write = "FF D6 00 28 04 01 00 00 00"
    digest = await digest_of(tag.session, apdu(write))
    tag.session.chip = chips()["ntag213"]  # whose lock bits are there
    with pytest.raises(GuardRefusal) as caught:
        await tag.session.send(apdu(write), approval=digest)
    assert any(hazard.permanent for hazard in caught.value.hazards)


async def test_a_password_is_tried_without_a_question_where_wrong_ones_are_not_counted(tag: Tag) -> None:
    pwd_auth = "FF 00 00 00 07 D4 42 1B FF FF FF FF"
    assert await tag.refused(pwd_auth) == {"counts_try"}
    await tag.service.identify(tag.session)
    assert await tag.send(pwd_auth) == "D5430000009000"  # PACK as delivered
    set_authlim = apdu("FF D6 00 E4 04 03 05 00 00")
    await tag.session.send(set_authlim, approval=await digest_of(tag.session, set_authlim))
    assert await tag.refused(pwd_auth) == {"counts_try"}
    await tag.service.identify(tag.session)
    assert await tag.refused(pwd_auth) == {"counts_try"}


# What was sent before


async def test_the_last_try_of_a_pin_is_not_made_unasked() -> None:
    card = Echo(CONTACT_ATR, {ASK: apdu("63C3"), VERIFY: apdu("63C2")})
    session = session_with(card)
    await digest_of(session, VERIFY)  # how many tries there are is not known
    await session.send(ASK)
    await session.send(VERIFY)
    card.answers[VERIFY] = apdu("63C1")
    await session.send(VERIFY)
    with pytest.raises(GuardRefusal) as caught:
        await session.send(VERIFY)
    assert [hazard.code for hazard in caught.value.hazards] == ["last_try"]
    assert card.commands == [ASK, VERIFY, VERIFY]


@pytest.mark.parametrize("end", ["reset", "release"])
async def test_what_another_program_may_have_tried_is_not_known(end: str) -> None:
    session = session_with(Echo(CONTACT_ATR, {ASK: apdu("63C3")}))
    await session.send(ASK)
    assert (await session.check(VERIFY)).effect is Effect.CHANGING
    await (session.reset() if end == "reset" else session.release())
    await digest_of(session, VERIFY)


async def test_what_was_begun_outlives_the_connection_but_not_the_power() -> None:
    session = session_with(Echo())
    assert (await session.check(SELECT_OF_16_BYTES)).effect is Effect.HARMLESS
    await session.send(BEGIN_PAGE_2, approval=await digest_of(session, BEGIN_PAGE_2))
    await session.release()
    await digest_of(session, SELECT_OF_16_BYTES)
    await session.reset()
    assert (await session.check(SELECT_OF_16_BYTES)).effect is Effect.HARMLESS


async def test_a_command_is_judged_again_when_its_turn_comes() -> None:
    card = Echo()
    session = session_with(card)
    digest = await digest_of(session, BEGIN_PAGE_2)
    first, second = await asyncio.gather(
        session.send(BEGIN_PAGE_2, approval=digest), session.send(SELECT_OF_16_BYTES), return_exceptions=True
    )
    assert isinstance(first, Exchanged)
    assert isinstance(second, GuardRefusal)
    assert SELECT_OF_16_BYTES not in card.commands


async def test_a_cancelled_command_may_have_begun_something() -> None:
    card = Echo()
    session = session_with(card)
    digest = await digest_of(session, BEGIN_PAGE_2)
    sending = asyncio.ensure_future(session.send(BEGIN_PAGE_2, approval=digest))
    card.on_command = lambda: sending.cancel() if card.commands[-1] == BEGIN_PAGE_2 else None
    with pytest.raises(asyncio.CancelledError):
        await sending
    await digest_of(session, SELECT_OF_16_BYTES)


# The corpus


def atr_of(case: Case) -> bytes:
    if not case.card:
        return CONTACT_ATR
    atr = bytearray(TYPE2_ATR)
    atr[13:15] = bytes.fromhex(case.card)
    atr[-1] = 0
    for byte in atr[1:-1]:
        atr[-1] ^= byte
    return bytes(atr)


async def sent_after_what_it_says(case: Case) -> tuple[bool, list[bytes]]:
    """Whether a session sends the case's command unasked, and what it sent for it."""
    card = Echo(atr_of(case), {GET_UID: UID + b"\x90\x00"})
    session = session_with(card)
    session.chip = chips()[case.chip] if case.chip else None
    for command, answer in case.after:
        card.answers[command] = answer or b"\x90\x00"
        try:
            await session.send(command)
        except GuardRefusal as refusal:
            await session.send(command, approval=refusal.digest)
    card.answers.pop(case.command, None)
    before = len(card.commands)
    try:
        await session.send(case.command)
    except GuardRefusal:
        return False, [command for command in card.commands[before:] if command != GET_UID]
    return True, card.commands[before:]


async def test_every_command_of_the_corpus_meets_in_a_session_what_its_label_says() -> None:
    wrong: list[Case] = []
    for case in CASES:
        if any(not answer for _, answer in case.after):
            continue  # a lost answer is another test's
        passed, commands = await sent_after_what_it_says(case)
        if case.label in ("harmless", "changing"):
            right = passed and commands == [case.command]
        elif case.label == "permanent" or case.after:
            right = not passed and commands == []
        else:
            right = True  # without its history the session knows more than the case, so it may pass
        if not right:
            wrong.append(case)
    assert wrong == []


# Plans


async def test_a_plans_approval_lets_its_commands_pass_on_its_card_and_asks_nothing_in_between() -> None:
    card = Echo(answers={GET_UID: UID + b"\x90\x00"})
    session = session_with(card)
    await session.read_uid()
    plan = PlanApproval(UID, frozenset({LOCK_PAGE_3}))
    before = len(card.commands)
    async with session.alone():
        await session.send(LOCK_PAGE_3, approval=plan)
        await session.send(LOCK_PAGE_3, approval=plan)
        for command, approval in (
            (apdu("FFD600020400001000"), plan),
            (LOCK_PAGE_3, PlanApproval(UID[:-1] + b"\0", plan.commands)),
            (LOCK_PAGE_3, PlanApproval(UID, frozenset())),
            (LOCK_PAGE_3, None),
        ):
            with pytest.raises(GuardRefusal):
                await session.send(command, approval=approval)
    assert card.commands[before:] == [LOCK_PAGE_3, LOCK_PAGE_3]


async def test_a_plans_approval_is_good_for_no_card_that_took_the_others_place() -> None:
    """Outside the turn in which the plan is carried out, and within it once its connection has ended."""
    plan = PlanApproval(UID, frozenset({LOCK_PAGE_3}))
    read = apdu("FFB0000404")
    card, other = (Echo(answers={GET_UID: uid + b"\x90\x00"}) for uid in (UID, OTHER_UID))
    reader = VirtualReader()
    reader.insert(card)
    session = CardSession(reader, card.atr, 1, lambda _event: None)
    await session.read_uid()
    card.on_command = lambda: reader.insert(other) if card.commands[-1] == read else None
    async with session.alone():
        await session.send(LOCK_PAGE_3, approval=plan)
        with pytest.raises(ReaderError):
            await session.send(read)
        with pytest.raises(CardRemovedError):
            await session.send(LOCK_PAGE_3, approval=plan)
    with pytest.raises(CardRemovedError):
        await session.send(LOCK_PAGE_3, approval=plan)
    assert LOCK_PAGE_3 in card.commands
    assert LOCK_PAGE_3 not in other.commands


def test_a_plans_approval_tells_no_password() -> None:
    shown = repr(PlanApproval(UID, frozenset({apdu("FF00000007D4421B") + b"\x01\x02pw"})))
    assert "pw" not in shown
    assert repr(UID) in shown


async def test_a_plans_approval_is_for_a_card_whose_uid_is_known() -> None:
    with pytest.raises(ValueError, match="card"):
        PlanApproval(b"", frozenset({LOCK_PAGE_3}))
    silent = session_with(Echo(answers={GET_UID: apdu("6A81")}))
    with pytest.raises(GuardRefusal):
        await silent.send(LOCK_PAGE_3, approval=PlanApproval(UID, frozenset({LOCK_PAGE_3})))


async def test_a_users_approval_has_the_card_checked_right_before() -> None:
    published: list[Event] = []
    card = Echo(answers={GET_UID: UID + b"\x90\x00"})
    session = session_with(card, published)
    digest = await digest_of(session, LOCK_PAGE_3)
    await session.send(LOCK_PAGE_3, approval=digest)
    assert card.commands == [GET_UID, GET_UID, LOCK_PAGE_3]
    assert [event.command for event in published if isinstance(event, Exchanged)] == card.commands


# Scripts


async def test_a_script_is_judged_line_after_line_before_its_first_byte(tag: Tag) -> None:
    data = "FF 00 00 00 13 D4 40 01 00 A4 04 00 0A F0 01 02 03 04 05 06 07 08 09 00"
    begin = BEGIN_PAGE_2.hex(" ")
    sent = len(tag.wire.commands)
    run = ScriptRun(tag.service, parse_script(f"FF CA 00 00 00\n{begin}\n{data}"))
    summary = await run.run()
    assert summary.ended is Ended.REFUSED
    assert isinstance(summary.error, ScriptRefused)
    assert [each.line for each in summary.error.refusals] == [2, 3]
    assert summary.error.refusals[1].refusal.hazards[0].permanent
    assert tag.wire.commands[sent:] == []
    assert tag.session.known.begun is None, "it was thought only"
    alone = await ScriptRun(tag.service, parse_script(data)).run()
    assert not isinstance(alone.error, CardScopeError), alone.error
