"""The column beside the bytes: what the card is, in sentences, and how that is known."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.identify.identification import Identification
from cardscope_gui import theme
from cardscope_gui.card.known_list import KnownList
from cardscope_gui.widgets.labels import label, paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark, MarkLabel


class Sentences(QFrame):
    """Some sentences, each a paragraph, under a heading; hidden while there are none. ``mark`` stands before the
    heading, or before the sentences when there is none."""

    def __init__(self, heading: str, role: str, mark: Mark | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, ...] = ()
        # One label for all: a label for each costs the event loop a millisecond apiece.
        self._words = paragraph("", role, self)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        if mark is not None:
            line.addWidget(MarkLabel(mark, 14), 0, Qt.AlignmentFlag.AlignTop)
        if heading:
            line.addWidget(label(heading, "group", self), 1)
            column.addLayout(line)
            column.addWidget(self._words)
        else:
            line.addWidget(self._words, 1)
            column.addLayout(line)
        self.hide()

    @property
    def shown(self) -> tuple[str, ...]:
        """The sentences."""
        return self._shown

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Shows ``sentences`` in place of those before."""
        if tuple(sentences) == self._shown:
            return
        self._shown = tuple(sentences)
        set_paragraphs(self._words, self._shown)
        self.setAccessibleName(" ".join(sentences))
        self.setVisible(bool(sentences))


class Side(QFrame):
    """What is known of a card: what it is first, then what cannot be undone, how it is known, and plain facts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.progress = label("", "secondary-small", self)
        self.caution = Sentences("", "strong", Mark.CAUTION, self)
        self.withheld = Sentences("", "body", Mark.PERMANENT, self)
        self.sentences = Sentences("", "body", None, self)
        self.permanent = Sentences(self.tr("For ever"), "secondary", Mark.PERMANENT, self)
        self.reasons = Sentences(self.tr("How it is known"), "secondary", None, self)
        self.matches = Sentences(self.tr("In the list of ATRs (smartcard_list.txt)"), "secondary", None, self)
        self.known = KnownList(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(20), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(16))
        column.addWidget(label(self.tr("What is known"), "title", self))
        for part in (self.progress, self.caution, self.withheld, self.sentences, self.permanent, self.reasons):
            column.addWidget(part)
        column.addWidget(self.known)
        column.addWidget(self.matches)
        column.addStretch(1)
        self._column = column

    def add_below_sentences(self, widget: QWidget) -> None:
        """Puts ``widget`` under what was withheld."""
        self._column.insertWidget(self._column.indexOf(self.withheld) + 1, widget, 0, Qt.AlignmentFlag.AlignLeft)

    def add_below_matches(self, widget: QWidget) -> None:
        """Puts ``widget`` under what the list of ATRs says."""
        self._column.insertWidget(self._column.count() - 1, widget, 0, Qt.AlignmentFlag.AlignLeft)

    def show_identification(self, known: Identification | None) -> None:
        """Shows the sentences of ``known``; ``None``: nothing is known yet."""
        under_way = known is not None and not known.complete and not known.interrupted
        self.progress.setText(self.tr("Identifying the card…") if under_way else "")
        self.progress.setVisible(under_way)
        interrupted = known.interrupted if known is not None else ""
        reasons = known.chip.reasons if known is not None and known.chip is not None else ()
        withheld = known.withheld if known is not None else ""
        apart = (*reasons, withheld)
        words = [sentence for sentence in known.summary if sentence not in apart] if known is not None else []
        self.withheld.show_sentences([withheld] if withheld else [])
        if interrupted and words:
            # Its first sentence is the interruption, which stands above.
            self.caution.show_sentences(words[:1])
            words = words[1:]
        else:
            self.caution.show_sentences(())
        self.sentences.show_sentences(words)
        self.permanent.show_sentences(known.permanent if known is not None else ())
        self.reasons.show_sentences(reasons)
