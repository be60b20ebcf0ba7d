"""Where the card of the app's virtual reader is."""

from enum import Enum, auto


class Loan(Enum):
    """Whether the PC/SC service has the card."""

    HOME = auto()
    """It is in the app's reader, or there is none."""
    ASKING = auto()
    """The service's virtual reader has been asked to take it; it is still here."""
    LENT = auto()
    """The service has it."""
