"""Status words (SW1 SW2) in words. The table and its sources are in ``status_words.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from cardscope_resources import resource

Severity = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class StatusWord:
    """What a status word says."""

    code: int
    """SW1 SW2 as one number, 0000 to FFFF."""
    meaning: str
    """A few words, for example ``Function not supported``."""
    explanation: str
    """One sentence."""
    severity: Severity
    source: str
    """The specification that gives it this meaning; empty when none does."""


@dataclass(frozen=True, slots=True)
class _Entry:
    code: str
    command: str
    meaning: str
    one: str
    zero: str
    explanation: str
    severity: Severity
    source: str

    def answers(self, command: str) -> bool:
        """Whether the entry holds for a command that begins so."""
        return _matches(self.command, command[: len(self.command)])

    @property
    def rank(self) -> tuple[int, int]:
        """The more literal digits, the earlier an entry is asked."""
        return (self.code.count("x"), -len(self.command))

    def resolve(self, sw: int) -> StatusWord:
        digits = self.code.count("x")
        figure = sw & (16**digits - 1)
        special = {0: self.zero, 1: self.one}.get(figure, "") if digits else ""
        return StatusWord(sw, (special or self.meaning).format(n=figure), self.explanation, self.severity, self.source)


def _matches(pattern: str, text: str) -> bool:
    return len(pattern) == len(text) and all(p in ("x", t) for p, t in zip(pattern, text, strict=True))


def _severity(code: str) -> Severity:
    """The severity that SW1 alone gives (ISO/IEC 7816-4: 61 normal, 62 and 63 warnings, 64 to 6F errors).

    6A and 6C are how a card says "not here" and "ask again with that length", so they warn.
    """
    if code in ("9000", "61xx"):
        return "ok"
    if code.startswith("91"):
        return "error"
    return "warning" if code.startswith(("62", "63", "6A", "6C", "9")) else "error"


@cache
def _entries() -> tuple[_Entry, ...]:
    table: dict[str, Any] = tomllib.loads(resource("status_words.toml").read_text("utf-8"))
    entries = [
        _Entry(
            code=word["code"],
            command=word.get("command", ""),
            meaning=word["meaning"],
            one=word.get("one", ""),
            zero=word.get("zero", ""),
            explanation=word["explanation"],
            severity=word.get("severity") or _severity(word["code"]),
            source=table["sources"][word["source"]],
        )
        for word in table["word"]
    ]
    return tuple(sorted(entries, key=lambda entry: entry.rank))


@lru_cache(maxsize=256)
def _entries_for(code: str) -> tuple[_Entry, ...]:
    return tuple(entry for entry in _entries() if _matches(entry.code, code))


# As many bytes of a command as the longest `command` pattern of the table needs, and more than any will.
_COMMAND_PREFIX = 16


def status_word(sw: int, command: bytes | None = None) -> StatusWord:
    """The meaning of ``sw`` (0 to FFFF), which is never refused.

    ``command`` is the command that it answers; some status words mean something else after a reader's pseudo-APDU.
    """
    code = f"{sw:04X}"
    spelled = (command or b"")[:_COMMAND_PREFIX].hex().upper()
    for entry in _entries_for(code):
        if entry.answers(spelled):
            return entry.resolve(sw)
    return StatusWord(
        sw,
        "Not a status word",
        "Status words begin with 6 or 9, so these two bytes may be data of an answer that has none.",
        "warning",
        "",
    )


def split_response(response: bytes) -> tuple[bytes, int | None]:
    """The data of a response and its status word; ``None`` when the response is under two bytes, which then all
    count as data (some readers answer so).
    """
    if len(response) < 2:
        return response, None
    return response[:-2], int.from_bytes(response[-2:])
