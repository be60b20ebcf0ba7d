"""One finding: its level as a shape and a word, what was found, and the cure to copy."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cardscope.doctor import Finding
from cardscope_gui import theme
from cardscope_gui.widgets.command_block import CommandBlock
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

_MARKS = {"ok": Mark.TICK, "note": Mark.NOTE, "problem": Mark.CROSS}


def level_word(level: str) -> str:
    """The level as a word for those who do not see its colour."""
    translate = QCoreApplication.translate
    return {
        "ok": translate("Finding", "All right"),
        "note": translate("Finding", "Note"),
        "problem": translate("Finding", "Problem"),
    }[level]


class FindingView(QWidget):
    """Shows ``finding``."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = QVBoxLayout()
        words.setSpacing(theme.px(6))
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(paragraph(finding.title, "strong"), 1)
        head.addWidget(label(level_word(finding.level), "tertiary"), 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(head)
        if finding.detail:
            words.addWidget(paragraph(finding.detail, "secondary"))
        if finding.cure:
            words.addWidget(CommandBlock(finding.cure))
        if finding.cure_note:
            words.addWidget(paragraph(finding.cure_note, "tertiary"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        row.addWidget(MarkLabel(_MARKS[finding.level], 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
