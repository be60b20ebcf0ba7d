"""A one-line editor for commands that colours the APDU's segments and marks what is wrong."""

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QHelpEvent,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from cardscope.decode.pasted import Fix, Problem, Weight, first_command
from cardscope.readers.families import Family
from cardscope_gui import theme
from cardscope_gui.console.annotation import explain_segment
from cardscope_gui.console.typed_command import TypedCommand, read

_HEIGHT = 32
_PADDING = 11


class _Highlighter(QSyntaxHighlighter):
    """Formats the one line by its reading."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.family: Family | None = None
        self.typed: TypedCommand = read("")

    def highlightBlock(self, text: str) -> None:
        self.typed = read(text, self.family)
        for start, end, token in self.typed.spans():
            shown = QTextCharFormat()
            shown.setForeground(theme.color(token))
            self.setFormat(start, end - start, shown)
        for problem in self.typed.problems:
            start, end = marked(problem, text)
            for place in range(start, end):
                wrong = self.format(place)
                ink = "text2" if problem.weight is Weight.ADVICE else "warn" if problem.unfinished else "bad"
                if problem.weight is Weight.BROKEN and not problem.unfinished:
                    wrong.setForeground(theme.color(ink))
                wrong.setUnderlineColor(theme.color(ink))
                wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                self.setFormat(place, 1, wrong)


_MOST_MARKED = 200


def marked(problem: Problem, text: str) -> tuple[int, int]:
    """The characters to underline: what lacks at the end shows at the last character there is."""
    last = max(len(text.rstrip()) - 1, 0)
    start = min(problem.start, last)
    return start, min(max(problem.end, start + 1), start + _MOST_MARKED)


class HexEdit(QPlainTextEdit):
    """Text stays as typed: it is read, coloured and marked, and rewritten only by a fix that the user asks for."""

    submitted = Signal()
    """Return or Ctrl+Return was pressed."""
    older_wanted = Signal()
    newer_wanted = Signal()
    lines_left_out = Signal(int)
    """Of a pasted text, only the first command was taken; so many lines of others were not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._highlighter = _Highlighter(self.document())
        self.setAccessibleName(self.tr("Command"))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def typed(self) -> TypedCommand:
        """The reading of what is shown."""
        shown = self.toPlainText()
        known = self._highlighter.typed
        return known if known.text == shown else read(shown, self._highlighter.family)

    def set_family(self, family: Family | None) -> None:
        """The family of the reader, which says how a tag's own command is wrapped."""
        if family is not self._highlighter.family:
            self._highlighter.family = family
            self._highlighter.rehighlight()

    def set_text(self, text: str) -> None:
        """Replaces the text, undoably, joined to one line; the cursor goes to its end."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(" ".join(text.split()))
        self.setTextCursor(cursor)

    def apply(self, fix: Fix) -> None:
        """Makes the change, undoably; the cursor goes behind it."""
        cursor = self.textCursor()
        cursor.setPosition(fix.start)
        cursor.setPosition(fix.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(fix.replacement)
        self.setTextCursor(cursor)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text, left_out = first_command(source.text())
        self.textCursor().insertText(text)
        self.ensureCursorVisible()
        if left_out:
            self.lines_left_out.emit(left_out)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.submitted.emit()
            case Qt.Key.Key_Up:
                self.older_wanted.emit()
            case Qt.Key.Key_Down:
                self.newer_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = self.cursorForPosition(event.pos()).position()
            QToolTip.showText(event.globalPos(), self.words_at(place), self.viewport())
            return True
        return super().viewportEvent(event)

    def words_at(self, place: int) -> str:
        """What there is to say about the character at ``place``: its problem, else its segment; or nothing."""
        typed = self.typed
        shown = typed.text
        for problem in typed.problems:
            start, end = marked(problem, shown)
            if start <= place < end:
                fix = problem.fixes[0].words if problem.fixes else ""
                return f"{problem.message}\n{self.tr('Ctrl+. {0}').format(fix)}" if fix else problem.message
        if typed.understood is not None:
            for each, (start, end, _) in zip(typed.understood.segments, typed.spans(), strict=True):
                if start <= place < end:
                    return explain_segment(each, typed)
        return ""

    def _theme_changed(self) -> None:
        self.setFont(theme.mono_font(14, QFont.Weight.Medium))
        height = theme.px(_HEIGHT)
        self.setFixedHeight(height)
        side = theme.px(_PADDING)
        above = max(0, (height - self.fontMetrics().lineSpacing()) // 2 - 1)
        colors = theme.tokens()
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {colors.surface}; color: {colors.text}; border: 1px solid {colors.control};"
            f" border-radius: 6px; padding: {above}px {side}px 0 {side}px;"
            f" selection-background-color: {colors.fill}; selection-color: {colors.onfill}; }}"
            f"QPlainTextEdit:focus {{ border: 2px solid {colors.accent};"
            f" padding: {above - 1}px {side - 1}px 0 {side - 1}px; }}"
        )
        self._highlighter.rehighlight()
