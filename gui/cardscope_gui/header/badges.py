"""What matters most of a tag's state, in two or three words each: signature, locks, password."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardscope_gui import theme
from cardscope_gui.widgets.labels import label
from cardscope_gui.widgets.marks import Mark, MarkLabel

if TYPE_CHECKING:
    from cardscope.identify.state import TagState

_GAP = 8
BEFORE = 16
"""The gap before the first badge, which the header leaves."""


class Badge(QFrame):
    """A mark and a few words; the tool tip says them in a sentence."""

    def __init__(self, mark: Mark, words: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "badge")
        self.setFixedHeight(theme.px(24))
        self.words = words
        self.setToolTip(sentence)
        self.setAccessibleName(f"{words}. {sentence}")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(7), 0, theme.px(8), 0)
        row.setSpacing(theme.px(5))
        row.addWidget(MarkLabel(mark, 12), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(label(words, "badge-words"))


class Badges(QWidget):
    """The badges of one tag; as many as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: TagState | None = None
        self._badges: list[Badge] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(_GAP))
        self.hide()

    @property
    def shown(self) -> list[str]:
        """The words of all badges, shown or not for lack of room."""
        return [badge.words for badge in self._badges]

    def show_state(self, state: "TagState | None") -> None:
        """The badges for ``state``; none for ``None``."""
        if state is self._state:
            return
        self._state = state
        for badge in self._badges:
            badge.hide()
            badge.deleteLater()
        made = (self._signature(state), self._locks(state), self._password(state)) if state is not None else ()
        self._badges = [badge for badge in made if badge is not None]
        for badge in self._badges:
            self._row.addWidget(badge)
        self.setVisible(bool(self._badges))

    @property
    def wanted(self) -> int:
        """What all badges and the gaps before them take, in pixels; 0 without any."""
        gaps = theme.px(BEFORE) + theme.px(_GAP) * (len(self._badges) - 1) if self._badges else 0
        return gaps + sum(badge.sizeHint().width() for badge in self._badges)

    def fit(self, most: int) -> int:
        """Shows the badges that fit into ``most`` pixels, the first ones first, and returns what they and the gap
        before them take."""
        taken = 0
        for badge in self._badges:
            wanted = taken + theme.px(_GAP if taken else BEFORE) + badge.sizeHint().width()
            fits = wanted <= most
            badge.setVisible(fits)
            if not fits:
                most = 0
                continue
            taken = wanted
        self.setVisible(taken > 0)
        return taken

    def _signature(self, state: "TagState") -> Badge | None:
        originality = state.originality
        if originality is None:
            return None
        if not originality.present:
            return Badge(Mark.NOTE, self.tr("No signature"), originality.text)
        if originality.test:
            return Badge(Mark.NOTE, self.tr("Test signature"), originality.text)
        if originality.valid:
            return Badge(Mark.TICK, self.tr("Signature valid"), originality.text)
        if originality.valid is None:
            return Badge(Mark.NOTE, self.tr("Signature not checked"), originality.text)
        return Badge(Mark.CAUTION, self.tr("Unknown signature"), originality.text)

    def _locks(self, state: "TagState") -> Badge | None:
        sets = [locks for locks in (state.static, state.dynamic) if locks is not None]
        if not sets:
            return None
        locked = frozenset[int]().union(*(locks.locked for locks in sets))
        frozen = any(locks.frozen for locks in sets)
        data = frozenset(state.chip.user_areas[0]) if state.chip is not None else frozenset(range(4, 16))
        if locked >= data:
            return Badge(Mark.PERMANENT, self.tr("Read-only"), self.tr("All user memory is read-only for ever."))
        if locked & data:
            return Badge(Mark.PERMANENT, self.tr("Partly locked"), self.tr("Some pages are read-only for ever."))
        if frozen:
            return Badge(Mark.NOTE, self.tr("Lock bits frozen"), self.tr("What is not locked never will be."))
        return Badge(Mark.NOTE, self.tr("Lock bits open"), self.tr("Pages can still be made read-only."))

    def _password(self, state: "TagState") -> Badge | None:
        config = state.config
        if config is None:
            if state.protected_from is None:
                return None
            sentence = self.tr("Reading from page {page} on needs the password.").format(page=state.protected_from)
            return Badge(Mark.NOTE, self.tr("Password"), sentence)
        if config.protects is None:
            return Badge(Mark.NOTE, self.tr("No password"), self.tr("Nothing on this tag needs a password."))
        sentence = self.tr("Pages from {page} on need the password.").format(page=config.protects.start)
        return Badge(Mark.NOTE, self.tr("Password"), sentence)
