"""Keyboard shortcuts, and what this program is."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel

_SCREEN_MARGIN = 80
"""Design pixels of the screen's height that are left free for a title bar and some air."""


def shortcuts_dialog(actions: list[QAction], parent: QWidget) -> QDialog:
    """Every action that has keys, and the keys of the panes. Where the screen is too low for all, they scroll."""
    dialog, column = _dialog(_tr("Keyboard shortcuts"), parent)
    native = QKeySequence.SequenceFormat.NativeText
    rows = [
        (action.text().replace("&", ""), action.shortcut().toString(native))
        for action in actions
        if not action.shortcut().isEmpty()
    ]
    body = QFrame()
    body.setProperty("surface", "surface")
    grid = QGridLayout(body)
    grid.setContentsMargins(0, 0, theme.px(16), 0)
    grid.setHorizontalSpacing(theme.px(32))
    grid.setVerticalSpacing(theme.px(6))
    for number, (words, keys) in enumerate((*rows, *_pane_keys())):
        grid.addWidget(label(words, "secondary"), number, 0)
        grid.addWidget(label(keys, "strong"), number, 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(body)
    scroll.setMinimumWidth(body.sizeHint().width() + scroll.verticalScrollBar().sizeHint().width())
    column.insertWidget(0, scroll)
    whole = dialog.sizeHint().height() - scroll.sizeHint().height() + body.sizeHint().height()
    most = parent.screen().availableGeometry().height() - theme.px(_SCREEN_MARGIN)
    dialog.resize(dialog.sizeHint().width(), min(whole, most))
    scroll.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog


def _pane_keys() -> list[tuple[str, str]]:
    """What keys do in the panes and windows, beyond the menus."""

    def spelled(keys: str) -> str:
        return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)

    return [
        (_tr("Menu bar"), "F10"),
        (_tr("Memory, NDEF, Identity & ATR"), f"{spelled('Ctrl+1')}, {spelled('Ctrl+2')}, {spelled('Ctrl+3')}"),
        (_tr("Readers: select, open"), _tr("Up/Down, Enter")),
        (_tr("Readers: insert or remove a virtual card"), _tr("Menu")),
        (_tr("Recent cards: name and notes"), _tr("Enter, F2")),
        (_tr("Recent cards: forget"), _tr("Del")),
        (_tr("Memory: digits or characters"), _tr("F2, Tab")),
        (_tr("Memory: open or fold a run of equal pages"), _tr("Enter, Right/Left")),
        (_tr("Memory: take a change back"), _tr("Esc, Del")),
        (_tr("Command line: send"), _tr("Enter")),
        (_tr("Command line: make the change that is offered"), spelled("Ctrl+.")),
        (_tr("Command line: commands sent before, one by one"), _tr("Up/Down")),
        (_tr("Console: window of the commands sent before"), spelled("Ctrl+H")),
        (_tr("Console: save the transcript"), spelled("Ctrl+Shift+S")),
        (_tr("Transcript: fields of a command and its answer"), _tr("Enter")),
        (_tr("Transcript: find"), spelled("Ctrl+F")),
        (_tr("Library: put into the command line, send"), f"{_tr('Enter')}, {spelled('Ctrl+Return')}"),
        (_tr("Scripts: run or go on, step, stop"), f"F5, F10, {spelled('Shift+F5')}"),
        (_tr("Scripts: close the window, which keeps the text"), spelled("Ctrl+W")),
    ]


def _tr(text: str) -> str:
    return QCoreApplication.translate("ShortcutsDialog", text)


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
