"""Native commands over a session: every command through every envelope, and what follows a refusal."""

import pytest

from cardscope.errors import CardRemovedError
from cardscope.identify.tag_link import TagLink
from cardscope.readers.families import FailureKind, NativeFailure, families
from cardscope.tags.catalogue import chips
from cardscope.tags.image import image_pages
from cardscope.virtual.reader_models import StorageCardReader, reader_model, reader_models
from cardscope.virtual.type2 import Type2Tag
from support.inserted import Inserted, inserted

UID = bytes.fromhex("04216216C01680")
SIGNATURE = bytes(range(32))
NATIVE = [key for key in reader_models() if key in families()]
CHIP = chips()["ntag216"]


def counting_tag() -> Type2Tag:
    image = bytearray(Type2Tag.factory_fresh(CHIP, UID).image)
    start = 4 * image_pages(CHIP).index(0xE4)
    image[start : start + 4] = bytes.fromhex("10050000")
    return Type2Tag(CHIP, bytes(image), counters={2: 0x010203}, signature=SIGNATURE)


def link_to(card: Inserted, model: str) -> TagLink:
    return TagLink(card.session, families().get(model))


@pytest.mark.parametrize("model", NATIVE)
async def test_every_command(model: str) -> None:
    silicon = counting_tag()
    async with inserted(reader_model(model).front(silicon)) as card:
        link = link_to(card, model)
        assert await link.get_version() == CHIP.version
        assert await link.read_sig() == SIGNATURE
        assert await link.read_cnt(2) == 0x010203
        assert await link.read(0) == silicon.image[:16]
        assert await link.fast_read(0xE2, 0xE4) == silicon.image[4 * 0xE2 : 4 * 0xE5]
        assert link.resets == 0
        sent = link.exchanges
        await link.close()
    assert link.exchanges - sent == len(families()[model].closing)


@pytest.mark.parametrize("model", NATIVE)
async def test_longest_fast_read_comes_through(model: str) -> None:
    silicon = counting_tag()
    pages = families()[model].fast_read_pages
    async with inserted(reader_model(model).front(silicon)) as card:
        link = link_to(card, model)
        assert await link.fast_read(0, pages - 1) == silicon.image[: 4 * pages]
        with pytest.raises(ValueError, match="FAST_READ"):
            await link.fast_read(0, pages)


@pytest.mark.parametrize("model", NATIVE)
async def test_refusal_is_followed_by_a_clean_start(model: str) -> None:
    silicon = counting_tag()
    async with inserted(reader_model(model).front(silicon)) as card:
        link = link_to(card, model)
        assert isinstance(await link.read(0xF0), NativeFailure)
        assert link.resets == 0  # nothing more is done than is asked for
        assert await link.read(0) == silicon.image[:16]
        assert link.resets == 1


async def test_reading_without_a_route() -> None:
    silicon = counting_tag()
    async with inserted(reader_model("generic").front(silicon)) as card:
        link = link_to(card, "generic")
        before = link.exchanges
        answer = await link.get_version()
        assert isinstance(answer, NativeFailure)
        assert answer.kind is FailureKind.ERROR
        assert link.exchanges == before
        assert await link.read(4) == silicon.image[16:32]


async def test_authenticate_of_an_ultralight_c_is_broken_off() -> None:
    silicon = Type2Tag.factory_fresh(chips()["mf0icu2"], UID)
    async with inserted(reader_model("acr122u").front(silicon)) as card:
        link = link_to(card, "acr122u")
        answer = await link.begin_authenticate()
        assert isinstance(answer, bytes)
        assert answer[0] == 0xAF
        assert await link.read(0) == silicon.image[:16]
        assert link.resets == 1


async def test_another_tag_after_a_refusal() -> None:
    front = reader_model("acr122u").front(counting_tag())
    assert isinstance(front, StorageCardReader)
    async with inserted(front) as card:
        link = link_to(card, "acr122u")
        await link.read(0xF0)
        front.picc = Type2Tag.factory_fresh(CHIP, bytes.fromhex("04999999999980"))
        with pytest.raises(CardRemovedError):
            await link.read(0)
