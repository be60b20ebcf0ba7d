"""The offer to bring an unfinished plan to its end, over the memory of its tag."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.memory.outcome import PageOutcome
from cardscope.memory.wording import pages_text
from cardscope_gui import theme
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

if TYPE_CHECKING:
    from cardscope.memory.recovery import Recovery


class RecoveryBar(QFrame):
    """Hidden while nothing is unfinished. Nothing is written without a review."""

    resume_wanted = Signal()
    roll_back_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "notice")
        self.words = paragraph("", "strong", self)
        self.more = paragraph("", "secondary-small", self)
        self.resume = Button(tr("Go on…"), parent=self)
        self.roll_back = Button(tr("Roll back…"), parent=self)
        self.leave = Button(tr("Leave as it is"), parent=self)
        self.resume.clicked.connect(self.resume_wanted)
        self.roll_back.clicked.connect(self.roll_back_wanted)
        self.leave.clicked.connect(self.leave_wanted)
        self.leave.setToolTip(tr("The tag stays as it is now. What it held before is among its backups."))
        said = QVBoxLayout()
        said.setSpacing(theme.px(2))
        said.addWidget(self.words)
        said.addWidget(self.more)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), theme.px(8), theme.px(24), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(MarkLabel(Mark.CAUTION, 16, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        for button in (self.resume, self.roll_back, self.leave):
            row.addWidget(button)
        self.hide()

    def show_recovery(self, recovery: "Recovery | None") -> None:
        """Offers the ways out of ``recovery``, or nothing."""
        self.setVisible(recovery is not None)
        if recovery is None:
            return
        begun = datetime.fromtimestamp(recovery.entry.begun).astimezone()
        words = tr("Writing to this tag on {0} did not come to its end.").format(begun.strftime("%d %b %Y, %H:%M"))
        set_paragraph(self.words, words)
        set_paragraph(self.more, " ".join(_said(recovery)))
        self.resume.setVisible(recovery.resume is not None)
        self.roll_back.setVisible(recovery.roll_back is not None)
        self.setAccessibleName(f"{words} {self.more.accessibleName()}")


def _said(recovery: "Recovery") -> list[str]:
    found = list(recovery.pages.values())
    total = counted(len(found), tr("{0} page"), tr("{0} pages"))
    said = [tr("{0} of {1} hold what was wanted.").format(found.count(PageOutcome.VERIFIED), total)]
    torn = [page for page, what in recovery.pages.items() if what is PageOutcome.MISMATCH]
    if recovery.strange:
        pages = pages_text(recovery.strange)
        said.append(tr("The tag was changed since, in {0}: stage what you want, and review it.").format(pages))
    elif torn:
        said.append(tr("Neither old nor new: {0}.").format(pages_text(torn)))
    if recovery.secret and recovery.resume is not None:
        pages = pages_text(recovery.secret)
        said.append(tr("Passwords and keys are not kept: to go on, type {0} again.").format(pages))
    if recovery.lasting and recovery.roll_back is not None:
        said.append(tr("Rolling back leaves {0} as it is.").format(pages_text(recovery.lasting)))
    return said
