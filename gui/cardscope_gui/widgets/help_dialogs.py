"""Keyboard shortcuts, and what this program is."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel


def shortcuts_dialog(actions: list[QAction], parent: QWidget) -> QDialog:
    """Every action that has keys, and the keys of the panes."""
    translate = QCoreApplication.translate
    dialog, column = _dialog(translate("ShortcutsDialog", "Keyboard shortcuts"), parent)
    native = QKeySequence.SequenceFormat.NativeText
    rows = [
        (action.text().replace("&", ""), action.shortcut().toString(native))
        for action in actions
        if not action.shortcut().isEmpty()
    ]
    rows += [
        (translate("ShortcutsDialog", "Readers: select, open"), translate("ShortcutsDialog", "Up/Down, Enter")),
        (
            translate("ShortcutsDialog", "Readers: insert or remove a virtual card"),
            translate("ShortcutsDialog", "Menu"),
        ),
        (translate("ShortcutsDialog", "Command line: send"), translate("ShortcutsDialog", "Enter")),
        (
            translate("ShortcutsDialog", "Command line: make the change that is offered"),
            QKeySequence("Ctrl+.").toString(native),
        ),
        (translate("ShortcutsDialog", "Menu bar"), "F10"),
    ]
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(32))
    grid.setVerticalSpacing(theme.px(6))
    for number, (words, keys) in enumerate(rows):
        grid.addWidget(label(words, "secondary"), number, 0)
        grid.addWidget(label(keys, "strong"), number, 1)
    column.insertLayout(0, grid)
    return dialog


def about_dialog(parent: QWidget) -> QDialog:
    """Name, version, purpose and licence."""
    translate = QCoreApplication.translate
    dialog, column = _dialog(translate("AboutDialog", "About CardScope"), parent)
    head = QHBoxLayout()
    head.setSpacing(theme.px(12))
    head.addWidget(IconLabel("chip", "accent", 32), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(theme.px(4))
    words.addWidget(label(f"CardScope {QCoreApplication.applicationVersion()}".rstrip(), "title"))
    purpose = translate(
        "AboutDialog", "A desktop inspector for smart cards and NFC tags, with virtual cards to practise on."
    )
    words.addWidget(paragraph(purpose, "secondary"))
    words.addWidget(label(translate("AboutDialog", "Free software under the Apache License 2.0"), "tertiary"))
    head.addLayout(words, 1)
    column.insertLayout(0, head)
    dialog.setMinimumWidth(theme.px(400))
    return dialog


def _dialog(title: str, parent: QWidget) -> tuple[QDialog, QVBoxLayout]:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
    column.setSpacing(theme.px(20))
    close = Button(QCoreApplication.translate("Dialog", "Close"))
    close.clicked.connect(dialog.close)
    column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    return dialog, column
