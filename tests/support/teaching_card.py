"""Exchanges with the teaching card, from TOML: what each command must be answered with, on which kind of card.

``steps`` has one exchange a line, ``COMMAND -> ANSWER`` in hex, blanks anywhere, ``..`` in an answer for any byte; the
line ``reset`` takes the card's power away and gives it back. Every case begins with a new card.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cardscope.virtual.iso7816 import Protocol, teaching_card_contact, teaching_card_contactless
from cardscope_resources import resource

KINDS: Final = ("T0", "T1", "contactless")


@dataclass(frozen=True)
class Case:
    """``steps`` are pairs of a command and a pattern of its answer in hex; ``None`` is a reset."""

    name: str
    on: tuple[str, ...]
    steps: tuple[tuple[bytes, str] | None, ...]


class PoweredCard:
    """A new card of one of ``KINDS``, with power."""

    def __init__(self, kind: str) -> None:
        self._power_on: Callable[[], object]
        self._power_off: Callable[[], None]
        if kind == "contactless":
            picc = teaching_card_contactless(bytes.fromhex("04AABBCCDDEEF0"))
            self._power_on, self._power_off, self.transmit = picc.power_up, picc.power_down, picc.transmit
        else:
            card = teaching_card_contact(Protocol(kind))
            self._power_on, self._power_off, self.transmit = card.power_on, card.power_off, card.transmit
        self._power_on()

    def reset(self) -> None:
        self._power_off()
        self._power_on()


def cases(folder: Path) -> Iterator[Case]:
    """The cases of all files in ``folder``."""
    for path in sorted(folder.glob("*.toml")):
        for table in tomllib.loads(path.read_text("utf-8"))["case"]:
            assert table["cite"], f"{table['name']} cites nothing"
            yield _case(table["name"], table)


def status_word_examples() -> Iterator[tuple[str, Case]]:
    """Each status word of the lessons' table, with the exchanges that end with it."""
    for table in tomllib.loads(resource("teaching_card_status_words.toml").read_text("utf-8"))["example"]:
        yield table["sw"], _case(f"{table['sw']} {table['title']}", table)


def matches(answer: bytes, pattern: str) -> bool:
    """Whether ``answer`` has the bytes of ``pattern``."""
    spelled = answer.hex().upper()
    return len(spelled) == len(pattern) and all(p in (".", a) for p, a in zip(pattern, spelled, strict=True))


def _case(name: str, table: dict[str, Any]) -> Case:
    steps: list[tuple[bytes, str] | None] = []
    for line in table["steps"].strip().splitlines():
        if line.strip() == "reset":
            steps.append(None)
            continue
        command, answer = line.replace(" ", "").split("->")
        steps.append((bytes.fromhex(command), answer.upper()))
    on = tuple(table.get("on", KINDS))
    assert steps
    assert set(on) <= set(KINDS)
    return Case(name, on, tuple(steps))
