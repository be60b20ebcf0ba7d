"""Asking before staged changes are lost with the window."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMessageBox, QWidget

from cardscope.decode.hex import format_hex
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.words import counted, tr


def ask_to_leave(documents: Sequence[MemoryDocument], parent: QWidget, leave: Callable[[], object]) -> None:
    """Names what is staged and not written, and calls ``leave`` when the user gives it up."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr("Changes that are not written"))
    box.setText(tr("There are changes that are not written to their tags."))
    box.setInformativeText("\n".join(map(_words, documents)))
    discard = box.addButton(tr("Discard and quit"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    discard.clicked.connect(leave)
    box.finished.connect(box.deleteLater)
    box.open()


def _words(document: MemoryDocument) -> str:
    pages = counted(len(document.staged), tr("{0} page"), tr("{0} pages"))
    return f"{document.base.chip.name}, {format_hex(document.base.uid, ' ')}: {pages}"
