"""Reading a whole tag: every page of every chip through every reader, and nothing that is not what it seems."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cardscope.errors import CardError, CardRemovedError, RefusedError
from cardscope.memory.credentials import Credentials
from cardscope.memory.page_reader import readable_pages, windows
from cardscope.memory.reading import UnknownMemoryError, read_memory
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.faults import Fault, FaultKind, FaultPlan, FaultyPicc, Moment, VirtualStage
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.reader_models import reader_model, reader_models
from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.type2 import Type2Tag
from cardscope.virtual.type2.choices import SiliconChoices
from support.inserted import inserted

UID = bytes.fromhex("04216216C01680")
NTAG216 = chips()["ntag216"]
PASSWORD = bytes.fromhex("DEC0DE42")
PACK = bytes.fromhex("C0DE")


def made(chip: Chip, changes: Mapping[int, str] | None = None, choices: SiliconChoices | None = None) -> Type2Tag:
    """A tag whose user pages each hold their own number, with ``changes`` made to it."""
    pages = factory_pages(chip, UID)
    for area in chip.user_areas:
        pages |= {page: bytes((0xA5, page >> 8, page & 0xFF, 0x5A)) for page in area}
    pages |= {page: bytes.fromhex(content) for page, content in (changes or {}).items()}
    return Type2Tag(chip, b"".join(pages[page] for page in image_pages(chip)), choices=choices)


def held(tag: Type2Tag) -> dict[int, bytes]:
    image = tag.image
    pages = {page: image[4 * at : 4 * at + 4] for at, page in enumerate(image_pages(tag.chip))}
    return {page: pages[page] for page in readable_pages(tag.chip)}


async def snapshot_of(
    tag: Type2Tag, model: str, *, credentials: Credentials | None = None, may_count: bool = True
) -> tuple[TagSnapshot, int]:
    """What reading finds, and how many commands that took after identification."""
    async with inserted(reader_model(model).front(tag)) as card:
        known = await card.identify(model, may_count=may_count)
        before = len(card.wire.commands)
        read = await read_memory(card.session, known, may_count=may_count, credentials=credentials)
        return read, len(card.wire.commands) - before


GENERIC = "generic"
TAKEN_FOR = {"mf0ulh11": "mf0ul11", "mf0ulh21": "mf0ul21", "ntag213f": "ntag213", "ntag216f": "ntag216"}
"""What chips look like through a reader that passes no GET_VERSION on: these share their whole memory map. An NTAG I²C
is told from the NTAG21x, but not which one it is, and its second sector cannot be reached."""


@pytest.mark.parametrize("model", [model for model in reader_models() if model != GENERIC])
@pytest.mark.parametrize("key", list(chips()))
async def test_every_chip_through_every_native_reader(key: str, model: str) -> None:
    tag = made(chips()[key])
    read, _ = await snapshot_of(tag, model)
    assert read.chip is tag.chip
    assert dict(read.pages) == held(tag)
    assert read.unreadable == {}
    assert (read.reader, read.uid, read.version) == ("Virtual reader", UID, tag.chip.version)
    assert read.taken is not None


@pytest.mark.parametrize("key", [key for key, chip in chips().items() if chip.bcc])
async def test_every_chip_through_a_reader_without_a_native_route(key: str) -> None:
    tag = made(chips()[key])
    read, _ = await snapshot_of(tag, GENERIC)
    assert read.chip.key == TAKEN_FOR.get(key, key)
    assert dict(read.pages) == held(tag)
    assert read.unreadable == {}
    assert (read.uid, read.version) == (UID, None)


async def test_a_whole_ntag216_takes_four_commands_through_an_acr122u_and_58_without_a_route() -> None:
    tag = made(NTAG216)
    assert (await snapshot_of(tag, "acr122u"))[1] == 4
    assert (await snapshot_of(tag, "generic"))[1] == 58


async def test_a_counter_that_counts_is_read_too() -> None:
    tag = made(NTAG216, {0xE4: "10050000"})
    read, commands = await snapshot_of(tag, "acr122u")
    assert (dict(read.counters), commands) == ({2: 1}, 5)
    assert tag.counters == {2: 1}


async def test_a_counter_is_not_moved_without_permission() -> None:
    tag = made(NTAG216, {0xE4: "10050000"})
    with pytest.raises(RefusedError, match="NFC counter"):
        await snapshot_of(tag, "acr122u", may_count=False)
    assert tag.counters == {2: 0}


@pytest.mark.parametrize("model", list(reader_models()))
@pytest.mark.parametrize("auth0", [0x04, 0x05, 0x3D, 0x3E, 0x3F, 0x80, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5])
async def test_read_protection_of_an_ntag216(auth0: int, model: str) -> None:
    tag = made(NTAG216, {0xE3: f"040000{auth0:02X}", 0xE4: "80050000", 0xE5: PASSWORD.hex(), 0xE6: f"{PACK.hex()}0000"})
    read, _ = await snapshot_of(tag, model)
    open_pages = {page: content for page, content in held(tag).items() if page < auth0}
    assert dict(read.pages) == open_pages
    assert sorted(read.unreadable) == [page for page in readable_pages(NTAG216) if page >= auth0]
    assert set(read.unreadable.values()) <= {f"Reading from page {auth0} on needs the password."}


@pytest.mark.parametrize("model", [key for key in reader_models() if key != "generic"])
async def test_the_password_opens_what_is_protected(model: str) -> None:
    tag = made(NTAG216, {0xE3: "04000010", 0xE4: "80050000", 0xE5: PASSWORD.hex(), 0xE6: f"{PACK.hex()}0000"})
    read, _ = await snapshot_of(tag, model, credentials=Credentials(PASSWORD, PACK))
    assert dict(read.pages) == held(tag)


async def test_a_wrong_password_is_tried_once() -> None:
    tag = made(NTAG216, {0xE3: "04000010", 0xE4: "83050000", 0xE5: PASSWORD.hex()})
    with pytest.raises(CardError, match="did not open"):
        await snapshot_of(tag, "acr122u", credentials=Credentials(bytes(4)))
    assert tag.auth_failures == 1


async def test_a_pack_that_differs_is_told() -> None:
    tag = made(NTAG216, {0xE3: "04000010", 0xE5: PASSWORD.hex(), 0xE6: "12340000"})
    with pytest.raises(CardError, match="PACK 1234, not C0DE"):
        await snapshot_of(tag, "acr122u", credentials=Credentials(PASSWORD, PACK))


@pytest.mark.parametrize("model", ["acr122u", "generic", "transparent"])
async def test_a_page_that_holds_the_same_as_page_0_is_no_roll_over(model: str) -> None:
    same = held(made(NTAG216))[0].hex()
    tag = made(NTAG216, {5: same, 6: same, 0x41: same, 0xE1: same})
    read, _ = await snapshot_of(tag, model)
    assert dict(read.pages) == held(tag)


@pytest.mark.parametrize("model", ["acr122u", "transparent"])
@pytest.mark.parametrize("shown_as_00", [True, False])
@pytest.mark.parametrize("auth0", [0x04, 0x30, 0xE2, 0xE3, 0xE4, 0xE5, 0xE8])
async def test_protected_pages_of_an_ntag_i2c_plus_do_not_pass_for_zeros(
    auth0: int, shown_as_00: bool, model: str
) -> None:
    chip = chips()["nt3h2211"]
    config = {0xE3: f"000000{auth0:02X}", 0xE4: "80000000", 0xE7: "08000000"}
    tag = made(chip, config, SiliconChoices(protected_pages_read_00=shown_as_00))
    read, _ = await snapshot_of(tag, model)
    closed = {page for page in readable_pages(chip) if (auth0 <= page <= 0xEB and page != 0xE2) or page >= 0x100}
    assert dict(read.pages) == {page: content for page, content in held(tag).items() if page not in closed}
    assert set(read.unreadable) == closed


async def test_read_protection_of_an_ultralight_c() -> None:
    chip = chips()["mf0icu2"]
    key = bytes.fromhex("42524541 4B4D4549 46594F55 43414E21")
    tag = made(chip, {0x2A: "08000000", 0x2B: "00000000"})
    read, _ = await snapshot_of(tag, "acr122u")
    assert max(read.pages) == 7
    assert read.unreadable[8] == "Reading from page 8 on needs the key."
    opened, _ = await snapshot_of(tag, "acr122u", credentials=Credentials(key=key))
    assert dict(opened.pages) == held(tag)
    with pytest.raises(CardError, match="did not open"):
        await snapshot_of(tag, "acr122u", credentials=Credentials(key=bytes(16)))


async def test_a_sector_that_the_reader_cannot_select_is_told() -> None:
    async with inserted(reader_model("acr122u").front(made(chips()["nt3h2211"]))) as card:
        known = await card.identify("acr122u")
        read = await read_memory(card.session, replace(known, family=None))
    assert max(read.pages) < 0x100
    assert read.unreadable[0x100] == "Sector 1 cannot be selected through this reader."


async def test_a_card_of_another_kind_has_no_such_memory() -> None:
    async with inserted(ready_card("teaching").make()) as card:
        known = await card.identify()
        with pytest.raises(UnknownMemoryError):
            await read_memory(card.session, known)


@pytest.mark.parametrize("model", ["acr122u", "generic", "transparent"])
@pytest.mark.parametrize("kind", [FaultKind.NAK, FaultKind.TIMEOUT, FaultKind.CORRUPTED])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_disturbed_answer_does_not_pass_for_protection(kind: FaultKind, at: int, model: str) -> None:
    reader = VirtualReader()
    stage = VirtualStage(VirtualSource(reader), reader)
    tag = made(NTAG216)
    async with inserted(reader_model(model).front(tag)) as card:
        known = await card.identify(model)
    moment = Moment.AFTER if kind is FaultKind.CORRUPTED else Moment.BEFORE
    spot = FaultyPicc(tag, FaultPlan(1, (Fault(kind, moment, at),)), stage)
    async with inserted(reader_model(model).front(spot)) as card:
        read = await read_memory(card.session, known)
    assert dict(read.pages) == held(tag)
    assert spot.happened


@pytest.mark.parametrize("model", ["acr122u", "generic"])
async def test_a_tag_that_is_swapped_on_the_way_is_noticed(model: str) -> None:
    reader = VirtualReader()
    stage = VirtualStage(VirtualSource(reader), reader)
    tag = made(NTAG216)
    other = Type2Tag.factory_fresh(NTAG216, bytes.fromhex("04216216C01681"))
    async with inserted(reader_model(model).front(tag)) as card:
        known = await card.identify(model)
    swap = Fault(FaultKind.SWAPPED, Moment.AFTER, 2, noticed=False)
    spot = FaultyPicc(tag, FaultPlan(1, (swap,)), stage, other=other)
    async with inserted(reader_model(model).front(spot)) as card:
        with pytest.raises(CardRemovedError):
            await read_memory(card.session, known)


async def test_progress_goes_up_to_the_last_page() -> None:
    told: list[tuple[int, int]] = []
    async with inserted(reader_model("acr122u").front(made(NTAG216))) as card:
        known = await card.identify("acr122u")
        await read_memory(card.session, known, progress=lambda done, pages: told.append((done, pages)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (229, 229)


def test_windows() -> None:
    assert list(windows(NTAG216, [0, 1, 61], 62)) == [(0, 61)]
    assert list(windows(NTAG216, [0, 62], 62)) == [(0, 0), (62, 62)]
    chip = chips()["nt3h1201"]
    assert list(windows(chip, [0xFE, 0xFF, 0x100, 0x101, 0x1E0, 0x1E8], 62)) == [
        (0xFE, 0xFF),
        (0x100, 0x101),
        (0x1E0, 0x1E0),
        (0x1E8, 0x1E8),
    ]
