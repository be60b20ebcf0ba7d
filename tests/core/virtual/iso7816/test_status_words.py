"""The table of how to provoke each status word: it holds, and it is complete."""

import re

import pytest

from support.teaching_card import Case, PoweredCard, matches, status_word_examples

EXAMPLES = list(status_word_examples())
ON_KINDS = [(sw, case, kind) for sw, case in EXAMPLES for kind in case.on]

# ISO/IEC 7816-4:2005, tables 5 and 6, and 6A8A of the later editions.
COURSE = [
    "9000",
    "61xx",
    "6200",
    "62xx",
    "6281",
    "6282",
    "6283",
    "6284",
    "6285",
    "6286",
    "6300",
    "6381",
    "63Cx",
    "6400",
    "6401",
    "6500",
    "6581",
    "66xx",
    "6700",
    "6800",
    "6881",
    "6882",
    "6883",
    "6884",
    "6900",
    "6981",
    "6982",
    "6983",
    "6984",
    "6985",
    "6986",
    "6987",
    "6988",
    "6A00",
    "6A80",
    "6A81",
    "6A82",
    "6A83",
    "6A84",
    "6A85",
    "6A86",
    "6A87",
    "6A88",
    "6A89",
    "6A8A",
    "6B00",
    "6Cxx",
    "6D00",
    "6E00",
    "6F00",
]


@pytest.mark.parametrize(("sw", "case", "kind"), ON_KINDS, ids=[f"{case.name} | {kind}" for _, case, kind in ON_KINDS])
def test_example(sw: str, case: Case, kind: str) -> None:
    card = PoweredCard(kind)
    answer = b""
    for step in case.steps:
        assert step is not None
        command, expected = step
        answer = card.transmit(command)
        assert matches(answer, expected), f"{command.hex().upper()} -> {answer.hex().upper()}"
    assert re.fullmatch(sw.replace("x", "[0-9A-F]"), answer[-2:].hex().upper())


@pytest.mark.parametrize("kind", ["T0", "T1", "contactless"])
def test_every_status_word_of_the_course_can_be_provoked(kind: str) -> None:
    assert {sw for sw, case in EXAMPLES if kind in case.on} == set(COURSE)
