"""The one type for decoded bytes: a tree of fields, each knowing the bytes that it came from.

Every decoder (ATR, APDU, status word, lock byte, configuration page, NDEF record) returns this tree, so one pair of
views, bytes and tree, can show any of them with linked highlight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """Bytes with meaning.

    ``span`` is the half-open range of byte offsets in the decoded bytes, so ``(0, 2)`` is the first two bytes.
    ``bits`` narrows a one-byte span to the bits ``(high, low)``, 7 being the most significant; ``None`` means whole
    bytes. Spans lie inside the parent's, and siblings do not overlap (two fields of one byte differ in their bits).
    """

    name: str
    """The field's term in its specification, for example ``TD1`` or ``P1-P2``."""
    span: tuple[int, int]
    value: str
    """The value as a person would write it: hex, a number with its unit, a word."""
    meaning: str = ""
    """One sentence that explains this value; empty where the value says it all."""
    problems: tuple[str, ...] = ()
    """What is wrong here, a sentence each; decoders report faults and never refuse."""
    children: tuple["Field", ...] = ()
    bits: tuple[int, int] | None = None

    def walk(self) -> Iterator["Field"]:
        """This field and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def at(self, offset: int) -> "Field | None":
        """The deepest field whose span holds the byte at ``offset``, or ``None``."""
        start, end = self.span
        if not start <= offset < end:
            return None
        for child in self.children:
            if (found := child.at(offset)) is not None:
                return found
        return self

    def all_problems(self) -> list[str]:
        """Every problem in the tree, in the order of the bytes."""
        return [problem for field in self.walk() for problem in field.problems]

    def to_json(self) -> dict[str, Any]:
        """The tree as plain objects for ``json.dumps``; empty parts are left out."""
        out: dict[str, Any] = {"name": self.name, "span": list(self.span), "value": self.value}
        if self.bits is not None:
            out["bits"] = list(self.bits)
        if self.meaning:
            out["meaning"] = self.meaning
        if self.problems:
            out["problems"] = list(self.problems)
        if self.children:
            out["children"] = [child.to_json() for child in self.children]
        return out
