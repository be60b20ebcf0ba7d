"""The form view of the composer: a field for each part of the APDU, in step with the text."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from cardscope.decode.apdu_structure import lay_out
from cardscope.decode.hex import format_hex
from cardscope_gui import theme
from cardscope_gui.console.form_text import FormText, form_text
from cardscope_gui.console.typed_command import TypedCommand

_HEIGHT = 34
_ABOVE = 4
_BYTE_WIDTH = 40
_LE_WIDTH = 56
_LC_WIDTH = 26


class CommandForm(QWidget):
    """Shows what is typed in fields; what is typed into the fields becomes the text."""

    edited = Signal(str)
    """The fields now spell this text."""
    submitted = Signal()
    """Return was pressed in a field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = ""
        self._labels: list[tuple[QLabel, str]] = []
        self.cla = self._field(self.tr("Class byte, CLA"), 2)
        self.ins = self._field(self.tr("Instruction byte, INS"), 2)
        self.p1 = self._field(self.tr("Parameter P1"), 2)
        self.p2 = self._field(self.tr("Parameter P2"), 2)
        self.data = self._field(self.tr("Data"))
        self.le = self._field(self.tr("Expected length, Le"), 4)
        self.lc = QLabel(self)
        self.extended = QToolButton(self)
        self._build()
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    def _field(self, name: str, longest: int = 0) -> QLineEdit:
        field = QLineEdit(self)
        field.setAccessibleName(name)
        field.setToolTip(name)
        if longest:
            field.setMaxLength(longest)
        field.textEdited.connect(self._field_edited)
        field.returnPressed.connect(self.submitted)
        return field

    def _build(self) -> None:
        self.data.setPlaceholderText(self.tr("Hex, or any list or string of bytes"))
        self.lc.setToolTip(self.tr("Length of the data, Lc: computed"))
        self.extended.setText(self.tr("Extended"))
        self.extended.setCheckable(True)
        self.extended.setProperty("outlined", True)
        self.extended.setToolTip(self.tr("Lengths of two bytes: up to 65,535 bytes of data, 65,536 of answer"))
        self.extended.setAccessibleName(self.tr("Extended lengths"))
        self.extended.clicked.connect(self._field_edited)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(_ABOVE), 0, 0)
        layout.setSpacing(theme.px(6))
        for words, token, field in (
            ("CLA", "apdu_class", self.cla),
            ("INS", "apdu_ins", self.ins),
            ("P1", "apdu_p1p2", self.p1),
            ("P2", "apdu_p1p2", self.p2),
            ("Lc", "apdu_lc", self.lc),
            ("Data", "apdu_data", self.data),
            ("Le", "apdu_le", self.le),
        ):
            label = QLabel(words, self)
            label.setBuddy(field)
            self._labels.append((label, token))
            layout.addWidget(label)
            layout.addWidget(field, 1 if field is self.data else 0)
            layout.addSpacing(theme.px(4))
        layout.addWidget(self.extended)

    def show_typed(self, typed: TypedCommand) -> None:
        """Shows the fields of what is typed. A text that is not wholly clear cannot be changed here: what is not
        understood would be lost."""
        if typed.text == self._own:
            return
        self._own = ""
        command = typed.command if typed.wrapped and typed.command is not None else typed.data
        fields = form_text(command)
        clear = typed.pasted.complete or not typed.text.strip()
        for field, text in (
            (self.cla, fields.cla),
            (self.ins, fields.ins),
            (self.p1, fields.p1),
            (self.p2, fields.p2),
            (self.data, fields.data),
            (self.le, fields.le),
        ):
            if field.text() != text:
                field.setText(text)
            field.setReadOnly(not clear)
        self.extended.setChecked(fields.extended)
        self.extended.setEnabled(clear)
        lc = lay_out(command).lc
        self.lc.setText(format_hex(command[slice(*lc)], " ") if lc else "–")

    def _field_edited(self) -> None:
        fields = FormText(
            self.cla.text(),
            self.ins.text(),
            self.p1.text(),
            self.p2.text(),
            self.data.text(),
            self.le.text(),
            self.extended.isChecked(),
        )
        self._own = fields.text()
        self.lc.setText(fields.lc or "–")
        self.edited.emit(self._own)

    def _theme_changed(self) -> None:
        mono = theme.mono_font(13)
        for field in (self.cla, self.ins, self.p1, self.p2, self.data, self.le):
            field.setFont(mono)
        for field in (self.cla, self.ins, self.p1, self.p2):
            field.setFixedWidth(theme.px(_BYTE_WIDTH))
        self.le.setFixedWidth(theme.px(_LE_WIDTH))
        self.lc.setFont(mono)
        self.lc.setMinimumWidth(theme.px(_LC_WIDTH))
        self.extended.setFont(theme.ui_font(12, QFont.Weight.Medium))
        self.extended.setFixedSize(
            self.extended.fontMetrics().horizontalAdvance(self.extended.text()) + theme.px(20), theme.px(28)
        )
        for label, token in self._labels:
            label.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
            label.setStyleSheet(f"color: {theme.color(token).name()};")
        self.lc.setStyleSheet(f"color: {theme.color('apdu_lc').name()};")
        self.setFixedHeight(theme.px(_HEIGHT))
