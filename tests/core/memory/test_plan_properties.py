"""What holds of every plan, on every chip and in every state of its locks."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.tags.catalogue import Chip, chips
from support.plan_properties import check_plan


@settings(deadline=None)
@given(st.integers(0, 2**64))
def test_the_prediction_is_what_the_silicon_becomes(seed: int) -> None:
    check_plan(Random(seed))


@pytest.mark.parametrize("chip", chips().values(), ids=lambda chip: chip.key)
def test_on_every_chip(chip: Chip) -> None:
    """Most edits are of special pages, and enough of them must be possible for this to say anything."""
    staged = planned = 0
    for seed in range(25):
        edits, possible = check_plan(Random(seed), chip)
        staged, planned = staged + edits, planned + possible
    assert planned > 0.2 * staged > 10
