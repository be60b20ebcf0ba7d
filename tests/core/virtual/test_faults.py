"""Each fault at the antenna: what the tag holds afterwards and what the reader hears."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.virtual.answers import ACK, Answer, Damaged, Nibble
from cardscope.virtual.faults import (
    MAY_PASS_UNNOTICED,
    MOMENTS,
    Count,
    Fault,
    FaultKind,
    FaultPlan,
    FaultyPicc,
    Moment,
)
from cardscope.virtual.type2 import Type2Tag
from support.faulty_tags import NEW, OLD, OTHER_UID, UID, UNCHANGED, new_tag, page

READ_8 = bytes.fromhex("3008")


def write(number: int, data: bytes = NEW) -> bytes:
    return bytes((0xA2, number)) + data


def bits(data: bytes) -> int:
    return int.from_bytes(data, "big")


class Notes:
    """A stage that only takes notes."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def remove(self) -> None:
        self.calls.append("remove")

    def swap(self) -> None:
        self.calls.append("swap")

    def unplug(self) -> None:
        self.calls.append("unplug")

    def kill_service(self) -> None:
        self.calls.append("kill_service")


class Bench:
    """A tag with a plan, powered and selected, with nothing above the radio."""

    def __init__(self, *faults: Fault, seed: int = 20) -> None:
        self.tag, self.other, self.twin = new_tag(), new_tag(OTHER_UID), new_tag()
        self.stage = Notes()
        self.spot = FaultyPicc(self.tag, FaultPlan(seed, faults), self.stage, other=self.other, twin=self.twin)
        self.spot.power_up()
        assert self.spot.select() == UID

    def run(self, *frames: bytes) -> list[Answer]:
        return [self.spot.exchange(frame) for frame in frames]


# Counting


def test_writes_and_exchanges_are_counted_apart() -> None:
    bench = Bench(Fault(FaultKind.TIMEOUT, Moment.BEFORE, 2, Count.WRITE))
    assert bench.run(write(8), READ_8, write(9), READ_8) == [ACK, NEW + OLD + bytes(8), None, NEW + OLD + bytes(8)]
    assert (bench.spot.exchanges, bench.spot.writes) == (4, 2)

    bench = Bench(Fault(FaultKind.TIMEOUT, Moment.BEFORE, 2))
    assert bench.run(write(8), READ_8, write(9)) == [ACK, None, ACK]


def test_a_compat_write_counts_once_with_its_data() -> None:
    fault = Fault(FaultKind.TIMEOUT, Moment.AFTER, 1, Count.WRITE)
    bench = Bench(fault)
    assert bench.run(bytes.fromhex("A008")) == [ACK]
    assert bench.spot.happened == []
    assert bench.run(NEW + bytes(12)) == [None]
    assert bench.spot.happened == [fault]
    assert page(bench.tag, 8) == NEW


def test_a_fault_happens_once_and_the_first_of_two_at_the_same_exchange() -> None:
    first, second = Fault(FaultKind.TIMEOUT, Moment.BEFORE, 1), Fault(FaultKind.NAK, Moment.BEFORE, 1, Count.WRITE)
    bench = Bench(first, second)
    assert bench.run(write(8), write(8)) == [None, ACK]
    assert bench.spot.happened == [first]


# Removal and swap


@pytest.mark.parametrize(("moment", "answer", "held"), [(Moment.BEFORE, None, OLD), (Moment.AFTER, ACK, NEW)])
@pytest.mark.parametrize("noticed", [True, False])
def test_a_tag_taken_away_around_a_write(moment: Moment, answer: Answer, held: bytes, *, noticed: bool) -> None:
    bench = Bench(Fault(FaultKind.REMOVED, moment, 2, Count.WRITE, noticed))
    assert bench.run(write(9), write(8), READ_8) == [ACK, answer, None]
    assert (page(bench.tag, 8), page(bench.tag, 9)) == (held, NEW)
    assert bench.stage.calls == (["remove"] if noticed else [])
    assert not bench.spot.present
    assert bench.spot.select() is None
    assert bench.spot.uid == UID
    bench.tag.power_up()
    assert bench.tag.exchange(READ_8) is None, "it had lost its power"


