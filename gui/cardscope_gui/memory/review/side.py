"""Beside the steps: what they do and what is agreed to, what stands against them, or what came of them."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.memory.outcome import Outcome, PageOutcome
from cardscope.memory.page_access import TagAccess
from cardscope.memory.plan import Reason
from cardscope.memory.wording import pages_text
from cardscope.tags.snapshot import TagSnapshot
from cardscope_gui import theme
from cardscope_gui.memory.review.contents import outcome_cell
from cardscope_gui.memory.review.effects import Effects
from cardscope_gui.memory.review.review import Phase, Review
from cardscope_gui.memory.review.secret_form import SecretForm
from cardscope_gui.memory.words import counted, page_name, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel, Mark, MarkLabel


class ReviewSide(QScrollArea):
    """Follows a :class:`Review`."""

    approval_changed = Signal()

    def __init__(self, review: Review, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._review = review
        self.effects: Effects | None = None
        self.secret: SecretForm | None = None
        self.take_back: dict[int, Button] = {}
        """The buttons that take a page's change back, while it is refused."""
        self.setProperty("surface", "panel")
        self.setProperty("edge", "left")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("What writing does"))
        self._column = QVBoxLayout()
        self._begin()

    def show_review(self) -> None:
        """What there is to say in this phase."""
        review = self._review
        self.effects, self.secret, self.take_back = None, None, {}
        self._begin()
        match review.phase:
            case Phase.READING:
                self._say(tr("Reading the tag"), tr("Nothing is written before you have seen what will be."))
            case Phase.NOTHING:
                self._say(tr("Nothing to write"), tr("The tag holds all of this already."), Mark.TICK)
            case Phase.REFUSED:
                self._show_refusals(review.reasons)
            case Phase.SECRET:
                self._show_secret(review.reasons)
            case Phase.READY:
                self._show_effects()
            case Phase.VOID:
                self._say(tr("Not valid any more"), f"{review.problem} {tr('Nothing was written.')}", Mark.CAUTION)
            case Phase.FAILED:
                self._say(tr("It did not work"), review.problem, Mark.CROSS)
            case Phase.ENDED if review.outcome is not None:
                self._show_outcome(review.outcome)
            case Phase.WRITING | Phase.ENDED:
                pass
        self._column.addStretch(1)

    def _begin(self) -> None:
        panel = QFrame(self)
        panel.setProperty("surface", "panel")
        self._column = QVBoxLayout(panel)
        self._column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        self._column.setSpacing(theme.px(12))
        if self.widget():
            self.takeWidget().deleteLater()  # one of its buttons may have been pressed just now
        self.setWidget(panel)

    def _title(self, text: str, mark: Mark | None = None) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        if mark is not None:
            row.addWidget(MarkLabel(mark, 16))
        row.addWidget(label(text, "title"), 1)
        self._column.addLayout(row)

    def _say(self, title: str, words: str, mark: Mark | None = None) -> None:
        self._title(title, mark)
        if words:
            said = paragraph(words, "secondary")
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(said)

    def _show_effects(self) -> None:
        plan, approval = self._review.plan, self._review.approval
        if plan is None or approval is None:
            return
        permanent = len(approval.permanent)
        if permanent:
            self._title(counted(permanent, tr("{0} permanent effect"), tr("{0} permanent effects")), Mark.PERMANENT)
        else:
            self._title(tr("Nothing permanent"), Mark.TICK)
            self._column.addWidget(paragraph(tr("All of it can be written back as it was."), "secondary"))
        for note in self._review.notes:
            self._column.addWidget(_callout(note))
        effects = Effects(plan.hazards, approval)
        effects.given.connect(self.approval_changed)
        self.effects = effects
        self._column.addWidget(effects)

    def _show_refusals(self, reasons: Sequence[Reason]) -> None:
        title = counted(len(reasons), tr("{0} page cannot be written"), tr("{0} pages cannot be written"))
        self._say(title, tr("Nothing of the plan is written while this is part of it."), Mark.CROSS)
        for reason in reasons:
            box = QFrame()
            box.setProperty("surface", "refusal")
            column = QVBoxLayout(box)
            column.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(10))
            column.setSpacing(theme.px(6))
            head = QHBoxLayout()
            head.setSpacing(theme.px(8))
            head.addWidget(IconLabel("stop", "bad", 16))
            head.addWidget(label(_capital(page_name(reason.page)), "strong-bad"), 1)
            if reason.code.startswith("H") and reason.code[1:].isdigit():
                head.addWidget(label(reason.code, "secondary-small"))
            column.addLayout(head)
            column.addWidget(paragraph(reason.text, "body"))
            back = Button(tr("Take this change back"))
            back.setProperty("compact", True)
            back.setAccessibleName(tr("Take the change of {0} back").format(page_name(reason.page)))
            back.clicked.connect(lambda _on=False, page=reason.page: self._review.take_back(page))
            self.take_back[reason.page] = back
            column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
            self._column.addWidget(box)

    def _show_secret(self, reasons: Sequence[Reason]) -> None:
        base = self._review.document.base
        chip = base.chip
        self._title(tr("The key is needed") if chip.key_pages is not None else tr("The password is needed"))
        for text in dict.fromkeys(reason.text for reason in reasons):
            pages = [reason.page for reason in reasons if reason.text == text]
            self._column.addWidget(paragraph(f"{_capital(pages_text(pages))}: {text}", "secondary"))
        if budget := _budget(base):
            self._column.addWidget(_callout(budget))
        self.secret = SecretForm(chip)
        self.secret.given.connect(self._review.start)
        self._column.addWidget(self.secret)

    def _show_outcome(self, outcome: Outcome) -> None:
        found = Counter(outcome.pages.values())
        if outcome.done:
            pages = counted(len(outcome.pages), tr("{0} page"), tr("{0} pages"))
            all_seen = set(found) <= {PageOutcome.VERIFIED}
            words = tr("{0} written, read back, and as they were meant to be.") if all_seen else tr("{0} written.")
            self._say(tr("Written"), words.format(pages), Mark.TICK)
        elif outcome.stopped:
            self._say(tr("Stopped"), tr("You stopped it between two steps. What was written is as it was meant to be."))
        else:
            self._say(tr("It did not come to its end"), outcome.problem, Mark.CROSS)
        for each in PageOutcome:
            pages = [page for page, what in outcome.pages.items() if what is each]
            if pages:
                self._column.addWidget(_outcome_box(each, pages))
        if self._review.problem:
            self._column.addWidget(_callout(self._review.problem))
        if not outcome.done:
            self._column.addWidget(paragraph(self._what_to_do(outcome), "strong"))

    def _what_to_do(self, outcome: Outcome) -> str:
        if not self._review.present:
            return tr("Put the same tag back: then it can be read, and the rest of the plan written.")
        if outcome.stopped or PageOutcome.NOT_WRITTEN in outcome.pages.values():
            return tr("“Read again and go on” reads the tag and plans what is left. You see it before it is written.")
        return tr("Read the tag again to see what it holds now. What is not verified is still staged.")


