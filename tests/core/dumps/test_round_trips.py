"""Every format with every chip: what is saved comes back but for what is named, and what is loaded stays the same."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardscope.dumps import formats, load, save, sniff
from cardscope.tags.catalogue import Command, chips
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.ready_cards import ready_card
from support.dump_files import snapshots

PAIRS = [(format_key, chip) for format_key in formats() for chip in chips()]
PAGES = re.compile(r"pages? ([0-9A-F ,toand]+?) (?:holds?|as|could)\b")


def pages_in(sentence: str) -> set[int]:
    """The pages that a sentence names."""
    found = PAGES.search(sentence)
    assert found is not None, sentence
    pages: set[int] = set()
    for part in re.split(", | and ", found[1]):
        first, _, last = part.partition(" to ")
        pages |= set(range(int(first, 16), int(last or first, 16) + 1))
    return pages


def said(losses: tuple[str, ...], words: str) -> list[str]:
    return [sentence for sentence in losses if words in sentence]


def check_up_to(losses: tuple[str, ...], saved: TagSnapshot, read: TagSnapshot) -> None:
    """Fails where they differ in something that ``losses`` do not name, or do not differ in what they name."""
    gone = {page for one in said(losses, "does not say what") for page in pages_in(one)}
    added = {page for one in said(losses, "shows page") for page in pages_in(one)}
    assert set(read.pages) == (set(saved.pages) - gone) | added
    assert gone <= set(saved.pages)
    assert added.isdisjoint(saved.pages)
    assert all(read.pages[page] == content for page, content in saved.pages.items() if page not in gone)
    assert (read.version == saved.version) is not bool(said(losses, "GET_VERSION"))
    if not said(losses, "signature"):
        assert read.signature == saved.signature or Command.READ_SIG not in saved.chip.commands
    counters = {int(one.split("counter ")[1].split()[0]) for one in said(losses, "counter ")}
    assert {address: count for address, count in saved.counters.items() if address not in counters} == {
        address: count for address, count in read.counters.items() if address != saved.chip.counter_page or count
    } or saved.chip.counter_page is not None
    assert (read.auth_failures == saved.auth_failures) is not bool(said(losses, "failed password"))
    assert (read.unreadable == saved.unreadable) is not bool(said(losses, "could not be read"))
    assert (read.reader == saved.reader) is not bool(said(losses, "reader"))
    assert (read.taken == saved.taken) is not bool(said(losses, "was read on"))


@pytest.mark.parametrize(("format_key", "key"), PAIRS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_saved_comes_back_but_for_what_is_named(format_key: str, key: str, data: st.DataObject) -> None:
    chip = chips()[key]
    snapshot = data.draw(snapshots(chip))
    saved = save(snapshot, format_key)
    read = load(saved.data, format=format_key, chip=chip).snapshot
    check_up_to(saved.losses, snapshot, read)
    found = sniff(saved.data)
    assert {one.format for one in found} == {format_key}
    assert ([one.chip for one in found] == [chip]) is not bool(said(saved.losses, "which chip"))


@pytest.mark.parametrize(("format_key", "key"), PAIRS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_loaded_is_saved_and_loaded_the_same(format_key: str, key: str, data: st.DataObject) -> None:
    chip = chips()[key]
    file = save(data.draw(snapshots(chip)), format_key).data
    first = load(file, format=format_key, chip=chip)
    again = save(first.snapshot, format_key)
    assert load(again.data, format=format_key, chip=chip) == first
    assert not [one for one in again.losses if "which chip" not in one]


@pytest.mark.parametrize("format_key", formats())
def test_losses_are_only_of_what_there_is(format_key: str) -> None:
    tag = ready_card("ntag216-url").make_tag().snapshot()
    bare = TagSnapshot(tag.chip, {page: content for page, content in tag.pages.items() if page < 0xE5})
    losses = save(bare, format_key).losses
    allowed = ("GET_VERSION", "which chip")
    assert all(any(word in one for word in allowed) for one in losses), losses


def test_cardscopes_own_format_loses_nothing() -> None:
    for key in chips():
        assert save(ready_card(key).make_tag().snapshot(), "cardscope").losses == ()


def test_the_losses_in_words() -> None:
    tag = ready_card("nt3h2211").make_tag().snapshot()
    assert save(tag, "eml").losses == (
        "The file does not say which chip it is of: it can be NT3H1101, NT3H2111 or NT3H2211.",
        "The file does not say what pages E6 and 100 to 1FF hold.",
        "The file does not hold the signature.",
        "The file does not say that there were 0 failed password authentications.",
    )
    part = TagSnapshot(tag.chip, {page: content for page, content in tag.pages.items() if page < 4})
    assert save(part, "raw").losses == (
        "The file shows pages 04 to E4, E7 to E9 and 100 to 1FF as 00, which are not known.",
    )
