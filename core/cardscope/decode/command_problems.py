"""What is wrong with the lengths of a command that was typed, where in the text, and the changes that mend it."""

import re
from collections.abc import Iterator
from typing import Final

from cardscope.decode.apdu_names import instruction
from cardscope.decode.apdu_structure import HEADER, Layout, counted, lay_out
from cardscope.decode.native_fields import missing
from cardscope.decode.notation import Base, Fix, Problem, Reading, Weight
from cardscope.tags.catalogue import Command

_SHORT_MOST: Final = 255
_NO_ANSWER_WANTED: Final = 0x0C
"""In P2 of SELECT (ISO/IEC 7816-4 §7.1.1)."""
_HARDLY_LC: Final = 0x80
_NUMBER = re.compile(r"(?P<cast>\(.*?\)\s*)?(?P<prefix>0[xX]|\\x)?(?P<digits>.*?)(?P<suffix>[hH])?", re.DOTALL)


def command_problems(reading: Reading) -> tuple[Problem, ...]:
    """The problems of the bytes of ``reading``, which spells at least one. None for a well-formed APDU that has an Le
    where an answer is to be expected."""
    layout = lay_out(reading.data)
    if layout.case:
        return tuple(_missing_le(reading, layout))
    if len(reading.data) < HEADER:
        return (_short(reading, layout),)
    lengths = _Lengths(reading, layout)
    first, end = layout.extra if layout.blamed == "Extra bytes" and layout.extra else layout.lc or (0, 1)
    unfinished = layout.blamed == "Lc" and layout.extra is None
    span = reading.span(first, end)
    return (Problem(*span, layout.problem, tuple(lengths.fixes()), Weight.MALFORMED, unfinished),)


def _short(reading: Reading, layout: Layout) -> Problem:
    data = reading.data
    message = layout.problem
    if (lack := missing(data)) is not None and lack > 0:
        message += f" As the tag's own {Command(data[0]).name} it lacks {counted(lack)}."
    fixes: list[Fix] = []
    if len(data) > 1:
        zeros = bytes(HEADER - len(data))
        words = "Add P1-P2 00 00" if len(zeros) == 2 else "Add P2 00"
        fixes.append(_insertion(reading, len(data), zeros, words))
    return Problem(*reading.span(0, len(data)), message, tuple(fixes), Weight.MALFORMED, unfinished=True)


def _missing_le(reading: Reading, layout: Layout) -> Iterator[Problem]:
    data = reading.data
    known = instruction(data[0], data[1])
    if layout.le is not None or known is None or not known.answers:
        return
    selects = data[0] < 0x80 and data[1] == 0xA4
    if selects and data[3] & _NO_ANSWER_WANTED == _NO_ANSWER_WANTED:
        return
    extended = layout.case.endswith("E")
    fix = _insertion(reading, len(data), bytes(2 if extended else 1), "Add Le 0000" if extended else "Add Le 00")
    message = f"{known.name} answers with data; without Le the answer may be empty."
    if layout.data:
        message += " (Over T=0 that is as it should be: a command with data has no Le there.)"
    yield Problem(*reading.span(1, 2), message, (fix,), Weight.ADVICE)


