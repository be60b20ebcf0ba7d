"""The identity header: chip tile, name and badges, UID and ATR with a copy button each."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.readers.protocol import ReaderKind, ReaderStatus
from cardscope_gui import theme
from cardscope_gui.header.badges import BEFORE, Badges
from cardscope_gui.header.hex_value import HexValue
from cardscope_gui.header.identity import identify
from cardscope_gui.widgets.labels import ElidedLabel, label
from cardscope_gui.widgets.marks import IconLabel

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession
    from cardscope.tags.catalogue import Chip


_SIDE = 24
_TILE = 48
_TILE_GAP = 16
_GAP = 24
_MOST_UID = 320
_LEAST_ATR = 160


class HeaderPanel(QFrame):
    """Shows one session's identity."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "surface")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(theme.px(84))
        self._title = ElidedLabel("display")
        self._second = ElidedLabel("secondary")
        self._virtual = label(self.tr("Virtual"), "badge")
        self._virtual.setFixedHeight(theme.px(24))
        self._has_atr = True
        self.badges = Badges()
        self.uid = HexValue(self.tr("UID"), self.tr("Copy UID"))
        self.ndef = HexValue(self.tr("NDEF"), self.tr("Copy"))
        self.atr = HexValue(self.tr("ATR"), self.tr("Copy ATR"))

        tile = QFrame()
        tile.setProperty("surface", "tile")
        tile.setFixedSize(theme.px(_TILE), theme.px(_TILE))
        inside = QHBoxLayout(tile)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(IconLabel("chip", "accent", 24), 0, Qt.AlignmentFlag.AlignCenter)

        name_row = QHBoxLayout()
        name_row.setSpacing(theme.px(BEFORE))
        name_row.addWidget(self._title)
        name_row.addWidget(self._virtual, 0, Qt.AlignmentFlag.AlignVCenter)
        name_row.addWidget(self.badges, 0, Qt.AlignmentFlag.AlignVCenter)
        name_row.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addStretch(1)
        words.addLayout(name_row)
        words.addWidget(self._second)
        words.addStretch(1)

        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(_SIDE), 0, theme.px(_SIDE), 0)
        row.setSpacing(0)
        row.addWidget(tile)
        row.addSpacing(theme.px(_TILE_GAP))
        row.addLayout(words, 1)
        row.addSpacing(theme.px(_GAP))
        row.addWidget(self.uid)
        row.addSpacing(theme.px(_GAP))
        row.addWidget(self.ndef)
        row.addWidget(self.atr)
        self.ndef.hide()

    def show_session(self, session: "CardSession", reader: ReaderStatus, known: "Identification | None" = None) -> None:
        """The card of ``session`` in ``reader``, and what is ``known`` of it by now; its UID counts as on its way until
        :meth:`show_uid` says otherwise."""
        identity = identify(session.atr)
        chip = known.chip if known is not None else None
        self._title.setText(chip.name if chip is not None else identity.title)
        self._say_kind(self.tr("Virtual"), self.tr("A simulated card: nothing you do here reaches real hardware"))
        self._virtual.setVisible(reader.kind is ReaderKind.VIRTUAL)
        room = ""
        if chip is not None and chip.chip is not None:
            room = self.tr("{count} bytes of user memory").format(count=chip.chip.user_bytes)
        protocol = session.protocol.value if session.protocol is not None else ""
        parts = [chip.vendor if chip is not None else "", identity.standard, room, reader.name, protocol]
        self._second.setText(" · ".join(part for part in parts if part))
        self.badges.show_state(known.state if known is not None else None)
        self._show_ndef(known)
        self._has_atr = True
        self.atr.show_bytes(session.atr)
        if session.uid is not None:
            self.uid.show_bytes(session.uid)
        else:
            self.uid.show_words(self.tr("Reading…"))
        self._apportion()

    def show_file(self, known: "Identification", chip: "Chip") -> None:
        """A tag of ``chip`` from a dump file, and what is ``known`` of it."""
        self._title.setText(known.chip.name if known.chip is not None else chip.name)
        self._say_kind(self.tr("File"), self.tr("A tag as a dump file has it; there is no card on a reader"))
        room = self.tr("{count} bytes of user memory").format(count=chip.user_bytes)
        self._second.setText(f"{chip.vendor} · {room}")
        self.badges.show_state(known.state)
        self._show_ndef(known)
        self._has_atr = False
        self.uid.show_bytes(known.uid or b"")
        self._apportion()

    def _say_kind(self, words: str, sentence: str) -> None:
        self._virtual.setText(words)
        self._virtual.setToolTip(sentence)
        self._virtual.show()

    def show_uid(self, uid: bytes | None, reason: str) -> None:
        """The UID, or why there is none."""
        if uid is not None:
            self.uid.show_bytes(uid)
        else:
            self.uid.show_words(reason or self.tr("Not available"))
        self._apportion()

    def _show_ndef(self, known: "Identification | None") -> None:
        """How full the tag is, where that is known; the ATR has to make room for it, and is on the page below."""
        state = known.state if known is not None else None
        shown = False
        if state is not None and state.ndef_bytes is not None and state.ndef_room is not None:
            words = self.tr("{used} of {room} bytes") if state.ndef_bytes else self.tr("empty, {room} bytes")
            self.ndef.show_words(words.format(used=state.ndef_bytes, room=state.ndef_room))
            shown = True
        self.ndef.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._apportion()

    def _apportion(self) -> None:
        """Name and UID come first; then the badges as far as there is room. The ATR gets what they leave, and leaves
        out bytes of its middle."""
        name = self._title.sizeHint().width()
        if not self._virtual.isHidden():
            name += theme.px(BEFORE) + self._virtual.sizeHint().width()
        left = self.width() - theme.px(2 * _SIDE + _TILE + _TILE_GAP + 2 * _GAP)
        left -= self.uid.fit(theme.px(_MOST_UID))
        # The ATR is on the page below, too; name and badges are nowhere else in so few words.
        least = theme.px(_LEAST_ATR)
        cramped = left - least - name < self.badges.wanted
        self.atr.setVisible(self._has_atr and self.ndef.isHidden() and not cramped)
        if not self.ndef.isHidden():
            least = self.ndef.fit(least)
        elif self.atr.isHidden():
            least = 0
        name += self.badges.fit(left - least - name)
        words = max(name, min(self._second.sizeHint().width(), left - least))
        self.atr.fit(max(theme.px(_LEAST_ATR), left - words))
