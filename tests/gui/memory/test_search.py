"""What is typed into the find field, and where it is found; folded runs."""

import pytest

from cardscope.tags.image import image_pages
from cardscope_gui.memory.rows import Row, RowKind, rows, runs
from cardscope_gui.memory.search import Wanted, find_all, read_wanted

from .conftest import tag


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("13", Wanted(13, b"\x13", b"13")),
        ("0x0D", Wanted(13, b"", b"0x0D")),
        ("0dh", Wanted(13, b"", b"0dh")),
        ("page 13", Wanted(13)),
        ("1:0Dh", Wanted(256 + 13, b"", b"1:0Dh")),
        ("03 2e:FF", Wanted(None, b"\x03\x2e\xff", b"03 2e:FF")),
        ('"13"', Wanted(None, b"", b"13")),
        ("pay", Wanted(None, b"", b"pay")),
        ("  ", Wanted(None)),
        ("9" * 5000, Wanted(None, bytes.fromhex("9" * 5000), b"9" * 5000)),
    ],
)
def test_what_a_text_can_mean(text, wanted):
    assert read_wanted(text) == wanted


def test_text_is_found_in_either_case_and_bytes_as_they_are():
    values = [*b"..ABab", None, 0xFF, 0xFF, 0xFF]
    assert find_all(values, Wanted(None, text=b"aB")) == [range(2, 4), range(4, 6)]
    assert find_all(values, Wanted(None, b"ab")) == [range(4, 6)]
    assert find_all(values, Wanted(None, b"\xff\xff")) == [range(7, 9), range(8, 10)]
    assert find_all([None] * 4, Wanted(None, b"\xff")) == []


def test_equal_user_pages_are_one_run_and_others_are_not():
    snapshot = tag(pages={8: "01000000"})
    pages = image_pages(snapshot.chip)
    assert [(pages[run.start], pages[run[-1]]) for run in runs(snapshot, pages)] == [(9, 39)]
    listed = list(rows(pages, runs(snapshot, pages), ()))
    assert listed[9] == Row(RowKind.FOLD, 9, 31)
    assert sum(row.kind is RowKind.PAGE for row in listed) == len(pages) - 31
    opened = list(rows(pages, runs(snapshot, pages), {9}))
    assert [row.first for row in opened if row.kind is RowKind.PAGE] == list(range(len(pages)))


def test_no_run_goes_over_a_sector():
    snapshot = tag("nt3h1201")
    pages = image_pages(snapshot.chip)
    assert [(pages[run.start], pages[run[-1]]) for run in runs(snapshot, pages)] == [(5, 255), (256, 479)]
