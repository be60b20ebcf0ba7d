"""The parameters of a library entry as fields."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from cardscope.library import Choice, Entry, Hex, Parameter
from cardscope_gui import theme
from cardscope_gui.console.library_choice import ChoiceBox
from cardscope_gui.widgets.labels import label


class ParameterForm(QWidget):
    """A field a parameter, with what may be filled in, or what is wrong, behind it."""

    edited = Signal()
    submitted = Signal()
    """Return was pressed in a field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self.hints: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(8))
        self._grid.setColumnStretch(2, 1)
        theme.notifier().changed.connect(self._show_hints)

    @property
    def values(self) -> dict[str, str]:
        """What is filled in, by the parameters' names."""
        return {
            name: field.currentText() if isinstance(field, QComboBox) else field.text()
            for name, field in self.fields.items()
        }

    def show_entry(self, entry: Entry | None, values: dict[str, str] | None = None) -> None:
        """Fields for ``entry`` with ``values``, or what its parameters begin with."""
        self._clear()
        self._entry = entry
        if entry is None:
            return
        begun = entry.defaults() | (values or {})
        for number, one in enumerate(entry.parameters):
            caption = label(one.label, "secondary", self)
            field = self._field(one, begun[one.name])
            caption.setBuddy(field)
            hint = label("", "tertiary", self)
            hint.setWordWrap(True)
            self.fields[one.name] = field
            self.hints[one.name] = hint
            for column, widget in enumerate((caption, field, hint)):
                self._grid.addWidget(widget, number, column)
        self._show_hints()

    def _field(self, one: Parameter, text: str) -> QLineEdit | QComboBox:
        if isinstance(one, Choice):
            box = ChoiceBox(list(one.choices), self)
            box.setCurrentText(text)
            box.setAccessibleName(one.label)
            box.currentTextChanged.connect(self._field_edited)
            return box
        field = QLineEdit(text, self)
        field.setAccessibleName(one.label)
        field.setPlaceholderText(one.example)
        if isinstance(one, Hex):
            field.setFont(theme.mono_font(13))
        field.setMinimumWidth(theme.px(120))
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        field.textChanged.connect(self._field_edited)
        field.returnPressed.connect(self.submitted)
        return field

    def _field_edited(self) -> None:
        self._show_hints()
        self.edited.emit()

    def _show_hints(self) -> None:
        if self._entry is None:
            return
        wrong = self._entry.problems(self.values)
        for one in self._entry.parameters:
            hint, problem = self.hints[one.name], wrong.get(one.name, "")
            hint.setText(problem or one.hint)
            # An empty field that everyone has to fill in is no mistake yet.
            missing = one.default is None and not self.values[one.name]
            colour = theme.color("text3" if missing or not problem else "bad").name()
            hint.setStyleSheet(f"color: {colour};")
            self.fields[one.name].setAccessibleDescription(hint.text())

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.fields, self.hints = {}, {}
