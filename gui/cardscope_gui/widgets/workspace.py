"""The sidebar beside the main area: full, as a rail, or a full one laid over the main area for a while."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from cardscope_gui.readers.panel import Sidebar


class Workspace(QWidget):
    """Places ``sidebar`` and ``main``."""

    overlay_closed = Signal()

    def __init__(self, sidebar: Sidebar, main: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sidebar = sidebar
        self._overlay = False
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.setContentsMargins(sidebar.width(), 0, 0, 0)
        self._row.addWidget(main)
        sidebar.setParent(self)
        sidebar.raise_()
        # A child that is not in the layout would otherwise come last when going round with Tab.
        QWidget.setTabOrder(sidebar, main)

    @property
    def overlay(self) -> bool:
        """Whether the full sidebar lies over the main area now."""
        return self._overlay

    def set_rail(self, rail: bool) -> None:
        """Gives the sidebar a place of its own, full or as a rail. Ends an overlay."""
        self._end_overlay()
        self.sidebar.set_rail(rail)
        self._row.setContentsMargins(self.sidebar.maximumWidth(), 0, 0, 0)
        self._row.activate()
        self._place()

    def open_overlay(self) -> None:
        """Lays the full sidebar over the main area until Esc, a click elsewhere or :meth:`close_overlay`."""
        if not self._overlay and self.sidebar.rail:
            self._overlay = True
            self.sidebar.set_rail(False)
            self._place()
            self.sidebar.raise_()
            if (app := QApplication.instance()) is not None:
                app.installEventFilter(self)

    def close_overlay(self) -> None:
        if self._overlay:
            self._end_overlay()
            self.sidebar.set_rail(True)
            self._place()
            self.overlay_closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Menus and dialogs are windows of their own: what happens there does not close the overlay.
        if not isinstance(watched, QWidget) or watched.window() is not self.window():
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            if watched is not self.sidebar and not self.sidebar.isAncestorOf(watched):
                self.close_overlay()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _end_overlay(self) -> None:
        if self._overlay:
            self._overlay = False
            if (app := QApplication.instance()) is not None:
                app.removeEventFilter(self)

    def _place(self) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        width = self.sidebar.maximumWidth()
        self.sidebar.setGeometry(self.width() - width if mirrored else 0, 0, width, self.height())
