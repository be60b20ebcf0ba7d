"""What is typed in the composer, understood as far as it goes."""

from dataclasses import dataclass

from cardscope.decode.hex import HEX_DIGITS, HexError, parse_hex
from cardscope_gui.console.segments import SegmentedCommand, segment


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A text and its reading: ``command`` where the whole text is hex, else ``error``; neither for an empty text."""

    text: str
    command: bytes | None
    error: HexError | None
    understood: SegmentedCommand | None
    """The segments of the whole command, or of the bytes before the error."""
    places: tuple[int, ...]
    """Where in the text the first digit of each understood byte stands."""

    @property
    def unfinished(self) -> bool:
        """Whether nothing is wrong except that the last byte has one digit yet."""
        return self.error is not None and self.error.position == len(self.text)

    @property
    def marked(self) -> int | None:
        """Where the offending character is: the lone last digit when the text ends too early."""
        if self.error is None:
            return None
        return min(self.error.position, len(self.text.rstrip()) - 1)

    def spans(self) -> list[tuple[int, int, str]]:
        """Start, end (half open) and colour token of each run of text that spells a segment."""
        if self.understood is None:
            return []
        return [
            (self.places[each.start], self.places[each.end - 1] + 2, each.token) for each in self.understood.segments
        ]


def read(text: str) -> TypedCommand:
    """Reads ``text`` as hex; never fails, the error is part of the result."""
    if not text.strip():
        return TypedCommand(text, None, None, None, ())
    try:
        command, error = parse_hex(text), None
    except HexError as wrong:
        command, error = None, wrong
    end = len(text) if error is None else error.position
    digits = [position for position, character in enumerate(text[:end]) if character in HEX_DIGITS]
    places = tuple(digits[0 : len(digits) // 2 * 2 : 2])
    known = bytes(int(text[place : place + 2], 16) for place in places) if command is None else command
    return TypedCommand(text, command, error, segment(known) if known else None, places)