def test_a_tag_put_back_is_powered_and_has_to_be_selected() -> None:
    bench = Bench(Fault(FaultKind.REMOVED, Moment.AFTER, 1))
    bench.run(write(8))
    bench.spot.place(bench.tag)
    assert bench.run(READ_8) == [None]
    assert bench.spot.select() == UID
    assert bench.run(READ_8) == [NEW + OLD + bytes(8)]
    assert bench.spot.exchanges == 3, "what nobody can hear is not counted"


def test_a_tag_put_into_a_field_that_is_off_has_no_power() -> None:
    bench = Bench()
    bench.spot.power_down()
    bench.spot.place(bench.other)
    assert bench.spot.select() is None
    bench.spot.power_up()
    assert bench.spot.select() == OTHER_UID


@given(st.integers(min_value=0), st.integers(4, 39), st.binary(min_size=4, max_size=4))
def test_a_torn_write_touches_only_its_page_and_there_only_what_it_was_to_change(
    seed: int, number: int, data: bytes
) -> None:
    bench = Bench(Fault(FaultKind.REMOVED, Moment.INSIDE, 1, Count.WRITE), seed=seed)
    before = bench.tag.image
    assert bench.run(write(number, data), READ_8) == [None, None]
    after = bench.tag.image
    start, end = 4 * number, 4 * number + 4
    assert (after[:start], after[end:]) == (before[:start], before[end:])
    assert (bits(after[start:end]) ^ bits(before[start:end])) & ~(bits(data) ^ bits(before[start:end])) == 0


def test_a_torn_write_leaves_what_nobody_wrote_and_the_same_for_the_same_seed() -> None:
    def torn(seed: int) -> bytes:
        bench = Bench(Fault(FaultKind.REMOVED, Moment.INSIDE, 1), seed=seed)
        bench.run(write(8))
        return page(bench.tag, 8)

    results = [torn(seed) for seed in range(50)]
    assert results == [torn(seed) for seed in range(50)]
    assert len(set(results) - {OLD, NEW}) > 25


def test_torn_lock_bytes_are_old_or_new() -> None:
    results: set[bytes] = set()
    for seed in range(50):
        bench = Bench(Fault(FaultKind.REMOVED, Moment.INSIDE, 1), seed=seed)
        bench.run(write(2, bytes.fromhex("00000FF0")))
        results.add(page(bench.tag, 2)[2:])
    assert results == {bytes(2), bytes.fromhex("0FF0")}


@pytest.mark.parametrize("kind", [FaultKind.SWAPPED, FaultKind.SWAPPED_FOR_TWIN])
@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("noticed", [True, False])
def test_a_swap_leaves_another_tag_powered_and_not_selected(kind: FaultKind, moment: Moment, *, noticed: bool) -> None:
    bench = Bench(Fault(kind, moment, 2, Count.WRITE, noticed))
    new, uid = (bench.other, OTHER_UID) if kind is FaultKind.SWAPPED else (bench.twin, UID)
    untouched = new.image
    answer = ACK if moment is Moment.AFTER else None
    assert bench.run(write(9), write(8), READ_8) == [ACK, answer, None]
    assert bench.spot.tag is new
    assert new.image == untouched
    assert page(bench.tag, 9) == NEW
    if moment is not Moment.INSIDE:
        assert page(bench.tag, 8) == (NEW if moment is Moment.AFTER else OLD)
    assert bench.stage.calls == (["swap"] if noticed else [])
    assert (bench.spot.uid, bench.spot.select()) == (uid, uid)
    assert bench.run(READ_8) == [UNCHANGED]


def test_a_swap_needs_something_to_swap_for() -> None:
    for kind in (FaultKind.SWAPPED, FaultKind.SWAPPED_FOR_TWIN):
        plan = FaultPlan(1, (Fault(kind, Moment.BEFORE, 1),))
        with pytest.raises(ValueError, match="swaps"):
            FaultyPicc(new_tag(), plan, Notes())


# What the reader hears


def test_a_nak_leaves_the_memory_alone_and_the_tag_idle() -> None:
    bench = Bench(Fault(FaultKind.NAK, Moment.BEFORE, 1, Count.WRITE))
    assert bench.run(write(8), READ_8) == [Nibble(1), None]
    assert bench.spot.select() == UID
    assert bench.run(READ_8) == [UNCHANGED]


