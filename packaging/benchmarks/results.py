"""What a benchmark finds."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Series = Sequence[float]
"""What was measured again and again, in the number's unit or, for a ratio, in milliseconds."""


class NotMeasured(Exception):  # noqa: N818 - a reason, not an error
    """This machine lacks what the figure needs; the text says what."""


@dataclass(frozen=True)
class Number:
    """One number: `value` in `unit`, which is to be at most `limit` (None: for comparison only).

    `series` is what it was made from; `note` says what it means or how it came about.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    series: Mapping[str, Series] = field(default_factory=dict[str, Series])
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def to_json(self) -> dict[str, Any]:
        """The number for machines: its series as median, least, greatest and count."""
        return {
            "what": self.what,
            "value": round(self.value, 6),
            "unit": self.unit,
            "limit": self.limit,
            "ok": self.ok,
            "series": {
                name: {
                    "median": round(statistics.median(values), 6),
                    "min": round(min(values), 6),
                    "max": round(max(values), 6),
                    "n": len(values),
                }
                for name, values in self.series.items()
            },
            "note": self.note,
        }

    def to_text(self) -> str:
        """The number for people, in a line or more."""
        verdict = "for comparison" if self.limit is None else "ok" if self.ok else "FALLS SHORT"
        limit = "" if self.limit is None else f"limit {_shown(self.limit, self.unit)}"
        lines = [f"  {self.what:<62} {_shown(self.value, self.unit):>10}  {limit:<14} {verdict}"]
        unit = "ms" if self.unit == "×" else self.unit
        for name, values in self.series.items():
            middle, least, most = (_shown(number, unit) for number in (statistics.median(values), *_range(values)))
            lines.append(f"      {name}: median {middle}, {least} to {most}, {len(values)} times")
        if self.note:
            lines.append(f"      {self.note}")
        return "\n".join(lines)


def ratio(
    what: str, ours: tuple[str, Series], theirs: tuple[str, Series], limit: float | None = None, note: str = ""
) -> Number:
    """The ratio of the medians of two named series in milliseconds."""
    value = statistics.median(ours[1]) / statistics.median(theirs[1])
    return Number(what, value, "×", limit, dict((ours, theirs)), note)


def median(what: str, values: Series, unit: str, limit: float | None = None, note: str = "") -> Number:
    """The median of a series."""
    return Number(what, statistics.median(values), unit, limit, {"each": values}, note)


def _range(values: Series) -> tuple[float, float]:
    return min(values), max(values)


def _shown(value: float, unit: str) -> str:
    digits = 0 if unit == "" else 2 if abs(value) >= 1 or unit == "×" else 3
    return f"{value:.{digits}f} {unit}".rstrip()
