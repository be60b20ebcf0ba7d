"""Going round the window's panes with F6, and into its menus with F10."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenuBar, QWidget


def focus_first(pane: QWidget, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason) -> bool:
    """Gives the focus to the first widget in ``pane`` that takes it by Tab; false when there is none."""
    # Not nextInFocusChain: PySide takes what that returns for a child of the widget that was asked. When that widget
    # goes, as the widgets of a page do, PySide would give up the other one too, with its children: here, the menu bar.
    for widget in (pane, *pane.findChildren(QWidget)):
        takes_focus = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_focus and widget.isVisible() and widget.isEnabled():
            widget.setFocus(reason)
            return True
    return False


def go(panes: list[QWidget], step: int) -> None:
    """Moves the focus to the next pane (``step`` 1) or the previous one (-1) that can take it."""
    focused = QApplication.focusWidget()
    here = next(
        (n for n, pane in enumerate(panes) if focused is not None and (pane is focused or pane.isAncestorOf(focused))),
        -1 if step > 0 else 0,
    )
    for distance in range(1, len(panes) + 1):
        if focus_first(panes[(here + step * distance) % len(panes)]):
            return


def open_menus(bar: QMenuBar) -> None:
    """Qt has only Alt for this; F10 is what Windows and most Linux desktops have beside it."""
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    bar.setActiveAction(bar.actions()[0])
