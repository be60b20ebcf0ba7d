"""How much of the room a message takes, in numbers and as a bar."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from cardscope_gui import theme
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.labels import label

_WIDTH, _HEIGHT = 112, 6


class RoomBar(QWidget):
    """The bar gives way first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = _Bar(self)
        self.words = label("", "secondary-small", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.words)
        row.addWidget(self._bar, 1)

    def show_room(self, used: int, room: int) -> None:
        """``used`` may be more than there is ``room``: what would not fit is not staged."""
        over = used - room
        whole = words = tr("{0} of {1} bytes").format(f"{used:,}", f"{room:,}")
        if over > 0:
            words = tr("{0} too many").format(f"{over:,}")
            whole = f"{whole}: {words}"
        self.words.setText(words)
        self.words.setProperty("role", "strong-bad" if over > 0 else "secondary-small")
        theme.repolish(self.words)
        self._bar.show_share(used / room if room else 1.0)
        self.setAccessibleName(tr("Room for NDEF: {0}").format(whole))
        self.setToolTip(f"{whole}\n{tr('Bytes of the message, and how many it can have')}")


class _Bar(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    def show_share(self, share: float) -> None:
        self._share = share
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(_WIDTH), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("border"))
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, 3, 3)
        token = "bad" if self._share > 1 else "accent"
        if self._share > 0:
            painter.setPen(theme.color(token))
            painter.setBrush(theme.color(token))
            whole.setWidth(max(whole.height(), whole.width() * min(1.0, self._share)))
            painter.drawRoundedRect(whole, 3, 3)
        painter.end()
