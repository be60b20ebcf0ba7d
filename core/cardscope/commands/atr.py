"""``cardscope atr``: decodes answers to reset. It needs no reader and no PC/SC service.

All arguments together are one ATR, so that it can be pasted with or without spaces. With ``-`` alone, every line of the
standard input is one, and every line of the output one JSON object; empty lines and those that begin with ``#`` are
skipped. A line that is no hex gives an object with the same keys whose ``problems`` say so, and exit code 2 at the end.
An ATR with faults is no failure: the faults are the answer, and the exit code is 0.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from cardscope.decode.atr import Atr, decode_atr
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.errors import UsageError
from cardscope.fields import Field
from cardscope.identify.atr_list import AtrList, AtrListError

OF_EVERY_SUCH_CARD: Final = "Readers give this ATR to every card of that kind, so the list's names need not fit."
"""What to add to what the list says of a storage card, whose ATR the reader makes (PC/SC Part 3)."""

_NOT_HEX: Final[dict[str, Any]] = {
    "hex": None,
    "valid": False,
    "problems": [],
    "convention": None,
    "protocols": [],
    "historical": None,
    "tck": None,
    "parameters": {},
    "card": None,
    "matches": [],
}

# Plain ASCII, which a pipe of any encoding carries: the list speaks many languages.
_encode = json.JSONEncoder().encode


def run(options: argparse.Namespace) -> int:
    if options.hex == ["-"]:
        return _decode_lines(_known_atrs(options))
    if "-" in options.hex:
        raise UsageError(
            "“-” stands alone: it takes ATRs from the standard input, one a line.",
            remedy="Give either “-” or one ATR.",
        )
    try:
        atr = decode_atr(parse_hex(" ".join(options.hex)))
    except HexError as error:
        raise UsageError(str(error), remedy=f"{error.text}\n{' ' * error.position}^") from error
    known = _known_atrs(options)
    if options.json:
        print(_encode(_to_json(atr, known)), flush=True)
    else:
        print("\n".join(_to_text(atr, known)))
    return 0


def _known_atrs(options: argparse.Namespace) -> AtrList | None:
    """The list to look ATRs up in. That there is none is said once and is no failure, unless it was asked for."""
    try:
        return AtrList.load(None if options.list is None else Path(options.list))
    except AtrListError as error:
        if options.list is not None:
            raise UsageError(str(error), remedy=error.remedy) from error
        print(f"{error} {error.remedy}", file=sys.stderr)
        return None


def _decode_lines(known: AtrList | None) -> int:
    code = 0
    for line in sys.stdin.buffer:
        text = line.decode(errors="replace").strip()
        if not text or text.startswith("#"):
            continue
        try:
            decoded = _to_json(decode_atr(parse_hex(text)), known)
        except HexError as error:
            code, decoded = 2, _NOT_HEX | {"problems": [f"“{text}” is no hex. {error}"]}
        # At once, for whoever types, or pipes one ATR after the other and waits for the answer.
        print(_encode(decoded), flush=True)
    return code


def _to_json(atr: Atr, known: AtrList | None) -> dict[str, Any]:
    return atr.to_json() | {"matches": known.says(atr.raw) if known else []}


def _to_text(atr: Atr, known: AtrList | None) -> list[str]:
    lines = [f"ATR {format_hex(atr.raw, ' ')}", f"{atr.summary}.", ""]
    for field in atr.field.children:
        lines += _field_text(field, 1)
    lines += [f"  Problem: {problem}" for problem in atr.field.problems]
    if atr.parameters is not None and not atr.contactless:
        lines += ["", "Parameters (times at 4 MHz, the standard's defaults included)"]
        lines += [f"  {key:<20}{value}" for key, value in atr.parameters.to_json().items() if value is not None]
    if known is not None:
        says = known.says(atr.raw)
        lines += ["", f"In {known.path}:" if says else f"Not in {known.path}."]
        lines += [f"  {line}" for line in says]
        if says and atr.storage is not None:
            lines.append(OF_EVERY_SUCH_CARD)
    return lines


def _field_text(field: Field, depth: int) -> list[str]:
    if field.bits is not None:
        head = f"{field.name} = {field.value}"
    else:
        start, end = field.span
        head = f"{field.name}  {' '.join(field.value[i : i + 2] for i in range(0, 2 * (end - start), 2))}"
    indent = "  " * depth
    lines = [f"{indent}{head}  {field.meaning}".rstrip()]
    lines += [f"{indent}  Problem: {problem}" for problem in field.problems]
    for child in field.children:
        lines += _field_text(child, depth + 1)
    return lines
