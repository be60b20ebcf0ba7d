"""The bar below the table: how much is staged, and the two ways out."""

from PySide6.QtCore import QMetaMethod, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.memory.assessment import Assessment
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import ElidedLabel, label
from cardscope_gui.widgets.marks import IconLabel, Mark, MarkLabel

_HEIGHT = 48


class ChangesBar(QFrame):
    """Hidden while nothing is staged. The button for the review is there once somebody listens to it."""

    discard_wanted = Signal()
    review_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setProperty("edge", "top")
        self.setFixedHeight(theme.px(_HEIGHT))
        self.changes = label("", "strong", self)
        self.permanent = label("", "strong-warn", self)
        self._one_way = MarkLabel(Mark.PERMANENT, 16, self)
        self.refused = label("", "strong-bad", self)
        self._stop = IconLabel("stop", "bad", 16, self)
        self.note = ElidedLabel("secondary-small", parent=self)
        self.discard = Button(self.tr("Discard"), parent=self)
        self.review = Button(self.tr("Review and write…"), "primary", parent=self)
        self.discard.clicked.connect(self.discard_wanted)
        self.review.clicked.connect(self.review_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconLabel("pencil", "pend", 16, self))
        row.addWidget(self.changes)
        row.addSpacing(theme.px(8))
        row.addWidget(self._one_way)
        row.addWidget(self.permanent)
        row.addWidget(self._stop)
        row.addWidget(self.refused)
        row.addSpacing(theme.px(8))
        row.addWidget(self.note, 1)
        row.addWidget(self.discard)
        row.addWidget(self.review)
        self.hide()

    def show_changes(
        self, document: MemoryDocument | None, assessment: Assessment, *, present: bool, of_file: bool = False
    ) -> None:
        """What is staged in ``document``; ``present`` says whether its card is on the reader. In the document
        ``of_file`` nothing is permanent, and it is saved, not written."""
        staged = document.staged if document is not None else frozenset[int]()
        self.setVisible(bool(staged))
        if document is None or not staged:
            return
        permanent, refused = (0, 0) if of_file else (len(assessment.permanent), len(assessment.refused))
        unfinished = len(document.edits.partial)
        self.changes.setText(counted(len(staged), tr("{0} page changed"), tr("{0} pages changed")))
        self.permanent.setText(counted(permanent, tr("{0} permanent effect"), tr("{0} permanent effects")))
        self.refused.setText(counted(refused, tr("{0} cannot be written"), tr("{0} cannot be written")))
        for widget, shown in (
            (self._one_way, permanent),
            (self.permanent, permanent),
            (self._stop, refused),
            (self.refused, refused),
        ):
            widget.setVisible(bool(shown))
        note = tr("The file stays as it is until you save it.")
        self.note.setText(note if of_file else self._note(assessment, unfinished=unfinished, present=present))
        words = tr("Save dump…") if of_file else tr("Review and write…")
        self.review.setText(words)
        self.review.setAccessibleName(words)
        listening = self.isSignalConnected(QMetaMethod.fromSignal(self.review_wanted))
        self.review.setVisible(listening)
        self.review.setEnabled(of_file or (present and not refused and not unfinished))
        said = (self.changes, self.permanent, self.refused, self.note)
        self.setAccessibleName(". ".join(each.text() for each in said if not each.isHidden()))

    def _note(self, assessment: Assessment, *, unfinished: int, present: bool) -> str:
        if not present:
            return tr("Card removed, changes kept")
        if assessment.refused:
            return next(iter(assessment.refused.values()))
        if unfinished:
            return tr("A page whose content is not known needs all its bytes.")
        if assessment.secret:
            return next(iter(assessment.secret.values()))
        return tr("Nothing is written until you review it.")
