"""What changes a tag, through every envelope: WRITE, PWD_AUTH and SECTOR_SELECT, and who may do it."""

import pytest

from cardscope.guard import GuardRefusal, PlanApproval
from cardscope.identify.tag_link import TagLink
from cardscope.readers.families import NativeFailure, WriteRoute, families
from cardscope.tags.catalogue import chips
from cardscope.virtual.reader_models import reader_model, reader_models
from support.inserted import Airtap, inserted
from support.writing_desk import UID, page_of, tag_of

NTAG216, NT3H2211 = chips()["ntag216"], chips()["nt3h2211"]
NATIVE = [key for key in reader_models() if key in families()]
DATA = bytes.fromhex("11223344")
PASSWORD, PACK = bytes.fromhex("DEC0DE42"), bytes.fromhex("C0DE")


@pytest.mark.parametrize("model", list(reader_models()))
async def test_a_page_is_written_by_the_familys_route(model: str) -> None:
    tag = tag_of(NTAG216)
    family = families().get(model)
    async with inserted(reader_model(model).front(tag)) as card:
        link = TagLink(card.session, family)
        command = link.write_command(8, DATA)
        storage = family is None or family.write is WriteRoute.STORAGE
        assert (command == bytes.fromhex("FFD6000804") + DATA) is storage
        assert await link.write(8, DATA) is None
        assert command in card.wire.commands
    assert page_of(tag, 8) == DATA


@pytest.mark.parametrize("model", list(reader_models()))
async def test_a_refused_write_is_told(model: str) -> None:
    tag = tag_of(NTAG216, {2: "40480002"})
    async with inserted(reader_model(model).front(tag)) as card:
        link = TagLink(card.session, families().get(model))
        assert isinstance(await link.write(9, DATA), NativeFailure)
        assert not link.unbroken
    assert page_of(tag, 9) != DATA


@pytest.mark.parametrize("model", list(reader_models()))
async def test_what_is_permanent_needs_the_approval_of_exactly_this_command(model: str) -> None:
    tag = tag_of(NTAG216)
    before = tag.image
    async with inserted(reader_model(model).front(tag)) as card:
        family = families().get(model)
        lock = TagLink(card.session, family).write_command(2, bytes.fromhex("00000001"))
        for approval in (None, PlanApproval(UID[:-1] + b"\0", frozenset((lock,))), PlanApproval(UID, frozenset())):
            link = TagLink(card.session, family, approval=approval)
            with pytest.raises(GuardRefusal):
                await link.write(2, bytes.fromhex("00000001"))
        assert tag.image == before
        link = TagLink(card.session, family, approval=PlanApproval(UID, frozenset((lock,))))
        assert await link.write(2, bytes.fromhex("00000001")) is None
    assert page_of(tag, 2)[3] == 1


@pytest.mark.parametrize("model", NATIVE)
async def test_pwd_auth_tells_pack(model: str) -> None:
    tag = tag_of(NTAG216, {0xE3: "04000004", 0xE5: PASSWORD.hex(), 0xE6: f"{PACK.hex()}0000"})
    async with inserted(reader_model(model).front(tag)) as card:
        family = families()[model]
        commands = frozenset(family.wrap(b"\x1b" + password) for password in (PASSWORD, bytes(4)))
        link = TagLink(card.session, family, approval=PlanApproval(UID, commands))
        assert isinstance(await link.pwd_auth(bytes(4)), NativeFailure)
        assert await link.pwd_auth(PASSWORD) == PACK
        assert await link.write(8, DATA) is None
    assert page_of(tag, 8) == DATA


@pytest.mark.parametrize("model", NATIVE)
async def test_pages_of_both_sectors(model: str) -> None:
    tag = tag_of(NT3H2211)
    air = Airtap(tag)
    async with inserted(reader_model(model).front(air)) as card:
        link = TagLink(card.session, families()[model], sectors=True)
        assert await link.fast_read(0x104, 0x105) == page_of(tag, 0x104) + page_of(tag, 0x105)
        assert await link.read(4) == b"".join(page_of(tag, page) for page in range(4, 8))
        for page in (0x108, 8, 0x109):
            assert await link.write(page, page.to_bytes(4)) is None
        await link.close()
        assert await TagLink(card.session, families()[model]).read(4) == b"".join(page_of(tag, p) for p in range(4, 8))
    assert [page_of(tag, page) for page in (8, 0x108, 0x109)] == [page.to_bytes(4) for page in (8, 0x108, 0x109)]
    selects = [frame for frame in air.frames if frame[0] == 0xC2]
    assert len(selects) >= 4
    assert all(frame == bytes.fromhex("C2FF") for frame in selects)


async def test_another_sector_needs_a_route() -> None:
    async with inserted(reader_model("generic").front(tag_of(NT3H2211))) as card:
        link = TagLink(card.session, None, sectors=True)
        before = len(card.wire.commands)
        assert isinstance(await link.read(0x104), NativeFailure)
        assert isinstance(await link.write(0x104, DATA), NativeFailure)
        assert len(card.wire.commands) == before


async def test_a_sector_that_does_not_exist_is_refused_and_no_write_goes_astray() -> None:
    tag = tag_of(NTAG216)
    before = tag.image
    async with inserted(reader_model("transparent").front(tag)) as card:
        link = TagLink(card.session, families()["transparent"], sectors=True)
        assert isinstance(await link.write(0x108, DATA), NativeFailure)
    assert tag.image == before
