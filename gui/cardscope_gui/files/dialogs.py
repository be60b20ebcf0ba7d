"""The questions that go with files. None of them holds up the event loop."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.files.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import paragraph


def ask_files(parent: QWidget, folder: Path | None, chosen: Callable[[list[str]], object]) -> QFileDialog:
    """Asks for dump files to open; ``folder`` is where to look first."""
    dialog = QFileDialog(parent, tr("Open dump files"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    if folder is not None:
        dialog.setDirectory(str(folder))
    dialog.setNameFilters([tr("Dump files (*.nfc *.json *.bin *.mfd *.eml *.txt)"), tr("All files (*)")])
    dialog.filesSelected.connect(chosen)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


class UnsavedDialog(QDialog):
    """Asks what becomes of changes in a file that is to be closed. Escape, and closing it, keep the file open."""

    def __init__(self, name: str, save: Callable[[], object], discard: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Save the dump?"))
        self.setMinimumWidth(theme.px(420))
        self.cancel_button = Button(tr("Cancel"))
        self.discard_button = Button(tr("Don't save"))
        self.save_button = Button(tr("Save dump…"), "primary")
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.cancel_button)
        row.addStretch(1)
        row.addWidget(self.discard_button)
        row.addWidget(self.save_button)
        for button in (self.cancel_button, self.discard_button):
            button.setProperty("tall", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(16))
        column.addWidget(paragraph(tr("“{0}” has changes that are not saved.").format(name), "secondary"))
        column.addLayout(row)
        self.cancel_button.clicked.connect(self.reject)
        for button, does in ((self.discard_button, discard), (self.save_button, save)):
            button.clicked.connect(self.accept)
            button.clicked.connect(does)
