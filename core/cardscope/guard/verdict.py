"""What the guard says of a command, and the approval that lets exactly that command pass."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cardscope.errors import RefusedError


class Effect(Enum):
    """What a command does to the card at worst, from the mildest to the gravest."""

    HARMLESS = 0
    """Reads, selects or works on the reader alone."""
    CHANGING = 1
    """Changes what can be changed back."""
    UNKNOWN = 2
    """Could change the card for good; the bytes alone do not tell."""
    PERMANENT = 3
    """Has an effect that can never be undone."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One reason to think twice. ``code`` is a stable word for scripts, ``text`` a sentence for people."""

    code: str
    text: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a command does."""

    effect: Effect
    hazards: tuple[Hazard, ...]
    summary: str
    """One sentence."""

    @property
    def needs_approval(self) -> bool:
        """Whether the command may be sent only after the user approved exactly this."""
        return self.effect in (Effect.PERMANENT, Effect.UNKNOWN)


def harmless(summary: str) -> Verdict:
    """A verdict without hazards."""
    return Verdict(Effect.HARMLESS, (), summary)


def changing(summary: str) -> Verdict:
    """A verdict without hazards: what changes can be changed back."""
    return Verdict(Effect.CHANGING, (), summary)


def unknown(code: str, text: str) -> Verdict:
    """A verdict of one hazard that may turn out permanent."""
    return Verdict(Effect.UNKNOWN, (Hazard(code, text, permanent=False),), text)


def permanent(code: str, text: str) -> Verdict:
    """A verdict of one permanent hazard."""
    return Verdict(Effect.PERMANENT, (Hazard(code, text, permanent=True),), text)


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on doing all of ``verdicts`` (at least one): the gravest effect, every hazard."""
    parts = list(verdicts)
    gravest = max(parts, key=lambda verdict: verdict.effect.value)
    hazards = tuple(dict.fromkeys(hazard for verdict in parts for hazard in verdict.hazards))
    return Verdict(gravest.effect, hazards, gravest.summary)


def approval_digest(command: bytes, verdict: Verdict, card: bytes) -> str:
    """What the user approves: 16 upper-case hex digits that bind ``command`` and its ``verdict`` to one card.

    ``card`` is the card's UID, or its ATR where no UID can be had. Raises ValueError when it is empty, because such
    an approval would hold for any card.
    """
    if not card:
        raise ValueError("an approval must name its card")
    digest = hashlib.sha256()
    codes = ",".join(hazard.code for hazard in verdict.hazards)
    for part in (command, card, verdict.effect.name.encode(), codes.encode()):
        # The length before each part keeps two different lists of parts from becoming the same bytes.
        digest.update(len(part).to_bytes(4) + part)
    return digest.hexdigest()[:16].upper()


class GuardRefusal(RefusedError):  # noqa: N818 - a refusal is the guard doing its work, no fault
    """A command was not sent because it needs approval. ``digest`` is what :func:`approval_digest` gave for it."""

    def __init__(self, verdict: Verdict, digest: str) -> None:
        super().__init__(
            f"Not sent: {verdict.summary}", remedy=f"To send exactly this command, approve it with {digest}."
        )
        self.verdict = verdict
        self.digest = digest

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """Why it needs approval."""
        return self.verdict.hazards
