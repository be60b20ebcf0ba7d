"""Asks where to save a transcript, and in which form."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from cardscope.export import SaveFormat


def ask_file(parent: QWidget, title: str, chosen: Callable[[str, "SaveFormat"], None]) -> QFileDialog:
    """Opens the dialog; it does not hold up the event loop. The chosen filter is the form, whatever the name ends
    with, but for a name that ends as another form's files do: that is meant then."""
    from cardscope.export import SAVE_FORMATS  # noqa: PLC0415 not for the first picture

    by_filter = {f"{_name(form.key)} (*.{form.suffix})": form for form in SAVE_FORMATS}
    by_suffix = {form.suffix: form for form in SAVE_FORMATS}
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(by_filter))
    dialog.setDefaultSuffix(SAVE_FORMATS[0].suffix)

    def set_suffix(words: str) -> None:
        dialog.setDefaultSuffix(by_filter[words].suffix)

    dialog.filterSelected.connect(set_suffix)
    dialog.selectFile(f"transcript-{datetime.now().strftime('%Y-%m-%d-%H%M%S')}")

    def accept(path: str) -> None:
        suffix = path.rpartition(".")[2].lower()
        chosen(path, by_suffix.get(suffix) or by_filter[dialog.selectedNameFilter()])

    dialog.fileSelected.connect(accept)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def _name(key: str) -> str:
    return {
        "text": _tr("Text"),
        "html": _tr("Web page"),
        "json": _tr("JSON"),
        "pcapng": _tr("Capture for Wireshark, ISO 14443"),
    }[key]


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportDialog", text)
