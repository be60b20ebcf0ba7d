"""The page of a card: its memory as a table, or its parts as bytes and fields, and beside them in sentences what it is
and how it is."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from cardscope.decode.atr import Atr, decode_atr
from cardscope.decode.hex import format_hex
from cardscope.identify.atr_list import AtrList
from cardscope.identify.identification import Identification
from cardscope.session import CardSession
from cardscope_gui import theme
from cardscope_gui.card.parts import parts_of
from cardscope_gui.card.parts_view import PartsView
from cardscope_gui.card.side import Side
from cardscope_gui.card.tabs import CardTabs, Tab
from cardscope_gui.widgets.buttons import Button

if TYPE_CHECKING:
    from cardscope_gui.memory.tools import MemoryTools

_SIDE_WIDTH = 344
_NARROW_SIDE_WIDTH = 280
_NARROW = 1000
_LOW = 380
"""Heights below this do not hold six rows of fields with everything else at its usual size."""


class CardPanel(QFrame):
    """Shows what is known of one card; more is added as it becomes known."""

    again_wanted = Signal()
    """Identify the card anew."""
    applications_wanted = Signal()
    """Look for well-known applications."""
    count_wanted = Signal()
    """Identify the card anew and let the NFC counter count that."""
    list_wanted = Signal()
    """Choose the file with the list of ATRs."""

    def __init__(
        self,
        memory: QWidget | None = None,
        tools: "MemoryTools | None" = None,
        make_ndef: Callable[[], QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``memory`` is what the Memory tab shows, with its ``tools`` beside the tabs; without it there is none.
        ``make_ndef`` makes what the NDEF tab shows, once it is in front for the first time."""
        super().__init__(parent)
        self._session: CardSession | None = None
        self._atr: Atr | None = None
        self._known: Identification | None = None
        self._list: AtrList | None = None
        self._no_list = ""
        self.setProperty("surface", "surface")
        self.setAccessibleName(self.tr("Card"))
        self.parts = PartsView(self)
        self.side = Side()
        self.again = Button(self.tr("Identify again"), "link", "retry")
        self.applications = Button(self.tr("Look for applications"), "link")
        self.applications.setToolTip(
            self.tr("Selects well-known applications by name, one after the other. It changes nothing on the card.")
        )
        self.choose_list = Button(self.tr("Choose the list…"), "link")
        self.count = Button(self.tr("Identify again, and let it count"))
        self.applications.hide()
        self.tabs = CardTabs(self)
        self.tabs.add_tool(Tab.IDENTITY, self._identity_tools())
        self._memory_tools = tools
        if tools is not None:
            self.tabs.add_tool(Tab.MEMORY, tools)
        self._scroll = self._build_side()
        identity = QWidget(self)
        body = QHBoxLayout(identity)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.parts, 1)
        body.addWidget(self._scroll)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(identity)
        self._memory = memory
        self._make_ndef = make_ndef
        self._ndef: QWidget | None = None
        if memory is not None:
            self._stack.addWidget(memory)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.tabs.changed.connect(self._bring)
        self.setFocusProxy(self.parts.fields)
        self.again.clicked.connect(self.again_wanted)
        self.applications.clicked.connect(self.applications_wanted)
        self.choose_list.clicked.connect(self.list_wanted)
        self.count.clicked.connect(self.count_wanted)
        self.show_session(None)

    def _identity_tools(self) -> QWidget:
        tools = QWidget(self)
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        row.addWidget(self.applications)
        row.addWidget(self.again)
        return tools

    def _bring(self, tab: Tab) -> None:
        if tab is Tab.NDEF and self._ndef is None and self._make_ndef is not None:
            self._ndef = self._make_ndef()
            self._stack.addWidget(self._ndef)
        shown = {Tab.MEMORY: self._memory, Tab.NDEF: self._ndef}.get(tab)
        self._stack.setCurrentIndex(0 if shown is None else self._stack.indexOf(shown))
        self.setFocusProxy(self.parts.fields if shown is None else shown)
        self._make_room()

    def _build_side(self) -> QScrollArea:
        self.side.add_below_matches(self.choose_list)
        self.side.add_below_sentences(self.count)
        area = QScrollArea(self)
        area.setProperty("surface", "panel")
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(theme.px(_SIDE_WIDTH))
        area.setAccessibleName(self.tr("What is known"))
        area.setWidget(self.side)
        return area

    def show_session(self, session: CardSession | None) -> None:
        """Shows the card of ``session`` as its ATR has it; ``None`` empties the page. The same again does nothing."""
        if session is not None and session is self._session:
            return
        self._session = session
        self._known = None
        self._atr = decode_atr(session.atr) if session is not None and session.atr else None
        self._show_parts()
        self.show_uid(session.uid if session is not None else None, "")
        self._show_card()
        self._show_matches()

    def show_identification(self, known: Identification | None) -> None:
        """Shows what is known by now of the card whose session is shown."""
        if known is self._known:
            return
        self._known = known
        self._show_parts()
        self._show_card()

    def show_left(self, known: Identification) -> None:
        """Shows what was learned of a card that is gone."""
        if self._session is not None and self._session.insertion != known.insertion:
            self.show_session(None)
        self._atr = decode_atr(known.atr)
        self._known = known
        self._session = None
        self._show_parts()
        self.show_uid(known.uid, "")
        self._show_card()

    def show_file(self, known: Identification) -> None:
        """Shows the tag of a dump file."""
        if known is self._known:
            return
        self.show_session(None)
        self._known = known
        self._show_parts()
        uid = known.uid or b""
        how = self.tr("{0} bytes, as the file has them").format(len(uid))
        self.side.known.set_fact(self.tr("UID"), format_hex(uid, " "), how, mono=True)
        self._show_card()

    def show_list(self, atr_list: AtrList | None, reason: str) -> None:
        """The list of ATRs to look cards up in, or ``reason``, sentences, why there is none."""
        self._list, self._no_list = atr_list, reason
        self._show_matches()

    def show_uid(self, uid: bytes | None, reason: str) -> None:
        """Shows the UID, or ``reason``, a sentence, why there is none. With neither it is still being read."""
        known = self.side.known
        if uid is not None:
            how = self.tr("{0} bytes, read with FF CA 00 00 00").format(len(uid))
            known.set_fact(self.tr("UID"), format_hex(uid, " "), how, mono=True)
        else:
            pending = "" if self._session is None else self.tr("Not read yet")
            known.set_fact(self.tr("UID"), "—" if reason else pending, reason, mono=True)
        self.show_connection()

    def show_connection(self) -> None:
        """Shows whether there is a connection to the card at this moment, and what it speaks."""
        protocol = self._session.protocol if self._session is not None else None
        value, how = "", ""
        if protocol is not None:
            value, how = str(protocol), self.tr("What the connection speaks; it stays for the next command")
        elif self._session is not None:
            value, how = self.tr("Not connected"), self.tr("Other programs can use the card")
        self.side.known.set_fact(self.tr("Protocol"), value, how)

    def copy_text(self) -> None:
        """Copies all that is known, as sentences and fields."""
        known, atr = self._known, self._atr
        if known is None and atr is None:
            return
        sentences = list(known.summary) if known is not None else [atr.summary] if atr is not None else []
        QGuiApplication.clipboard().setText("\n".join([*sentences, "", self.parts.all_text()]))

    def copy_json(self) -> None:
        """Copies all that is known as JSON, with the keys of ``cardscope inspect --json``."""
        if self._atr is None and self._known is None:
            return
        atr = {"atr": self._atr.to_json()} if self._atr is not None else {}
        shown = {**atr, **(self._known.to_json() if self._known is not None else {})}
        QGuiApplication.clipboard().setText(json.dumps(shown, ensure_ascii=False, indent=2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        narrow = self.width() < theme.px(_NARROW)
        self._scroll.setFixedWidth(theme.px(_NARROW_SIDE_WIDTH if narrow else _SIDE_WIDTH))
        if self._memory_tools is not None:
            self._memory_tools.set_narrow(narrow=narrow)
        low = self.height() < theme.px(_LOW)
        # A bar with one tab is no choice, and its room is needed more by the fields.
        self.tabs.setHidden(low and not self.tabs.has_choice)
        self.parts.set_compact(compact=low)

    def _show_parts(self) -> None:
        self.parts.show_parts(parts_of(self._atr, self._known))

    def _show_card(self) -> None:
        atr, known = self._atr, self._known
        self.side.show_identification(known)
        speaks_apdus = atr is not None and atr.storage is None
        finished = known is None or known.complete or bool(known.interrupted)
        self.applications.setVisible(speaks_apdus)
        self.applications.setEnabled(finished and self._session is not None)
        self.again.setEnabled(finished and self._session is not None)
        self.again.setVisible(atr is not None)  # nothing can be read again of a file
        self.count.setVisible(known is not None and bool(known.withheld) and self._session is not None)
        kind, standard, card, caution = "", "", "", ""
        if atr is not None:
            kind = self.tr("Contactless card") if atr.contactless else self.tr("Card with contacts")
        elif known is not None:
            kind = self.tr("Contactless tag, from a file")
        if atr is not None and atr.storage is not None:
            standard, card = atr.storage.standard, atr.storage.card
            caution = self.tr("As the reader names it in the ATR")
            if "Ultralight" in card:
                caution = self.tr(
                    "The ATR says this for the whole Ultralight family and every NTAG21x; which chip it is, "
                    "only the card itself can tell."
                )
        facts = self.side.known
        facts.set_fact(self.tr("Kind"), kind)
        facts.set_fact(self.tr("Standard"), standard)
        facts.set_fact(self.tr("Card, by its ATR"), card, caution)
        family = known.family.name if known is not None and known.family is not None else ""
        tag = atr is not None and known is not None and known.state is not None
        how = self.tr("How native commands reach the tag. Card > Reader family changes it.")
        facts.set_fact(
            self.tr("Reader family"),
            family or (self.tr("Storage-card commands only") if tag else ""),
            how if tag else "",
        )

    def _show_matches(self) -> None:
        said: list[str] = []
        if self._atr is not None and self._list is not None:
            said = self._list.says(self._atr.raw) or [self.tr("This ATR is not in the list.")]
        elif self._atr is not None and self._no_list:
            said = [self._no_list]
        self.side.matches.show_sentences(said)
        self.choose_list.setVisible(self._atr is not None and self._list is None and bool(self._no_list))
