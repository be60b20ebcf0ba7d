"""What all forms share: fields under each other, and under each of them what it wants or what is wrong with it."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from cardscope.ndef.contents import Content
from cardscope.ndef.encoding import ContentError
from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label

_CAPTION, _BETWEEN = 104, 6
_FieldT = TypeVar("_FieldT", bound=QWidget)


class FieldError(ContentError):
    """What is wrong in the field called ``field``."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Form(QWidget):
    """Shows one content and reads it back from what was typed."""

    edited = Signal()
    """The user changed something."""
    secret_shown = Signal(bool)
    """A password that it has is shown now, or hidden."""
    settled = Signal()
    """The user left a field: what is typed next is another step to undo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, QWidget] = {}
        self._below: dict[str, QLabel] = {}
        self._hints: dict[str, str] = {}
        self._touched: set[str] = set()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setColumnMinimumWidth(0, theme.px(_CAPTION))
        self._grid.setColumnStretch(1, 1)
        theme.notifier().changed.connect(self._redraw)
        self._problem = ("", "")

    def show_content(self, content: Content | None) -> None:
        """Fills the fields in; with ``None`` for a new record."""
        blockers = [QSignalBlocker(field) for field in self.fields.values()]
        self._fill(content)
        del blockers
        self._touched.clear()
        self.show_problem("", "")

    def content(self) -> Content:
        """What the fields say. Raises ContentError, FieldError where it is one field's fault."""
        raise NotImplementedError

    def blamed(self, error: ContentError) -> str:
        """The field that is to show ``error``."""
        if isinstance(error, FieldError):
            return error.field
        return next(iter(self.fields), "")

    def show_problem(self, field: str, text: str) -> None:
        """Says below ``field`` what is wrong with it; an empty text: nothing is."""
        self._problem = (field, text)
        self._redraw()

    @property
    def complaint(self) -> str:
        """What is wrong with what was typed, wherever; empty: nothing is."""
        return self._problem[1]

    def problem(self, field: str) -> str:
        """What stands below ``field``."""
        return self._below[field].text()

    def focus(self) -> None:
        """The keyboard to the first field."""
        first = next(iter(self.fields.values()))
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _fill(self, content: Content | None) -> None:
        raise NotImplementedError

    def _line(
        self, key: str, caption: str, hint: str = "", *, mono: bool = False, beside: QWidget | None = None
    ) -> QLineEdit:
        field = QLineEdit(self)
        if mono:
            field.setFont(theme.mono_font(13))
        field.textEdited.connect(self._changed(key))
        return self._add(key, caption, field, hint, beside)

    def _text(self, key: str, caption: str, hint: str = "") -> "TextField":
        field = TextField(self)
        field.textChanged.connect(self._changed(key))
        return self._add(key, caption, field, hint)

    def _choice(self, key: str, caption: str, choices: dict[str, str], hint: str = "") -> QComboBox:
        """``choices``: what each stands for, and its words."""
        box = ChoiceBox([], self)
        for value, words in choices.items():
            box.addItem(words, value)
        box.currentIndexChanged.connect(self._changed(key))
        return self._add(key, caption, box, hint)

    def _check(self, key: str, caption: str, words: str) -> QCheckBox:
        box = QCheckBox(words, self)
        box.toggled.connect(self._changed(key))
        self._add(key, caption, box, "")
        box.setAccessibleName(words)
        return box

    def _add(self, key: str, caption: str, field: _FieldT, hint: str, beside: QWidget | None = None) -> _FieldT:
        row = 2 * len(self.fields)
        name = label(caption, "secondary", self)
        name.setBuddy(field)
        below = label("", "tertiary", self)
        below.setWordWrap(True)
        self._grid.setRowMinimumHeight(row + 1, theme.px(_BETWEEN))
        field.setAccessibleName(caption)
        field.installEventFilter(self)
        self.fields[key], self._below[key], self._hints[key] = field, below, hint
        top = isinstance(field, QPlainTextEdit)
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignVCenter)
        if beside is None:
            self._grid.addWidget(field, row, 1)
        else:
            line = QHBoxLayout()
            line.setSpacing(theme.px(8))
            line.addWidget(field, 1)
            line.addWidget(beside)
            self._grid.addLayout(line, row, 1)
        self._grid.addWidget(below, row + 1, 1)
        return field

    def _changed(self, key: str) -> Callable[..., None]:
        def told(*_: object) -> None:
            self._touched.add(key)
            self.edited.emit()

        return told

    def _redraw(self) -> None:
        wrong, text = self._problem
        for key, below in self._below.items():
            said = text if key == wrong else ""
            below.setText(said or self._hints[key])
            below.setVisible(bool(below.text()))
            # What nobody has filled in yet is no mistake yet.
            bad = said and key in self._touched
            below.setStyleSheet(f"color: {theme.color('bad' if bad else 'text3').name()};")
            self.fields[key].setAccessibleDescription(below.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.settled.emit()
        return super().eventFilter(watched, event)


class TextField(QPlainTextEdit):
    """Several lines of text, in the look of the fields of one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(theme.px(72))
        theme.notifier().changed.connect(self._dress)
        self._dress()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(256), theme.px(96))

    def _dress(self) -> None:
        colors = theme.tokens()
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {colors.surface}; color: {colors.text}; border: 1px solid {colors.control};"
            f" border-radius: 6px; padding: {theme.px(4)}px {theme.px(6)}px; }}"
            f"QPlainTextEdit:focus {{ border: 2px solid {colors.accent};"
            f" padding: {theme.px(4) - 1}px {theme.px(6) - 1}px; }}"
        )


class ShowButton(Button):
    """Shows what is typed into a masked field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Show"), "", "eye", parent)
        self.setCheckable(True)
        self.toggled.connect(self._toggled)
        self._field: QLineEdit | None = None

    def follow(self, field: QLineEdit) -> None:
        """The field that it shows; masked from now on."""
        self._field = field
        self._toggled(self.isChecked())

    def _toggled(self, shown: bool) -> None:
        words = tr("Hide") if shown else tr("Show")
        self.setText(words)
        self.setAccessibleName(words)
        if self._field is not None:
            mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
            self._field.setEchoMode(mode)
