"""Files dragged onto the window."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QDropEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMainWindow, QWidget

from cardscope_gui import icons, theme
from cardscope_gui.files.words import tr

_EDGE = 12


class DropZone(QWidget):
    """Lies over ``window`` while files are dragged over it, and says what will become of them."""

    dropped = Signal(list)
    """Paths."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._over = False
        """Whether what is dragged is over this widget, and no longer over the window beneath."""
        self.setAccessibleName(tr("Drop to open"))
        self.setAcceptDrops(True)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window:
            return False
        if event.type() == QEvent.Type.DragLeave:
            # It goes over to this widget, or out of the window: what comes next tells.
            QTimer.singleShot(0, self, self._left)
        return self._takes(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._over = False
            self._left()
        elif event.type() == QEvent.Type.DragEnter:
            self._over = True
        return self._takes(event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme.color("soft")
        ground.setAlphaF(0.92)
        painter.fillRect(self.rect(), ground)
        edge = theme.px(_EDGE)
        frame = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, 10, 10)
        side = theme.px(32)
        centre = self.rect().center()
        drawn = icons.pixmap("file", "accent", 32, self.devicePixelRatioF())
        painter.drawPixmap(centre.x() - side // 2, centre.y() - side - theme.px(8), drawn)
        painter.setPen(theme.color("accent"))
        painter.setFont(theme.ui_font(15, QFont.Weight.DemiBold))
        words = self.rect().adjusted(0, self.height() // 2 + theme.px(4), 0, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, int(flags), tr("Drop to open as a tag. Nothing is written to any card."))
        painter.end()

    def _takes(self, event: QEvent) -> bool:
        """Whether ``event`` is about files, and dealt with."""
        if not isinstance(event, QDropEvent) or not (paths := _files(event.mimeData())):
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self._over = False
            self.hide()
            self.dropped.emit(paths)
        elif self.isHidden():
            self.setGeometry(self._window.rect())
            self.raise_()
            self.show()
        return True

    def _left(self) -> None:
        if not self._over:
            self.hide()


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
