"""What comes of a script: each step as it is done, what is waited for, and how it all ended."""

from dataclasses import dataclass, field
from enum import StrEnum

from cardscope.decode.hex import format_hex
from cardscope.decode.response import split_answer
from cardscope.errors import CardScopeError, RefusedError
from cardscope.events import Exchanged
from cardscope.guard import GuardRefusal


class StepKind(StrEnum):
    """What a step did."""

    COMMAND = "command"
    RESET = "reset"
    PAUSE = "pause"
    CARD = "card"
    """Waited for a card."""
    REMOVAL = "removal"
    """Waited until the card was gone."""
    VALUE = "value"
    """Took bytes out of an answer, in vain: it is a step only when that fails."""


class Verdict(StrEnum):
    """What became of a step."""

    DONE = "done"
    """It was carried out, and nothing was expected of it."""
    PASSED = "passed"
    FAILED = "failed"
    """The answer is not as expected."""
    ERROR = "error"
    """It could not be carried out, and the script ended with it."""


class Ended(StrEnum):
    """How a script ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    """What the script requires did not hold."""
    STOPPED = "stopped"
    ERROR = "error"
    REFUSED = "refused"
    """A command needs an approval that was not given."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step. ``number`` counts from 1; ``line`` is that of the script."""

    number: int
    line: int
    kind: StepKind
    verdict: Verdict
    ms: float
    """How long the card took, or the user; all exchanges together."""
    command: bytes | None = None
    response: bytes | None = None
    """The answer with its status word, that of the follow-ups joined to it; of a reset, the new ATR."""
    problems: tuple[str, ...] = ()
    """Why it failed: a sentence each."""
    follow_ups: tuple[Exchanged, ...] = ()
    """The commands that 61xx and 6Cxx called for."""
    text: str = ""
    """What a pause says."""

    @property
    def data(self) -> bytes:
        """The answer without its status word."""
        return split_answer(self.command or b"", self.response or b"")[0]

    @property
    def sw(self) -> int | None:
        """The status word of a command's answer, 0 to FFFF."""
        return split_answer(self.command or b"", self.response or b"")[1] if self.kind is StepKind.COMMAND else None


@dataclass(slots=True)
class Outcome:
    """What there is to tell of a step so far, see :class:`StepResult`."""

    line: int
    kind: StepKind
    command: bytes | None = None
    response: bytes | None = None
    ms: float = 0.0
    follow_ups: list[Exchanged] = field(default_factory=list[Exchanged])
    text: str = ""
    problems: list[str] = field(default_factory=list[str])
    expected: bool = False
    """Whether anything was expected of it,"""
    required_failed: bool = False
    """and whether something that the script requires did not hold."""

    @property
    def verdict(self) -> Verdict:
        """That of a step that could be carried out."""
        if self.problems:
            return Verdict.FAILED
        return Verdict.PASSED if self.expected else Verdict.DONE

    def result(self, number: int, verdict: Verdict) -> StepResult:
        """The step, done."""
        return StepResult(
            number=number,
            line=self.line,
            kind=self.kind,
            verdict=verdict,
            ms=self.ms,
            command=self.command,
            response=self.response,
            problems=tuple(self.problems),
            follow_ups=tuple(self.follow_ups),
            text=self.text,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """The script waits at ``line`` for the user (``kind`` is PAUSE, and ``text`` what he is told), or for a card to
    come or to go, at most ``seconds``."""

    line: int
    kind: StepKind
    text: str = ""
    seconds: int | None = None


Progress = StepResult | Waiting
"""What a run tells its listener."""


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """``command`` in ``line`` needs an approval. ``times`` is how often the line sends it, all of which the one
    approval lets pass."""

    line: int
    command: bytes
    times: int
    refusal: GuardRefusal

    def __str__(self) -> str:
        often = f", {self.times} times" if self.times > 1 else ""
        return f"Line {self.line}{often}: {format_hex(self.command, ' ')}\n  {self.refusal.verdict.summary}"


class ScriptLimitError(CardScopeError):
    """A run was ended because it sent too many commands or took too long."""


class ScriptRefused(RefusedError):  # noqa: N818 - as GuardRefusal, it is no fault
    """Commands of a script need approval: all ``refusals`` of it before its first byte was sent (``begun`` is false),
    or one that depends on an answer, before which it stopped."""

    def __init__(self, refusals: tuple[LineRefusal, ...], *, begun: bool) -> None:
        what = "The script stopped here, since this needs" if begun else "Nothing was sent: this needs"
        listed = "\n".join(map(str, refusals))
        self.refusals = refusals
        self.begun = begun
        self.digests = tuple(dict.fromkeys(each.refusal.digest for each in refusals))
        """What to approve, each once."""
        wish = f"If that is what you want, approve it with {' and '.join(self.digests)}."
        super().__init__(f"{what} your approval.\n{listed}", remedy=wish)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a script went: how many ``steps`` there were, and how many with each verdict. ``error`` says why it ended
    early, where that is an error or a refusal."""

    ended: Ended
    steps: int
    passed: int
    failed: int
    done: int
    ms: float
    error: CardScopeError | None = None

    @property
    def success(self) -> bool:
        """Whether the script came to its end and nothing failed."""
        return self.ended is Ended.COMPLETED and not self.failed
