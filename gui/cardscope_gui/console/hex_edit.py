"""A one-line hex editor that colours the APDU's segments and marks the character that is no hex."""

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from cardscope_gui import theme
from cardscope_gui.console.typed_command import TypedCommand, read

_HEIGHT = 32
_PADDING = 11


class _Highlighter(QSyntaxHighlighter):
    """Formats the one line by its reading."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.typed: TypedCommand = read("")

    def highlightBlock(self, text: str) -> None:
        self.typed = read(text)
        for start, end, token in self.typed.spans():
            shown = QTextCharFormat()
            shown.setForeground(theme.color(token))
            self.setFormat(start, end - start, shown)
        if self.typed.marked is not None:
            wrong = QTextCharFormat()
            wrong.setForeground(theme.color("bad"))
            wrong.setUnderlineColor(theme.color("bad"))
            wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            self.setFormat(self.typed.marked, 1, wrong)


class HexEdit(QPlainTextEdit):
    """Text stays as typed: it is read, coloured and marked, and never rewritten."""

    submitted = Signal()
    """Return or Ctrl+Return was pressed."""
    older_wanted = Signal()
    newer_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._highlighter = _Highlighter(self.document())
        self.setAccessibleName(self.tr("Command in hex"))
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
        return self._highlighter.typed if self._highlighter.typed.text == shown else read(shown)

    def set_text(self, text: str) -> None:
        """Replaces the text, undoably, joined to one line; the cursor goes to its end."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(" ".join(text.split()))
        self.setTextCursor(cursor)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.textCursor().insertText(" ".join(source.text().split()))
        self.ensureCursorVisible()

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
