"""What no sequence of commands can do to a Type 2 tag. The benchmark ``silicon`` runs 100,000 sequences."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.type2_properties import check_sequence


@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(min_size=60, max_size=200))
def test_one_way_things_never_go_back_and_only_accepted_writes_change_memory(program: bytes) -> None:
    check_sequence(program)
