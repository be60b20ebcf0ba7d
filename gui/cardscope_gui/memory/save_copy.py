"""Saving what was read as a file of CardScope's own, which loses nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui.memory.words import tr


def save_copy(snapshot: TagSnapshot, parent: QWidget, say: Callable[[str], None]) -> None:
    """Asks where, and writes ``snapshot`` there as JSON; ``say`` gets a sentence about it."""
    dialog = QFileDialog(parent, tr("Save a copy of the memory as it was read"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([tr("CardScope snapshots (*.json)"), tr("All files (*)")])
    dialog.setDefaultSuffix("json")
    dialog.selectFile(f"{snapshot.chip.key}-{snapshot.uid.hex().upper()}.json")
    dialog.fileSelected.connect(partial(_write, snapshot, say))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _write(snapshot: TagSnapshot, say: Callable[[str], None], chosen: str) -> None:
    path = Path(chosen)
    try:
        path.write_text(snapshot.to_json() + "\n", encoding="utf-8")
    except OSError as error:
        say(tr("The copy could not be saved: {0}").format(error.strerror or error))
    else:
        say(tr("Saved as {0}. Staged changes are not in it.").format(path.name))
