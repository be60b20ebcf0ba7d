"""The message of a tag is read in as few exchanges as it takes, through every kind of reader."""

import pytest

from cardscope.ndef.contents import Uri
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import parse_message
from cardscope.ndef.reading import read_ndef
from cardscope.ndef.writing import message_room, write_message
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.type2 import Type2Tag
from support.inserted import inserted

UID = bytes.fromhex("04E141124C2880")
FULL_DUMP = 5
"""Exchanges that a dump of an NTAG216 through an ACR122U may take."""


def tag_with(message: bytes, key: str = "ntag216") -> Type2Tag:
    blank = TagSnapshot(chips()[key], factory_pages(chips()[key], UID))
    changes = write_message(blank, message).changes
    return Type2Tag.from_snapshot(TagSnapshot(blank.chip, {**blank.pages, **changes}))


@pytest.mark.parametrize("model", ["acr122u", "transparent", "generic"])
@pytest.mark.parametrize("size", [0, 9, 60, 254, 255, 600, 868])
async def test_every_message_is_read_whole(model: str, size: int) -> None:
    message = bytes(index % 253 for index in range(size))
    async with inserted(reader_model(model).front(tag_with(message))) as card:
        known = await card.identify()
        reading = await read_ndef(card.session, known)
    assert reading.area.ndef is not None
    assert reading.area.ndef.value == message


@pytest.mark.parametrize(("size", "most"), [(9, 0), (40, 2), (200, 2), (868, FULL_DUMP)])
async def test_exchanges_through_an_acr122u(size: int, most: int) -> None:
    message = bytes(index % 253 for index in range(size))
    async with inserted(reader_model("acr122u").front(tag_with(message))) as card:
        known = await card.identify()
        before = len(card.wire.commands)
        await read_ndef(card.session, known)
        assert len(card.wire.commands) - before <= most


async def test_the_practice_card() -> None:
    async with inserted(ready_card("ntag216-url").make()) as card:
        reading = await read_ndef(card.session, await card.identify())
    assert reading.area.ndef is not None
    (record,) = parse_message(reading.area.ndef.value).records
    assert isinstance(content_of(record)[0], Uri)


async def test_what_is_protected_is_told() -> None:
    chip = chips()["ntag216"]
    tag = tag_with(bytes(300))
    protected = {**tag.snapshot().pages, chip.cfg0 or 0: bytes.fromhex("04000020"), chip.cfg1 or 0: b"\x80\0\0\0"}
    closed = Type2Tag.from_snapshot(TagSnapshot(chip, protected))
    async with inserted(reader_model("acr122u").front(closed)) as card:
        reading = await read_ndef(card.session, await card.identify())
    assert reading.area.ndef is not None
    assert not reading.area.ndef.complete
    assert reading.area.missing == 0x20
    assert "password" in reading.tag.unreadable[0x20]
    assert message_room(reading.tag) == 868
