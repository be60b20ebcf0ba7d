"""Text to entries. What is wrong is told with its line, and costs no more than the entry that it stands in."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from cardscope.errors import UsageError
from cardscope.library.entry import Basis, CardKind, Entry, Label
from cardscope.library.parameters import Choice, Hex, Number, Parameter, Text
from cardscope.library.template import Template, TemplateError, parse_template
from cardscope.readers.families import families

MAX_CHARACTERS: Final = 1_000_000
OWN_GROUP: Final = "Your own"
"""The group of an entry that names none."""
_MOST_BYTES: Final = 255
_MOST_SIZE: Final = 4
_ENTRY_KEYS: Final = frozenset(
    (
        *("group", "name", "text", "source", "basis", "command", "native", "effect", "families", "cards"),
        *("protocols", "application", "parameter"),
    )
)
_COMMON_KEYS: Final = frozenset(("name", "label", "kind", "default", "example"))
_KIND_KEYS: Final = {
    "number": frozenset(("least", "most", "size", "shift", "add")),
    "hex": frozenset(("least", "most")),
    "text": frozenset(("least", "most", "pad")),
    "choice": frozenset(("choices",)),
}
_PROTOCOLS: Final = ("T=0", "T=1")
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*")
_TOML_PLACE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")
_HEADER: Final = re.compile(r"\s*\[\[\s*(entry|entry\s*\.\s*parameter)\s*\]\]")

Row = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a library file. ``line`` counts from 1; 0: all of it."""

    line: int
    text: str
    """A sentence."""

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}" if self.line else self.text


def read_entries(text: str, *, own: bool) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """The entries that ``text`` describes, and what is wrong with the others. ``own``: it is the user's file, in which
    group, source and effect may be left out. Raises nothing."""
    if len(text) > MAX_CHARACTERS:
        return (), (Fault(0, f"The file is longer than {MAX_CHARACTERS:,} characters."),)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        return (), (Fault(int(place[1]) if place else 0, f"{_TOML_PLACE.sub('', str(error))}."),)
    except RecursionError:
        return (), (Fault(0, "Its values are nested too deeply."),)
    places = _Places(text)
    faults = [
        Fault(places.top(key), f"“{key}” has no meaning here; a command begins with [[entry]].")
        for key in table
        if key != "entry"
    ]
    rows: Any = table.get("entry", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):  # pyright: ignore[reportUnknownVariableType]
        return (), (*faults, Fault(places.top("entry"), "A command begins with [[entry]] in a line of its own."))
    entries: list[Entry] = []
    for index, row in enumerate(rows):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        try:
            entries.append(_entry(row, own=own))  # pyright: ignore[reportUnknownArgumentType]
        except _WrongError as wrong:
            faults.append(Fault(places.within(index, wrong.parameter, wrong.key), str(wrong)))
    return tuple(entries), tuple(sorted(faults, key=lambda fault: fault.line))


class _WrongError(Exception):
    """The value of ``key`` (empty: the whole) is wrong, in the parameter of that index or in the entry itself."""

    def __init__(self, key: str, text: str, parameter: int | None = None) -> None:
        super().__init__(text)
        self.key = key
        self.parameter = parameter


