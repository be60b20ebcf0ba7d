"""The APDU console: every command and answer, and a line to send more."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cardscope.decode.response import answer_status
from cardscope.decode.secrets import MaskedCommand
from cardscope.errors import CardScopeError, EscapeRefusedError
from cardscope.events import Exchanged, Identified, Origin
from cardscope.following import follow
from cardscope.guard import GuardRefusal
from cardscope.identify.chip_identity import Certainty
from cardscope.session import CardSession
from cardscope_gui import theme
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.composer import Composer
from cardscope_gui.console.export import TranscriptExport
from cardscope_gui.console.history import CommandHistory
from cardscope_gui.console.history_filter import FilterBox
from cardscope_gui.console.library import CommandLibrary, LibraryInvitation
from cardscope_gui.console.recipient import EmptyReader, Recipient
from cardscope_gui.console.refusal import RefusalBar
from cardscope_gui.console.run_line import RunLine, TextRun
from cardscope_gui.console.transcript_delegate import SEVERITIES, milliseconds
from cardscope_gui.console.transcript_model import TranscriptModel, command_text
from cardscope_gui.console.transcript_pane import TranscriptPane
from cardscope_gui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope_gui.console.history_window import HistoryWindow
    from cardscope_gui.settings import Settings

_HEIGHT = 236
_MIN_HEIGHT = 168
_FOLDED_HEIGHT = 36
_NO_LIMIT = (1 << 24) - 1
_SIDE = 24


class ConsolePanel(QFrame):
    """Shows the exchanges of all readers, the application's own included, and sends to the card that is shown."""

    folded_changed = Signal(bool)
    """Whether the panel is one line now."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session: CardSession | None = None
        self._reader: str | None = None
        self._sending: object | None = None
        self._folded = False
        self.setProperty("surface", "sunken")
        self.setAccessibleName(self.tr("APDU console"))
        self.transcript = TranscriptModel(self)
        self.pane = TranscriptPane(self.transcript, self)
        self.view = self.pane.view
        self.export = TranscriptExport(bridge, self.transcript, self.pane, self)
        self.refusal = RefusalBar(self)
        self.history = CommandHistory(bridge, self)
        self.history_window: HistoryWindow | None = None
        self.composer = Composer(self.history, self)
        self.library = CommandLibrary(bridge, self.composer, lambda: (self._session, self._reader), self)
        self.invitation = LibraryInvitation(self.view, self.transcript)
        self.line = RunLine(self)
        self.follow_box = FilterBox(self.tr("Follow 61/6C"), self)
        self.follow_box.setToolTip(
            self.tr("By itself fetch what 61xx announces, and send again with the Le that 6Cxx names")
        )
        self.clear_button = IconButton("trash", self.tr("Clear the transcript"), parent=self)
        self.fold_button = IconButton("chevron-down", self.tr("Fold the console"), parent=self)
        self._title = QLabel(self.tr("APDU console"), self)
        self._head = QWidget(self)
        self._foot = QWidget(self)
        self._build()
        self._theme_changed()
        self._update_line()
        bridge.published.connect(self._on_event)
        self.clear_button.clicked.connect(self._clear)
        self.fold_button.clicked.connect(lambda: self.set_folded(not self._folded))
        self.view.send_again.connect(self._send_again)
        self.transcript.arrived.connect(self._update_line)
        self.composer.send_requested.connect(self._start)
        self.composer.edited.connect(self.refusal.dismiss)
        self.composer.history_wanted.connect(self.open_history)
        self.library.filled.connect(self.focus_composer)
        self.invitation.button.clicked.connect(self.library.open)
        QShortcut(QKeySequence("Ctrl+H"), self, self.open_history)
        self.refusal.approved.connect(self._start)
        self.refusal.declined.connect(self.focus_composer)
        theme.notifier().changed.connect(self._theme_changed)

    def _build(self) -> None:
        head = QHBoxLayout(self._head)
        head.setContentsMargins(theme.px(_SIDE), 0, theme.px(_SIDE - 5), 0)
        head.setSpacing(theme.px(8))
        head.addWidget(self._title)
        head.addSpacing(theme.px(4))
        head.addWidget(self.line, 1)
        head.addWidget(self.follow_box)
        head.addSpacing(theme.px(4))
        head.addWidget(self.library.button)
        head.addWidget(self.pane.filter_button)
        head.addWidget(self.export.button)
        head.addWidget(self.clear_button)
        head.addWidget(self.fold_button)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(theme.px(_SIDE), theme.px(8), theme.px(_SIDE), theme.px(2))
        foot.addWidget(self.composer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.pane, 1)
        layout.addWidget(self.refusal)
        layout.addWidget(self._foot)

    @property
    def folded(self) -> bool:
        """Whether the panel is one line."""
        return self._folded

    def show_session(self, session: CardSession | None, reader_name: str | None) -> None:
        """From now on sends to ``session``, or, without a card (``None``), to the reader itself where it is there.
        Another session or reader voids a pending question."""
        if session is not self._session or reader_name != self._reader:
            self.refusal.dismiss()
            self._sending = None
            self.composer.set_busy(False)
        self._session = session
        self._reader = reader_name
        self.composer.set_recipient(self._recipient())
        known = self._known()
        self.composer.set_family(known.family if known is not None else None)
        self.view.set_shown_reader(reader_name)
        if self.history_window is not None:
            self.history_window.show_card(session.uid if session is not None else None)
        self.library.refresh()
        self._update_line()

    def remember_in(self, settings: "Settings") -> None:
        """Takes over from ``settings`` whether follow-ups are sent, and keeps there what the user chooses."""
        self.follow_box.setChecked(settings.follow_up)
        self.follow_box.toggled.connect(partial(setattr, settings, "follow_up"))

    def focus_composer(self) -> None:
        """Puts the cursor into the composer, unfolding the panel when it is folded."""
        self.set_folded(False)
        self.composer.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_history(self) -> None:
        """Opens the window of the commands sent before."""
        if self.history_window is None:
            from cardscope_gui.console.history_window import HistoryWindow  # noqa: PLC0415 not for the first card

            self.history_window = HistoryWindow(self.history, self)
            self.history_window.used.connect(self._use_again)
        self.history_window.show_card(self._session.uid if self._session is not None else None)
        self.history_window.show()
        self.history_window.raise_()
        self.history_window.activateWindow()

    def _use_again(self, command: MaskedCommand) -> None:
        self.composer.recall(command)
        self.focus_composer()

    def set_folded(self, folded: bool) -> None:
        """Folds the panel to one line with the last exchange, or opens it."""
        if folded == self._folded:
            return
        self._folded = folded
        if folded:
            self.refusal.dismiss()
        in_head = (self.pane.filter_button, self.export.button, self.clear_button, self.follow_box)
        for part in (self.pane, self._foot, *in_head):
            part.setVisible(not folded)
        self._theme_changed()
        self._update_line()
        self.folded_changed.emit(folded)

    def sizeHint(self) -> QSize:
        return QSize(900, theme.px(_FOLDED_HEIGHT if self._folded else _HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.refusal.isVisible():
            self.refusal.dismiss()
            self.focus_composer()
        else:
            super().keyPressEvent(event)

    def _on_event(self, event: object) -> None:
        if isinstance(event, Exchanged):
            self.transcript.append(event)
        elif isinstance(event, Identified):
            identity = event.identification.chip
            if identity is not None and identity.chip is not None and identity.certainty is not Certainty.GUESS:
                self.transcript.set_chip(event.reader, event.insertion, identity.chip)

    def _clear(self) -> None:
        self.transcript.clear()
        self._update_line()

    def _send_again(self, command: bytes) -> None:
        if self._recipient() is not Recipient.NOBODY and self._sending is None:
            self.composer.show_command(command)
            self._start(command)

    def _recipient(self) -> Recipient:
        if self._session is not None:
            return Recipient.CARD
        there = any(reader.name == self._reader for reader in self._bridge.service.readers)
        return Recipient.READER if there else Recipient.NOBODY

    def _target(self) -> CardSession | EmptyReader | None:
        if self._reader is not None and self._recipient() is Recipient.READER:
            return EmptyReader(self._bridge.service, self._reader)
        return self._session

    def _start(self, command: bytes, approval: str | None = None) -> None:
        target = self._target()
        if target is None or self._sending is not None:
            return
        self.refusal.dismiss()
        self._sending = object()
        known = self._known()
        # Where the chip is not certain, the history leaves out what is secret on any chip.
        identity = known.chip if known is not None else None
        chip = identity.chip if identity is not None and identity.certainty is Certainty.CERTAIN else None
        spelled = self.composer.spelled
        remember = partial(self.history.add, chip=chip, uid=target.uid, reader=target.reader)
        # The next command can be typed over this one.
        self.composer.edit.selectAll()
        self.composer.set_busy(True)
        self._bridge.spawn(self._send(target, self._sending, command, approval, partial(remember, spelled or command)))

    async def _send(
        self,
        target: CardSession | EmptyReader,
        sending: object,
        command: bytes,
        approval: str | None,
        remember: Callable[[], None],
    ) -> None:
        """Sends ``command``, and calls ``remember`` unless the guard refused it."""
        shown = command

        async def send_following(following: bytes) -> bytes:
            nonlocal command
            command = following
            return (await target.send(following, origin=Origin.APPLICATION)).response or b""

        try:
            try:
                exchanged = await target.send(command, approval=approval)
            except CardScopeError as error:
                if not isinstance(error, GuardRefusal):
                    remember()
                raise
            remember()
            if self.follow_box.isChecked() and exchanged.insertion:  # a reader's own status words mean other things
                await follow(command, exchanged.response or b"", send_following)
        except CardScopeError as error:
            # A card that was replaced meanwhile has its own console by now; the transcript has this one's failure.
            if sending is self._sending:
                self._finish()
                self._show_failure(error, command, shown)
        finally:
            if sending is self._sending:
                self._finish()

    def _show_failure(self, error: CardScopeError, command: bytes, shown: bytes) -> None:
        """Says why ``command`` was not sent or not answered: what the user sent, ``shown``, or what followed it."""
        if isinstance(error, EscapeRefusedError):
            self.refusal.show_explanation(error)
        elif not isinstance(error, GuardRefusal):
            self.composer.show_failure(error)
        elif self.composer.shows(shown):
            if command != shown:
                self.composer.show_command(command)
            self.refusal.show_refusal(command, error)
        else:
            # Its remedy is for the command line; here one sends the command again to be asked.
            self.composer.show_failure(CardScopeError(str(error)))

    def _known(self) -> "Identification | None":
        return self._bridge.service.identification(self._reader) if self._reader is not None else None

    def _finish(self) -> None:
        self._sending = None
        self.composer.set_busy(False)

    def _update_line(self) -> None:
        self.line.set_runs(self._last_exchange() if self._folded else [TextRun(self._reader_words())])

    def _reader_words(self) -> str:
        if self._reader is None:
            return self.tr("No reader")
        match self._recipient():
            case Recipient.NOBODY:
                return self.tr("{0} · no card").format(self._reader)
            case Recipient.READER:
                return self.tr("{0} · no card: commands go to the reader itself").format(self._reader)
            case Recipient.CARD:
                pass
        protocol = self._session.protocol if self._session is not None else None
        if protocol is None:
            return self.tr("{0} · not connected").format(self._reader)
        return self.tr("{0} · {1} · connected, shared").format(self._reader, str(protocol))

    def _last_exchange(self) -> list[TextRun]:
        last = self.transcript.last
        if last is None:
            return [TextRun(self.tr("Commands and answers appear here"), "text3")]
        hex_bytes = command_text(last, self.transcript.chip_of(last)).split(" ")
        runs = [TextRun(" ".join(hex_bytes[:16]) + (" …" if len(hex_bytes) > 16 else ""), mono=True)]
        if last.response is None:
            return [*runs, TextRun(last.error, "bad", icon="cross")]
        status = answer_status(last.command, last.response)
        if status is None:
            return [*runs, TextRun(self.tr("No status word"), "warn", icon="caution")]
        glyph, ink, _ = SEVERITIES[status.severity]
        return [
            *runs,
            TextRun(f"{status.code >> 8:02X} {status.code & 0xFF:02X}", ink, mono=True, icon=glyph),
            TextRun(status.meaning, ink, bold=True),
            TextRun(milliseconds(last.ms), "text3", mono=True),
        ]

    def _theme_changed(self) -> None:
        folded = theme.px(_FOLDED_HEIGHT)
        self._head.setFixedHeight(folded)
        self._title.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        self.setMinimumHeight(folded if self._folded else theme.px(_MIN_HEIGHT))
        self.setMaximumHeight(folded if self._folded else _NO_LIMIT)
        self.updateGeometry()
        self.fold_button.set_icon("chevron-up" if self._folded else "chevron-down")
        words = self.tr("Open the console") if self._folded else self.tr("Fold the console")
        self.fold_button.setToolTip(words)
        self.fold_button.setAccessibleName(words)
