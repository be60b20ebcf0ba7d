"""The quiet notice that something from before was taken up again."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.buttons import Button, IconButton
from cardscope_gui.widgets.labels import paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

_WEEK = 7
"""Days: the name of a day says which one within fewer."""


class KeptBar(QFrame):
    """Hidden until there is something to say; stays until it is dismissed or what it is about is gone."""

    discard_wanted = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, margin: int = 24) -> None:
        """``margin`` in design pixels: that of what stands below."""
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setProperty("edge", "bottom")
        self.words = paragraph("", "secondary", self)
        self.discard = Button(self.tr("Discard"), parent=self)
        self.discard.setProperty("compact", True)
        self.dismiss = IconButton("cross", self.tr("Dismiss"), parent=self)
        self._note = MarkLabel(Mark.NOTE, 16, self)
        self._caution = MarkLabel(Mark.CAUTION, 16, self)
        self.discard.clicked.connect(self.discard_wanted)
        self.dismiss.clicked.connect(self.dismissed)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme.px(margin), theme.px(6), theme.px(16), theme.px(6))
        self.row.setSpacing(theme.px(8))
        for mark in (self._note, self._caution):
            self.row.addWidget(mark)
        self.row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.row.addWidget(self.discard)
        self.row.addWidget(self.dismiss)
        self.hide()

    def say(self, words: str, *, caution: bool = False) -> None:
        """Shows ``words``, in place of what was shown before."""
        set_paragraph(self.words, words)
        self.setAccessibleName(words)
        self._note.setVisible(not caution)
        self._caution.setVisible(caution)
        surface = "notice" if caution else "bar"
        if self.property("surface") != surface:
            self.setProperty("surface", surface)
            theme.repolish(self)
        self.show()

    def set_discard_shown(self, shown: bool) -> None:
        """Whether there is anything that can be discarded."""
        self.discard.setVisible(shown)


def moment_words(then: float, now: float) -> str:
    """``then`` and ``now`` in seconds since 1970 (UTC): “14:02” for today, “Monday 14:02” within a week, and the date
    from then on; in the user's time zone and language."""
    moment, today = (QDateTime.fromSecsSinceEpoch(int(each)) for each in (then, now))
    days = moment.date().daysTo(today.date())
    locale = QLocale()
    time = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    if days == 0:
        return time
    day = locale.toString(moment.date(), "dddd" if 0 < days < _WEEK else "d MMMM yyyy")
    return QCoreApplication.translate("KeptBar", "{0} {1}").format(day, time)
