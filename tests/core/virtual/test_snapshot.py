"""Snapshots: what goes in comes out, and what cannot be is refused. And what a torn write leaves of a tag."""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.type2 import ACK, State, Type2Tag

UID = bytes.fromhex("04E141124C2880")
NTAG213 = chips()["ntag213"]
every_chip = pytest.mark.parametrize("chip", chips().values(), ids=list(chips()))
a_chip = st.sampled_from(list(chips().values()))
four_bytes = st.binary(min_size=4, max_size=4)


@st.composite
def snapshots(draw: st.DrawFn) -> TagSnapshot:
    """A tag of any chip, with any part of it unknown that can be."""
    chip = draw(a_chip)
    held = factory_pages(chip, draw(st.binary(min_size=7, max_size=7)))
    for page in draw(st.sets(st.sampled_from([page for page in held if page > 2]), max_size=8)):
        held[page] = draw(four_bytes)
    if chip.dynamic_lock is not None:  # what follows the lock bytes is not stored
        lock = chip.dynamic_lock
        end = lock.offset + lock.size
        held[lock.page] = held[lock.page][:end] + lock.fixed + held[lock.page][end + len(lock.fixed) :]
    known = {0, 1} | draw(st.sets(st.sampled_from(list(held))))
    counters = {
        address: draw(st.integers(0, chip.counter_max))
        for address in draw(st.sets(st.sampled_from(chip.counters)) if chip.counters else st.just(set[int]()))
        if address != chip.counter_page
    }
    if chip.counter_page in known:
        counters[chip.counter_page] = int.from_bytes(held[chip.counter_page][:2], "little")
    return TagSnapshot(
        chip,
        {page: held[page] for page in known},
        draw(st.none() | st.binary(min_size=32, max_size=32)),
        counters,
        draw(st.none() | st.integers(0, 128)),
        draw(st.none() | st.binary(min_size=8, max_size=8)),
        draw(st.dictionaries(st.integers(0, 0x3FF), st.text(max_size=20), max_size=3)),
        draw(st.text(max_size=20)),
        draw(st.none() | st.datetimes(timezones=st.timezones())),
    )


@given(snapshots())
def test_json_loses_nothing(snapshot: TagSnapshot) -> None:
    assert TagSnapshot.from_json(snapshot.to_json()) == snapshot


@given(snapshots())
def test_a_twin_gives_back_the_snapshot_that_it_was_made_from(snapshot: TagSnapshot) -> None:
    silicon = replace(snapshot, version=None, unreadable={}, reader="", taken=None)  # those tell of a reading
    assert Type2Tag.from_snapshot(snapshot).snapshot() == silicon


@every_chip
def test_a_tag_and_its_twin_are_alike(chip: Chip) -> None:
    tag = Type2Tag.factory_fresh(chip, UID, signature=bytes(range(32)))
    twin = Type2Tag.from_snapshot(tag.snapshot())
    assert (twin.chip, twin.uid, twin.image, twin.counters) == (chip, UID, tag.image, tag.counters)
    assert (twin.signature, twin.auth_failures, twin.assumed) == (bytes(range(32)), 0, frozenset())
    assert len(tag.image) == 4 * len(image_pages(chip))


@every_chip
def test_unknown_pages_are_as_at_delivery_and_assumed(chip: Chip) -> None:
    fresh = Type2Tag.factory_fresh(chip, UID)
    known = {page: fresh.snapshot().pages[page] for page in (0, 1)}
    twin = Type2Tag.from_snapshot(TagSnapshot(chip, known))
    assert twin.image == fresh.image
    assert twin.assumed == set(image_pages(chip)) - {0, 1}
    assert twin.snapshot() == TagSnapshot(chip, known)


