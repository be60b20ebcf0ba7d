"""The composer: where a command is typed, explained while typing, recalled and sent."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QMenu, QToolButton, QWidget

from cardscope.decode.hex import format_hex
from cardscope.errors import CardScopeError
from cardscope_gui import theme
from cardscope_gui.console.annotation import annotate, annotate_failure, explain
from cardscope_gui.console.hex_edit import HexEdit
from cardscope_gui.console.history import CommandHistory
from cardscope_gui.console.run_line import RunLine
from cardscope_gui.console.typed_command import TypedCommand
from cardscope_gui.widgets.buttons import Button, IconButton

_MENU_ENTRIES = 20
_MENU_BYTES = 24


class Composer(QWidget):
    """An editor, its history, Send, and the line that explains. It asks for exactly the bytes that it shows."""

    send_requested = Signal(bytes)
    """The user wants these bytes, the whole of what is shown, to be sent."""
    edited = Signal()
    """The text is another one now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = HexEdit(self)
        self.annotation = RunLine(self)
        self.history_button = IconButton("history", self.tr("Commands sent before"), parent=self)
        self.send_button = Button(self.tr("Send"), "tonal", parent=self)
        self._history = CommandHistory()
        self._menu = QMenu(self)
        self._shown = ""
        self._busy = False
        self._has_card = False
        self._build()
        self._theme_changed()
        self._update()
        self.edit.textChanged.connect(self._text_changed)
        self.edit.submitted.connect(self.submit)
        self.edit.older_wanted.connect(lambda: self._recall(self._history.older(self._shown)))
        self.edit.newer_wanted.connect(lambda: self._recall(self._history.newer(self._shown)))
        self.send_button.clicked.connect(self.submit)
        self._menu.aboutToShow.connect(self._fill_menu)
        theme.notifier().changed.connect(self._theme_changed)

    def _build(self) -> None:
        self.setFocusProxy(self.edit)
        self.history_button.setToolTip(self.tr("Commands sent before (Alt+Up, Alt+Down)"))
        self.history_button.setProperty("outlined", True)
        self.history_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.history_button.setMenu(self._menu)
        self.send_button.setToolTip(self.tr("Send exactly these bytes (Ctrl+Return)"))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(theme.px(8))
        layout.setVerticalSpacing(theme.px(4))
        layout.addWidget(self.edit, 0, 0)
        layout.addWidget(self.history_button, 0, 1)
        layout.addWidget(self.send_button, 0, 2)
        layout.addWidget(self.annotation, 1, 0, 1, 3)
        layout.setColumnStretch(0, 1)
        self.annotation.setContentsMargins(theme.px(12), 0, 0, 0)

    @property
    def typed(self) -> TypedCommand:
        """The reading of what is shown."""
        return self.edit.typed

    @property
    def busy(self) -> bool:
        """Whether a command is on its way."""
        return self._busy

    def set_busy(self, busy: bool) -> None:
        """While busy, nothing more can be sent."""
        self._busy = busy
        self._update()

    def set_has_card(self, has_card: bool) -> None:
        """Without a card one can write and learn, not send."""
        self._has_card = has_card
        self._update()

    def show_command(self, command: bytes) -> None:
        """Puts ``command`` in the place of what was typed."""
        self.edit.set_text(format_hex(command, " "))

    def show_failure(self, error: CardScopeError) -> None:
        """Says under the text why it was not answered, until the text changes."""
        self.annotation.set_runs(annotate_failure(error))

    def remember(self) -> None:
        """Adds what is shown to the history and selects it, so that the next command can be typed over it."""
        self._history.add(self._shown)
        self.edit.selectAll()

    def submit(self) -> None:
        """Asks for the bytes shown to be sent; text that is not wholly hex is never sent, its error is shown."""
        typed = self.typed
        if typed.error is not None and typed.marked is not None:
            self.annotation.set_runs(annotate_failure(typed.error))
            cursor = self.edit.textCursor()
            cursor.setPosition(typed.error.position)
            self.edit.setTextCursor(cursor)
        elif typed.command is not None and self._has_card and not self._busy:
            self.send_requested.emit(typed.command)

    def history_menu(self) -> QMenu:
        """The menu of the history button."""
        return self._menu

    def _text_changed(self) -> None:
        # The highlighter's own formatting is announced as a change of text too.
        if self.edit.toPlainText() != self._shown:
            self._shown = self.edit.toPlainText()
            self._update()
            self.edited.emit()

    def _update(self) -> None:
        typed = self.typed
        self.annotation.set_runs(annotate(typed), explain(typed))
        self.edit.setAccessibleDescription(self.annotation.text())
        self.edit.setPlaceholderText(
            self.tr("Type a command in hex, for example FF CA 00 00 00")
            if self._has_card
            else self.tr("Type a command in hex; it can be sent once a card is there")
        )
        self.send_button.setEnabled(self._has_card and not self._busy and typed.command is not None)
        self.send_button.setText(self.tr("Sending…") if self._busy else self.tr("Send"))

    def _recall(self, text: str) -> None:
        self.edit.set_text(text)

    def _fill_menu(self) -> None:
        self._menu.clear()
        recent = self._history.recent(_MENU_ENTRIES)
        for text in recent:
            shown = text if len(text) <= 3 * _MENU_BYTES else f"{text[: 3 * _MENU_BYTES]}…"
            action = QAction(shown, self._menu)
            action.setFont(theme.mono_font(13))
            action.triggered.connect(lambda _checked=False, text=text: self._recall_and_focus(text))
            self._menu.addAction(action)
        if not recent:
            self._menu.addAction(self.tr("Nothing was sent yet")).setEnabled(False)

    def _recall_and_focus(self, text: str) -> None:
        self._recall(text)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _theme_changed(self) -> None:
        side = theme.px(32)
        self.history_button.setFixedSize(side, side)
        self.send_button.setFixedHeight(side)
        busiest = self.send_button.fontMetrics().horizontalAdvance(self.tr("Sending…"))
        self.send_button.setMinimumWidth(busiest + theme.px(26))
