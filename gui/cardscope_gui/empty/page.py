"""Which of the main area's pages is due."""

from enum import Enum, auto

from cardscope.events import ServiceState
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus


class Page(Enum):
    CARD = auto()
    NO_READER = auto()
    SERVICE_STARTING = auto()
    SERVICE_STOPPED = auto()
    NO_CARD = auto()
    VIRTUAL_EMPTY = auto()
    LENT = auto()
    """The virtual reader's card is on the PC/SC service."""
    CARD_HELD = auto()
    CARD_MUTE = auto()
    READER_UNAVAILABLE = auto()


def choose_page(shown: ReaderStatus | None, *, has_session: bool, service: ServiceState, lent: bool = False) -> Page:
    """``shown`` is the reader that the user looks at, ``None`` when there is none to look at; ``lent`` says whether
    the PC/SC service has the card of the virtual reader."""
    if shown is None:
        return {
            ServiceState.STARTING: Page.SERVICE_STARTING,
            ServiceState.STOPPED: Page.SERVICE_STOPPED,
            ServiceState.RUNNING: Page.NO_READER,
        }[service]
    match shown.state:
        case ReaderState.EXCLUSIVE:
            return Page.CARD_HELD
        case ReaderState.MUTE:
            return Page.CARD_MUTE
        case ReaderState.UNAVAILABLE:
            return Page.READER_UNAVAILABLE
        case _ if has_session:
            return Page.CARD
        case _:
            if shown.kind is not ReaderKind.VIRTUAL:
                return Page.NO_CARD
            return Page.LENT if lent else Page.VIRTUAL_EMPTY