class _Places:
    """Where in the text entries, parameters and keys stand: TOML's reader does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._entries: list[tuple[int, list[int]]] = []
        for number, line in enumerate(self._lines, 1):
            if (found := _HEADER.match(line)) is None:
                continue
            if found[1] == "entry":
                self._entries.append((number, []))
            elif self._entries:
                self._entries[-1][1].append(number)

    def top(self, key: str) -> int:
        return self._find(key, 1, len(self._lines) + 1) or self._find_header(key)

    def within(self, entry: int, parameter: int | None, key: str) -> int:
        """The line of ``key``, or else of what it is missing in."""
        if entry >= len(self._entries):
            return self.top("entry")
        start, parameters = self._entries[entry]
        end = self._entries[entry + 1][0] if entry + 1 < len(self._entries) else len(self._lines) + 1
        if parameter is None:
            end = parameters[0] if parameters else end
        elif parameter < len(parameters):
            start, end = parameters[parameter], (*parameters, end)[parameter + 1]
        return self._find(key, start, end) or start

    def _find(self, key: str, start: int, end: int) -> int:
        wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        return next((number for number in range(start, end) if wanted.match(self._lines[number - 1])), 0) if key else 0

    def _find_header(self, key: str) -> int:
        wanted = re.compile(rf"\s*\[+\s*[\"']?{re.escape(key)}\b")
        return next((number for number, line in enumerate(self._lines, 1) if wanted.match(line)), 0)


# ---- Entries ---------------------------------------------------------------------------------------------------------


def _entry(row: Row, *, own: bool) -> Entry:
    _known(row, _ENTRY_KEYS)
    parameters = _parameters(row)
    native = "native" in row
    if native == ("command" in row):
        raise _WrongError("command", "An entry has either “command” or, for a tag's own command, “native”.")
    key = "native" if native else "command"
    template = _template(row, key, parameters)
    entry = Entry(
        group=_text(row, "group", OWN_GROUP if own else None),
        name=_text(row, "name"),
        text=_text(row, "text", "" if own else None),
        source=_text(row, "source", "" if own else None),
        basis=_member(row, "basis", Basis, Basis.OWN if own else None),
        template=template,
        native=native,
        parameters=parameters,
        effect=_member(row, "effect", Label) if "effect" in row or not own else None,
        families=_members(row, "families", tuple(families())),
        cards=frozenset(map(CardKind, _members(row, "cards", tuple(CardKind)))),
        protocols=_members(row, "protocols", _PROTOCOLS),
        application=_hex(row, "application"),
    )
    if native and template.first is None:
        raise _WrongError(key, "A tag's own command begins with a byte that is no parameter.")
    _try(entry, key)
    return entry


def _template(row: Row, key: str, parameters: tuple[Parameter, ...]) -> Template:
    try:
        template = parse_template(_text(row, key))
    except TemplateError as error:
        raise _WrongError(key, str(error)) from None
    known = {one.name for one in parameters}
    for name in template.names:
        if name not in known:
            raise _WrongError(key, f"{{{name}}} is no parameter of this entry.")
    for index, one in enumerate(parameters):
        if one.name not in template.names:
            raise _WrongError("name", f"The {key} has no place for {{{one.name}}}.", index)
    return template


def _try(entry: Entry, key: str) -> None:
    """Whether defaults and examples fit."""
    for index, one in enumerate(entry.parameters):
        for which in ("default", "example"):
            shown = one.default if which == "default" else one.example
            if shown:
                try:
                    one.read(shown)
                except UsageError as error:
                    raise _WrongError(which, f"“{shown}” does not fit: {error}", index) from None
    try:
        entry.render({one.name: one.default or one.example for one in entry.parameters})
    except UsageError as error:
        raise _WrongError(key, str(error)) from None


# ---- Parameters ------------------------------------------------------------------------------------------------------


def _parameters(row: Row) -> tuple[Parameter, ...]:
    rows: Any = row.get("parameter", [])
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):  # pyright: ignore[reportUnknownVariableType]
        raise _WrongError("parameter", "A parameter begins with [[entry.parameter]] in a line of its own.")
    parameters: list[Parameter] = []
    for index, one in enumerate(rows):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        try:
            parameter = _parameter(one)  # pyright: ignore[reportUnknownArgumentType]
            if parameter.name in (other.name for other in parameters):
                raise _WrongError("name", f"There is another parameter {parameter.name!r}.")
        except _WrongError as wrong:
            raise _WrongError(wrong.key, str(wrong), index) from None
        parameters.append(parameter)
    return tuple(parameters)


def _parameter(row: Row) -> Parameter:
    kind = _text(row, "kind")
    if kind not in _KIND_KEYS:
        raise _WrongError("kind", f"“{kind}” is no kind of parameter: {', '.join(_KIND_KEYS)}.")
    _known(row, _COMMON_KEYS | _KIND_KEYS[kind])
    name = _text(row, "name")
    if _NAME.fullmatch(name) is None:
        raise _WrongError("name", f"“{name}” is no name: lower-case letters, digits and _ make one.")
    common = (
        name,
        _text(row, "label", name.replace("_", " ").capitalize()),
        _shown(row, "default"),
        _shown(row, "example") or "",
    )
    match kind:
        case "number":
            size, shift, add = (
                _number(row, "size", 1, 1, _MOST_SIZE),
                _number(row, "shift", 0, 0, 31),
                _number(row, "add", 0, 0),
            )
            highest = 1 << 8 * size
            least = _number(row, "least", 0, 0, highest)
            most = _number(row, "most", (highest - 1 - add) >> shift, least, highest)
            if (most << shift) + add > highest:
                raise _WrongError("most", f"{most} does not fit into {size} byte{'s' if size > 1 else ''}.")
            return Number(*common, least, most, size, shift, add)
        case "hex":
            least = _number(row, "least", 0, 0, _MOST_BYTES)
            return Hex(*common, least, _number(row, "most", max(least, 1), max(least, 1), _MOST_BYTES))
        case "text":
            least, pad = _number(row, "least", 0, 0, _MOST_BYTES), _hex(row, "pad")
            if len(pad) > 1:
                raise _WrongError("pad", "“pad” is one byte in hex.")
            return Text(*common, least, _number(row, "most", _MOST_BYTES, max(least, 1), _MOST_BYTES), pad)
        case _:
            return Choice(*common, _choices(row))


def _choices(row: Row) -> dict[str, bytes]:
    table: Any = row.get("choices")
    if not isinstance(table, dict) or not table:
        raise _WrongError("choices", '“choices” is a table of words and hex: { "First" = "01", "Second" = "02" }.')
    return {str(words): _bytes("choices", value) for words, value in table.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


# ---- Values ----------------------------------------------------------------------------------------------------------


def _known(row: Row, keys: frozenset[str]) -> None:
    for key in row:
        if key not in keys:
            raise _WrongError(key, f"“{key}” has no meaning here; known are {', '.join(sorted(keys))}.")


def _text(row: Row, key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str) or (not value and default is None):
        raise _WrongError(key, f"“{key}” is missing." if value is None else f"“{key}” is text in quotes.")
    return value


def _shown(row: Row, key: str) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _WrongError(key, f"“{key}” is text in quotes, or a number.")


def _number(row: Row, key: str, default: int, least: int, most: int = 0xFFFFFFFF) -> int:
    value = row.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _WrongError(key, f"“{key}” is a number from {least} to {most}.")
    return value


def _hex(row: Row, key: str) -> bytes:
    return _bytes(key, row.get(key, ""))


def _bytes(key: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise _WrongError(key, f"“{key}” is hex in quotes.")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise _WrongError(key, f"“{value}” is no hex.") from None


def _member(row: Row, key: str, kind: type[E], default: E | None = None) -> E:
    text = _text(row, key, default)
    if text not in tuple(kind):
        raise _WrongError(key, f"“{text}” is none of: {', '.join(kind)}.")
    return kind(text)


def _members(row: Row, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    values: Any = row.get(key, [])
    if not isinstance(values, list):
        raise _WrongError(key, f'“{key}” is a list: ["{known[0]}"].')
    chosen = tuple(str(value) for value in values)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for value in chosen:
        if value not in known:
            raise _WrongError(key, f"“{value}” is none of: {', '.join(known)}.")
    return chosen
