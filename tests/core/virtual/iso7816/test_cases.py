"""Exact exchanges with the teaching card, on every kind of card that each case is for."""

from pathlib import Path

import pytest

from support.teaching_card import Case, PoweredCard, cases, matches

CASES = list(cases(Path(__file__).parent / "cases"))
ON_KINDS = [(case, kind) for case in CASES for kind in case.on]


@pytest.mark.parametrize(("case", "kind"), ON_KINDS, ids=[f"{case.name} | {kind}" for case, kind in ON_KINDS])
def test_case(case: Case, kind: str) -> None:
    card = PoweredCard(kind)
    for number, step in enumerate(case.steps, 1):
        if step is None:
            card.reset()
            continue
        command, expected = step
        answer = card.transmit(command)
        assert matches(answer, expected), f"step {number}: {command.hex().upper()} -> {answer.hex().upper()}"


def test_there_are_enough_of_them_and_no_two_have_one_name() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)
