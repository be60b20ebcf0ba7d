"""Where the window stands on the screen when it opens."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from cardscope_gui.settings import Settings

_USUAL = (1440, 900)


def restore(window: QMainWindow, settings: Settings) -> None:
    """As the user left it, or at its usual size as far as the screen has room."""
    geometry = settings.geometry
    if geometry is not None and window.restoreGeometry(geometry):
        return
    screen = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(min(_USUAL[0], screen.width()), min(_USUAL[1], screen.height()))
