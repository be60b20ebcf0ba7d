"""The page of a present card: its answer to reset, byte by byte, and a list of what is known."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cardscope.decode.atr import Atr, decode_atr
from cardscope.decode.hex import format_hex
from cardscope.session import CardSession
from cardscope_gui import theme
from cardscope_gui.card.known_list import KnownList
from cardscope_gui.fields.fields_view import FieldsView
from cardscope_gui.widgets.buttons import CopyButton
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph
from cardscope_gui.widgets.marks import Mark, MarkLabel

_SIDE_WIDTH = 344
_NARROW_SIDE_WIDTH = 280
_NARROW = 1000
_LOW = 380
"""Heights below this do not hold six rows of fields with everything else at its usual size."""


class CardPanel(QFrame):
    """Shows what one card says of itself, from its ATR and UID alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: CardSession | None = None
        self.setProperty("surface", "surface")
        self.setAccessibleName(self.tr("Card"))
        self.fields = FieldsView(self)
        self.known = KnownList()
        self.summary = paragraph("", "secondary", self)
        self.problems = _Problems(self)
        self._title = label(self.tr("Answer to reset (ATR)"), "title", self)
        self._main = QVBoxLayout()
        self._copy = CopyButton(self.tr("Copy the ATR"), self._atr_text, parent=self)
        self._side = self._build_side()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._build_main(), 1)
        layout.addWidget(self._side)
        self.setFocusProxy(self.fields)
        self.show_session(None)

    def _build_main(self) -> QVBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(self._title)
        head.addWidget(self._copy)
        head.addStretch(1)
        main = self._main
        main.addLayout(head)
        main.addWidget(self.summary)
        main.addWidget(self.problems)
        main.addWidget(self.fields, 1)
        self._make_room(compact=False)
        return main

    def _build_side(self) -> QScrollArea:
        inside = QFrame()
        inside.setProperty("surface", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.px(16), theme.px(24), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(16))
        column.addWidget(label(self.tr("What is known"), "title", inside))
        column.addWidget(self.known)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setProperty("edge", "left")
        area.setWidgetResizable(True)
        area.setFixedWidth(theme.px(_SIDE_WIDTH))
        area.setAccessibleName(self.tr("What is known"))
        area.setWidget(inside)
        return area

    def show_session(self, session: CardSession | None) -> None:
        """Shows the card of ``session``; ``None`` empties the page. The same again changes nothing."""
        if session is not None and session is self._session:
            return
        self._session = session
        atr = session.atr if session is not None else b""
        decoded = decode_atr(atr) if atr else None
        self.fields.show_fields(atr, decoded.field if decoded is not None else None)
        set_paragraph(self.summary, decoded.summary if decoded is not None else self.tr("No card"))
        self._title.setToolTip(self.summary.accessibleName())
        self.problems.show_problems(tuple(decoded.problems) if decoded is not None else ())
        self._copy.setEnabled(bool(atr))
        self.show_uid(session.uid if session is not None else None, "")
        self._show_card(decoded)

    def show_uid(self, uid: bytes | None, reason: str) -> None:
        """Shows the UID, or ``reason``, a sentence, why there is none. With neither it is still being read."""
        if uid is not None:
            how = self.tr("{0} bytes, read with FF CA 00 00 00").format(len(uid))
            self.known.set_fact(self.tr("UID"), format_hex(uid, " "), how, mono=True)
        else:
            pending = "" if self._session is None else self.tr("Not read yet")
            self.known.set_fact(self.tr("UID"), "—" if reason else pending, reason, mono=True)
        self.show_connection()

    def show_connection(self) -> None:
        """Shows whether there is a connection to the card at this moment, and what it speaks."""
        protocol = self._session.protocol if self._session is not None else None
        value, how = "", ""
        if protocol is not None:
            value, how = str(protocol), self.tr("What the connection speaks; it stays for the next command")
        elif self._session is not None:
            value, how = self.tr("Not connected"), self.tr("Other programs can use the card")
        self.known.set_fact(self.tr("Protocol"), value, how)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.px(_NARROW)
        self._side.setFixedWidth(theme.px(_NARROW_SIDE_WIDTH if narrow else _SIDE_WIDTH))
        self._make_room(compact=self.height() < theme.px(_LOW))

    def _make_room(self, *, compact: bool) -> None:
        """In a low window the fields come first: six rows of them, and the summary as a tool tip."""
        top, bottom, between = (4, 0, 2) if compact else (20, 8, 8)
        self._main.setContentsMargins(theme.px(24), theme.px(top), theme.px(24), theme.px(bottom))
        self._main.setSpacing(theme.px(between))
        self.fields.set_compact(compact)
        self.summary.setHidden(compact)

    def _show_card(self, decoded: Atr | None) -> None:
        kind, standard, card, caution = "", "", "", ""
        if decoded is not None:
            kind = self.tr("Contactless card") if decoded.contactless else self.tr("Card with contacts")
        if decoded is not None and decoded.storage is not None:
            standard, card = decoded.storage.standard, decoded.storage.card
            caution = self.tr("As the reader names it in the ATR")
            if "Ultralight" in card:
                caution = self.tr(
                    "The ATR says this for the whole Ultralight family and every NTAG21x; which chip it is, "
                    "only the card itself can tell."
                )
        self.known.set_fact(self.tr("Kind"), kind)
        self.known.set_fact(self.tr("Standard"), standard)
        self.known.set_fact(self.tr("Card, by its ATR"), card, caution)

    def _atr_text(self) -> str:
        return format_hex(self._session.atr, " ") if self._session is not None else ""


class _Problems(QFrame):
    """What is wrong with the ATR, a sentence a line; hidden when nothing is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = label("", "secondary", self)
        self.text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        layout.addWidget(MarkLabel(Mark.CAUTION, 16, self))
        layout.addWidget(self.text, 1)

    def show_problems(self, problems: tuple[str, ...]) -> None:
        self.text.setText("\n".join(problems))
        self.setAccessibleName(self.text.text())
        self.setVisible(bool(problems))
