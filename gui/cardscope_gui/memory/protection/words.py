"""Words of this package."""

from PySide6.QtCore import QCoreApplication

from cardscope.memory.unlocking import Tries
from cardscope.tags.catalogue import Chip
from cardscope_gui.memory.words import counted


def tr(text: str) -> str:
    """Translated in this package's context."""
    return QCoreApplication.translate("Protection", text)


def has_key(chip: Chip) -> bool:
    """Whether a key protects the chip, where others have a password."""
    return chip.key_pages is not None


def budget(tries: Tries, made: int) -> str:
    """How many wrong passwords the tag forgives, in sentences; empty where it does not count them. ``made``: how many
    were tried since it was put on the reader."""
    if tries.limit == 0:
        return ""
    if tries.limit is None:
        text = tr(
            "The settings cannot be read before the tag is open, so whether it counts wrong passwords is unknown. If "
            "it does, the last one locks the protected pages for ever."
        )
    else:
        text = counted(
            tries.limit,
            tr("A single wrong try locks the protected pages for ever."),
            tr("{0} wrong tries in a row lock the protected pages for ever."),
        )
        if tries.left is None:
            text += " " + tr("Failures so far are not readable; the right password sets them back to none.")
        else:
            text += " " + counted(tries.left, tr("1 is left."), tr("{0} are left."))
    if made:
        text += " " + counted(made, tr("You have made 1 wrong try just now."), tr("You have made {0} wrong tries now."))
    return text
