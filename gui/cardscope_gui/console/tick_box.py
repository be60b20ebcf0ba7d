"""A tick box, of itself for one permanent effect, with an outline that can be seen on every surface."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from cardscope_gui import icons, theme

_SIDE = 16


class TickBox(QCheckBox):
    """A check box without text. Fusion derives its outline from the window's colour, which vanishes on dark."""

    def __init__(self, name: str, parent: QWidget | None = None, *, token: str = "warn") -> None:
        """``token`` is its colour once it is ticked."""
        super().__init__(parent)
        self._token = token
        self.setAccessibleName(name)
        theme.notifier().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        # No taller than a line of text, so that it stands at the height of its sentence's first line.
        return QSize(theme.px(_SIDE + 4), theme.px(_SIDE))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(_SIDE)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        on = self.isChecked()
        ring = (
            theme.color("accent")
            if self.hasFocus()
            else theme.color(self._token if on else "control" if self.isEnabled() else "border")
        )
        painter.setPen(QPen(ring, 2 if self.hasFocus() else 1.4))
        painter.setBrush(theme.color(self._token) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if on:
            tick = icons.pixmap("check", "window", 12, self.devicePixelRatioF())
            painter.drawPixmap(box.center() - QPointF(theme.px(6), theme.px(6)), tick)