class _Lengths:
    """Ways to make Lc, data and Le agree, the likeliest first."""

    def __init__(self, reading: Reading, layout: Layout) -> None:
        self._reading = reading
        self._layout = layout
        self._data = reading.data

    def fixes(self) -> Iterator[Fix]:
        layout, data = self._layout, self._data
        body = len(data) - HEADER
        if layout.extra is None and layout.data is None and data[4] == 0 and body == 2:
            # 00 and one byte more: half of an extended length.
            yield _insertion(self._reading, HEADER + 1, b"\0", f"Make it an extended Le 00{data[5]:02X}")
            yield _removal(self._reading, HEADER, "Remove the 00")
            return
        if data[HEADER] == 0 and layout.blamed == "Lc" and body - 1 <= _SHORT_MOST:
            yield self._lc(HEADER + 1, body - 1, 1, f"Compute Lc: {body - 1:02X}")
        start = layout.lc[1] if layout.lc else HEADER + 1
        there = len(data) - start
        computed = list(self._set_lc(start, there)) if there else []
        if layout.blamed == "Lc" and layout.announced and start == HEADER + 1 and body <= _SHORT_MOST:
            # The byte taken for Lc may be the first of the data; an AID begins with A0 or more.
            insertion = _insertion(self._reading, HEADER, bytes((body,)), f"Compute Lc: insert {body:02X}")
            computed.insert(0 if layout.announced >= _HARDLY_LC else len(computed), insertion)
        yield from computed
        if layout.blamed == "Extra bytes" and layout.extra:
            first, end = layout.extra
            if start > HEADER + 1 and end - first == 1:
                yield _insertion(self._reading, first, b"\0", f"Make it an extended Le 00{data[first]:02X}")
            span = self._reading.span(first, end)
            yield Fix(f"Remove {counted(end - first, 'extra byte')}", *span, "")

    def _set_lc(self, start: int, there: int) -> Iterator[Fix]:
        size = 2 if start > HEADER + 1 else 1
        if there > (0xFFFF if size == 2 else _SHORT_MOST):
            return
        yield self._lc(start, there, size, f"Compute Lc: {there:0{2 * size}X}")
        first, end = self._layout.extra or (0, 0)
        if self._layout.blamed == "Extra bytes" and end - first >= size:
            left = self._data[-size:]
            words = f"Compute Lc: {there - size:0{2 * size}X}, Le {left.hex().upper()}"
            yield self._lc(start, there - size, size, words)

    def _lc(self, start: int, value: int, size: int, words: str) -> Fix:
        first, end = start - size, start
        text = _spell_all(self._reading, first, value.to_bytes(size))
        return Fix(words, *self._reading.span(first, end), text)


def _removal(reading: Reading, at: int, words: str) -> Fix:
    start, _ = reading.span(at, at + 1)
    end, _ = reading.span(at + 1, at + 2)
    return Fix(words, start, end, "")


def _insertion(reading: Reading, at: int, values: bytes, words: str) -> Fix:
    """``values`` before byte ``at``, or behind the last."""
    joint = _joint(reading, at)
    if at < len(reading.data):
        start, _ = reading.span(at, at + 1)
        return Fix(words, start, start, _spell_all(reading, at, values, joint) + joint)
    _, end = reading.span(at - 1, at)
    return Fix(words, end, end, joint + _spell_all(reading, at - 1, values, joint))


def _joint(reading: Reading, at: int) -> str:
    """What stands between two bytes near byte ``at``."""
    if len(reading.data) < 2:
        return ", " if reading.base is Base.DECIMAL else " "
    second = min(max(at, 1), len(reading.data) - 1)
    _, end = reading.span(second - 1, second)
    start, _ = reading.span(second, second + 1)
    return reading.text[end:start]


def _spell_all(reading: Reading, like: int, values: bytes, joint: str | None = None) -> str:
    between = _joint(reading, like) if joint is None else joint
    return between.join(_spell(reading, like, value) for value in values)


def _spell(reading: Reading, like: int, value: int) -> str:
    """``value`` as byte ``like`` is written."""
    start, end = reading.span(like, like + 1)
    old = reading.text[start:end]
    match = _NUMBER.fullmatch(old)
    prefix = match["prefix"] if match else None
    lower = old != old.upper() and bool(re.search("[a-f]", old.rpartition("x")[2]))
    digits = f"{value:02x}" if lower else f"{value:02X}"
    if match is None or (prefix is None and reading.base is Base.ESCAPED):
        return f"\\x{value:02x}"
    cast = match["cast"] or ""
    if prefix is not None:
        return f"{cast}{prefix}{digits}"
    if reading.base is Base.HEX or (reading.base is Base.PREFIXED and _is_pair_in_run(reading, like)):
        return f"{cast}{digits}{match['suffix'] or ''}"
    return f"{cast}{value}"


def _is_pair_in_run(reading: Reading, at: int) -> bool:
    """Whether byte ``at`` is a pair of digits in ``0xFFCA00``, which shows its prefix once."""
    start, _ = reading.span(at, at + 1)
    return start > 0 and reading.text[start - 1] in "0123456789abcdefABCDEF"
