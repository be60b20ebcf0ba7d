"""The history of commands: what is kept, what is never kept, and what a search finds."""

import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardscope.decode.secrets import MaskedCommand
from cardscope.readers.families import families
from cardscope.store import history as module
from cardscope.store import history_index
from cardscope.store.database import Database
from cardscope.store.history import History, HistoryEntry, SentCommand, Store
from cardscope.store.transient import TransientStore

UID = bytes.fromhex("04E141124C2880")
OTHER = bytes.fromhex("045869D29C3980")


def sent(command: str, at: float = 0.0, uid: bytes | None = None, reader: str = "R") -> SentCommand:
    return SentCommand(MaskedCommand.of(bytes.fromhex(command)), at, reader, uid)


def texts(entries: Sequence[HistoryEntry]) -> list[str]:
    return [entry.command.text for entry in entries]


@pytest_asyncio.fixture(params=["file", "memory", "file without FTS5"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Store]:
    if request.param == "file without FTS5":
        without_fts5(monkeypatch)
    if request.param == "memory":
        yield TransientStore()
        return
    database = await Database(tmp_path / "cardscope.db").open()
    yield database
    await database.close()


def without_fts5(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an SQLite that was built without it: the module is not there."""
    tables = tuple(statement.replace("fts5", "fts5_that_is_not_there") for statement in history_index.TABLES)
    monkeypatch.setattr(history_index, "TABLES", tables)


async def test_each_command_is_there_once_the_latest_first(store: Store) -> None:
    history = History(store)
    await history.add(sent("FFCA000000", 1.0), sent("60", 2.0), sent("FFCA000000", 3.0, reader="S"))
    entries = await history.search()
    assert [(entry.command.text, entry.sent, entry.reader) for entry in entries] == [
        ("FF CA 00 00 00", 3.0, "S"),
        ("60", 2.0, "R"),
    ]
    assert [entry.summary for entry in entries] == ["Get data: UID", "GET_VERSION"]


async def test_a_secret_is_gone_and_the_same_command_with_another_one_is_the_same(store: Store) -> None:
    history = History(store)
    await history.add(sent("0020000104 31323334"), sent("0020000104 39383736"), sent("002000010431"))
    assert texts(await history.search()) == ["00 20 00 01 •• ••", "00 20 00 01 04 •• •• •• ••"]
    assert await history.search("31") == [], "not even by looking for it"
    assert len(await history.search("0020")) == 2
    assert await history.search("00 00 00") == [], "what stands in its place is no byte of the command"


async def test_one_steps_back_and_forward_through_all(store: Store) -> None:
    history = History(store)
    assert await history.older(None) is None
    await history.add(sent("30 04"), sent("60"), sent("30 05"), sent("30 04"))
    back: list[HistoryEntry] = []
    entry = await history.older(None)
    while entry is not None:
        back.append(entry)
        entry = await history.older(entry.turn)
    assert texts(back) == ["30 04", "30 05", "60"]
    assert [await history.newer(each.turn) for each in back] == [None, back[0], back[1]]


async def test_a_search_finds_bytes_as_they_are_typed(store: Store) -> None:
    history = History(store)
    await history.add(sent("FFD6000404 DEADBEEF"), sent("FFB0000410"), sent("00A4040003 D60000"), sent("306D"))
    for typed, found in {
        "ff d6": ["FF D6 00 04 04 DE AD BE EF"],
        "FFD6:00,0": ["FF D6 00 04 04 DE AD BE EF"],
        "d6": ["00 A4 04 00 03 D6 00 00", "FF D6 00 04 04 DE AD BE EF"],
        "6d": ["30 6D"],
        "be e": ["FF D6 00 04 04 DE AD BE EF"],
        "b": ["FF B0 00 04 10", "FF D6 00 04 04 DE AD BE EF"],
        "ad be ef 00": [],
        "FFD6000404DEADBEEF" * 40: [],
    }.items():
        assert sorted(texts(await history.search(typed))) == sorted(found), typed


async def test_a_search_finds_words_in_any_case_and_the_name(store: Store) -> None:
    history = History(store)
    await history.add(sent("FFD6000404DEADBEEF"), sent("FFB0000410"), sent("0020000102 3132"))
    (write,) = await history.search("UPDATE bin")
    (read,) = await history.search("read Binary: page 4")
    assert len(await history.search("ary: p")) == 2
    await history.rename(write.id, " Tür Küche ")
    assert [entry.name for entry in await history.search("KÜCHE")] == ["Tür Küche"]
    assert await history.search("%") == await history.search("x\ud800") == []
    assert (await history.search("y"))[0].summary == "Verify: reference 01"
    await history.rename(write.id, "")
    assert await history.search("küche") == []
    assert read.name == ""


async def test_favourites_keep_their_mark_and_name_when_sent_again(store: Store) -> None:
    history = History(store)
    await history.add(sent("60", 1.0), sent("30 04", 2.0))
    (version,) = await history.search("60")
    await history.set_favourite(version.id, True)
    await history.rename(version.id, "Which chip")
    await history.add(sent("60", 3.0))
    (again,) = await history.search(favourites=True)
    assert (again.id, again.name, again.sent, again.favourite) == (version.id, "Which chip", 3.0, True)
    assert await history.search("30", favourites=True) == []
    await history.set_favourite(version.id, False)
    assert await history.search(favourites=True) == []


@pytest.mark.parametrize("few", [10_000, 0], ids=["card with few", "card with many"])
async def test_one_card_has_its_own_commands(store: Store, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", few)
    history = History(store)
    random_uid = bytes.fromhex("08A1B2C3")
    await history.add(
        *(sent("60", 1.0, UID), sent("30 04", 2.0, UID), sent("60", 3.0, OTHER)),
        *(sent("30 05", 4.0), sent("FFCA000000", 5.0, random_uid)),
    )
    assert sorted(texts(await history.search(uid=UID))) == ["30 04", "60"]
    assert texts(await history.search("60", uid=OTHER)) == ["60"]
    assert texts(await history.search("read", uid=UID)) == ["30 04"]
    assert await history.search(uid=random_uid) == [], "that card will never be there again"
    (entry,) = await history.search("60")
    await history.set_favourite(entry.id, True)
    assert texts(await history.search(uid=UID, favourites=True)) == ["60"]


async def test_what_is_deleted_is_found_no_more(store: Store) -> None:
    history = History(store)
    await history.add(sent("60", uid=UID), sent("30 04", uid=UID), sent("30 05"))
    (version,) = await history.search("60")
    await history.forget(version.id)
    await history.forget(version.id)
    assert await history.search("60") == await history.search("get_version") == []
    assert texts(await history.search(uid=UID)) == ["30 04"]
    await history.add(sent("60"))
    assert texts(await history.search("get_version")) == ["60"]
    await history.clear()
    assert await history.search() == await history.search("30") == await history.search("read") == []
    await history.add(sent("30 04"))
    assert texts(await history.search("30 0")) == ["30 04"]


async def test_a_history_written_without_the_index_is_indexed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cardscope.db"
    database = await Database(path).open()
    await History(database).add(sent("30 04"), sent("0020000102 3132"))
    with monkeypatch.context() as elsewhere:
        without_fts5(elsewhere)
        other = History(database)
        await other.add(sent("60"))
        (read,) = await other.search("30")
        await other.forget(read.id)
    await database.close()
    database = await Database(path).open()
    history = History(database)
    assert texts(await history.search("60")) == ["60"]
    assert await history.search("30") == []
    assert texts(await history.search("verify")) == ["00 20 00 01 02 •• ••"]
    await database.close()


async def test_two_windows_share_one_history(tmp_path: Path) -> None:
    first = await Database(tmp_path / "cardscope.db").open()
    second = await Database(tmp_path / "cardscope.db").open()
    one, two = History(first), History(second)
    await one.add(sent("60"))
    await two.add(sent("30 04"))
    await one.add(sent("30 05"), sent("60"))
    assert texts(await two.search()) == ["60", "30 05", "30 04"]
    assert texts(await two.search("60")) == ["60"]
    await first.close()
    await second.close()


def some_commands(count: int) -> list[bytes]:
    """Few values, so that bytes and words recur in many combinations."""
    generator = random.Random(5)
    wraps = [family.wrap for family in families().values()]
    commands: list[bytes] = []
    for _ in range(count):
        page, data = generator.choice((4, 5, 0x2B, 0xE5)), bytes(generator.choices((0, 4, 0x2B, 0xA2, 0xFF), k=4))
        native = generator.choice((bytes((0xA2, page)) + data, bytes((0x30, page)), b"\x1b" + data))
        commands.append(
            generator.choice(
                (
                    native,
                    generator.choice(wraps)(native),
                    bytes((0xFF, 0xD6, 0, page, 4)) + data,
                    bytes((0, 0xB0, 0, page, 4)),
                    b"\x00\xa4\x04\x00\x04" + data,
                    b"\x00\x20\x00\x01\x04" + data,
                )
            )
        )
    return commands


def matches_by_eye(entry: HistoryEntry, typed: str) -> bool:
    digits = "".join(typed.split()).upper()
    spaced = " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    is_hex = bool(digits) and set(digits) <= set("0123456789ABCDEF")
    return typed.strip().lower() in entry.summary.lower() or (is_hex and f" {spaced}" in f" {entry.command.text}")


async def test_a_search_finds_what_looking_at_every_command_finds(store: Store) -> None:
    history = History(store)
    generator = random.Random(6)
    uids = (UID, OTHER, None)
    for command in some_commands(400):
        await history.add(SentCommand(MaskedCommand.of(command), 0.0, "R", generator.choice(uids)))
    for entry in generator.sample(await history.search(limit=1000), 40):
        await history.forget(entry.id)
    every = await history.search(limit=1000)
    assert [entry.turn for entry in every] == sorted((entry.turn for entry in every), reverse=True)
    typed = {"a", "e", "page", "page 4", "ver", "a2 2b", "zz", "0", "2b 04 ff", "ffa", ": "}
    for entry in generator.sample(every, 60):
        shown = entry.command.text
        start = 3 * generator.randrange(len(entry.command.known))
        typed.add(shown[start : start + generator.randrange(1, 18)].strip())
    for text in sorted(typed):
        expected = [entry for entry in every if matches_by_eye(entry, text)]
        assert await history.search(text, limit=1000) == expected, text
        assert await history.search(text, limit=3) == expected[:3], text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=st.lists(st.integers(0x10, 0xFF), min_size=12, max_size=12, unique=True).map(bytes))
async def test_no_byte_of_a_secret_is_in_the_file(tmp_path_factory: pytest.TempPathFactory, secret: bytes) -> None:
    """The file, and what SQLite keeps beside it: as bytes, as hex of either case, and any four of them in a row."""
    folder = tmp_path_factory.mktemp("history")
    database = await Database(folder / "cardscope.db").open()
    history = History(database)
    verify = bytes((0x00, 0x20, 0x00, 0x81, len(secret))) + secret
    natives = [bytes((0x1B, *secret[at : at + 4])) for at in (0, 4, 8)]
    natives += [bytes((0xA2, page, *secret[at : at + 4])) for page in (0x2B, 0x2C, 0xE5) for at in (0, 4, 8)]
    commands = [verify, bytes((0x80, 0xD8, 0, 0x81, 12)) + secret, bytes((0xFF, 0x82, 0, 0, 12)) + secret, *natives]
    commands += [family.wrap(native) for family in families().values() for native in natives]
    await history.add(*(SentCommand(MaskedCommand.of(command), 0.0, "R", UID) for command in commands))
    await history.search(secret.hex())
    found = await history.search(limit=1000)
    assert found
    await history.rename(found[0].id, "door")
    pieces = [secret[at : at + 4] for at in range(9)]
    while_open = [path.read_bytes() for path in sorted(folder.iterdir())]
    await database.close()
    for content in (*while_open, *(path.read_bytes() for path in sorted(folder.iterdir()))):
        for piece in pieces:
            for spelling in (piece, piece.hex().encode(), piece.hex().upper().encode()):
                assert spelling not in content
