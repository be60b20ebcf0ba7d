"""The list of what is known of a card: a caption above each fact, and where the fact comes from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph


class KnownList(QFrame):
    """Facts by caption, in the order in which they were first set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Fact] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(16))

    def set_fact(self, caption: str, value: str, source: str = "", *, mono: bool = False) -> None:
        """Shows ``value`` under ``caption`` and ``source``, how it is known, under that; an empty value hides it."""
        if caption not in self._rows:
            self._rows[caption] = _Fact(caption, mono=mono, parent=self)
            self._layout.addWidget(self._rows[caption])
        row = self._rows[caption]
        row.set_value(value, source)
        row.setHidden(not value)

    def facts(self) -> dict[str, tuple[str, str]]:
        """Value and source by caption, hidden facts left out."""
        return {caption: row.shown for caption, row in self._rows.items() if row.shown[0]}


class _Fact(QWidget):
    def __init__(self, caption: str, *, mono: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._caption = caption
        self._mono = mono
        self.shown = ("", "")
        """Value and source."""
        self.value = paragraph("", "body", self)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.source = paragraph("", "tertiary", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(2))
        layout.addWidget(label(caption, "secondary-small", self))
        layout.addWidget(self.value)
        layout.addWidget(self.source)
        self._theme_changed()
        theme.notifier().changed.connect(self._theme_changed)

    def set_value(self, value: str, source: str) -> None:
        if (value, source) == self.shown:
            return
        self.shown = (value, source)
        set_paragraph(self.value, value)
        set_paragraph(self.source, source)
        self.source.setVisible(bool(source))
        self.setAccessibleName(f"{self._caption}: {value}. {source}")

    def _theme_changed(self) -> None:
        if self._mono:
            self.value.setFont(theme.mono_font(14))
