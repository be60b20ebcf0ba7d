"""The labelled raw commands of the folder ``corpus``."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cardscope.decode.atr import StorageCard, decode_atr
from cardscope.guard import Effect, Knowledge, Verdict, judge
from cardscope.tags.catalogue import Chip, chips

LABELS = ("harmless", "changing", "permanent", "unclear")
EFFECTS = {"harmless": Effect.HARMLESS, "changing": Effect.CHANGING, "permanent": Effect.PERMANENT}


@dataclass(frozen=True)
class Case:
    """One row of a table."""

    file: str
    hex: str
    label: str
    what: str
    source: str
    chip: str | None = None
    card: str | None = None
    native: str = ""
    hazards: tuple[str, ...] | None = None
    after: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def command(self) -> bytes:
        return bytes.fromhex(self.hex)

    def judged(self, command: bytes | None = None) -> Verdict:
        """The guard's word on ``command``, or on the row's own, when it knows what the row says it knows."""
        return judge(self.command if command is None else command, self._chip(), self._card(), self._knowledge())

    def _chip(self) -> Chip | None:
        return chips()[self.chip] if self.chip else None

    def _card(self) -> StorageCard | None:
        return storage_card(self.card) if self.card else None

    def _knowledge(self) -> Knowledge | None:
        if not self.after:
            return None
        known = Knowledge()
        for sent, answer in self.after:
            known.note(sent, answer or None)
        return known


def storage_card(name: str, standard: str = "03") -> StorageCard:
    """``name`` and ``standard`` in hex, as PC/SC Part 3 numbers them (reference §2)."""
    body = bytes.fromhex(f"8F8001804F0CA000000306{standard}{name}00000000")
    check = 0
    for byte in body:
        check ^= byte
    card = decode_atr(b"\x3b" + body + bytes([check])).storage
    assert card is not None
    return card


def _case(file: str, row: dict[str, Any]) -> Case:
    after = tuple((bytes.fromhex(one["sent"]), bytes.fromhex(one["answer"])) for one in row.pop("after", ()))
    hazards = tuple(row.pop("hazards")) if "hazards" in row else None
    return Case(file=file, hazards=hazards, after=after, **row)


CASES = [
    _case(path.stem, row)
    for path in sorted((Path(__file__).parent / "corpus").glob("*.toml"))
    for row in tomllib.loads(path.read_text("utf-8"))["command"]
]