def test_figures_of_image_pages() -> None:
    pages = {key: image_pages(chip) for key, chip in chips().items()}
    assert pages["ntag216"] == tuple(range(0xE7))
    assert pages["nt3h1101"] == (*range(0xE3), 0xE8, 0xE9)
    assert pages["nt3h1201"] == (*range(0x1E1), 0x1E8, 0x1E9)
    assert pages["nt3h2211"] == (*range(0xEA), *range(0x100, 0x200)), "session registers are no EEPROM"
    assert len(pages["mf0icu2"]) == 48


def test_delivery_of_ntag_i2c_and_of_the_key() -> None:
    # DSI2C tables 10 and 13; §1.0: UID 0 to 6, SAK, ATQA, static lock bytes. DSULC table 13.
    held = Type2Tag.factory_fresh(chips()["nt3h1201"], UID).snapshot().pages
    assert [held[page].hex().upper() for page in (0, 1, 2, 3, 0x1E8, 0x1E9)] == [
        "04E14112", "4C288000", "44000000", "E110EA00", "0100F848", "08010000",
    ]  # fmt: skip
    held = Type2Tag.factory_fresh(chips()["mf0icu2"], UID).snapshot().pages
    assert b"".join(held[page] for page in range(0x2C, 0x30)) == b"BREAKMEIFYOUCAN!"


def test_a_counter_in_a_page_is_known_by_either() -> None:
    chip = chips()["mf0icu2"]
    pages = {page: content for page, content in factory_pages(chip, UID).items() if page != 0x29}
    by_counter = TagSnapshot(chip, pages, None, {0x29: 0x1234})
    by_page = TagSnapshot(chip, pages | {0x29: bytes.fromhex("34120000")})
    assert by_counter == by_page
    assert Type2Tag.from_snapshot(by_counter).counters == {0x29: 0x1234}


def partial_ntag213(*unknown: int) -> TagSnapshot:
    pages = factory_pages(NTAG213, UID)
    return TagSnapshot(NTAG213, {page: content for page, content in pages.items() if page not in unknown})


def awake(tag: Type2Tag) -> Type2Tag:
    tag.power_down()
    tag.power_up()
    tag.select()
    return tag


def test_a_page_is_no_guess_once_it_is_written() -> None:
    tag = awake(Type2Tag.from_snapshot(partial_ntag213(5, 6, 0x2B)))
    assert tag.assumed == {5, 6, 0x2B}
    assert tag.exchange(bytes.fromhex("A20501020304")) == ACK
    assert tag.assumed == {6, 0x2B}
    assert tag.exchange(b"\xa0\x2b") == ACK
    assert tag.exchange(bytes(16)) == ACK
    assert tag.assumed == {6}
    assert tag.snapshot().pages[5] == bytes.fromhex("01020304")


@pytest.mark.parametrize("page", [2, 3, 0x28])
def test_a_page_that_is_or_written_stays_a_guess(page: int) -> None:
    tag = awake(Type2Tag.from_snapshot(partial_ntag213(page)))
    assert tag.exchange(bytes((0xA2, page, 0, 0, 0, 0))) == ACK
    assert tag.assumed == {page}


def test_a_refused_write_leaves_a_guess() -> None:
    snapshot = partial_ntag213(4)
    tag = awake(Type2Tag.from_snapshot(replace(snapshot, pages={**snapshot.pages, 2: bytes.fromhex("F6481000")})))
    assert tag.exchange(bytes.fromhex("A20401020304")) != ACK
    assert tag.assumed == {4}


def test_a_torn_write_leaves_a_guess() -> None:
    tag = awake(Type2Tag.from_snapshot(partial_ntag213(4)))
    tag.tear(bytes.fromhex("A204FFFFFFFF"), Random(3))
    assert tag.assumed == {4}


def test_authentication_tells_the_number_of_failures() -> None:
    tag = awake(Type2Tag.from_snapshot(partial_ntag213()))
    assert tag.snapshot().auth_failures is None
    tag.exchange(bytes.fromhex("1BFFFFFFFF"))
    assert tag.snapshot().auth_failures == 0


