"""The colours of a script's text. Only the lines in view have them: colouring ten thousand takes half a second."""

import re
from typing import Final

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit

from cardscope_gui import theme

_WORDS: Final = re.compile(
    r"^\s*(reset|exit|let|expect|require|repeat|end|pause|wait|remove|follow)\b"
    r"|\b(bytes|data|no|or|as|from|step|within|for|card|on|off)\b",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r'"[^"]*(?:"|$)')
_VARIABLE: Final = re.compile(r"\$\w+(?:\[[^\]]*\])?")
_COMMENT: Final = re.compile(r'^(?:[^"#]|"[^"]*(?:"|$))*?(#.*)$')
_MOST: Final = 2_000
"""Characters of a line that are coloured: more is never in view."""

Coloured = tuple[int, int, str]
"""Start and length in a line, and the token of the colour."""


def coloured(text: str) -> list[Coloured]:
    """The coloured parts of the line ``text``; a later one lies over an earlier."""
    text = text[:_MOST]
    spans = [(found.span(1) if found[1] else found.span(2), "accent") for found in _WORDS.finditer(text)]
    spans += [(found.span(), "pend") for found in _VARIABLE.finditer(text)]
    spans += [(found.span(), "ok") for found in _QUOTED.finditer(text)]
    if (comment := _COMMENT.match(text)) is not None:
        spans.append((comment.span(1), "text3"))
    return [(start, end - start, token) for (start, end), token in spans]


class ScriptColours(QObject):
    """Colours the lines of ``editor`` as they come into view or are edited."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor)
        self._editor = editor
        self._busy = False
        self._coloured: tuple[int, int] | None = None
        """What :meth:`_state` was when everything in view had its colours."""
        editor.document().contentsChange.connect(self._edited)
        editor.updateRequest.connect(self._update)

    def renew(self) -> None:
        """Other colours are to be used."""
        self._busy = True
        bottom = self._editor.viewport().rect().bottom()
        block = self._editor.firstVisibleBlock()
        top = self._editor.blockBoundingGeometry(block).translated(self._editor.contentOffset()).top()
        while block.isValid() and top <= bottom:
            self._colour(block)
            top += self._editor.blockBoundingRect(block).height()
            block = block.next()
        self._busy = False
        self._coloured = self._state()

    def _edited(self, position: int, _removed: int, added: int) -> None:
        """A line that is typed in never shows without its colours."""
        self._coloured = None
        document = self._editor.document()
        block = document.findBlock(position)
        if not self._busy and block.isValid() and document.findBlock(position + added) == block:
            self._busy = True
            self._colour(block)
            self._busy = False

    def _update(self, _area: QRect, _dy: int) -> None:
        if not self._busy and self._state() != self._coloured:
            self.renew()

    def _state(self) -> tuple[int, int]:
        return self._editor.firstVisibleBlock().blockNumber(), self._editor.viewport().height()

    def _colour(self, block: QTextBlock) -> None:
        wanted = [(start, length, theme.color(token).rgba()) for start, length, token in coloured(block.text())]
        layout = block.layout()
        shown = [(each.start, each.length, each.format.foreground().color().rgba()) for each in layout.formats()]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] not in Qt's stubs
        if wanted == shown:
            return
        made: list[QTextLayout.FormatRange] = []
        for start, length, token in coloured(block.text()):
            form = QTextCharFormat()
            form.setForeground(theme.color(token))
            each = QTextLayout.FormatRange()
            each.start, each.length, each.format = start, length, form  # pyright: ignore[reportAttributeAccessIssue]
            made.append(each)
        layout.setFormats(made)
        self._editor.document().markContentsDirty(block.position(), block.length())
