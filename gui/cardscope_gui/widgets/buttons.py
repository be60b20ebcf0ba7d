"""Buttons that keep their look when the theme changes and tell a screen reader what they do.

They take the focus by Tab and not by click, so the focus ring shows only to those who use the keyboard.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent, QTransform
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QToolButton, QWidget

from cardscope_gui import icons, theme

_CONFIRMED_MS = 1600
_GAP = 4
_ARROW_GAP = 5


def pressed_by(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Clicks ``button`` when ``event`` is Return or Enter, as Space does by itself outside dialogs; whether it was."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    button.click()
    return True


class Button(QPushButton):
    """A push button of a ``kind`` that the style sheet knows: "", primary, tonal, link."""

    def __init__(self, text: str, kind: str = "", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self._icon = icon
        self._token = {"primary": "onfill", "tonal": "accent", "link": "accent"}.get(kind, "text2")
        if icon:
            self.setIconSize(QSize(theme.px(16) + _GAP, theme.px(16)))
            theme.notifier().changed.connect(self._draw)
            self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_by(self, event):
            super().keyPressEvent(event)

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, self._token, 16, gap=_GAP))


class IconButton(QToolButton):
    """A flat button with a drawing only; ``name`` is its accessible name and its tool tip."""

    def __init__(self, icon: str, name: str, size: float = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._size, self._token = icon, size, "text2"
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(theme.px(size), theme.px(size)))
        self.setFixedSize(theme.px(24), theme.px(24))
        theme.notifier().changed.connect(self._draw)
        self._draw()

    def set_icon(self, icon: str, token: str = "text2") -> None:
        self._icon, self._token = icon, token
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_by(self, event):
            super().keyPressEvent(event)

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, self._token, self._size))


class CopyButton(IconButton):
    """Copies what ``text`` gives at that moment, and for a moment shows a tick and says so."""

    def __init__(self, name: str, text: Callable[[], str], size: float = 16, parent: QWidget | None = None) -> None:
        super().__init__("copy", name, size, parent)
        self._name = name
        self._text = text
        self._again = QTimer(self, singleShot=True, interval=_CONFIRMED_MS)
        self._again.timeout.connect(self._settle)
        self.clicked.connect(self.copy)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())
        self.set_icon("check", "ok")
        self.setToolTip(self.tr("Copied"))
        self.setAccessibleName(self.tr("Copied"))
        self._again.start()

    def _settle(self) -> None:
        self.set_icon("copy")
        self.setToolTip(self._name)
        self.setAccessibleName(self._name)


class CopyTextButton(Button):
    """A copy button in words: "Copy report" becomes "Copied" for a moment."""

    def __init__(self, words: str, text: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(words, "", "copy", parent)
        self._words = words
        self._text = text
        self._again = QTimer(self, singleShot=True, interval=_CONFIRMED_MS)
        self._again.timeout.connect(lambda: self._say(self._words))
        self.clicked.connect(self.copy)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())
        # Keeps its width, so that the row does not jump under the pointer.
        self.setMinimumWidth(self.width())
        self._say(self.tr("Copied"))
        self._again.start()

    def _say(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)


class MenuButton(Button):
    """A push button that opens ``menu``, with an arrow behind its words."""

    def __init__(self, text: str, menu: QMenu | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        # The drawing stands before the words in reading direction: turned round, it stands behind them.
        ltr, rtl = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
        self.setLayoutDirection(rtl if QGuiApplication.layoutDirection() == ltr else ltr)
        self.setIconSize(QSize(theme.px(12) + _ARROW_GAP, theme.px(12)))
        self._arrow = True
        theme.notifier().changed.connect(self._point)
        self._point()
        if menu is not None:
            menu.setLayoutDirection(QGuiApplication.layoutDirection())
            self.setMenu(menu)

    def show_arrow(self, shown: bool) -> None:
        """Without the arrow it is a plain button."""
        self._arrow = shown
        self._point()

    def _point(self) -> None:
        if not self._arrow:
            self.setIcon(QIcon())
            return
        # The gap belongs between the words and the arrow, on the side where other drawings have none.
        drawn = icons.icon("chevron-down", "text2", 12, gap=_ARROW_GAP).pixmap(self.iconSize(), self.devicePixelRatio())
        self.setIcon(QIcon(drawn.transformed(QTransform.fromScale(-1, 1))))
