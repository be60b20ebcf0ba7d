"""Asking before changes are lost with the window. What is kept for the next start is not asked about."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QMessageBox, QWidget

from cardscope.decode.hex import format_hex
from cardscope.memory.wording import pages_text
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.words import tr


class Unkept(NamedTuple):
    """Staged changes that the next start would not have."""

    document: MemoryDocument
    pages: frozenset[int]
    """Those with passwords and keys; all, where there is no store."""


def ask_to_leave(
    tags: Sequence[Unkept], parent: QWidget, leave: Callable[[], object], files: Sequence[str] = ()
) -> None:
    """Names what is staged in ``tags``, not written and not kept, and the ``files`` that are not saved, and calls
    ``leave`` when the user gives it up."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr("Changes that are not saved") if files else tr("Changes that are not written"))
    said: list[str] = []
    if tags:
        said.append(tr("There are changes that are not written to their tags, and not kept for the next start."))
    if files:
        said.append(tr("There are changes that are not saved in their files."))
    box.setText("\n".join(said))
    box.setInformativeText("\n".join([*map(_words, tags), *files]))
    discard = box.addButton(tr("Discard and quit"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    discard.clicked.connect(leave)
    box.finished.connect(box.deleteLater)
    box.open()


def _words(tag: Unkept) -> str:
    base = tag.document.base
    return f"{base.chip.name}, {format_hex(base.uid, ' ')}: {pages_text(tag.pages)}"
