"""What was read of a card, part by part: a strip to choose from, and the chosen part as bytes beside their fields."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QTabBar, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.fields import Field
from cardscope_gui import theme
from cardscope_gui.fields.fields_view import FieldsView
from cardscope_gui.widgets.buttons import MenuButton
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel


@dataclass(frozen=True, slots=True)
class Part:
    """Some decoded bytes of a card. ``key`` stays the same while more is learnt of the part."""

    key: str
    name: str
    """A word or two for the strip."""
    title: str
    summary: str
    data: bytes
    field: Field | None
    problems: tuple[str, ...] = ()


class PartsView(QWidget):
    """Shows one of several :class:`Part`. The choice stays while parts are added or renewed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self._shown: Part | None = None
        self.strip = QTabBar(self)
        self.strip.setProperty("kind", "parts")
        self.strip.setDrawBase(False)
        self.strip.setExpanding(False)
        self.strip.setUsesScrollButtons(True)
        self.strip.setElideMode(Qt.TextElideMode.ElideNone)
        self.strip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.strip.setAccessibleName(self.tr("Parts of the card"))
        self.fields = FieldsView(self)
        self.summary = paragraph("", "secondary", self)
        self.problems = _Problems(self)
        self.title = label("", "title", self)
        self.copy_menu = QMenu(self)
        for words, text in (
            (self.tr("Bytes as hex"), self.bytes_text),
            (self.tr("Fields as text"), self.fields_text),
            (self.tr("Fields as JSON"), self.fields_json),
        ):
            self.copy_menu.addAction(words).triggered.connect(partial(_copy, text))
        self._copy = MenuButton(self.tr("Copy"), self.copy_menu)
        self._copy.setProperty("compact", True)
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        head.addWidget(self.title)
        head.addWidget(self._copy)
        head.addStretch(1)
        column = self._column = QVBoxLayout(self)
        column.addWidget(self.strip)
        column.addLayout(head)
        column.addWidget(self.summary)
        column.addWidget(self.problems)
        column.addWidget(self.fields, 1)
        self.setFocusProxy(self.fields)
        self.strip.currentChanged.connect(self._choose)
        self.set_compact(compact=False)
        self.show_parts(())

    @property
    def shown(self) -> Part | None:
        """The part that is shown."""
        return self._shown

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Offers ``parts``, at least one for a card, and keeps showing the chosen one where it is still there."""
        parts = list(parts)
        if parts == self._parts:
            return
        chosen = self._shown.key if self._shown is not None else ""
        self.strip.blockSignals(True)
        if [part.key for part in parts] != [part.key for part in self._parts]:
            while self.strip.count():
                self.strip.removeTab(0)
            for part in parts:
                self.strip.addTab(part.name)
        self._parts = parts
        position = next((at for at, part in enumerate(parts) if part.key == chosen), 0)
        self.strip.setCurrentIndex(position)
        self.strip.blockSignals(False)
        self.strip.setVisible(len(parts) > 1)
        self._choose(position)

    def choose(self, key: str) -> None:
        """Shows the part of that key, if there is one."""
        for position, part in enumerate(self._parts):
            if part.key == key:
                self.strip.setCurrentIndex(position)

    def set_compact(self, *, compact: bool) -> None:
        """In a low window the fields come first: six rows of them, and the summary as a tool tip."""
        top, bottom, between = (4, 0, 2) if compact else (16, 8, 8)
        self._column.setContentsMargins(theme.px(24), theme.px(top), theme.px(24), theme.px(bottom))
        self._column.setSpacing(theme.px(between))
        self.fields.set_compact(compact)
        self.summary.setHidden(compact)

    def _choose(self, position: int) -> None:
        part = self._parts[position] if 0 <= position < len(self._parts) else None
        if part == self._shown and part is not None:
            return
        self._shown = part
        self.title.setText(part.title if part is not None else "")
        set_paragraph(self.summary, part.summary if part is not None else self.tr("No card"))
        self.title.setToolTip(part.summary if part is not None else "")
        self.problems.show_problems(part.problems if part is not None else ())
        self.fields.show_fields(part.data if part is not None else b"", part.field if part is not None else None)
        self._copy.setEnabled(part is not None and bool(part.data))

    def bytes_text(self) -> str:
        """The bytes of the shown part in hex."""
        return format_hex(self._shown.data, " ") if self._shown is not None else ""

    def fields_text(self) -> str:
        """The shown part as lines of text, indented as the fields are."""
        return _text(self._shown) if self._shown is not None else ""

    def all_text(self) -> str:
        """All parts as text."""
        return "\n\n".join(_text(part) for part in self._parts)

    def fields_json(self) -> str:
        """The shown part as JSON: its key, its bytes and its fields."""
        part = self._shown
        if part is None or part.field is None:
            return ""
        shown = {"part": part.key, "hex": format_hex(part.data), "fields": part.field.to_json()}
        return json.dumps(shown, ensure_ascii=False, indent=2)


def _copy(text: Callable[[], str]) -> None:
    QGuiApplication.clipboard().setText(text())


def _text(part: Part) -> str:
    lines = [part.title, format_hex(part.data, " "), *part.problems]
    for child in part.field.children if part.field is not None else ():
        lines += _lines(child, 0)
    return "\n".join(lines)


def _lines(field: Field, depth: int) -> list[str]:
    own = "  " * depth + ": ".join(text for text in (field.name, field.value) if text)
    told = [text for text in (field.meaning, *field.problems) if text]
    lines = ["  ".join([own, *told])]
    for child in field.children:
        lines += _lines(child, depth + 1)
    return lines


class _Problems(QFrame):
    """What is wrong with a part, a sentence a line; hidden when nothing is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = label("", "secondary", self)
        self.text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(MarkLabel(Mark.CAUTION, 16, self))
        layout.addWidget(self.text, 1)

    def show_problems(self, problems: tuple[str, ...]) -> None:
        self.text.setText("\n".join(problems))
        self.setAccessibleName(self.text.text())
        self.setVisible(bool(problems))
