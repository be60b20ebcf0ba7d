"""Bytes with holes: those of a command, to be filled from variables, and those that an answer is compared with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from cardscope.decode.apdu_structure import counted
from cardscope.scripts.text import Line, Scanner, ScriptError

Values = Mapping[str, bytes | None]
"""The variables; ``None`` for one whose bytes only the run will bring."""

MAX_COMMAND: Final = 65_544
"""Bytes in the longest command: header, extended Lc, 65,535 bytes of data, extended Le."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}(?![A-Za-z0-9_])")
_SEPARATORS = ":,"
_HEX_DIGIT = re.compile(r"[0-9A-Fa-f]")
_LITERAL = re.compile(r"(?:[0-9A-Fa-f]{2}[\s:,]*)+")
_SEPARATED = re.compile(r"[\s:,]+")
_MASK_DIGIT = re.compile(r"[0-9A-Fa-f.]")
_SLICE = re.compile(r"\[(?:(-?[0-9]{1,5})|(-?[0-9]{1,5})?:(-?[0-9]{1,5})?)\]")
_OR = re.compile(r"or(?!\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """``$name`` or a part of it: as in Python, but for parts that are not there."""

    name: str
    start: int | None
    stop: int | None
    single: bool
    """Whether the part is the one byte at ``start``."""
    line: Line
    position: int

    def resolve(self, values: Values) -> bytes | None:
        """Its bytes, ``None`` while they are not known. Raises :class:`ScriptError` when the variable is too short: a
        command with other bytes than meant must not be sent."""
        value = values[self.name]
        if value is None:
            return None
        size = len(value)
        if self.single and self.start is not None and -size <= self.start < size:
            return value[self.start].to_bytes()
        if not self.single and all(end is None or -size <= end <= size for end in (self.start, self.stop)):
            first, last, _ = slice(self.start, self.stop).indices(size)
            if first <= last:
                return value[first:last]
        raise self.line.error(
            self.position, f"${self.name} is {counted(size)} long", "a part of it that begins and ends within"
        )


@dataclass(frozen=True, slots=True)
class Template:
    """Bytes of a command, at least one part."""

    parts: tuple[bytes | Reference, ...]
    line: Line

    def resolve(self, values: Values) -> bytes | None:
        """The bytes, ``None`` while some are not known. Raises :class:`ScriptError` when they are too many for a
        command, and as :meth:`Reference.resolve`."""
        filled = bytearray()
        complete = True
        for part in self.parts:
            resolved = part if isinstance(part, bytes) else part.resolve(values)
            complete = complete and resolved is not None
            filled += resolved or b""
            if len(filled) > MAX_COMMAND:
                raise self.line.error(0, f"more than {MAX_COMMAND:,} bytes", "as many as a command can have")
        return bytes(filled) if complete else None


@dataclass(frozen=True, slots=True)
class Masked:
    """One byte, of which the bits of ``mask`` (0F, F0, FF or 00) have to be those of ``value``."""

    value: int
    mask: int

    def __str__(self) -> str:
        high, low = f"{self.value:02X}"
        return f"{high if self.mask & 0xF0 else '.'}{low if self.mask & 0x0F else '.'}"


class Rest(Enum):
    """``*``: any number of bytes."""

    ANY = auto()


Alternative = tuple[Masked | Reference | Rest, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What bytes are compared with: one of the alternatives has to fit."""

    alternatives: tuple[Alternative, ...]

    def fits(self, data: bytes, values: Values) -> bool:
        """Whether ``data`` is as wanted. Raises as :meth:`Reference.resolve`."""
        return any(_fits(_filled(alternative, values), data) for alternative in self.alternatives)

    def text(self, values: Values) -> str:
        """What is wanted, for a person, with the variables filled in."""
        return " or ".join(
            " ".join("*" if part is Rest.ANY else str(part) for part in _filled(alternative, values)) or "nothing"
            for alternative in self.alternatives
        )


def _filled(alternative: Alternative, values: Values) -> list[Masked | Rest]:
    filled: list[Masked | Rest] = []
    for part in alternative:
        if isinstance(part, Reference):
            filled += [Masked(byte, 0xFF) for byte in part.resolve(values) or b""]
        else:
            filled.append(part)
    return filled


def _fits(wanted: list[Masked | Rest], data: bytes) -> bool:
    if Rest.ANY not in wanted:
        return len(wanted) == len(data) and _agree(wanted, data)
    gap = wanted.index(Rest.ANY)
    head, tail = wanted[:gap], wanted[gap + 1 :]
    room = len(data) - len(tail)
    return len(head) <= room and _agree(head, data[: len(head)]) and _agree(tail, data[room:])


def _agree(wanted: list[Masked | Rest], data: bytes) -> bool:
    return all(
        isinstance(part, Masked) and byte & part.mask == part.value for part, byte in zip(wanted, data, strict=True)
    )


class ByteScanner(Scanner):
    """Reads bytes, too. ``known`` are the names of the variables that may be used."""

    def __init__(self, line: Line, known: set[str]) -> None:
        super().__init__(line)
        self._known = known

    def template(self) -> Template:
        """The rest of the line, as bytes of a command."""
        parts: list[bytes | Reference] = []
        self.skip(_SEPARATORS)
        while not self.at_end:
            if literal := self.match(_LITERAL):
                parts.append(bytes.fromhex(_SEPARATED.sub("", literal[0])))
            elif self.peek() == "$":
                parts.append(self._reference())
                self.skip(_SEPARATORS)
            else:
                self._byte(_HEX_DIGIT, "a hex digit (0-9, A-F) or a variable ($)")  # says what is wrong with it
        if not parts:
            raise self.error("at least one byte in hex")
        return Template(tuple(parts), self.line)

    def some_bytes(self, most: int) -> bytes:
        """One byte or more, up to ``most``; what follows may be anything."""
        found = bytearray()
        self.skip(_SEPARATORS)
        while not found or (len(found) < most and _HEX_DIGIT.match(self.peek())):
            found.append(self._byte(_HEX_DIGIT, "a byte in hex").value)
            self.skip(_SEPARATORS)
        return bytes(found)

    def data_pattern(self) -> Pattern:
        """The rest of the line, as what data is compared with."""
        alternatives = [self._alternative()]
        while self.match(_OR):
            alternatives.append(self._alternative())
        return Pattern(tuple(alternatives))

    def _alternative(self) -> Alternative:
        """As far as the next “or”, or the end."""
        parts: list[Masked | Reference | Rest] = []
        self.skip(_SEPARATORS)
        while not self.at_end and not _OR.match(self.line.text, self.position):
            if self.peek() == "$":
                parts.append(self._reference())
            elif self.peek() != "*":
                parts.append(self._byte(_MASK_DIGIT, "a hex digit, “.” for any digit, “*”, a variable or “or”"))
            elif Rest.ANY in parts:
                raise self.error("no second “*”")
            else:
                parts.append(Rest.ANY)
                self.position += 1
            self.skip(_SEPARATORS)
        if not parts:
            raise self.error("at least one byte, as in “04 .. *”")
        return tuple(parts)

    def status_pattern(self) -> Pattern:
        """The rest of the line, as what a status word is compared with: two bytes an alternative."""
        alternatives: list[Alternative] = []
        while True:
            self.skip(_SEPARATORS)
            first = self._byte(_MASK_DIGIT, "a status word, as in “90 00” or “61 ..”")
            self.skip(_SEPARATORS)
            second = self._byte(_MASK_DIGIT, "the second byte of the status word")
            alternatives.append((first, second))
            self.skip(_SEPARATORS)
            if self.at_end:
                return Pattern(tuple(alternatives))
            if not self.match(_OR):
                raise self.error("“or” and another status word, or the end of the line")

    def _byte(self, digit: "re.Pattern[str]", expected: str) -> Masked:
        high = self.match(digit)
        if high is None:
            raise self.error(expected)
        low = self.match(digit)
        if low is None:
            half = self.at_end or self.peek().isspace() or self.peek() in _SEPARATORS
            raise self.error("one more hex digit: a byte is two digits" if half else expected)
        value = mask = 0
        for found, shift in ((high[0], 4), (low[0], 0)):
            if found != ".":
                value |= int(found, 16) << shift
                mask |= 0xF << shift
        return Masked(value, mask)

    def _reference(self) -> Reference:
        at = self.position
        self.position += 1
        found = self.match(NAME)
        if found is None:
            raise self.error("the name of a variable")
        if found[0] not in self._known:
            raise self._unknown(found[0], at)
        if self.peek() != "[":
            return Reference(found[0], None, None, single=False, line=self.line, position=at)
        part = self.match(_SLICE)
        if part is None:
            raise self.error("a part, as in “[0]”, “[0:4]” or “[-2:]”")
        index, start, stop = (None if text is None else int(text) for text in part.groups())
        if index is not None:
            return Reference(found[0], index, None, single=True, line=self.line, position=at)
        return Reference(found[0], start, stop, single=False, line=self.line, position=at)

    def _unknown(self, name: str, at: int) -> ScriptError:
        names = ", ".join(f"${one}" for one in sorted(self._known))
        return self.line.error(at, f"nothing above gives ${name} its bytes", names or "“let … = …” somewhere above")
