"""A line at the table's lower edge, over its rows: why a key did nothing, or what was copied. It goes by itself."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.labels import ElidedLabel
from cardscope_gui.widgets.marks import Mark, MarkLabel

_HEIGHT = 32
_SHOWN_MS = 6000


class Hint(QFrame):
    """Lies over the lower edge of ``over``, so that nothing moves when it comes and goes."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setProperty("surface", "bar")
        self.setProperty("edge", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._mark = MarkLabel(Mark.NOTE, 14, self)
        self.words = ElidedLabel("secondary-small", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._mark)
        row.addWidget(self.words, 1)
        self._gone = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._gone.timeout.connect(self.hide)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    def say(self, text: str, mark: Mark = Mark.NOTE) -> None:
        """Shows ``text`` for some seconds."""
        self._mark.set_mark(mark)
        self.words.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._gone.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        height = theme.px(_HEIGHT)
        self.setGeometry(0, self._over.height() - height, self._over.width(), height)
