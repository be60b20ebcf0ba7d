"""What is wrong in a script, line by line, and what it expects: the parser itself ends at the first error."""

import re
from typing import Final

from cardscope.scripts import Script, ScriptError, parse_script
from cardscope.scripts.text import lines

MOST: Final = 20
"""Errors that are told: after so many, the text is no script."""
_LET: Final = re.compile(r"\s*let\s+([A-Za-z_]\w*)", re.IGNORECASE)
_REPEAT: Final = re.compile(r"\s*repeat\b(?:.*?\bas\s+([A-Za-z_]\w*))?", re.IGNORECASE)
_END: Final = re.compile(r"\s*end\b", re.IGNORECASE)
_EXPECTING: Final = ("expect", "require")


def checked(text: str) -> tuple[Script | None, tuple[ScriptError, ...]]:
    """The script that ``text`` spells, or what is wrong with it."""
    errors: list[ScriptError] = []
    rows = text.split("\n")
    while len(errors) < MOST:
        try:
            script = parse_script("\n".join(rows))
        except ScriptError as error:
            if errors and error.line <= errors[-1].line:
                break  # it comes of what was put in for the one before
            errors.append(error)
            if error.line > len(rows):
                break
            rows[error.line - 1] = _stand_in(rows[error.line - 1])
        else:
            return (script, ()) if not errors else (None, tuple(errors))
    return None, tuple(errors)


def _stand_in(row: str) -> str:
    """What makes sense in place of ``row``, so that the rest is looked at as if that were right."""
    if (found := _LET.match(row)) is not None:
        return f"let {found[1]} = 00"
    if (found := _REPEAT.match(row)) is not None:
        return f"repeat 1 as {found[1]}" if found[1] else "repeat 1"
    if _END.match(row) or row.split(" ", maxsplit=1)[0].casefold() in _EXPECTING:
        return ""
    return "00"


def expectations(text: str) -> dict[int, tuple[str, ...]]:
    """What a script expects of the answer to each command, as it is written there, by the command's line."""
    expected: dict[int, tuple[str, ...]] = {}
    command = 0
    try:
        for line in lines(text):
            word, _, rest = line.text.strip().partition(" ")
            if word.casefold() in _EXPECTING:
                expected[command] = (*expected.get(command, ()), rest.strip())
            else:
                command = line.number
    except ScriptError:
        pass  # a last line that is to go on: those before it count
    return expected
