"""What an entry of the library does, what has to be filled in, and the command that comes of it, while one types."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.decode.atr import StorageCard
from cardscope.decode.hex import format_hex
from cardscope.decode.native import native_summary
from cardscope.errors import UsageError
from cardscope.guard import Effect, Knowledge, Verdict, judge, judge_escape
from cardscope.library import Basis, Context, Entry, Rendered
from cardscope.tags.catalogue import Chip
from cardscope_gui import theme
from cardscope_gui.console.annotation import annotate, explain
from cardscope_gui.console.hex_edit import HexEdit
from cardscope_gui.console.library_form import ParameterForm
from cardscope_gui.console.run_line import RunLine
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

_EFFECTS = {
    Effect.HARMLESS: Mark.TICK,
    Effect.CHANGING: Mark.NOTE,
    Effect.UNKNOWN: Mark.CAUTION,
    Effect.PERMANENT: Mark.PERMANENT,
}


@dataclass(frozen=True)
class GuardView:
    """What the guard knows of the card by now."""

    chip: Chip | None = None
    storage: StorageCard | None = None
    known: Knowledge | None = None
    reader_alone: bool = False
    """There is a reader without a card: commands go to itself."""

    def judge(self, command: bytes) -> Verdict:
        if self.reader_alone:
            return judge_escape(command)
        return judge(command, self.chip, self.storage, self.known)


class LibraryDetails(QFrame):
    """The right side of the library's window. What was filled in stays with its entry as long as the window lives."""

    changed = Signal()
    """Another command comes of it, or none."""
    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._context = Context()
        self._guard = GuardView()
        self._filled: dict[tuple[str, str], dict[str, str]] = {}
        self.setProperty("surface", "surface")
        self.rendered: Rendered | None = None
        """The command; ``None`` while something is missing or wrong."""
        self.title = paragraph("", "title", self)
        self.group = label("", "tertiary", self)
        self.text = paragraph("", "secondary", self)
        self.misfit = _Note(Mark.CAUTION, self)
        self.before = _Note(Mark.NOTE, self)
        self.form = ParameterForm(self)
        self.command = HexEdit(self)
        self.annotation = RunLine(self)
        self.route = paragraph("", "secondary-small", self)
        self.effect = _Note(Mark.TICK, self)
        self.source = paragraph("", "secondary-small", self)
        self._heading = label(self.tr("The command"), "group", self)
        self.command.setReadOnly(True)
        self.command.setAccessibleName(self.tr("The command that comes of it"))
        self._lay_out()
        self.form.edited.connect(self._edited)
        self.form.submitted.connect(self.submitted)
        theme.notifier().changed.connect(self._render)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        column.setSpacing(theme.px(4))
        column.addWidget(self.title)
        column.addWidget(self.group)
        column.addSpacing(theme.px(6))
        column.addWidget(self.text)
        for note in (self.misfit, self.before):
            column.addWidget(note)
        column.addSpacing(theme.px(8))
        column.addWidget(self.form)
        column.addSpacing(theme.px(12))
        column.addWidget(self._heading)
        column.addWidget(self.command)
        column.addWidget(self.annotation)
        column.addWidget(self.route)
        column.addWidget(self.effect)
        column.addSpacing(theme.px(8))
        column.addWidget(self.source)
        column.addStretch(1)

    @property
    def sendable(self) -> bool:
        """Whether the command can be sent as it is: it is whole, and there is a way for it to the card."""
        entry = self._entry
        if entry is None or self.rendered is None:
            return False
        if self._guard.reader_alone:
            return not entry.native and not entry.cards
        return self.rendered.wrapped or not entry.native

    def show_context(self, context: Context, guard: GuardView) -> None:
        """For which reader and card the command is."""
        self._context, self._guard = context, guard
        self.command.set_family(context.family)
        self._render()

    def show_entry(self, entry: Entry | None, misfit: str) -> None:
        """Shows ``entry``, which ``misfit`` says why not to use with this reader and card."""
        if entry != self._entry:
            self._entry = entry
            key = (entry.group, entry.name) if entry is not None else ("", "")
            self.form.show_entry(entry, self._filled.get(key))
        self.misfit.say(misfit)
        self.setVisible(entry is not None)
        if entry is None:
            self.rendered = None
            self.changed.emit()
            return
        set_paragraph(self.title, entry.name)
        self.group.setText(entry.group)
        set_paragraph(self.text, entry.text)
        self.text.setVisible(bool(entry.text))
        self.form.setVisible(bool(entry.parameters))
        set_paragraph(self.source, self._source(entry))
        self._render()

    def _edited(self) -> None:
        if self._entry is not None:
            self._filled[self._entry.group, self._entry.name] = self.form.values
        self._render()

    def _render(self) -> None:
        entry = self._entry
        if entry is None:
            return
        problem = ""
        try:
            self.rendered = entry.render(self.form.values, self._context.family)
        except UsageError as error:
            self.rendered = None
            problem = str(error)
        shown = self.rendered.text if self.rendered is not None else ""
        if self.command.toPlainText() != shown:
            self.command.set_text(shown)
        self.command.setPlaceholderText(self.tr("Something is missing, or wrong"))
        typed = self.command.typed
        runs, *shorter = annotate(typed)
        self.annotation.set_runs(runs, explain(typed), shorter)
        if self.rendered is None and not entry.problems(self.form.values):
            self.effect.say(problem, Mark.CAUTION)
        else:
            self._show_effect()
        set_paragraph(self.route, self._route())
        self.route.setVisible(entry.native)
        self.before.say(self._before(entry))
        self.changed.emit()

    def _show_effect(self) -> None:
        if self.rendered is None:
            self.effect.say("")
            return
        verdict = self._guard.judge(self.rendered.command)
        if self._entry is not None and self._entry.native and not self.rendered.wrapped:
            self.effect.say("")
            return
        words = verdict.summary
        if verdict.needs_approval:
            words = self.tr("{0} CardScope asks before it is sent.").format(words)
        self.effect.say(words, _EFFECTS[verdict.effect])

    def _route(self) -> str:
        if self.rendered is None or not self.rendered.native:
            return ""
        name = f"{native_summary(self.rendered.native)} ({format_hex(self.rendered.native, ' ')})"
        family = self._context.family
        if family is None:
            words = self.tr(
                "{0} is the tag's own command. How this reader carries one is not known: it needs a wrapping."
            )
            return words.format(name)
        words = self.tr("{0} is the tag's own command, as {1} carries it.").format(name, family.name)
        if family.opening:
            opening = ", ".join(format_hex(each, " ") for each in family.opening)
            words = self.tr("{0} This reader wants these before: {1}.").format(words, opening)
        return words

    def _before(self, entry: Entry) -> str:
        if not entry.application:
            return ""
        aid = format_hex(entry.application, " ")
        return self.tr("It is for the application {0}, which has to be selected before.").format(aid)

    def _source(self, entry: Entry) -> str:
        untried = self.tr("Not tried on real readers by this project.")
        words = {
            Basis.STANDARD: self.tr("Source: {0}.").format(entry.source),
            Basis.DOCUMENT: self.tr("Source: {0}, the maker's document. {1}").format(entry.source, untried),
            Basis.SOFTWARE: self.tr("Source: {0}; there is no document. {1}").format(entry.source, untried),
            Basis.OWN: self.tr("From your own file. {0}").format(entry.source).rstrip(),
        }
        return words[entry.basis]


class _Note(QFrame):
    """A mark and a sentence; nothing while there is nothing to say."""

    def __init__(self, mark: Mark, parent: QWidget) -> None:
        super().__init__(parent)
        self.mark = MarkLabel(mark, 14, self)
        self.words = paragraph("", "secondary-small", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(6), 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def say(self, text: str, mark: Mark | None = None) -> None:
        set_paragraph(self.words, text)
        if mark is not None:
            self.mark.set_mark(mark)
        self.setVisible(bool(text))
