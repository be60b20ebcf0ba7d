"""Hex bytes in segments, flowing over the lines of a column: where each run of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes ``start`` to ``end`` (half open) of segment ``segment``, side by side at ``x`` on ``line``."""

    segment: int
    start: int
    end: int
    line: int
    x: float


@dataclass(frozen=True, slots=True)
class Flow:
    """``runs`` in reading order; ``lines`` that they take; where the last one ends; bytes that found no room."""

    runs: tuple[Run, ...]
    lines: int
    end_x: float
    hidden: int

    def byte_at(self, x: float, line: int, advance: float) -> int | None:
        """The byte painted at ``x`` on ``line``, or ``None``. ``advance`` is the width of a character."""
        for run in self.runs:
            width = (3 * (run.end - run.start) - 1) * advance
            if run.line == line and run.x <= x < run.x + width:
                return run.start + int((x - run.x) // (3 * advance))
        return None


def flow(lengths: Sequence[int], room: float, advance: float, gap: float, max_lines: int) -> Flow:
    """Lays segments of ``lengths`` bytes into ``room`` pixels.

    A byte takes two characters of ``advance``, the space between bytes one, the space between segments ``gap`` pixels.
    """
    runs: list[Run] = []
    line, x, offset, total = 0, 0.0, 0, sum(lengths)
    for number, length in enumerate(lengths):
        end = offset + length
        if x:
            x += gap
        while offset < end:
            fit = int((room - x + advance) // (3 * advance))
            if fit <= 0 and x:
                line, x = line + 1, 0.0
                continue
            if line >= max_lines:
                return Flow(tuple(runs), max_lines, room, total - offset)
            take = min(max(1, fit), end - offset)
            runs.append(Run(number, offset, offset + take, line, x))
            offset += take
            x += (3 * take - 1) * advance
            if offset < end:
                line, x = line + 1, 0.0
    return Flow(tuple(runs), line + 1, x, 0)
