"""Paints one exchange of the transcript: the command's line or lines, then the answer's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QCursor, QFont, QFontMetrics, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cardscope.decode.masked_fields import decode_response_masked
from cardscope.decode.response import answer_status, decode_response, split_answer
from cardscope.decode.secrets import Span, masked_hex, secret_spans
from cardscope.decode.status_words import StatusWord
from cardscope.events import Exchanged, Origin
from cardscope.tags.catalogue import Chip
from cardscope_gui import icons, theme
from cardscope_gui.console.flow import Flow, flow
from cardscope_gui.console.segments import Segment, SegmentedCommand, segment
from cardscope_gui.console.transcript_model import AnyIndex, TranscriptModel, answer_spans, clock, sent_at

MAX_LINES = 8
"""Lines of hex shown for a command or an answer; what goes beyond is counted, and copied with the rest."""
_LINE = 20
_PAD = 2
_MARGIN = 24
_ARROW_X = 104
_BYTES_X = 132
_STATUS_FROM_RIGHT = 328
_LATENCY_WIDTH = 64
_SEGMENT_GAP = 14
_PILL_PADDING = 8
_PILL_ICON = 17
SEVERITIES = {
    "ok": ("check", "ok", "ok_bg"),
    "warning": ("caution", "warn", "warn_bg"),
    "error": ("cross", "bad", "bad_bg"),
}


@dataclass(frozen=True, slots=True)
class _Metrics:
    """Fonts and the columns' edges for one width."""

    mono: QFont
    small_mono: QFont
    small: QFont
    small_bold: QFont
    advance: float
    bytes_left: int
    status_left: int
    right: int
    line: int

    @property
    def room(self) -> int:
        return self.status_left - self.bytes_left - theme.px(16)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts of one exchange stand, in lines from the top of its row."""

    command: Flow
    answer: Flow | None
    answer_lines: int

    @property
    def lines(self) -> int:
        return self.command.lines + bool(self.command.hidden) + self.answer_lines


@dataclass(frozen=True, slots=True)
class _Pill:
    """A status, with as much of its words as there is room for, in pixels from the row's left."""

    left: int
    width: int
    code: str
    code_width: int
    words: str
    glyph: str
    ink: str
    ground: str


