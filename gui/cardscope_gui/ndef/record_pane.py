"""The current record: what it is, its form or what it says, and its bytes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QTabBar, QVBoxLayout, QWidget

from cardscope.ndef.contents import Contact, Content
from cardscope.ndef.encoding import ContentError, record_of
from cardscope.ndef.message import NdefRecord
from cardscope_gui import theme
from cardscope_gui.ndef.bytes_pane import BytesPane
from cardscope_gui.ndef.entries import Entry
from cardscope_gui.ndef.facts_view import FactsView
from cardscope_gui.ndef.forms.form import Form
from cardscope_gui.ndef.forms.kinds import Kind, form_for
from cardscope_gui.ndef.vcard import other_lines
from cardscope_gui.ndef.words import counted, tr
from cardscope_gui.widgets.labels import ElidedLabel, label, paragraph, set_paragraph, set_paragraphs
from cardscope_gui.widgets.marks import Mark, MarkLabel

_FORM_WIDTH = 620
_TALL = 440
_MOST_CONTENT = 60
"""Per cent of the height."""
_Says = tuple[int, bytes, bytes, bytes]


class RecordPane(QFrame):
    """Forms tell of each change at once; whoever listens stages it."""

    edited = Signal(object)
    """The :class:`~cardscope.ndef.message.NdefRecord` that the form says now. Nothing is told while it says none."""
    invalid = Signal()
    """The form says nothing that can be written, and says so itself."""
    settled = Signal()
    """What is typed next is another step to undo."""
    left = Signal()
    """Esc: the keyboard back to the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self._form: Form | None = None
        self._unfinished: set[Form] = set()
        """Of new records: they keep what was typed while others are in front."""
        self._says: _Says | None = None
        """What the shown form was filled with, or said last."""
        self._id = b""
        self._below: QWidget | None = None
        self._arranged = False
        """Whether the user shared the height out himself."""
        self.title = label("", "title", self)
        self.technical = ElidedLabel("tertiary", parent=self)
        self.technical.setFont(theme.mono_font(12))
        self.strip = QTabBar(self)
        self.strip.setProperty("kind", "parts")
        self.strip.setDrawBase(False)
        self.strip.setExpanding(False)
        self.strip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.strip.setAccessibleName(tr("Views of the record"))
        self.strip.addTab(tr("Content"))
        self.strip.addTab(tr("Bytes"))
        self.problems = _Notice(self)
        self.refusal = _Notice(self)
        self.note = paragraph("", "tertiary", self)
        self.facts = FactsView(self)
        self.bytes = BytesPane(self)
        self._lay_out()
        self.strip.currentChanged.connect(self._share_out)
        self.facts.secret_shown.connect(self.bytes.show_secret)

    @property
    def form(self) -> Form | None:
        """The form in front, where the record has one and can be changed."""
        return self._form

    def add_below(self, widget: QWidget) -> None:
        """Puts ``widget`` below the form, for the time that it is in front."""
        self._column.addWidget(widget)
        self._below = widget
        self._share_out()

    def begin(self, kind: Kind) -> Form:
        """An empty form for a new record of ``kind``, kept until :meth:`give_up` or :meth:`take_over`."""
        form = kind.form()
        self._unfinished.add(form)
        self._adopt(form)
        form.show_content(None)
        self._says = None
        return form

    def give_up(self, form: Form) -> None:
        """Drops the ``form`` of a new record."""
        self._unfinished.discard(form)
        if form is self._form:
            self._show_form(None)
        else:
            form.deleteLater()

    def take_over(self) -> None:
        """What the form in front says is a record of the message now."""
        if self._form is not None:
            self._unfinished.discard(self._form)

    def begin_again(self) -> None:
        """What was taken over is none any more; its form goes on."""
        if self._form is not None:
            self._unfinished.add(self._form)
        self._says = None

    def hold(self, record: NdefRecord) -> None:
        """``record`` is the message's again, and the form keeps what was typed into it."""
        self._says = _says(record)

    def show_entry(self, entry: Entry | None, *, fixed: bool) -> None:
        """Shows ``entry``; with ``fixed`` it cannot be changed. A form that says the same already is left alone, with
        cursor and all."""
        self.setVisible(entry is not None)
        if entry is None:
            self._says = None
        else:
            self._show(entry, fixed=fixed)
            self._share_out()

    def _show(self, entry: Entry, *, fixed: bool) -> None:
        self.title.setText(entry.kind)
        self.technical.setText(entry.technical)
        self.problems.say(entry.problems)
        self.strip.setTabVisible(1, entry.record is not None)
        if entry.record is None or entry.content is None:
            self._show_form(entry.form)
            self._tell(tr("This record is not complete: it is kept here, and not among the changes."))
            return
        record = entry.record
        says = _says(record)
        if says == self._says and self._form is not None and not self._new and not fixed:
            return
        self._says, self._id = says, record.id
        self.bytes.show_secret(False)
        self.refusal.say(())
        kind = None if fixed else form_for(entry.content)
        self._tell("" if fixed else _loss(record, entry.content))
        if kind is None:
            self._show_form(None)
            self.facts.show_content(entry.content)
            self.facts.show()
            return
        if type(self._form) is not kind or self._new:
            self._adopt(kind())
        assert self._form is not None
        self._form.show_content(entry.content)

    def refuse(self, text: str) -> None:
        """Says below the form why what it says is not staged; empty: it is."""
        self.refusal.say((text,) if text else ())

    def focus(self) -> None:
        """The keyboard to the form, or to the bytes where there is none."""
        if self._form is not None and self._content.isVisible():
            self._form.focus()
        elif self.bytes.isVisible():
            self.bytes.fields.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.strip.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        head.addWidget(self.title)
        head.addWidget(self.technical, 1)
        head.addWidget(self.strip)
        inner = QFrame()
        inner.setProperty("surface", "surface")
        inner.setMaximumWidth(theme.px(_FORM_WIDTH))
        self._place = QVBoxLayout(inner)
        self._place.setContentsMargins(0, theme.px(2), theme.px(8), theme.px(8))
        self._place.setSpacing(theme.px(12))
        for widget in (self.problems, self.facts, self.note):
            self._place.addWidget(widget)
        self._place.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setProperty("surface", "surface")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        # Why nothing is staged is to be seen whatever part of the form is.
        self._content = QWidget(self)
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(theme.px(8))
        content.addWidget(self._scroll, 1)
        content.addWidget(self.refusal)
        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.addWidget(self._content)
        self._splitter.addWidget(self.bytes)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.splitterMoved.connect(self._moved)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(12), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(12))
        column.addLayout(head)
        column.addWidget(self._splitter, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Content and bytes one below the other where there is height for both, else the one that is chosen."""
        below = self._below if self._below is not None and self._below.parentWidget() is self else None
        height = self.height() - (below.sizeHint().height() if below is not None else 0)
        both, bytes_first = height >= theme.px(_TALL), self.strip.currentIndex() == 1
        has_bytes = self.strip.isTabVisible(1)
        self.strip.setVisible(not both and has_bytes)
        self._content.setVisible(both or not bytes_first or not has_bytes)
        self.bytes.setVisible(has_bytes and (both or bytes_first))
        if below is not None:
            below.setVisible(self._content.isVisibleTo(self))
        inner = self._scroll.widget()
        if both and has_bytes and not self._arranged and inner is not None:
            height = self._splitter.height()
            content = min(inner.sizeHint().height(), height * _MOST_CONTENT // 100)
            self._splitter.setSizes([content, height - content])

    def _moved(self) -> None:
        self._arranged = True

    def _adopt(self, form: Form) -> None:
        form.edited.connect(self.check)
        form.settled.connect(self.settled)
        form.secret_shown.connect(self.bytes.show_secret)
        self._place.insertWidget(1, form)
        self._show_form(form)

    def _show_form(self, form: Form | None) -> None:
        before = self._form
        self._form = form
        if before is not None and before is not form:
            if before.isAncestorOf(self.window().focusWidget()):
                self.left.emit()  # else hiding it would send the keyboard anywhere
            before.hide()
            if before not in self._unfinished:
                before.deleteLater()
        self.facts.setVisible(False)
        if form is not None:
            form.show()

    @property
    def _new(self) -> bool:
        return self._form in self._unfinished

    def check(self) -> None:
        """Tells what the form in front says."""
        form = self._form
        assert form is not None
        form.show_problem("", "")
        self.refusal.say(())
        try:
            record = record_of(form.content(), b"" if self._new else self._id)
        except ContentError as error:
            form.show_problem(form.blamed(error), str(error))
            self.invalid.emit()
            return
        except UnicodeEncodeError:  # half a character, which an input method or a paste can leave
            form.show_problem(form.blamed(ContentError()), tr("This has a character that cannot be written."))
            self.invalid.emit()
            return
        self._says = _says(record)
        self.edited.emit(record)

    def _tell(self, note: str) -> None:
        set_paragraph(self.note, note)
        self.note.setVisible(bool(note))


class _Notice(QFrame):
    """What is wrong, where it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("surface", "caution")
        self.words = paragraph("", "secondary", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(MarkLabel(Mark.CAUTION, 16, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.hide()

    def say(self, sentences: tuple[str, ...]) -> None:
        set_paragraphs(self.words, sentences)
        self.setAccessibleName(" ".join(sentences))
        self.setVisible(bool(sentences))


def _says(record: NdefRecord) -> _Says:
    return record.tnf, record.type, record.id, record.payload


def _loss(record: NdefRecord, content: Content) -> str:
    """What a change in the form would not keep, or that it keeps more than it shows."""
    if len(record.chunks) > 1:
        return tr("A change writes this record in one piece, without its chunks.")
    if isinstance(content, Contact):
        more = other_lines(content)
        return (
            counted(
                more,
                tr("{0} more line of this contact is kept as it is."),
                tr("{0} more lines of this contact are kept as they are."),
            )
            if more
            else ""
        )
    try:
        anew = record_of(content).payload
    except ValueError:
        return ""
    if len(record.payload) > len(anew):
        return tr("This record holds more than the form shows; a change writes only what is shown.")
    return ""
