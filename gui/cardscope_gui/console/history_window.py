"""The window of the commands sent before: found as one types, used again, named, marked and deleted."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QLineEdit, QListView, QMenu, QVBoxLayout, QWidget

from cardscope.store.history import HistoryEntry
from cardscope_gui import theme
from cardscope_gui.console.history import SHOWN, CommandHistory
from cardscope_gui.console.history_delegate import HistoryDelegate
from cardscope_gui.console.history_filter import FilterBox
from cardscope_gui.console.history_model import HistoryModel
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import label, paragraph

_SIZE = (760, 460)


class HistoryList(QListView):
    """Shows a :class:`HistoryModel`. Enter or a double click uses a command, F2 names it, Space marks it, Delete
    deletes it; the Menu key offers all of this."""

    use_wanted = Signal(object)
    """These take a :class:`HistoryEntry`."""
    favourite_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = model
        self._delegate = HistoryDelegate(self)
        self.setAccessibleName(self.tr("Commands sent before"))
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme.notifier().changed.connect(self._theme_changed)

    @property
    def current(self) -> HistoryEntry | None:
        """The command of the current row."""
        return self._entries.entry_at(self.currentIndex())

    def use(self) -> None:
        """Wants the current command in the composer."""
        self._with_current(self.use_wanted.emit)

    def mark(self) -> None:
        """Wants the current command to be a favourite, or not to be one any more."""
        self._with_current(self.favourite_wanted.emit)

    def name(self) -> None:
        """Opens the editor of the current command's name."""
        if self.currentIndex().isValid():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edit(self.currentIndex())

    def forget(self) -> None:
        """Wants the current command to be deleted."""
        self._with_current(self.forget_wanted.emit)

    def menu(self) -> QMenu:
        """What can be done with the current command."""
        menu = QMenu(self)
        entry = self.current
        favourite = entry is not None and entry.favourite
        for words, keys, does in (
            (self.tr("Use"), "Return", self.use),
            (self.tr("No favourite any more") if favourite else self.tr("Make it a favourite"), "Space", self.mark),
            (self.tr("Name…"), "F2", self.name),
            (self.tr("Copy"), "Ctrl+C", self.copy),
            (self.tr("Delete"), "Del", self.forget),
        ):
            action = menu.addAction(f"{words}\t{keys}")
            action.setEnabled(entry is not None)
            action.triggered.connect(does)
        return menu

    def copy(self) -> None:
        """Puts the current command on the clipboard, without its secrets."""
        self._with_current(lambda entry: QGuiApplication.clipboard().setText(entry.command.text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        if self.state() is QAbstractItemView.State.EditingState:
            event.accept()  # the editor of a name passes on the Enter that ends it
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.use()
            case Qt.Key.Key_Space:
                self.mark()
            case Qt.Key.Key_F2:
                self.name()
            case Qt.Key.Key_Delete:
                self.forget()
            case Qt.Key.Key_C if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.copy()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_ring(False)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid():
            self.use()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_ring(event.reason() is not Qt.FocusReason.MouseFocusReason)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self._entries.index(0))
        super().focusInEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index: QModelIndex | QPersistentModelIndex = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            menu = self.menu()
            menu.aboutToHide.connect(menu.deleteLater)
            place = self.visualRect(index).center() if by_key else event.pos()
            menu.popup(self.viewport().mapToGlobal(place))

    def _with_current(self, does: Callable[[HistoryEntry], object]) -> None:
        if (entry := self.current) is not None:
            does(entry)

    def _show_ring(self, shown: bool) -> None:
        if shown != self._delegate.ring_shown:
            self._delegate.ring_shown = shown
            self.viewport().update()

    def _theme_changed(self) -> None:
        self.viewport().update()


class HistoryWindow(QDialog):
    """Beside the console: it stays open while one works, until a command is used or Escape is pressed."""

    used = Signal(object)
    """The user wants this :class:`MaskedCommand` in the composer."""

    def __init__(self, history: CommandHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._uid: bytes | None = None
        self._typed = ""
        self.setWindowTitle(self.tr("Commands sent before"))
        self.model = HistoryModel(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find bytes or words, for example FF D6, verify or page 4"))
        self.search.setAccessibleName(self.tr("Find a command"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.only_card = FilterBox(self.tr("Sent to this card"))
        self.only_favourites = FilterBox(self.tr("Favourites"))
        self.list = HistoryList(self.model)
        self.count = label("", "tertiary")
        self.use_button = Button(self.tr("Use"), "primary")
        self.mark_button = Button(self.tr("Favourite"), icon="star")
        self.name_button = Button(self.tr("Name…"))
        self.forget_button = Button(self.tr("Delete"))
        self.clear_button = Button(self.tr("Delete all…"))
        self._lay_out()
        self.search.textChanged.connect(self.look)
        self.only_card.toggled.connect(self.look)
        self.only_favourites.toggled.connect(self.look)
        self.list.use_wanted.connect(self._use)
        self.list.favourite_wanted.connect(self._mark)
        self.list.forget_wanted.connect(history.forget)
        self.list.selectionModel().currentChanged.connect(self._update_buttons)
        self.model.dataChanged.connect(self._update_buttons)
        # Once the editor is closed: the rows may be others then.
        self.model.rename_wanted.connect(history.rename, Qt.ConnectionType.QueuedConnection)
        for button, does in (
            (self.use_button, self.list.use),
            (self.mark_button, self.list.mark),
            (self.name_button, self.list.name),
            (self.forget_button, self.list.forget),
            (self.clear_button, self.ask_to_clear),
        ):
            button.clicked.connect(does)
        history.found.connect(self._show)
        history.changed.connect(self._look_again)

    def _lay_out(self) -> None:
        self.resize(theme.px(_SIZE[0]), theme.px(_SIZE[1]))
        filters = QHBoxLayout()
        filters.setSpacing(theme.px(6))
        filters.addWidget(self.search, 1)
        for box in (self.only_card, self.only_favourites):
            filters.addSpacing(theme.px(8))
            filters.addWidget(box)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self.clear_button)
        buttons.addStretch(1)
        for button in (self.forget_button, self.name_button, self.mark_button, self.use_button):
            buttons.addWidget(button)
        for button in (self.clear_button, self.forget_button, self.name_button, self.mark_button):
            button.setProperty("tall", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(8))
        column.addLayout(filters)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        column.addLayout(buttons)

    def show_card(self, uid: bytes | None) -> None:
        """Which card's commands "Sent to this card" is about; ``None``: no card has been recognised."""
        if uid != self._uid:
            self._uid = uid
            self.only_card.setEnabled(uid is not None)
            if uid is None:
                self.only_card.setChecked(False)
            self._look_again()

    def look(self) -> None:
        """Looks for what is typed."""
        self._typed = self.search.text()
        uid = self._uid if self.only_card.isChecked() else None
        self._history.search(self._typed, uid=uid, favourites=self.only_favourites.isChecked())

    def clear_dialog(self) -> QDialog:
        """Asks whether all is to be deleted."""
        dialog = QDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Delete all commands?"))
        dialog.setMinimumWidth(theme.px(420))
        words = self.tr("Every command of the history is deleted from this computer, favourites and names too.")
        cancel, agree = Button(self.tr("Cancel")), Button(self.tr("Delete all"), "primary")
        cancel.setProperty("tall", True)
        cancel.setDefault(True)
        cancel.clicked.connect(dialog.reject)
        agree.clicked.connect(dialog.accept)
        dialog.accepted.connect(self._history.clear)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(agree)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(16))
        column.addWidget(paragraph(words, "secondary"))
        column.addLayout(row)
        return dialog

    def ask_to_clear(self) -> None:
        """Deletes all once the user agrees."""
        self.clear_dialog().open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
        self.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                    # Typing goes on while one moves in the list.
                    self.list.keyPressEvent(event)
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self.list.use()
                    return True
                case Qt.Key.Key_Escape if self.search.text():
                    self.search.clear()
                    return True
                case _:
                    pass
        return super().eventFilter(watched, event)

    def _look_again(self) -> None:
        if self.isVisible():
            self.look()

    def _show(self, entries: list[HistoryEntry]) -> None:
        current, row = self.list.current, max(self.list.currentIndex().row(), 0)
        self.model.show_entries(entries)
        again = self.model.row_of(current.id) if current is not None else QModelIndex()
        if not again.isValid():
            # Where a command was deleted, the next one follows; another search begins at its first.
            gone = current is not None and self._typed == self._listed
            again = self.model.index(min(row, len(entries) - 1) if gone else 0)
        self._listed = self._typed
        self.list.setCurrentIndex(again)
        self.list.scrollTo(again)
        self.count.setText(self._words(len(entries)))
        self.clear_button.setEnabled(bool(entries) or bool(self._typed))
        self._update_buttons()

    _listed = ""

    def _words(self, count: int) -> str:
        if count >= SHOWN:
            return self.tr("The latest {0}. Older ones are found as you type.").format(SHOWN)
        if count:
            return self.tr("{0} commands").format(count) if count > 1 else self.tr("1 command")
        if self._typed or self.only_card.isChecked() or self.only_favourites.isChecked():
            return self.tr("No command is like that.")
        return self.tr("Nothing was sent yet.")

    def _update_buttons(self) -> None:
        entry = self.list.current
        for button in (self.use_button, self.mark_button, self.name_button, self.forget_button):
            button.setEnabled(entry is not None)
        favourite = entry is not None and entry.favourite
        self.mark_button.setText(self.tr("No favourite") if favourite else self.tr("Favourite"))
        self.mark_button.setAccessibleName(self.mark_button.text())

    def _mark(self, entry: HistoryEntry) -> None:
        self._history.set_favourite(entry, not entry.favourite)

    def _use(self, entry: HistoryEntry) -> None:
        self.used.emit(entry.command)
        self.accept()
