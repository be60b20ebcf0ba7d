"""What is kept of unfinished work, and that no secret is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.store.database import Database
from cardscope.store.drafts import KeptPage, MemoryDrafts, ScriptDrafts, masked_lines
from cardscope.store.transient import TransientStore
from cardscope.tags.catalogue import chips
from cardscope.tags.image import image_pages

NTAG213 = chips()["ntag213"]
UID = bytes.fromhex("04A1B2C3D4E5F6")
PWD, PACK = 0x2B, 0x2C
"""NTAG213/215/216 data sheet, table 6."""

byte = st.one_of(st.none(), st.integers(0, 255))
page = st.builds(
    KeptPage,
    st.one_of(st.none(), st.binary(min_size=4, max_size=4)),
    st.one_of(st.none(), st.tuples(byte, byte, byte, byte)),
)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@given(st.dictionaries(st.sampled_from(sorted(set(image_pages(NTAG213)) - {PWD, PACK})), page, min_size=1))
async def test_what_comes_back_is_what_was_kept(pages: dict[int, KeptPage]) -> None:
    drafts = MemoryDrafts(TransientStore())
    await drafts.keep(UID, NTAG213, 7.5, pages)
    kept = await drafts.find(UID, NTAG213)
    assert kept is not None
    assert kept.changed == 7.5
    assert kept.pages == pages


async def test_the_last_state_counts_and_an_empty_one_is_gone() -> None:
    drafts = MemoryDrafts(TransientStore())
    await drafts.keep(UID, NTAG213, 1, {5: KeptPage(bytes(4), (1, 2, 3, 4))})
    await drafts.keep(UID, NTAG213, 2, {6: KeptPage(bytes(4), (1, 2, 3, 4))})
    assert await drafts.has(UID)
    kept = await drafts.find(UID, NTAG213)
    assert kept is not None
    assert set(kept.pages) == {6}
    assert await drafts.find(UID, chips()["ntag215"]) is None, "the same UID on another chip is another tag"
    assert await drafts.find(bytes(7), NTAG213) is None
    await drafts.keep(UID, NTAG213, 3, {})
    assert await drafts.find(UID, NTAG213) is None
    assert not await drafts.has(UID)


@pytest.mark.parametrize("key", sorted(chips()))
async def test_secrets_are_never_on_the_disk(key: str, tmp_path: Path) -> None:
    chip = chips()[key]
    secret = {page for page in (chip.pwd, chip.pack) if page is not None}.union(chip.key_pages or ())
    database = await Database(tmp_path / "cardscope.db").open()
    drafts = MemoryDrafts(database)
    await drafts.keep(UID, chip, 1, {page: KeptPage(None, (0xDE, 0xC0, 0xAD, None)) for page in secret})
    kept = await drafts.find(UID, chip)
    assert (dict(kept.pages) if kept is not None else {}) == dict.fromkeys(secret, KeptPage(None, None))
    await ScriptDrafts(database).keep("me", 1, "", "", "00 20 00 01 04 DE C0 AD DE")
    await database.close()
    written = all_bytes(tmp_path).upper()
    assert b"DEC0AD" not in written
    assert b"DE C0 AD" not in written
    assert bytes.fromhex("DEC0AD") not in written


async def test_a_script_is_its_owner_s() -> None:
    drafts = ScriptDrafts(TransientStore())
    assert await drafts.take("me") is None
    await drafts.keep("other", 1, "/a/one.script", "", "reset")
    kept = await drafts.keep("other", 2, "/a/one.script", "", "exit \ud800")
    assert (kept.changed, kept.path, kept.text) == (2, "/a/one.script", "exit ?")
    assert await drafts.take("me") == kept
    await drafts.forget("other")
    assert await drafts.take("another") == kept
    await drafts.forget("another")
    assert await drafts.take("me") is None


async def test_the_latest_script_comes_first() -> None:
    drafts = ScriptDrafts(TransientStore())
    await drafts.keep("a", 2, "", "later", "reset")
    await drafts.keep("b", 1, "", "earlier", "exit")
    kept = await drafts.take("me")
    assert kept is not None
    assert kept.title == "later"


def test_the_lines_to_be_typed_again() -> None:
    assert masked_lines("reset\n00 20 00 01 02 •• ••\n\n# ••\n") == (2, 4)
    assert masked_lines("reset") == ()
