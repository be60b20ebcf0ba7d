"""What instructions do, from ``guard.toml``: the table says it of those that it knows, and of nothing else."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cardscope.decode.apdu_structure import CommandApdu
from cardscope.guard.verdict import Effect, Verdict, changing, harmless, permanent, unknown
from cardscope_resources import resource


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table; ``None`` stands for any."""

    p1: int | None
    p2: int | None
    data: range | None
    """How many bytes of data."""
    first: bytes
    """What the data begins with."""
    aid: bytes
    """How the name of the selected application begins; empty: whatever is selected."""
    effect: Effect
    code: str
    text: str
    source: str

    def fits(self, apdu: CommandApdu, aid: bytes) -> bool:
        """Whether the rule is about ``apdu`` while ``aid`` (empty: not known) is selected."""
        return (
            self.p1 in (None, apdu.p1)
            and self.p2 in (None, apdu.p2)
            and (self.data is None or len(apdu.data) in self.data)
            and apdu.data.startswith(self.first)
            and aid.startswith(self.aid)
        )

    def verdict(self, words: str) -> Verdict:
        """What the rule says of a command that ``words`` name."""
        text = f"{words}: {self.text or 'changes nothing.'}"
        match self.effect:
            case Effect.HARMLESS:
                return harmless(text)
            case Effect.CHANGING:
                return changing(text)
            case Effect.UNKNOWN:
                return unknown(self.code, text)
            case Effect.PERMANENT:
                return permanent(self.code, text)


def rule(scope: str, ins: int, apdu: CommandApdu, aid: bytes = b"") -> Rule | None:
    """The rule about instruction ``ins`` with the parameters and data of ``apdu``; ``None``: it is not known."""
    for row in rules().get((scope, ins), ()):
        if row.fits(apdu, aid):
            return row
    return None


@cache
def rules() -> Mapping[tuple[str, int], tuple[Rule, ...]]:
    """All rules by scope and instruction, those for one application first."""
    table: dict[str, Any] = tomllib.loads(resource("guard.toml").read_text("utf-8"))
    found: dict[tuple[str, int], list[Rule]] = {}
    for row in sorted(table["rule"], key=lambda row: "aid" not in row):
        for ins in row["ins"]:
            found.setdefault((row["scope"], int(ins, 16)), []).append(_rule(row, table["sources"]))
    return {key: tuple(rows) for key, rows in found.items()}


def _rule(row: Mapping[str, Any], sources: Mapping[str, str]) -> Rule:
    return Rule(
        p1=_byte(row.get("p1")),
        p2=_byte(row.get("p2")),
        data=range(row["data"][0], row["data"][1] + 1) if "data" in row else None,
        first=bytes.fromhex(row.get("first", "")),
        aid=bytes.fromhex(row.get("aid", "")),
        effect=Effect[row["effect"].upper()],
        code=row.get("code", ""),
        text=row.get("text", ""),
        source=sources[row["source"]],
    )


def _byte(text: str | None) -> int | None:
    return None if text is None else int(text, 16)
