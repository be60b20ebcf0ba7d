"""One tree of errors. Each carries what a person needs: what happened, to which reader, and what to do next.

A card's status word other than 9000 is a result, not an error, until an operation needed success.
"""

from enum import StrEnum


class Sent(StrEnum):
    """Whether the card can have received the command that an error interrupted."""

    NO = "no"
    UNKNOWN = "unknown"


class CardScopeError(Exception):
    """Base of every error that CardScope raises on purpose.

    ``str(error)`` is a whole sentence for a person. ``remedy`` says what to do next, or is empty.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UsageError(CardScopeError):
    """What the user asked for makes no sense as it was asked."""


class RefusedError(CardScopeError):
    """Something was not done because it needs the user's approval first."""


class ReaderError(CardScopeError):
    """Something is wrong with a reader or with the PC/SC service. ``reader`` is its name, or ``None``."""

    def __init__(self, message: str, *, reader: str | None = None, remedy: str = "", sent: Sent = Sent.NO) -> None:
        super().__init__(message, remedy=remedy)
        self.reader = reader
        self.sent = sent


class ServiceStoppedError(ReaderError):
    """The PC/SC service is not running, or stopped during the call."""


class ReaderNotFoundError(ReaderError):
    """No reader has the wanted name, or no reader is there at all. ``existing`` are the names that do exist."""

    def __init__(self, message: str, *, existing: tuple[str, ...], remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.existing = existing


class ReaderGoneError(ReaderError):
    """The reader was unplugged."""


class ReaderBusyError(ReaderError):
    """Another program holds the card exclusively (PC/SC: sharing violation)."""


class EscapeRefusedError(ReaderError):
    """The reader's driver does not take commands for the reader itself, or the reader did not understand this one."""


class CardError(ReaderError):
    """Something is wrong with the card in ``reader``. ``sent`` says whether the card can have got the command."""


class NoCardError(CardError):
    """There is no card in the reader."""


class CardRemovedError(CardError):
    """The card was taken away: before the command (``sent`` is no) or in the middle of it (unknown)."""


class CardMuteError(CardError):
    """A card is there but does not answer (no ATR)."""


class CardResetError(CardError):
    """Another program reset the card, so whatever was selected or unlocked on it is lost."""


class TransmitError(CardError):
    """The reader or the card failed to answer a command, for a reason that none of the others name."""
