"""Bytes under a caption, with a button that copies them."""

from collections.abc import Callable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.header.identity import spaced_hex
from cardscope_gui.widgets.buttons import CopyButton
from cardscope_gui.widgets.labels import ElidedLabel, label

_GAP = 4
_BUTTON = 24


def fit_bytes(data: bytes, fits: Callable[[str], bool]) -> str:
    """``data`` in hex, or as many whole bytes of its beginning and its end as ``fits`` lets through."""
    whole = spaced_hex(data)
    if fits(whole) or len(data) < 3:
        return whole
    for left_out in range(1, len(data) - 2):
        end = (len(data) - left_out) // 2
        begin = len(data) - left_out - end
        shown = f"{spaced_hex(data[:begin])} … {spaced_hex(data[-end:])}"
        if fits(shown):
            return shown
    return f"{spaced_hex(data[:1])} … {spaced_hex(data[-1:])}"


class HexValue(QWidget):
    """A caption above bytes in the monospace face with a copy button, or above a few words while there are none."""

    def __init__(self, caption: str, copy_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._shown: bytes | str | None = None
        self.value = ElidedLabel("")
        self.copy_button = CopyButton(copy_name, lambda: spaced_hex(self._bytes))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(_GAP))
        grid.setVerticalSpacing(0)
        grid.addWidget(label(caption, "secondary-small"), 1, 0, 1, 2)
        grid.addWidget(self.value, 2, 0)
        grid.addWidget(self.copy_button, 2, 1)
        grid.setRowStretch(0, 1)
        grid.setRowMinimumHeight(1, theme.px(26))
        grid.setRowMinimumHeight(2, theme.px(26))
        grid.setRowStretch(3, 1)
        theme.notifier().changed.connect(self._dress)

    @property
    def _bytes(self) -> bytes:
        return self._shown if isinstance(self._shown, bytes) else b""

    def show_bytes(self, data: bytes) -> None:
        self._show(data, spaced_hex(data))

    def show_words(self, words: str) -> None:
        self._show(words, words)

    def _show(self, shown: bytes | str, text: str) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        self._dress()
        self.value.setText(text)
        self.value.setAccessibleName(f"{self._caption}: {text}")
        self.copy_button.setVisible(bool(self._bytes))

    def _dress(self) -> None:
        role = "value" if self._bytes else "secondary-small"
        if self.value.property("role") != role:
            self.value.setProperty("role", role)
            theme.repolish(self.value)
        self.value.setFont(theme.mono_font(14, QFont.Weight.Medium) if self._bytes else theme.ui_font(12))

    def fit(self, most: int) -> int:
        """Takes the width that its text needs, at most ``most`` pixels, and returns it. Bytes are cut at their
        boundaries, and the button follows right behind what is shown of them."""
        beside = theme.px(_GAP) + theme.px(_BUTTON) if self._bytes else 0
        self.value.ensurePolished()
        width = self.value.fontMetrics().horizontalAdvance
        room = max(0, most - beside)
        if self._bytes:
            whole = spaced_hex(self._bytes)
            text = fit_bytes(self._bytes, lambda shown: width(shown) <= room)
            self.value.setText(text)
            self.setToolTip("" if text == whole else whole)
        taken = min(width(self.value.text()) + 1, room)
        self.value.setFixedWidth(taken)
        self.setFixedWidth(taken + beside)
        return taken + beside
