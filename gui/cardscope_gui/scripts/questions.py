"""The questions that go with scripts. None of them holds up the event loop."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import paragraph

translate = QCoreApplication.translate


def open_script(parent: QWidget, chosen: Callable[[str], None]) -> QFileDialog:
    """Asks for a script to read."""
    dialog = QFileDialog(parent, translate("ScriptDialogs", "Open a script"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    scripts = translate("ScriptDialogs", "Scripts (*.script *.txt *.apdu)")
    dialog.setNameFilters([scripts, translate("ScriptDialogs", "All files (*)")])
    return _open(dialog, chosen)


def save_script(parent: QWidget, name: str, chosen: Callable[[str], None]) -> QFileDialog:
    """Asks where to write a script; ``name`` is offered."""
    dialog = QFileDialog(parent, translate("ScriptDialogs", "Save the script"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    scripts = translate("ScriptDialogs", "Scripts (*.script)")
    dialog.setNameFilters([scripts, translate("ScriptDialogs", "All files (*)")])
    dialog.setDefaultSuffix("script")
    dialog.selectFile(name)
    return _open(dialog, chosen)


def save_results(parent: QWidget, name: str, chosen: Callable[[str], None]) -> QFileDialog:
    """Asks where to write the results; the name's ending says as what."""
    dialog = QFileDialog(parent, translate("ScriptDialogs", "Save the results"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    as_json = translate("ScriptDialogs", "JSON, a line a step (*.json)")
    dialog.setNameFilters([translate("ScriptDialogs", "Text (*.txt)"), as_json])
    dialog.setDefaultSuffix("txt")

    def kind_chosen(kind: str) -> None:
        dialog.setDefaultSuffix("json" if kind == as_json else "txt")

    dialog.filterSelected.connect(kind_chosen)
    dialog.selectFile(name)
    return _open(dialog, chosen)


def _open(dialog: QFileDialog, chosen: Callable[[str], None]) -> QFileDialog:
    dialog.fileSelected.connect(chosen)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


class UnsavedDialog(QDialog):
    """Asks what becomes of a text that was not saved. Escape, and closing it, keep the text as it is."""

    def __init__(self, name: str, save: Callable[[], object], discard: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Save the script?"))
        self.setMinimumWidth(theme.px(420))
        words = self.tr("“{0}” has changes that are not saved.").format(name)
        self.cancel_button = Button(self.tr("Cancel"))
        self.discard_button = Button(self.tr("Don't save"))
        self.save_button = Button(self.tr("Save"), "primary")
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
        column.addWidget(paragraph(words, "secondary"))
        column.addLayout(row)
        self.cancel_button.clicked.connect(self.reject)
        for button, does in ((self.discard_button, discard), (self.save_button, save)):
            button.clicked.connect(self.accept)
            button.clicked.connect(does)