@pytest.mark.parametrize(("moment", "held"), [(Moment.BEFORE, OLD), (Moment.AFTER, NEW)])
def test_a_time_out_loses_the_command_or_the_answer(moment: Moment, held: bytes) -> None:
    bench = Bench(Fault(FaultKind.TIMEOUT, moment, 1))
    assert bench.run(write(8), READ_8) == [None, held + OLD + bytes(8)]


def test_a_reader_knows_an_answer_with_a_wrong_crc_and_the_tag_does_not() -> None:
    bench = Bench(Fault(FaultKind.CORRUPTED, Moment.AFTER, 2), Fault(FaultKind.CORRUPTED, Moment.AFTER, 3))
    damaged = [Damaged(UNCHANGED), Damaged(ACK)]
    assert bench.run(READ_8, READ_8, write(8), READ_8) == [UNCHANGED, *damaged, NEW + OLD + bytes(8)]


@given(st.integers(min_value=0))
def test_a_damaged_answer_that_passes_has_one_to_four_wrong_bits(seed: int) -> None:
    faults = [Fault(FaultKind.CORRUPTED, Moment.AFTER, at, noticed=False) for at in (1, 2)]
    bench = Bench(*faults, seed=seed)
    data, nibble, after = bench.run(READ_8, write(8), READ_8)
    assert isinstance(data, bytes)
    assert len(data) == 16
    assert 1 <= (bits(data) ^ bits(UNCHANGED)).bit_count() <= 4
    assert isinstance(nibble, Nibble)
    assert 0 <= nibble.value <= 0xF
    assert nibble != ACK
    assert after == NEW + OLD + bytes(8)


@pytest.mark.parametrize("noticed", [False, True])
def test_silence_cannot_be_damaged(noticed: bool) -> None:
    bench = Bench(Fault(FaultKind.CORRUPTED, Moment.AFTER, 1, noticed=noticed))
    bench.tag.power_down()
    assert bench.run(READ_8) == [None]


@pytest.mark.parametrize("moment", list(Moment))
def test_unplugging_the_reader_takes_the_tags_power(moment: Moment) -> None:
    bench = Bench(Fault(FaultKind.UNPLUGGED, moment, 1))
    assert bench.run(write(8), READ_8) == [ACK if moment is Moment.AFTER else None, None]
    if moment is not Moment.INSIDE:
        assert page(bench.tag, 8) == (NEW if moment is Moment.AFTER else OLD)
    assert bench.stage.calls == ["unplug"]
    assert bench.spot.present
    assert bench.spot.select() is None
    bench.spot.power_up()
    assert bench.spot.select() == UID


@pytest.mark.parametrize(("moment", "held"), [(Moment.BEFORE, OLD), (Moment.AFTER, NEW)])
def test_killing_the_service_around_a_write(moment: Moment, held: bytes) -> None:
    bench = Bench(Fault(FaultKind.SERVICE_KILLED, moment, 1))
    bench.run(write(8))
    assert page(bench.tag, 8) == held
    assert bench.stage.calls == ["kill_service"]


# Plans

EVERY_FAULT = [
    Fault(kind, moment, 7, count, noticed)
    for kind in FaultKind
    for moment in MOMENTS[kind]
    for count in Count
    for noticed in ((True, False) if kind in MAY_PASS_UNNOTICED else (True,))
]


def test_a_plan_can_be_rebuilt_from_what_it_shows() -> None:
    plan = FaultPlan(4711, tuple(EVERY_FAULT))
    assert eval(repr(plan)) == plan


@pytest.mark.parametrize(
    ("kind", "moment", "at", "noticed"),
    [
        (FaultKind.NAK, Moment.AFTER, 1, True),
        (FaultKind.CORRUPTED, Moment.BEFORE, 1, True),
        (FaultKind.TIMEOUT, Moment.INSIDE, 1, True),
        (FaultKind.SERVICE_KILLED, Moment.INSIDE, 1, True),
        (FaultKind.REMOVED, Moment.BEFORE, 0, True),
        (FaultKind.UNPLUGGED, Moment.BEFORE, 1, False),
        (FaultKind.NAK, Moment.BEFORE, 1, False),
    ],
)
def test_what_cannot_happen_is_no_fault(kind: FaultKind, moment: Moment, at: int, *, noticed: bool) -> None:
    with pytest.raises(ValueError, match=r"FaultKind|Count"):
        Fault(kind, moment, at, noticed=noticed)


