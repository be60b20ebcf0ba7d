"""What each page says."""

from PySide6.QtCore import QCoreApplication

from cardscope_gui.empty.page import Page

translate = QCoreApplication.translate


def page_title(page: Page, reader: str) -> str:
    match page:
        case Page.NO_READER:
            return translate("EmptyPage", "No reader connected")
        case Page.SERVICE_STARTING:
            return translate("EmptyPage", "Looking for readers…")
        case Page.SERVICE_STOPPED:
            return translate("EmptyPage", "The PC/SC service is stopped")
        case Page.NO_CARD:
            return translate("EmptyPage", "Place a card on {reader}").format(reader=reader)
        case Page.VIRTUAL_EMPTY:
            return translate("EmptyPage", "Choose a virtual card")
        case Page.LENT:
            return translate("EmptyPage", "The card is on the PC/SC service")
        case Page.CARD_HELD:
            return translate("EmptyPage", "Another program holds this card")
        case Page.CARD_MUTE:
            return translate("EmptyPage", "The card does not answer")
        case Page.READER_UNAVAILABLE:
            return translate("EmptyPage", "This reader cannot be used right now")
        case Page.CARD:
            return ""


def page_sentence(page: Page) -> str:
    match page:
        case Page.NO_READER:
            return translate("EmptyPage", "The PC/SC service is running but reports no reader. Pick a way to start.")
        case Page.SERVICE_STARTING:
            return translate("EmptyPage", "The PC/SC service has not answered yet. A virtual card works without it.")
        case Page.SERVICE_STOPPED:
            return translate(
                "EmptyPage", "Readers appear by themselves as soon as it runs. Virtual cards work without it."
            )
        case Page.NO_CARD:
            return translate(
                "EmptyPage",
                "Lay a tag flat on the reader's mark, or push a card in chip first. "
                "Its UID and ATR show at once; nothing is written to it.",
            )
        case Page.VIRTUAL_EMPTY:
            return translate("EmptyPage", "Each behaves as its data sheet says, and none can be damaged.")
        case Page.LENT:
            return translate(
                "EmptyPage",
                "Every program on this computer sees it in the service's virtual reader, CardScope too. "
                "It comes back with what they have written to it.",
            )
        case Page.CARD_HELD:
            return translate(
                "EmptyPage",
                "GnuPG, a browser, bank or signature software can keep a card to itself. "
                "Close that program: CardScope goes on by itself as soon as the card is free.",
            )
        case Page.CARD_MUTE:
            return translate(
                "EmptyPage",
                "Take it off and try again: lay the tag flat on the reader's mark, alone and away from metal, "
                "or push the card in chip first until it stops.",
            )
        case Page.READER_UNAVAILABLE:
            return translate(
                "EmptyPage", "Unplug it and plug it in again. If that does not help, the doctor looks for the cause."
            )
        case Page.CARD:
            return ""
