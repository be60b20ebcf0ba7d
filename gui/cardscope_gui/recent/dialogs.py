"""Naming a card, and forgetting one."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cardscope.store.recent_cards import RecentCard
from cardscope_gui import theme
from cardscope_gui.header.identity import spaced_hex
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph

LONGEST_NAME = 60
"""Characters: more would not be seen anywhere."""


class DescribeDialog(QDialog):
    """A field for the nickname and one for notes. ``save`` gets both when the user says so."""

    def __init__(self, card: RecentCard, save: Callable[[str, str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._save = save
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Name and notes"))
        self.setMinimumWidth(theme.px(420))
        self.nickname = QLineEdit(card.nickname)
        self.nickname.setMaxLength(LONGEST_NAME)
        self.nickname.setPlaceholderText(self.tr("For example: left hand, workshop door"))
        self.nickname.setAccessibleName(self.tr("Name"))
        self.notes = QPlainTextEdit(card.notes)
        self.notes.setAccessibleName(self.tr("Notes"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(theme.px(96))
        head = " · ".join(part for part in (card.chip, spaced_hex(card.uid)) if part)
        kept = self.tr("Both are kept on this computer only; nothing is written to the card.")
        column = _column(self)
        column.addWidget(label(head, "title"))
        for caption, field in ((self.tr("Name"), self.nickname), (self.tr("Notes"), self.notes)):
            words = label(caption, "secondary-small")
            words.setBuddy(field)
            column.addWidget(words)
            column.addWidget(field)
        column.addWidget(paragraph(kept, "tertiary"))
        accept = Button(self.tr("Save"), "primary")
        accept.setDefault(True)
        accept.clicked.connect(self._accept)
        column.addLayout(_buttons(self, accept))
        self.nickname.selectAll()

    def _accept(self) -> None:
        self._save(self.nickname.text(), self.notes.toPlainText())
        self.accept()


def forget_dialog(card: RecentCard, forget: Callable[[], None], parent: QWidget) -> QDialog:
    """Asks once; ``forget`` is called when the user agrees."""
    translate = QCoreApplication.translate
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(translate("ForgetDialog", "Forget this card?"))
    dialog.setMinimumWidth(theme.px(420))
    column = _column(dialog)
    column.addWidget(label(card.nickname or card.chip or spaced_hex(card.uid), "title"))
    words = translate(
        "ForgetDialog", "Its name and notes are deleted from this computer. The card itself stays as it is."
    )
    column.addWidget(paragraph(words, "secondary"))
    agree = Button(translate("ForgetDialog", "Forget"), "primary")
    agree.clicked.connect(dialog.accept)
    dialog.accepted.connect(forget)
    column.addLayout(_buttons(dialog, agree))
    return dialog


def _column(dialog: QDialog) -> QVBoxLayout:
    column = QVBoxLayout(dialog)
    column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
    column.setSpacing(theme.px(8))
    return column


def _buttons(dialog: QDialog, agree: Button) -> QHBoxLayout:
    cancel = Button(QCoreApplication.translate("Dialog", "Cancel"))
    cancel.setProperty("tall", True)
    cancel.clicked.connect(dialog.reject)
    row = QHBoxLayout()
    row.setContentsMargins(0, theme.px(8), 0, 0)
    row.setSpacing(theme.px(8))
    row.addStretch(1)
    row.addWidget(cancel)
    row.addWidget(agree)
    return row
