"""What all forms have in common: which tag, what will be and what can be undone, and the way out."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.memory.draft import Draft
from cardscope_gui import theme
from cardscope_gui.memory.protection.rows import Callout, named
from cardscope_gui.memory.protection.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph

_WIDTH = 600


class FlowDialog(QDialog):
    """A form without fields; those who have some add them to :attr:`form`. It is as tall as its words need."""

    def __init__(
        self, title: str, tag: str, explained: str, yes: str, parent: QWidget | None = None, *, no: str = ""
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.yes = Button(yes, "primary", parent=self)
        self.no = Button(no or tr("Cancel"), parent=self)
        self.no.setProperty("tall", True)
        self.problem = Callout(self)
        self.form = QVBoxLayout()
        self.form.setSpacing(theme.px(12))
        self.foot = QHBoxLayout()
        self.foot.setSpacing(theme.px(8))
        self._lay_out(title, tag, explained)
        self.no.clicked.connect(self.reject)
        self.yes.clicked.connect(self.give)
        self.setFixedWidth(theme.px(_WIDTH))

    def give(self) -> None:
        """The user wants it."""
        raise NotImplementedError

    def add_field(self, name: str, field: QWidget) -> None:
        """Adds ``field`` under its name."""
        self.form.addLayout(named(name, field))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def showEvent(self, event: QShowEvent) -> None:
        # The buttons were there before the fields, and come after them.
        self.setTabOrder(self.previousInFocusChain() or self, self.no)
        self.setTabOrder(self.no, self.yes)
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        """Takes the height that its words need now."""
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _lay_out(self, title: str, tag: str, explained: str) -> None:
        body = QVBoxLayout()
        body.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(20))
        body.setSpacing(theme.px(12))
        head = QVBoxLayout()
        head.setSpacing(theme.px(4))
        head.addWidget(label(title, "title", self))
        head.addWidget(label(tag, "secondary-small", self))
        body.addLayout(head)
        body.addWidget(paragraph(explained, "secondary", self))
        body.addLayout(self.form)
        body.addWidget(self.problem)
        body.addStretch(1)
        bar = QFrame(self)
        bar.setProperty("surface", "bar")
        bar.setProperty("edge", "top")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        row.setSpacing(theme.px(8))
        row.addLayout(self.foot)
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(bar)


class PlanDialog(FlowDialog):
    """A form that comes to staged changes, which are reviewed before anything is written."""

    planned = Signal(object)
    """The :class:`~cardscope.memory.draft.Draft` that the user wants."""

    def __init__(self, draft: Draft, title: str, explained: str, parent: QWidget | None = None) -> None:
        base = draft.base
        tag = f"{base.chip.name} · {format_hex(base.uid, ' ')}"
        super().__init__(title, tag, explained, tr("Go on to the review…"), parent)
        self.draft = draft
        self.yes.setToolTip(tr("There it can be rehearsed on a virtual card. Nothing is written before you say so."))

    def wanted(self) -> Draft | None:
        """The draft with what the form says; ``None`` while something is missing. Raises ValueError, with a sentence,
        where it cannot be."""
        raise NotImplementedError

    def caution(self) -> str:
        """What to think of before going on, sentences."""
        return ""

    def update_form(self) -> None:
        """To be called when a field is another."""
        problem, wanted = "", None
        try:
            wanted = self.wanted()
        except ValueError as error:
            problem = str(error)
        self.yes.setEnabled(wanted is not None and wanted.changes != self.draft.changes)
        if wanted is not None and wanted.changes == self.draft.changes:
            problem = tr("The tag has all of this already.")
        self.problem.say(problem or self.caution())

    def give(self) -> None:
        wanted = self.wanted()
        if wanted is not None:
            self.planned.emit(wanted)
            self.accept()
