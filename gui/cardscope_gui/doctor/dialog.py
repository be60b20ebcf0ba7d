"""The doctor's dialog: findings, cures to copy, and the whole report to copy."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.doctor import Finding, render_text
from cardscope_gui import theme
from cardscope_gui.doctor.examination import Examination
from cardscope_gui.doctor.finding_view import FindingView
from cardscope_gui.widgets.buttons import Button, CopyTextButton
from cardscope_gui.widgets.labels import label

if TYPE_CHECKING:
    from cardscope.doctor import PcscView

_ORDER = {"problem": 0, "note": 1, "ok": 2}


class DoctorDialog(QDialog):
    """Examines when it opens and when asked to. It changes nothing on the machine and says so."""

    def __init__(self, examination: Examination, view: "Callable[[], PcscView]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examination = examination
        self._view = view
        self._findings: list[Finding] = []
        self.setWindowTitle(self.tr("Why isn't my reader listed?"))
        self.setModal(False)
        self.resize(theme.px(640), theme.px(560))
        self._summary = label("", "title")
        explanation = self.tr("The doctor only looks. Commands are for you to copy and run in a terminal.")
        self._list = QFrame()
        self._list.setProperty("surface", "surface")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(20))
        self._column.setSpacing(theme.px(20))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(self.tr("Findings"))
        self._scroll.setWidget(self._list)
        self._again = Button(self.tr("Run again"), icon="retry")
        self._again.setShortcut(QKeySequence.StandardKey.Refresh)
        self._copy = CopyTextButton(self.tr("Copy report"), lambda: render_text(self._findings))
        self._close = Button(self.tr("Close"))

        head = QVBoxLayout()
        head.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
        head.setSpacing(theme.px(4))
        head.addWidget(self._summary)
        head.addWidget(label(explanation, "secondary-small"))
        foot = QFrame()
        foot.setProperty("surface", "bar")
        foot.setProperty("edge", "top")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self._again)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        line = QFrame()
        line.setProperty("edge", "top")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line)
        column.addWidget(self._scroll, 1)
        column.addWidget(foot)

        self._again.clicked.connect(self.examine)
        self._close.clicked.connect(self.close)
        examination.finished.connect(self._show)

    def examine(self) -> None:
        """Looks again."""
        self._summary.setText(self.tr("Looking…"))
        self._again.setEnabled(False)
        self._copy.setEnabled(False)
        self._examination.start(self._view())

    def _show(self, findings: list[Finding]) -> None:
        self._findings = findings
        self._again.setEnabled(True)
        self._copy.setEnabled(True)
        problems = sum(finding.level == "problem" for finding in findings)
        self._summary.setText(self._counted(problems))
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for finding in sorted(findings, key=lambda each: _ORDER[each.level]):
            self._column.addWidget(FindingView(finding))
        self._column.addStretch(1)

    def _counted(self, problems: int) -> str:
        # Not by "%n", whose plural forms, the English ones too, come out of a translation file.
        if problems == 0:
            return self.tr("No problem found")
        if problems == 1:
            return self.tr("1 problem found")
        return self.tr("{count} problems found").format(count=problems)