PAGES = factory_pages(NTAG213, UID)
I2C = chips()["nt3h2111"]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: TagSnapshot(NTAG213, PAGES | {0: b"\x04\xe1\x41\x2d"}), "BCC0 in page 0 is 2D, .* needs 2C"),
        (lambda: TagSnapshot(NTAG213, PAGES | {2: b"\xf5\x48\0\0"}), "BCC1 in page 2 is F5, .* needs F6"),
        (lambda: TagSnapshot(NTAG213, PAGES | {0x2D: bytes(4)}), "NTAG213 holds nothing in page 2D"),
        (lambda: TagSnapshot(NTAG213, PAGES | {-1: bytes(4)}), "holds nothing in page -1"),
        (lambda: TagSnapshot(I2C, factory_pages(I2C, UID) | {0xEC: bytes(4)}), "holds nothing in page EC"),
        (lambda: TagSnapshot(NTAG213, PAGES | {7: b"\0"}), "Page 07 in this snapshot has 1 bytes instead of 4"),
        (lambda: TagSnapshot(NTAG213, {1: PAGES[1]}), "Page 00 is missing"),
        (lambda: TagSnapshot(NTAG213, PAGES, bytes(31)), "signature in this snapshot has 31 bytes"),
        (lambda: TagSnapshot(NTAG213, PAGES, None, {1: 0}), "NTAG213 has no counter 01"),
        (lambda: TagSnapshot(NTAG213, PAGES, None, {2: 1 << 24}), "Counter 02 of the NTAG213 cannot be 16777216"),
        (lambda: TagSnapshot(NTAG213, PAGES, None, {2: -1}), "Counter 02 of the NTAG213 cannot be -1"),
        (lambda: TagSnapshot(NTAG213, PAGES, None, {}, -1), "number of failed authentications"),
        (
            lambda: TagSnapshot(chips()["mf0icu2"], factory_pages(chips()["mf0icu2"], UID), None, {0x29: 5}),
            "Page 29 .* 0.* counter 29 .* 5",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], TagSnapshot], complaint: str) -> None:
    with pytest.raises(CardScopeError, match=complaint):
        make()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "another"}, '"format" is not'),
        ({"chip": "ntag299"}, "not known: 'ntag299'"),
        ({"pages": {"000": "04E1412C", "001": "124C2880", "0G0": "00000000"}}, "damaged"),
        ({"pages": {"000": "04E1412C", "001": "124C28"}}, "Page 01 .* 3 bytes"),
        ({"pages": {"000": "04E1412C", "001": "124C2880", "1": "124C2880"}}, "page 1 .*twice"),
        ({"pages": 7}, "damaged"),
        ({"counters": {"02": "5"}}, "Counter 02"),
        ({"signature": 5}, "damaged"),
        ({"auth_failures": True}, "failed authentications"),
    ],
)
def test_damaged_json_is_refused(change: dict[str, Any], complaint: str) -> None:
    data = json.loads(TagSnapshot(NTAG213, PAGES).to_json()) | change
    with pytest.raises(CardScopeError, match=complaint):
        TagSnapshot.from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "[" * 100_000])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(CardScopeError, match="no snapshot"):
        TagSnapshot.from_json(text)


def test_constructor_refuses_what_does_not_fit() -> None:
    image = Type2Tag.factory_fresh(NTAG213, UID).image
    for complaint, arguments in {
        "no counter 00": {"counters": {0: 1}},
        "cannot be 16777216": {"counters": {2: 1 << 24}},
        "32 bytes, and this one has 31": {"signature": bytes(31)},
    }.items():
        with pytest.raises(CardScopeError, match=complaint):
            Type2Tag(NTAG213, image, **arguments)  # pyright: ignore[reportArgumentType]