def test_a_random_plan_follows_from_its_seed_and_stays_in_range() -> None:
    plans = [FaultPlan.random(seed, exchanges=9, writes=3) for seed in range(2000)]
    assert plans == [FaultPlan.random(seed, exchanges=9, writes=3) for seed in range(2000)]
    faults = [fault for plan in plans for fault in plan.faults]
    assert {(fault.kind, fault.moment) for fault in faults} == {(k, m) for k in FaultKind for m in MOMENTS[k]}
    assert {fault.at for fault in faults if fault.count is Count.EXCHANGE} == set(range(1, 10))
    assert {fault.at for fault in faults if fault.count is Count.WRITE} == {1, 2, 3}
    assert {fault.kind for fault in faults if not fault.noticed} == MAY_PASS_UNNOTICED

    without_writes = [FaultPlan.random(seed, exchanges=1) for seed in range(100)]
    assert {(fault.count, fault.at) for plan in without_writes for fault in plan.faults} == {(Count.EXCHANGE, 1)}
    (only_naks,) = FaultPlan.random(1, exchanges=5, kinds=(FaultKind.NAK,)).faults
    assert only_naks.kind is FaultKind.NAK


def test_a_random_plan_is_the_same_on_every_machine() -> None:
    """Seeds written down in a report must still mean the same later."""
    assert FaultPlan.random(1, exchanges=100, writes=50) == FaultPlan(
        1, (Fault(FaultKind.SWAPPED_FOR_TWIN, Moment.AFTER, 33, Count.EXCHANGE, noticed=True),)
    )


def test_chance_is_the_same_at_every_call_and_another_for_each_fault() -> None:
    plan = FaultPlan(3, tuple(EVERY_FAULT))
    drawn = [plan.chance(fault).random() for fault in plan.faults]
    assert drawn == [plan.chance(fault).random() for fault in plan.faults]
    assert len(set(drawn)) == len(drawn)
    assert isinstance(plan.chance(plan.faults[0]), Random)


# Properties

frames = st.one_of(
    st.binary(max_size=8),
    st.builds(write, st.integers(0, 50), st.binary(min_size=4, max_size=4)),
    st.builds(lambda number: bytes((0x30, number)), st.integers(0, 50)),
    st.sampled_from([bytes.fromhex(text) for text in ("60", "1BFFFFFFFF", "A008", "3902", "3C00", "3A0020")]),
    st.binary(min_size=16, max_size=16),
)
steps = st.lists(st.one_of(frames, st.sampled_from(["up", "down", "select"])), max_size=30)


def take(picc: Type2Tag | FaultyPicc, step: bytes | str) -> Answer:
    match step:
        case "up":
            return picc.power_up()
        case "down":
            return picc.power_down()
        case "select":
            return picc.select()
        case bytes():
            return picc.exchange(step)
    raise AssertionError(step)


@given(steps)
def test_an_empty_plan_changes_nothing(run: list[bytes | str]) -> None:
    bare, behind = new_tag(), new_tag()
    spot = FaultyPicc(behind, FaultPlan(1), Notes())
    for step in ["up", "select", *run]:
        assert take(spot, step) == take(bare, step)
    assert (behind.snapshot(), behind.image) == (bare.snapshot(), bare.image)
    assert behind.state is bare.state


@given(steps, st.sampled_from(list(Moment)))
def test_a_removed_tag_never_answers_and_never_changes(run: list[bytes | str], moment: Moment) -> None:
    bench = Bench(Fault(FaultKind.REMOVED, moment, 1))
    bench.run(write(8))
    held = bench.tag.snapshot()
    assert [take(bench.spot, step) for step in run] == [None] * len(run)
    assert bench.tag.snapshot() == held


@given(steps, st.sampled_from(EVERY_FAULT), st.integers(1, 5), st.integers(min_value=0))
def test_the_same_plan_does_the_same_again(run: list[bytes | str], fault: Fault, at: int, seed: int) -> None:
    fault = Fault(fault.kind, fault.moment, at, fault.count, fault.noticed)
    first, second = Bench(fault, seed=seed), Bench(fault, seed=seed)
    assert [take(first.spot, step) for step in run] == [take(second.spot, step) for step in run]
    for tag in ("tag", "other", "twin"):
        assert getattr(first, tag).snapshot() == getattr(second, tag).snapshot()
    assert first.stage.calls == second.stage.calls
