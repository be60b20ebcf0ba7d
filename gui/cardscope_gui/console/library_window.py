"""The library's window: commands found as one types, filled in beside the list, and put into the composer."""

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from cardscope.library import Context, Entry, Library
from cardscope_gui import theme
from cardscope_gui.console.library_details import GuardView, LibraryDetails
from cardscope_gui.console.library_list import LibraryList
from cardscope_gui.console.library_model import LibraryModel
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.notice import NoticeBar

_SIZE = (920, 560)
_LIST = 330
_SHOWN_FAULTS = 3


class LibraryWindow(QDialog):
    """Beside the console; it closes when a command goes into the composer, and comes back with what was filled in."""

    put_wanted = Signal(str)
    """The user wants this text in the composer,"""
    send_wanted = Signal(str)
    """and sent from there."""
    own_wanted = Signal()
    """The user wants to write entries of his own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library: Library | None = None
        self._context = Context()
        self._can_send = False
        self.setWindowTitle(self.tr("Command library"))
        self.model = LibraryModel(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find words or bytes"))
        self.search.setAccessibleName(self.tr("Find a command"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.list = LibraryList(self.model)
        self.details = LibraryDetails()
        self.faults = NoticeBar()
        self.own_button = Button(self.tr("Your own commands…"), "link")
        self.send_button = Button(self.tr("Send"))
        self.put_button = Button(self.tr("Put into the composer"), "primary")
        self._lay_out()
        self.search.textChanged.connect(self.look)
        self.list.entry_changed.connect(self._show)
        self.list.chosen.connect(self.put)
        self.details.changed.connect(self._update)
        self.details.submitted.connect(self.put)
        self.put_button.clicked.connect(self.put)
        self.send_button.clicked.connect(self.send)
        self.own_button.clicked.connect(self.own_wanted)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.send)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self._update()

    def _lay_out(self) -> None:
        self.resize(theme.px(_SIZE[0]), theme.px(_SIZE[1]))
        left = QFrame()
        left.setProperty("surface", "panel")
        left.setProperty("edge", "right")
        left.setFixedWidth(theme.px(_LIST))
        inner = QVBoxLayout(left)
        inner.setContentsMargins(theme.px(12), theme.px(12), theme.px(6), 0)
        inner.setSpacing(theme.px(8))
        inner.addWidget(self.search)
        inner.addWidget(self.list, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.details)
        halves = QHBoxLayout()
        halves.setSpacing(0)
        halves.addWidget(left)
        halves.addWidget(scroll, 1)
        foot = QFrame()
        foot.setProperty("surface", "bar")
        foot.setProperty("edge", "top")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(theme.px(12), theme.px(8), theme.px(20), theme.px(8))
        buttons.setSpacing(theme.px(8))
        self.send_button.setProperty("tall", True)
        self.send_button.setToolTip(self.tr("Put it into the composer and send it from there (Ctrl+Return)"))
        buttons.addWidget(self.own_button)
        buttons.addStretch(1)
        buttons.addWidget(self.send_button)
        buttons.addWidget(self.put_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.faults)
        column.addLayout(halves, 1)
        column.addWidget(foot)

    def show_library(self, library: Library) -> None:
        """Shows the entries of ``library``, and what is wrong with the user's own file."""
        self._library = library
        self.own_button.setToolTip(self.tr("Opens {0}, where you can add commands").format(str(library.path)))
        if library.faults:
            shown = [str(fault) for fault in library.faults[:_SHOWN_FAULTS]]
            more = len(library.faults) - len(shown)
            text = self.tr("{0}: {1}").format(str(library.path), " ".join(shown))
            self.faults.say(text + (" " + self.tr("And {0} more.").format(more) if more else ""))
        else:
            self.faults.hide()
        self.look()

    def show_context(self, context: Context, guard: GuardView, *, can_send: bool) -> None:
        """For which reader and card; ``can_send``: one of them is there, and nothing is being sent."""
        self._can_send = can_send
        changed = context != self._context
        self._context = context
        self.details.show_context(context, guard)
        if changed:
            self.look()
        self._update()

    def look(self) -> None:
        """Shows the entries that are like what is typed; the current one stays current where it is among them."""
        if self._library is not None:
            current = self.list.entry
            self.model.show_entries(self._library.find(self.search.text()), self._context)
            self.list.show_entry(current)
            self._show(self.list.entry)

    def put(self) -> None:
        """Wants the command in the composer."""
        if (rendered := self.details.rendered) is not None:
            self.accept()
            self.put_wanted.emit(rendered.text)

    def send(self) -> None:
        """The same, and wants it sent from there."""
        if (rendered := self.details.rendered) is not None and self.send_button.isEnabled():
            self.accept()
            self.send_wanted.emit(rendered.text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                    self.list.keyPressEvent(event)
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                    self.put()
                    return True
                case Qt.Key.Key_Escape if self.search.text():
                    self.search.clear()
                    return True
                case _:
                    pass
        return super().eventFilter(watched, event)

    def _show(self, entry: Entry | None) -> None:
        row = self.list.row
        self.details.show_entry(entry, row.reason if row is not None else "")

    def _update(self) -> None:
        self.put_button.setEnabled(self.details.rendered is not None)
        self.send_button.setEnabled(self._can_send and self.details.sendable)


def open_file(path: str) -> None:
    """Opens a text file with whatever the desktop has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