def torn_results(tag: Callable[[], Type2Tag], frame: str, page: int) -> set[int]:
    """What 64 power losses during ``frame`` leave in ``page``."""
    results: set[int] = set()
    for seed in range(64):
        victim = awake(tag())
        before = victim.snapshot().pages
        victim.tear(bytes.fromhex(frame), Random(seed))
        assert victim.state is State.OFF
        after = victim.snapshot().pages
        assert all(after[other] == before[other] for other in after if other != page)
        results.add(int.from_bytes(after[page], "big"))
    return results


@pytest.mark.parametrize(
    ("page", "written", "new"),
    [(2, "0000F000", 0xF648F000), (3, "0000000F", 0xE110120F), (0x28, "FF000000", 0xFF0000BD)],
)
def test_protected_pages_are_old_or_new(page: int, written: str, new: int) -> None:
    old = int.from_bytes(PAGES[page], "big")
    results = torn_results(lambda: Type2Tag.factory_fresh(NTAG213, UID), f"A2{page:02X}{written}", page)
    assert results == {old, new}


@pytest.mark.parametrize("page", [4, 0x29, 0x2A, 0x2B, 0x2C])
def test_other_pages_are_torn_in_the_bits_that_change(page: int) -> None:
    old = int.from_bytes(PAGES[page], "big")
    changed = old ^ 0x5A00FFFF
    results = torn_results(lambda: Type2Tag.factory_fresh(NTAG213, UID), f"A2{page:02X}5A00FFFF", page)
    assert all(not (result ^ old) & ~changed for result in results)
    assert len(results - {old, 0x5A00FFFF}) > 20


def test_counters_are_old_or_new() -> None:
    found: set[tuple[int, int]] = set()
    for seed in range(32):
        ev1 = awake(Type2Tag.factory_fresh(chips()["mf0ul11"], UID))
        ev1.tear(bytes.fromhex("A501FFFF0F00"), Random(seed))
        ulc = awake(Type2Tag.factory_fresh(chips()["mf0icu2"], UID))
        ulc.tear(bytes.fromhex("A229FF0F0000"), Random(seed))
        found.add((ev1.counters[1], ulc.counters[0x29]))
    assert {first for first, _ in found} == {0, 0x0FFFFF}
    assert {second for _, second in found} == {0, 0x0FFF}


def test_the_failure_counter_is_old_or_new() -> None:
    found: set[int] = set()
    for seed in range(32):
        tag = awake(Type2Tag.from_snapshot(replace(partial_ntag213(), pages=PAGES | {0x2A: bytes.fromhex("07050000")})))
        tag.tear(bytes.fromhex("1B00000000"), Random(seed))
        found.add(tag.auth_failures)
    assert found == {0, 1}


def test_a_torn_compat_write() -> None:
    tag = awake(Type2Tag.factory_fresh(NTAG213, UID))
    assert tag.exchange(b"\xa0\x05") == ACK
    tag.tear(b"\xff" * 16, Random(1))
    assert tag.snapshot().pages[5] not in (PAGES[5], b"\xff" * 4)


@settings(max_examples=300, deadline=None)
@given(a_chip, st.lists(st.binary(min_size=1, max_size=7), max_size=6), st.binary(max_size=7), st.integers())
def test_a_power_loss_sets_nothing_back(chip: Chip, frames: list[bytes], last: bytes, seed: int) -> None:
    tag = awake(Type2Tag.factory_fresh(chip, UID))
    for frame in frames:
        tag.exchange(frame)
        tag.select()
    before = tag.snapshot()
    tag.tear(last, Random(seed))
    after = tag.snapshot()
    one_way = {2, 3} | ({chip.dynamic_lock.page} if chip.dynamic_lock else set[int]())
    for page in one_way:
        old, new = (int.from_bytes(each.pages[page], "big") for each in (before, after))
        assert old & new == old
    assert all(after.counters[address] >= value for address, value in before.counters.items())
    changed = {page for page in after.pages if after.pages[page] != before.pages[page]}
    assert len(changed) <= 1
