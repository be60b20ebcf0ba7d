"""The list of cards that were on a reader."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from cardscope.store.database import Database
from cardscope.store.recent_cards import RecentCard, RecentCards, has_lasting_uid

UID = bytes.fromhex("04E141124C2880")
OTHER = bytes.fromhex("045869D29C3980")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database(tmp_path / "cardscope.db").open()
    yield database
    await database.close()


async def test_a_card_is_noted_with_its_first_and_last_time(database: Database) -> None:
    cards = RecentCards(database)
    await cards.seen(UID, 100.0, virtual=True)
    await cards.seen(UID, 250.0, virtual=False, chip="NTAG216")
    assert await cards.latest(10) == [RecentCard(UID, "NTAG216", False, 100.0, 250.0, "", "")]
    await cards.seen(UID, 300.0, virtual=False)
    assert (await cards.latest(10))[0].chip == "NTAG216", "what was found out stays"


async def test_the_latest_come_first_and_no_more_than_asked_for(database: Database) -> None:
    cards = RecentCards(database)
    for number in range(5):
        await cards.seen(bytes((4, number)), float(number), virtual=False)
    await cards.seen(bytes((4, 1)), 9.0, virtual=False)
    assert [card.uid[1] for card in await cards.latest(3)] == [1, 4, 3]


async def test_a_clock_set_back_does_not_make_a_card_older(database: Database) -> None:
    cards = RecentCards(database)
    await cards.seen(UID, 500.0, virtual=False)
    await cards.seen(UID, 20.0, virtual=False)
    assert [(card.first_seen, card.last_seen) for card in await cards.latest(1)] == [(500.0, 500.0)]


async def test_the_user_names_a_card_and_the_name_survives_another_visit(database: Database) -> None:
    cards = RecentCards(database)
    await cards.seen(UID, 1.0, virtual=False)
    await cards.describe(UID, nickname="  Left hand ", notes="xNT\nsince 2019 ")
    await cards.seen(UID, 2.0, virtual=False, chip="NTAG216")
    card = await cards.find(UID)
    assert card is not None
    assert (card.nickname, card.notes, card.chip) == ("Left hand", "xNT\nsince 2019", "NTAG216")
    assert await cards.find(OTHER) is None


async def test_a_card_not_in_the_list_cannot_be_named(database: Database) -> None:
    cards = RecentCards(database)
    await cards.describe(UID, nickname="ghost", notes="")
    assert await cards.latest(10) == []


async def test_a_forgotten_card_is_gone_with_its_name(database: Database) -> None:
    cards = RecentCards(database)
    await cards.seen(UID, 1.0, virtual=True)
    await cards.describe(UID, nickname="Door", notes="")
    await cards.seen(OTHER, 2.0, virtual=True)
    await cards.forget(UID)
    await cards.seen(UID, 3.0, virtual=True)
    assert [(card.uid, card.nickname) for card in await cards.latest(5)] == [(UID, ""), (OTHER, "")]


async def test_a_uid_that_will_not_come_again_is_not_kept(database: Database) -> None:
    cards = RecentCards(database)
    await cards.seen(bytes.fromhex("08A1B2C3"), 1.0, virtual=False)
    await cards.seen(b"", 1.0, virtual=False)
    assert await cards.latest(10) == []
    assert has_lasting_uid(bytes.fromhex("0812345678ABCD")), "only 4-byte UIDs are random"
    assert has_lasting_uid(bytes.fromhex("5C1E902A"))
