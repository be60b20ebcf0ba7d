"""Plans on the virtual twin, behind each reader."""

import pytest

from cardscope.memory.credentials import Credentials
from cardscope.memory.plan import Plan, StepKind, plan_writes
from cardscope.memory.rehearsal import rehearse
from cardscope.memory.schedule import exchange_count
from cardscope.readers.families import family
from support.memory_cases import IMPLANT, IMPLANT_UID, draft_of, read_tag

NATIVE = ("acr122u", "acr1252u", "transparent", "omnikey5321", "identiv4700")
NTAG = read_tag("ntag216")
DATA = dict.fromkeys(range(4, 14), "41424344")
SECURED = {0xE5: "41424344", 0xE6: "58590000", 0xE3: "040000E3", 0xE4: "00050000", 9: "01020304"}


def plan_of(changes: dict[int, str]) -> Plan:
    return plan_writes(draft_of(NTAG, changes))


@pytest.mark.parametrize("model", NATIVE)
def test_the_twin_is_what_the_plan_predicts(model: str) -> None:
    plan = plan_of(SECURED)
    rehearsal = rehearse(plan, model=model)
    assert rehearsal.problem == ""
    assert rehearsal.agrees
    assert rehearsal.predicted == plan.predicted
    assert len(rehearsal.steps) == len(plan.steps)


@pytest.mark.parametrize("model", [*NATIVE, "generic"])
def test_the_storage_card_commands_do_for_data(model: str) -> None:
    rehearsal = rehearse(plan_of(DATA), model=model)
    assert rehearsal.agrees
    assert all(step.exchanges >= 1 and step.ms > 4 for step in rehearsal.steps)


def test_a_reader_without_a_route_cannot_test_a_password() -> None:
    rehearsal = rehearse(plan_of(SECURED), model="generic")
    assert "native commands" in rehearsal.problem
    assert not rehearsal.agrees
    assert rehearsal.steps[-1].problem


@pytest.mark.parametrize("model", NATIVE)
@pytest.mark.parametrize("changes", [DATA, SECURED, {2: "00000010", 3: "E1106D0F", 9: "41424344"}])
def test_the_rehearsal_takes_the_exchanges_of_the_execution(model: str, changes: dict[int, str]) -> None:
    plan = plan_of(changes)
    assert rehearse(plan, model=model).exchanges == exchange_count(plan, family(model))


@pytest.mark.parametrize("count", [1, 60, 222])
def test_exchanges_beside_the_writes(count: int) -> None:
    """n writes and at most ceil(n/60) + 6 others, through the ACR122U."""
    plan = plan_of(dict.fromkeys(range(4, 4 + count), "41424344"))
    assert rehearse(plan, model="acr122u").exchanges <= count - (-count // 60) * 2 + 6


def test_an_opened_tag() -> None:
    implant = read_tag("ntag216", IMPLANT, uid=IMPLANT_UID)
    secret = Credentials(b"NExT", b"DT")
    plan = plan_writes(draft_of(implant, {0xE3: "040000E3", 9: "41424344"}), password=secret)
    rehearsal = rehearse(plan, model="acr122u")
    assert rehearsal.agrees
    assert 0xE5 not in rehearsal.predicted.pages


def test_an_opened_ultralight_c() -> None:
    base = read_tag("mf0icu2", {0x2A: "03000000", 0x2B: "00000000"})
    plan = plan_writes(draft_of(base, {9: "41424344", 2: "00000002"}), password=Credentials(key=bytes(range(16))))
    assert rehearse(plan, model="acr1252u").agrees


def test_sector_1() -> None:
    plan = plan_writes(draft_of(read_tag("nt3h2211"), {0x105: "41424344", 9: "41424344", 0xE2: "80000000"}))
    for model in NATIVE:
        assert rehearse(plan, model=model).agrees
    assert rehearse(plan, model="generic").problem


def interruptions(changes: dict[int, str]) -> dict[int, str]:
    steps = rehearse(plan_of(changes), model="acr1252u").steps
    return {step.step.page: step.interruption for step in steps if step.step.kind is StepKind.WRITE}


def test_what_a_removal_leaves_behind() -> None:
    left = interruptions({4: "41424344", 9: "41424344", 2: "00000010", 0xE3: "000000FF"})
    assert left[4] == "Page 4 may hold garbage. Pages 2, 9 and 227 still hold the old one."
    assert "Page 4 already holds the new content." in left[9]
    assert "with it any AUTH0" in left[0xE3]
    assert "protected against tearing and holds its old or its new content (F6480000 or F6480010)" in left[2]


def test_a_torn_password_and_a_torn_access_byte() -> None:
    left = interruptions(SECURED | {0xE4: "80050000"})
    assert "a password that nobody knows; nothing needs it now" in left[0xE5]
    assert "CFGLCK" in left[0xE4]


@pytest.mark.parametrize("chip", ["nt3h1101", "mf0icu1"])
def test_some_chips_promise_nothing_about_tearing(chip: str) -> None:
    plan = plan_writes(draft_of(read_tag(chip), {2: "00000010"}))
    (step,) = rehearse(plan, model="acr1252u").steps
    assert "a part of the new bits" in step.interruption


def test_a_copy_may_show_another_byte_behind_its_lock_bytes() -> None:
    plan = plan_writes(draft_of(read_tag("ntag216", {0xE2: "00000000"}), {5: "41424344"}))
    assert rehearse(plan, model="acr1252u").agrees
