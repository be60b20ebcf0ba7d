"""What an ATR alone tells of a card, in the words that the window shows. Nothing is guessed."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class Identity:
    """``name`` is the storage card's registered name (PC/SC Part 3) or empty, ``title`` what to call the card in any
    case, ``standard`` the standard that it follows as far as known, or empty."""

    name: str
    title: str
    standard: str
    contactless: bool


@lru_cache(maxsize=32)
def identify(atr: bytes) -> Identity:
    """``atr`` is the whole answer to reset, 2 to 33 bytes."""
    from cardscope.decode.atr import decode_atr  # noqa: PLC0415 not needed for the first window

    translate = QCoreApplication.translate
    decoded = decode_atr(atr)
    name = decoded.storage.card if decoded.storage is not None else ""
    standard = decoded.storage.standard if decoded.storage is not None else ""
    if not standard:
        standard = (
            translate("Identity", "Contactless card") if decoded.contactless else translate("Identity", "Contact card")
        )
    return Identity(name, name or translate("Identity", "Smart card"), standard, decoded.contactless)


def storage_card_name(atr: bytes | None) -> str:
    """The registered name of a contactless storage card, or empty."""
    return identify(atr).name if atr is not None else ""


def spaced_hex(data: bytes) -> str:
    """``04 A1 B2``: the way in which UIDs and ATRs are written and copied."""
    return data.hex(" ").upper()
