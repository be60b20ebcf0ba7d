"""Words that several parts of this package need."""

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """Translated in this package's context."""
    return QCoreApplication.translate("Files", text)


def counted(number: int, one: str, more: str) -> str:
    """``one`` or ``more``, both with ``{0}`` for the number."""
    return (one if number == 1 else more).format(f"{number:,}")