class TranscriptDelegate(QStyledItemDelegate):
    """Every row has at least two lines; bytes wrap inside their column, an error's sentence up to the right edge."""

    def __init__(self, view: QAbstractItemView, model: TranscriptModel) -> None:
        """``view`` is where rows of ``model`` are painted; its width, scroll bar included, places the columns, so that
        they stand where they stand without the scroll bar."""
        super().__init__(view)
        self._view = view
        self._model = model
        self._metrics: tuple[int, _Metrics] | None = None
        self.shown_reader: str | None = None
        """Exchanges of any other reader get their reader's name."""

    def forget_metrics(self) -> None:
        """Fonts and sizes are others now."""
        self._metrics = None

    def plain_height(self) -> int:
        """The height of a row whose command and answer take one line each, in pixels."""
        return 2 * theme.px(_LINE) + 2 * theme.px(_PAD)

    def metrics(self) -> _Metrics:
        """The columns at the view's width."""
        width = self._view.width()
        if self._metrics is None or self._metrics[0] != width:
            self._metrics = (width, self._measure(width))
        return self._metrics[1]

    def _measure(self, width: int) -> _Metrics:
        mono = theme.mono_font(13)
        advance = QFontMetricsF(mono).horizontalAdvance("0")
        bytes_left = theme.px(_MARGIN + _BYTES_X)
        narrowest = bytes_left + round(12 * 3 * advance)
        return _Metrics(
            mono=mono,
            small_mono=theme.mono_font(12),
            small=theme.ui_font(12),
            small_bold=theme.ui_font(12, QFont.Weight.DemiBold),
            advance=advance,
            bytes_left=bytes_left,
            status_left=max(width - theme.px(_STATUS_FROM_RIGHT), narrowest),
            right=width - theme.px(_MARGIN),
            line=theme.px(_LINE),
        )

    def row_height(self, exchange: Exchanged) -> int:
        """The height of the row of ``exchange`` in pixels."""
        metrics = self.metrics()
        return self._layout(exchange, metrics).lines * metrics.line + 2 * theme.px(_PAD)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        return QSize(rect.width(), self.row_height(index.data(TranscriptModel.ExchangeRole)))

    def tip(self, exchange: Exchanged, x: int, y: int) -> str:
        """What the byte or the status at ``x``, ``y`` inside the row means; empty where there is nothing to say."""
        metrics = self.metrics()
        layout = self._layout(exchange, metrics)
        line = (y - theme.px(_PAD)) // metrics.line
        offset = layout.command.byte_at(x - metrics.bytes_left, line, metrics.advance)
        if offset is not None:
            named = next(s for s in segment(exchange.command).segments if s.start <= offset < s.end)
            if any(start < named.end and named.start < end for start, end in self._command_secrets(exchange)):
                return self.tr("{0}: holds a secret, which is not shown").format(named.name or self.tr("Data"))
            return " ".join(part for part in (named.name, named.value, named.meaning) if part)
        if exchange.response is not None and line >= _answer_line(layout):
            status = answer_status(exchange.command, exchange.response)
            if status is not None and x >= self._pill(exchange, layout, status, metrics).left:
                return "\n".join(part for part in (status.meaning, status.explanation, status.source) if part)
        return ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        exchange: Exchanged = index.data(TranscriptModel.ExchangeRole)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        metrics = self.metrics()
        layout = self._layout(exchange, metrics)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.topLeft())
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(0, 0, rect.width(), rect.height(), theme.color("sel"))
        elif state & QStyle.StateFlag.State_MouseOver and self._is_under_pointer(rect):
            painter.fillRect(0, 0, rect.width(), rect.height(), theme.color("hover"))
        inner = metrics.right - theme.px(_MARGIN)
        painter.fillRect(theme.px(_MARGIN), rect.height() - 1, inner, 1, theme.color("divider"))
        painter.translate(0, theme.px(_PAD))
        quiet = "text2" if state & QStyle.StateFlag.State_Selected else "text3"
        self._paint_command(painter, exchange, layout, metrics, quiet)
        painter.translate(0, _answer_line(layout) * metrics.line)
        self._paint_answer(painter, exchange, layout, metrics, quiet)
        painter.restore()

    def _is_under_pointer(self, rect: QRect) -> bool:
        """Qt goes on calling a row hovered while it moves away from a resting pointer, as it does when the console
        opens."""
        return rect.contains(self._view.viewport().mapFromGlobal(QCursor.pos()))

    def _layout(self, exchange: Exchanged, metrics: _Metrics) -> _Layout:
        lengths = [each.end - each.start for each in segment(exchange.command).segments]
        command = flow(lengths, metrics.room, metrics.advance, theme.px(_SEGMENT_GAP), MAX_LINES)
        if exchange.response is None:
            room = QRect(0, 0, metrics.right - metrics.bytes_left - theme.px(20), 1 << 16)
            height = QFontMetrics(metrics.small).boundingRect(room, Qt.TextFlag.TextWordWrap, exchange.error).height()
            return _Layout(command, None, max(1, -(-height // metrics.line)))
        data, _ = split_answer(exchange.command, exchange.response)
        answer = flow([len(data)], metrics.room, metrics.advance, 0, MAX_LINES)
        return _Layout(command, answer, answer.lines + bool(answer.hidden))

    def _paint_edge(self, painter: QPainter, t: float, arrow: str, metrics: _Metrics, quiet: str) -> None:
        line = metrics.line
        _text(painter, metrics.small_mono, quiet, QRect(theme.px(_MARGIN), 0, theme.px(_ARROW_X), line), clock(t))
        _icon(painter, arrow, quiet, theme.px(_MARGIN + _ARROW_X), line)

    def _paint_command(
        self, painter: QPainter, exchange: Exchanged, layout: _Layout, metrics: _Metrics, quiet: str
    ) -> None:
        self._paint_edge(painter, sent_at(exchange), "arrow-right", metrics, quiet)
        cut = segment(exchange.command)
        end_x = self._paint_bytes(
            painter,
            exchange.command,
            layout.command,
            cut.segments,
            secrets=self._command_secrets(exchange),
            metrics=metrics,
            quiet=quiet,
        )
        x = metrics.bytes_left + round(end_x) + theme.px(20)
        at = QPoint(x, (_answer_line(layout) - 1) * metrics.line)
        self._paint_summary(painter, exchange, cut, at=at, metrics=metrics)

    def _paint_summary(
        self, painter: QPainter, exchange: Exchanged, cut: SegmentedCommand, *, at: QPoint, metrics: _Metrics
    ) -> None:
        x, y = at.x(), at.y()
        if exchange.origin is Origin.APPLICATION:
            x += _mark(painter, self.tr("app"), x, y, metrics) + theme.px(8)
        if exchange.insertion == 0:
            x += _mark(painter, self.tr("to the reader"), x, y, metrics) + theme.px(8)
        words = cut.summary if exchange.reader == self.shown_reader else f"{cut.summary} · {exchange.reader}"
        self._paint_words(painter, words, QRect(x, y, metrics.right - x, metrics.line), metrics)

    def _paint_answer(
        self, painter: QPainter, exchange: Exchanged, layout: _Layout, metrics: _Metrics, quiet: str
    ) -> None:
        self._paint_edge(painter, exchange.t, "arrow-left", metrics, quiet)
        line = metrics.line
        if exchange.response is None or layout.answer is None:
            _icon(painter, "cross", "bad", metrics.bytes_left, line)
            left = metrics.bytes_left + theme.px(20)
            rect = QRect(left, 0, metrics.right - left, layout.answer_lines * line)
            painter.setFont(metrics.small)
            painter.setPen(theme.color("bad"))
            spare = (line - QFontMetrics(metrics.small).height()) // 2
            painter.drawText(rect.adjusted(0, spare, 0, 0), Qt.TextFlag.TextWordWrap, exchange.error)
            return
        data, _ = split_answer(exchange.command, exchange.response)
        pill = self._pill(exchange, layout, answer_status(exchange.command, exchange.response), metrics)
        if data:
            whole = Segment("", 0, len(data), "apdu_data", "", "")
            secrets = () if self._model.shows_secrets else answer_spans(exchange)
            end_x = self._paint_bytes(
                painter, data, layout.answer, (whole,), secrets=secrets, metrics=metrics, quiet=quiet
            )
            # The pill stands on the first line.
            limit = pill.left - theme.px(12) if layout.answer_lines == 1 else metrics.right
            left = metrics.bytes_left + round(end_x) + theme.px(20)
            place = QRect(left, (layout.answer_lines - 1) * line, limit - left, line)
            self._paint_words(painter, self._words(exchange), place, metrics)
        else:
            rect = QRect(metrics.bytes_left, 0, metrics.room, line)
            _text(painter, metrics.small, quiet, rect, self._no_data())
        _paint_pill(painter, pill, metrics)
        latency = QRect(metrics.right - theme.px(_LATENCY_WIDTH), 0, theme.px(_LATENCY_WIDTH), line)
        took = milliseconds(exchange.ms)
        _text(painter, metrics.small_mono, quiet, latency, took, side=Qt.AlignmentFlag.AlignRight)

    def _command_secrets(self, exchange: Exchanged) -> Sequence[Span]:
        """Where the command's bytes are not to be shown."""
        return () if self._model.shows_secrets else secret_spans(exchange.command, self._model.chip_of(exchange))

    def _words(self, exchange: Exchanged) -> str:
        assert exchange.response is not None
        chip = self._model.chip_of(exchange)
        return _answer_words(exchange.command, exchange.response, chip, self._model.shows_secrets)

    def _paint_words(self, painter: QPainter, words: str, place: QRect, metrics: _Metrics) -> None:
        if words and place.width() > theme.px(40):
            shown = QFontMetrics(metrics.small).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            _text(painter, metrics.small, "text2", place, shown)

    def _paint_bytes(
        self,
        painter: QPainter,
        data: bytes,
        placed: Flow,
        segments: tuple[Segment, ...],
        *,
        secrets: Sequence[Span],
        metrics: _Metrics,
        quiet: str,
    ) -> float:
        """Returns where the last line ends, from the column's left."""
        painter.setFont(metrics.mono)
        baseline = (metrics.line + QFontMetricsF(metrics.mono).capHeight()) / 2
        for run in placed.runs:
            painter.setPen(theme.color(segments[run.segment].token))
            at = QPointF(metrics.bytes_left + run.x, run.line * metrics.line + baseline)
            hidden = [(start - run.start, end - run.start) for start, end in secrets]
            painter.drawText(at, masked_hex(data[run.start : run.end], hidden))
        if not placed.hidden:
            return placed.end_x
        rect = QRect(metrics.bytes_left, placed.lines * metrics.line, metrics.room, metrics.line)
        more = self.tr("and {0} more bytes; Copy takes all of them").format(f"{placed.hidden:,}")
        _text(painter, metrics.small, quiet, rect, more)
        return QFontMetricsF(metrics.small).horizontalAdvance(more)

    def _no_data(self) -> str:
        return self.tr("No data")

    def _pill(self, exchange: Exchanged, layout: _Layout, status: StatusWord | None, metrics: _Metrics) -> _Pill:
        """The status in its column. Where its words need more room and the answer's data leaves some, the pill starts
        further left."""
        if status is None:
            code, words, severity = "", self.tr("No status word"), ("caution", "warn", "warn_bg")
        else:
            code, words = f"{status.code >> 8:02X} {status.code & 0xFF:02X}", status.meaning
            severity = SEVERITIES[status.severity]
        mono, bold = QFontMetrics(metrics.small_mono), QFontMetrics(metrics.small_bold)
        code_width = mono.horizontalAdvance(code) + theme.px(5) if code else 0
        right = metrics.right - mono.horizontalAdvance(milliseconds(exchange.ms)) - theme.px(8)
        around = 2 * theme.px(_PILL_PADDING) + theme.px(_PILL_ICON) + code_width
        data_width = QFontMetrics(metrics.small).horizontalAdvance(self._no_data())
        if layout.answer is not None and layout.answer.runs:
            data_width = metrics.room if layout.answer.lines > 1 else round(layout.answer.end_x)
        data_right = metrics.bytes_left + data_width + theme.px(16)
        left = min(metrics.status_left, max(data_right, right - around - bold.horizontalAdvance(words)))
        shown = bold.elidedText(words, Qt.TextElideMode.ElideRight, right - left - around)
        width = around + bold.horizontalAdvance(shown)
        return _Pill(left, width, code, code_width, shown, *severity)


def _paint_pill(painter: QPainter, pill: _Pill, metrics: _Metrics) -> None:
    height = theme.px(18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(pill.ground))
    painter.drawRoundedRect(QRectF(pill.left, (metrics.line - height) / 2, pill.width, height), 4, 4)
    _icon(painter, pill.glyph, pill.ink, pill.left + theme.px(_PILL_PADDING), metrics.line, size=12)
    left = pill.left + theme.px(_PILL_PADDING) + theme.px(_PILL_ICON)
    _text(painter, metrics.small_mono, pill.ink, QRect(left, 0, pill.code_width, metrics.line), pill.code)
    words = QRect(left + pill.code_width, 0, pill.width, metrics.line)
    _text(painter, metrics.small_bold, pill.ink, words, pill.words)


@lru_cache(maxsize=512)
def _answer_words(command: bytes, response: bytes, chip: Chip | None, secrets: bool) -> str:
    if secrets:
        return decode_response(command, response, chip=chip).meaning
    return decode_response_masked(command, response, chip).meaning


def milliseconds(ms: float) -> str:
    """A latency as the transcript writes it: whole milliseconds, tenths below 10."""
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:,.0f} ms"


def _answer_line(layout: _Layout) -> int:
    return layout.command.lines + bool(layout.command.hidden)


def _text(
    painter: QPainter,
    font: QFont,
    token: str,
    rect: QRect,
    text: str,
    *,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font)
    painter.setPen(theme.color(token))
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)


def _icon(painter: QPainter, name: str, token: str, x: int, line: int, *, size: int = 14) -> None:
    drawn = icons.pixmap(name, token, size, painter.device().devicePixelRatioF())
    painter.drawPixmap(QPointF(x, (line - theme.px(size)) / 2), drawn)


def _mark(painter: QPainter, text: str, x: int, y: int, metrics: _Metrics) -> int:
    """The outlined word that marks the application's own commands, and those to the reader; returns its width."""
    font = theme.ui_font(11, QFont.Weight.Medium)
    width = QFontMetrics(font).horizontalAdvance(text) + theme.px(12)
    box = QRectF(x + 0.5, y + (metrics.line - theme.px(16)) / 2 + 0.5, width - 1, theme.px(16) - 1)
    painter.setPen(theme.color("control"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 4, 4)
    _text(painter, font, "text2", QRect(x, y, width, metrics.line), text, side=Qt.AlignmentFlag.AlignHCenter)
    return width
