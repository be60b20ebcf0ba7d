"""The message as bytes and fields, with those of one record marked, and the way to them in the Memory tab."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.fields import Field
from cardscope.ndef.message import NdefRecord
from cardscope_gui import theme
from cardscope_gui.fields.fields_view import FieldsView
from cardscope_gui.ndef.source import MessageSource
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.labels import ElidedLabel

_MOST_ROWS, _FEW_ROWS = 5, 3
_TALL = 360
_SETTLED_MS = 120
"""Typing goes on without the fields; they follow when it pauses."""


class BytesPane(QWidget):
    """Decodes only while it is shown."""

    memory_wanted = Signal(int, int)
    """Page and byte to be shown in the Memory tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: MessageSource | None = None
        self._record: NdefRecord | None = None
        self._stale = True
        self._secret_shown = False
        self._whole: Field | None = None
        self._whole_of: tuple[MessageSource, bytes] | None = None
        """The source and the data that ``_whole`` is decoded from."""
        self._decoded: tuple[object, ...] | None = None
        self.fields = FieldsView(self)
        self.place = ElidedLabel("tertiary", parent=self)
        self.show_in_memory = Button(tr("Show in Memory"), "link", parent=self)
        self.show_in_memory.clicked.connect(self._show_in_memory)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.show_in_memory)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(row)
        column.addWidget(self.fields, 1)
        self._grid = self._scrolled()
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._refresh)

    def show_record(self, source: MessageSource | None, record: NdefRecord | None, *, at_once: bool) -> None:
        """The message of ``source``, with the bytes of ``record`` marked, in turns of its own; ``at_once`` is false
        while somebody types."""
        self._source, self._record, self._stale = source, record, True
        if not self.isVisible():
            return
        self._later.start(0 if at_once else _SETTLED_MS)

    def show_secret(self, shown: bool) -> None:
        """Whether the password in the record is shown; those in others never are."""
        if shown != self._secret_shown:
            self._secret_shown, self._stale = shown, True
            self._later.start(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.start(0)

    def _refresh(self) -> None:
        if not self._stale or not self.isVisible():
            return
        source, record = self._source, self._record
        if source is not None and source.blank is None and (source, source.view.data) != self._whole_of:
            self._whole, self._whole_of = source.fields(), (source, source.view.data)
            self._later.start(0)  # to decode hundreds of records is enough for one turn
            return
        self._stale = False
        if source is None or source.blank is not None or self._whole is None:
            self.fields.show_fields(b"", None)
            self._decoded = None
            return
        view = source.view
        start, end = view.span(record) if record is not None else (0, 0)
        if (view.data, start, end, self._secret_shown) != self._decoded:
            secret = view.secret_places(shown=record if self._secret_shown else None)
            root = _without(_around(self._whole, (start, end)), secret)
            self.fields.show_fields(view.data, root, [(place, place + 1) for place in secret])
            self._decoded = view.data, start, end, self._secret_shown
            self._make_room()
        at = source.page_of(start) if end > start else None
        last = source.page_of(end - 1) if end > start else None
        self.show_in_memory.setVisible(at is not None)
        if at is not None and last is not None:
            words = tr("Page {0}, byte {1}, to page {2}, byte {3}")
            self.place.setText(words.format(*at, *last))
        else:
            self.place.setText(tr("Bytes {0} to {1} of the message").format(start, end - 1) if end > start else "")
        self._mark((start, end))

    def _scrolled(self) -> QScrollArea:
        """The bytes in an area of their own: those of a whole message would leave no room for the fields."""
        area = QScrollArea(self.fields)
        area.viewport().setAutoFillBackground(False)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = self.fields.layout()
        assert isinstance(column, QVBoxLayout)
        column.removeWidget(self.fields.bytes)
        area.setWidget(self.fields.bytes)
        column.insertWidget(0, area)
        self.fields.bytes.setAutoFillBackground(False)
        self.fields.bytes.current_changed.connect(self._keep_in_view)
        return area

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Whole rows, as many as there are, but not more than leave room for the fields."""
        row = self.fields.bytes.cell_rect(0).height()
        most = row * (_MOST_ROWS if self.height() >= theme.px(_TALL) else _FEW_ROWS)
        needed = self.fields.bytes.heightForWidth(self._grid.width())
        # Left to itself, the scroll bar would come for want of width, and go because of the width that it takes.
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if needed > most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._grid.setVerticalScrollBarPolicy(policy)
        self._grid.setFixedHeight(min(needed, most))

    def _keep_in_view(self, offset: int) -> None:
        place = self.fields.bytes.cell_rect(offset)
        bar, height = self._grid.verticalScrollBar(), self._grid.viewport().height()
        # Whole rows again.
        if place.top() < bar.value():
            bar.setValue(place.top())
        elif place.bottom() >= bar.value() + height:
            bar.setValue(place.bottom() + 1 - height)

    def _mark(self, span: tuple[int, int]) -> None:
        """Makes the field of ``span`` the current one: the innermost that holds all of it."""
        if span[0] == span[1]:
            return
        model, tree = self.fields.model, self.fields.tree
        index = model.index_at(span[0])
        while index.isValid() and (field := model.field_of(index)) is not None:
            if field.span[0] <= span[0] and span[1] <= field.span[1]:
                tree.setCurrentIndex(index)
                tree.scrollTo(index, tree.ScrollHint.PositionAtTop)
                self._keep_in_view(min(span[1] - 1, span[0] + _MOST_ROWS * self.fields.bytes.bytes_per_row() // 2))
                self._keep_in_view(span[0])
                return
            index = index.parent()

    def _show_in_memory(self) -> None:
        if self._source is not None and self._record is not None:
            at = self._source.page_of(self._source.view.span(self._record)[0])
            if at is not None:
                self.memory_wanted.emit(*at)


def _around(field: Field, span: tuple[int, int]) -> Field:
    """``field`` with the parts of what lies in ``span``; all else is there without its own: a message can have hundreds
    of records, and only one is looked at."""
    if not (field.span[0] < span[1] and span[0] < field.span[1]):
        return replace(field, children=())
    return replace(field, children=tuple(_around(child, span) for child in field.children))


def _without(field: Field, secret: frozenset[int]) -> Field:
    """``field`` without the values that tell what lies in the places ``secret``."""
    if secret.isdisjoint(range(*field.span)):
        return field
    if field.children:
        return replace(field, children=tuple(_without(child, secret) for child in field.children))
    size = tr("{0} bytes").format(field.span[1] - field.span[0])
    return replace(field, value=size, meaning=tr("The password is in here, and hidden."))
