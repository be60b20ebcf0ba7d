"""The composer: where a command is typed, explained while typing, recalled and sent."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QToolButton, QWidget

from cardscope.decode.hex import format_hex
from cardscope.decode.secrets import MaskedCommand
from cardscope.errors import CardScopeError
from cardscope.readers.families import Family
from cardscope_gui import theme
from cardscope_gui.console.annotation import annotate, annotate_failure, annotate_left_out, explain
from cardscope_gui.console.command_form import CommandForm
from cardscope_gui.console.hex_edit import HexEdit
from cardscope_gui.console.history import CommandHistory
from cardscope_gui.console.recipient import Recipient
from cardscope_gui.console.run_line import RunLine
from cardscope_gui.console.typed_command import TypedCommand
from cardscope_gui.widgets.buttons import Button, IconButton

_LINE = 24
_SHOWN_RAW = 8


class Composer(QWidget):
    """An editor, its history, Send, the line that explains with the fixes of what is wrong, and a form of the fields.
    It asks for exactly the bytes that it shows."""

    send_requested = Signal(bytes)
    """The user wants these bytes, the whole of what is shown, to be sent."""
    edited = Signal()
    """The text is another one now."""
    form_toggled = Signal(bool)
    """The user opened or closed the form."""
    history_wanted = Signal()
    """The user wants to see the commands sent before."""

    def __init__(self, history: CommandHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = HexEdit(self)
        self.annotation = RunLine(self)
        self.history_button = IconButton("history", self.tr("Commands sent before"), parent=self)
        self.form_button = IconButton("form", self.tr("Fields of the command"), parent=self)
        self.send_button = Button(self.tr("Send"), "tonal", parent=self)
        self.form = CommandForm(self)
        self.fix_button = Button("", parent=self)
        self.more_button = IconButton("chevron-down", self.tr("What else can be done"), parent=self)
        self._fix_menu = QMenu(self)
        self._history = history
        self._shown = ""
        self._busy = False
        self._recipient = Recipient.NOBODY
        self._family: Family | None = None
        self._build()
        self._theme_changed()
        self._update()
        self.edit.textChanged.connect(self._text_changed)
        self.edit.submitted.connect(self.submit)
        self.edit.older_wanted.connect(lambda: history.step_back(self._shown, self.spelled))
        self.edit.newer_wanted.connect(history.step_forward)
        history.recalled.connect(self.recall)
        history.draft_recalled.connect(self.edit.set_text)
        self.send_button.clicked.connect(self.submit)
        self.history_button.clicked.connect(self.history_wanted)
        self.edit.lines_left_out.connect(self._say_left_out)
        self.fix_button.clicked.connect(self.fix)
        QShortcut(QKeySequence("Ctrl+."), self, self.fix, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._fix_menu.aboutToShow.connect(self._fill_fix_menu)
        self.form_button.toggled.connect(self._form_toggled)
        self.form.edited.connect(self.edit.set_text)
        self.form.submitted.connect(self.submit)
        theme.notifier().changed.connect(self._theme_changed)

    def _build(self) -> None:
        self.setFocusProxy(self.edit)
        self.history_button.setToolTip(self.tr("Commands sent before (Ctrl+H; one by one: Up, Down)"))
        self.history_button.setProperty("outlined", True)
        self.form_button.setToolTip(self.tr("Show the fields of the command: CLA, INS, P1, P2, data, Le"))
        self.form_button.setProperty("outlined", True)
        self.form_button.setCheckable(True)
        self.form.setVisible(False)
        self.fix_button.setProperty("compact", True)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self._fix_menu)
        line = QHBoxLayout()
        line.setSpacing(theme.px(4))
        line.addWidget(self.annotation, 1)
        line.addWidget(self.fix_button)
        line.addWidget(self.more_button)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(theme.px(8))
        layout.setVerticalSpacing(theme.px(2))
        layout.addWidget(self.edit, 0, 0)
        layout.addWidget(self.history_button, 0, 1)
        layout.addWidget(self.form_button, 0, 2)
        layout.addWidget(self.send_button, 0, 3)
        layout.addWidget(self.form, 1, 0, 1, 4)
        layout.addLayout(line, 2, 0, 1, 4)
        layout.setRowMinimumHeight(2, theme.px(_LINE))
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

    @property
    def spelled(self) -> bytes | None:
        """The bytes of the text as they stand there, without a wrapping; ``None``: they are not all clear."""
        return self.typed.data if self.typed.pasted.complete else None

    def set_busy(self, busy: bool) -> None:
        """While busy, nothing more can be sent."""
        self._busy = busy
        self._update()

    def set_recipient(self, recipient: Recipient) -> None:
        """Without a card one can write and learn, and send to the reader itself where there is one."""
        if self._recipient is not recipient:
            self._recipient = recipient
            self._update()

    def set_family(self, family: Family | None) -> None:
        """Says how the reader carries a tag's own commands; ``None``: that is not known."""
        if self._family is not family:
            self._family = family
            self.edit.set_family(family)
            self._update()

    def set_form_shown(self, shown: bool) -> None:
        """Opens or closes the form."""
        self.form_button.setChecked(shown)

    def shows(self, command: bytes) -> bool:
        """Whether ``command`` is what is shown: what it says, or what it would be sent as."""
        return command in (self.typed.command, self.typed.raw)

    def show_command(self, command: bytes) -> None:
        """Puts ``command`` in the place of what was typed."""
        self.edit.set_text(format_hex(command, " "))

    def recall(self, command: MaskedCommand) -> None:
        """Puts ``command`` in the place of what was typed. Where it lacks a secret, that place is selected, so that one
        types the secret anew; until then the text is not clear, and is not sent."""
        self.edit.set_text(command.text)
        if command.secrets:
            start, end = command.secrets[0]
            cursor = self.edit.textCursor()
            cursor.setPosition(3 * start)
            cursor.setPosition(3 * end - 1, QTextCursor.MoveMode.KeepAnchor)
            self.edit.setTextCursor(cursor)

    def show_failure(self, error: CardScopeError) -> None:
        """Says under the text why it was not answered, until the text changes."""
        self.annotation.set_runs(annotate_failure(error))

    def submit(self) -> None:
        """Asks for the bytes shown to be sent. Text that is not clear, or no command, is never sent; what is wrong with
        it is shown."""
        typed = self.typed
        if typed.command is not None:
            self._request(typed.command)
        elif (fault := typed.fault) is not None:
            cursor = self.edit.textCursor()
            cursor.setPosition(min(fault.start, len(typed.text)))
            self.edit.setTextCursor(cursor)

    def fix(self) -> None:
        """Makes the first change that mends what is wrong, if there is one."""
        if fixes := self.typed.fixes:
            self.edit.apply(fixes[0])
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def send_as_it_is(self) -> None:
        """Asks for the bytes of the text to be sent although they are no command, or without the wrapping."""
        if (raw := self.typed.raw) is not None:
            self._request(raw)

    def fix_menu(self) -> QMenu:
        """The menu of everything that can be done about what is wrong."""
        return self._fix_menu

    def _request(self, command: bytes) -> None:
        if self._recipient is not Recipient.NOBODY and not self._busy:
            self.send_requested.emit(command)

    def _text_changed(self) -> None:
        # The highlighter's own formatting is announced as a change of text too.
        if self.edit.toPlainText() != self._shown:
            self._shown = self.edit.toPlainText()
            self._history.text_changed()
            self._update()
            self.edited.emit()

    def _update(self) -> None:
        typed = self.typed
        runs, *shorter = annotate(typed)
        self.annotation.set_runs(runs, explain(typed), shorter)
        self.form.show_typed(typed)
        self._update_fixes()
        self.edit.setPlaceholderText(self._hint())
        usable = self._recipient is not Recipient.NOBODY and not self._busy
        self.send_button.setEnabled(usable and typed.command is not None)
        self.send_button.setToolTip(
            self.tr("Send exactly these bytes to the reader itself (Ctrl+Return)")
            if self._recipient is Recipient.READER
            else self.tr("Send exactly these bytes (Ctrl+Return)")
        )
        self.send_button.setText(self.tr("Sending…") if self._busy else self.tr("Send"))

    def _hint(self) -> str:
        match self._recipient:
            case Recipient.CARD:
                return self.tr("Type or paste a command, for example FF CA 00 00 00")
            case Recipient.READER:
                return self.tr("To the reader, without a card: type or paste a command, for example FF 00 48 00 00")
            case Recipient.NOBODY:
                return self.tr("Type or paste a command; it can be sent once a card is there")

    def _update_fixes(self) -> None:
        typed = self.typed
        first = typed.fixes[0].words if typed.fixes else ""
        keys = QKeySequence("Ctrl+.").toString(QKeySequence.SequenceFormat.NativeText)
        self.fix_button.setText(f"{first} ({keys})")
        self.fix_button.setAccessibleName(first)
        self.fix_button.setToolTip(self.tr("Change the text so ({0})").format(keys))
        self.fix_button.setVisible(bool(first))
        self.more_button.setVisible(len(typed.fixes) > 1 or typed.raw is not None)
        words = [self.annotation.text()]
        if first:
            words.append(self.tr("{0} changes this: {1}.").format(keys, first))
        self.edit.setAccessibleDescription(" ".join(words))

    def _fill_fix_menu(self) -> None:
        self._fix_menu.clear()
        typed = self.typed
        for fix in (*typed.fixes, *typed.choices):
            self._fix_menu.addAction(fix.words).triggered.connect(lambda _=False, fix=fix: self.edit.apply(fix))
        if (raw := typed.raw) is not None:
            shown = format_hex(raw[:_SHOWN_RAW], " ") + (" …" if len(raw) > _SHOWN_RAW else "")
            self._fix_menu.addSeparator()
            action = self._fix_menu.addAction(self.tr("Send {0} as it is").format(shown))
            action.setEnabled(self._recipient is not Recipient.NOBODY and not self._busy)
            action.triggered.connect(self.send_as_it_is)

    def _say_left_out(self, lines: int) -> None:
        self.annotation.set_runs(annotate_left_out(lines), explain(self.typed))
        self.edit.setAccessibleDescription(self.annotation.text())

    def _form_toggled(self, shown: bool) -> None:
        self.form.setVisible(shown)
        self.updateGeometry()
        self.form_toggled.emit(shown)

    def _theme_changed(self) -> None:
        side = theme.px(32)
        self.history_button.setFixedSize(side, side)
        self.form_button.setFixedSize(side, side)
        self.send_button.setFixedHeight(side)
        busiest = self.send_button.fontMetrics().horizontalAdvance(self.tr("Sending…"))
        self.send_button.setMinimumWidth(busiest + theme.px(26))
