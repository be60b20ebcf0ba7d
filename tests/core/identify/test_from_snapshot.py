"""A tag from a file is described as the same tag on a reader is."""

from dataclasses import replace

import pytest

from cardscope.dumps import formats, load, save
from cardscope.identify.chip_identity import Certainty
from cardscope.identify.from_snapshot import identification_of, readout_of
from cardscope.identify.identification import Identification
from cardscope.tags.catalogue import chips
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.ready_cards import ready_card, ready_cards
from support.inserted import inserted

TAGS = [name for name, card in ready_cards().items() if card.chip is not None]
READER = "ACS ACR122U 00 00"


def snapshot_of(name: str) -> TagSnapshot:
    """The ready tag as it is known after all of its memory was read."""
    tag = ready_card(name).make_tag().snapshot()
    pages = {page: content for page, content in tag.pages.items() if page not in set().union(*tag.chip.unreadable)}
    return replace(tag, pages=pages, version=tag.chip.version, auth_failures=None, reader=READER)


async def live(name: str) -> Identification:
    async with inserted(ready_card(name).make(reader_model("acr122u"))) as card:
        return await card.identify("acr122u", may_count=True)


def without_counters(sentences: tuple[str, ...]) -> list[str]:
    """An NFC counter that is off does not answer a reader."""
    return [sentence for sentence in sentences if "counter" not in sentence.lower()]


def told(identification: Identification) -> list[str]:
    """The summary without why it is this chip."""
    assert identification.chip is not None
    return [one for one in without_counters(identification.summary) if one not in identification.chip.reasons]


@pytest.mark.parametrize("name", TAGS)
async def test_the_same_is_said_as_on_a_reader(name: str) -> None:
    there = await live(name)
    assert there.readout is not None
    read = {page: content for page, content in snapshot_of(name).pages.items() if page in there.readout.pages}
    here = identification_of(replace(snapshot_of(name), pages=read, unreadable=there.readout.unreadable))
    assert there.state is not None
    assert here.state is not None
    assert (here.uid, here.complete, here.withheld) == (there.uid, True, "")
    if there.version_response:
        assert here.chip == there.chip
    assert here.chip is not None
    assert there.chip is not None
    # A chip without GET_VERSION is concluded from what it does not answer.
    assert (here.chip.name, here.chip.chip) == (there.chip.name, there.chip.chip)
    assert told(here)[1:] == told(there)[1:]
    assert without_counters(here.permanent) == without_counters(there.permanent)
    for field in ("static", "dynamic", "cc", "cc_problems", "config", "originality", "ndef_bytes", "ndef_problems"):
        assert getattr(here.state, field) == getattr(there.state, field), field
    mine, its = here.to_json(), there.to_json()
    for key in ("uid", "memory", "locks", "cc", "config", "ndef", "signature"):
        assert mine[key] == its[key], key


def test_passwords_and_keys_are_not_shown() -> None:
    tag = ready_card("ntag213-password").make_tag().snapshot()
    assert {0x2B, 0x2C} <= tag.pages.keys()
    assert {0x2B, 0x2C}.isdisjoint(readout_of(tag).pages)


def test_a_file_without_a_place_for_the_signature_makes_no_tag_suspect() -> None:
    tag = replace(snapshot_of("ntag216"), signature=None)
    assert any("READ_SIG" in sentence for sentence in identification_of(tag).summary)
    from_file = identification_of(replace(tag, reader=""))
    assert not any("READ_SIG" in sentence for sentence in from_file.summary)
    assert from_file.chip is not None
    assert from_file.chip.certainty is Certainty.CERTAIN


def test_without_its_version_a_chip_is_only_likely() -> None:
    known = identification_of(replace(snapshot_of("ntag216"), version=None)).chip
    assert known is not None
    assert (known.certainty, known.chip) == (Certainty.LIKELY, chips()["ntag216"])
    assert known.reasons == ("What it answers to GET_VERSION is not known.", "It was saved as NTAG216.")


def test_pages_that_a_password_hides_are_told() -> None:
    tag = ready_card("ntag216").make_tag().snapshot()
    pages = {page: content for page, content in tag.pages.items() if page < 4}
    hidden = TagSnapshot(tag.chip, pages, unreadable={4: "Page 4 could not be read."}, version=tag.chip.version)
    assert readout_of(hidden).read_protected_from == 4
    cut = replace(hidden, unreadable={})
    assert readout_of(cut).read_protected_from is None


@pytest.mark.parametrize("format_key", formats())
@pytest.mark.parametrize("name", ["ntag216-implant", "ntag215-locked", "mf0icu2", "nt3h2211"])
def test_every_format_carries_what_identification_needs(format_key: str, name: str) -> None:
    tag = snapshot_of(name)
    found = load(save(tag, format_key).data, format=format_key, chip=tag.chip).snapshot
    assert found.uid == tag.uid
    mine, its = identification_of(found).to_json(), identification_of(tag).to_json()
    for key in ("uid", "memory", "locks", "cc", "config", "ndef"):
        assert mine[key] == its[key], key
