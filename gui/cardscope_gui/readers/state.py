"""What each state is called and which shape it has."""

from PySide6.QtCore import QCoreApplication

from cardscope.events import ServiceState
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope_gui.header.identity import identify, storage_card_name
from cardscope_gui.readers.loan import Loan
from cardscope_gui.widgets.marks import Mark

translate = QCoreApplication.translate


def reader_mark(state: ReaderState, loan: Loan = Loan.HOME) -> Mark:
    """``loan`` is that of the app's virtual reader; no other has one."""
    if loan is Loan.LENT:
        return Mark.BARRED_RING
    match state:
        case ReaderState.PRESENT:
            return Mark.DOT
        case ReaderState.IN_USE | ReaderState.EXCLUSIVE:
            return Mark.BARRED_RING
        case ReaderState.MUTE:
            return Mark.CAUTION
        case ReaderState.UNAVAILABLE:
            return Mark.CROSS
        case ReaderState.EMPTY:
            return Mark.RING


def reader_words(status: ReaderStatus, loan: Loan = Loan.HOME, card: str = "") -> str:
    """The state in words, with what the ``card`` was identified as, or else with what its ATR calls it."""
    if loan is Loan.LENT:
        return translate("ReaderState", "Lent to PC/SC")
    if loan is Loan.ASKING:
        return translate("ReaderState", "Moving to PC/SC…")
    match status.state:
        case ReaderState.PRESENT:
            name = card or storage_card_name(status.atr)
            return (
                translate("ReaderState", "{card} · card in").format(card=name)
                if name
                else translate("ReaderState", "Card present")
            )
        case ReaderState.IN_USE:
            return translate("ReaderState", "Shared with another program")
        case ReaderState.EXCLUSIVE:
            return translate("ReaderState", "In use by another program")
        case ReaderState.MUTE:
            return translate("ReaderState", "No answer from the card")
        case ReaderState.UNAVAILABLE:
            return translate("ReaderState", "Reader unavailable")
        case ReaderState.EMPTY:
            return translate("ReaderState", "Empty")


def service_mark(state: ServiceState) -> Mark:
    return {ServiceState.RUNNING: Mark.TICK, ServiceState.STARTING: Mark.RING, ServiceState.STOPPED: Mark.CROSS}[state]


def service_words(state: ServiceState) -> str:
    return {
        ServiceState.RUNNING: translate("ReaderState", "PC/SC service running"),
        ServiceState.STARTING: translate("ReaderState", "PC/SC service starting…"),
        ServiceState.STOPPED: translate("ReaderState", "PC/SC service stopped"),
    }[state]


def reader_icon(status: ReaderStatus) -> str:
    """The drawing that fits the reader best, told from the name that its driver gives it and from a card's ATR."""
    if status.kind is ReaderKind.VIRTUAL:
        return "reader-virtual"
    name = status.name.lower()
    if any(word in name for word in ("yubikey", "token", "nitrokey", "solo", "gnuk", "security key")):
        return "reader-key"
    if any(
        word in name for word in ("picc", "contactless", "acr122", "acr1252", "nfc", "rfid", " cl ", "pn53", "3700")
    ) or (status.atr is not None and identify(status.atr).contactless):
        return "reader-contactless"
    return "reader-contact"
