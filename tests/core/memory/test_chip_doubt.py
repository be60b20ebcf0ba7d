"""Plans for tags that gave no answer to GET_VERSION: the chip is a conclusion then, and may be another."""

import pytest

from cardscope.errors import ReaderError
from cardscope.guard.pages import special_role
from cardscope.memory.credentials import Credentials
from cardscope.memory.plan import plan_writes
from cardscope.memory.restoring import restored
from cardscope.tags.catalogue import chips
from cardscope.tags.snapshot import TagSnapshot
from support.memory_cases import codes, draft_of, hazard, read_tag, refused
from support.writing_desk import page_of, tag_of, writing_desk

PASSWORD = Credentials(b"\xff\xff\xff\xff", bytes(2))
SPECIAL = [  # on each chip: dynamic lock, settings, password, registers
    ("ntag213", 0x28, "010000BD"),
    ("ntag213", 0x29, "040000FE"),
    ("ntag216", 0xE2, "010000BD"),
    ("ntag216", 0xE3, "040000FE"),
    ("ntag216", 0xE4, "01050000"),
    ("ntag216", 0xE5, "41424344"),
    ("ntag216", 0xE6, "41420000"),
    ("mf0ul11", 0x10, "000000FE"),
    ("mf0ul21", 0x24, "010000BD"),
    ("nt3h2111", 0xE2, "01000000"),
    ("nt3h2111", 0xE9, "08010100"),
]


@pytest.mark.parametrize(("chip", "page", "content"), SPECIAL)
def test_special_pages_of_a_chip_that_is_not_confirmed_are_refused(chip: str, page: int, content: str) -> None:
    reason = refused(read_tag(chip, native=False), {page: content, 5: "41424344"})
    assert list(reason) == [page]
    assert reason[page].code == "chip"
    assert "GET_VERSION" in reason[page].text
    plan_writes(draft_of(read_tag(chip), {page: content}), password=PASSWORD)  # confirmed, it is not


def test_user_memory_of_every_chip_that_it_may_be_needs_no_approval() -> None:
    base = read_tag("ntag216", native=False)
    plan = plan_writes(draft_of(base, dict.fromkeys(range(4, 0xE2), "41424344")))
    assert plan.hazards == ()
    assert len(plan.writes) == 0xDE


def test_pages_2_and_3_mean_the_same_on_every_chip() -> None:
    base = read_tag("ntag216", native=False)
    assert codes(plan_writes(draft_of(base, {2: "00000010", 3: "E1106D0F"}))) == ["H1", "H3"]


def test_a_page_that_is_special_on_another_chip_is_a_permanent_hazard() -> None:
    # An MF0UL21 that was formatted as an NTAG213 looks like one whose settings cannot be read: both have a page 40.
    base = read_tag("ntag213", native=False, lost=range(0x29, 0x2B))
    changes = {0x23: "41424344", 0x24: "41424344", 0x25: "41424344", 0x27: "41424344"}
    plan = plan_writes(draft_of(base, changes))
    found = {one.page: one for one in plan.hazards if one.code == "CHIP"}
    assert list(found) == [0x24, 0x25, 0x27]
    assert all(one.permanent and one.pages == (page,) for page, one in found.items())
    assert found[0x24].text.startswith("Whether this is an NTAG213 is not certain: page 36 would be the dynamic lock")
    assert "MF0UL21" in found[0x25].text
    assert "configuration page" in found[0x25].text
    assert "password page" in found[0x27].text
    assert plan.approve == plan.digest
    confirmed = plan_writes(draft_of(read_tag("ntag213", lost=range(0x29, 0x2B)), changes))
    assert "CHIP" not in codes(confirmed)
    assert confirmed.approve is None


def test_page_3_tells_chips_apart_that_it_cannot_be() -> None:
    # The NTAG212 leaves the factory with 10 in byte 2, of which 06 lacks a bit; the MF0UL21 with zeros.
    text = hazard(plan_writes(draft_of(_small(page3="E1100600"), {0x25: "41424344"})), "CHIP").text
    assert "MF0UL21" in text
    assert "NTAG212" not in text
    assert "NTAG212" in hazard(plan_writes(draft_of(_small(page3="E1101200"), {0x25: "41424344"})), "CHIP").text


def _small(page3: str) -> TagSnapshot:
    return read_tag("ntag213", {3: page3}, native=False, lost=range(0x29, 0x2B))


def test_pages_that_were_read_rule_smaller_chips_out() -> None:
    assert codes(plan_writes(draft_of(read_tag("ntag213", native=False), {0x25: "41424344"}))) == []


@pytest.mark.parametrize("chip", list(chips()))
def test_every_page_but_0_to_3_and_user_memory_is_special(chip: str) -> None:
    kind = chips()[chip]
    pages = {page for area in kind.areas for page in area}
    plain = {page for area in kind.user_areas for page in area} | {0, 1, 2, 3}
    assert {page for page in range(0x400) if special_role(kind, page)} == pages - plain


def test_a_backup_brings_user_memory_back_and_leaves_the_rest() -> None:
    base = read_tag("ntag216", native=False)
    backup = read_tag("ntag216", {9: "41424344", 2: "F6480010", 0xE2: "010000BD", 0xE3: "040000E3"})
    back = restored(base, backup)
    assert sorted(back.draft.changes) == [2, 9]
    assert back.left_out == dict.fromkeys((0xE2, 0xE3), "which chip this is, is not certain")
    plan_writes(back.draft)
    assert sorted(restored(read_tag("ntag216"), backup).draft.changes) == [2, 9, 0xE2, 0xE3]


async def test_through_a_reader_without_a_native_route() -> None:
    tag = tag_of(chips()["ntag216"])
    before = tag.image
    async with writing_desk(tag, "generic") as desk:
        base = await desk.read()
        assert base.chip is tag.chip
        assert base.version is None
        assert refused(base, {0xE2: "01000000"})[0xE2].code == "chip"
        plan = await desk.plan({0x20: "41424344"})
        assert plan.approve is None
        assert (await desk.execute(plan)).done
    assert page_of(tag, 0x20) == b"ABCD"
    assert tag.image[: 4 * 0x20] == before[: 4 * 0x20]


async def test_an_ultralight_c_has_no_get_version_and_is_asked_by_authenticate() -> None:
    tag = tag_of(chips()["mf0icu2"])
    async with writing_desk(tag) as desk:
        assert (await desk.execute(await desk.plan({0x28: "02000000"}))).done
    async with writing_desk(tag, "generic") as desk:
        plan = await desk.plan({0x28: "06000000"})
        with pytest.raises(ReaderError, match="cannot be made sure that the tag is an MF0ICU2"):
            await desk.execute(plan)
        assert (await desk.execute(await desk.plan({0x20: "41424344"}))).done
    assert page_of(tag, 0x28)[:2] == bytes.fromhex("0200")
    assert page_of(tag, 0x20) == b"ABCD"
