"""What every decoder's tree must keep."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from cardscope.fields import Field


@pytest.fixture(scope="session")
def check_spans() -> Callable[[Field], None]:
    """Fails where a tree breaks the rules of :class:`Field`."""
    return _check_spans


def _check_spans(field: Field) -> None:
    """Children lie in their parent, and siblings come in order and share no byte, or no bit of one."""
    for node in field.walk():
        places: list[tuple[int, int]] = []
        for child in node.children:
            start, end = child.span
            assert node.span[0] <= start < end <= node.span[1], child
            if child.bits is None:
                places.append((start * 8, end * 8))
            else:
                high, low = child.bits
                assert end - start == 1
                assert 7 >= high >= low >= 0
                places.append((start * 8 + 7 - high, start * 8 + 8 - low))
        for (_, end), (start, _) in pairwise(places):
            assert end <= start, node
