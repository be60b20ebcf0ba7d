"""The questions that go with memory images and the loan to PC/SC. None of them holds up the event loop."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

if TYPE_CHECKING:
    from cardscope.dumps import Candidate

translate = QCoreApplication.translate


def open_image(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """Asks for a dump file to read."""
    dialog = QFileDialog(parent, translate("ImageDialogs", "Insert a virtual card from a dump file"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(
        [
            translate("ImageDialogs", "Dump files (*.nfc *.json *.bin *.mfd *.eml *.txt)"),
            translate("ImageDialogs", "All files (*)"),
        ]
    )
    _open(dialog, chosen)


def save_image(parent: QWidget, name: str, chosen: Callable[[str], None]) -> None:
    """Asks where to write a memory image; ``name`` is offered."""
    dialog = QFileDialog(parent, translate("ImageDialogs", "Save the virtual card's memory"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(translate("ImageDialogs", "Memory images (*.bin)"))
    dialog.setDefaultSuffix("bin")
    dialog.selectFile(name)
    _open(dialog, chosen)


def ask_chip(
    parent: QWidget,
    name: str,
    image: bytes,
    candidates: list[object],
    chosen: Callable[[str, bytes, "Candidate"], None],
) -> None:
    """Asks which of ``candidates`` the ``image`` in the file ``name`` is."""
    by_words = {candidate.text: candidate for candidate in cast("list[Candidate]", candidates)}
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(translate("ImageDialogs", "Which chip is it?"))
    words = translate("ImageDialogs", "{name}, {size} bytes, can be of each of these chips:")
    dialog.setLabelText(words.format(name=name, size=len(image)))
    dialog.setComboBoxItems(list(by_words))
    dialog.setOkButtonText(translate("ImageDialogs", "Insert"))

    def selected(text: str) -> None:
        chosen(name, image, by_words[text])

    dialog.textValueSelected.connect(selected)
    _show(dialog)


def ask_to_replace(
    parent: QWidget, title: str, save: Callable[[], object], replace: Callable[[], object]
) -> QMessageBox:
    """Asks what becomes of the memory of the virtual card ``title``, which another card is to replace. Escape leaves
    that card where it is."""
    dialog = QMessageBox(parent)
    dialog.setIcon(QMessageBox.Icon.NoIcon)
    dialog.setWindowTitle(translate("ImageDialogs", "Replace the virtual card?"))
    words = translate("ImageDialogs", "“{title}” in the virtual reader was changed, and its memory is saved nowhere.")
    dialog.setText(words.format(title=title))
    dialog.setInformativeText(translate("ImageDialogs", "What it holds is lost when another card replaces it."))
    cancel = dialog.addButton(QMessageBox.StandardButton.Cancel)
    lose = dialog.addButton(translate("ImageDialogs", "Replace"), QMessageBox.ButtonRole.DestructiveRole)
    keep = dialog.addButton(translate("ImageDialogs", "Save first…"), QMessageBox.ButtonRole.AcceptRole)
    dialog.setDefaultButton(keep)
    dialog.setEscapeButton(cancel)
    lose.clicked.connect(replace)
    keep.clicked.connect(save)
    _show(dialog)
    return dialog


def ask_port(parent: QWidget, port: int, chosen: Callable[[int], None]) -> None:
    """Asks at which port the driver of the PC/SC service's virtual reader listens."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(translate("ImageDialogs", "Port of the PC/SC virtual reader"))
    dialog.setLabelText(
        translate("ImageDialogs", "The vpcd driver listens at 35963 for its first slot and at 35964 for its second:")
    )
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setIntRange(1, 65535)
    dialog.setIntValue(port)
    dialog.intValueSelected.connect(chosen)
    _show(dialog)


def _open(dialog: QFileDialog, chosen: Callable[[str], None]) -> None:
    dialog.fileSelected.connect(chosen)
    _show(dialog)


def _show(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
