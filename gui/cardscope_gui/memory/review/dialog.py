"""The review: the steps and the end state at the left, what they do at the right, and below what the user decides."""

from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.memory.plan import Plan, StepKind
from cardscope_gui import theme
from cardscope_gui.memory.review.contents import (
    RESULT,
    end_headers,
    end_rows,
    outcome_cell,
    riskiest,
    staged_rows,
    step_headers,
    step_rows,
)
from cardscope_gui.memory.review.review import Phase, Review
from cardscope_gui.memory.review.rows import Cell, Row, RowsModel, RowsView
from cardscope_gui.memory.review.side import ReviewSide
from cardscope_gui.memory.words import counted, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import ElidedLabel, label, paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark

_SIZE = (1120, 760)
_MARGIN = 48
_SIDE = 396
_NARROW_SIDE = 352
_NARROW = 1000
_DETAIL, _LOW_DETAIL = 128, 96
_LOW = 640
_WHY, _WORDS = 4, 4


class ReviewDialog(QDialog):
    """Follows ``review`` from its beginning to its end. ``practice`` says why the plan cannot be tried on a virtual
    card here, or is empty where it can."""

    practice_wanted = Signal()
    """The user wants to try the plan on a virtual card."""

    def __init__(self, review: Review, parent: QWidget | None = None, *, practice: str = "") -> None:
        super().__init__(parent)
        self.review = review
        self._no_practice = practice
        self._shown: Plan | None = None
        self._state: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Review and write"))
        self.steps = RowsModel(step_headers(), self)
        self.steps_view = RowsView(self.steps, tr("Steps"), _WHY, self)
        self.end = RowsModel(end_headers(), self)
        self.end_view = RowsView(self.end, tr("End state"), _WORDS, self)
        self.detail = paragraph("", "secondary", self)
        self.side = ReviewSide(review, self)
        self.summary = ElidedLabel("secondary", parent=self)
        self.status = ElidedLabel("secondary-small", parent=self)
        self.practise = Button(tr("Rehearse on a virtual card"), parent=self)
        self.again = Button(tr("Check again"), parent=self)
        self.halt = Button(tr("Stop"), parent=self)
        self.leave = Button(tr("Cancel"), parent=self)
        self.write = Button(tr("Write"), "primary", parent=self)
        for button in (self.practise, self.again, self.halt, self.leave):
            button.setProperty("tall", True)
        self._lay_out()
        self.steps_view.current_changed.connect(self._show_detail)
        self.end_view.current_changed.connect(self._show_detail)
        self.side.approval_changed.connect(self._update)
        self.practise.clicked.connect(self.practice_wanted)
        self.again.clicked.connect(self._begin_again)
        self.halt.clicked.connect(review.stop)
        self.leave.clicked.connect(self.reject)
        self.write.clicked.connect(review.write)
        review.changed.connect(self._show_phase)
        review.progressed.connect(self._show_progress)
        self.finished.connect(review.close)
        self._show_phase()

    def sizeHint(self) -> QSize:
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else QSize(*_SIZE)
        margin = theme.px(_MARGIN)
        return QSize(min(theme.px(_SIZE[0]), room.width() - margin), min(theme.px(_SIZE[1]), room.height() - margin))

    def reject(self) -> None:
        # In the middle of writing there is only Stop: what is half done is not to be left by a key.
        if self.review.phase is not Phase.WRITING:
            super().reject()

    def _begin_again(self) -> None:
        self.review.start()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(24), theme.px(16), theme.px(24), theme.px(12))
        head.setSpacing(theme.px(4))
        base = self.review.document.base
        head.addWidget(label(f"{base.chip.name} · {format_hex(base.uid, ' ')}", "title", self))
        head.addWidget(self.summary)
        self.resize(self.sizeHint())
        self.side.setFixedWidth(theme.px(_NARROW_SIDE if self.width() < theme.px(_NARROW) else _SIDE))
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._build_left(), 1)
        body.addWidget(self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self._build_foot())

    def _build_left(self) -> QWidget:
        self.tabs = QTabBar(self)
        self.tabs.setProperty("kind", "parts")
        self.tabs.setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.setAccessibleName(tr("Views of the plan"))
        self.tabs.addTab(tr("Steps"))
        self.tabs.addTab(tr("End state"))
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.steps_view)
        self._stack.addWidget(self.end_view)
        self.tabs.currentChanged.connect(self._choose_tab)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(24), theme.px(8), theme.px(16), theme.px(8))
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        rows = QVBoxLayout()
        rows.setContentsMargins(theme.px(16), 0, theme.px(8), 0)
        rows.addWidget(self._stack)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(8))
        below = QScrollArea(self)
        below.setProperty("edge", "top")
        below.setWidgetResizable(True)
        below.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        below.setFixedHeight(theme.px(_LOW_DETAIL if self.height() < theme.px(_LOW) else _DETAIL))
        below.setAccessibleName(tr("The chosen step or page"))
        below.setWidget(self.detail)
        left = QFrame(self)
        left.setProperty("edge", "top")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(rows, 1)
        column.addWidget(below)
        return left

    def _build_foot(self) -> QWidget:
        foot = _Foot(self)
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        row.setSpacing(theme.px(8))
        row.addWidget(self.practise)
        row.addWidget(self.status, 1)
        for button in (self.again, self.halt, self.leave, self.write):
            row.addWidget(button)
        self._foot = foot
        return foot

    def _choose_tab(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        view = (self.steps_view, self.end_view)[number]
        self._show_detail(view.current)

    def _show_detail(self, row: Row | None) -> None:
        said = row.detail.split("\n") if row is not None else []
        if self.review.outcome is not None and self._stack.currentIndex() == 0:
            said = said[:1]  # what a removal would leave behind is told before, not after
        set_paragraphs(self.detail, said)

    # ---- What the review has come to ---------------------------------------------------------------------------------

    def _show_phase(self) -> None:
        review = self.review
        ended = review.phase is Phase.ENDED
        state = (review.phase, review.plan, review.reasons, review.problem, ended and review.present)
        if state == self._state:
            self._update()  # nothing but the card's presence is another: what was ticked and typed stays
            return
        self._state = state
        if review.plan is None or review.plan is not self._shown:
            self._show_plan(review.plan)
        if ended:
            self._show_outcome()
        if review.phase is not Phase.WRITING:
            self.side.show_review()
            self._order()
        elif self.side.effects is not None:
            self.side.effects.setEnabled(False)
            self.steps.set_header(RESULT, tr("Result"))
        self._update()
        if review.phase in (Phase.READY, Phase.WRITING):
            self.steps_view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.side.secret is not None:
            self.side.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def _order(self) -> None:
        """The order of Tab: what is made last would come last, and ticks belong before the button that they free."""
        inside = self.side.findChildren(QWidget)
        asked = [each for each in inside if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.window() is self]
        buttons = (self.practise, self.again, self.halt, self.leave, self.write)
        order = [self.tabs, self.steps_view, self.end_view, *asked, *buttons]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_plan(self, plan: Plan | None) -> None:
        self._shown = plan
        rehearsal, comparison = self.review.rehearsal, self.review.comparison
        self.tabs.setTabVisible(1, plan is not None)
        self.steps.set_header(RESULT, tr("Link time") if plan is not None else "")
        if plan is None or rehearsal is None or comparison is None:
            self.tabs.setTabText(0, tr("Staged changes"))
            mark = Mark.CROSS if self.review.phase is Phase.REFUSED else Mark.CAUTION
            self.steps.show_rows(staged_rows(self.review.document.draft, self.review.reasons, mark))
            self.end.show_rows(())
            self._show_detail(None)
            return
        self.steps.show_rows(step_rows(plan, rehearsal))
        self.end.show_rows(end_rows(plan, comparison))
        self.tabs.setTabText(0, counted(len(plan.steps), tr("{0} step"), tr("{0} steps")))
        pages = counted(len(self.end.rows), tr("{0} page"), tr("{0} pages"))
        self.tabs.setTabText(1, tr("End state, {0}").format(pages))
        if self.steps.rows:
            self.steps_view.go_to(riskiest(plan))
        if self.end.rows:
            self.end_view.go_to(0)
        self._choose_tab(self.tabs.currentIndex())

    def _show_outcome(self) -> None:
        plan, outcome = self.review.plan, self.review.outcome
        if plan is None or outcome is None:
            return
        last = {step.page: number for number, step in enumerate(plan.steps) if step.kind is StepKind.WRITE}
        for number, step in enumerate(plan.steps):
            if step.kind is StepKind.WRITE and (outcome.done or number == last[step.page]):
                self.steps.set_cell(number, RESULT, outcome_cell(outcome.pages[step.page]))
        self._choose_tab(self._stack.currentIndex())

    def _show_progress(self) -> None:
        review = self.review
        if review.phase is Phase.WRITING:
            for number in range(min(review.done, len(self.steps.rows))):
                if self.steps.rows[number].cells[RESULT].mark is None:
                    self.steps.set_cell(number, RESULT, Cell(tr("Done"), "text2", mark=Mark.DOT))
            if review.done < len(self.steps.rows):
                self.steps_view.go_to(review.done)
        self._update()

    def _update(self) -> None:
        review, phase = self.review, self.review.phase
        self.summary.setText(self._summary())
        self.status.setText(self._status())
        self.status.setAccessibleName(self.status.text())
        writing = phase is Phase.WRITING
        reading = phase is Phase.READING
        self._foot.set_share(review.done / review.total if (writing or reading) and review.total else 0.0)
        permanent = review.approval is not None and bool(review.approval.permanent)
        self.practise.setVisible(phase is Phase.READY)
        self.practise.setEnabled(not self._no_practice)
        self.practise.setToolTip(self._no_practice)
        self.practise.setAccessibleDescription(self._no_practice)
        self.practise.setProperty("kind", "tonal" if permanent else "")
        theme.repolish(self.practise)
        ended_well = review.outcome is not None and review.outcome.done
        self.again.setVisible(phase in (Phase.VOID, Phase.FAILED) or (phase is Phase.ENDED and not ended_well))
        self.again.setText(tr("Read again and go on") if phase is Phase.ENDED else tr("Check again"))
        self.again.setAccessibleName(self.again.text())
        self.again.setEnabled(review.present)
        self.halt.setVisible(writing)
        self.halt.setEnabled(writing and not review.stopping)
        self.leave.setVisible(not writing)
        open_ = phase in (Phase.READING, Phase.READY, Phase.REFUSED, Phase.SECRET)
        self.leave.setText(tr("Cancel") if open_ else tr("Close"))
        self.leave.setAccessibleName(self.leave.text())
        self.write.setVisible(phase in (Phase.READING, Phase.READY, Phase.REFUSED, Phase.SECRET))
        self.write.setEnabled(review.may_write)

    def _summary(self) -> str:
        plan, rehearsal = self.review.plan, self.review.rehearsal
        if plan is None or rehearsal is None:
            return counted(len(self.review.document.draft.changes), tr("{0} page staged"), tr("{0} pages staged"))
        pages = counted(len({step.page for step in plan.writes}), tr("{0} page"), tr("{0} pages"))
        exchanges = counted(rehearsal.exchanges, tr("{0} exchange"), tr("{0} exchanges"))
        words = tr("{0} to write, {1}, {2} on the link.").format(pages, exchanges, _duration(rehearsal.ms / 1000))
        if rehearsal.agrees:
            words += " " + tr("A virtual twin of this tag took all of it and ended exactly as foretold.")
        return words

    def _status(self) -> str:
        review = self.review
        match review.phase:
            case Phase.READING if review.total:
                return tr("Reading the tag: {0} of {1} pages").format(review.done, review.total)
            case Phase.READING:
                return tr("Reading the tag…")
            case Phase.WRITING if review.stopping:
                return tr("Stopping after this step…")
            case Phase.WRITING:
                words = tr("Page {0}: {1} of {2} steps done, {3} left. Keep the tag still.")
                return words.format(review.page, review.done, review.total, _left(review.seconds_left))
            case Phase.READY:
                return self._missing() or self._no_practice
            case Phase.VOID | Phase.FAILED | Phase.ENDED if not review.present:
                if (uid := review.stranger) is None:
                    return tr("Waiting for the tag to be put back.")
                words = tr("This is another tag (UID {0}). Put {1} back.")
                return words.format(format_hex(uid, " "), format_hex(review.document.base.uid, " "))
            case _:
                return ""

    def _missing(self) -> str:
        approval = self.review.approval
        if approval is None or approval.complete:
            return ""
        left = len(approval.permanent) - approval.ticked
        if left:
            return counted(left, tr("{0} permanent effect to agree to"), tr("{0} permanent effects to agree to"))
        if approval.mistyped:
            return tr("“{0}” are not the last two digits of this tag's number").format(approval.typed.strip())
        return tr("The last two digits of the tag's number are missing")


class _Foot(QFrame):
    """The bar with the buttons; along its upper edge how far it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setProperty("surface", "bar")
        self.setProperty("edge", "top")

    def set_share(self, share: float) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._share:
            painter = QPainter(self)
            painter.fillRect(QRectF(0, 0, self.width() * self._share, theme.px(3)), theme.color("accent"))
            painter.end()


def _duration(seconds: float) -> str:
    if seconds < 1:
        return tr("{0} ms").format(f"{1000 * seconds:.0f}")
    return tr("{0} s").format(f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}")


def _left(seconds: float) -> str:
    return tr("less than a second") if seconds < 1 else tr("about {0} s").format(round(seconds))