def _outcome_box(outcome: PageOutcome, pages: list[int]) -> QFrame:
    explained = {
        PageOutcome.VERIFIED: tr("Read back, and as meant. Not staged any more."),
        PageOutcome.NOT_WRITTEN: tr("As before. Still staged."),
        PageOutcome.MISMATCH: tr(
            "Neither as before nor as meant: a write may have been torn. Still staged: write again."
        ),
        PageOutcome.UNKNOWN: tr("It may have been written, and could not be read back. Still staged."),
    }[outcome]
    cell = outcome_cell(outcome)
    box = QFrame()
    box.setProperty("surface", "code")
    row = QHBoxLayout(box)
    row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
    row.setSpacing(theme.px(10))
    if cell.mark is not None:
        row.addWidget(MarkLabel(cell.mark, 16), 0, Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(theme.px(2))
    column.addWidget(paragraph(f"{cell.text}: {pages_text(pages)}", "strong"))
    column.addWidget(paragraph(explained, "secondary-small"))
    row.addLayout(column, 1)
    return box


def _callout(text: str) -> QFrame:
    box = QFrame()
    box.setProperty("surface", "caution")
    row = QHBoxLayout(box)
    row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
    row.setSpacing(theme.px(10))
    row.addWidget(MarkLabel(Mark.CAUTION, 16), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(paragraph(text, "body"), 1)
    return box


def _budget(base: TagSnapshot) -> str:
    """How many wrong passwords the tag still forgives, a sentence; empty where it does not count."""
    limit = TagAccess(base).authlim
    if not limit:
        return ""
    if base.auth_failures is None:
        return tr(
            "The tag takes {0} wrong passwords in a row and then none any more, not even the right one. How many are "
            "used up, no reading tells."
        ).format(limit)
    return tr("The tag forgives {0} more wrong passwords; then it takes none, not even the right one.").format(
        max(0, limit - base.auth_failures - 1)
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
