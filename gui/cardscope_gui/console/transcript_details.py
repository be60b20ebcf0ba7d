"""The window that takes one exchange apart: command and answer as bytes and fields, and what the status means."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from cardscope.decode.apdu_structure import counted
from cardscope.decode.masked_fields import decode_response_masked, decode_sent, decode_sent_masked
from cardscope.decode.response import answer_status, decode_response
from cardscope.decode.secrets import Span, secret_answer_spans, secret_spans
from cardscope.events import Exchanged, Origin
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip
from cardscope_gui import theme
from cardscope_gui.console.run_line import RunLine, TextRun
from cardscope_gui.console.segments import segment
from cardscope_gui.console.transcript_delegate import SEVERITIES, milliseconds
from cardscope_gui.console.transcript_model import clock, sent_at
from cardscope_gui.fields.fields_view import FieldsView
from cardscope_gui.widgets.buttons import CopyTextButton, IconButton
from cardscope_gui.widgets.labels import ElidedLabel, label

_SIZE = QSize(900, 720)
_MOST_BYTES = 1024
"""So many of a long command or answer are shown in the grid; the fields are those of all."""
_MOST_OPEN = 40
"""Of more fields than these the inner ones, single bits above all, are folded away at first."""
_MOST_ROWS = 4
"""Rows of bytes in view at once; further ones scroll."""


class TranscriptDetails(QDialog):
    """Shows one :class:`Exchanged`. It stays open beside the console; Alt+Up and Alt+Down go through the transcript."""

    step_wanted = Signal(int)
    """The user wants the exchange before (-1) or after (1) this one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exchange: Exchanged | None = None
        """What is shown."""
        self._chip: Chip | None = None
        self.setWindowTitle(self.tr("Command and answer"))
        self.title = ElidedLabel("title", parent=self)
        self.about = ElidedLabel("secondary", parent=self)
        self.status = RunLine(self)
        self.command = _Half(self.tr("Command"), self)
        self.answer = _Half(self.tr("Answer"), self)
        self.before = IconButton("chevron-up", self.tr("The one before (Alt+Up)"), parent=self)
        self.after = IconButton("chevron-down", self.tr("The one after (Alt+Down)"), parent=self)
        self.copy = CopyTextButton(self.tr("Copy fields"), self.text, self)
        for button, key, step in ((self.before, "Alt+Up", -1), (self.after, "Alt+Down", 1)):
            button.clicked.connect(partial(self.step_wanted.emit, step))
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.step_wanted.emit, step))
        self._lay_out()

    def _lay_out(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(
            min(theme.px(_SIZE.width()), screen.width() - theme.px(48)),
            min(theme.px(_SIZE.height()), screen.height() - theme.px(72)),
        )
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(self.title)
        words.addWidget(self.about)
        head.addLayout(words, 1)
        for button in (self.before, self.after, self.copy):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        halves = QSplitter(Qt.Orientation.Vertical, self)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.addWidget(self.command)
        halves.addWidget(self.answer)
        halves.setStretchFactor(0, 2)
        halves.setStretchFactor(1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(12))
        column.setSpacing(theme.px(8))
        column.addLayout(head)
        column.addWidget(self.status)
        column.addWidget(halves, 1)

    def show_exchange(self, exchange: Exchanged, chip: Chip | None, *, secrets: bool) -> None:
        """Takes ``exchange`` apart. ``chip`` is the card's, where it is known; without ``secrets``, PINs, passwords and
        keys are not shown."""
        self.exchange, self._chip = exchange, chip
        command, response = exchange.command, exchange.response
        self.title.setText(segment(command).summary)
        self.about.setText(self._about(exchange))
        sent = decode_sent(command) if secrets else decode_sent_masked(command, chip)
        self.command.show_field(command, sent, () if secrets else secret_spans(command, chip))
        if response is None:
            self.answer.show_nothing()
            self.status.set_runs([TextRun(exchange.error, "bad", icon="cross")])
            return
        if secrets:
            field, hidden = decode_response(command, response, chip=chip), ()
        else:
            field = decode_response_masked(command, response, chip)
            hidden = secret_answer_spans(command, response)
        self.answer.show_field(response, field, hidden)
        self._show_status(command, response)

    def _about(self, exchange: Exchanged) -> str:
        parts = [clock(sent_at(exchange)), milliseconds(exchange.ms), exchange.reader]
        if exchange.insertion == 0:
            parts.append(self.tr("to the reader, not to a card"))
        if exchange.origin is Origin.APPLICATION:
            parts.append(self.tr("sent by the application"))
        return " · ".join(parts)

    def _show_status(self, command: bytes, response: bytes) -> None:
        status = answer_status(command, response)
        if status is None:
            self.status.set_runs([TextRun(self.tr("No status word"), "warn", icon="caution")])
            return
        glyph, ink, _ = SEVERITIES[status.severity]
        runs = [
            TextRun(f"{status.code >> 8:02X} {status.code & 0xFF:02X}", ink, mono=True, icon=glyph),
            TextRun(status.meaning, ink, bold=True),
            TextRun(status.explanation, "text2"),
        ]
        if status.source:
            runs.append(TextRun(f"({status.source})", "text3"))
        self.status.set_runs(runs)

    def text(self) -> str:
        """Command and answer as lines of text, indented as the fields are; without secrets, shown or not."""
        if self.exchange is None:
            return ""
        command, response = self.exchange.command, self.exchange.response
        lines = [self.title.text(), self.about.text(), "", self.command.heading.text()]
        lines += _lines(decode_sent_masked(command, self._chip), 0)
        lines += ["", self.answer.heading.text(), self.status.text()]
        if response is not None:
            lines += _lines(decode_response_masked(command, response, self._chip), 0)
        return "\n".join(lines)


class _Half(QFrame):
    """Command or answer: how many bytes, the bytes, as text, and the fields."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self.heading = label(name, "heading", self)
        self.text = ElidedLabel("tertiary", parent=self)
        self.fields = FieldsView(self)
        self.fields.set_compact(True)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.fields.bytes)
        for ground in (self._scroll.viewport(), self.fields.bytes):
            ground.setAutoFillBackground(False)
        self.fields.bytes.setAccessibleDescription(name)
        self.fields.tree.setAccessibleName(name)
        self.fields.bytes.current_changed.connect(self._follow)
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        head.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(self._scroll)
        column.addWidget(self.fields, 1)
        self.setMinimumHeight(theme.px(150))
        theme.notifier().changed.connect(self._theme_changed)
        self._theme_changed()

    def show_field(self, data: bytes, field: Field, hidden: Sequence[Span]) -> None:
        shown = data[:_MOST_BYTES]
        self.fields.show_fields(shown, field, hidden)
        if sum(1 for _ in field.walk()) > _MOST_OPEN:
            self.fields.tree.collapseAll()
            self.fields.tree.expandToDepth(1)
        size = counted(len(data))
        if len(shown) < len(data):
            size = self.tr("{0}, the first {1} below").format(size, f"{len(shown):,}")
        self.heading.setText(f"{self._name} · {size}")
        self.text.setText(_printable(shown, hidden))
        self._fit()

    def show_nothing(self) -> None:
        self.fields.show_fields(b"", None)
        self.heading.setText(f"{self._name} · {self.tr('none')}")
        self.text.setText("")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """As many rows of bytes as there are, up to a bound."""
        row = self.fields.bytes.cell_rect(0).height()
        whole = self.fields.bytes.heightForWidth(self.width())
        self._scroll.setFixedHeight(min(whole, _MOST_ROWS * row))

    def _follow(self, offset: int) -> None:
        rect = self.fields.bytes.cell_rect(offset)
        self._scroll.ensureVisible(rect.center().x(), rect.center().y(), 0, rect.height())

    def _theme_changed(self) -> None:
        self.text.setFont(theme.mono_font(12))


def _printable(data: bytes, hidden: Sequence[Span]) -> str:
    """``data`` as ASCII, a dot for what is not printable; nothing where all is dots."""
    secret = {offset for start, end in hidden for offset in range(start, end)}
    text = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and offset not in secret else "·" for offset, byte in enumerate(data)
    )
    return text if text.strip("·") else ""


def _lines(field: Field, depth: int) -> list[str]:
    lines: list[str] = []
    for child in field.children:
        name = "  " * depth + ": ".join(text for text in (child.name, child.value) if text)
        lines.append("  ".join([name, *(text for text in (child.meaning, *child.problems) if text)]))
        lines += _lines(child, depth + 1)
    return lines
