"""What somebody meant who typed a name that does not exist."""

from collections.abc import Collection
from typing import Final

_MOST: Final = 3
_NEARNESS: Final = 0.75
"""As difflib measures it: one letter wrong in a chip's name, or two in a longer one."""


def did_you_mean(wanted: str, names: Collection[str]) -> str:
    """A question with the few of ``names`` that ``wanted``, in any case, is a part of or comes near to; empty for none.

    It ends with a space, for what follows.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes alone

    wanted = wanted.lower()
    holding = [name for name in names if wanted and wanted in name]
    near = holding[:_MOST] or get_close_matches(wanted, names, _MOST, _NEARNESS)
    listed = " or ".join(part for part in (", ".join(near[:-1]), *near[-1:]) if part)
    return f"Did you mean {listed}? " if listed else ""
