"""Why a native command got no data."""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """What went wrong with a native command. After each of them the tag is IDLE or HALT until it is selected again."""

    NAK = "nak"
    """The tag refused."""
    TIMEOUT = "timeout"
    """The tag stayed silent."""
    ERROR = "error"
    """The reader refused, or reports something else."""


@dataclass(frozen=True, slots=True)
class NativeFailure:
    """A native command that got no data. ``text`` is a sentence for a person."""

    kind: FailureKind
    text: str


def refused(nibble: int | None = None) -> NativeFailure:
    """The tag answered with a NAK; ``nibble`` is its value where the reader tells it."""
    value = "" if nibble is None else f" (NAK {nibble:X})"
    return NativeFailure(FailureKind.NAK, f"The tag refused the command{value}.")


def silent() -> NativeFailure:
    """The tag did not answer in time."""
    return NativeFailure(FailureKind.TIMEOUT, "The tag did not answer.")


def unexpected(response: bytes) -> NativeFailure:
    """The reader answered with something that is not understood."""
    shown = response.hex().upper() or "nothing"
    return NativeFailure(FailureKind.ERROR, f"The reader answered {shown}, which is not what its family answers.")


def reader_refused(sw: int) -> NativeFailure:
    """The reader answered with a status word of its own."""
    return NativeFailure(FailureKind.ERROR, f"The reader refused to pass the command on, or the tag failed ({sw:04X}).")
