"""One try, on tags that count wrong ones and on tags that do not."""

import pytest

from cardscope.errors import CardError
from cardscope.memory.credentials import Credentials
from cardscope.memory.unlocking import Tries, tries, unlock
from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.type2 import Type2Tag
from support.inserted import inserted
from support.memory_cases import read_tag

UID = bytes.fromhex("04216216C01680")
RIGHT, WRONG = Credentials(b"CARD"), Credentials(b"CARE")
DELIVERED_KEY = bytes.fromhex("425245414B4D454946594F5543414E21")
"""BREAKMEIFYOUCAN! as the key pages hold it (MF0ICU2 data sheet, table of memory contents at delivery)."""


def tag(chip: str = "ntag213", authlim: int = 0) -> Type2Tag:
    kind = chips()[chip]
    pages = factory_pages(kind, UID)
    if kind.pwd is not None and kind.pack is not None and kind.cfg0 is not None and kind.cfg1 is not None:
        pages[kind.cfg0] = pages[kind.cfg0][:3] + b"\x04"
        pages[kind.cfg1] = bytes((authlim,)) + pages[kind.cfg1][1:]
        pages |= {kind.pwd: b"CARD", kind.pack: b"OK\0\0"}
    return Type2Tag(kind, b"".join(pages[page] for page in image_pages(kind)))


async def try_on(silicon: Type2Tag, credentials: Credentials, model: str = "acr122u") -> Credentials:
    async with inserted(reader_model(model).front(silicon)) as card:
        return await unlock(card.session, await card.identify(model), credentials)


@pytest.mark.parametrize("model", ["acr122u", "transparent"])
async def test_the_right_password_comes_back_with_its_pack(model: str) -> None:
    silicon = tag(authlim=3)
    assert await try_on(silicon, RIGHT, model) == Credentials(b"CARD", b"OK")
    assert silicon.auth_failures == 0


async def test_a_wrong_password_is_tried_once_and_not_told_in_the_error() -> None:
    silicon = tag(authlim=3)
    with pytest.raises(CardError, match="did not take the password") as told:
        await try_on(silicon, WRONG)
    assert silicon.auth_failures == 1
    assert "43415245" not in str(told.value)


async def test_after_the_last_try_the_right_password_is_refused_too() -> None:
    silicon = tag(authlim=1)
    with pytest.raises(CardError):
        await try_on(silicon, WRONG)
    with pytest.raises(CardError):
        await try_on(silicon, RIGHT)


async def test_a_key_is_tried_both_ways() -> None:
    silicon = tag("mf0icu2")
    key = Credentials(key=DELIVERED_KEY)
    assert await try_on(silicon, key) == key
    with pytest.raises(CardError, match="did not take the key"):
        await try_on(silicon, Credentials(key=bytes(range(16))))


async def test_a_reader_without_a_route_is_not_asked_to_try() -> None:
    silicon = tag(authlim=1)
    with pytest.raises(CardError, match="plain reads and writes"):
        await try_on(silicon, WRONG, "generic")
    assert silicon.auth_failures == 0


@pytest.mark.parametrize(
    ("chip", "cfg1", "known", "may_lock"),
    [
        ("ntag216", "00050000", Tries(0, None), False),
        ("ntag216", "03050000", Tries(3, None), True),
        ("ntag216", "83050000", Tries(3, None), True),
        ("nt3h2111", "03000000", Tries(8, None), True),
        ("mf0icu2", "01000000", Tries(0, None), False),
    ],
)
def test_the_tries_that_a_tag_forgives(chip: str, cfg1: str, known: Tries, may_lock: bool) -> None:
    page = chips()[chip].cfg1
    assert page is not None
    found = tries(read_tag(chip, {page: cfg1}))
    assert (found, found.may_lock) == (known, may_lock)


def test_settings_that_cannot_be_read_may_hold_any_limit() -> None:
    assert tries(read_tag("ntag216", lost=range(0xE3, 0xE5))) == Tries(None, None)
    assert Tries(None, None).may_lock
    assert not Tries(3, 2).may_lock
    assert Tries(3, 1).may_lock
