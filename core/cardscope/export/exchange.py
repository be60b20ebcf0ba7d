"""What an export is made from: one exchange with the time on the wall and the card's ATR."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Self

from cardscope.decode.apdu import decode_command, summary
from cardscope.decode.response import split_answer
from cardscope.decode.secrets import MASK, MaskedCommand, Span, masked_hex, secret_answer_spans
from cardscope.decode.status_words import StatusWord, status_word
from cardscope.errors import CardScopeError
from cardscope.events import Exchanged, Origin
from cardscope.tags.catalogue import Chip


class ExportError(CardScopeError):
    """These exchanges cannot be had in this form. The sentence says why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes ``start`` to ``end`` (half open) of a command; ``name`` is that of the field, empty for none."""

    name: str
    start: int
    end: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of an answer, as hex without its secrets where these are left out."""

    data: str
    status: StatusWord | None
    """``None``: the answer has no status word."""


@dataclass(frozen=True, slots=True)
class ExportedExchange:
    """One command and what came of it."""

    reader: str
    insertion: int
    origin: Origin
    atr: bytes | None
    """Of the card; ``None`` where it is not known."""
    command: bytes
    response: bytes | None
    error: str
    sent: float
    """When the command was handed over, in seconds since 1970 (UTC)."""
    ms: float
    chip: Chip | None = None
    """Of the tag, where it is known: it tells which pages are secret. Without it, more is taken for a secret."""

    @classmethod
    def of(cls, exchanged: Exchanged, *, clock: float, atr: bytes | None, chip: Chip | None = None) -> Self:
        """``clock`` is what to add to a monotonic time to have the seconds since 1970: ``time.time()`` less
        ``time.monotonic()``, taken while neither clock was set or stopped in between, best at the card's insertion."""
        return cls(
            reader=exchanged.reader,
            insertion=exchanged.insertion,
            origin=exchanged.origin,
            atr=atr,
            command=exchanged.command,
            response=exchanged.response,
            error=exchanged.error,
            sent=clock + exchanged.t - exchanged.ms / 1000,
            ms=exchanged.ms,
            chip=chip,
        )

    @property
    def to_reader(self) -> bool:
        """Whether the command was for the reader itself and passed any card by."""
        return self.insertion == 0

    @property
    def time(self) -> datetime:
        """:attr:`sent` as local time."""
        return datetime.fromtimestamp(self.sent).astimezone()

    def shown(self, *, include_secrets: bool) -> MaskedCommand:
        """The command, without its secrets unless they are asked for."""
        return MaskedCommand(self.command, ()) if include_secrets else MaskedCommand.of(self.command, self.chip)

    def answer_secrets(self, *, include_secrets: bool) -> tuple[Span, ...]:
        """What of the response is to be left out."""
        if include_secrets or self.response is None:
            return ()
        return secret_answer_spans(self.command, self.response)

    def answer(self, *, include_secrets: bool) -> Answer:
        """The response (which there is) cut into data and status word."""
        response = self.response or b""
        secrets = self.answer_secrets(include_secrets=include_secrets)
        data, sw = split_answer(self.command, response)
        return Answer(masked_hex(data, secrets), None if sw is None else status_word(sw, self.command))

    def answer_hex(self, *, include_secrets: bool) -> str:
        """The whole response (which there is) as hex with spaces."""
        return masked_hex(self.response or b"", self.answer_secrets(include_secrets=include_secrets))


MASK_MEANING: Final = f"{MASK} stands for a byte of a PIN, password or key that was left out."


@lru_cache(maxsize=512)
def label(command: MaskedCommand) -> str:
    """A few words for a command on one line, which tell nothing of its secrets."""
    return " ".join("".join(each if each.isprintable() else " " for each in summary(command.known)).split())


@lru_cache(maxsize=512)
def segments(command: MaskedCommand) -> tuple[Segment, ...]:
    """The fields of a command in order and without gaps."""
    found: list[Segment] = []
    position = 0
    for child in sorted(decode_command(command.known).children, key=lambda child: child.span):
        start, end = child.span
        if start > position:
            found.append(Segment("", position, start, ""))
        if end > start:
            # Where bytes were left out, the zeros in their place have no meaning.
            hidden = any(first < end and start < last for first, last in command.secrets)
            found.append(Segment(child.name, start, end, "" if hidden else child.meaning))
        position = max(position, end)
    if position < len(command.known):
        found.append(Segment("", position, len(command.known), ""))
    return tuple(found)


def segment_hex(command: MaskedCommand, segment: Segment) -> str:
    """The bytes of ``segment`` as hex with spaces."""
    shifted = [(start - segment.start, end - segment.start) for start, end in command.secrets]
    return masked_hex(command.known[segment.start : segment.end], ((max(0, s), e) for s, e in shifted if e > 0))
