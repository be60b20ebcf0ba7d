"""What is typed to find a command: bytes of it, or words that describe it."""

from dataclasses import dataclass
from typing import Self

from cardscope.decode.hex import HEX_DIGITS, SEPARATORS
from cardscope.decode.secrets import MaskedCommand


@dataclass(frozen=True, slots=True)
class HexQuery:
    """Hex digits, lower-case, that begin with a byte; of the last byte only one digit may be there."""

    digits: str

    @property
    def whole(self) -> bytes:
        """The bytes of which both digits are there."""
        return bytes.fromhex(self.digits[: len(self.digits) // 2 * 2])

    def matches(self, command: MaskedCommand) -> bool:
        """Whether ``command`` has these bytes in a row, none of them a secret."""
        whole, half = self.whole, int(self.digits[-1], 16) if len(self.digits) % 2 else None
        at = command.known.find(whole)
        while at >= 0:
            end = at + len(whole)
            if half is not None:
                fits = end < len(command.known) and command.known[end] >> 4 == half
                end += 1
            else:
                fits = True
            if fits and all(end <= start or stop <= at for start, stop in command.secrets):
                return True
            at = command.known.find(whole, at + 1)
        return False


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Finds a command whose bytes, words or name hold what was typed."""

    text: str
    """What was typed, case folded, without white space around it."""
    hex: HexQuery | None
    """The same as bytes, where it can be."""

    @classmethod
    def of(cls, typed: str) -> Self:
        """Reads ``typed``. Spaces, colons and commas between hex digits do not count."""
        typed = typed.encode(errors="replace").decode()  # half a character cannot be looked for
        digits = "".join(each for each in typed if each not in SEPARATORS)
        is_hex = bool(digits) and HEX_DIGITS.issuperset(digits)
        return cls(typed.strip().casefold(), HexQuery(digits.lower()) if is_hex else None)

    def matches(self, command: MaskedCommand, words: str, name: str) -> bool:
        """Whether the command with this summary and name is one of those looked for."""
        if self.text in words.casefold() or self.text in name.casefold():
            return True
        return self.hex is not None and self.hex.matches(command)
