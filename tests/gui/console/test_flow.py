import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope_gui.console.flow import flow


def test_one_line_with_a_gap_between_segments():
    placed = flow([1, 2], room=200, advance=8, gap=14, max_lines=8)
    assert [(run.start, run.end, run.line, run.x) for run in placed.runs] == [(0, 1, 0, 0), (1, 3, 0, 16 + 14)]
    assert placed.lines == 1
    assert placed.end_x == 30 + 5 * 8


def test_bytes_that_do_not_fit_go_to_the_next_line():
    placed = flow([5], room=8 * 8, advance=8, gap=14, max_lines=8)  # three bytes take 8 characters
    assert [(run.start, run.end, run.line) for run in placed.runs] == [(0, 3, 0), (3, 5, 1)]


def test_the_rest_is_counted():
    placed = flow([10], room=2 * 8, advance=8, gap=14, max_lines=4)
    assert (len(placed.runs), placed.lines, placed.hidden) == (4, 4, 6)


@pytest.mark.parametrize(("x", "found"), [(0, 0), (15, 0), (24, 1), (63, None), (100, None)])
def test_the_byte_under_the_pointer(x: float, found: int | None):
    assert flow([2], room=500, advance=8, gap=14, max_lines=8).byte_at(x, 0, 8) == found


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6),
    st.floats(60, 900),
    st.floats(5, 12),
)
def test_every_byte_stands_once_inside_the_room(lengths: list[int], room: float, advance: float):
    placed = flow(lengths, room, advance, 14, 1000)
    assert placed.hidden == 0
    assert [offset for run in placed.runs for offset in range(run.start, run.end)] == list(range(sum(lengths)))
    assert all(run.x + (3 * (run.end - run.start) - 1) * advance <= room + 1e-6 for run in placed.runs)
